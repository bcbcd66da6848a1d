"""Bodies, responses and tokens: the values that pass between providers and transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping


class BodySource(Protocol):
    """A body that is made or read piece by piece while it is sent, such as `campaign_reg.files.FileSource`."""

    @property
    def size(self) -> int | None:
        """Exact size in bytes, sent as `Content-Length`; None where it is not known, and it goes out chunked."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The body from its beginning; called again for every sending, as after a login.

        Keep the pieces small (64 KiB): two are held in memory. An error raised here ends the sending so that the
        vendor cannot take what it got for the whole.
        """
        ...


class Sink(Protocol):
    """Where a body goes piece by piece instead of into memory, such as `campaign_reg.files.FolderSink`."""

    async def begin(self) -> None:
        """Start, or start over: what was written before belongs to an attempt that broke off."""
        ...

    async def write(self, chunk: bytes) -> None:
        """Take the next piece, of at most some hundred KiB."""
        ...


@attrs.define(kw_only=True)
class Response:
    """One HTTP answer, read to its end.

    Attributes:
        status: HTTP status.
        headers: Names compare without case.
        body: Decompressed, at most the operation's cap; empty where it went into the request's sink.
        sent_at: Monotonic time in seconds just before the request left.
        received_at: Monotonic time in seconds when the body was complete.
        reused_connection: Whether its connection may have carried other exchanges before: then it may answer one of
            those.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    sent_at: float = 0.0
    received_at: float = 0.0
    reused_connection: bool = False


@attrs.frozen(kw_only=True)
class Token:
    """A bearer token.

    Attributes:
        value: Secret.
        lifetime_seconds: How long it is good for, from the moment it was asked for.
        base_url: Origin that requests go to whose URL is a path; None where every URL names its own.
    """

    value: str = attrs.field(repr=False)
    lifetime_seconds: float
    base_url: str | None = None
