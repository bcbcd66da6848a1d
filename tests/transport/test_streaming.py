"""Bodies that pass piece by piece."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import itertools
import socket
import ssl
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from campaign_reg.clock import SystemClock
from campaign_reg.errors import (
    ConnectError,
    InvalidInputError,
    OutcomeUnknownError,
    RequestTimeoutError,
    TransportError,
)
from campaign_reg.rate import Limits
from campaign_reg.transport.aiohttp import AiohttpTransport
from campaign_reg.wire.operation import MAX_BODY_BYTES, Operation
from campaign_reg.wire.request import build_request
from tests.support.clocks import VirtualClock
from tests.support.stack import GET, SINCH_ERRORS, Account, Bearer, no_errors_in_circles
from tests.support.streams import BLOCK, Counter, Sink, Source
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

    from campaign_reg.wire.message import BodySource
    from campaign_reg.wire.message import Sink as SinkProtocol
    from campaign_reg.wire.request import Request

pytestmark = pytest.mark.anyio

MEGABYTE = 1024 * 1024
LARGE = 200 * MEGABYTE
UP = Operation(name="t.up", method="POST", path="/f", safe=False, source="tests", errors=SINCH_ERRORS)
DOWN = Operation(
    name="t.down",
    method="GET",
    path="/f",
    safe=True,
    source="tests",
    errors=SINCH_ERRORS,
    max_body_bytes=2 * 1024 * MEGABYTE,
)


def up(origin: str, source: BodySource, **changes: Any) -> Request:
    return build_request(
        attrs.evolve(UP, **changes), origin, body=source, content_type="application/octet-stream"
    )


def down(origin: str, sink: SinkProtocol, **changes: Any) -> Request:
    return build_request(attrs.evolve(DOWN, **changes), origin, sink=sink)


def pieces(size: int) -> Iterator[bytes]:
    return itertools.repeat(BLOCK, size // len(BLOCK))


def checksum_of(size: int) -> int:
    checksum = 0
    for block in pieces(size):
        checksum = zlib.crc32(block, checksum)
    return checksum


@contextlib.contextmanager
def flat_memory() -> Iterator[None]:
    """Fail if more than 30 MB are allocated at any moment; server and client are both counted."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 30 * MEGABYTE
    finally:
        tracemalloc.stop()


@pytest.mark.fault(49)
async def test_a_large_file_goes_up_in_flat_memory(transport: AiohttpTransport) -> None:
    arrived = Counter()

    async def swallow(connection: Connection, request: Received) -> None:
        while arrived.size < int(request.headers["content-length"]):
            await arrived.write(await connection.reader.read(len(BLOCK)))
        await connection.write(reply())

    async with WireServer(swallow, read_bodies=False) as server:
        with flat_memory():
            response = await transport.send(up(server.origin, Source(pieces(LARGE), size=LARGE)))
        assert response.status == 200
        assert "transfer-encoding" not in server.requests[0].headers
    assert (arrived.size, arrived.checksum) == (LARGE, checksum_of(LARGE))


@pytest.mark.fault(49)
@pytest.mark.parametrize("framing", ["Content-Length", "chunked"])
async def test_a_large_file_comes_down_in_flat_memory(transport: AiohttpTransport, framing: str) -> None:
    async def pour(connection: Connection, _: Received) -> None:
        if framing == "chunked":
            await connection.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        else:
            await connection.write(reply(200, b"", Content_Length=str(LARGE)))
        for block in pieces(LARGE):
            await connection.write(block if framing != "chunked" else b"10000\r\n" + block + b"\r\n")
        if framing == "chunked":
            await connection.write(b"0\r\n\r\n")

    sink = Counter()
    async with WireServer(pour) as server:
        with flat_memory():
            response = await transport.send(down(server.origin, sink))
    assert (response.status, response.body) == (200, b"")
    assert (sink.size, sink.checksum) == (LARGE, checksum_of(LARGE))
    assert sink.largest < MEGABYTE


async def test_a_body_of_unknown_size_goes_out_chunked(transport: AiohttpTransport) -> None:
    async with WireServer() as server:
        for source in (Source([b"a" * 70_000, b"", b"b"]), Source([])):
            assert (await transport.send(up(server.origin, source))).status == 200
        bodies = [request.body for request in server.requests]
        assert bodies == [b"a" * 70_000 + b"b", b""]
        assert "content-length" not in server.requests[0].headers
        assert server.requests[0].headers["content-type"] == "application/octet-stream"
        assert server.connections == 2, "each write has a connection of its own"


async def test_an_empty_body_has_a_length(transport: AiohttpTransport) -> None:
    async with WireServer() as server:
        await transport.send(up(server.origin, Source([], size=0)))
        assert server.requests[0].headers["content-length"] == "0"


async def test_a_refusal_is_read_into_memory(transport: AiohttpTransport) -> None:
    sink = Sink()
    async with WireServer(reply(404, b'{"error": 1}'), reply(204, b"", Content_Length="")) as server:
        response = await transport.send(down(server.origin, sink))
        assert (response.status, response.body, sink.begun) == (404, b'{"error": 1}', 0)
        assert server.requests[0].headers["accept"] == "*/*"
        response = await transport.send(down(server.origin, sink, success=frozenset({204})))
        assert (response.status, sink.begun, bytes(sink.content)) == (204, 1, b"")


async def test_a_refusal_is_never_as_large_as_a_download(transport: AiohttpTransport) -> None:
    refusal = b"x" * (MAX_BODY_BYTES + 1)
    async with WireServer(reply(404, refusal), reply(404, refusal[1:])) as server:
        with pytest.raises(TransportError, match="larger than"):
            await transport.send(down(server.origin, Sink()))
        assert (await transport.send(down(server.origin, Sink()))).status == 404


def chunked(data: bytes, end: bytes = b"0\r\n\r\n", **headers: str) -> bytes:
    head = reply(200, b"", Content_Length="", Transfer_Encoding="chunked", **headers)
    return head + b"%x\r\n%b\r\n" % (len(data), data) + end


NO_LENGTH = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%b\r\n[1]"
CUTS: dict[str, Step] = {
    "chunked, cut": then_close(chunked(b"half", end=b"")),
    "chunked, cut in a piece": then_close(chunked(b"half", end=b"10000\r\nab")),
    "Content-Length, cut": then_close(reply(200, b"half", Content_Length="8")),
    "no length": then_close(NO_LENGTH % b""),
    "no length, identity": then_close(NO_LENGTH % b"Transfer-Encoding: identity\r\n"),
    "gzip, cut": reply(200, gzip.compress(BLOCK)[:-9], Content_Encoding="gzip"),
    "gzip, damaged": reply(200, b"not gzip at all", Content_Encoding="gzip"),
    "unknown encoding": reply(200, b"\x0b\x02\x80{}\x03", Content_Encoding="br"),
}


@pytest.mark.fault(7, 8, 12, 47, 48)
@pytest.mark.parametrize("fault", CUTS)
async def test_a_download_whose_end_is_not_certain_is_none(transport: AiohttpTransport, fault: str) -> None:
    async with WireServer(CUTS[fault]) as server:
        with pytest.raises(TransportError) as caught:
            await transport.send(down(server.origin, Sink()))
        assert type(caught.value) is TransportError
        with pytest.raises(OutcomeUnknownError):
            await transport.send(down(server.origin, Sink(), method="POST", safe=False))
        assert len(server.requests) == 2


def cut_short(head: bytes, how: str) -> Step:
    async def cut(connection: Connection, _: Received) -> None:
        await connection.write(head + b"%PDF-1.7 half of")
        await asyncio.sleep(0.05)
        if how == "reset":
            connection.reset()
        else:  # below TLS and without its closing alert, as anybody on the way can do it
            connection.writer.get_extra_info("socket").shutdown(socket.SHUT_WR)
            await connection.reader.read()

    return cut


@pytest.mark.fault(12)
@pytest.mark.parametrize("how", ["reset", "end without a close"])
@pytest.mark.parametrize(
    "framing", ["Content-Type: application/json", "Content-Length: 1000", "Transfer-Encoding: chunked"]
)
async def test_a_tls_cut_never_passes_for_the_end(
    authority: trustme.CA, trusting: ssl.SSLContext, framing: str, how: str
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    head = f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n".encode()
    head += b"1000\r\n" if "chunked" in framing else b""
    transport = AiohttpTransport(clock=SystemClock(), limits=Limits(), ssl=trusting)
    async with WireServer(cut_short(head, how), tls=tls) as server:
        with pytest.raises(TransportError):
            await transport.send(down(server.origin, Sink()))
        await transport.aclose()


@pytest.mark.fault(48)
@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BLOCK * 3, mtime=0)),
        ("gzip", gzip.compress(BLOCK, mtime=0) + gzip.compress(BLOCK * 2, mtime=0)),
        ("deflate", zlib.compress(BLOCK * 3)),
        ("deflate", zlib.compress(BLOCK * 3, wbits=-15)),
        ("identity", BLOCK * 3),
    ],
)
@pytest.mark.parametrize("split", [1, 7, 1000, 1_000_000])
async def test_a_packed_download_is_unpacked_on_the_way(
    transport: AiohttpTransport, encoding: str, packed: bytes, split: int
) -> None:
    split = max(split, len(packed) // 2000)
    parts = [packed[start : start + split] for start in range(0, len(packed), split)]

    async def dribble(connection: Connection, _: Received) -> None:
        await connection.write(reply(200, b"", Content_Length=str(len(packed)), Content_Encoding=encoding))
        for part in parts:
            await connection.write(part)

    sink = Sink()
    async with WireServer(dribble) as server:
        await transport.send(down(server.origin, sink))
    assert sink.content == BLOCK * 3


@pytest.mark.fault(47)
async def test_what_unpacks_to_more_than_the_cap_is_refused(transport: AiohttpTransport) -> None:
    bomb = gzip.compress(bytes(50 * MEGABYTE))
    sink = Counter()
    async with WireServer(reply(200, bomb, Content_Encoding="gzip")) as server:
        with pytest.raises(TransportError, match="larger than 1000000 bytes"):
            await transport.send(down(server.origin, sink, max_body_bytes=1_000_000))
    assert sink.size <= 1_000_000
    assert sink.largest <= len(BLOCK)


async def test_a_download_over_the_cap_is_refused(transport: AiohttpTransport) -> None:
    sink = Sink()
    whole = b"x" * 1000
    async with WireServer(reply(200, whole), chunked(whole), reply(200, whole[1:])) as server:
        for begun in range(2):  # one that says its length is not even begun
            with pytest.raises(TransportError, match="larger than 999 bytes"):
                await transport.send(down(server.origin, sink, max_body_bytes=999))
            assert (sink.begun, bytes(sink.content)) == (begun, b"")
        await transport.send(down(server.origin, sink, max_body_bytes=999))
    assert sink.content == whole[1:]


async def test_packed_nothing_for_ever_ends_at_the_cap(transport: AiohttpTransport) -> None:
    """Empty blocks of deflate unpack to nothing, as many as come."""

    async def nothing(connection: Connection, _: Received) -> None:
        head = reply(200, b"", Content_Length="", Transfer_Encoding="chunked", Content_Encoding="deflate")
        await connection.write(head)
        data = b"\x00\x00\x00\xff\xff" * 2000
        while True:
            await connection.write(b"%x\r\n%b\r\n" % (len(data), data))

    async with WireServer(nothing) as server:
        with pytest.raises(TransportError, match="larger than"):
            await transport.send(down(server.origin, Sink(), max_body_bytes=200_000))
        await server.until_quiet()


# what is sent again, and what is not


async def test_a_download_that_broke_off_starts_over() -> None:
    half = then_close(reply(200, BLOCK[:1000], Content_Length=str(len(BLOCK))))
    sink = Sink()
    async with WireServer(half, reply(200, BLOCK)) as server:
        async with Account(server.origin, VirtualClock()) as account:
            await account.send(down(server.origin, sink))
    assert (sink.begun, bytes(sink.content)) == (2, BLOCK)


async def test_an_upload_that_may_have_arrived_is_not_sent_again() -> None:
    source = Source([BLOCK], size=len(BLOCK))
    async with WireServer(drop) as server:
        async with Account(server.origin, VirtualClock()) as account:
            with pytest.raises(OutcomeUnknownError):
                await account.send(up(server.origin, source))
        assert (len(server.requests), source.begun, source.ended) == (1, 1, 1)


async def test_an_upload_that_did_not_arrive_starts_over() -> None:
    """The token had expired, and then there were too many requests: either way nothing was applied."""
    source = Source([BLOCK, b"end"], size=len(BLOCK) + 3)
    token, expired, again = reply(200), reply(401, b"expired"), reply(429, b"{}")
    async with WireServer(token, expired, token, again, reply()) as server:
        async with Account(server.origin, VirtualClock(), scheme=Bearer(server.origin)) as account:
            assert (await account.send(up(server.origin, source))).status == 200
        uploads = [request for request in server.requests if request.target == "/f"]
        assert [request.body for request in uploads] == [BLOCK + b"end"] * 3
        assert [request.headers["authorization"] for request in uploads] == [
            "Bearer T1", "Bearer T2", "Bearer T2"
        ]  # fmt: skip
    assert (source.begun, source.ended) == (3, 3)


async def test_a_refusal_before_the_end_saves_the_rest(transport: AiohttpTransport) -> None:
    source = Source(itertools.repeat(BLOCK), size=LARGE)
    async with WireServer(reply(413, b'{"error": 1}'), read_bodies=False) as server:
        response = await transport.send(up(server.origin, source))
        assert (response.status, response.body) == (413, b'{"error": 1}')
        await server.until_quiet()
    assert source.ended == 1
    assert source.given < 1000


async def test_a_success_before_the_end_is_none(transport: AiohttpTransport) -> None:
    async with WireServer(reply(), read_bodies=False) as server:
        with pytest.raises(OutcomeUnknownError, match="before it had the whole body"):
            await transport.send(up(server.origin, Source(itertools.repeat(BLOCK), size=LARGE)))
        await server.until_quiet()


# sources and sinks that fail


@pytest.mark.parametrize(
    ("error", "words"),
    [(OSError(5, "Input/output error"), "Input/output error"), (ZeroDivisionError("canary"), "ZeroDivision")],
)
async def test_a_source_without_a_beginning_costs_no_request(
    transport: AiohttpTransport, error: Exception, words: str
) -> None:
    source = Source([], error=error)
    async with WireServer() as server:
        with pytest.raises(InvalidInputError, match=words) as caught:
            await transport.send(up(server.origin, source))
        assert "canary" not in str(caught.value)
        assert (server.connections, source.ended) == (0, 1)


async def test_a_source_s_own_words_come_out(transport: AiohttpTransport) -> None:
    async with WireServer() as server:
        with pytest.raises(InvalidInputError, match=r"^gone$"):
            await transport.send(up(server.origin, Source([], error=InvalidInputError("gone"))))


@attrs.define(eq=False)
class Slow(Source):
    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            await asyncio.sleep(60)
            yield b"x"
        finally:
            self.ended += 1


async def test_a_source_that_does_not_begin_is_known_unsent(transport: AiohttpTransport) -> None:
    source = Slow([])
    async with WireServer() as server:
        with pytest.raises(ConnectError, match=r"did not begin within 0\.1 s") as caught:
            await transport.send(up(server.origin, source, timeout_seconds=0.1))
        assert not caught.value.retryable
        assert (server.connections, source.ended) == (0, 1)


@pytest.mark.parametrize("size", [None, 10 * len(BLOCK)], ids=["chunked", "sized"])
async def test_a_source_that_breaks_off_sends_no_end(transport: AiohttpTransport, size: int | None) -> None:
    rest = bytearray()

    async def listen(connection: Connection, _: Received) -> None:
        rest.extend(await connection.reader.read())

    source = Source([BLOCK] * 9, size=size, error=OSError(5, "Input/output error"))
    async with WireServer(listen, read_bodies=False) as server:
        with pytest.raises(OutcomeUnknownError, match="could not be read to its end: Input/output error"):
            await transport.send(up(server.origin, source))
        await server.until_quiet()
        with pytest.raises(OSError, match="Input/output error"):
            await transport.send(up(server.origin, source, safe=True))
    assert BLOCK in rest
    assert len(rest) < 18 * len(BLOCK)
    assert b"0\r\n\r\n" not in rest
    assert source.ended == 2


@pytest.mark.parametrize(("count", "words"), [(2, "ended after 131072 bytes"), (4, "more than the 196608")])
async def test_a_source_of_another_size_never_goes_out_whole(
    transport: AiohttpTransport, count: int, words: str
) -> None:
    rest = bytearray()

    async def listen(connection: Connection, _: Received) -> None:
        rest.extend(await connection.reader.read())

    async with WireServer(listen, read_bodies=False) as server:
        with pytest.raises(OutcomeUnknownError, match=words):
            await transport.send(up(server.origin, Source([BLOCK] * count, size=3 * len(BLOCK))))
        await server.until_quiet()
    assert len(rest) < 3 * len(BLOCK)


class Locked(Sink):
    async def begin(self) -> None:
        raise PermissionError(13, "Permission denied")


async def test_a_sink_s_failure_is_the_caller_s_own() -> None:
    """Downloading it again would fill the disk again."""
    full = OSError(28, "No space left on device")
    async with WireServer(reply(200, BLOCK * 100)) as server:
        async with Account(server.origin, VirtualClock()) as account:
            with pytest.raises(OSError, match="No space") as caught:
                await account.send(down(server.origin, Sink(error=full)))
            assert caught.value is full
            await server.until_quiet()
            with pytest.raises(OutcomeUnknownError, match="could not be kept: No space"):
                await account.send(down(server.origin, Sink(error=full), method="POST", safe=False))
            with pytest.raises(PermissionError):
                await account.send(down(server.origin, Locked()))
        assert len(server.requests) == 3


# time


async def pour_slowly(connection: Connection, _: Received) -> None:
    await connection.write(reply(200, b"", Content_Length=str(8 * len(BLOCK))))
    for _number in range(8):
        await asyncio.sleep(0.1)
        await connection.write(BLOCK)


async def answer_slowly(connection: Connection, _: Received) -> None:
    await asyncio.sleep(0.3)
    await connection.write(reply())


@attrs.define(eq=False, repr=False)
class Dawdling(Source):
    seconds: float = 0.1

    async def chunks(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            await asyncio.sleep(self.seconds)
            yield piece


async def test_what_gets_on_may_take_longer_than_the_time_of_a_step(transport: AiohttpTransport) -> None:
    sink = Sink()
    async with WireServer(pour_slowly) as server:
        await transport.send(down(server.origin, sink, timeout_seconds=0.4))
    assert sink.content == BLOCK * 8
    async with WireServer() as server:
        source = Dawdling([BLOCK] * 8)
        assert (await transport.send(up(server.origin, source, timeout_seconds=0.4))).status == 200


async def test_the_answer_has_its_own_time_after_the_last_piece(transport: AiohttpTransport) -> None:
    async with WireServer(answer_slowly) as server:
        source = Dawdling([b"a", b"b"], seconds=0.3)
        assert (await transport.send(up(server.origin, source, timeout_seconds=0.5))).status == 200


async def drip(connection: Connection, _: Received) -> None:
    await connection.write(reply(200, b"", Content_Length="100000"))
    while True:
        await connection.write(b"x" * 100)
        await asyncio.sleep(0.02)


@pytest.mark.fault(5, 6)
@pytest.mark.parametrize("step", [drip, silence], ids=["dripping", "silence"])
async def test_what_does_not_get_on_is_cut(transport: AiohttpTransport, step: Step) -> None:
    async with WireServer(step) as server:
        with pytest.raises(RequestTimeoutError, match=r"did not get on for 0\.2 s"):
            await transport.send(down(server.origin, Sink(), timeout_seconds=0.2))
        await server.until_quiet()


async def deaf(connection: Connection, _: Received) -> None:
    await asyncio.sleep(60)


@pytest.mark.fault(6)
async def test_an_upload_that_is_not_taken_is_cut(transport: AiohttpTransport) -> None:
    source = Source(itertools.repeat(BLOCK), size=LARGE)
    async with WireServer(deaf, read_bodies=False) as server:
        with pytest.raises(OutcomeUnknownError, match=r"did not get on for 0\.2 s"):
            await transport.send(up(server.origin, source, timeout_seconds=0.2))
    assert source.ended == 1


@pytest.mark.fault(69)
@pytest.mark.parametrize("direction", ["up", "down"])
async def test_a_cancelled_stream_leaves_nothing_open(transport: AiohttpTransport, direction: str) -> None:
    source = Source(itertools.repeat(BLOCK), size=LARGE)
    async with WireServer(drip if direction == "down" else deaf, read_bodies=False) as server:
        before = asyncio.all_tasks()
        request = down(server.origin, Sink()) if direction == "down" else up(server.origin, source)
        call = asyncio.create_task(transport.send(request))
        await server.until_open(1)
        await asyncio.sleep(0.05)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.sleep(0.01)
        assert asyncio.all_tasks() <= before | server._tasks
    assert source.begun == source.ended


@pytest.mark.fault(91)
async def test_errors_leave_no_circle_behind(transport: AiohttpTransport) -> None:
    async with WireServer(reply(), reply(200, b"x"), drop, read_bodies=False) as server:
        await transport.send(build_request(GET, server.origin, path={"id": "1"}))
        requests = [
            down(server.origin, Sink(error=OSError(28, "full"))),
            up(server.origin, Source([BLOCK] * 4, error=OSError(5, "broken"))),
            up(server.origin, Source([], error=OSError(5, "broken"))),
        ]
        with no_errors_in_circles():
            for request in requests:
                with contextlib.suppress(TransportError, OSError, InvalidInputError):
                    await transport.send(request)


async def test_a_stream_never_shows_its_content(transport: AiohttpTransport) -> None:
    request = up("https://api.example.com", Source([b"canary"]))
    assert "canary" not in repr(request)
    assert "canary" not in repr(down("https://api.example.com", Sink(content=bytearray(b"canary"))))
