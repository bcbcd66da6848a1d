"""Many things, each to be looked at when it is due: one timing wheel, one timer, N workers, no task per thing."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Generic, TypeVar

from campaign_reg.clock import Clock
from campaign_reg.errors import StateError

TICK_SECONDS = 0.01
_ROUNDING = 1e-6  # a slot's own time, divided by the tick, may fall a hair short of the slot's number


class Entry:
    """Something that can wait on a wheel; it carries its own place there, so that waiting costs no dictionary."""

    __slots__ = ("slot",)

    def __init__(self) -> None:
        self.slot: list[Any] | None = None


E = TypeVar("E", bound=Entry)


class TimingWheel(Generic[E]):
    """Entries by due time, in slots of ten milliseconds; an entry has one due time at most."""

    def __init__(self) -> None:
        self._slots: dict[int, list[E]] = {}
        self._order: list[int] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[E]:
        return (entry for slot in self._slots.values() for entry in slot if entry.slot is slot)

    def add(self, entry: E, due: float) -> bool:
        """Put an entry at a monotonic time, in seconds; one already there is moved.

        Returns:
            Whether its slot comes before all others.
        """
        self._count += entry.slot is None
        number = int(due / TICK_SECONDS) + 1  # never early
        slot = self._slots.get(number)
        if slot is not None:
            entry.slot = slot
            slot.append(entry)
            return False
        entry.slot = self._slots[number] = [entry]
        heapq.heappush(self._order, number)
        return self._order[0] == number

    def discard(self, entry: E) -> bool:
        """Take an entry out; returns whether it was there."""
        was_there = entry.slot is not None
        self._count -= was_there
        entry.slot = None
        return was_there

    def pop_due(self, now: float) -> list[E]:
        """Take out every entry whose time has come."""
        current, due = int(now / TICK_SECONDS + _ROUNDING), []
        while self._order and self._order[0] <= current:
            slot = self._slots.pop(heapq.heappop(self._order))
            for entry in slot:
                if entry.slot is slot:  # else it was moved or discarded
                    entry.slot = None
                    due.append(entry)
        self._count -= len(due)
        return due

    def due_within(self, until: float) -> int:
        """How many entries are due at a monotonic time, in seconds, or before."""
        last = int(until / TICK_SECONDS) + 1
        return sum(
            entry.slot is slot for number, slot in self._slots.items() if number <= last for entry in slot
        )

    def next_due(self) -> float | None:
        """Monotonic time of the next slot, in seconds; None when empty."""
        return self._order[0] * TICK_SECONDS if self._order else None


class PollScheduler(Generic[E]):
    """Calls `look(entry)` for each entry when it is due, at most `workers` at once.

    Args:
        clock: The clock to go by.
        look: One look; returns the seconds until the next one, or None when the entry is finished. What it raises
            stops all rounds and is raised by `wait_idle`.
        workers: How many looks at once.
        stopped: Called when a look has raised.
    """

    def __init__(
        self,
        clock: Clock,
        look: Callable[[E], Awaitable[float | None]],
        workers: int,
        stopped: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock, self._look, self._on_stop = clock, look, stopped
        self._wheel: TimingWheel[E] = TimingWheel()
        self._ready: deque[E] = deque()
        self._idle: deque[asyncio.Future[None]] = deque()
        self._waking = 0
        self._busy = 0
        self._earlier, self._settled, self._drained = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._error: BaseException | None = None
        self._closed = False
        self._looking: list[E | None] = [None] * workers
        self._tasks = [asyncio.create_task(self._work(place)) for place in range(workers)]
        self._tasks.append(asyncio.create_task(self._tick()))
        for task in self._tasks:
            task.add_done_callback(self._stopped)

    @property
    def pending(self) -> int:
        """Entries that wait for their time, are ready, or are being looked at."""
        return len(self._wheel) + len(self._ready) + self._busy

    @property
    def ready(self) -> int:
        """Entries whose time has come and that no worker has taken yet."""
        return len(self._ready)

    def add(self, entry: E, delay_seconds: float = 0.0) -> None:
        """Look at an entry after this many seconds."""
        self._settled.clear()
        if delay_seconds <= 0:
            self._ready.append(entry)
            self._wake_workers()
            return
        if self._wheel.add(entry, self._clock.monotonic() + delay_seconds):
            self._earlier.set()

    def looking(self) -> list[E]:
        """Entries that are being looked at."""
        return [entry for entry in self._looking if entry is not None]

    def waiting(self) -> list[E]:
        """Entries whose time has not come."""
        return list(self._wheel)

    def due_within(self, seconds: float) -> int:
        """How many entries are due within this many seconds, those that are ready among them."""
        return len(self._ready) + self._wheel.due_within(self._clock.monotonic() + seconds)

    def hasten(self, entry: E) -> bool:
        """Look at a waiting entry at once; returns whether it was waiting."""
        if not self._wheel.discard(entry):
            return False
        self.add(entry)
        return True

    async def wait_idle(
        self, seconds: float | None = None, *, until: Callable[[], bool] = lambda: False
    ) -> bool:
        """Wait until every entry is finished, or this many seconds are over; returns whether every entry is.

        Args:
            seconds: How long to wait; None waits without limit.
            until: Something else that ends the waiting; asked again after every `nudge`.

        Raises:
            BaseException: What a look raised; the rounds have stopped then.
        """
        end = None if seconds is None else self._clock.monotonic() + seconds
        while self._error is None and not self._closed and self.pending and not until():
            left = None if end is None else end - self._clock.monotonic()
            if left is not None and left <= 0:
                return False
            self._settled.clear()
            await self._clock.wait(self._settled, left)
        self.check()
        return not self.pending

    def nudge(self) -> None:
        """Let callers of `wait_idle` check again whether to go on."""
        self._settled.set()

    def check(self) -> None:
        """Raise what a look raised, or say that the rounds were closed."""
        if self._error is not None:
            raise self._error
        if self._closed:
            raise StateError("it was closed while something was still waiting")

    async def aclose(
        self, *, grace_seconds: float = 0.0, unless: Callable[[E], bool] = lambda _: False
    ) -> None:
        """Stop: what is pending stays undone, and looks under way are cancelled. Cancelling this ends the grace.

        Args:
            grace_seconds: How long the looks that are spared get to end by themselves.
            unless: Whether an entry's look is spared.
        """
        self._closed = True
        self._settled.set()
        spared = [entry is not None and unless(entry) for entry in self._looking]
        for task, is_spared in zip(self._tasks, [*spared, False], strict=True):  # the last one ticks
            if not is_spared:
                task.cancel()
        try:
            self._drained.clear()
            if any(spared) and grace_seconds > 0:
                await self._clock.wait(self._drained, grace_seconds)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _wake_workers(self) -> None:
        """Wake two, who wake more if there is work left: where looks are quick, few are needed."""
        while self._idle and self._waking < min(2, len(self._ready)):
            waiter = self._idle.popleft()
            if not waiter.done():
                waiter.set_result(None)
                self._waking += 1

    def _stopped(self, task: asyncio.Task[None]) -> None:
        error = RuntimeError("somebody cancelled a worker") if task.cancelled() else task.exception()
        if error is not None and self._error is None and not (task.cancelled() and self._closed):
            self._error = error
            self._on_stop()
        self._settled.set()

    async def _work(self, place: int) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while not self._ready:
                waiter = loop.create_future()
                self._idle.append(waiter)
                try:
                    await waiter
                finally:
                    self._waking -= waiter.done() and not waiter.cancelled()
            if self._error is not None or self._closed:
                return
            entry = self._ready.popleft()
            if self._ready:
                self._wake_workers()
            self._busy += 1
            self._looking[place] = entry
            try:
                delay = await self._look(entry)
            finally:
                self._looking[place] = None
                self._busy -= 1
                if not self._busy:
                    self._drained.set()
            if delay is not None:
                self.add(entry, delay)
            elif not self.pending:
                self._settled.set()

    async def _tick(self) -> None:
        clock, wheel = self._clock, self._wheel
        while True:
            due = wheel.next_due()
            self._earlier.clear()
            await clock.wait(self._earlier, None if due is None else due - clock.monotonic())
            self._ready.extend(wheel.pop_due(clock.monotonic()))
            self._wake_workers()
