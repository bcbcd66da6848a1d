"""A server that answers once too often: no answer is taken for another request's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import attrs
import pytest

from campaign_reg.clock import SystemClock
from campaign_reg.errors import ConnectError, OutcomeUnknownError, TransportError
from campaign_reg.rate import Limits
from campaign_reg.transport.aiohttp import AiohttpTransport
from tests.support.clocks import VirtualClock
from tests.support.stack import GET, PUT, Account, Bearer, get, put
from tests.support.streams import Counter, Source
from tests.support.wire_server import Connection, Received, WireServer, reply
from tests.transport.surplus import MOMENTS, Surplus

if TYPE_CHECKING:
    from campaign_reg.wire.request import Request

pytestmark = pytest.mark.anyio

STALE = reply(200, b'{"stale":true}')
BYTES = {
    "an answer": STALE,
    "a 408 and the end": reply(408, b"", Connection="close"),
    "an answer without its body": STALE[:-5],
    "an interim answer": b"HTTP/1.1 103 Early Hints\r\n\r\n",
    "a 100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "no HTTP": b"\x00\x01 hello\r\n\r\n",
    "the rest of a body": b'"more": 1}',
    "two answers": STALE * 2,
}


def read_by(method: str) -> Any:
    """What comes unasked after the answers to this method."""

    def extra(request: Received) -> bytes | None:
        return STALE if request.method == method else None

    return extra


def right(request: Received) -> bytes:
    """Refuses writes, answers reads by their path."""
    if request.method != "GET":
        return reply(400, b'{"refused":true}')
    return reply(200, request.target.encode())


def of(id: str, origin: str) -> Request:
    return get(url=f"{origin}/c/{id}", operation=attrs.evolve(GET, timeout_seconds=5.0))


@pytest.mark.fault(104)
@pytest.mark.parametrize("wait", [True, False], ids=["idle", "at once"])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("borrowed", [False, True], ids=["own pool", "borrowed"])
async def test_a_write_gets_its_own_answer(moment: float | None, wait: bool, borrowed: bool) -> None:
    connector = aiohttp.TCPConnector() if borrowed else None
    transport = AiohttpTransport(clock=SystemClock(), limits=Limits(), connector=connector)
    step = Surplus(right, read_by("GET"), moment)
    async with WireServer(step) as server:
        await transport.send(of("one", server.origin))
        if wait and moment is not None:
            await step.sent.wait()
        for method in ("PUT", "POST", "DELETE", "PATCH"):
            response = await transport.send(
                put(server.origin, method=method, operation=attrs.evolve(PUT, method=method))
            )
            assert (response.status, response.body) == (400, b'{"refused":true}')
        await transport.aclose()
        if connector is not None:
            assert not connector.closed
            await connector.close()


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_surplus_answer_to_a_write_reaches_nobody(
    transport: AiohttpTransport, moment: float | None
) -> None:
    step = Surplus(right, read_by("PUT"), moment)
    async with WireServer(step) as server:
        for _ in range(3):
            assert (await transport.send(put(server.origin))).status == 400
            assert (await transport.send(of("two", server.origin))).body == b"/c/two"
        assert len({request.connection for request in server.requests}) == 4


@pytest.mark.parametrize("kind", BYTES)
async def test_a_connection_that_held_bytes_is_closed_and_not_used(
    transport: AiohttpTransport, kind: str
) -> None:
    step = Surplus(right, lambda request: BYTES[kind] if request.target == "/c/one" else None, 0.005)
    async with WireServer(step) as server:
        assert (await transport.send(of("one", server.origin))).body == b"/c/one"
        await step.sent.wait()
        await asyncio.sleep(0)  # what was sent has been received
        assert (await transport.send(of("two", server.origin))).body == b"/c/two"
        assert [request.connection for request in server.requests] == [1, 2]


async def test_half_an_answer_that_an_idle_connection_holds_is_dropped(transport: AiohttpTransport) -> None:
    """aiohttp does not show it; its rest is no HTTP, and breaks a read instead of answering it."""
    rest = asyncio.Event()

    async def halves(connection: Connection, request: Received) -> None:
        if request.target == "/c/one":
            await connection.write(right(request) + STALE[:20])
        else:
            await connection.write((STALE[20:] if connection.number == 1 else b"") + right(request))
        rest.set()

    async with WireServer(halves) as server:
        await transport.send(of("one", server.origin))
        await rest.wait()
        await asyncio.sleep(0)
        try:
            response = await transport.send(of("two", server.origin))
        except TransportError:
            response = await transport.send(of("two", server.origin))
        assert response.body == b"/c/two"


async def test_premise_plain_aiohttp_takes_what_an_idle_connection_holds() -> None:
    """Should aiohttp ever stop this, reads need no check."""
    step = Surplus(right, read_by("GET"), 0.005)
    async with WireServer(step) as server, aiohttp.ClientSession() as session:
        await (await session.get(server.origin + "/c/one")).read()
        await step.sent.wait()
        await asyncio.sleep(0.05)
        assert await (await session.put(server.origin, data=b"{}")).read() == b'{"stale":true}'


async def test_the_rest_of_a_body_is_no_answer(transport: AiohttpTransport) -> None:
    """A `Content-Length` too short: what follows in the same piece is not HTTP, and a write has no answer."""
    short = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}and more"
    async with WireServer(short, short, reply(200, b"[1]")) as server:
        with pytest.raises(OutcomeUnknownError):
            await transport.send(put(server.origin))
        with pytest.raises(TransportError):
            await transport.send(get(server.origin))
        assert (await transport.send(get(server.origin))).body == b"[1]"
        assert [request.connection for request in server.requests] == [1, 2, 3]


@pytest.mark.parametrize("make", [get, put])
@pytest.mark.parametrize("then_close", [False, True])
async def test_an_answer_before_the_request_is_none(
    transport: AiohttpTransport, make: Any, then_close: bool
) -> None:
    greeted, requests = asyncio.Event(), []

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(STALE)
        await writer.drain()
        if then_close:
            writer.close()
        greeted.set()
        requests.append(await reader.read())
        writer.close()

    class Late(aiohttp.TCPConnector):
        """Gives the greeting the time to arrive."""

        async def connect(self, *args: Any, **named: Any) -> Any:
            connection = await super().connect(*args, **named)
            await greeted.wait()
            await asyncio.sleep(0.02)
            return connection

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    connector = Late()
    late = AiohttpTransport(clock=SystemClock(), limits=Limits(), connector=connector)
    with pytest.raises(ConnectError, match="before it was asked"):
        await late.send(make(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
    await late.aclose()
    await connector.close()
    server.close()
    await server.wait_closed()
    assert b"".join(requests) == b"", "nothing was sent"


async def test_own_connections_are_closed_also_where_the_server_would_keep_them(
    transport: AiohttpTransport,
) -> None:
    async with WireServer(reply(Connection="keep-alive")) as server:
        for _ in range(3):
            await transport.send(put(server.origin))
        await server.until_quiet()
        assert server.connections == 3


@pytest.mark.fault(15)
async def test_idle_connections_count_as_well(clock: VirtualClock) -> None:
    """Writes close idle ones, so that the server never sees more than `in_flight`; reads still share theirs."""
    limits = Limits(in_flight=4)
    async with WireServer() as server:
        async with Account(server.origin, SystemClock(), limits=limits) as account:
            for _ in range(5):
                await asyncio.gather(*(account.send(get(server.origin)) for _ in range(12)))
                mixed = [make(server.origin) for make in (get, put, put) for _ in range(8)]
                await asyncio.gather(*(account.send(request) for request in mixed))
        assert server.most_open <= 4
        assert server.connections < len(server.requests) - 40, "reads share connections"


async def test_a_borrowed_connector_keeps_its_idle_connections() -> None:
    connector = aiohttp.TCPConnector()
    async with WireServer(Surplus(right, lambda _: None, None)) as server:
        async with aiohttp.ClientSession(connector=connector, connector_owner=False) as theirs:
            await (await theirs.get(server.origin + "/c/one")).read()
        transport = AiohttpTransport(clock=SystemClock(), limits=Limits(in_flight=1), connector=connector)
        assert (await transport.send(put(server.origin))).status == 400
        kept = await transport.send(get(server.origin))
        assert kept.reused_connection, "its owner used it"
        assert [request.connection for request in server.requests] == [1, 2, 1]
        await transport.aclose()
        await connector.close()


async def test_a_login_gets_its_own_answer() -> None:
    """A stale answer taken for a token would be one to somebody else's question, or the end of the account."""
    clock = VirtualClock()
    step = Surplus(
        lambda request: right(request) if request.target != "/token" else reply(200, b'{"token":1}'),
        read_by("GET"),
        None,
    )
    async with WireServer(step) as server:
        scheme = Bearer(server.origin, lifetime_seconds=60.0)
        async with Account(server.origin, clock, scheme=scheme) as account:
            await account.send(of("one", server.origin))
            clock.advance(100)
            await account.send(of("two", server.origin))
        tokens = [request.connection for request in server.requests if request.target == "/token"]
        assert len(tokens) == 2
        assert not set(tokens) & {r.connection for r in server.requests if r.target != "/token"}


async def test_the_replay_of_a_write_gets_its_own_answer(clock: VirtualClock) -> None:
    seen: list[str] = []

    def answer(request: Received) -> bytes:
        seen.append(request.target)
        if request.target == "/token":
            return reply()
        return reply(401, b"expired") if seen.count(request.target) == 1 else reply(400, b"no")

    async with WireServer(Surplus(answer, lambda _: STALE, None)) as server:
        async with Account(server.origin, clock, scheme=Bearer(server.origin)) as account:
            response = await account.send(put(server.origin))
        assert (response.status, response.body) == (400, b"no")
        assert [request.connection for request in server.requests] == [1, 2, 3, 4]


async def test_streams_get_their_own_answers(transport: AiohttpTransport) -> None:
    step = Surplus(right, lambda _: STALE, None)
    down = attrs.evolve(GET, keep_alive=False)
    async with WireServer(step) as server:
        await transport.send(of("one", server.origin))
        upload = put(server.origin, body=Source([b"a"]))
        assert (await transport.send(upload)).status == 400
        sink = Counter()
        await transport.send(attrs.evolve(of("file", server.origin), operation=down, sink=sink))
        assert sink.size == len("/c/file")
        assert (await transport.send(upload)).status == 400
        assert [request.connection for request in server.requests] == [1, 2, 3, 4]


async def test_a_refusal_that_decides_is_asked_for_again_where_it_may_be_another_s(
    clock: VirtualClock,
) -> None:
    """A 404 does not say what is not there."""
    gone = reply(404, b"{}")
    step = Surplus(right, lambda request: gone if request.target == "/c/one" else None, None)
    async with WireServer(step) as server, Account(server.origin, clock) as account:
        await account.send(of("one", server.origin))
        response = await account.send(of("two", server.origin))
        assert (response.status, response.body) == (200, b"/c/two")
        assert [request.connection for request in server.requests] == [1, 1, 2]


async def test_a_refusal_over_a_fresh_connection_is_believed(clock: VirtualClock) -> None:
    async with WireServer(reply(404)) as server, Account(server.origin, clock) as account:
        assert (await account.send(get(server.origin))).status == 404
        assert server.count("GET") == 1
        assert (await account.send(get(server.origin))).status == 404
        assert server.count("GET") == 3, (
            "the second came over the kept connection, and was asked for once more"
        )
