"""Side by side in one process: interleaved, in shuffled order, CPU time, medians of paired ratios."""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence

import attrs

Burst = Callable[[], Awaitable[int]]
"""Does some work; returns how many pieces."""


@attrs.define
class Contender:
    """One program of a comparison.

    Attributes:
        name: In the report.
        burst: One burst of its work.
        cpu: Client CPU per piece, in seconds, one figure a round.
        wall: Wall clock per piece, in seconds, one figure a round.
    """

    name: str
    burst: Burst
    cpu: list[float] = attrs.field(factory=list)
    wall: list[float] = attrs.field(factory=list)

    async def run(self) -> None:
        """One round: a burst, measured."""
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        pieces = await self.burst()
        self.cpu.append((time.process_time() - cpu) / pieces)
        self.wall.append((time.perf_counter() - wall) / pieces)


async def interleave(contenders: Sequence[Contender], rounds: int, rng: random.Random) -> None:
    """Let each warm up, then measure all of them in every round, in a new order each time."""
    for contender in contenders:
        await contender.burst()
    gc.collect()
    gc.freeze()  # so that no contender pays for the modules and objects of the others
    try:
        order = list(contenders)
        for _ in range(rounds):
            rng.shuffle(order)
            for contender in order:
                await contender.run()
    finally:
        gc.unfreeze()


def ratio(mine: Sequence[float], theirs: Sequence[float]) -> float:
    """Median over the rounds of mine over theirs in the same round, so that a slow spell hits both."""
    return statistics.median(a / b for a, b in zip(mine, theirs, strict=True))


def micro(seconds: Sequence[float]) -> float:
    """Median, in microseconds."""
    return statistics.median(seconds) * 1e6


async def at_once(call: Callable[[str], Awaitable[object]], ids: Sequence[str], concurrency: int) -> int:
    """Make one call per id, so many at once."""
    left = iter(ids)

    async def work() -> None:
        for id in left:
            await call(id)

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())
    return len(ids)
