"""Whether a request costs more when many are under way."""

from __future__ import annotations

from contextlib import AsyncExitStack

from benchmarks.bench import Bench
from benchmarks.clients import bare, bare_get, ours
from benchmarks.get import contender
from benchmarks.measure import interleave, micro, ratio
from benchmarks.report import Figure, Result

TITLE = "growth with concurrency: CPU per request at 256 over that at 8"
_FEW, _MANY = 8, 256
_CALLS = 1500


async def run(bench: Bench) -> Result:
    """Measure."""
    url = await bench.url()
    async with AsyncExitStack() as stack:
        one, two = [await stack.enter_async_context(ours(url, _FEW)) for _ in range(2)]
        most = await stack.enter_async_context(ours(url, _MANY))
        sessions = [await stack.enter_async_context(bare(n)) for n in (_FEW, _MANY)]
        few, again = (
            contender(name, c.get, _CALLS, _FEW) for name, c in (("ours at 8", one), ("again at 8", two))
        )
        many = contender("ours at 256", most.get, _CALLS, _MANY)
        plain_few = contender("aiohttp at 8", bare_get(sessions[0], url), _CALLS, _FEW)
        plain_many = contender("aiohttp at 256", bare_get(sessions[1], url), _CALLS, _MANY)
        everyone = [few, again, many, plain_few, plain_many]
        await interleave(everyone, bench.rounds, bench.rng)
    return Result(
        name="growth",
        title=TITLE,
        pair=ratio(again.cpu, few.cpu),
        figures=[
            Figure("CPU at 256 over CPU at 8", ratio(many.cpu, few.cpu)),
            Figure("the same of bare aiohttp", ratio(plain_many.cpu, plain_few.cpu)),
        ],
        medians={c.name: micro(c.cpu) for c in everyone},
    )
