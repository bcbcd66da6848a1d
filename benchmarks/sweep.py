"""10,000 pending in one project: what a round of looks costs the vendor, with listings in the place of single reads."""

from __future__ import annotations

import asyncio

from benchmarks.bench import Bench
from benchmarks.report import Figure, Result
from campaign_reg import Action, Limits, Poller, Schedule, Verb, connect
from campaign_reg.protocol.track import Track
from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend
from campaign_reg.sandbox import Sandbox

TITLE = "vendor requests per poll round, 10,000 pending in one project"
_PENDING = 10_000
_EVERY_SECONDS = 8.0
_ROUNDS = 3
_SCHEDULE = Schedule(first_seconds=_EVERY_SECONDS, factor=1.0, max_seconds=_EVERY_SECONDS, jitter=0.1)


async def run(bench: Bench) -> Result:
    """Measure requests that the sandbox has counted. Its clock does not move, so that nothing ever settles."""
    async with (
        Sandbox(clock_speed=0) as vendor,
        connect("sinch", limits=Limits(in_flight=64), **vendor.settings("sinch")) as sinch,
    ):
        vendor.sinch.seed(_PENDING)
        actions = await _pending(sinch)
        async with Poller(sinch, schedule=_SCHEDULE) as poller:
            watching = asyncio.create_task(_watch(poller, actions))
            await asyncio.sleep(_EVERY_SECONDS / 2)
            before = dict(vendor.stats.requests)
            await asyncio.sleep(_ROUNDS * _EVERY_SECONDS)
            after = dict(vendor.stats.requests)
            watching.cancel()
            await asyncio.wait([watching])
    asked = {name: count - before.get(name, 0) for name, count in after.items()}
    total = sum(asked.values())
    return Result(
        name="sweep",
        title=TITLE,
        figures=[
            Figure("requests per pending campaign and round", total / _PENDING / _ROUNDS),
            Figure("single reads alone would take", 1.0),
        ],
        medians={f"{name} in {_ROUNDS} rounds": count for name, count in asked.items() if count},
    )


async def _pending(sinch: SinchBackend) -> list[Action]:
    """Actions as if they had just been sent: their campaigns are as before, and stay so."""
    now = sinch.clock.now()
    return [
        Action(
            sinch,
            Track(
                verb=Verb.RESUBMIT,
                target=campaign.id,
                preimage=sinch.reading_of(campaign),
                acknowledged=True,
                sent_at=now,
            ),
        )
        async for campaign in sinch.list(page_size=100)
    ]


async def _watch(poller: Poller, actions: list[Action]) -> None:
    async for outcome in poller.watch(actions):
        raise AssertionError(f"nothing was to end, and this did: {outcome}")
