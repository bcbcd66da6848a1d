"""100,000 pending: CPU per poll and bytes per pending campaign, compared with a task for each."""

from __future__ import annotations

import statistics

from benchmarks.bench import Bench
from benchmarks.measure import micro, ratio
from benchmarks.pollers import poller_run
from benchmarks.report import Figure, Result

TITLE = "poller, 100,000 pending: CPU per poll, bytes per pending"


async def run(bench: Bench) -> Result:
    """Measure what waiting costs is the poll without the look that both programs take."""
    made = await poller_run(bench)
    cpu, look = made.cpu, statistics.median(made.cpu["a look alone"])
    waiting = {
        name: [max(cost - look, 1e-9) for cost in cpu[name]] for name in ("poller", "again", "a task each")
    }
    return Result(
        name="poller",
        title=TITLE,
        pair=ratio(cpu["again"], cpu["poller"]),
        figures=[
            Figure(
                "CPU of waiting, per poll, over a task each",
                ratio(waiting["poller"], waiting["a task each"]),
            ),
            Figure(
                "CPU of the whole poll, reading and judging included",
                ratio(cpu["poller"], cpu["a task each"]),
            ),
            Figure("bytes per pending over a task each", made.bytes["poller"] / made.bytes["a task each"]),
            Figure("bytes per pending", made.bytes["poller"], unit="B"),
            Figure("bytes per pending, a task each", made.bytes["a task each"], unit="B"),
        ],
        medians={name: micro(costs) for name, costs in cpu.items()},
    )
