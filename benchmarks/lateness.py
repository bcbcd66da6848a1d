"""How late the polls of `poller` come."""

from __future__ import annotations

import statistics

from benchmarks.bench import Bench
from benchmarks.pollers import poller_run
from benchmarks.report import Figure, Result

TITLE = "the same run: lateness of polls (wall clock: needs a quiet machine)"


async def run(bench: Bench) -> Result:
    """Measure."""
    late = (await poller_run(bench)).late_p99
    return Result(
        name="lateness",
        title=TITLE,
        figures=[
            Figure("p99, median of the rounds", 1e3 * statistics.median(late["poller"]), unit="ms"),
            Figure("p99, a task each", 1e3 * statistics.median(late["a task each"]), unit="ms"),
        ],
        medians={f"{name}, ms": 1e3 * statistics.median(found) for name, found in late.items()},
    )
