"""How an account proves itself: an API key buys a JWT, and a JWT that still works buys the next one.

Source:
    https://bsg.world/documentations/rest-api/general-principles/authentication/
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.errors import DecodeError
from campaign_reg.protocol.config import reveal
from campaign_reg.providers.rcs.errors import LOGIN_ERRORS
from campaign_reg.wire.codec import dumps, loads
from campaign_reg.wire.message import Response, Token
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.request import Request, build_request
from campaign_reg.wire.response import error_of, vendor_date

if TYPE_CHECKING:
    from campaign_reg.providers.rcs.config import RcsConfig
    from campaign_reg.wire.ports import Ask

_SOURCE = "https://bsg.world/documentations/rest-api/general-principles/authentication/"
_LONGEST_LIFETIME_SECONDS = 30 * 86400.0
_LIFETIME_UNKNOWN_SECONDS = 3600.0

LOGIN = Operation(
    name="rcs.login",
    method="POST",
    path="/api/auth/login",
    safe=True,  # asking for a token twice does no harm
    errors=LOGIN_ERRORS,
    max_body_bytes=64 * 1024,
    timeout_seconds=30.0,
    unpaced=True,
    source=_SOURCE,
)
REFRESH = attrs.evolve(LOGIN, name="rcs.refresh", path="/api/auth/refresh")


@attrs.frozen
class RcsJwt:
    """A JWT from the API key; the key goes to the login alone, the token to everything else of the same origin."""

    config: RcsConfig

    @property
    def origins(self) -> frozenset[str]:
        """Where credentials may go."""
        return frozenset({self.config.base_url})

    async def obtain(self, ask: Ask, current: Token | None) -> Token:
        """Refresh a token that still works; log in where there is none, or it is refused.

        Raises:
            AuthenticationError: The key was refused.
            ApiError: The platform failed otherwise.
            DecodeError: The answer is not a token.
        """
        if current is not None:
            response = await ask(await self.refresh_request(current))
            if response.status in REFRESH.success:
                return parse_token(response)
            if response.status >= 500 or response.status == 429:
                raise error_of(REFRESH, response)
        response = await ask(await self.login_request())
        if response.status not in LOGIN.success:
            raise error_of(LOGIN, response)
        return parse_token(response)

    async def login_request(self) -> Request:
        """The call that buys a token with the key."""
        body = dumps({"api_key": await reveal(self.config.api_key, "api_key")})
        return build_request(LOGIN, self.config.base_url, body=body)

    async def refresh_request(self, token: Token) -> Request:
        """The call that buys a token with a token; it has no body."""
        request = build_request(REFRESH, self.config.base_url)
        request.headers = {**request.headers, **await self.authorize(token)}
        return request

    async def authorize(self, token: Token | None) -> Mapping[str, str]:
        """Headers that carry the token. Pages of the vendor print a colon after `Bearer`; its SDKs send none."""
        return {} if token is None else {"Authorization": f"Bearer {token.value}"}

    def says_expired(self, response: Response) -> bool:
        """Any 401: the platform does not document its body, and may send none."""
        return response.status == 401


def parse_token(response: Response) -> Token:
    """The token in an answer: a bare object, not wrapped in `data`.

    Raises:
        DecodeError: It is not a token.
    """
    body = loads(response.body)
    value = body.get("bearer") if isinstance(body, dict) else None
    if not isinstance(value, str) or not value or not all("!" <= char <= "~" for char in value):
        raise DecodeError("bearer", "missing or not a token")
    return Token(value=value, lifetime_seconds=_lifetime(value, response))


def _lifetime(token: str, response: Response) -> float:
    """How long it is good for, by the vendor's clock alone: the local one may be wrong.

    The platform does not say how long; the claims do, in seconds since 1970.
    """
    claims, date = _claims(token), vendor_date(response.headers)
    expiry = _seconds(claims.get("exp"))
    for start in (0.0 if date is None else date.timestamp(), _seconds(claims.get("iat"))):
        if 0 < start < expiry:
            return min(expiry - start, _LONGEST_LIFETIME_SECONDS)
    return _LIFETIME_UNKNOWN_SECONDS


def _seconds(claim: Any) -> float:
    """A claim that is a time, in seconds since 1970; 0 where it is none."""
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not 0 < claim < 1e12:
        return 0.0
    return float(claim)


def _claims(token: str) -> Mapping[str, Any]:
    """The middle part of a JWT; empty where it is none. The signature is the platform's affair."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, DecodeError):
        return {}
    return claims if isinstance(claims, dict) else {}
