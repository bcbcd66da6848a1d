"""Files of registrations and policies: small ones as they came, big ones made up while they are sent."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import random
from typing import TYPE_CHECKING

from campaign_reg.sandbox.exchange import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK_BYTES = 64 * 1024
HEADING = b"%PDF-1.7 made-up file\n"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One file.

    Attributes:
        size_bytes: Its length.
        content: What was uploaded; None makes the bytes up from `dice` each time they are asked for.
        uploaded_sha256: Digest of what was uploaded; a big upload is not kept, so `sha256`, that
            of a download, differs then.
    """

    name: str
    size_bytes: int
    content: bytes | None = None
    dice: int = 0
    uploaded_sha256: str | None = None

    def chunks(self) -> Iterator[bytes]:
        """Yield the file piece by piece."""
        if self.content is not None:
            yield self.content
            return
        block = HEADING + _noise(self.dice)[len(HEADING) :]
        for start in range(0, self.size_bytes, BLOCK_BYTES):
            yield block[: self.size_bytes - start]

    @property
    def sha256(self) -> str:
        """Digest of a download in lower-case hex; reads the whole file."""
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()

    def reply(self) -> Reply:
        """Answer with the file; more than a block is sent as a stream."""
        if self.size_bytes <= BLOCK_BYTES:
            return Reply(200, b"".join(self.chunks()), content_type="application/octet-stream")
        headers = {"Content-Length": str(self.size_bytes)}
        return Reply(200, b"", headers, "application/octet-stream", self.chunks())


@functools.lru_cache(maxsize=8)
def _noise(dice: int) -> bytes:
    return random.Random(f"file {dice}").randbytes(BLOCK_BYTES)  # noqa: S311
