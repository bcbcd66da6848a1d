"""How a Sinch project proves itself: OAuth2 client credentials, or Basic for trials.

Source:
    https://developers.sinch.com/docs/identity-access-management/authenticate/oauth2.md
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from campaign_reg.enums import Applied
from campaign_reg.errors import DecodeError, RateLimitError, printable
from campaign_reg.providers.credentials import BasicAuth
from campaign_reg.wire.codec import loads
from campaign_reg.wire.message import Response, Token
from campaign_reg.wire.operation import ErrorBody, ErrorTable, Operation, Refusal
from campaign_reg.wire.request import Request, build_request
from campaign_reg.wire.response import error_of

if TYPE_CHECKING:
    from campaign_reg.providers.sinch.config import SinchAccess
    from campaign_reg.wire.ports import Ask


def _parse_oauth_error(response: Response) -> ErrorBody:
    try:
        body = loads(response.body)
    except DecodeError:
        return ErrorBody()
    if not isinstance(body, dict):
        return ErrorBody()
    code, text = body.get("error"), body.get("error_description")
    return ErrorBody(
        code=printable(code) if isinstance(code, str) else "",
        message=printable(text) if isinstance(text, str) else "the token endpoint refused the key",
    )


CREATE_TOKEN = Operation(
    name="sinch.token",
    method="POST",
    path="/oauth2/token",
    safe=True,  # asking for a token twice does no harm
    errors=ErrorTable(
        by_status={429: Refusal(RateLimitError, Applied.NO, transient=True)}, parse=_parse_oauth_error
    ),
    max_body_bytes=64 * 1024,
    timeout_seconds=30.0,
    unpaced=True,
    source="https://developers.sinch.com/docs/identity-access-management/authenticate/oauth2.md",
)


@attrs.frozen
class SinchOAuth2:
    """OAuth2 client credentials; the access key goes to the token endpoint only, the token to the API only."""

    config: SinchAccess

    @property
    def origins(self) -> frozenset[str]:
        """Where credentials may go."""
        return frozenset({self.config.base_url, self.config.auth_url})

    async def obtain(self, ask: Ask, current: Token | None) -> Token:
        """Fetch a token; a renewal is a new login.

        Raises:
            AuthenticationError: The key was refused.
            ApiError: The token endpoint failed otherwise.
            DecodeError: The answer is not a token.
        """
        return self.parse_token(await ask(await self.token_request()))

    async def token_request(self) -> Request:
        """The call that fetches a token."""
        request = build_request(
            CREATE_TOKEN,
            self.config.auth_url,
            body=b"grant_type=client_credentials",
            content_type="application/x-www-form-urlencoded",
        )
        request.headers = {**request.headers, **await _basic(self.config).authorize(None)}
        return request

    def parse_token(self, response: Response) -> Token:
        """The token in an answer.

        Raises:
            AuthenticationError: The key was refused.
            ApiError: The token endpoint failed otherwise.
            DecodeError: The answer is not a token.
        """
        if response.status not in CREATE_TOKEN.success:
            raise error_of(CREATE_TOKEN, response)
        body = loads(response.body)
        token = body.get("access_token") if isinstance(body, dict) else None
        lifetime = body.get("expires_in") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise DecodeError("access_token", "missing or not a token")
        if isinstance(lifetime, bool) or not isinstance(lifetime, int | float) or lifetime <= 0:
            raise DecodeError("expires_in", "missing or not a number of seconds")
        return Token(value=token, lifetime_seconds=float(lifetime))

    async def authorize(self, token: Token | None) -> Mapping[str, str]:
        """Headers that carry the token."""
        return {} if token is None else {"Authorization": f"Bearer {token.value}"}

    def says_expired(self, response: Response) -> bool:
        """Whether this is a 401 that asks for a new token; any other is final."""
        return response.status == 401 and "expired" in response.headers.get("WWW-Authenticate", "").lower()


def scheme_for(config: SinchAccess) -> SinchOAuth2 | BasicAuth:
    """Choose the scheme that the settings ask for; Sinch limits Basic hard, it is for trials only."""
    return _basic(config) if config.auth == "basic" else SinchOAuth2(config)


def _basic(config: SinchAccess) -> BasicAuth:
    return BasicAuth(config.base_url, config.key_id, config.key_secret, "key_secret")
