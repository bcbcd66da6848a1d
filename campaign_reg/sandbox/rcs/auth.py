"""The RCS platform's API key and the JWTs it is traded for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import TYPE_CHECKING

from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.rcs.bodies import read_object, refused_fields
from campaign_reg.sandbox.rcs.rules import record, text
from campaign_reg.sandbox.tokens import IssuedTokens

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from campaign_reg.sandbox.exchange import Call

LIFETIME_SECONDS = 30 * 86_400
KEY_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
MISSING, INVALID, EXPIRED = "JWT Token not found", "Invalid JWT Token", "Expired JWT Token"
LOGIN = record({"api_key": text()}, required=("api_key",))


def unauthorized(message: str) -> Reply:
    """Answer 401 the way the JWT stack in front of the platform does."""
    return render(401, {"code": 401, "message": message}, WWW_Authenticate="Bearer")


def draw_key(rng: random.Random) -> str:
    """Make up an API key."""
    return "live_" + "".join(rng.choices(KEY_CHARACTERS, k=20))


class Tokens(IssuedTokens):
    """Login and refresh, and the check of what comes with a call.

    Attributes:
        lifetime_seconds: Virtual seconds a new JWT lives; its `exp` says the same.
        refresh_revokes: Whether a refresh ends the JWT it was asked with; the contract leaves it open.
    """

    def __init__(self, api_key: str) -> None:
        super().__init__(LIFETIME_SECONDS)
        self.refresh_revokes = False
        self._api_key = api_key
        self._seal = secrets.token_bytes(32)

    def login(self, call: Call) -> Reply:
        """Trade the API key for a JWT.

        Source:
            https://bsg.world/documentations/rest-api/general-principles/authentication/
        """
        body = read_object(call)
        problems = list(LOGIN(body, ""))
        if problems:
            raise refused_fields(call, problems)
        if body["api_key"] != self._api_key:
            return unauthorized("Invalid credentials.")
        return self._issue(call.at)

    def refresh(self, call: Call) -> Reply:
        """Swap a JWT that still lives for a fresh one; `refuse` has seen to it that it does."""
        if self.refresh_revokes:
            self.drop(_bearer(call))
        return self._issue(call.at)

    def refuse(self, call: Call) -> Reply | None:
        """Answer 401 unless the call brings a JWT that lives."""
        token = _bearer(call)
        if not token:
            return unauthorized(MISSING)
        lives = self.lives(token, call.at)
        if lives is None:
            return unauthorized(INVALID)
        return None if lives else unauthorized(EXPIRED)

    def _issue(self, at: float) -> Reply:
        issued = int(at)
        claims = {"iat": issued, "exp": issued + self.lifetime_seconds, "roles": [], "id": 50529}
        # Two logins in one second must not share a token.
        head, body = _part({"typ": "JWT", "alg": "HS256"}), _part(claims | {"jti": secrets.token_hex(8)})
        signature = hmac.new(self._seal, f"{head}.{body}".encode(), hashlib.sha256).digest()
        token = f"{head}.{body}.{_encoded(signature)}"
        self.keep(token, at)
        return render(200, {"bearer": token})


def _bearer(call: Call) -> str:
    """Return the JWT of a call; a colon after the word, as some pages print it, is not understood."""
    scheme, _, token = call.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _part(document: Mapping[str, object]) -> str:
    return _encoded(json.dumps(document, separators=(",", ":")).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
