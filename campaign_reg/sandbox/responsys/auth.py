"""Responsys' logins and tokens: password, refresh, and the certificate handshake."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import secrets
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from campaign_reg.sandbox.bodies import RefusedError
from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.responsys.errors import (
    BAD_TOKEN_DETAIL,
    invalid,
    problem,
    refused,
)
from campaign_reg.sandbox.responsys.keys import (
    CLIENT_CERTIFICATE,
    CLIENT_KEY_PKCS1,
    SERVER_CERTIFICATE,
    SERVER_KEY_PKCS1,
    RsaKey,
    pkcs8,
)
from campaign_reg.sandbox.tokens import IssuedTokens

if TYPE_CHECKING:
    import random

    from campaign_reg.sandbox.exchange import Call

FORM = "application/x-www-form-urlencoded"
CHALLENGE_BYTES = 16
# The members that each mode takes, all of them required.
MODES = {
    "password": {"user_name", "password", "auth_type"},
    "token": {"auth_type"},
    "server": {"user_name", "auth_type", "client_challenge"},
    "client": {"user_name", "auth_type", "server_challenge"},
}


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """One API user: a password made up from the sandbox's seed, and fixed example keys.

    Attributes:
        client_key: The user's private key, PEM, PKCS#8.
        client_key_pkcs1: The same key, PEM, PKCS#1.
        client_certificate: What an administrator uploaded for the user, PEM.
        server_certificate: What an administrator downloaded: the server's public key, PEM.
    """

    user_name: str
    password: str = dataclasses.field(repr=False)
    client_key: str = dataclasses.field(repr=False, default=pkcs8(CLIENT_KEY_PKCS1))
    client_key_pkcs1: str = dataclasses.field(repr=False, default=CLIENT_KEY_PKCS1)
    client_certificate: str = dataclasses.field(repr=False, default=CLIENT_CERTIFICATE)
    server_certificate: str = dataclasses.field(repr=False, default=SERVER_CERTIFICATE)

    @classmethod
    def made_up(cls, rng: random.Random) -> Account:
        """Draw an account."""
        number = rng.randrange(1000, 10_000)
        password = base64.urlsafe_b64encode(rng.randbytes(18)).decode()
        return cls(user_name=f"api_user@harborlane{number}", password=password)


class Tokens(IssuedTokens):
    """The login, and the check of what comes with an API call.

    Attributes:
        lifetime_seconds: Virtual seconds a new token lives; two or three hours are published.
        handshake_seconds: Virtual seconds a temporary token lives.
        disguise: The code that refuses every dead token: INVALID_TOKEN, TOKEN_EXPIRED or
            UNEXPECTED_EXCEPTION. When None an expired token and an unknown one are told apart.
        end_point: The answer's endPoint; the sandbox itself when None.
        lockout_after: This many wrong passwords in a row lock the user out; None is without limit.
    """

    def __init__(self, account: Account) -> None:
        super().__init__(7200.0)
        self.account = account
        self.handshake_seconds = 300.0
        self.disguise: str | None = None
        self.end_point: str | None = None
        self.lockout_after: int | None = 10
        self._wrong_passwords = 0
        self._challenges: dict[str, tuple[float, bytes]] = {}
        self._client_key = RsaKey.from_pkcs1(CLIENT_KEY_PKCS1)
        self._server_key = RsaKey.from_pkcs1(SERVER_KEY_PKCS1)

    def log_in(self, call: Call) -> Reply:
        """Answer one of the four modes of the one login URL.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/GetStarted/Authentication/authenticating.htm
        """
        form = _read_form(call)
        mode = form.get("auth_type", "")
        if mode not in MODES:
            raise invalid("auth_type is not valid")
        if set(form) != MODES[mode]:
            raise invalid(f"auth_type {mode} takes {', '.join(sorted(MODES[mode]))}")
        if mode == "password":
            return self._by_password(call, form)
        if mode == "token":
            return self.refuse(call) or self._issue(call)
        if mode == "server":
            return self._challenge(call, form)
        return self._by_certificate(call, form)

    def refuse(self, call: Call) -> Reply | None:
        """Answer a call whose token is dead; the raw token is the whole header."""
        lives = self.lives(call.headers.get("Authorization", ""), call.at)
        if lives:
            return None
        if call.operation == "getRateLimits":
            return self.dead("UNEXPECTED_EXCEPTION")
        return self.dead(self.disguise or ("INVALID_TOKEN" if lives is None else "TOKEN_EXPIRED"))

    @staticmethod
    def dead(disguise: str) -> Reply:
        """Say that a token is dead, in one of the three ways.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Throttling.html
        """
        return problem(disguise, BAD_TOKEN_DETAIL if disguise == "UNEXPECTED_EXCEPTION" else None)

    def _by_password(self, call: Call, form: dict[str, str]) -> Reply:
        if self.lockout_after is not None and self._wrong_passwords >= self.lockout_after:
            raise refused("PASSWORD_LOCKOUT")
        if (form["user_name"], form["password"]) != (self.account.user_name, self.account.password):
            self._wrong_passwords += form["user_name"] == self.account.user_name
            raise refused("INVALID_USER_NAME_PASSWORD")
        self._wrong_passwords = 0
        return self._issue(call)

    def _issue(self, call: Call) -> Reply:
        token = secrets.token_urlsafe(48)
        self.keep(token, call.at)
        end_point = f"http://{call.headers.get('Host', '')}" if self.end_point is None else self.end_point
        return render(200, {"authToken": token, "issuedAt": round(call.at * 1000), "endPoint": end_point})

    def _challenge(self, call: Call, form: dict[str, str]) -> Reply:
        """Prove who the server is, and ask the client to do the same."""
        self._check_user(form)
        theirs = _decode(form["client_challenge"])
        if not theirs or len(theirs) > self._server_key.most_bytes:
            raise invalid("client_challenge is not valid")
        token, ours = f"Temp{secrets.token_urlsafe(24)}", secrets.token_bytes(CHALLENGE_BYTES)
        self._challenges[token] = (call.at + self.handshake_seconds, ours)
        return render(
            200,
            {
                "authToken": token,
                "serverChallenge": _encode(ours),
                "clientChallenge": _encode(self._server_key.encrypt(theirs)),
            },
        )

    def _by_certificate(self, call: Call, form: dict[str, str]) -> Reply:
        """Let in who encrypts the challenge with the user's key; a temporary token works once."""
        self._check_user(form)
        expiry, ours = self._challenges.pop(call.headers.get("Authorization", ""), (None, b""))
        if expiry is None or call.at >= expiry:
            raise RefusedError(self.dead("INVALID_TOKEN" if expiry is None else "TOKEN_EXPIRED"))
        if self._client_key.recover(_decode(form["server_challenge"])) != ours:
            raise refused("INVALID_USER_NAME_PASSWORD")
        return self._issue(call)

    def _check_user(self, form: dict[str, str]) -> None:
        if form["user_name"] != self.account.user_name:
            raise refused("INVALID_USER_NAME_PASSWORD")


def _read_form(call: Call) -> dict[str, str]:
    content_type = call.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content_type != FORM:
        raise invalid(f"Content-Type must be {FORM}")
    pairs = parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        raise invalid("a parameter is given twice")
    return dict(pairs)


def _encode(raw: bytes) -> str:
    """Write Base64 that survives form encoding: URL-safe, without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    """Read Base64 of either alphabet, with or without padding; what is none is empty."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
