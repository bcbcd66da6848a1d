"""How a Responsys user proves itself, by rule and over real sockets."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import attrs
import pytest

import campaign_reg
from campaign_reg.errors import (
    ApiError,
    AuthenticationError,
    ConfigurationError,
    ConnectError,
    DecodeError,
    RateLimitError,
    ServerError,
)
from campaign_reg.providers.responsys.auth import LIFETIME_SECONDS, ResponsysLogin, scheme_for
from campaign_reg.providers.responsys.config import ResponsysConfig
from campaign_reg.wire.message import Response, Token
from campaign_reg.wire.ports import AuthScheme
from campaign_reg.wire.request import Request
from tests.support.clocks import VirtualClock
from tests.support.vendors import responsys_keys
from tests.support.vendors.responsys_contract import answers, requests
from tests.support.wire_server import Received, WireServer, drop, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from campaign_reg.providers.responsys.backend import ResponsysBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock

pytestmark = pytest.mark.anyio

LOGIN_URL = "https://login5.responsys.net"
PASSWORD = "canary &=sécret"
OPENED = {"authToken": "token-0001", "issuedAt": 1795305600000, "endPoint": "https://api5-009.responsys.net"}


def config(**changes: Any) -> ResponsysConfig:
    given = {"user_name": "api_user@example", "password": PASSWORD, "login_url": LOGIN_URL}
    return ResponsysConfig(**{**given, **changes})


def by_certificate(**changes: Any) -> ResponsysConfig:
    return config(
        **{
            "password": None,
            "client_key": responsys_keys.pem(responsys_keys.client()),
            "server_certificate": responsys_keys.certificate_pem(responsys_keys.server()),
            **changes,
        }
    )


def answer(body: Any, status: int = 200) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=status, headers={}, body=content)


def refusal(code: str, detail: str = "", status: int = 401) -> Response:
    body = {"type": "", "title": "", "errorCode": code, "detail": detail, "errorDetails": []}
    return answer(body, status)


@attrs.define
class Vendor:
    """Answers a login's requests one by one."""

    entries: Sequence[Response | Callable[[dict[str, str]], Response]]
    asked: list[Request] = attrs.field(factory=list)

    async def ask(self, request: Request) -> Response:
        self.asked.append(request)
        entry = self.entries[len(self.asked) - 1]
        return entry if isinstance(entry, Response) else entry(form(request))


def form(request: Request) -> dict[str, str]:
    assert isinstance(request.body, bytes)
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    return {name: values[0] for name, values in parse_qs(request.body.decode(), strict_parsing=True).items()}


class TestPassword:
    async def test_credentials_go_into_the_body_alone(self) -> None:
        vendor = Vendor([answer(OPENED)])
        scheme: AuthScheme = scheme_for(config())
        token = await scheme.obtain(vendor.ask, None)
        assert token == Token(
            value="token-0001",
            lifetime_seconds=LIFETIME_SECONDS,
            base_url="https://api5-009.responsys.net",
        )
        [request] = vendor.asked
        assert (request.method, request.url) == ("POST", f"{LOGIN_URL}/rest/api/v1.3/auth/token")
        assert form(request) == {
            "user_name": "api_user@example",
            "password": PASSWORD,
            "auth_type": "password",
        }
        assert set(request.headers) == {"Accept", "Content-Type"}
        assert "canary" not in repr(request)

    async def test_the_bare_token_goes_with_every_call(self) -> None:
        token = Token(value="token-0001", lifetime_seconds=1, base_url="https://a.example")
        assert await ResponsysLogin(config()).authorize(token) == {"Authorization": "token-0001"}
        assert ResponsysLogin(config()).origins == {LOGIN_URL}

    async def test_the_password_may_be_fetched(self) -> None:
        async def fetch() -> str:
            return "later"

        vendor = Vendor([answer(OPENED)] * 2)
        await ResponsysLogin(config(password=fetch)).obtain(vendor.ask, None)
        await ResponsysLogin(config(password=lambda: "at once")).obtain(vendor.ask, None)
        assert [form(request)["password"] for request in vendor.asked] == ["later", "at once"]
        with pytest.raises(ConfigurationError, match="password: the callable returned no text"):
            await ResponsysLogin(config(password=lambda: "")).obtain(vendor.ask, None)

    def test_our_forms_are_the_contracts(self) -> None:
        told = dict(requests("authToken"))
        assert set(told["password"]) == {"user_name", "password", "auth_type"}
        assert told["refresh"] == {"auth_type": "token"}

    @pytest.mark.parametrize(
        ("status", "name", "body"),
        [(int(s), n, b) for _, s, n, b in answers("authToken") if s != "200"],
    )
    async def test_refusals(self, status: int, name: str, body: Any) -> None:
        with pytest.raises(ApiError) as caught:
            await ResponsysLogin(config()).obtain(Vendor([answer(body, status)]).ask, None)
        kinds: dict[str, type[ApiError]] = {
            "ApiLimitExceeded": RateLimitError,
            "BackendFailure": ServerError,
            "InvalidParameter": campaign_reg.errors.InvalidRequestError,
        }
        assert type(caught.value) is kinds.get(name, AuthenticationError)

    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({"authToken": ""}, "authToken"),
            ({"authToken": None}, "authToken"),
            ({"authToken": 5}, "authToken"),
            ({"authToken": "a b"}, "authToken"),
            ({"authToken": "a\r\nX: y"}, "authToken"),
            ({"authToken": "tökén"}, "authToken"),
            ({"endPoint": None}, "endPoint"),
            ({"endPoint": ["https://api5-009.responsys.net"]}, "endPoint"),
            ({"endPoint": ""}, "endPoint"),
        ],
    )
    async def test_what_is_no_token(self, changes: dict[str, Any], place: str) -> None:
        with pytest.raises(DecodeError) as caught:
            ResponsysLogin(config()).parse_token(answer({**OPENED, **changes}))
        assert caught.value.path == place

    @pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'"x"'])
    async def test_what_is_no_object(self, body: bytes) -> None:
        with pytest.raises(DecodeError):
            ResponsysLogin(config()).parse_token(answer(body))

    async def test_a_success_that_is_a_refusal(self) -> None:
        with pytest.raises(AuthenticationError, match="PASSWORD_EXPIRED"):
            ResponsysLogin(config()).parse_token(attrs.evolve(refusal("PASSWORD_EXPIRED"), status=200))


class TestRenewal:
    CURRENT = Token(value="token-0000", lifetime_seconds=1, base_url="https://api5-009.responsys.net")

    async def test_the_tokens_own_host_renews_it(self) -> None:
        changed = {**OPENED, "authToken": "token-0002", "endPoint": "https://api5-010.responsys.net"}
        vendor = Vendor([answer(changed)])
        token = await ResponsysLogin(config()).obtain(vendor.ask, self.CURRENT)
        assert (token.value, token.base_url) == ("token-0002", "https://api5-010.responsys.net")
        [request] = vendor.asked
        assert request.url == "/rest/api/v1.3/auth/token"
        assert (form(request), request.headers["Authorization"]) == ({"auth_type": "token"}, "token-0000")

    @pytest.mark.parametrize(
        "first", [refusal("RESOURCE_NOT_FOUND", status=404), refusal("INVALID_PARAMETER", status=400)]
    )
    async def test_the_login_host_is_asked_next(self, first: Response) -> None:
        vendor = Vendor([first, answer(OPENED)])
        await ResponsysLogin(config()).obtain(vendor.ask, self.CURRENT)
        assert [request.url.partition("/rest")[0] for request in vendor.asked] == ["", LOGIN_URL]
        assert form(vendor.asked[1]) == {"auth_type": "token"}

    @pytest.mark.parametrize(
        "dead",
        [
            refusal("INVALID_TOKEN"),
            refusal("TOKEN_EXPIRED"),
            refusal("UNEXPECTED_EXCEPTION", "Not a valid authentication token", 500),
        ],
    )
    async def test_a_dead_token_is_a_reason_to_log_in(self, dead: Response) -> None:
        vendor = Vendor([dead, answer(OPENED)])
        await ResponsysLogin(config()).obtain(vendor.ask, self.CURRENT)
        assert form(vendor.asked[1])["auth_type"] == "password"

    async def test_where_nobody_renews_a_login_does(self) -> None:
        vendor = Vendor([refusal("RESOURCE_NOT_FOUND", status=404)] * 2 + [answer(OPENED)])
        await ResponsysLogin(config()).obtain(vendor.ask, self.CURRENT)
        assert form(vendor.asked[2])["auth_type"] == "password"

    @pytest.mark.parametrize(
        "told",
        [
            refusal("API_LIMIT_EXCEEDED", status=400),
            refusal("PASSWORD_LOCKOUT"),
            refusal("UNEXPECTED_EXCEPTION"),
        ],
    )
    async def test_other_refusals_are_no_reason_to_log_in(self, told: Response) -> None:
        vendor = Vendor([told])
        with pytest.raises(ApiError):
            await ResponsysLogin(config()).obtain(vendor.ask, self.CURRENT)


class TestCertificate:
    def vendor(self, **changes: Any) -> Vendor:
        def challenge(members: dict[str, str]) -> Response:
            assert (members["user_name"], members["auth_type"]) == ("api_user@example", "server")
            sent = base64.urlsafe_b64decode(members["client_challenge"] + "==")
            assert len(sent) >= 16
            proof = responsys_keys.raw_encrypted(responsys_keys.server(), sent)
            body = {
                "authToken": "temporary-1",
                "serverChallenge": base64.b64encode(b"nonce\xfb\xff").decode(),
                "clientChallenge": responsys_keys.unpadded(proof),
            }
            return answer({**body, **changes})

        def opened(members: dict[str, str]) -> Response:
            assert set(members) == {"user_name", "auth_type", "server_challenge"}
            assert members["auth_type"] == "client"
            assert not set(members["server_challenge"]) & set("+/=")
            proof = base64.urlsafe_b64decode(members["server_challenge"] + "==")
            assert responsys_keys.raw_recovered(responsys_keys.client(), proof) == b"nonce\xfb\xff"
            return answer(OPENED)

        return Vendor([challenge, opened])

    async def test_two_steps(self) -> None:
        vendor = self.vendor()
        token = await scheme_for(by_certificate()).obtain(vendor.ask, None)
        assert token.value == "token-0001"
        first, second = vendor.asked
        assert "Authorization" not in first.headers
        assert second.headers["Authorization"] == "temporary-1"
        assert {first.url, second.url} == {f"{LOGIN_URL}/rest/api/v1.3/auth/token"}
        # A lost answer to the second step must not send the same proof again.
        assert (first.operation.safe, second.operation.safe) == (True, False)

    async def test_each_challenge_is_new(self) -> None:
        vendors = [self.vendor(), self.vendor()]
        for vendor in vendors:
            await ResponsysLogin(by_certificate()).obtain(vendor.ask, None)
        sent = [form(vendor.asked[0])["client_challenge"] for vendor in vendors]
        assert sent[0] != sent[1]

    async def test_a_server_that_cannot_prove_itself_gets_no_second_request(self) -> None:
        stranger = responsys_keys.unpadded(responsys_keys.raw_encrypted(responsys_keys.client(), b"x" * 32))
        vendor = self.vendor(clientChallenge=stranger)
        with pytest.raises(AuthenticationError, match="could not prove who it is"):
            await ResponsysLogin(by_certificate()).obtain(vendor.ask, None)
        assert len(vendor.asked) == 1

    @pytest.mark.parametrize("member", ["authToken", "serverChallenge", "clientChallenge"])
    @pytest.mark.parametrize("value", [None, 7, "", "ä"])
    async def test_a_challenge_that_is_none(self, member: str, value: Any) -> None:
        vendor = self.vendor(**{member: value})
        with pytest.raises(DecodeError) as caught:
            await ResponsysLogin(by_certificate()).obtain(vendor.ask, None)
        assert caught.value.path == member
        assert len(vendor.asked) == 1

    async def test_the_key_may_be_fetched_or_in_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "key.pem").write_text(responsys_keys.pem(responsys_keys.client(), pkcs1=True))
        (tmp_path / "server.pem").write_text(responsys_keys.certificate_pem(responsys_keys.server()))
        for changes in (
            {"client_key": lambda: responsys_keys.pem(responsys_keys.client())},
            {"client_key": str(tmp_path / "key.pem"), "server_certificate": str(tmp_path / "server.pem")},
        ):
            token = await ResponsysLogin(by_certificate(**changes)).obtain(self.vendor().ask, None)
            assert token.value == "token-0001"


@pytest.mark.parametrize(
    ("response", "expired"),
    [
        (refusal("INVALID_TOKEN"), True),
        (refusal("TOKEN_EXPIRED"), True),
        (refusal("INVALID_TOKEN", status=400), True),
        (refusal("UNEXPECTED_EXCEPTION", "Not a valid authentication token", 500), True),
        (refusal("UNEXPECTED_EXCEPTION", "Error on the backend", 500), False),
        (refusal("UNAUTHORIZED"), False),
        (refusal("INSUFFICIENT_ACCESS"), False),
        (refusal("API_DISABLED_FOR_USER"), False),
        (refusal("API_LIMIT_EXCEEDED"), False),
        (refusal("PASSWORD_LOCKOUT"), False),
        (answer(b"<html>", 401), False),
        (answer(b"", 500), False),
    ],
)
async def test_only_a_dead_token_is_renewed(response: Response, expired: bool) -> None:
    assert ResponsysLogin(config()).says_expired(response) is expired


async def test_without_the_extra_a_password_still_logs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cryptography.hazmat.primitives.asymmetric.utils", None)
    assert isinstance(scheme_for(config()), ResponsysLogin)
    with pytest.raises(ConfigurationError, match="responsys-certificate"):
        scheme_for(by_certificate())


def logins(sandbox: Sandbox) -> list[str]:
    """Modes of the logins so far."""
    bodies = [parse_qs(e.request_body.decode()) for e in sandbox.exchanges if e.operation == "authToken"]
    return [body["auth_type"][0] for body in bodies]


class TestOverSockets:
    async def test_the_token_is_renewed_before_it_expires(
        self, responsys: ResponsysBackend, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        for renewals in range(1, 4):
            await responsys.rate_limits()
            clock.advance(6000)
            await responsys.rate_limits()  # starts the renewal, and does not wait for it
            async with asyncio.timeout(5):
                while len(logins(sandbox)) <= renewals:
                    await asyncio.sleep(0.005)
        assert logins(sandbox) == ["password", "token", "token", "token"]
        assert {exchange.status for exchange in sandbox.exchanges} == {200}

    @pytest.mark.fault(31)
    @pytest.mark.parametrize("disguise", ["INVALID_TOKEN", "TOKEN_EXPIRED", "UNEXPECTED_EXCEPTION"])
    @pytest.mark.parametrize("write", [False, True])
    async def test_a_dead_token_in_each_disguise_costs_one_login_and_one_replay(
        self, responsys: ResponsysBackend, sandbox: Sandbox, disguise: str, write: bool
    ) -> None:
        [name] = sandbox.responsys.seed(1)
        await responsys.rate_limits()
        sandbox.responsys.tokens.forget()
        sandbox.faults.add(
            "dead_token", "setCampaignApproval" if write else "getCampaignV15", disguise=disguise
        )
        sandbox.responsys.tokens.disguise = disguise
        if write:
            await responsys.approve(name)
            assert sandbox.ledger.counts("setCampaignApproval") == {name: 1}
        else:
            assert (await responsys.get(name)).name == name
        assert logins(sandbox)[:2] == ["password", "password"]

    async def test_by_certificate(self, sandbox: Sandbox, clock: SharedClock) -> None:
        settings = sandbox.responsys.certificate_settings(sandbox.url)
        async with campaign_reg.connect("responsys", clock=clock, **settings) as responsys:
            assert await responsys.rate_limits()
        assert logins(sandbox) == ["server", "client"]

    @pytest.mark.fault(36)
    async def test_wrong_passwords_stop_before_the_account_is_locked(
        self, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        settings = {**sandbox.settings("responsys"), "password": "canary-wrong"}
        async with campaign_reg.connect("responsys", clock=clock, **settings) as responsys:
            for _ in range(6):
                with pytest.raises(AuthenticationError) as caught:
                    await responsys.rate_limits()
                clock.advance(5)
                assert caught.value.code == "INVALID_USER_NAME_PASSWORD"
                assert "canary" not in str(caught.value)
        assert logins(sandbox) == ["password"] * 2


def opened(end_point: str, token: str = "T1") -> bytes:
    return json.dumps({"authToken": token, "issuedAt": 1, "endPoint": end_point}).encode()


async def connected(server: WireServer, clock: VirtualClock, **settings: Any) -> ResponsysBackend:
    given = {"user_name": "u", "password": "canary-secret", "login_url": server.origin, **settings}
    backend: ResponsysBackend = await campaign_reg.connect("responsys", clock=clock, **given)
    return backend


STRANGERS = [
    "https://evil.test",
    "http://evil.test",
    "http://api5-009.responsys.net",
    "https://u:p@api5-009.responsys.net",
    "https://10.0.0.1",
    "https://api5-009.responsys.net:8443",
    "https://api5-009.responsys.net.evil.test",
    "http://127.0.0.1.evil.test",
]


@pytest.mark.fault(37)
@pytest.mark.parametrize("stranger", STRANGERS)
async def test_a_foreign_endpoint_gets_no_token(stranger: str) -> None:
    async with WireServer(reply(200, opened(stranger))) as server:
        backend = await connected(server, VirtualClock(grace_seconds=0.005))
        try:
            with pytest.raises(ConfigurationError):
                await backend.get("Spring")
            assert [request.method for request in server.requests] == ["POST"]
        finally:
            await backend.aclose()


@pytest.mark.fault(37)
async def test_also_when_it_changes_at_a_renewal() -> None:
    async with WireServer(reply(200, b"[]")) as api, WireServer() as evil, WireServer() as server:
        server.steps = (reply(200, opened(api.origin)),)

        async def renew_to_a_stranger(connection: Any, received: Received) -> None:
            told = opened("https://api5-009.responsys.net.evil.test", "T2")
            await connection.write(reply(200, told if b"auth_type=token" in received.body else b"[]"))

        api.steps = (renew_to_a_stranger,)
        clock = VirtualClock(grace_seconds=0.005)
        backend = await connected(server, clock)
        try:
            await backend.rate_limits()
            clock.advance(6000)
            await backend.rate_limits()  # starts the renewal, and does not wait for it
            async with asyncio.timeout(5):
                while not any(b"auth_type=token" in request.body for request in api.requests):
                    await asyncio.sleep(0.005)
            assert await backend.rate_limits() == ()
            tokens = {request.headers["authorization"] for request in api.requests}
            assert tokens == {"T1"}, "the old token stays in use, the new one goes nowhere"
            assert evil.requests == []
        finally:
            await backend.aclose()


@pytest.mark.fault(38)
async def test_the_password_is_in_the_body_of_the_login_and_nowhere_else() -> None:
    async with WireServer(reply(200, b"[]")) as api, WireServer(reply(200, opened(api.origin))) as server:
        backend = await connected(server, VirtualClock(grace_seconds=0.005))
        try:
            await backend.rate_limits()
            [login], [call] = server.requests, api.requests
            assert login.body.count(b"canary-secret") == 1
            seen = f"{login.target} {login.headers} {call}"
            assert "canary" not in seen
            assert (call.target, call.headers["authorization"]) == ("/rest/api/ratelimit", "T1")
        finally:
            await backend.aclose()


@pytest.mark.fault(33)
async def test_a_token_that_never_works_ends_after_two_logins() -> None:
    dead = json.dumps({"errorCode": "INVALID_TOKEN", "detail": ""}).encode()
    async with WireServer(reply(401, dead)) as api, WireServer(reply(200, opened(api.origin))) as server:
        backend = await connected(server, VirtualClock(grace_seconds=0.005))
        try:
            for _ in range(3):
                with pytest.raises(AuthenticationError):
                    await backend.rate_limits()
            assert len(server.requests) == 2
        finally:
            await backend.aclose()


@pytest.mark.fault(32)
async def test_many_callers_cost_one_login() -> None:
    async with WireServer(reply(200, b"[]")) as api, WireServer(reply(200, opened(api.origin))) as server:
        backend = await connected(server, VirtualClock(grace_seconds=0.005))
        try:
            await asyncio.gather(*(backend.rate_limits() for _ in range(16)))
            assert (len(server.requests), len(api.requests)) == (1, 16)
        finally:
            await backend.aclose()


async def test_a_login_that_breaks_off_means_that_nothing_was_sent() -> None:
    async with WireServer(drop) as server:
        backend = await connected(server, VirtualClock(grace_seconds=0.005))
        try:
            with pytest.raises(ConnectError):
                await backend.get("Spring")
        finally:
            await backend.aclose()
