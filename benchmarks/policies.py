"""What the policies cost on the success path, per call: the stack around a transport that answers at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.bench import Bench
from benchmarks.measure import Burst, Contender, interleave, micro, ratio
from benchmarks.naive import in_naive_policies
from benchmarks.report import Figure, Result
from benchmarks.server import PROJECT, campaign_body
from campaign_reg import Limits, SinchConfig
from campaign_reg.clock import SystemClock
from campaign_reg.providers.sinch.auth import SinchOAuth2
from campaign_reg.providers.sinch.ten_dlc import operations as ops
from campaign_reg.transport.auth import AuthTransport
from campaign_reg.transport.limiter import GcraLimiter, LimiterTransport
from campaign_reg.transport.retry import RetryTransport
from campaign_reg.wire.message import Response
from campaign_reg.wire.request import Request, build_request

TITLE = "policies on the success path, per call"
_CALLS = 20_000
_ORIGIN = "https://us10dlc.numbers.api.sinch.com"
_SECONDS = 60.0


class _Canned:
    """A transport that has the answer ready."""

    def __init__(self) -> None:
        self._answer = Response(status=200, headers={}, body=campaign_body())
        self._token = Response(
            status=200, headers={}, body=b'{"access_token":"benchmark","expires_in":86400}'
        )

    async def send(self, request: Request) -> Response:
        return self._token if request.operation.name == "sinch.token" else self._answer


def _our_stack() -> Callable[[Request], Awaitable[Response]]:
    clock, limits = SystemClock(), Limits(in_flight=64, per_second=1e6)
    pace = GcraLimiter(limits, clock)
    config = SinchConfig(project_id=PROJECT, key_id="benchmark", key_secret="benchmark")
    limiter = LimiterTransport(_Canned(), pace, clock, limits.in_flight)
    return AuthTransport(
        RetryTransport(limiter, pace, clock, random=random.Random()), SinchOAuth2(config), clock
    ).send


def _with_timer(send: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Our timeout is aiohttp's own; this adds another, as if it were not there for free."""

    async def send_in_time(request: Request) -> Response:
        async with asyncio.timeout(_SECONDS):
            return await send(request)

    return send_in_time


def _calls(send: Callable[[Request], Awaitable[Any]]) -> Burst:
    async def burst() -> int:
        request = build_request(
            ops.GET, _ORIGIN, path={"project_id": PROJECT, "id": "01k4cxccbt519xa3ejty1r5jb4"}
        )
        for _ in range(_CALLS):
            await send(request)
        return _CALLS

    return burst


async def run(bench: Bench) -> Result:
    """Measure: the bare await is taken off all of them."""
    nothing = Contender("bare await", _calls(_Canned().send))
    mine, again = Contender("ours", _calls(_our_stack())), Contender("again", _calls(_our_stack()))
    timed = Contender("ours and a timer", _calls(_with_timer(_our_stack())))
    obvious = Contender("naive", _calls(in_naive_policies(_Canned().send, 64)))
    everyone = [nothing, mine, again, timed, obvious]
    await interleave(everyone, bench.rounds, bench.rng)
    net = {c.name: [cost - bare for cost, bare in zip(c.cpu, nothing.cpu, strict=True)] for c in everyone}
    return Result(
        name="policies",
        title=TITLE,
        pair=ratio(again.cpu, mine.cpu),
        figures=[
            Figure("CPU over the naive stack", ratio(net["ours"], net["naive"])),
            Figure(
                "the same with an asyncio.timeout added to ours",
                ratio(net["ours and a timer"], net["naive"]),
            ),
        ],
        medians={"bare await": micro(nothing.cpu)}
        | {name: micro(cost) for name, cost in net.items() if name != "bare await"},
    )
