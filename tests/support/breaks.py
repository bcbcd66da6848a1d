"""The ways in which an exchange breaks."""

from __future__ import annotations

import asyncio
import gzip
import socket

import attrs
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.support.wire_server import Connection, Received, Step, drop, reply, reset, then_close

GZIPPED = gzip.compress(b'{"a": 1}', mtime=0)


async def half_close(connection: Connection, _: Received) -> None:
    connection.writer.write_eof()
    await connection.reader.read()


BREAKS: dict[str, Step] = {
    "reset after it is sent": reset,
    "closed after it is sent": drop,
    "half-close": half_close,
    "truncated chunked": then_close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
    "bad chunk size": then_close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n"),
    "Content-Length too long": then_close(reply(Content_Length="100")),
    "garbage": then_close(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "half a status line": then_close(b"HTTP/1.1 2"),
    "status 101": reply(101, b"", Upgrade="websocket", Connection="Upgrade", Content_Length=""),
    "huge header": reply(200, X_Long="x" * 100_000),
    "too many headers": reply(200, b"{}", **{f"X_{number}": "x" for number in range(500)}),
    "gzip cut short": reply(200, GZIPPED[:-9], Content_Encoding="gzip"),
    "damaged gzip": reply(200, b"not gzip at all", Content_Encoding="gzip"),
    "unknown encoding": reply(200, b"\x0b\x02\x80{}\x03", Content_Encoding="br"),
    "body over the cap": reply(200, b'"' + b"x" * 2_000_000 + b'"'),
    "gzip bomb": reply(200, gzip.compress(b" " * 50_000_000), Content_Encoding="gzip"),
}


@attrs.define(eq=False)
class Resolver(AbstractResolver):
    """Names everything 127.0.0.1, after failing and dawdling as told."""

    failures: int = 0
    seconds: float = 0.0
    asked: int = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        await asyncio.sleep(self.seconds)
        if self.asked <= self.failures:
            raise OSError(-3, "Temporary failure in name resolution")
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)
        ]

    async def close(self) -> None:
        pass
