"""Files to send and to keep, piece by piece and never on the event loop.

`FileSource` is a body for a request, `FolderSink` takes the body of an answer. Both hold one piece in memory, however
large the file is.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import threading
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from anyio import CancelScope, to_thread

from campaign_reg.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

_PIECE_BYTES = 64 * 1024
_LONGEST_NAME_BYTES = 255
_FORBIDDEN = frozenset('/\\:*?"<>|')
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {device + digit for device in ("COM", "LPT") for digit in "0123456789¹²³"}
)
_READ_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)


class FileSource:
    """A regular file as the body of a request.

    It is opened again for every sending. The last piece is given out only if the file is then still what it was: one
    that grew, shrank or was rewritten meanwhile never goes out whole.

    Args:
        path: May be a symbolic link; the file it leads to counts. Looked at once, here.

    Attributes:
        path: As given.
        size: In bytes, when it was looked at.

    Raises:
        InvalidInputError: It is missing, cannot be looked at, or is not a regular file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            found = self.path.stat()
        except (OSError, ValueError) as error:  # a NUL in the name is a ValueError
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise InvalidInputError(f"{str(self.path)!r}: {reason}") from None
        self.size = _regular_size(self.path, found)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file from its beginning, 64 KiB at a time.

        Raises:
            InvalidInputError: It is not the file any more that was looked at, or changed while it was read.
            OSError: It cannot be opened or read.
        """
        reader = _Reader(self.path, self.size)
        try:
            while chunk := await to_thread.run_sync(reader.read):
                yield chunk
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(reader.close)


class FolderSink:
    """A new file in a folder, which appears when it is complete.

    ::

        async with FolderSink("attachments", "contract.pdf") as sink:
            await backend.download_attachment(..., sink)
            path = await sink.commit()

    What comes is written next to it under a name of its own, readable by its owner only. Leaving the context
    without `commit`, by an error or by cancellation, removes that again.

    Args:
        folder: Must be there.
        name: One plain name. Names that another system would read as a path, a drive or a device are refused on
            every system.
        overwrite: Whether a file of that name is replaced. A symbolic link is replaced itself; where it leads to
            stays as it is.

    Raises:
        InvalidInputError: The name may not be used.
    """

    def __init__(self, folder: str | os.PathLike[str], name: str, *, overwrite: bool = False) -> None:
        _refuse_name(name)
        self._part = _Part(Path(folder), name, overwrite=overwrite)

    async def __aenter__(self) -> FolderSink:
        """Look whether there is room for the name, before anything is asked of a vendor.

        Raises:
            InvalidInputError: The folder is none, or the name is taken.
        """
        await to_thread.run_sync(self._part.check)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with CancelScope(shield=True):
            await to_thread.run_sync(self._part.discard)

    async def begin(self) -> None:
        """Start, or start over.

        Raises:
            OSError: The folder cannot be written to.
        """
        await to_thread.run_sync(self._part.begin)

    async def write(self, chunk: bytes) -> None:
        """Append.

        Raises:
            OSError: The disk is full or failed.
        """
        await to_thread.run_sync(self._part.write, chunk)

    async def commit(self) -> Path:
        """Write everything through to the disk and give the file its name; the path of it.

        Raises:
            InvalidInputError: Nothing came, or meanwhile something else has that name.
            OSError: The disk is full or failed.
        """
        return await to_thread.run_sync(self._part.commit)


class _Reader:
    """A file being read, by threads one after the other; a cancelled caller may leave one behind at work."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._left = self._size = size
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._written_at = 0
        self._closed = False

    def read(self) -> bytes:
        with self._lock:
            if self._closed:
                return b""
            file = self._file or self._open()
            chunk = file.read(min(_PIECE_BYTES, self._left))
            self._left -= len(chunk)
            if self._left and chunk:
                return chunk
            now = os.fstat(file.fileno())
            if (now.st_size, now.st_mtime_ns) != (self._size, self._written_at):
                raise InvalidInputError(f"{self._path}: changed while it was sent")
            return chunk

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._file is not None:
                self._file.close()

    def _open(self) -> BinaryIO:
        # Without O_NONBLOCK, opening a pipe that took the file's place would wait for ever.
        self._file = file = open(os.open(self._path, _READ_FLAGS), "rb")  # noqa: PTH123, SIM115
        now = os.fstat(file.fileno())
        if _regular_size(self._path, now) != self._size:
            raise InvalidInputError(f"{self._path}: changed before it was sent")
        self._written_at = now.st_mtime_ns
        return file


class _Part:
    """What has come of a file so far, under a name of its own; for threads, like `_Reader`."""

    def __init__(self, folder: Path, name: str, *, overwrite: bool) -> None:
        self._folder = folder
        self._target = folder / name
        self._overwrite = overwrite
        self._lock = threading.Lock()
        self._part: tuple[BinaryIO, Path] | None = None
        self._closed = False

    def check(self) -> None:
        if not self._folder.is_dir():
            raise InvalidInputError(f"{self._folder}: no such folder")
        if not self._overwrite and os.path.lexists(self._target):
            raise self._taken()

    def begin(self) -> None:
        with self._lock:
            if self._closed:
                raise InvalidInputError(f"{self._target}: this sink is closed; make another")
            if self._part is None:
                # Made with O_EXCL and O_NOFOLLOW: nothing that waits there is written to.
                number, path = tempfile.mkstemp(prefix=".campaign-reg-", suffix=".part", dir=self._folder)
                self._part = open(number, "wb"), Path(path)  # noqa: PTH123, SIM115
            file = self._part[0]
            file.seek(0)
            file.truncate()

    def write(self, chunk: bytes) -> None:
        with self._lock:
            self._begun()[0].write(chunk)

    def commit(self) -> Path:
        with self._lock:
            file, path = self._begun()
            self._closed = True
            file.flush()
            os.fsync(file.fileno())
            file.close()
            self._place(path)
            self._part = None
        return self._target

    def discard(self) -> None:
        with self._lock:
            self._closed = True
            if self._part is None:
                return
            file, path = self._part
            with contextlib.suppress(OSError):  # what a full disk did not take is not wanted any more
                file.close()
            path.unlink(missing_ok=True)

    def _begun(self) -> tuple[BinaryIO, Path]:
        if self._part is None or self._closed:
            raise InvalidInputError(f"{self._target}: nothing came that could be kept")
        return self._part

    def _place(self, path: Path) -> None:
        if self._overwrite:
            path.replace(self._target)
        else:
            _name_if_free(path, self._target, self._taken())
        _sync_folder(self._folder)

    def _taken(self) -> InvalidInputError:
        return InvalidInputError(f"{self._target}: is there already; take another name or overwrite=True")


def _name_if_free(part: Path, target: Path, taken: InvalidInputError) -> None:
    """Give a file its name, unless anything at all has it, be it a link that leads nowhere."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise taken from None
    except (OSError, NotImplementedError):  # not every file system has hard links
        try:
            target.touch(exist_ok=False)
        except FileExistsError:
            raise taken from None
        part.replace(target)
    else:
        part.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the name last as well, where a folder can be synced."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _regular_size(path: Path, found: os.stat_result) -> int:
    if not stat.S_ISREG(found.st_mode):
        raise InvalidInputError(f"{path}: is no regular file")
    return found.st_size


def _refuse_name(name: str) -> None:
    if not name.strip() or name in {".", ".."}:
        raise InvalidInputError(f"{name!r} is no name for a file")
    if any(char in _FORBIDDEN or unicodedata.category(char) in {"Cc", "Cs"} for char in name):
        raise InvalidInputError(
            f"{name!r} cannot be a file's name: it must not hold {''.join(sorted(_FORBIDDEN))} "
            "or control characters"
        )
    if name[-1] in ". " or name.partition(".")[0].rstrip().upper() in _DEVICES:
        raise InvalidInputError(f"{name!r} cannot be a file's name: some systems read it as something else")
    if len(name.encode()) > _LONGEST_NAME_BYTES:
        raise InvalidInputError(f"a file's name has at most {_LONGEST_NAME_BYTES} bytes; this one has more")
