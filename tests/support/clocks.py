"""Virtual time; fits the `Clock` protocol."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.support.idleness import when_idle

_START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
_LOOP_TURNS_BEFORE_ADVANCING = 10


class VirtualClock:
    """Time that moves only when everything sleeps (auto), or only when pushed.

    With `auto`, whenever something sleeps, the loop has had a few turns (and `grace_seconds` of real time,
    for real sockets to be heard) and no thread works for it, time jumps to the earliest sleeper's end. Sleepers
    wake one by one, in the order of their ends, so they see a consistent time. Without `auto`, only `advance`
    moves it.

    Attributes:
        slept: Every duration that `sleep` was asked for, in seconds.
    """

    def __init__(
        self,
        start: datetime = _START,
        *,
        auto: bool = True,
        monotonic: float = 1000.0,
        grace_seconds: float = 0.0,
    ) -> None:
        self._now = start
        self._monotonic = monotonic
        self._auto = auto
        self._grace_seconds = grace_seconds
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._advancing: asyncio.Handle | None = None
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        end = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._order), end))
        self._plan_advance()
        await end

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        if event.is_set():
            return
        if seconds is None:
            await event.wait()
            return
        both = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(self.sleep(seconds))]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    def advance(self, seconds: float) -> None:
        """Move both clocks on, at once; wakes who is due (they run at the loop's next turns)."""
        self._move(seconds)
        while self._sleepers and self._sleepers[0][0] <= self._monotonic:
            self._wake()

    async def pass_time(self, seconds: float) -> None:
        """Move both clocks on, stopping at each sleeper's end and letting it run before going on."""
        target = self._monotonic + seconds
        await self._turn()
        while self._sleepers and self._sleepers[0][0] <= target:
            self.advance(max(0.0, self._sleepers[0][0] - self._monotonic))
            await self._turn()
        self.advance(max(0.0, target - self._monotonic))
        await self._turn()

    def jump_wall(self, seconds: float) -> None:
        """Move the wall clock, while the monotonic one stands (the machine slept, or was set)."""
        self._now += timedelta(seconds=seconds)

    @property
    def sleepers(self) -> int:
        """How many sleep right now."""
        return sum(not end.done() for _, _, end in self._sleepers)

    async def _turn(self) -> None:
        for _ in range(_LOOP_TURNS_BEFORE_ADVANCING):
            await asyncio.sleep(0)

    def _move(self, seconds: float) -> None:
        self._monotonic += seconds
        self._now += timedelta(seconds=seconds)

    def _wake(self) -> None:
        _, _, end = heapq.heappop(self._sleepers)
        if not end.done():
            end.set_result(None)

    def _plan_advance(self) -> None:
        if self._auto and self._advancing is None:
            loop = asyncio.get_running_loop()
            self._advancing = loop.call_later(
                self._grace_seconds, self._count_down, _LOOP_TURNS_BEFORE_ADVANCING
            )

    def _count_down(self, turns: int) -> None:
        loop = asyncio.get_running_loop()
        if not when_idle(loop, partial(self._count_down, _LOOP_TURNS_BEFORE_ADVANCING)):
            return
        if turns > 0:
            self._advancing = loop.call_soon(self._count_down, turns - 1)
            return
        self._advancing = None
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        if not self._sleepers:
            return
        self._move(max(0.0, self._sleepers[0][0] - self._monotonic))
        self._wake()
        self._plan_advance()
