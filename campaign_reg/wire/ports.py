"""What providers ask of the transport, and the transport of an account's credentials."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_reg.wire.message import Response, Token
    from campaign_reg.wire.request import Request


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
