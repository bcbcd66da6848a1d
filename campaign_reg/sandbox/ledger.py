"""What was applied, and what was asked: the two questions a test has afterwards."""

from __future__ import annotations

import collections
import dataclasses
import time
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.clock import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from campaign_reg.sandbox.clock import VirtualClock


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One change that was really applied.

    Attributes:
        at: Virtual instant, RFC 3339 in UTC.
        operation: The contract's operationId.
        target: The changed thing's id.
    """

    seq: int
    at: str
    provider: str
    operation: str
    target: str
    params: Mapping[str, Any]


class Ledger:
    """Every applied change, in order: the truth about who paid how often."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._entries: list[Entry] = []

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries up to now, those of late changes included once they are due."""
        self._clock.run_due()
        return tuple(self._entries)

    def write(self, at: float, provider: str, operation: str, target: str, params: Mapping[str, Any]) -> None:
        """Note one applied change at a virtual timestamp."""
        seq = len(self._entries) + 1
        self._entries.append(Entry(seq, rfc3339(at), provider, operation, target, params))

    def counts(self, operation: str | None = None, provider: str | None = None) -> collections.Counter[str]:
        """Count applied changes per target, of one operation and provider or of all."""
        return collections.Counter(
            entry.target
            for entry in self.entries
            if operation in (None, entry.operation) and provider in (None, entry.provider)
        )

    def summary(self) -> dict[str, dict[str, Any]]:
        """Tell per operation how much was applied, to how many targets, and which more than once."""
        told = {}
        for operation in sorted({entry.operation for entry in self.entries}):
            counts = self.counts(operation)
            repeated = {target: times for target, times in counts.items() if times > 1}
            told[operation] = {
                "applied": counts.total(),
                "targets": len(counts),
                "applied_more_than_once": repeated,
            }
        return told


class Stats:
    """What was received, applied or not. Rates are of real time.

    Attributes:
        requests: Requests received per operationId; unknown paths count as "unknown".
        statuses: Answers given per HTTP status; cut connections count as 0.
        peak_connections: Most connections open at one moment.
        peak_in_flight: Most requests being answered at one moment.
        peak_per_second: Most API requests in any sliding second. Token requests are
            left out: at the vendor they go to another host with a limit of its own.
        over_limit: Requests refused by `rate_limit`.
    """

    def __init__(self) -> None:
        self.requests: collections.Counter[str] = collections.Counter()
        self.statuses: collections.Counter[int] = collections.Counter()
        self.open_connections = 0
        self.peak_connections = 0
        self.in_flight = 0
        self.peak_in_flight = 0
        self.peak_per_second = 0
        self.over_limit = 0
        self._recent: collections.deque[float] = collections.deque()

    def received(self, operation: str, *, paced: bool) -> None:
        """Count one request; `paced` ones enter the sliding second."""
        self.requests[operation] += 1
        if not paced:
            return
        now = time.monotonic()
        recent = self._recent
        recent.append(now)
        while recent[0] <= now - 1.0:
            recent.popleft()
        self.peak_per_second = max(self.peak_per_second, len(recent))

    def connected(self, change: int) -> None:
        """Count a connection opened (+1) or closed (-1)."""
        self.open_connections += change
        self.peak_connections = max(self.peak_connections, self.open_connections)

    def started(self, change: int) -> None:
        """Count a request begun (+1) or ended (-1)."""
        self.in_flight += change
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON-ready values."""
        return {
            "requests": dict(self.requests),
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "open_connections": self.open_connections,
            "peak_connections": self.peak_connections,
            "peak_in_flight": self.peak_in_flight,
            "peak_per_second": self.peak_per_second,
            "over_limit": self.over_limit,
        }
