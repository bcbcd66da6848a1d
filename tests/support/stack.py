"""What the tests of this room call: two operations, an account's whole stack, and a scripted transport."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from random import Random
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.enums import Applied
from campaign_reg.errors import AuthenticationError, RateLimitError, ServerError
from campaign_reg.rate import Limits
from campaign_reg.transport.aiohttp import AiohttpTransport
from campaign_reg.transport.auth import AuthTransport
from campaign_reg.transport.limiter import GcraLimiter, LimiterTransport
from campaign_reg.transport.retry import RetryTransport
from campaign_reg.wire.message import Response, Token
from campaign_reg.wire.operation import ErrorTable, Operation, Refusal
from campaign_reg.wire.request import Request, build_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import aiohttp

    from campaign_reg.clock import Clock
    from campaign_reg.wire.ports import Ask

ORIGIN = "https://api.example.com"
SINCH_ERRORS = ErrorTable(by_status={429: Refusal(RateLimitError, Applied.NO, transient=True)})
GET = Operation(
    name="t.get",
    method="GET",
    path="/c/{id}",
    safe=True,
    source="tests",
    errors=SINCH_ERRORS,
    keep_alive=True,
)
PUT = Operation(name="t.put", method="PUT", path="/c/{id}", safe=False, source="tests", errors=SINCH_ERRORS)
TOKEN = Operation(name="t.token", method="POST", path="/token", safe=True, source="tests")


def get(origin: str = ORIGIN, **changes: Any) -> Request:
    return attrs.evolve(build_request(GET, origin, path={"id": "c1"}), **changes)


def put(origin: str = ORIGIN, **changes: Any) -> Request:
    return attrs.evolve(build_request(PUT, origin, path={"id": "c1"}, body=b'{"a":1}'), **changes)


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Response:
    return Response(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=body
    )


@contextlib.contextmanager
def no_errors_in_circles() -> Iterator[None]:
    """Fail if an error, with the frames and bodies it holds, would have to wait for the next collection."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield
        gc.collect()
        assert not [thing for thing in gc.garbage if isinstance(thing, Exception)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@attrs.define(eq=False)
class Script:
    """A transport that answers the n-th request by the n-th entry; the last goes on for ever.

    Attributes:
        sent: Requests, in order.
        times: When each came, in monotonic seconds.
    """

    clock: Clock
    entries: list[Response | Exception | Callable[[Request], Response | Exception]]
    sent: list[Request] = attrs.field(factory=list)
    times: list[float] = attrs.field(factory=list)
    latency_seconds: float = 0.0

    async def until_sent(self, count: int = 1) -> None:
        async with asyncio.timeout(5):
            while len(self.sent) < count:
                await asyncio.sleep(0)

    async def send(self, request: Request) -> Response:
        self.sent.append(request)
        self.times.append(self.clock.monotonic())
        entry = self.entries[min(len(self.sent), len(self.entries)) - 1]
        if self.latency_seconds:
            await self.clock.sleep(self.latency_seconds)
        if not isinstance(entry, Response | Exception):
            entry = entry(request)
        try:
            if isinstance(entry, Exception):
                raise entry.with_traceback(None)
            return entry
        finally:
            del entry  # see no_errors_in_circles

    def count(self, operation: Operation) -> int:
        return sum(request.operation is operation for request in self.sent)


@attrs.define(eq=False)
class Bearer:
    """A scheme with tokens `T1`, `T2`... from `/token`; a body of `expired` says that a new token will do."""

    origin: str = ORIGIN
    lifetime_seconds: float = 3600.0
    secret: str = "client-secret"
    tokens: int = 0
    trusted: frozenset[str] | None = None

    @property
    def origins(self) -> frozenset[str]:
        return frozenset({self.origin}) if self.trusted is None else self.trusted

    async def obtain(self, ask: Ask, current: Token | None) -> Token | None:
        request = await self.token_request()
        return None if request is None else self.parse_token(await ask(request))

    async def token_request(self) -> Request | None:
        request = build_request(TOKEN, self.origin, body=b"grant_type=client_credentials")
        request.headers = {**request.headers, "Authorization": f"Basic {self.secret}"}
        return request

    def parse_token(self, response: Response) -> Token:
        if response.status == 401:
            raise AuthenticationError("t.token", 401, "bad credentials")
        if response.status != 200:
            raise ServerError("t.token", response.status, "")
        self.tokens += 1
        return Token(value=f"T{self.tokens}", lifetime_seconds=self.lifetime_seconds)

    async def authorize(self, token: Token | None) -> Mapping[str, str]:
        assert token is not None
        return {"Authorization": f"Bearer {token.value}"}

    def says_expired(self, response: Response) -> bool:
        return response.status == 401 and response.body == b"expired"


@attrs.define(eq=False)
class Basic(Bearer):
    """A scheme without tokens."""

    async def token_request(self) -> Request | None:
        return None

    async def authorize(self, token: Token | None) -> Mapping[str, str]:
        assert token is None
        return {"Authorization": f"Basic {self.secret}"}


class Account:
    """The whole stack of one account over a real socket."""

    def __init__(
        self,
        origin: str,
        clock: Clock,
        *,
        limits: Limits | None = None,
        connector: aiohttp.BaseConnector | None = None,
        scheme: Bearer | None = None,
    ) -> None:
        limits = limits or Limits()
        self.scheme = scheme or Basic(origin)
        self.pace = GcraLimiter(limits, clock)
        self.socket = AiohttpTransport(clock=clock, limits=limits, connector=connector)
        self.limiter = LimiterTransport(self.socket, self.pace, clock, limits.in_flight)
        self.retry = RetryTransport(self.limiter, self.pace, clock, random=Random(7))
        self.auth = AuthTransport(self.retry, self.scheme, clock)

    async def send(self, request: Request) -> Response:
        return await self.auth.send(request)

    async def __aenter__(self) -> Account:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.auth.aclose()
        await self.socket.aclose()
