"""A vendor made of bytes: counts what really arrives and answers by script, rightly or wrongly."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

_RESET = struct.pack("ii", 1, 0)


@attrs.frozen
class Received:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


@attrs.define(eq=False)
class Connection:
    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        sock: socket.socket = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.writer.transport.abort()

    def close(self) -> None:
        self.writer.close()


Step = bytes | Callable[[Connection, Received], Awaitable[None]]


def reply(status: int = 200, body: bytes = b"{}", **headers: str) -> bytes:
    """A right answer; `Retry_After="1"` becomes a header, and one set to "" is left out."""
    lines = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Odd"
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"HTTP/1.1 {status} {phrase}\r\n{head}\r\n".encode() + body


async def drop(connection: Connection, _: Received) -> None:
    """The request was read; the connection closes without an answer."""
    connection.close()


async def reset(connection: Connection, _: Received) -> None:
    """The request was read; the connection is reset."""
    connection.reset()


async def silence(connection: Connection, _: Received) -> None:
    """The request was read; nothing comes until the client goes away."""
    await connection.reader.read()


async def read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    """A request's body, to its end."""
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int(await reader.readline(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return body


def then_close(data: bytes) -> Step:
    """Write and close."""

    async def step(connection: Connection, _: Received) -> None:
        await connection.write(data)
        connection.close()

    return step


class WireServer:
    """Answers the n-th request by the n-th step; the last step goes on for ever.

    Attributes:
        requests: What arrived whole, in order.
        connections: How many were ever opened.
        open: How many are open now.
        most_open: How many were open at once, at most.
    """

    def __init__(
        self,
        *steps: Step,
        tls: ssl.SSLContext | None = None,
        read_requests: bool = True,
        read_bodies: bool = True,
    ) -> None:
        self.steps = steps or (reply(),)
        self.requests: list[Received] = []
        self.connections = self.open = self.most_open = 0
        self._tls = tls
        self._read_requests = read_requests
        self._read_bodies = read_bodies
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> WireServer:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls, backlog=1024)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        await asyncio.sleep(0)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def origin(self) -> str:
        return f"http{'s' if self._tls else ''}://{'localhost' if self._tls else '127.0.0.1'}:{self.port}"

    def count(self, method: str) -> int:
        return sum(request.method == method for request in self.requests)

    async def until_quiet(self) -> None:
        """Wait until every connection is closed."""
        async with asyncio.timeout(5):
            while self.open:
                await asyncio.sleep(0.005)

    async def until_open(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.requests) < count:
                await asyncio.sleep(0.005)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        self._writers.add(writer)
        connection = Connection(self.connections, reader, writer)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._converse(connection)
        finally:
            self.open -= 1
            self._writers.discard(writer)
            writer.close()
            with contextlib.suppress(Exception):
                await writer.wait_closed()

    async def _converse(self, connection: Connection) -> None:
        if not self._read_requests:
            connection.reset()
            return
        while not connection.writer.is_closing():
            request = await self._read(connection)
            self.requests.append(request)
            step = self.steps[min(len(self.requests), len(self.steps)) - 1]
            if isinstance(step, bytes):
                await connection.write(step)
            else:
                await step(connection, request)

    async def _read(self, connection: Connection) -> Received:
        head = (await connection.reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = b""
        if self._read_bodies:
            body = await read_body(connection.reader, headers)
        return Received(method, target, headers, body, connection.number)
