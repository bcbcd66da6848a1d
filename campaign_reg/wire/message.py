"""Requests, responses, and the one-method seam between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_reg.pace import Permit
    from campaign_reg.wire.operation import Operation


@attrs.define(kw_only=True)
class Request:
    """One HTTP call, ready to leave.

    Attributes:
        operation: What is called; its table says what may be sent again.
        method: HTTP method.
        url: Absolute, already percent-encoded; sent byte for byte.
        headers: Without credentials; the auth transport adds those.
        body: Encoded body, or None.
        permit: Slots reserved by the caller; None lets the limiter reserve.
        leave_before: Monotonic time in seconds after which the request must not leave any more; None for no
            limit.
    """

    operation: Operation
    method: str
    url: str
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: bytes | None = attrs.field(default=None, repr=False)
    permit: Permit | None = attrs.field(default=None, repr=False, eq=False)
    leave_before: float | None = None


@attrs.define(kw_only=True)
class Response:
    """One HTTP answer, read to its end.

    Attributes:
        status: HTTP status.
        headers: Names compare without case.
        body: Decompressed, at most the operation's cap.
        sent_at: Monotonic time in seconds just before the request left.
        received_at: Monotonic time in seconds when the body was complete.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    sent_at: float = 0.0
    received_at: float = 0.0


class Transport(Protocol):
    """Anything that turns a request into a response."""

    async def send(self, request: Request) -> Response:
        """Send the request once and return the whole answer, whatever its status.

        Raises:
            ConnectError: Nothing was sent.
            RequestTimeoutError: A read was not answered in time.
            OutcomeUnknownError: A write may have been applied.
            TransportError: A read broke off.
        """
        ...


@attrs.frozen(kw_only=True)
class Token:
    """A bearer token.

    Attributes:
        value: Secret.
        lifetime_seconds: How long it is good for, from the moment it was asked for.
    """

    value: str = attrs.field(repr=False)
    lifetime_seconds: float


class AuthScheme(Protocol):
    """How an account proves itself; pure functions of the vendor's rules."""

    @property
    def origins(self) -> frozenset[str]:
        """The only origins (`https://host[:port]`) that credentials may be sent to."""
        ...

    async def token_request(self) -> Request | None:
        """The call that fetches a token; None where the scheme needs none."""
        ...

    def parse_token(self, response: Response) -> Token:
        """The token in the answer to `token_request`.

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
        """Whether this 401 means that a new token will do."""
        ...
