"""The virtual clock: all vendor-side time, and what is to happen when."""

from __future__ import annotations

import datetime
import heapq
import itertools
import time
from email.utils import formatdate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def rfc3339(at: float) -> str:
    """Write an instant the way the contract's examples do: UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(at)))


class VirtualClock:
    """Time that runs at any speed and can be pushed forward.

    Events are carried out lazily, in order of their due time, each told the
    instant it was due: the result depends on the clock alone and not on when
    it is read.

    Args:
        speed: Virtual seconds per real second; 0 stops it between pushes.
        start: First virtual instant, aware; the real present when None.
    """

    def __init__(self, speed: float = 1.0, start: datetime.datetime | None = None) -> None:
        if speed < 0:
            raise ValueError("the clock cannot run backwards")
        self.speed = speed
        self._origin = time.time() if start is None else start.timestamp()
        self._started = time.monotonic()
        self._pushed_seconds = 0.0
        self._agenda: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = itertools.count()
        self._date = (0, "")

    def timestamp(self) -> float:
        """Return the virtual present in seconds since the epoch."""
        return self._origin + self._pushed_seconds + (time.monotonic() - self._started) * self.speed

    def now(self) -> datetime.datetime:
        """Return the virtual present as an aware UTC datetime."""
        return datetime.datetime.fromtimestamp(self.timestamp(), datetime.UTC)

    def advance(self, seconds: float) -> None:
        """Push the clock forward and carry out what fell due; `seconds` are virtual."""
        if seconds < 0:
            raise ValueError("the clock cannot run backwards")
        self._pushed_seconds += seconds
        self.run_due()

    def call_at(self, due: float, event: Callable[[float], None]) -> None:
        """Carry `event` out at a virtual timestamp; it is called with that timestamp."""
        heapq.heappush(self._agenda, (due, next(self._order), event))

    def run_due(self) -> float:
        """Carry out every event that is due, oldest first; return the virtual present."""
        now = self.timestamp()
        while self._agenda and self._agenda[0][0] <= now:
            due, _, event = heapq.heappop(self._agenda)
            event(due)
        return now

    def http_date(self, at: float) -> str:
        """Write an instant as the IMF-fixdate of a Date header."""
        second = int(at)
        if self._date[0] != second:
            self._date = (second, formatdate(second, usegmt=True))
        return self._date[1]
