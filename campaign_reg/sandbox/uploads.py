"""A file that a client uploads, taken in as it comes: counted and hashed, and not kept when it is big."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader
from aiohttp.http_exceptions import HttpProcessingError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web

KEPT_BYTES = 1024 * 1024
CHUNK_BYTES = 256 * 1024
MULTIPART = "multipart/form-data"
# What aiohttp's reader makes of a form that is none; it asserts, too.
MALFORMED = (ValueError, RuntimeError, AssertionError, HttpProcessingError)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What is known of an uploaded file.

    Attributes:
        enclosure: Media type of the request's body.
        sha256: Digest of the file in lower-case hex.
        content: The file itself, unless it is larger than `KEPT_BYTES`.
        file_name: As the client named it; None in a raw body.
        media_type: The file's own.
        problem: Why there is not a file, if there is none.
    """

    enclosure: str
    size_bytes: int = 0
    sha256: str = ""
    content: bytes | None = None
    file_name: str | None = None
    media_type: str = "application/octet-stream"
    problem: str | None = None


async def take_in(request: web.BaseRequest) -> Intake:
    """Read a raw body, or the part called `file` of a form; memory stays flat whatever its size."""
    enclosure = request.content_type
    try:
        if enclosure == MULTIPART:
            return await _take_part(request)
        return await _swallow(request.content.iter_chunked(CHUNK_BYTES), enclosure=enclosure)
    except MALFORMED as error:
        return Intake(enclosure=enclosure, problem=f"malformed form: {error}")


async def _take_part(request: web.BaseRequest) -> Intake:
    taken = Intake(enclosure=MULTIPART, problem="the form has no part called file")
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if isinstance(part, BodyPartReader) and part.name == "file":
            media_type = part.headers.get("Content-Type", "application/octet-stream")
            taken = await _swallow(
                _chunks_of(part), enclosure=MULTIPART, file_name=part.filename, media_type=media_type
            )
    return taken


async def _chunks_of(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(CHUNK_BYTES):
        yield chunk


async def _swallow(
    chunks: AsyncIterator[bytes],
    *,
    enclosure: str,
    file_name: str | None = None,
    media_type: str = "application/octet-stream",
) -> Intake:
    """Count and hash what comes, and let go of it once it is too big to keep."""
    size_bytes, digest, kept = 0, hashlib.sha256(), bytearray()
    async for chunk in chunks:
        size_bytes += len(chunk)
        digest.update(chunk)
        kept = kept + chunk if size_bytes <= KEPT_BYTES else bytearray()
    return Intake(
        enclosure=enclosure,
        size_bytes=size_bytes,
        sha256=digest.hexdigest(),
        content=bytes(kept) if size_bytes <= KEPT_BYTES else None,
        file_name=file_name,
        media_type=media_type,
    )
