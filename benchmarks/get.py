"""A typed GET at concurrency 64 with all policies on."""

from __future__ import annotations

from contextlib import AsyncExitStack

from benchmarks.bench import Bench
from benchmarks.clients import IDS, Call, azure_get, bare, bare_get, naive, ours, telnyx
from benchmarks.measure import Contender, at_once, interleave, micro, ratio
from benchmarks.report import Figure, Result

TITLE = "typed GET, concurrency 64, all policies on"
_CONCURRENCY = 64


def contender(name: str, call: Call, calls: int, concurrency: int = _CONCURRENCY) -> Contender:
    """One call per id, many at once."""
    ids = (IDS * (calls // len(IDS) + 1))[:calls]
    return Contender(name, lambda: at_once(call, ids, concurrency))


async def run(bench: Bench) -> Result:
    """Measure."""
    url = await bench.url()
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(ours(url, _CONCURRENCY)) for _ in range(2)]
        session = await stack.enter_async_context(bare(_CONCURRENCY))
        obvious = await stack.enter_async_context(naive(url, _CONCURRENCY))
        mine, again = (
            contender(name, sinch.get, 1000) for name, sinch in zip(("ours", "again"), opened, strict=True)
        )
        aiohttp = contender("aiohttp", bare_get(session, url), 1000)
        others = {
            "naive": obvious.get,
            "telnyx": None
            if (client := await stack.enter_async_context(telnyx(url))) is None
            else client.messaging_10dlc.campaign.retrieve,
            "azure-core": await stack.enter_async_context(azure_get(url)),
        }
        known = {name: contender(name, call, 400) for name, call in others.items() if call is not None}
        everyone = [mine, again, aiohttp, *known.values()]
        await interleave(everyone, bench.rounds, bench.rng)
    return Result(
        name="get",
        title=TITLE,
        pair=ratio(again.cpu, mine.cpu),
        figures=[
            Figure("CPU over aiohttp reading bytes", ratio(mine.cpu, aiohttp.cpu)),
            cpu_figure("CPU over Telnyx on aiohttp", mine, known.get("telnyx")),
            cpu_figure("CPU over azure-core with its policies", mine, known.get("azure-core")),
            cpu_figure("naive stack over aiohttp", known["naive"], aiohttp),
        ],
        medians={c.name: micro(c.cpu) for c in everyone},
    )


def cpu_figure(what: str, mine: Contender, other: Contender | None) -> Figure:
    """A ratio, or that the other is not there."""
    if other is None:
        return Figure(what, None, note="not installed")
    return Figure(what, ratio(mine.cpu, other.cpu))
