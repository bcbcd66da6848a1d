"""100,000 campaigns that are waited for, by the poller and by a task for each: for `poller` and `lateness`."""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import attrs

from benchmarks.bench import Bench
from benchmarks.measure import Contender
from benchmarks.memory_vendor import MemoryBackend
from campaign_reg import Action, Poller, Schedule, Verb
from campaign_reg.protocol.track import Track

PENDING = 100_000
_EVERY_SECONDS = 8.0
_WARM_UP_SECONDS = 0.4
_WINDOW_SECONDS = 0.7
_ALONE = 20_000
_NOT_OURS = [tracemalloc.Filter(False, __file__)]


@attrs.frozen(kw_only=True)
class Steady(Schedule):
    """Looks at everything once in a period, evenly spread; tells when the next look is due."""

    told: Callable[[float], None]

    def wait_seconds(self, looks: int, rng: random.Random) -> float:
        wait = _EVERY_SECONDS * (rng.random() if looks == 0 else 1.0)
        self.told(time.monotonic() + wait)
        return wait


@attrs.define
class Watch:
    """Who is due when, and how late the looks come.

    `wait_seconds` follows the reading of the same campaign without a break, as nothing here has to wait.
    """

    ids: list[str]
    due: dict[str, float] = attrs.field(factory=dict)
    late: list[float] = attrs.field(factory=list)
    polls: int = 0
    _now: str = ""
    _added: int = 0

    def begin(self) -> None:
        """Nothing is due yet."""
        self.due.clear()
        self._now, self._added = "", 0

    def look(self, id: str) -> None:
        """A reading: as late as this."""
        self.late.append(time.monotonic() - self.due[id])
        self.polls += 1
        self._now = id

    def plan(self, due: float) -> None:
        """The next look at the campaign just read, or at the next of those that were never read."""
        if self._added < len(self.ids):
            self.due[self.ids[self._added]] = due
            self._added += 1
        else:
            self.due[self._now] = due


@attrs.frozen(kw_only=True)
class PollerRun:
    """What came out.

    Attributes:
        cpu: Seconds per poll, by program, one figure a round; `a look alone` is the part that both have.
        bytes: Per pending campaign beyond its action, by program.
        late_p99: Seconds, one figure a round, by program.
    """

    cpu: dict[str, list[float]]
    bytes: dict[str, float]
    late_p99: dict[str, list[float]]


async def poller_run(bench: Bench) -> PollerRun:
    """Make the run, or give the one that was made."""
    if _make not in bench.shared:
        bench.shared[_make] = await _make(bench)
    run: PollerRun = bench.shared[_make]
    return run


async def _make(bench: Bench) -> PollerRun:
    watch = Watch([f"c{n}" for n in range(PENDING)])
    backend = MemoryBackend(Steady(told=watch.plan), watch.look)
    actions = [_action(backend, id) for id in watch.ids]
    for action in actions:  # what is known of it after a first look stays with the action
        watch.due[action.target] = time.monotonic()
        await action.refresh()
    ways = {
        "poller": _polled(backend, actions),
        "again": _polled(backend, actions),
        "a task each": _one_task_each(backend, actions),
    }
    alone = Contender("a look alone", _look_alone(backend, actions, bench.rng))
    run = PollerRun(cpu={name: [] for name in ways}, bytes={}, late_p99={name: [] for name in ways})
    gc.freeze()
    try:
        for _ in range(bench.rounds):
            order = list(ways)
            bench.rng.shuffle(order)
            for name in order:
                cpu, late = await _window(ways[name], watch)
                run.cpu[name].append(cpu)
                run.late_p99[name].append(late)
            await alone.run()
    finally:
        gc.unfreeze()
    run.cpu[alone.name] = alone.cpu
    for name in ("poller", "a task each"):
        run.bytes[name] = await _bytes(ways[name], watch)
    return run


def _action(backend: MemoryBackend, id: str) -> Action:
    """As if sent a little later, because what was sent before is looked at sooner."""
    sent_at = backend.clock.now() + timedelta(hours=1)
    return Action(backend, Track(verb=Verb.RESUBMIT, target=id, acknowledged=True, sent_at=sent_at))


Pending = Callable[[], AbstractAsyncContextManager[None]]


def _polled(backend: MemoryBackend, actions: list[Action]) -> Pending:
    @asynccontextmanager
    async def pending() -> AsyncIterator[None]:
        async with Poller(backend) as poller:
            reader = asyncio.create_task(_read(poller, actions))
            await asyncio.sleep(0)
            yield
            reader.cancel()
            await asyncio.wait([reader])

    return pending


async def _read(poller: Poller, actions: list[Action]) -> None:
    async for outcome in poller.watch(actions):
        raise AssertionError(f"it was never to end, and did: {outcome}")


def _one_task_each(backend: MemoryBackend, actions: list[Action]) -> Pending:
    async def wait_for(action: Action, wait: float) -> None:
        while True:
            await asyncio.sleep(wait)
            if await action.refresh() or action.give_up():
                return
            wait = backend.schedule.wait_seconds(1, backend.rng)

    @asynccontextmanager
    async def pending() -> AsyncIterator[None]:
        waits = [backend.schedule.wait_seconds(0, backend.rng) for _ in actions]
        tasks = [asyncio.create_task(wait_for(*pair)) for pair in zip(actions, waits, strict=True)]
        await asyncio.sleep(0)
        yield
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    return pending


async def _window(pending: Pending, watch: Watch) -> tuple[float, float]:
    """CPU per poll and the 99th percentile of lateness, both in seconds, once everything is under way."""
    watch.begin()
    gc.collect()
    async with pending():
        await asyncio.sleep(_WARM_UP_SECONDS)
        watch.late.clear()
        polls, cpu = watch.polls, time.process_time()
        await asyncio.sleep(_WINDOW_SECONDS)
        cpu = (time.process_time() - cpu) / (watch.polls - polls)
        late = statistics.quantiles(watch.late, n=100)[-1]
    return cpu, late


def _look_alone(
    backend: MemoryBackend, actions: list[Action], rng: random.Random
) -> Callable[[], Awaitable[int]]:
    """What both programs do for each poll, without any waiting: read, judge, and say when to look next."""

    async def burst() -> int:
        for action in rng.sample(actions, _ALONE):  # as scattered in memory as those that are polled
            await action.refresh()
            action.give_up()
            backend.schedule.wait_seconds(1, backend.rng)
        return _ALONE

    return burst


async def _bytes(pending: Pending, watch: Watch) -> float:
    """Memory per pending campaign, beyond the actions and this benchmark's own notes."""
    watch.begin()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.take_snapshot().filter_traces(_NOT_OURS)
        async with pending():
            gc.collect()
            after = tracemalloc.take_snapshot().filter_traces(_NOT_OURS)
            grown = sum(line.size_diff for line in after.compare_to(before, "filename"))
    finally:
        tracemalloc.stop()
    return grown / PENDING
