"""A file as part of a form: multipart/form-data around a body that is streamed."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from campaign_reg.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from campaign_reg.wire.message import BodySource

_BOUNDARY = re.compile(r"[A-Za-z0-9_-]{16,70}")
_TOKEN = r"[A-Za-z0-9!#$&^_.+-]+"  # noqa: S105  (HTTP's word for a word)
_MEDIA_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}(?:; ?{_TOKEN}={_TOKEN})*")
_FORBIDDEN = frozenset('"\\/')


class MultipartSource:
    """One file, and texts before it, as a form.

    Names go out as UTF-8. Quotes and backslashes, which every reader undoes in its own way, are refused, and so is all
    that could end a line.

    Args:
        file: The file's content.
        file_name: What the vendor is told it is called; a name, not a path.
        boundary: Unguessable, 16 to 70 characters of `A-Z a-z 0-9 _ -`; from `secrets.token_hex(16)`, say.
        field: Name of the file's part.
        media_type: Of the file.
        texts: Further parts, by name.

    Attributes:
        content_type: Of the whole, for `build_request(content_type=)`.
        size: Of the whole in bytes; None where the file's is not known.

    Raises:
        InvalidInputError: A name, text, type or boundary cannot be sent as it is.

    Source:
        RFC 7578 and RFC 2046, section 5.1.1.
    """

    def __init__(
        self,
        file: BodySource,
        *,
        file_name: str,
        boundary: str,
        field: str = "file",
        media_type: str = "application/octet-stream",
        texts: Mapping[str, str] | None = None,
    ) -> None:
        if not _BOUNDARY.fullmatch(boundary):
            raise InvalidInputError("a boundary has 16 to 70 characters of A-Z, a-z, 0-9, _ and -")
        if not _MEDIA_TYPE.fullmatch(media_type):
            raise InvalidInputError(f"{media_type!r} is no media type")
        self._file = file
        self._head = b"".join(_text(name, value, boundary) for name, value in (texts or {}).items())
        disposition = f'form-data; name="{_name(field)}"; filename="{_name(file_name)}"'
        self._head += _head(boundary, f"Content-Disposition: {disposition}\r\nContent-Type: {media_type}")
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self.size = None if file.size is None else len(self._head) + file.size + len(self._tail)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The whole form from its beginning."""
        yield self._head
        chunks = self._file.chunks()
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            close = getattr(chunks, "aclose", None)
            if close is not None:
                await close()
        yield self._tail


def _head(boundary: str, lines: str) -> bytes:
    return f"--{boundary}\r\n{lines}\r\n\r\n".encode()


def _text(name: str, value: str, boundary: str) -> bytes:
    try:
        encoded = value.encode()
    except UnicodeEncodeError:
        raise InvalidInputError(f"the text of {name!r} holds half a surrogate pair; remove it") from None
    if boundary in value:
        raise InvalidInputError(f"the text of {name!r} holds the boundary; take another")
    return _head(boundary, f'Content-Disposition: form-data; name="{_name(name)}"') + encoded + b"\r\n"


def _name(name: str) -> str:
    odd = {"Cc", "Cs", "Zl", "Zp"}
    if not name or any(char in _FORBIDDEN or unicodedata.category(char) in odd for char in name):
        raise InvalidInputError(
            f"{name!r} cannot be a name in a form: it is empty, or holds quotes, slashes or control characters"
        )
    return name
