"""A durable transition for every GET of `get`; and what sharing commits saves."""

from __future__ import annotations

import itertools
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.clients import IDS, ours
from benchmarks.get import contender
from benchmarks.measure import Contender, at_once, interleave, micro, ratio
from benchmarks.report import Figure, Result
from benchmarks.server import new_folder
from campaign_reg.journal.records import Header, RowRecord
from campaign_reg.journal.sqlite import SqliteJournal

TITLE = "durable journal (SQLite WAL, synchronous FULL) in the loop of get"
_CONCURRENCY = 64
_CALLS = 1000
_ALONE = 100


async def _journal(path: Path) -> SqliteJournal:
    journal = await SqliteJournal.open(path, Header(provider="sinch", account="benchmark", verb="resubmit"))
    await journal.add([RowRecord(n=n, id=id) for n, id in enumerate(IDS, 1)])
    return journal


def _transitions(journal: SqliteJournal) -> Callable[[], Awaitable[None]]:
    places = itertools.cycle(range(1, len(IDS) + 1))

    async def transition() -> None:
        await journal.phase(next(places), "sent", 1)

    return transition


async def run(bench: Bench) -> Result:
    """Measure."""
    url = await bench.url()
    async with AsyncExitStack() as stack:
        one, two, three = [await stack.enter_async_context(ours(url, _CONCURRENCY)) for _ in range(3)]
        folder = Path(stack.enter_context(new_folder()))
        journal = await _journal(folder / "loop.db")
        stack.push_async_callback(journal.aclose)
        durable = _transitions(journal)

        async def get_and_journal(id: str) -> None:
            await one.get(id)
            await durable()

        async def transition(_: str) -> None:
            await durable()

        async def one_commit_each() -> int:
            for _ in range(_ALONE):
                await durable()
            return _ALONE

        plain, again = contender("GET", two.get, _CALLS), contender("GET again", three.get, _CALLS)
        both = contender("GET and transition", get_and_journal, _CALLS)
        shared = Contender("transition, shared commits", lambda: at_once(transition, IDS, _CONCURRENCY))
        single = Contender("transition, a commit each", one_commit_each)
        everyone = [plain, again, both, shared, single]
        await interleave(everyone, bench.rounds, bench.rng)
        flush = await _flush_seconds(journal)
    return Result(
        name="journal",
        title=TITLE,
        pair=ratio(again.cpu, plain.cpu),
        figures=[
            Figure("CPU over the loop without a journal", ratio(both.cpu, plain.cpu)),
            Figure(
                "requests/s over the loop without a journal",
                ratio(plain.wall, both.wall),
            ),
            Figure(
                "wall per transition over a commit each",
                ratio(shared.wall, single.wall),
                note=f"one commit alone: {1e3 * flush:.2f} ms here",
            ),
        ],
        medians={c.name: micro(c.cpu) for c in everyone}
        | {f"{c.name}, wall": micro(c.wall) for c in everyone},
    )


async def _flush_seconds(journal: SqliteJournal) -> float:
    """How long one commit takes on this disk."""
    started = time.perf_counter()
    for n in range(20):
        await journal.phase(n + 1, "sent", 1)
    return (time.perf_counter() - started) / 20
