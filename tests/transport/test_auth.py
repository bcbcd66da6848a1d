from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

import attrs
import pytest

from campaign_reg.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectError,
    HeldBackError,
    OutcomeUnknownError,
    TransportError,
)
from campaign_reg.providers.sinch.errors import parse_envelope
from campaign_reg.transport.auth import AuthTransport
from campaign_reg.wire.request import build_request
from tests.support.stack import GET, ORIGIN, PUT, TOKEN, Basic, Bearer, Script, answer, get, put

if TYPE_CHECKING:
    from campaign_reg.wire.message import Response, Token
    from campaign_reg.wire.request import Request
    from tests.support.clocks import VirtualClock

pytestmark = pytest.mark.anyio

EXPIRED = answer(401, b"expired")
OTHER_401 = answer(401, b"who are you")


@attrs.define(eq=False)
class Vendor:
    """Logs in, and accepts the tokens that are not revoked.

    Attributes:
        login: What the token endpoint does.
    """

    login: Callable[[], Response | Exception] = answer
    revoked: set[str] = attrs.field(factory=set)
    refusal: Response = EXPIRED

    def __call__(self, request: Request) -> Response | Exception:
        if request.operation is TOKEN:
            return self.login()
        return self.refusal if token_of(request) in self.revoked else answer()


def token_of(request: Request) -> str:
    return request.headers["Authorization"].removeprefix("Bearer ")


def stack(
    clock: VirtualClock, vendor: Vendor, scheme: Bearer | None = None, *, latency_seconds: float = 0.0
) -> tuple[AuthTransport, Script]:
    script = Script(clock, [vendor], latency_seconds=latency_seconds)
    return AuthTransport(script, scheme or Bearer(), clock), script


async def test_a_token_is_fetched_once_and_used(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor())
    request = put(headers={"Content-Type": "application/json"})
    for _ in range(3):
        assert (await transport.send(request)).status == 200
    assert script.count(TOKEN) == 1
    assert script.sent[0].headers["Authorization"] == "Basic client-secret"
    assert {token_of(sent) for sent in script.sent[1:]} == {"T1"}
    assert script.sent[1].headers["Content-Type"] == "application/json"
    assert "Authorization" not in request.headers, "the caller's request is left alone"
    assert script.sent[1].body == request.body


async def test_the_permit_and_the_deadline_travel_along(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor(), Basic())
    request = put(leave_before=5.0)
    await transport.send(request)
    assert (script.sent[0].reservation, script.sent[0].leave_before) == (request.reservation, 5.0)


@pytest.mark.fault(37)
@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com.evil.test/c/1",
        "https://api.example.com@evil.test/c/1",
        "https://api.example.com:443@evil.test/c/1",
        "https://api.example.com:444/c/1",
        "https://api.example.com\\@evil.test/c/1",
        "https://api.example.com?@evil.test/",
        "https://api.example.com#@evil.test/",
        "https://evil.test/https://api.example.com/",
        "https://evil.test",
        "http://api.example.com/c/1",
        "https://API.example.com/c/1",
        "//api.example.com/c/1",
        "/c/1",
        "",
    ],
)
async def test_no_credential_leaves_the_allowed_origins(clock: VirtualClock, url: str) -> None:
    for scheme in (Bearer(), Basic()):
        transport, script = stack(clock, Vendor(), scheme)
        with pytest.raises(ConfigurationError):
            await transport.send(put(url=url))
        # Whether a path has an origin to go to is known after the login, which goes where it may.
        assert [request for request in script.sent if request.operation is not TOKEN or url != "/c/1"] == []


@pytest.mark.fault(37)
async def test_a_path_goes_where_the_token_came_from(clock: VirtualClock) -> None:
    class Elsewhere(Bearer):
        def parse_token(self, response: Response) -> Token:
            token = super().parse_token(response)
            return attrs.evolve(token, base_url=f"https://pod{self.tokens}.example.com")

    expired = answer(401, b"expired")
    transport, script = stack(clock, Vendor(), Elsewhere())
    await transport.send(put(url="/c/1"))
    assert script.sent[-1].url == "https://pod1.example.com/c/1"
    script.entries = [expired, answer(), answer()]
    script.sent.clear()
    await transport.send(put(url="/c/1"))
    urls = [request.url for request in script.sent if request.operation is not TOKEN]
    assert urls == ["https://pod1.example.com/c/1", "https://pod2.example.com/c/1"]


@pytest.mark.fault(37)
async def test_nor_does_the_login(clock: VirtualClock) -> None:
    scheme = Bearer(origin="https://evil.test", trusted=frozenset({ORIGIN}))
    transport, script = stack(clock, Vendor(), scheme)
    with pytest.raises(ConfigurationError):
        await transport.send(put())
    assert script.sent == []


@pytest.mark.fault(31)
async def test_an_expired_token_is_renewed_once_and_the_request_replayed_once(clock: VirtualClock) -> None:
    vendor = Vendor()
    transport, script = stack(clock, vendor)
    await transport.send(put())
    vendor.revoked = {"T1"}
    assert (await transport.send(put())).status == 200
    assert script.count(TOKEN) == 2
    assert [token_of(sent) for sent in script.sent if sent.operation is PUT] == ["T1", "T1", "T2"]


@pytest.mark.fault(31)
async def test_a_401_that_is_not_about_expiry_surfaces(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor(revoked={"T1"}, refusal=OTHER_401))
    assert await transport.send(put()) is OTHER_401
    assert (script.count(TOKEN), script.count(PUT)) == (1, 1)


@pytest.mark.fault(31)
async def test_64_callers_with_an_expired_token_make_one_login(clock: VirtualClock) -> None:
    vendor = Vendor()
    transport, script = stack(clock, vendor, latency_seconds=0.1)
    await transport.send(get())
    vendor.revoked = {"T1"}
    answers = await asyncio.gather(*(transport.send(get()) for _ in range(64)))
    assert {response.status for response in answers} == {200}
    assert script.count(TOKEN) == 2
    assert script.count(GET) == 1 + 64 + 64


@pytest.mark.fault(31)
async def test_64_callers_whose_very_first_token_is_refused_all_join_the_second_login(
    clock: VirtualClock,
) -> None:
    transport, script = stack(clock, Vendor(revoked={"T1"}), latency_seconds=0.1)
    answers = await asyncio.gather(*(transport.send(get()) for _ in range(64)))
    assert {response.status for response in answers} == {200}
    assert script.count(TOKEN) == 2


@pytest.mark.fault(31)
async def test_a_slow_401_does_not_renew_a_token_that_is_newer(clock: VirtualClock) -> None:
    vendor = Vendor()
    transport, script = stack(clock, vendor)
    await transport.send(get())
    vendor.revoked = {"T1"}
    script.latency_seconds = 5.0
    slow = asyncio.create_task(transport.send(get()))
    await script.until_sent(3)
    script.latency_seconds = 0.0
    await transport.send(get())
    assert (await slow).status == 200
    assert script.count(TOKEN) == 2


@pytest.mark.fault(32)
async def test_64_callers_at_the_start_make_one_login(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor(), latency_seconds=0.1)
    await asyncio.gather(*(transport.send(get()) for _ in range(64)))
    assert script.count(TOKEN) == 1


@pytest.mark.fault(32)
@pytest.mark.parametrize("cancelled", [0, 1, 2])
async def test_a_cancelled_caller_poisons_nobody(clock: VirtualClock, cancelled: int) -> None:
    transport, script = stack(clock, Vendor(), latency_seconds=1.0)
    calls = [asyncio.create_task(transport.send(get())) for _ in range(3)]
    await script.until_sent()
    calls[cancelled].cancel()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(results.pop(cancelled), asyncio.CancelledError)
    assert not any(isinstance(result, BaseException) for result in results)
    assert script.count(TOKEN) == 1


@pytest.mark.fault(32)
async def test_all_callers_cancelled_the_token_is_there_for_the_next(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor(), latency_seconds=1.0)
    call = asyncio.create_task(transport.send(get()))
    await script.until_sent()
    call.cancel()
    await asyncio.wait([call])
    assert (await transport.send(get())).status == 200
    assert script.count(TOKEN) == 1


@pytest.mark.fault(33)
async def test_at_most_two_logins_while_every_token_is_refused(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor(revoked={f"T{number}" for number in range(100)}))
    for _ in range(20):
        assert await transport.send(put()) is EXPIRED
    assert script.count(TOKEN) == 2


@pytest.mark.fault(33, 36)
async def test_at_most_two_logins_with_refused_credentials(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor(login=lambda: answer(401)), latency_seconds=0.1)
    for _ in range(5):
        results = await asyncio.gather(*(transport.send(put()) for _ in range(8)), return_exceptions=True)
        assert {type(result) for result in results} == {AuthenticationError}
        clock.advance(100)
    assert (script.count(TOKEN), script.count(PUT)) == (2, 0)


@pytest.mark.fault(36)
async def test_after_a_good_while_credentials_are_tried_again(clock: VirtualClock) -> None:
    vendor = Vendor(login=lambda: answer(401))
    transport, _ = stack(clock, vendor)
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            await transport.send(put())
        clock.advance(5)
    vendor.login = answer
    clock.advance(900)
    assert (await transport.send(put())).status == 200


@pytest.mark.fault(36)
async def test_credentials_revoked_while_the_token_is_valid(clock: VirtualClock) -> None:
    vendor = Vendor()
    transport, script = stack(clock, vendor)
    await transport.send(get())
    vendor.login = lambda: answer(401)
    clock.advance(3000)
    for _ in range(300):
        assert (await transport.send(get())).status == 200
        await asyncio.sleep(0)
        clock.advance(1)
    assert script.count(TOKEN) == 3, "the token stays in use, without trying for ever"
    clock.advance(301)
    with pytest.raises(AuthenticationError):
        await transport.send(get())


@pytest.mark.fault(34)
@pytest.mark.parametrize(
    "failure",
    [answer(500), answer(400), TransportError("t.token", "broken"), OutcomeUnknownError("t.token", "lost")],
    ids=str,
)
async def test_a_login_that_fails_leaves_the_request_known_unsent(
    clock: VirtualClock, failure: Response | Exception
) -> None:
    transport, script = stack(clock, Vendor(login=lambda: failure))
    with pytest.raises(HeldBackError, match=r"t\.put: not sent, no token") as caught:
        await transport.send(put())
    assert not caught.value.retryable
    assert script.count(PUT) == 0


@pytest.mark.fault(34)
async def test_failing_logins_are_tried_less_and_less_often(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor(login=lambda: answer(500)))
    for _ in range(600):
        with pytest.raises(ConnectError):
            await transport.send(put())
        clock.advance(1)
    assert 10 < script.count(TOKEN) < 20


@pytest.mark.fault(34)
async def test_a_valid_token_stays_in_use_while_its_renewal_fails(clock: VirtualClock) -> None:
    vendor = Vendor()
    transport, script = stack(clock, vendor)
    await transport.send(get())
    vendor.login = lambda: answer(503)
    clock.advance(0.8 * 3600)
    for _ in range(700):
        assert (await transport.send(get())).status == 200
        await asyncio.sleep(0)
        clock.advance(1)
    tried = script.count(TOKEN)
    assert 5 < tried < 25
    vendor.login = answer
    clock.advance(60)
    expired = await transport.send(get())
    assert expired.status == 200
    assert token_of(script.sent[-1]) == "T2"


@pytest.mark.fault(34)
async def test_renewal_runs_in_the_background(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor(), latency_seconds=0.5)
    await transport.send(get())
    clock.advance(0.8 * 3600)
    await transport.send(get())
    assert [token_of(sent) for sent in script.sent if sent.operation is GET] == ["T1", "T1"], "nobody waits"
    await clock.sleep(1)
    await transport.send(get())
    assert (token_of(script.sent[-1]), script.count(TOKEN)) == ("T2", 2)


@pytest.mark.fault(35)
async def test_the_wall_clock_does_not_matter(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor())
    for seconds in (3600, -7200, 86400):
        await transport.send(get())
        clock.jump_wall(seconds)
    assert script.count(TOKEN) == 1
    clock.advance(3601)
    await transport.send(get())
    assert script.count(TOKEN) == 2


async def test_lifetimes_count_from_before_the_token_was_asked_for(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor(), Bearer(lifetime_seconds=100.0), latency_seconds=50.0)
    await transport.send(get())  # the login took until 50, the request until 100
    await transport.send(get())
    assert script.count(TOKEN) == 2


async def test_a_token_without_lifetime_serves_the_request_it_was_fetched_for(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor(), Bearer(lifetime_seconds=0.0))
    for _ in range(2):
        assert (await transport.send(get())).status == 200
    assert script.count(TOKEN) == 2


@pytest.mark.fault(38)
async def test_a_scheme_without_token_only_authorizes(clock: VirtualClock) -> None:
    scheme = Basic()
    transport, script = stack(clock, Vendor(), scheme)
    await transport.send(get())
    scheme.secret = "rotated"
    await transport.send(get())
    assert [sent.headers["Authorization"] for sent in script.sent] == ["Basic client-secret", "Basic rotated"]
    script.entries = [EXPIRED]
    assert await transport.send(get()) is EXPIRED


async def test_a_scheme_that_breaks_is_not_swallowed(clock: VirtualClock) -> None:
    class Broken(Bearer):
        async def token_request(self) -> Request | None:
            raise KeyError("vault")

    transport, script = stack(clock, Vendor(), Broken())
    for _ in range(2):
        with pytest.raises(KeyError):
            await transport.send(put())
    assert script.sent == []


@pytest.mark.fault(69)
async def test_aclose_stops_the_login(clock: VirtualClock) -> None:
    transport, script = stack(clock, Vendor(), latency_seconds=1000.0)
    before = asyncio.all_tasks()
    call = asyncio.create_task(transport.send(put()))
    await script.until_sent()
    await transport.aclose()
    with pytest.raises(ConnectError, match="closed"):
        await call
    assert asyncio.all_tasks() == before
    await transport.aclose()


@pytest.mark.fault(91)
async def test_the_failure_kept_for_others_holds_no_frames(clock: VirtualClock) -> None:
    transport, _ = stack(clock, Vendor(login=lambda: answer(401)))
    with pytest.raises(AuthenticationError) as first:
        await transport.send(put())
    with pytest.raises(AuthenticationError) as second:
        await transport.send(put())
    assert first.value is not second.value
    assert transport._failure is not None
    assert transport._failure.__traceback__ is None


SECRET_TOKEN = "eyJhbGci.oi+JSUzI/1NiIs_In-R5cCI6=="
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": lambda secret: secret.replace("/", "\\/"),
    "JSON by .NET": lambda secret: secret.replace("+", "\\u002B").replace("=", "\\u003d"),
    "HTML": lambda secret: secret.replace("=", "&#x3D;").replace("+", "&#43;"),
    "URL": lambda secret: quote(secret, safe=""),
}


@attrs.define(eq=False)
class LongTokens(Bearer):
    async def authorize(self, token: Token | None) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {SECRET_TOKEN}"}


@pytest.mark.fault(80)
@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("status", [202, 302, 400, 401, 503])
async def test_an_echoed_token_is_blotted_out(
    clock: VirtualClock, spell: Callable[[str], str], status: int
) -> None:
    def echo(request: Request) -> Response:
        if request.operation is TOKEN:
            return answer()
        return answer(status, f"You sent: {spell(request.headers['Authorization'])}".encode())

    transport = AuthTransport(Script(clock, [echo]), LongTokens(), clock)
    response = await transport.send(put())
    assert response.body == (
        b"You sent: Bearer%20[redacted]" if "%" in spell(" ") else b"You sent: Bearer [redacted]"
    )


@pytest.mark.fault(80)
@pytest.mark.parametrize("member", ["description", "resourceName", "strange", "fieldViolations"])
async def test_a_token_that_a_detail_echoes_is_blotted_out(clock: VirtualClock, member: str) -> None:
    def echo(request: Request) -> Response:
        if request.operation is TOKEN:
            return answer()
        words = f"you sent {request.headers['Authorization']}"
        told = [{"field": words, "description": words}] if member == "fieldViolations" else words
        body = {"error": {"message": "no", "details": [{"type": "Echo", member: told}]}}
        return answer(400, json.dumps(body).encode())

    response = await AuthTransport(Script(clock, [echo]), LongTokens(), clock).send(put())
    [detail] = parse_envelope(response).details
    shown = json.dumps(attrs.asdict(detail))
    assert "you sent Bearer [redacted]" in shown
    assert SECRET_TOKEN not in shown


@pytest.mark.fault(80)
async def test_an_echo_in_the_answer_to_a_replay_is_blotted_out(clock: VirtualClock) -> None:
    refusals = [EXPIRED, answer(400, SECRET_TOKEN.encode())]

    def echo(request: Request) -> Response:
        return answer() if request.operation is TOKEN else refusals.pop(0)

    transport = AuthTransport(Script(clock, [echo]), LongTokens(), clock)
    assert (await transport.send(put())).body == b"[redacted]"


@pytest.mark.fault(80)
async def test_a_success_that_carries_an_error_is_searched_and_data_is_not(clock: VirtualClock) -> None:
    transport = AuthTransport(
        Script(clock, [answer(), answer(200, SECRET_TOKEN.encode())]), LongTokens(), clock
    )
    data = attrs.evolve(GET, result=dict)
    assert (await transport.send(get(operation=data))).body == SECRET_TOKEN.encode()


@pytest.mark.fault(80)
@pytest.mark.parametrize(
    "echoed", ["key-id:the-key-secret", "the-key-secret", "a2V5LWlkOnRoZS1rZXktc2VjcmV0", "long-password"]
)
async def test_the_token_endpoint_s_echo_is_blotted_out(clock: VirtualClock, echoed: str) -> None:
    @attrs.define(eq=False)
    class Talkative(Bearer):
        async def token_request(self) -> Request | None:
            request = build_request(
                TOKEN,
                self.origin,
                body=b"grant_type=client_credentials&password=long-password",
                content_type="application/x-www-form-urlencoded",
            )
            pair = base64.b64encode(b"key-id:the-key-secret").decode()
            request.headers = {**request.headers, "Authorization": f"Basic {pair}"}
            return request

        def parse_token(self, response: Response) -> Token:
            raise AuthenticationError("t.token", response.status, response.body.decode())

    script = Script(clock, [answer(401, f"client_credentials: {echoed}".encode())])
    with pytest.raises(AuthenticationError) as caught:
        await AuthTransport(script, Talkative(), clock).send(put())
    assert "client_credentials" in str(caught.value)
    assert "[redacted]" in str(caught.value)
    assert echoed not in str(caught.value)
