"""One process at a time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from campaign_reg.errors import InvalidInputError


class FileLock:
    """An advisory lock that ends with the process, however that dies.

    The file stays behind: deleting it would let two processes hold different locks under one name.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._file = path, -1

    def acquire(self) -> bool:
        """Take the lock without waiting; returns whether it was free.

        Raises:
            InvalidInputError: The lock file cannot be created.
        """
        try:
            file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise InvalidInputError(f"{self._path} cannot be created: {error}") from error
        if not _lock(file):
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let go; may be called twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def lock_of(journal: Path) -> FileLock:
    """The lock of a journal."""
    return FileLock(journal.with_name(journal.name + ".lock"))


def is_in_use(journal: Path) -> bool:
    """Whether a process, this one or another, has a journal open."""
    lock = lock_of(journal)
    was_free = lock.acquire()
    lock.release()
    return not was_free


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
