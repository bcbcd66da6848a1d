"""Sources and sinks that remember what happened to them."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterable

import attrs

BLOCK = bytes(range(256)) * 256
"""64 KiB."""


@attrs.define(eq=False, repr=False)
class Source:
    """Gives the pieces, then raises `error` if there is one.

    Attributes:
        begun: How often it was iterated.
        ended: How many of these iterations are over, to the end or not.
    """

    pieces: Iterable[bytes]
    size: int | None = None
    error: Exception | None = None
    begun: int = 0
    ended: int = 0
    given: int = 0

    async def chunks(self) -> AsyncIterator[bytes]:
        self.begun += 1
        try:
            for piece in self.pieces:
                self.given += 1
                yield piece
            if self.error is not None:
                raise self.error
        finally:
            self.ended += 1


@attrs.define(eq=False, repr=False)
class Sink:
    """Keeps what comes; raises `error` at the first piece if there is one."""

    error: Exception | None = None
    content: bytearray = attrs.field(factory=bytearray)
    begun: int = 0

    async def begin(self) -> None:
        self.begun += 1
        self.content.clear()

    async def write(self, chunk: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.content += chunk


@attrs.define(eq=False, repr=False)
class Counter:
    """A sink of any size: keeps only how much came, its checksum and its largest piece."""

    size: int = 0
    checksum: int = 0
    largest: int = 0

    async def begin(self) -> None:
        self.size = self.checksum = 0

    async def write(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.checksum = zlib.crc32(chunk, self.checksum)
        self.largest = max(self.largest, len(chunk))
