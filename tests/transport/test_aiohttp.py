"""The transport over real sockets: broken exchanges, TLS, redirects, proxies, leaks."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import attrs
import pytest
from yarl import URL

from campaign_reg.clock import SystemClock
from campaign_reg.errors import (
    ConfigurationError,
    ConnectError,
    HeldBackError,
    InvalidInputError,
    OutcomeUnknownError,
    RequestTimeoutError,
    ServerError,
    TransportError,
)
from campaign_reg.rate import Limits
from campaign_reg.transport.aiohttp import AiohttpTransport
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.request import build_request
from campaign_reg.wire.response import parse_response
from tests.support.breaks import BREAKS, GZIPPED, Resolver
from tests.support.clocks import VirtualClock
from tests.support.stack import GET, PUT, get, no_errors_in_circles, put
from tests.support.wire_server import (
    Connection,
    Received,
    Step,
    WireServer,
    drop,
    reply,
    silence,
    then_close,
)

if TYPE_CHECKING:
    import trustme

    from campaign_reg.wire.request import Request

pytestmark = pytest.mark.anyio


FRAMED = {"gzip cut short", "damaged gzip", "gzip bomb", "unknown encoding"}
"""Here HTTP itself is whole, so the connection may be used again."""


def small(request: Request, **changes: Any) -> Request:
    """The request, with an operation of a small cap and a short deadline."""
    operation = attrs.evolve(
        request.operation, **{"max_body_bytes": 1_000_000, "timeout_seconds": 2.0, **changes}
    )
    return attrs.evolve(request, operation=operation)


@pytest.mark.fault(2, 3, 7, 8, 9, 29, 30, 47, 48)
@pytest.mark.parametrize("fault", BREAKS)
async def test_a_break_leaves_a_write_unknown_and_sends_it_once(
    transport: AiohttpTransport, fault: str
) -> None:
    async with WireServer(BREAKS[fault]) as server:
        with pytest.raises(OutcomeUnknownError) as caught:
            await transport.send(small(put(server.origin)))
        assert server.count("PUT") == 1
        if fault not in FRAMED:
            await server.until_quiet()
    assert caught.value.status is None
    assert "400" not in str(caught.value)


@pytest.mark.fault(2, 3, 7, 8, 9, 29, 30, 47, 48)
@pytest.mark.parametrize("fault", BREAKS)
async def test_a_break_of_a_read_is_no_answer(transport: AiohttpTransport, fault: str) -> None:
    async with WireServer(BREAKS[fault]) as server:
        with pytest.raises(TransportError) as caught:
            await transport.send(small(get(server.origin)))
        assert type(caught.value) is TransportError
        assert server.count("GET") == 1, "repeating is the retry transport's business"
        if fault not in FRAMED:
            await server.until_quiet()


@pytest.mark.fault(4)
@pytest.mark.parametrize("fault", ["reset after it is sent", "closed after it is sent"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_connection_that_dies_under_a_write_gets_it_once(
    transport: AiohttpTransport, method: str, fault: str
) -> None:
    """The most important test of all: the vendor applied it, and dropped the connection; another one is idle."""
    async with WireServer(reply(), reply(), BREAKS[fault], reply()) as server:
        for _ in range(2):
            await transport.send(get(server.origin))
        operation = attrs.evolve(PUT, method=method)
        with pytest.raises(OutcomeUnknownError):
            await transport.send(put(server.origin, method=method, operation=operation))
        await asyncio.sleep(0.05)
        assert server.count(method) == 1
        assert [request.connection for request in server.requests] == [1, 1, 2]


@pytest.mark.fault(4)
async def test_premise_plain_aiohttp_sends_the_put_twice() -> None:
    """Should aiohttp ever stop this, the middleware may go."""
    async with WireServer(reply(), drop, reply()) as server, aiohttp.ClientSession() as session:
        await (await session.get(server.origin)).read()
        await (await session.put(server.origin, data=b"{}")).read()
        assert server.count("PUT") == 2


@pytest.mark.fault(4)
async def test_a_connection_that_died_while_idle_is_not_used(transport: AiohttpTransport) -> None:
    async with WireServer(then_close(reply()), reply()) as server:
        await transport.send(get(server.origin))
        await asyncio.sleep(0.05)  # its end has been heard of
        assert (await transport.send(put(server.origin))).status == 200
        assert server.count("PUT") == 1


@pytest.mark.fault(1)
async def test_reset_before_the_request_is_read(transport: AiohttpTransport) -> None:
    async with WireServer(read_requests=False) as server:
        with pytest.raises(OutcomeUnknownError):
            await transport.send(put(server.origin))
        with pytest.raises(TransportError):
            await transport.send(get(server.origin))
        assert server.connections == 2


async def drip(connection: Connection, _: Received) -> None:
    await connection.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        await connection.write(b" ")
        await asyncio.sleep(0.02)


@pytest.mark.fault(5, 6)
@pytest.mark.parametrize("step", [drip, silence], ids=["dripping", "silence"])
async def test_the_deadline_holds_for_the_whole_exchange(transport: AiohttpTransport, step: Step) -> None:
    async with WireServer(step) as server:
        started = asyncio.get_running_loop().time()
        with pytest.raises(RequestTimeoutError, match=r"within 0\.2 s"):
            await transport.send(small(get(server.origin), timeout_seconds=0.2))
        with pytest.raises(OutcomeUnknownError, match=r"within 0\.2 s"):
            await transport.send(small(put(server.origin), timeout_seconds=0.2))
        assert asyncio.get_running_loop().time() - started < 2
        await server.until_quiet()


@pytest.mark.fault(10)
async def test_json_cut_short_without_length_reaches_the_decoder(transport: AiohttpTransport) -> None:
    cut = then_close(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"a": [1,')
    result = attrs.evolve(PUT, result=dict)
    async with WireServer(cut) as server:
        response = await transport.send(put(server.origin))
        assert response.body == b'{"a": [1,'
        with pytest.raises(OutcomeUnknownError, match="does not parse"):
            parse_response(result, response, lambda value, _: value)


def expired_certificate(authority: trustme.CA) -> ssl.SSLContext:
    past = datetime.now(UTC) - timedelta(days=1)
    return server_context(authority.issue_cert("localhost", not_after=past))


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture
def bad_tls(request: pytest.FixtureRequest, authority: trustme.CA) -> ssl.SSLContext:
    if request.param == "expired":
        return expired_certificate(authority)
    if request.param == "wrong host":
        return server_context(authority.issue_cert("elsewhere.example"))
    return server_context(authority.issue_cert("localhost"))


@pytest.mark.fault(11)
@pytest.mark.parametrize("bad_tls", ["unknown CA", "wrong host", "expired"], indirect=True)
async def test_tls_that_cannot_be_trusted_gets_nothing(
    bad_tls: ssl.SSLContext, trusting: ssl.SSLContext, request: pytest.FixtureRequest
) -> None:
    known = None if "unknown CA" in request.node.name else trusting
    transport = AiohttpTransport(clock=SystemClock(), limits=Limits(), ssl=known)
    async with WireServer(tls=bad_tls) as server:
        with pytest.raises(ConnectError, match="certificate") as caught:
            await transport.send(put(server.origin, headers={"Authorization": "Bearer canary"}))
        assert not caught.value.retryable
        assert server.requests == []
    await transport.aclose()


@pytest.mark.fault(11)
async def test_a_server_of_old_tls_is_not_asked_again(transport: AiohttpTransport) -> None:
    hellos = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hellos.append(await reader.read(1000))
        writer.write(bytes.fromhex("15030100020246"))  # alert: fatal, protocol_version
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ConnectError, match="TLS") as caught:
        await transport.send(put(f"https://127.0.0.1:{port}"))
    assert not caught.value.retryable
    assert len(hellos) == 1
    server.close()
    await server.wait_closed()


@pytest.mark.fault(11)
async def test_a_handshake_cut_off_is_known_unsent(transport: AiohttpTransport) -> None:
    async with WireServer(read_requests=False) as server:
        with pytest.raises(ConnectError) as caught:
            await transport.send(put(server.origin.replace("http:", "https:")))
        assert caught.value.retryable
        assert "0x" not in str(caught.value)


@pytest.mark.fault(11)
async def test_tls_that_can_be_trusted(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    transport = AiohttpTransport(clock=SystemClock(), limits=Limits(), ssl=trusting)
    async with WireServer(tls=server_context(authority.issue_cert("localhost"))) as server:
        assert (await transport.send(put(server.origin))).status == 200
        await transport.aclose()


@pytest.mark.fault(12)
async def test_a_download_cut_without_a_close_is_rejected(
    authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    async def cut(connection: Connection, _: Received) -> None:
        await connection.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7 half of")
        await asyncio.sleep(0.05)
        connection.reset() if connection.number == 1 else connection.writer.transport.abort()

    transport = AiohttpTransport(clock=SystemClock(), limits=Limits(), ssl=trusting)
    async with WireServer(cut, tls=server_context(authority.issue_cert("localhost"))) as server:
        for _ in range(2):
            with pytest.raises(TransportError):
                await transport.send(get(server.origin))
        await transport.aclose()


@pytest.mark.fault(13)
async def test_a_name_that_does_not_resolve_is_known_unsent() -> None:
    connector = aiohttp.TCPConnector(resolver=Resolver(failures=1))
    transport = AiohttpTransport(clock=SystemClock(), limits=Limits(), connector=connector)
    async with WireServer() as server:
        url = f"http://vendor.example:{server.port}/c/1"
        with pytest.raises(ConnectError) as caught:
            await transport.send(put(url=url))
        assert caught.value.retryable
        assert (await transport.send(put(url=url))).status == 200
        await transport.aclose()
        assert not connector.closed, "it is borrowed"
        await connector.close()


@pytest.mark.fault(14)
async def test_refused_or_not_opened_in_time_is_known_unsent(transport: AiohttpTransport) -> None:
    async with WireServer() as server:
        gone = server.origin
    with pytest.raises(ConnectError) as refused:
        await transport.send(put(gone))
    assert refused.value.retryable
    connector = aiohttp.TCPConnector(resolver=Resolver(seconds=5))
    slow = AiohttpTransport(clock=SystemClock(), limits=Limits(), connector=connector)
    with pytest.raises(ConnectError, match="did not open in time"):
        await slow.send(small(put("http://vendor.example"), timeout_seconds=0.2))
    await slow.aclose()
    await connector.close()


@pytest.mark.fault(15)
async def test_never_more_connections_than_configured() -> None:
    transport = AiohttpTransport(clock=SystemClock(), limits=Limits(in_flight=8))
    async with WireServer() as server:
        answers = await asyncio.gather(*(transport.send(get(server.origin)) for _ in range(400)))
        assert {response.status for response in answers} == {200}
        assert server.most_open <= 8
        await transport.aclose()


@pytest.mark.fault(25, 26)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(transport: AiohttpTransport, status: int) -> None:
    async with WireServer() as stranger, WireServer(reply(status, Location=stranger.origin + "/x")) as server:
        response = await transport.send(put(server.origin))
        assert response.status == status
        with pytest.raises(OutcomeUnknownError):
            parse_response(PUT, response, lambda value, _: value)
        with pytest.raises(ServerError):
            parse_response(GET, await transport.send(get(server.origin)), lambda value, _: value)
        assert stranger.connections == 0


@pytest.mark.fault(29)
async def test_interim_answers_are_passed_over(transport: AiohttpTransport) -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" * 3
    async with WireServer(interim + reply(200, b"[1]")) as server:
        response = await transport.send(put(server.origin))
        assert (response.status, response.body) == (200, b"[1]")


@pytest.mark.fault(48)
@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", GZIPPED),
        ("gzip", gzip.compress(b'{"a"', mtime=0) + gzip.compress(b": 1}", mtime=0)),
        ("x-gzip", GZIPPED),
        ("deflate", zlib.compress(b'{"a": 1}')),
        ("deflate", zlib.compress(b'{"a": 1}', wbits=-15)),
        ("identity", b'{"a": 1}'),
    ],
)
async def test_known_encodings_are_undone(transport: AiohttpTransport, encoding: str, body: bytes) -> None:
    async with WireServer(reply(200, body, Content_Encoding=encoding)) as server:
        assert (await transport.send(get(server.origin))).body == b'{"a": 1}'


async def test_a_body_of_exactly_the_cap_is_read(transport: AiohttpTransport) -> None:
    whole, packed = b" " * 1_000_000, gzip.compress(b" " * 1_000_000)
    async with WireServer(reply(200, whole), reply(200, packed, Content_Encoding="gzip")) as server:
        for _ in range(2):
            assert (await transport.send(small(get(server.origin)))).body == whole


@pytest.mark.fault(53, 74)
async def test_the_url_goes_out_byte_for_byte(transport: AiohttpTransport) -> None:
    target = "/c/%2e%2E/a%2Fb%3F%23?token=a%2Bb%2Fc%3D%3D%26x&f=a+b~%7E"
    async with WireServer() as server:
        await transport.send(get(url=server.origin + target))
        assert server.requests[0].target == target


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://127.0.0.1:9/a\r\nX: y"},
        {"url": "http://127.0.0.1:9/a b"},
        {"url": "http://127.0.0.1:9/ä"},
        {"url": "nonsense"},
        {"url": "ftp://127.0.0.1:9/a"},
        {"headers": {"Authorization": "canary\r\nX: y"}},
    ],
)
async def test_what_would_split_the_request_is_refused(
    transport: AiohttpTransport, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await transport.send(put("http://127.0.0.1:9", **changes))
    assert "canary" not in str(caught.value)


async def test_a_large_body_is_sent_whole(transport: AiohttpTransport) -> None:
    body = b"x" * 3_000_000
    async with WireServer() as server:
        await transport.send(put(server.origin, body=body))
        assert server.requests[0].body == body
        assert server.requests[0].headers["content-length"] == "3000000"


async def test_leave_before_holds_back_what_is_late() -> None:
    clock = VirtualClock()
    transport = AiohttpTransport(clock=clock, limits=Limits())
    async with WireServer() as server:
        with pytest.raises(HeldBackError, match="too old") as caught:
            await transport.send(put(server.origin, leave_before=clock.monotonic() - 0.001))
        assert not caught.value.retryable
        assert server.connections == 0
        assert (await transport.send(put(server.origin, leave_before=clock.monotonic() + 10))).status == 200
        await transport.aclose()


async def test_leave_before_holds_while_connecting() -> None:
    connector = aiohttp.TCPConnector(resolver=Resolver(seconds=0.3))
    transport = AiohttpTransport(clock=SystemClock(), limits=Limits(), connector=connector)
    async with WireServer() as server:
        with pytest.raises(ConnectError):
            await transport.send(
                put(f"http://vendor.example:{server.port}", leave_before=SystemClock().monotonic() + 0.1)
            )
        await asyncio.sleep(0.4)
        assert server.requests == []
        await transport.aclose()
        await connector.close()


@pytest.mark.fault(60)
async def test_after_sleep_a_write_gets_a_fresh_connection() -> None:
    clock = VirtualClock()
    transport = AiohttpTransport(clock=clock, limits=Limits())
    async with WireServer() as server:
        kept, own = get(server.origin), put(server.origin)
        await transport.send(kept)
        clock.jump_wall(4)
        await transport.send(own)
        await transport.send(kept)
        assert [request.connection for request in server.requests] == [1, 2, 1]
        clock.jump_wall(3600)
        await transport.send(kept)
        assert server.requests[-1].connection == 1, "a read may find out that the connection is dead"
        for request in (own, kept, own):
            await transport.send(request)
        assert [request.connection for request in server.requests[-3:]] == [3, 4, 5]
        clock.advance(3600)  # merely waiting is no jump
        await transport.send(own)
        await transport.send(kept)
        assert [request.connection for request in server.requests[-2:]] == [6, 4]
        await transport.aclose()
        await server.until_quiet()


@pytest.mark.fault(60)
async def test_a_reading_from_before_a_sleep_is_no_ground_for_a_write() -> None:
    """Monotonic time stands still while the machine sleeps: `leave_before` alone would let them all go."""
    clock = VirtualClock()
    transport = AiohttpTransport(clock=clock, limits=Limits())
    async with WireServer() as server:
        await transport.send(get(server.origin))
        before = clock.monotonic()
        clock.advance(1)
        clock.jump_wall(8 * 3600)
        for _ in range(2):
            with pytest.raises(HeldBackError, match="slept") as caught:
                await transport.send(put(server.origin, leave_before=before + 30))
            assert not caught.value.retryable
        assert server.count("PUT") == 0
        await transport.send(put(server.origin))  # rests on no reading
        clock.advance(1)
        await transport.send(put(server.origin, leave_before=clock.monotonic() + 30))
        assert (server.count("PUT"), server.connections) == (2, 3)
        with pytest.raises(HeldBackError):
            await transport.send(put(server.origin, leave_before=before + 30))
        await transport.aclose()


@pytest.mark.fault(60)
async def test_the_read_that_notices_a_sleep_is_ground_enough() -> None:
    clock = VirtualClock()
    transport = AiohttpTransport(clock=clock, limits=Limits())
    async with WireServer() as server:
        await transport.send(get(server.origin))
        clock.advance(1)
        clock.jump_wall(3600)
        read_at = (await transport.send(get(server.origin))).sent_at
        await transport.send(put(server.origin, leave_before=read_at + 30))
        assert [(request.method, request.connection) for request in server.requests] == [
            ("GET", 1), ("GET", 1), ("PUT", 2)
        ]  # fmt: skip
        with pytest.raises(HeldBackError):
            await transport.send(put(server.origin, leave_before=read_at - 1 + 30))
        await transport.aclose()


@pytest.mark.fault(60)
async def test_a_sleep_before_the_first_request_is_noticed() -> None:
    clock = VirtualClock()
    transport = AiohttpTransport(clock=clock, limits=Limits())
    clock.jump_wall(3600)
    async with WireServer() as server:
        with pytest.raises(HeldBackError):
            await transport.send(put(server.origin, leave_before=clock.monotonic() + 30))
        await transport.aclose()


@pytest.mark.fault(60)
async def test_what_is_in_flight_over_a_sleep_is_left_in_peace() -> None:
    clock, going_on = VirtualClock(), asyncio.Event()

    async def slow(connection: Connection, _: Received) -> None:
        await going_on.wait()
        await connection.write(reply(200, b"[1]"))

    transport = AiohttpTransport(clock=clock, limits=Limits())
    async with WireServer(slow, reply()) as server:
        slow_read = asyncio.create_task(transport.send(get(server.origin)))
        await server.until_open(1)
        clock.jump_wall(-60)
        assert (await transport.send(put(server.origin))).status == 200
        going_on.set()
        assert (await slow_read).body == b"[1]"
        await transport.aclose()
        await server.until_quiet()


@pytest.mark.fault(60)
async def test_a_borrowed_connector_is_left_alone() -> None:
    clock = VirtualClock()
    async with WireServer() as server, aiohttp.TCPConnector() as connector:
        transport = AiohttpTransport(clock=clock, limits=Limits(), connector=connector)
        await transport.send(put(server.origin))
        clock.jump_wall(60)
        await transport.send(put(server.origin))
        assert not connector.closed
        await transport.aclose()


@pytest.mark.fault(69)
async def test_a_cancelled_write_closes_its_connection(transport: AiohttpTransport) -> None:
    async with WireServer(reply(), silence, reply()) as server:
        await transport.send(get(server.origin))
        call = asyncio.create_task(transport.send(put(server.origin)))
        await server.until_open(2)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        async with asyncio.timeout(5):
            while server.open > 1:
                await asyncio.sleep(0.005)
        await transport.send(get(server.origin))
        assert [request.connection for request in server.requests] == [1, 2, 1]
        assert (server.connections, server.count("PUT")) == (2, 1)


@pytest.mark.fault(69)
async def test_cancelled_while_the_body_comes(transport: AiohttpTransport) -> None:
    async with WireServer(drip) as server:
        call = asyncio.create_task(transport.send(put(server.origin)))
        await server.until_open(1)
        await asyncio.sleep(0.05)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await server.until_quiet()


@pytest.mark.fault(39)
async def test_no_cookie_is_kept(transport: AiohttpTransport) -> None:
    async with WireServer(reply(200, Set_Cookie="session=1; Path=/")) as server:
        for _ in range(2):
            await transport.send(get(server.origin))
        assert "cookie" not in server.requests[1].headers


async def test_only_the_headers_that_are_needed_go_out(transport: AiohttpTransport) -> None:
    async with WireServer() as server:
        await transport.send(put(server.origin))
        assert set(server.requests[0].headers) == {
            "host", "accept", "accept-encoding", "user-agent", "content-type", "content-length", "connection",
        }  # fmt: skip
        assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"
        assert server.requests[0].headers["connection"] == "close"
        await transport.send(put(server.origin, method="DELETE", headers={}, body=None))
        assert "content-type" not in server.requests[1].headers


async def test_the_environment_s_proxy_is_not_used(
    transport: AiohttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with WireServer() as server:
        assert (await transport.send(get(server.origin))).status == 200


async def test_the_times_of_a_response_are_the_clock_s() -> None:
    clock = VirtualClock(monotonic=50.0)

    async def later(connection: Connection, _: Received) -> None:
        clock.advance(2)
        await connection.write(reply())

    transport = AiohttpTransport(clock=clock, limits=Limits())
    async with WireServer(later) as server:
        response = await transport.send(get(server.origin))
        assert (response.sent_at, response.received_at) == (50.0, 52.0)
        assert response.headers["content-TYPE"] == "application/json"
        await transport.aclose()


@pytest.mark.fault(89)
async def test_unclosed_warns() -> None:
    transport = AiohttpTransport(clock=SystemClock(), limits=Limits())
    async with WireServer() as server:
        await transport.send(get(server.origin))
        pool = transport._pool
        with pytest.warns(ResourceWarning, match=r"unclosed.*AiohttpTransport"):
            del transport  # nothing else refers to it
        assert pool is not None
        await pool.session.close()


async def test_a_closed_transport_sends_nothing(transport: AiohttpTransport) -> None:
    async with WireServer() as server:
        await transport.send(get(server.origin))
        await transport.aclose()
        await transport.aclose()
        with pytest.raises(ConnectError, match="closed"):
            await transport.send(put(server.origin))
        await server.until_quiet()


@pytest.mark.fault(90)
async def test_after_cancelling_a_thousand_calls_nothing_is_left(transport: AiohttpTransport) -> None:
    async with WireServer(silence) as server:
        before = asyncio.all_tasks()
        calls = [asyncio.create_task(transport.send(put(server.origin))) for _ in range(1000)]
        await server.until_open(64)
        for call in calls:
            call.cancel()
        assert all(
            isinstance(result, asyncio.CancelledError)
            for result in await asyncio.gather(*calls, return_exceptions=True)
        )
        await server.until_quiet()
        await asyncio.sleep(0.01)
        assert asyncio.all_tasks() <= before
        assert server.connections == 64


async def test_an_unframed_answer_counts_only_where_it_shows_its_end(transport: AiohttpTransport) -> None:
    def unframed(status: int, kind: str, more: str = "") -> Step:
        return then_close(f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{more}\r\n{{}}".encode())

    delete = Operation(name="t.delete", method="DELETE", path="/", safe=False, source="tests")
    steps = [unframed(200, "application/json"), unframed(502, "text/html"), unframed(200, "text/plain")]
    steps.append(unframed(200, "text/plain", "Transfer-Encoding: identity\r\n"))
    async with WireServer(*steps) as server:
        assert (await transport.send(get(server.origin))).body == b"{}"
        assert (await transport.send(get(server.origin))).status == 502
        assert (await transport.send(build_request(delete, server.origin))).status == 200
        for _ in range(2):
            with pytest.raises(TransportError, match="no length"):
                await transport.send(get(server.origin))


@pytest.mark.fault(91)
async def test_errors_leave_no_circle_behind(transport: AiohttpTransport) -> None:
    async with WireServer(reply(), drop) as server:
        await transport.send(get(server.origin))
        with no_errors_in_circles():
            with contextlib.suppress(OutcomeUnknownError):
                await transport.send(put(server.origin))


class ProxyConnector(aiohttp.TCPConnector):
    """A connector as a caller behind a proxy lends it: there is no other way to name one."""

    def __init__(self, proxy: str) -> None:
        super().__init__()
        self.proxy = URL(proxy)

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout
    ) -> Any:
        req.update_proxy(self.proxy, None, {"Proxy-Authorization": "Basic canary"})
        return await super().connect(req, traces, timeout)


@pytest.mark.fault(17)
@pytest.mark.parametrize("make", [get, put])
@pytest.mark.parametrize(
    ("status", "raised", "words"),
    [(407, ConfigurationError, "wants credentials"), (503, ConnectError, "opened no way to the vendor")],
)
async def test_a_proxy_that_opens_no_way(make: Any, status: int, raised: type[Exception], words: str) -> None:
    async with WireServer(reply(status, Proxy_Authenticate="Basic")) as proxy:
        connector = ProxyConnector(proxy.origin)
        transport = AiohttpTransport(clock=SystemClock(), limits=Limits(), connector=connector)
        with pytest.raises(raised, match=words) as caught:
            await transport.send(make("https://vendor.example.test"))
        await transport.aclose()
        await connector.close()
        assert [request.method for request in proxy.requests] == ["CONNECT"]
    assert type(caught.value) is raised
    assert "canary" not in repr(caught.value)


@pytest.mark.fault(17)
async def test_a_proxy_of_the_environment_is_not_asked(
    transport: AiohttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with WireServer() as proxy, WireServer() as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.origin)
        monkeypatch.delenv("no_proxy", raising=False)
        await transport.send(get(server.origin))
        assert (proxy.connections, server.count("GET")) == (0, 1)
