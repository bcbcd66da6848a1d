"""Requests, responses, and the one-method seam between them."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from campaign_reg.rate import Departure, Reservation
    from campaign_reg.wire.operation import Operation


class BodySource(Protocol):
    """A body that is made or read piece by piece while it is sent, such as `campaign_reg.files.FileSource`."""

    @property
    def size(self) -> int | None:
        """Exact size in bytes, sent as `Content-Length`; None where nobody knows, and it goes out chunked."""
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
class Request:
    """One HTTP call, ready to leave.

    Attributes:
        operation: What is called; its table says what may be sent again.
        method: HTTP method.
        url: Already percent-encoded, sent byte for byte. Absolute; or a path, which goes to the origin that the
            token came with.
        headers: Without credentials; the auth transport adds those.
        body: Encoded body, or where it comes from piece by piece; None for none.
        sink: Where the body of a success goes piece by piece, instead of into `Response.body`. A refusal is read
            into memory as ever. Whoever gave the sink asks the answer's status before trusting what is in it.
        reservation: Slots reserved by the caller; None lets the limiter reserve.
        leave_before: Monotonic time in seconds after which the request must not leave any more; None for no
            limit.
        departure: Of a write that its caller may stop: says whether it has left, and whether it still may.
        own_connection: Whether it must not go over a connection that was used before; see `needs_own_connection`.
    """

    operation: Operation
    method: str
    url: str
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: bytes | BodySource | None = attrs.field(default=None, repr=False)
    sink: Sink | None = attrs.field(default=None, repr=False)
    reservation: Reservation | None = attrs.field(default=None, repr=False, eq=False)
    leave_before: float | None = None
    departure: Departure | None = attrs.field(default=None, repr=False, eq=False)
    own_connection: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of method, URL and body, hexadecimal; a streamed body is left out."""
        body = self.body if isinstance(self.body, bytes) else b""
        return hashlib.sha256(f"{self.method} {self.url}\n".encode() + body).hexdigest()

    @property
    def needs_own_connection(self) -> bool:
        """Whether it must go over a connection that nothing was asked on before."""
        operation = self.operation
        return self.own_connection or not (operation.safe and operation.keep_alive)


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


class Transport(Protocol):
    """Anything that turns a request into a response."""

    async def send(self, request: Request) -> Response:
        """Send the request once and return the whole answer, whatever its status.

        Raises:
            ConnectError: Nothing was sent.
            RequestTimeoutError: A read was not answered in time.
            OutcomeUnknownError: A write may have been applied.
            TransportError: A read broke off; its sink holds a part that is good for nothing.
            InvalidInputError: The request cannot be sent, or its body cannot be read; nothing was sent.
        """
        ...


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


Ask = Callable[["Request"], Awaitable["Response"]]
"""Sends one request of a login."""


class AuthScheme(Protocol):
    """How an account proves itself; pure functions of the vendor's rules."""

    @property
    def origins(self) -> frozenset[str]:
        """The only origins (`https://host[:port]`) that credentials may be sent to.

        Besides them only the `base_url` of a token, which `obtain` has checked.
        """
        ...

    async def obtain(self, ask: Ask, current: Token | None) -> Token | None:
        """Log in, or renew.

        Args:
            ask: Sends one request of the login; a login may take several.
            current: A token that still works and is to be renewed; None for a new login.

        Returns:
            The token; None where the scheme needs none.

        Raises:
            AuthenticationError: The credentials were refused.
            ApiError: The token endpoint failed otherwise.
            DecodeError: The answer is not a token.
        """
        ...

    async def authorize(self, token: Token | None) -> Mapping[str, str]:
        """Headers that carry the credentials."""
        ...

    def says_expired(self, response: Response) -> bool:
        """Whether this refusal (a status of 400 or more) means that a new token will do, and nothing was applied."""
        ...
