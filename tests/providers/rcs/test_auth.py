"""How an account proves itself: pure functions, and the whole stack against the sandbox."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

import campaign_reg
from campaign_reg.errors import (
    ApiError,
    AuthenticationError,
    ConfigurationError,
    ConnectError,
    DecodeError,
    InvalidRequestError,
    RateLimitError,
    ServerError,
)
from campaign_reg.providers.rcs.auth import LOGIN, REFRESH, RcsJwt, parse_token
from campaign_reg.providers.rcs.config import RcsConfig
from campaign_reg.wire.message import Response, Token
from campaign_reg.wire.ports import AuthScheme
from campaign_reg.wire.request import Request
from tests.providers.rcs.conftest import calls
from tests.support.vendors.rcs_contract import EXAMPLES

if TYPE_CHECKING:
    from campaign_reg.providers.rcs.backend import RcsBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock

pytestmark = pytest.mark.anyio
KEY = "live_canary0000000000SECRET"
DATE = "Wed, 01 Apr 2026 00:00:00 GMT"
AT_DATE = 1775001600


def scheme(**changes: Any) -> RcsJwt:
    return RcsJwt(RcsConfig(**{"api_key": KEY, "brand": "bsg", **changes}))


def jwt(**claims: Any) -> str:
    parts = ({"alg": "RS256"}, claims)
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return f"{head}.{body}.c2ln"


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=status, headers=headers, body=content)


class Platform:
    """Answers logins by script."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []

    async def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answers[len(self.asked) - 1]


async def test_the_key_goes_into_the_body_of_login() -> None:
    any_scheme: AuthScheme = scheme()
    platform = Platform(answer({"bearer": jwt(iat=1, exp=3601)}))
    token = await any_scheme.obtain(platform, None)
    assert token is not None
    [request] = platform.asked
    assert (request.method, request.url) == ("POST", "https://one-api.bsg.world/api/auth/login")
    assert json.loads(request.body or b"") == {"api_key": KEY}  # type: ignore[arg-type]
    assert "Authorization" not in request.headers
    assert KEY not in repr(request)
    assert request.operation is LOGIN
    assert any_scheme.origins == {"https://one-api.bsg.world"}
    # Without the colon that the vendor's pages print.
    assert await any_scheme.authorize(token) == {"Authorization": f"Bearer {token.value}"}
    assert token.value not in repr(token)


async def test_a_key_may_be_fetched() -> None:
    async def fetch() -> str:
        return KEY

    for source in (fetch, lambda: KEY):
        request = await scheme(api_key=source).login_request()
        assert json.loads(request.body or b"") == {"api_key": KEY}  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="api_key"):
        await scheme(api_key=lambda: "").login_request()


async def test_a_token_that_works_buys_the_next() -> None:
    platform = Platform(answer({"bearer": "next"}))
    current = Token(value="old", lifetime_seconds=60)
    assert (await scheme().obtain(platform, current)).value == "next"
    [request] = platform.asked
    assert request.operation is REFRESH
    assert (request.url, request.body) == ("https://one-api.bsg.world/api/auth/refresh", None)
    assert request.headers["Authorization"] == "Bearer old"


@pytest.mark.parametrize("status", [401, 403, 404, 405, 422])
async def test_a_refused_refresh_logs_in(status: int) -> None:
    platform = Platform(answer({}, status), answer({"bearer": "new"}))
    token = await scheme().obtain(platform, Token(value="old", lifetime_seconds=60))
    assert token.value == "new"
    assert [request.operation for request in platform.asked] == [REFRESH, LOGIN]


@pytest.mark.parametrize(("status", "error"), [(500, ServerError), (503, ServerError), (429, RateLimitError)])
async def test_a_platform_in_trouble_is_not_asked_twice(status: int, error: type[ApiError]) -> None:
    platform = Platform(answer({}, status))
    with pytest.raises(error):
        await scheme().obtain(platform, Token(value="old", lifetime_seconds=60))


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, AuthenticationError), (422, AuthenticationError), (400, InvalidRequestError), (500, ServerError)],
)
async def test_refused_logins(status: int, error: type[ApiError]) -> None:
    with pytest.raises(error) as caught:
        await scheme().obtain(Platform(answer({"message": "no"}, status)), None)
    assert caught.value.message == "no"


@pytest.mark.parametrize(
    ("claims", "lifetime"),
    [
        ({"iat": AT_DATE, "exp": AT_DATE + 3600}, 3600),
        ({"iat": AT_DATE - 9, "exp": AT_DATE + 900}, 900),  # the vendor's clock when it answered
        ({"exp": AT_DATE + 60}, 60),
        (
            {"iat": AT_DATE - 7200, "exp": AT_DATE - 3600},
            3600,
        ),  # its Date is off: the claims agree with each other
        ({"exp": AT_DATE + 10 * 365 * 86400}, 30 * 86400),
        ({"exp": 1e300}, 3600),
        ({"exp": "soon"}, 3600),
        ({"exp": True, "iat": False}, 3600),
        ({}, 3600),
    ],
)
def test_the_lifetime_is_in_the_claims(claims: dict[str, Any], lifetime: float) -> None:
    assert parse_token(answer({"bearer": jwt(**claims)}, Date=DATE)).lifetime_seconds == lifetime


def test_the_contracts_token() -> None:
    token = parse_token(answer(EXAMPLES["Token"]))
    assert (token.value, token.lifetime_seconds) == (EXAMPLES["Token"]["bearer"], 30 * 86400)


@pytest.mark.parametrize("value", ["opaque", "a.b.c", "a.!!!.c", "a.W10.c", "....", "é".encode().hex()])
def test_a_token_need_not_be_a_jwt(value: str) -> None:
    assert parse_token(answer({"bearer": value})).lifetime_seconds == 3600


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        b"",
        b"<html>",
        {"bearer": None},
        {"bearer": ""},
        {"bearer": 7},
        {"bearer": "a b"},
        {"bearer": "é"},
    ],
)
def test_what_is_no_token(body: Any) -> None:
    with pytest.raises(DecodeError):
        parse_token(answer(body))


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'{"code":401,"message":"JWT Token not found"}'])
def test_any_401_asks_for_a_new_token(body: bytes) -> None:
    assert scheme().says_expired(answer(body, 401))
    assert not scheme().says_expired(answer(b'{"message":"Expired JWT Token"}', 403))


async def test_one_login_serves_many_and_an_expired_token_is_replaced(
    rcs: RcsBackend, sandbox: Sandbox
) -> None:
    await rcs.balance()
    await rcs.balance()
    sandbox.rcs.tokens.expire()
    await rcs.balance()
    asked = [exchange.operation for exchange in sandbox.exchanges]
    assert asked == ["login", "getBalance", "getBalance", "getBalance", "login", "getBalance"]


async def test_a_token_is_refreshed_before_it_ends(
    rcs: RcsBackend, sandbox: Sandbox, clock: SharedClock
) -> None:
    await rcs.balance()
    clock.advance(sandbox.rcs.tokens.lifetime_seconds * 0.9)
    for _ in range(50):
        await rcs.balance()
        if "refreshToken" in (operations := [exchange.operation for exchange in sandbox.exchanges]):
            break
    assert operations.count("login") == 1
    assert operations.count("refreshToken") == 1


async def test_a_wrong_key(sandbox: Sandbox) -> None:
    settings = {**sandbox.settings("rcs"), "api_key": "test_canary_WRONG"}
    async with campaign_reg.connect("rcs", **settings) as rcs:
        with pytest.raises((AuthenticationError, ConnectError)) as caught:
            await rcs.balance()
        assert "canary" not in str(caught.value)
    assert calls(sandbox) == []
