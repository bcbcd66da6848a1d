"""How a Responsys user proves itself: by password or by certificate, and by the token itself for a renewal.

Every login answers with a token and with the address to send it to, which may change from login to login.

Source:
    https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/GetStarted/Authentication/authenticating.htm
    https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/RequestUserAuthorization.html
    https://docs.oracle.com/cloud/latest/marketingcs_gs/OMCED/RefreshToken.html
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import attrs

from campaign_reg.errors import (
    AuthenticationError,
    ConfigurationError,
    DecodeError,
    InvalidRequestError,
    NotFoundError,
)
from campaign_reg.protocol.config import reveal
from campaign_reg.providers.responsys import certificate
from campaign_reg.providers.responsys.endpoint import checked_endpoint
from campaign_reg.providers.responsys.errors import DEAD_TOKEN, ERRORS, parse_envelope
from campaign_reg.wire.codec import loads
from campaign_reg.wire.message import Response, Token
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.request import Request, build_request
from campaign_reg.wire.response import error_of

if TYPE_CHECKING:
    from campaign_reg.protocol.config import Secret
    from campaign_reg.providers.responsys.config import ResponsysConfig
    from campaign_reg.wire.ports import Ask

LOGIN = Operation(
    name="responsys.login",
    method="POST",
    path="/rest/api/v1.3/auth/token",
    safe=True,  # asking for a token twice does no harm
    errors=ERRORS,
    max_body_bytes=64 * 1024,
    timeout_seconds=30.0,
    unpaced=True,
    source="https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/GetStarted/Authentication/authenticating.htm",
)
# A challenge may be good for one answer: what is lost here is a reason to begin again with the first step.
PROVE = attrs.evolve(LOGIN, name="responsys.login.prove", safe=False)
LIFETIME_SECONDS = 7200.0
"""The vendor's texts say two hours and three: the shorter is safe."""

_CHALLENGE_BYTES = 32


@attrs.frozen
class ResponsysLogin:
    """A token from a password or from certificates; the bare token goes into `Authorization`."""

    config: ResponsysConfig

    @property
    def origins(self) -> frozenset[str]:
        """Where credentials may go, besides the address that came with a token."""
        return frozenset({self.config.login_url})

    async def obtain(self, ask: Ask, current: Token | None) -> Token:
        """Renew a token that still works, or log in.

        Raises:
            AuthenticationError: The credentials were refused, or the server could not prove who it is.
            ConfigurationError: The login's `endPoint` is not allowed, or a key cannot be read.
            ApiError: The login failed otherwise.
            DecodeError: The answer is not a token.
        """
        if current is not None:
            renewed = await self._renewed(ask, current)
            if renewed is not None:
                return renewed
        if self.config.password is not None:
            return await self._by_password(ask, self.config.password)
        return await self._by_certificate(ask)

    async def _renewed(self, ask: Ask, current: Token) -> Token | None:
        """A new token for one that still works; None where only a login will do.

        The vendor does not say which host renews: the token's own is asked first, then the one of the login.
        """
        for base_url in ("", self.config.login_url):
            response = await ask(_form(base_url, {"auth_type": "token"}, current.value))
            if response.status in LOGIN.success:
                return self.parse_token(response)
            if parse_envelope(response).code in DEAD_TOKEN:
                return None
            error = error_of(LOGIN, response)
            if not isinstance(error, NotFoundError | InvalidRequestError):
                raise error
        return None

    async def _by_password(self, ask: Ask, password: Secret) -> Token:
        members = {
            "user_name": self.config.user_name,
            "password": await reveal(password, "password"),
            "auth_type": "password",
        }
        return self.parse_token(await ask(_form(self.config.login_url, members)))

    async def _by_certificate(self, ask: Ask) -> Token:
        """Let the server prove who it is, then prove who we are."""
        config = self.config
        if config.client_key is None or config.server_certificate is None:
            raise ConfigurationError("client_key or server_certificate is missing")
        key = certificate.private_key(await reveal(config.client_key, "client_key"))
        server_key = certificate.server_key(config.server_certificate)
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        members = {
            "user_name": config.user_name,
            "auth_type": "server",
            "client_challenge": certificate.to_base64(challenge),
        }
        body = _members(await ask(_form(config.login_url, members)))
        temporary = _token_in(body)
        theirs = certificate.from_base64(_text(body, "serverChallenge"), "serverChallenge")
        proof = certificate.from_base64(_text(body, "clientChallenge"), "clientChallenge")
        if not certificate.is_proven(server_key, challenge, proof):
            message = (
                "the server could not prove who it is: server_certificate is not its own, or it is a stranger"
            )
            raise AuthenticationError(LOGIN.name, 200, message)
        members = {
            "user_name": config.user_name,
            "auth_type": "client",
            "server_challenge": certificate.to_base64(certificate.answered(key, theirs)),
        }
        return self.parse_token(await ask(_form(config.login_url, members, temporary, PROVE)))

    def parse_token(self, response: Response) -> Token:
        """The token in an answer, with the address it may be sent to.

        Raises:
            AuthenticationError: The credentials were refused.
            ConfigurationError: The address is not allowed.
            ApiError: The login failed otherwise.
            DecodeError: The answer is not a token.
        """
        body = _members(response)
        token = _token_in(body)
        config = self.config
        base_url = checked_endpoint(_text(body, "endPoint"), config.login_url, config.allowed_hosts)
        return Token(value=token, lifetime_seconds=LIFETIME_SECONDS, base_url=base_url)

    async def authorize(self, token: Token | None) -> Mapping[str, str]:
        """The header that carries the token, without any word before it."""
        return {} if token is None else {"Authorization": token.value}

    def says_expired(self, response: Response) -> bool:
        """Whether the token is dead: the code decides, since the status is 401 for many reasons, and sometimes 500."""
        return response.status >= 400 and parse_envelope(response).code in DEAD_TOKEN


def scheme_for(config: ResponsysConfig) -> ResponsysLogin:
    """The scheme for these settings.

    Raises:
        ConfigurationError: A login by certificate needs an extra that is not installed.
    """
    if config.password is None:
        certificate.require_extra()
    return ResponsysLogin(config)


def _form(
    base_url: str, members: Mapping[str, str], token: str | None = None, operation: Operation = LOGIN
) -> Request:
    """A login request; credentials travel in its body only, a token in its header."""
    request = build_request(
        operation,
        base_url,
        body=urlencode(members).encode(),
        content_type="application/x-www-form-urlencoded",
    )
    if token is not None:
        request.headers = {**request.headers, "Authorization": token}
    return request


def _members(response: Response) -> Mapping[str, Any]:
    if response.status not in LOGIN.success:
        raise error_of(LOGIN, response)
    body = loads(response.body)
    if not isinstance(body, dict):
        raise DecodeError("", "expected an object")
    if "authToken" not in body and parse_envelope(response).code:
        raise error_of(LOGIN, response)
    return body


def _token_in(body: Mapping[str, Any]) -> str:
    token = _text(body, "authToken")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise DecodeError("authToken", "not a token")
    return token


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise DecodeError(name, "missing or not a text")
    return value
