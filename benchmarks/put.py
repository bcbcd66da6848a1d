"""The resubmit operation's PUT alone: `perform` with a pre-image just taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import attrs

from benchmarks.bench import Bench
from benchmarks.clients import IDS, RESUBMISSION, bare, bare_put, naive, ours, telnyx
from benchmarks.get import contender, cpu_figure
from benchmarks.measure import Contender, at_once, interleave, micro, ratio
from benchmarks.report import Figure, Result
from benchmarks.server import campaign

if TYPE_CHECKING:
    from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend

TITLE = "PUT of a resubmission alone, body serialised each time"
_CONCURRENCY = 64
_CALLS = 1000


def _resubmit(sinch: SinchBackend) -> Callable[[], Awaitable[int]]:
    async def burst() -> int:
        fresh = await sinch.read(campaign()["campaignRegistrationId"])  # one GET among a thousand PUTs
        preimages = {id: attrs.evolve(fresh, target=id) for id in IDS}

        async def put(id: str) -> object:
            return await sinch.perform("resubmit", id, RESUBMISSION, preimage=preimages[id])

        return await at_once(put, IDS[:_CALLS], _CONCURRENCY)

    return burst


async def run(bench: Bench) -> Result:
    """Measure."""
    url = await bench.url()
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(ours(url, _CONCURRENCY))
        second = await stack.enter_async_context(ours(url, _CONCURRENCY))
        session = await stack.enter_async_context(bare(_CONCURRENCY))
        single = await stack.enter_async_context(bare(_CONCURRENCY, keep_alive=False))
        obvious = await stack.enter_async_context(naive(url, _CONCURRENCY))
        client = await stack.enter_async_context(telnyx(url))
        mine, again = Contender("ours", _resubmit(first)), Contender("again", _resubmit(second))
        aiohttp = contender("aiohttp", bare_put(session, url), _CALLS)
        fresh = contender("aiohttp, a connection each", bare_put(single, url), _CALLS)
        plain = contender("naive", obvious.resubmit, 400)
        sdk = None
        if client is not None:
            update = client.messaging_10dlc.campaign.update
            sdk = contender("telnyx", lambda id: update(id, auto_renewal=True), 400)
        everyone = [mine, again, aiohttp, fresh, plain, *([] if sdk is None else [sdk])]
        await interleave(everyone, bench.rounds, bench.rng)
    return Result(
        name="put",
        title=TITLE,
        pair=ratio(again.cpu, mine.cpu),
        figures=[
            Figure("CPU over aiohttp", ratio(mine.cpu, aiohttp.cpu)),
            Figure("CPU over aiohttp with a connection for each PUT", ratio(mine.cpu, fresh.cpu)),
            cpu_figure("CPU over Telnyx on aiohttp", mine, sdk),
            cpu_figure("naive stack over aiohttp", plain, aiohttp),
        ],
        medians={c.name: micro(c.cpu) for c in everyone},
    )
