"""Credentials: to the right origins only, from one login at a time."""

from __future__ import annotations

import asyncio
import base64
import binascii
import copy
import json
import math
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import attrs

from campaign_reg.errors import (
    ApiError,
    AuthenticationError,
    CampaignRegError,
    ConfigurationError,
    ConnectError,
    HeldBackError,
    PermissionDeniedError,
)
from campaign_reg.wire.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from campaign_reg.clock import Clock
    from campaign_reg.rate import Reservation
    from campaign_reg.wire.message import Response, Token
    from campaign_reg.wire.ports import AuthScheme, Transport

_RENEW_AT = 0.8
_LOGINS_IN_A_ROW = 2
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_SHORTEST_SECRET = 8  # what is shorter protects nothing, and blotting it out would spoil every message
_PUBLIC_FIELDS = frozenset({"grant_type", "scope", "client_id", "audience", "auth_type", "user_name"})
_LOCKOUT_SECONDS = 900.0  # after refused logins: trying on would lock the account at some vendors


@attrs.frozen(eq=False)
class _Credentials:
    """Headers that no traceback with locals shows, and where requests go whose URL is a path."""

    headers: Mapping[str, str] = attrs.field(repr=False)
    base_url: str | None = None


class AuthTransport:
    """Attaches credentials, and renews the token before it expires or when the vendor says it has.

    One login runs at a time, in its own task: a caller that is cancelled while it waits does not harm the others. A
    valid token stays in use while its renewal fails. After two logins in a row without a success in between,
    no further one is made for a while: the error or the vendor's 401 comes out.

    An answer that is no plain success comes out without the credentials that its request carried: vendors and
    proxies that echo a request into an error page would otherwise put them into messages and journals.

    Args:
        inner: What sends, tokens' requests included.
        scheme: The vendor's rules.
        clock: Time; lifetimes are measured by its monotonic side.
    """

    def __init__(self, inner: Transport, scheme: AuthScheme, clock: Clock) -> None:
        self._inner = inner
        self._scheme = scheme
        self._clock = clock
        self._token: Token | None = None
        self._credentials: _Credentials | None = None
        self._tokenless = False
        self._renew_at = -math.inf
        self._expires_at = -math.inf
        self._login_secrets: frozenset[str] = frozenset()
        self._login: asyncio.Task[None] | None = None
        self._logins = 0
        self._failures = 0
        self._failure: CampaignRegError | None = None
        self._no_login_before = -math.inf

    async def send(self, request: Request) -> Response:
        """Send with credentials; a 401 for an expired token is answered by one login and one replay.

        Raises:
            ConfigurationError: The URL leads where the credentials must not go; nothing was sent.
            AuthenticationError: The login was refused; the request was not sent, or not applied.
            ConnectError: No token could be had for another reason; the request was not sent, or not applied.
        """
        self._refuse_foreign(request)
        credentials = self._credentials
        if credentials is None or self._clock.monotonic() >= self._renew_at:
            credentials = await self._valid_credentials(request)
        response = self._redacted(
            request,
            await self._inner.send(_with_headers(request, credentials, request.reservation)),
            credentials,
        )
        if not self._says_expired(response):
            if response.status != 401:
                self._logins = 0
            return response
        if request.departure is not None:
            request.departure.left = False  # refused for its token: not applied
        return await self._after_expiry(request, response, credentials)

    async def aclose(self) -> None:
        """Stop the login under way, if any; may be called twice."""
        login, self._login = self._login, None
        if login is not None:
            login.cancel()
            await asyncio.wait([login])

    def _redacted(self, request: Request, response: Response, used: _Credentials | None) -> Response:
        """The response, with what was secret blotted out where its body may end up in a message."""
        operation = request.operation
        if response.status in operation.success and (operation.result is not None or len(response.body) <= 2):
            return response
        if response.body:
            secrets = self._login_secrets.union(() if used is None else _secrets_in(used.headers))
            response.body = _redact(response.body, secrets)
        return response

    def _refuse_foreign(self, request: Request) -> None:
        # The allow-list holds exact origins and a slash follows, so no parser can read another host into it.
        url = request.url
        if url.startswith("/") and not url.startswith("//"):
            return  # it goes to the origin that the token came with, which the scheme has checked
        end = url.find("/", url.find("://") + 3)
        origin = url if end < 0 else url[:end]
        if origin not in self._scheme.origins:
            raise ConfigurationError(
                f"{request.operation.name}: this account's credentials may not be sent to that address; "
                "check the base URL"
            )

    async def _valid_credentials(self, request: Request) -> _Credentials:
        """Those of a valid token, after a login where there is none; starts a renewal that is due."""
        if self._tokenless:
            return _Credentials(await self._scheme.authorize(None))
        now = self._clock.monotonic()
        if self._credentials is None or now >= self._expires_at:
            return await self._log_in(request)
        if now >= self._renew_at and now >= self._no_login_before:
            self._start_login()
        return self._credentials

    async def _after_expiry(self, request: Request, response: Response, used: _Credentials) -> Response:
        if self._tokenless:
            return response
        if used is self._credentials:
            if self._login is None and self._logins >= _LOGINS_IN_A_ROW:
                return response
            self._renew_at = self._expires_at = -math.inf
            self._token = None
        credentials = await self._valid_credentials(request)
        # The slots left in the caller's reservation are for its next requests.
        response = self._redacted(
            request, await self._inner.send(_with_headers(request, credentials, None)), credentials
        )
        if not self._says_expired(response):
            self._logins = 0
        return response

    def _says_expired(self, response: Response) -> bool:
        """Whether a new token will do; False where the scheme fails, so that a write is not sent again."""
        if response.status < 400:
            return False
        try:
            return self._scheme.says_expired(response)
        except Exception:  # noqa: BLE001  (a provider's own code)
            return False

    async def _log_in(self, request: Request) -> _Credentials:
        """Wait for the login under way or a new one; its failure is the caller's, worded for its request."""
        if (
            self._login is None
            and self._failure is not None
            and self._clock.monotonic() < self._no_login_before
        ):
            raise _for_caller(self._failure, request)
        login = self._start_login()
        await asyncio.wait([login])  # unlike awaiting it, this cancels only ourselves
        if login.cancelled():
            raise ConnectError(request.operation.name, "not sent: this backend was closed", retryable=False)
        login.result()
        if self._failure is not None:
            raise _for_caller(self._failure, request)
        return self._credentials or _Credentials(await self._scheme.authorize(None))

    def _start_login(self) -> asyncio.Task[None]:
        if self._login is None:
            self._login = asyncio.create_task(self._fetch_token(), name="campaign-reg login")
            self._login.add_done_callback(self._login_ended)
        return self._login

    def _login_ended(self, login: asyncio.Task[None]) -> None:
        if self._login is login:
            self._login = None
        if not login.cancelled():
            login.exception()  # noqa: LOG004  (marks it as seen: callers that wait get it, but there may be none)

    async def _fetch_token(self) -> None:
        try:
            await self._try_login()
        except CampaignRegError as error:
            # Kept without its traceback, whose frames may hold the answer.
            self._failure = error.with_traceback(None)
            self._failure.__context__ = self._failure.__cause__ = None
            self._back_off(error)
        else:
            self._failure, self._failures, self._no_login_before = None, 0, -math.inf

    async def _try_login(self) -> None:
        asked_at, asked = self._clock.monotonic(), False

        async def ask(request: Request) -> Response:
            nonlocal asked
            self._refuse_foreign(request)
            if not asked:
                self._logins, self._login_secrets, asked = self._logins + 1, frozenset(), True
            self._login_secrets = self._login_secrets.union(
                _secrets_in(request.headers), _secrets_in_body(request)
            )
            if (
                request.url.startswith("/") and self._credentials is not None
            ):  # a renewal at the token's own origin
                request = attrs.evolve(request, url=_url_of(request, self._credentials.base_url))
            response = await self._inner.send(request)
            if response.status not in request.operation.success:
                response = self._redacted(request, response, None)
            return response

        still_good = asked_at < self._expires_at
        token = await self._scheme.obtain(ask, self._token if still_good else None)
        if token is None:
            self._tokenless = True
            return
        self._token = token
        self._credentials = _Credentials(await self._scheme.authorize(token), token.base_url)
        self._set_lifetime(asked_at, token)

    def _set_lifetime(self, asked_at: float, token: Token) -> None:
        self._renew_at = asked_at + _RENEW_AT * token.lifetime_seconds
        self._expires_at = asked_at + token.lifetime_seconds

    def _back_off(self, error: CampaignRegError) -> None:
        """Set when the next login may be tried: later and later, and much later after two refusals."""
        self._failures += 1
        pause = min(_FIRST_PAUSE_SECONDS * 2.0 ** (self._failures - 1), _LONGEST_PAUSE_SECONDS)
        if _is_refused(error) and self._failures >= _LOGINS_IN_A_ROW:
            pause = _LOCKOUT_SECONDS
        self._no_login_before = self._clock.monotonic() + pause


def _secrets_in(headers: Mapping[str, str]) -> Iterator[str]:
    """The credentials in headers: whole values, those after the scheme's name, and the password in Basic."""
    for name, value in headers.items():
        if name.title() in {"Accept", "Content-Type"}:
            continue
        scheme, _, rest = value.partition(" ")
        yield rest or scheme
        if scheme.lower() == "basic":
            try:
                yield base64.b64decode(rest, validate=True).decode().partition(":")[2]
            except (binascii.Error, ValueError):
                continue


def _secrets_in_body(request: Request) -> Iterator[str]:
    """What a login sends in its body instead of a header: password, assertion, API key."""
    if not isinstance(request.body, bytes):
        return
    if "form" in request.headers.get("Content-Type", ""):
        fields: Iterable[tuple[str, Any]] = parse_qsl(request.body.decode("utf-8", "replace"))
    else:
        try:
            document = json.loads(request.body)
        except ValueError:
            return
        fields = document.items() if isinstance(document, dict) else ()
    yield from (value for name, value in fields if name not in _PUBLIC_FIELDS and isinstance(value, str))


def _redact(body: bytes, secrets: Iterable[str]) -> bytes:
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            body = re.sub(_however_escaped(secret), b"[redacted]", body)
    return body


def _however_escaped(secret: str) -> bytes:
    """A pattern for a secret as JSON, HTML and URLs may spell it."""
    return b"".join(
        char.encode()
        if char.isascii() and char.isalnum()
        else rb"(?:\\?%b|(?i:%%%02x|\\u%04x|&#0*%d;|&#x0*%x;))"
        % (re.escape(char.encode()), ord(char), ord(char), ord(char), ord(char))
        for char in secret
    )


def _is_refused(error: CampaignRegError) -> bool:
    return isinstance(error, AuthenticationError | PermissionDeniedError)


def _for_caller(error: CampaignRegError, request: Request) -> CampaignRegError:
    """The login's failure as the failure of a request that therefore never left."""
    if _is_refused(error) or isinstance(error, ConfigurationError):
        return copy.copy(error)
    words = f"answered {error.status}" if isinstance(error, ApiError) else str(error)
    return HeldBackError(request.operation.name, f"not sent, no token could be had: {words}")


def _with_headers(request: Request, credentials: _Credentials, reservation: Reservation | None) -> Request:
    return Request(
        operation=request.operation,
        method=request.method,
        url=_url_of(request, credentials.base_url) if request.url.startswith("/") else request.url,
        headers={**request.headers, **credentials.headers},
        body=request.body,
        sink=request.sink,
        reservation=reservation,
        leave_before=request.leave_before,
        departure=request.departure,
        own_connection=request.own_connection,
    )


def _url_of(request: Request, base_url: str | None) -> str:
    if base_url is None:
        raise ConfigurationError(f"{request.operation.name}: the login gave no address to send this to")
    return base_url + request.url
