"""How long rows took from the write to the end that we saw."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campaign_reg.journal.reader import Entry

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_EDGES = (
    1, 2, 5, 10, 20, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 20 * _MINUTE, 30 * _MINUTE,
    _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 3 * _DAY, 5 * _DAY, 7 * _DAY, 14 * _DAY,
)  # fmt: skip
_UNITS = ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"), (1, "s"))


class Waits:
    """Seconds from write to end, eight bytes a row."""

    def __init__(self) -> None:
        self._seconds = array("d")

    def __len__(self) -> int:
        return len(self._seconds)

    def count(self, entry: Entry) -> None:
        """Take in one row, if it was sent and has ended."""
        ended_at = None if entry.result is None else entry.result.outcome.settled_at
        if entry.sent_at is not None and ended_at is not None and entry.attempts:
            # Ends are journalled in whole seconds, so that one may seem to lie before its write.
            self._seconds.append(max((ended_at - entry.sent_at).total_seconds(), 0.0))

    def share(self, part: float) -> float:
        """The time within which such a part of the rows ended."""
        ordered = sorted(self._seconds)
        return ordered[max(ceil(part * len(ordered)) - 1, 0)]

    def bars(self) -> list[tuple[str, int]]:
        """How many rows took how long, from the quickest to the slowest."""
        counts = [0] * (len(_EDGES) + 1)
        for seconds in self._seconds:
            counts[bisect_left(_EDGES, seconds)] += 1
        used = [place for place, rows in enumerate(counts) if rows]
        labels = [*(f"≤ {span(edge)}" for edge in _EDGES), f"> {span(_EDGES[-1])}"]
        bars = list(zip(labels, counts, strict=True))
        return bars[used[0] : used[-1] + 1] if used else []


def span(seconds: float) -> str:
    """A length of time, in its largest unit and the one below."""
    left = round(seconds)
    units = [(unit, word) for unit, word in _UNITS if unit <= left][:2]
    words = []
    for unit, word in units:
        if left >= unit:
            words.append(f"{left // unit} {word}")
        left %= unit
    return " ".join(words) or "under 1 s"
