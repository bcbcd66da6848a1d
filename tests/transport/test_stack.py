"""All four transports over real sockets, as a backend stacks them."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import pickle
import socket
import traceback
from contextlib import redirect_stderr
from typing import TYPE_CHECKING

import aiohttp
import attrs
import pytest

from campaign_reg.clock import SystemClock
from campaign_reg.errors import (
    AuthenticationError,
    CampaignRegError,
    ConnectError,
    DecodeError,
    OutcomeUnknownError,
    RateLimitError,
    ServerError,
)
from campaign_reg.rate import Limits
from campaign_reg.wire.response import parse_response
from tests.support.breaks import BREAKS, Resolver
from tests.support.clocks import VirtualClock
from tests.support.stack import GET, PUT, Account, Basic, Bearer, get, put
from tests.support.wire_server import (
    Connection,
    Received,
    Step,
    WireServer,
    drop,
    reply,
    reset,
    silence,
    then_close,
)

if TYPE_CHECKING:
    from campaign_reg.wire.request import Request

pytestmark = pytest.mark.anyio

CANARY = "canary-4f1d-secret"


@pytest.mark.fault(1, 2)
async def test_a_read_is_sent_again_after_a_break(clock: VirtualClock) -> None:
    async with (
        WireServer(reset, drop, reply(200, b"[1]")) as server,
        Account(server.origin, clock) as account,
    ):
        assert (await account.send(get(server.origin))).body == b"[1]"
        assert server.count("GET") == 3


@pytest.mark.fault(2, 4)
async def test_a_write_that_was_dropped_is_on_the_wire_once(clock: VirtualClock) -> None:
    async with WireServer(reply(), drop, reply()) as server, Account(server.origin, clock) as account:
        await account.send(get(server.origin))
        with pytest.raises(OutcomeUnknownError):
            await account.send(put(server.origin))
        await asyncio.sleep(0.05)
        assert server.count("PUT") == 1
        assert (await account.send(get(server.origin))).status == 200, "reading goes on"


@pytest.mark.fault(2, 3, 7, 8, 9, 29, 30, 47, 48)
@pytest.mark.parametrize("fault", BREAKS)
async def test_no_break_makes_a_second_write(clock: VirtualClock, fault: str) -> None:
    async with WireServer(BREAKS[fault], reply()) as server, Account(server.origin, clock) as account:
        operation = attrs.evolve(PUT, max_body_bytes=1_000_000, timeout_seconds=2.0)
        with pytest.raises(OutcomeUnknownError):
            await account.send(put(server.origin, operation=operation))
        await asyncio.sleep(0.01)
        assert server.count("PUT") == 1


@pytest.mark.fault(13)
async def test_a_write_waits_for_the_name_to_resolve(clock: VirtualClock) -> None:
    resolver = Resolver(failures=2)
    connector = aiohttp.TCPConnector(resolver=resolver)
    async with WireServer() as server:
        origin = f"http://vendor.example:{server.port}"
        async with Account(origin, clock, connector=connector) as account:
            assert (await account.send(put(origin))).status == 200
        assert (resolver.asked, server.count("PUT")) == (3, 1)
    await connector.close()


@pytest.mark.fault(14)
async def test_refused_is_tried_again_within_the_budget(clock: VirtualClock) -> None:
    async with WireServer() as server:
        gone = server.origin
    async with Account(gone, clock) as account:
        for _ in range(10):
            with pytest.raises(ConnectError):
                await account.send(put(gone))
        assert len(clock.slept) == 10, "three repetitions for each of the first three, one for the fourth"


@pytest.mark.fault(18)
async def test_a_429_to_a_sinch_write_is_known_not_applied_and_sent_again() -> None:
    clock = VirtualClock(grace_seconds=0.01)
    async with WireServer(reply(429, Retry_After="5"), reply()) as server:
        async with Account(server.origin, clock) as account:
            started = clock.monotonic()
            responses = await asyncio.gather(
                account.send(put(server.origin)), *(account.send(get(server.origin)) for _ in range(5))
            )
            assert {response.status for response in responses} == {200}
            assert clock.monotonic() - started >= 5
            assert server.count("PUT") + server.count("GET") == 7


@pytest.mark.fault(21, 22)
async def test_503_and_502(clock: VirtualClock) -> None:
    html = reply(502, b"<html>\n<b>Bad\x1b[31m gateway</b>\x00" + b"x" * 5000, Content_Type="text/html")
    async with WireServer(reply(503), html, html, html, html) as server:
        async with Account(server.origin, clock) as account:
            with pytest.raises(OutcomeUnknownError) as unknown:
                await call(account, put(server.origin))
            assert (unknown.value.status, server.count("PUT")) == (503, 1)
            with pytest.raises(ServerError) as failed:
                await call(account, get(server.origin))
            assert server.count("GET") == 4
            assert len(failed.value.message) <= 201
            assert failed.value.message.isprintable()


async def call(account: Account, request: Request) -> object:
    """Send, and read the answer as the caller would."""
    operation = attrs.evolve(request.operation, result=dict, success=frozenset({200, 204}))
    return parse_response(operation, await account.send(request), lambda value, _: value)


@pytest.mark.fault(10, 23, 24, 42, 43, 44, 45, 46)
@pytest.mark.parametrize(
    "answer",
    [
        reply(204, b"", Content_Length=""),
        reply(200, b""),
        reply(200, b"<html>"),
        reply(200, b'{"a": NaN}'),
        reply(200, b'{"a": 1, "a": 2}'),
        reply(200, b"[" * 100_000 + b"]" * 100_000),
        reply(200, b'{"a": "\xff"}'),
        reply(200, b"9" * 5000),
        then_close(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"a": '),
    ],
    ids=["204", "empty", "html", "NaN", "twice", "deep", "utf-8", "digits", "cut"],
)
async def test_a_body_that_does_not_parse(clock: VirtualClock, answer: bytes) -> None:
    async with WireServer(answer) as server, Account(server.origin, clock) as account:
        with pytest.raises(DecodeError):
            await call(account, get(server.origin))
        with pytest.raises(OutcomeUnknownError):
            await call(account, put(server.origin))
        assert (server.count("GET"), server.count("PUT")) == (1, 1)


@pytest.mark.fault(31, 33)
async def test_a_401_in_mid_batch(clock: VirtualClock) -> None:
    expired = reply(401, b"expired")
    async with WireServer(reply(), reply(), expired, reply(), reply(200, b"[1]")) as server:
        async with Account(server.origin, clock, scheme=Bearer(server.origin)) as account:
            await account.send(get(server.origin))
            assert (await account.send(put(server.origin))).body == b"[1]"
            assert [request.headers["authorization"] for request in server.requests] == [
                "Basic client-secret", "Bearer T1", "Bearer T1", "Basic client-secret", "Bearer T2",
            ]  # fmt: skip


@pytest.mark.fault(34)
async def test_a_token_call_is_sent_again_and_a_write_is_not_lost(clock: VirtualClock) -> None:
    async with WireServer(reply(500), drop, reply(), reply(200, b"[1]")) as server:
        async with Account(server.origin, clock, scheme=Bearer(server.origin)) as account:
            assert (await account.send(put(server.origin))).body == b"[1]"
            assert (server.count("POST"), server.count("PUT")) == (3, 1)


@pytest.mark.fault(39)
async def test_two_accounts_share_nothing() -> None:
    clock = VirtualClock(grace_seconds=0.01)
    limited = reply(429, Retry_After="50", Set_Cookie="account=a; Path=/")
    async with WireServer(limited) as server:
        async with (
            Account(server.origin, clock, scheme=Bearer(server.origin, secret="a")) as a,
            Account(server.origin, clock, scheme=Basic(server.origin, secret="b")) as b,
        ):
            with pytest.raises(ConnectError):
                await a.send(put(server.origin))
            server.steps = (reply(),)
            a.pace.pause(1000)
            before = clock.monotonic()
            await b.send(put(server.origin))
            assert clock.monotonic() == before
            last = server.requests[-1]
            assert last.headers["authorization"] == "Basic b"
            assert "cookie" not in last.headers


@pytest.mark.fault(25)
async def test_a_stranger_gets_nothing(clock: VirtualClock) -> None:
    async with WireServer() as stranger, WireServer(reply(307, Location=f"{stranger.origin}/c")) as server:
        async with Account(server.origin, clock) as account:
            with pytest.raises(OutcomeUnknownError):
                await call(account, put(server.origin))
            assert stranger.connections == 0


@pytest.mark.fault(60)
async def test_after_sleep_the_write_meets_no_dead_connection() -> None:
    """The vendor closed the pooled connections while the machine slept; the write goes out once, and well."""
    clock = VirtualClock()
    async with WireServer() as server, Account(server.origin, clock) as account:
        await asyncio.gather(*(account.send(get(server.origin)) for _ in range(5)))
        opened = server.connections
        clock.jump_wall(3600)
        await account.send(put(server.origin))
        assert server.requests[-1].connection > opened


async def leak(connection: Connection, request: Received) -> None:
    """An answer that talks about anything but the credentials it got."""
    await connection.write(reply(401, b'{"error": "denied"}'))


@pytest.mark.fault(80)
@pytest.mark.parametrize(
    "fault", [*BREAKS, "silence", "401", "500", "429", "garbage body", "refused", "redirect", "bad header"]
)
async def test_no_secret_in_anything_written(
    fault: str, caplog: pytest.LogCaptureFixture, anyio_backend: str
) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    steps = {
        **BREAKS, "silence": silence, "401": leak, "500": reply(500), "429": reply(429),
        "garbage body": reply(200, b"{"), "redirect": reply(302, Location="http://127.0.0.1:9/"),
    }  # fmt: skip
    clock = VirtualClock()
    for operation in (GET, PUT):
        quick = attrs.evolve(operation, timeout_seconds=0.3, max_body_bytes=1_000_000)
        async with WireServer(steps.get(fault, reply())) as server:
            origin = "http://127.0.0.1:1" if fault == "refused" else server.origin
            secret = CANARY + "\n" if fault == "bad header" else CANARY
            async with Account(origin, clock, scheme=Basic(origin, secret=secret)) as account:
                request = put(origin, operation=quick, method=operation.method, body=CANARY.encode())
                with pytest.raises(CampaignRegError) as caught:
                    await call(account, request)
                assert_clean(caught.value, account, request)
    assert CANARY not in caplog.text
    asyncio.get_running_loop().set_debug(False)


@pytest.mark.fault(80)
@pytest.mark.parametrize("status", [401, 500, 200])
async def test_no_secret_of_a_login_in_anything_written(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    class Careless(Bearer):
        def parse_token(self, response):  # type: ignore[no-untyped-def]
            token = super().parse_token(response)
            if response.body:
                raise DecodeError("access_token", "missing")
            return token

    clock = VirtualClock()
    async with WireServer(reply(status, f'{{"token": "{CANARY}"}}'.encode())) as server:
        scheme = Careless(server.origin, secret=CANARY)
        async with Account(server.origin, clock, scheme=scheme) as account:
            with pytest.raises((AuthenticationError, ConnectError)) as caught:
                await account.send(put(server.origin))
            assert_clean(caught.value, account, None)
    assert CANARY not in caplog.text


def assert_clean(error: BaseException, account: Account, request: Request | None) -> None:
    """No canary in the error's words, chain, frames' locals or pickle, nor in what it touched."""
    # The test itself, and the fake scheme, hold the secret in plain sight: only our frames count.
    frames = [
        frame
        for part in _chain(error)
        for frame, _ in traceback.walk_tb(part.__traceback__)
        if "/campaign_reg/" in frame.f_code.co_filename or "/aiohttp/" in frame.f_code.co_filename
    ]
    for frame in frames:
        for value in frame.f_locals.values():
            assert CANARY not in repr(value), f"{frame.f_code.co_qualname}: {type(value).__name__}"
    written = [str(error), repr(error), repr(pickle.loads(pickle.dumps(error))), repr(vars(error))]
    written += [repr(account.auth), repr(account.socket), repr(account.retry), repr(request)]
    assert not any(CANARY in text for text in written)


def _chain(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


@pytest.mark.fault(90)
async def test_after_cancelling_a_thousand_calls_no_task_and_no_socket_is_left() -> None:
    clock = SystemClock()
    async with WireServer(silence) as server:
        before = asyncio.all_tasks()
        async with Account(server.origin, clock, limits=Limits(in_flight=32, per_second=10_000)) as account:
            calls = [asyncio.create_task(account.send(put(server.origin))) for _ in range(1000)]
            await server.until_open(32)
            for pending in calls:
                pending.cancel()
            results = await asyncio.gather(*calls, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results)
            await server.until_quiet()
            assert server.count("PUT") == server.connections == 32
            server.steps = (reply(),)
            assert (await account.send(put(server.origin))).status == 200, "every place is free again"
        await asyncio.sleep(0.01)
        assert asyncio.all_tasks() - before == set()


@pytest.mark.fault(91)
async def test_faulty_requests_leak_no_descriptor(clock: VirtualClock) -> None:
    faults: list[Step] = [reset, drop, reply(503), BREAKS["garbage"], BREAKS["truncated chunked"]]
    async with WireServer(*(faults * 60)) as server, Account(server.origin, clock) as account:
        for _ in range(250):
            with pytest.raises(CampaignRegError):
                await call(account, put(server.origin))
        await server.until_quiet()
        gc.collect()
        ours = [thing for thing in gc.get_objects() if type(thing) is socket.socket and thing.fileno() != -1]
        assert len([sock for sock in ours if _port(sock) == server.port]) <= 1


def _port(sock: socket.socket) -> int | None:
    try:
        return int(sock.getpeername()[1])
    except (OSError, IndexError):
        return None


@pytest.mark.fault(15)
async def test_5000_rows_ready(clock: VirtualClock) -> None:
    async with WireServer() as server:
        async with Account(server.origin, clock, limits=Limits(in_flight=16)) as account:
            complaints = io.StringIO()
            with redirect_stderr(complaints):
                await asyncio.gather(*(account.send(get(server.origin)) for _ in range(5000)))
            assert server.most_open <= 16
            assert complaints.getvalue() == ""


async def test_an_answered_429_reaches_the_caller_with_its_time(clock: VirtualClock) -> None:
    async with WireServer(reply(429, Retry_After="3600")) as server, Account(server.origin, clock) as account:
        with pytest.raises(RateLimitError) as caught:
            await call(account, put(server.origin))
        assert caught.value.retry_after_seconds == 3600
