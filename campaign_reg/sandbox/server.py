"""The sandbox: simulated vendors behind a real socket on loopback."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from campaign_reg.sandbox.clock import VirtualClock
from campaign_reg.sandbox.control_api import CONTROL_PREFIX, Control
from campaign_reg.sandbox.exchange import Call, Exchange, Reply, Route, render
from campaign_reg.sandbox.fault_actions import MODIFIERS
from campaign_reg.sandbox.faults import Faults
from campaign_reg.sandbox.ledger import Ledger, Stats
from campaign_reg.sandbox.rcs.vendor import Rcs
from campaign_reg.sandbox.responsys.vendor import Responsys
from campaign_reg.sandbox.scene import Scene
from campaign_reg.sandbox.sender_id.vendor import SinchSenderId
from campaign_reg.sandbox.sinch.vendor import Sinch
from campaign_reg.sandbox.uploads import Intake, take_in

if TYPE_CHECKING:
    import datetime
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from campaign_reg.sandbox.vendor import Vendor

HOST = "127.0.0.1"
LARGEST_BODY_BYTES = 32 * 1024 * 1024


class Sandbox:
    """All simulated vendors, on a free port of 127.0.0.1.

    Args:
        port: 0 takes a free one.
        seed: Decides ids, secrets, fates and faults; the same seed makes the same sandbox.
        clock_speed: Virtual seconds per real second; 0 stops it until `clock.advance`.
        rate_limit: API requests per real second before 429; None is without limit.
        record: Keep every exchange in `exchanges`.
        start: First virtual instant, aware; the real present when None.
        vendors: Vendors of your own, besides ours: classes (or functions) that make a `Vendor` from
            the sandbox's clock, ledger and seed. Their paths are asked for after ours.

    Raises:
        ValueError: Two vendors, or two fault actions, have one name.

    Attributes:
        sinch: The simulated Sinch.
        senderid: Its sender-ID registration API, on the same account.
        rcs: The simulated RCS platform.
        responsys: The simulated Oracle Responsys.
        vendors: All simulated providers by name.
        faults: What is to go wrong.
        ledger: Every change that was applied.
        clock: All vendor-side time.
        stats: What was received.
        exchanges: With `record=True`, requests and responses as they were seen.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        seed: int = 7,
        clock_speed: float = 1.0,
        rate_limit: float | None = None,
        record: bool = False,
        start: datetime.datetime | None = None,
        vendors: Sequence[Callable[[VirtualClock, Ledger, int], Vendor]] = (),
    ) -> None:
        self.clock = VirtualClock(clock_speed, start)
        self.ledger = Ledger(self.clock)
        self.stats = Stats()
        self.sinch = Sinch(self.clock, self.ledger, seed)
        self.senderid = SinchSenderId(self.clock, self.ledger, seed, self.sinch.tokens)
        self.rcs = Rcs(self.clock, self.ledger, seed)
        self.responsys = Responsys(self.clock, self.ledger, seed)
        self.exchanges: list[Exchange] = []
        own = [make(self.clock, self.ledger, seed) for make in vendors]
        self.vendors: Mapping[str, Vendor] = _by_name(
            # A user's come first: our RCS takes every path under /api.
            [*own, self.sinch, self.senderid, self.rcs, self.responsys]
        )
        self.faults = Faults(seed, [vendor.traits for vendor in self.vendors.values()])
        self._bucket = None if rate_limit is None else TokenBucket(rate_limit)
        self._control = Control(self)
        self._record = record
        self._port = port
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://{HOST}:{self._port}"

    def settings(self, provider: str) -> dict[str, Any]:
        """Return what `campaign_reg.connect(provider, **settings)` takes."""
        return self.vendor(provider).settings(self.url)

    def vendor(self, provider: str) -> Vendor:
        """Return the simulated provider of that name."""
        if provider not in self.vendors:
            raise ValueError(f"the sandbox has no {provider}; it has {', '.join(self.vendors)}")
        return self.vendors[provider]

    async def __aenter__(self) -> Self:
        server = CountingServer(self)
        # Nothing is worth waiting for at the end: a test that still listens is over.
        self._runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port, backlog=1024).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def serve_forever(self) -> None:
        """Wait until cancelled."""
        await asyncio.Event().wait()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, be it to a vendor or to the control API."""
        path, _, query = request.raw_path.partition("?")
        if path.startswith(CONTROL_PREFIX):
            return _response(await self._control.answer(request, path, query))
        self.stats.started(1)
        try:
            return await self._serve(request, path, query)
        finally:
            self.stats.started(-1)

    async def _serve(self, request: web.BaseRequest, path: str, query: str) -> web.StreamResponse:
        if request.transport is not None and "Expect" in request.headers:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        vendor, route = self._route(request.method, path)
        try:
            body, intake = await _receive(request, vendor, route)
        except web.HTTPRequestEntityTooLarge:
            return _response(render(413, {"error": {"code": 413, "message": "Request is too large"}}))
        now = self.clock.run_due()
        if isinstance(route, Reply):
            self.stats.received("unknown", paced=False)
            return self._finish(request, None, body, now, route)
        call = Call(
            operation=route.operation,
            provider=vendor.traits.name,
            method=request.method,
            path=path,
            query=query,
            headers=request.headers,
            body=body,
            at=now,
            segments=route.segments,
            intake=intake,
        )
        call.target = vendor.target(call)
        paced = call.operation not in vendor.traits.logins
        self.stats.received(call.operation, paced=paced)
        scene = Scene(request, call, vendor, self.clock)
        if paced and self._bucket is not None and not self._bucket.take():
            self.stats.over_limit += 1
            return self._finish(request, call, body, now, scene.refuse(429, Retry_After="1"))
        return self._finish(request, call, body, now, await self._play(scene))

    def _route(self, method: str, path: str) -> tuple[Vendor, Route | Reply]:
        for vendor in self.vendors.values():
            route = vendor.route(method, path)
            if route is not None:
                return vendor, route
        missing = {"code": 404, "message": "Not Found", "status": "NOT_FOUND"}
        return self.sinch, render(404, {"error": missing})

    async def _play(self, scene: Scene) -> Reply | web.StreamResponse | None:
        """Carry one call out, with whatever fault befalls it."""
        if not self.faults.rules:
            return scene.answer()
        modifiers, rule = self.faults.strike(scene.call)
        for modifier in modifiers:
            MODIFIERS[modifier.action](scene, **modifier.options)
        outcome = (
            scene.answer() if rule is None else await self.faults.actions[rule.action](scene, **rule.options)
        )
        if scene.delay_seconds and isinstance(outcome, Reply):
            await asyncio.sleep(scene.delay_seconds)
        return outcome

    def _finish(
        self,
        request: web.BaseRequest,
        call: Call | None,
        body: bytes,
        now: float,
        outcome: Reply | web.StreamResponse | None,
    ) -> web.StreamResponse:
        """Turn an outcome into a response; it is lost if the connection is gone."""
        reply = outcome if isinstance(outcome, Reply) else None
        if reply is not None:
            reply.headers["Date"] = self.clock.http_date(now)
        status = outcome.status if outcome is not None else 0
        self.stats.statuses[status] += 1
        if self._record:
            self.exchanges.append(_exchange(request, call, body, status or None, reply))
        if reply is not None:
            return _response(reply)
        return outcome if isinstance(outcome, web.StreamResponse) else web.Response()


class CountingServer(web.Server):
    """aiohttp's low-level server, counting connections and taking bigger bodies."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox.handle, request_factory=self._big_request, access_log=None)
        self._stats = sandbox.stats

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Count a connection."""
        super().connection_made(handler, transport)
        self._stats.connected(1)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Count a connection's end."""
        super().connection_lost(handler, exc)
        self._stats.connected(-1)

    def _big_request(self, *parts: Any) -> web.BaseRequest:
        """Make a request as aiohttp does, but for the size of its body."""
        message, payload, protocol, writer, task = parts
        loop = asyncio.get_running_loop()
        return web.BaseRequest(
            message, payload, protocol, writer, task, loop, client_max_size=LARGEST_BODY_BYTES
        )


class TokenBucket:
    """This many requests per real second, with one second's worth of burst."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._tokens = max(1.0, per_second)
        self._filled = time.monotonic()

    def take(self) -> bool:
        """Take one token; False when there is none."""
        now = time.monotonic()
        grown = self._tokens + (now - self._filled) * self._per_second
        self._tokens, self._filled = min(max(1.0, self._per_second), grown), now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


def _by_name(vendors: Sequence[Vendor]) -> dict[str, Vendor]:
    named: dict[str, Vendor] = {}
    for vendor in vendors:
        if vendor.traits.name in named:
            raise ValueError(f"the sandbox has a {vendor.traits.name} already: give the vendor another name")
        named[vendor.traits.name] = vendor
    return named


async def _receive(
    request: web.BaseRequest, vendor: Vendor, route: Route | Reply
) -> tuple[bytes, Intake | None]:
    """Read a request's body whole, or as a stream where the operation takes it so."""
    if isinstance(route, Route) and route.operation in vendor.traits.streams:
        return b"", await take_in(request)
    return await request.read() if request.can_read_body else b"", None


def _response(reply: Reply) -> web.Response:
    body = reply.body if reply.chunks is None else _one_by_one(reply.chunks)
    return web.Response(
        status=reply.status, body=body, headers=reply.headers, content_type=reply.content_type
    )


async def _one_by_one(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _exchange(
    request: web.BaseRequest, call: Call | None, body: bytes, status: int | None, reply: Reply | None
) -> Exchange:
    headers = {} if reply is None else {**reply.headers, "Content-Type": reply.content_type}
    return Exchange(
        operation=None if call is None else call.operation,
        method=request.method,
        target=request.raw_path,
        request_headers=dict(request.headers),
        request_body=body,
        status=status,
        response_headers=headers,
        response_body=b"" if reply is None else reply.body,
    )
