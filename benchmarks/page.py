"""A page of 1000 campaigns, typed, unknown members kept."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import orjson

from benchmarks.bench import Bench
from benchmarks.clients import bare, naive, ours, telnyx
from benchmarks.get import cpu_figure
from benchmarks.measure import Burst, Contender, interleave, micro, ratio
from benchmarks.report import Figure, Result
from benchmarks.server import PROJECT
from benchmarks.typed import pydantic_loads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import aiohttp

    from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend

TITLE = "a page of 1000, typed, unknown members kept"
_SIZE = 1000


def _pages(fetch: Callable[[], Awaitable[Any]], count: int) -> Burst:
    """So many pages, one after the other; a piece of work is one campaign."""

    async def burst() -> int:
        for _ in range(count):
            await fetch()
        return count * _SIZE

    return burst


def _our_page(sinch: SinchBackend) -> Callable[[], Awaitable[object]]:
    async def fetch() -> object:
        page = await anext(aiter(sinch.list(page_size=_SIZE).pages()))
        assert len(page.items) == _SIZE
        return page

    return fetch


def _with_aiohttp(session: aiohttp.ClientSession, url: str, load: Callable[[bytes], Any]) -> Any:
    async def fetch() -> object:
        path = f"{url}/v1/projects/{PROJECT}/campaignRegistrations?pageSize={_SIZE}"
        async with session.get(path) as answer:
            return load(await answer.read())

    return fetch


async def run(bench: Bench) -> Result:
    """Measure."""
    url = await bench.url()
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(ours(url, 8))
        second = await stack.enter_async_context(ours(url, 8))
        session = await stack.enter_async_context(bare(8))
        obvious = await stack.enter_async_context(naive(url, 8))
        client = await stack.enter_async_context(telnyx(url))
        mine, again = (
            Contender(name, _pages(_our_page(sinch), 8))
            for name, sinch in (("ours", first), ("again", second))
        )
        dicts = Contender("aiohttp + orjson", _pages(_with_aiohttp(session, url, orjson.loads), 8))
        plain = Contender("naive", _pages(lambda: obvious.page(_SIZE), 2))
        load, model, sdk = pydantic_loads("CampaignList"), None, None
        if load is not None:
            model = Contender("aiohttp + pydantic", _pages(_with_aiohttp(session, url, load), 4))
        if client is not None:
            records = client.messaging_10dlc.campaign.list
            sdk = Contender("telnyx", _pages(lambda: records(brand_id="BHL7Q2X", records_per_page=500), 1))
        everyone = [mine, again, dicts, plain, *(c for c in (model, sdk) if c is not None)]
        await interleave(everyone, bench.rounds, bench.rng)
    return Result(
        name="page",
        title=TITLE,
        pair=ratio(again.cpu, mine.cpu),
        figures=[
            Figure("CPU over aiohttp + orjson dictionaries", ratio(mine.cpu, dicts.cpu)),
            cpu_figure("CPU over aiohttp + pydantic (extra allowed)", mine, model),
            cpu_figure("CPU over Telnyx on aiohttp", mine, sdk),
            cpu_figure("naive stack over aiohttp + orjson", plain, dicts),
        ],
        medians={c.name: micro(c.cpu) for c in everyone},
    )
