"""Sinch's keys and tokens, as far as a client can see them."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import secrets
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.tokens import IssuedTokens

if TYPE_CHECKING:
    import random

    from campaign_reg.sandbox.exchange import Call

EXPIRED = 'Bearer error="invalid_token", error_description="The token expired"'
INVALID = 'Bearer error="invalid_token", error_description="The token is not valid"'


def unauthorized(challenge: str) -> Reply:
    """Answer 401; a challenge that says "expired" asks the client for one new token.

    Source:
        https://developers.sinch.com/docs/identity-access-management/authenticate/oauth2.md
    """
    error = {"code": 401, "message": "Unauthorized", "status": "UNAUTHENTICATED"}
    return render(401, {"error": error}, WWW_Authenticate=challenge)


def token_error(status: int, code: str, description: str, **headers: str) -> Reply:
    """Answer as an OAuth server does, which is not the envelope of the REST APIs."""
    return render(status, {"error": code, "error_description": description}, **headers)


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """One project and the key that opens it; made up from the sandbox's seed."""

    project_id: str
    key_id: str
    key_secret: str = dataclasses.field(repr=False)

    @classmethod
    def made_up(cls, rng: random.Random) -> Account:
        """Draw an account."""
        return cls(
            project_id=_uuid(rng),
            key_id=_uuid(rng),
            key_secret=base64.urlsafe_b64encode(rng.randbytes(24)).decode(),
        )


class Tokens(IssuedTokens):
    """The token endpoint, and the check of what comes with an API call.

    Attributes:
        lifetime_seconds: Virtual seconds a new token lives.
    """

    def __init__(self, account: Account, lifetime_seconds: int = 3600) -> None:
        super().__init__(lifetime_seconds)
        self.account = account

    def create(self, call: Call) -> Reply:
        """Trade key and secret for a token.

        Source:
            https://developers.sinch.com/docs/identity-access-management/authenticate/oauth2.md
        """
        if not self._is_key(call.headers.get("Authorization", "")):
            challenge = 'Basic realm="token"'
            return token_error(
                401, "invalid_client", "Client authentication failed.", WWW_Authenticate=challenge
            )
        content_type = call.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
        if content_type != "application/x-www-form-urlencoded" or "grant_type" not in form:
            return token_error(400, "invalid_request", "grant_type is missing.")
        if form["grant_type"] != "client_credentials":
            return token_error(400, "unsupported_grant_type", "The grant type is not supported.")
        token = secrets.token_urlsafe(48)
        self.keep(token, call.at)
        return render(
            200,
            {
                "access_token": token,
                "token_type": "bearer",
                "expires_in": self.lifetime_seconds,
                "scope": "",
            },
        )

    def refuse(self, call: Call) -> Reply | None:
        """Answer 401 unless the call brings a living token, or the key itself."""
        authorization = call.headers.get("Authorization", "")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "basic":
            return None if self._is_key(authorization) else unauthorized('Basic realm="api"')
        if scheme.lower() != "bearer":
            return unauthorized("Bearer")
        lives = self.lives(token.strip(), call.at)
        if lives is None:
            return unauthorized(INVALID)
        return None if lives else unauthorized(EXPIRED)

    def _is_key(self, authorization: str) -> bool:
        scheme, _, encoded = authorization.partition(" ")
        try:
            pair = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            return False
        return scheme.lower() == "basic" and pair == f"{self.account.key_id}:{self.account.key_secret}"


def _uuid(rng: random.Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "8" + digits[17:20], digits[20:]))
