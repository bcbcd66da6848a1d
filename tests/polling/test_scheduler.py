"""One timer for everything that waits: never early, at most N at once, in order, without leaks."""

from __future__ import annotations

import asyncio
import random

import pytest

from campaign_reg.clock import SystemClock
from campaign_reg.errors import StateError
from campaign_reg.polling.scheduler import TICK_SECONDS, Entry, PollScheduler, TimingWheel
from tests.support.clocks import VirtualClock

pytestmark = pytest.mark.anyio


class Thing(Entry):
    __slots__ = ("due", "name", "seen")

    def __init__(self, name: str = "", due: float = 0.0) -> None:
        super().__init__()
        self.name, self.due = name, due
        self.seen: list[float] = []


def test_wheel_gives_back_what_is_due_and_nothing_early() -> None:
    rng, wheel, now = random.Random(3), TimingWheel[Thing](), 1000.0
    waiting = {Thing(due=now + rng.uniform(0, 50)) for _ in range(2000)}
    for thing in waiting:
        wheel.add(thing, thing.due)
    while waiting:
        now += rng.uniform(0, 2)
        for thing in wheel.pop_due(now):
            assert thing.due <= now
            waiting.remove(thing)
        assert all(thing.due > now - TICK_SECONDS - 1e-9 for thing in waiting)
        assert len(wheel) == len(waiting)
    assert wheel.next_due() is None


def test_wheel_moves_and_discards() -> None:
    wheel, thing, other = TimingWheel[Thing](), Thing("moved"), Thing("discarded")
    wheel.add(thing, 5.0)
    wheel.add(other, 5.0)
    wheel.add(thing, 9.0)
    assert wheel.discard(other)
    assert not wheel.discard(other)
    assert wheel.pop_due(6.0) == []
    assert len(wheel) == 1
    assert wheel.pop_due(9.02) == [thing]
    assert len(wheel) == 0


@pytest.mark.parametrize("start", [0.0, 1000.0, 86_400.0, 3_000_000.0])
def test_a_slot_is_due_at_its_own_time(start: float) -> None:
    """Else a timer that wakes exactly then would find nothing, and spin."""
    for n in range(2000):
        wheel = TimingWheel[Thing]()
        wheel.add(Thing(), start + n * 0.0137)
        due = wheel.next_due()
        assert due is not None
        assert len(wheel.pop_due(due)) == 1


async def test_looks_come_when_they_are_due() -> None:
    clock = VirtualClock()
    start = clock.monotonic()

    async def look(thing: Thing) -> float | None:
        thing.seen.append(clock.monotonic() - start)
        return 3600.0 if len(thing.seen) < 3 else None

    rounds, thing = PollScheduler(clock, look, 2), Thing()
    rounds.add(thing, 60.0)
    await rounds.wait_idle()
    await rounds.aclose()
    assert thing.seen == pytest.approx([60.0, 3660.0, 7260.0], abs=0.05)


async def test_at_most_so_many_at_once_and_everything_gets_its_turn() -> None:
    busy = most = 0

    async def look(thing: Thing) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.001)
        thing.seen.append(1)
        busy -= 1

    things = [Thing(str(n)) for n in range(200)]
    rounds = PollScheduler(VirtualClock(), look, 7)
    for thing in things:
        rounds.add(thing)
    await rounds.wait_idle()
    await rounds.aclose()
    assert most == 7
    assert all(thing.seen == [1] for thing in things)


async def test_an_earlier_entry_wakes_the_timer() -> None:
    clock = VirtualClock(auto=False)
    seen: list[str] = []

    async def look(thing: Thing) -> None:
        seen.append(thing.name)

    rounds = PollScheduler(clock, look, 1)
    late, soon = Thing("late"), Thing("soon")
    rounds.add(late, 100.0)
    await asyncio.sleep(0)
    rounds.add(soon, 10.0)
    await clock.pass_time(11.0)
    assert seen == ["soon"]
    assert rounds.hasten(late)
    await clock.pass_time(0.1)
    assert seen == ["soon", "late"]
    assert not rounds.hasten(late)
    await rounds.aclose()


async def test_what_a_look_raises_stops_the_rounds_and_is_raised() -> None:
    async def look(thing: Thing) -> float | None:
        if thing.name == "bad":
            raise RuntimeError("the journal is full")
        return 1.0

    stopped: list[bool] = []
    rounds = PollScheduler(VirtualClock(), look, 2, lambda: stopped.append(True))
    rounds.add(Thing("good"))
    rounds.add(Thing("bad"), 5.0)
    with pytest.raises(RuntimeError, match="journal is full"):
        await rounds.wait_idle()
    assert stopped
    await rounds.aclose()


async def test_closing_lets_looks_under_way_end_within_the_grace() -> None:
    ended: list[str] = []
    begun = asyncio.Event()

    async def look(thing: Thing) -> None:
        begun.set()
        await asyncio.sleep(0.05 if thing.name == "quick" else 60)
        ended.append(thing.name)

    for name, grace, expected in (("quick", 5.0, ["quick"]), ("slow", 0.05, ["quick"])):
        begun.clear()
        rounds = PollScheduler(SystemClock(), look, 1)
        rounds.add(Thing(name))
        await begun.wait()
        await rounds.aclose(grace_seconds=grace, unless=lambda thing: True)
        assert ended == expected
    with pytest.raises(StateError, match="closed"):
        rounds.check()


async def test_closing_leaves_no_task() -> None:
    before = asyncio.all_tasks()

    async def look(thing: Thing) -> float | None:
        return 10.0

    rounds = PollScheduler(VirtualClock(), look, 50)
    for _ in range(1000):
        rounds.add(Thing(), 5.0)
    await asyncio.sleep(0)
    await rounds.aclose()
    assert asyncio.all_tasks() == before
