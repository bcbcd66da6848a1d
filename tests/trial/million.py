"""A journal of very many rows, measured in a process of its own, whose memory nobody else has used.

Run as `python -m tests.trial.million WHAT JOURNAL ROWS`; prints one JSON object of figures.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

from campaign_reg import Batch, Limits, Schedule, Verdict
from campaign_reg.enums import Evidence, Verb
from campaign_reg.journal.records import outcome_to_text
from campaign_reg.models.outcome import Feedback, Outcome
from campaign_reg.models.reading import Reading, Terms
from campaign_reg.models.terms import Change, Direction
from tests.support.backends import MemoryBackend, MemoryCampaign, MemoryVendor

OPEN = 10
_LONG = Schedule(first_seconds=3600.0, factor=1.0, max_seconds=3600.0, jitter=0)
_SHORT = Schedule(first_seconds=0.1, factor=1.0, max_seconds=0.5, jitter=0)
_LIMITS = Limits(in_flight=64)
_OPERATORS = ("ATT", "TMO", "USC", "VZW", "INTEROP")
_TERMS: Terms = {
    name: {"status": "APPROVED", "msg_class": "E", "tpm": 4500, "tier": "TOP"} for name in _OPERATORS
}
_WHEN = datetime(2026, 2, 1, 8, tzinfo=UTC)


class Endless(MemoryVendor):
    """A vendor that knows every campaign and remembers none: what grows is the client.

    Attributes:
        written: How many writes came.
        settled: Whether all actions have ended well by now.
    """

    written, settled = 0, False

    def look(self, id: str) -> MemoryCampaign:
        if self.settled:
            return MemoryCampaign(
                id=id, version="2026-02-01T08:01:00Z", action="RESUBMIT_SUCCESSFUL", terms=_TERMS
            )
        return MemoryCampaign(id=id, version="2026-02-01T08:00:00Z", terms=_TERMS)

    def write(self, verb: Verb, id: str) -> None:
        self.written += 1


def backend() -> tuple[MemoryBackend, Endless]:
    made = MemoryBackend(limits=_LIMITS)
    made.vendor = vendor = Endless(made.clock)
    return made, vendor


def name(number: int) -> str:
    """An id of the length of theirs."""
    return f"01K4CXCCBT519XA3{number:010}"


def kept(word: str) -> int:
    """Memory of this process, in bytes: `VmRSS` now, or its peak `VmHWM`."""
    gc.collect()
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(word))


def size(journal: Path) -> int:
    return sum(file.stat().st_size for file in journal.parent.glob(journal.name + "*"))


async def add(journal: Path, rows: int) -> dict[str, float]:
    """Take in an input, and run nothing."""
    made, _ = backend()
    async with Batch.open(journal, made, "resubmit") as batch:
        before, began = kept("VmRSS"), time.perf_counter()
        await batch.add(name(number) for number in range(rows))
        seconds, peak = time.perf_counter() - began, kept("VmHWM")
    return {"seconds": seconds, "bytes a row": size(journal) / rows, "memory a row": (peak - before) / rows}


async def flight(journal: Path, rows: int) -> dict[str, float]:
    """Send rows that nobody looks at yet: what each costs while it waits."""
    made, vendor = backend()
    async with Batch.open(journal, made, "resubmit", limits=_LIMITS, schedule=_LONG) as batch:
        await batch.add(name(number) for number in range(rows))
        running, few = asyncio.create_task(batch.run()), rows // 4
        while vendor.written < few:
            await asyncio.sleep(0.02)
        few, before = vendor.written, kept("VmRSS")
        while vendor.written < rows:
            await asyncio.sleep(0.02)
        after = kept("VmRSS")
        running.cancel()
        await asyncio.wait([running])
    return {"memory a row": (after - before) / (rows - few)}


async def taken_up(journal: Path, rows: int) -> dict[str, float]:
    """Resume after `flight`: every row was sent and none has ended."""
    made, _ = backend()
    before = kept("VmRSS")
    async with Batch.open(journal, made, "resubmit", limits=_LIMITS, schedule=_LONG) as batch:
        began = time.perf_counter()
        running = asyncio.create_task(batch.run())
        while batch._run is None or batch._run._rounds.pending < rows:
            await asyncio.sleep(0.02)
        seconds, after = time.perf_counter() - began, kept("VmRSS")
        running.cancel()
        await asyncio.wait([running])
    return {"seconds": seconds, "memory a row": (after - before) / rows}


def endings() -> Iterator[tuple[Verdict, str]]:
    """Results as real ones are: two of three end well, one of ten with worse terms."""
    reasons = (Feedback(code="502", field="sample1", text="Sample lacks opt-out words."),)
    worse = (Change("TMO", "brand_tier", "TOP", "LOW", Direction.WORSE),)
    number = 0
    while True:
        number += 1
        verdict = Verdict.FAILED if number % 3 == 0 else Verdict.SUCCEEDED
        yield verdict, outcome_to_text(
            Outcome(
                target="", verb=Verb.RESUBMIT, verdict=verdict, evidence=Evidence.ACKNOWLEDGED,
                reason=f"the vendor says RESUBMIT_{'FAILED' if verdict is Verdict.FAILED else 'SUCCESSFUL'}",
                feedback=reasons if verdict is Verdict.FAILED else (),
                changes=worse if number % 10 == 1 else (), settled_at=_WHEN,
            ),
            "",
        )  # fmt: skip


async def end(journal: Path, rows: int) -> dict[str, float]:
    """Let all rows but a few have ended, as a run would have left them; of the few, half were answered."""
    reading = Reading(
        target="", version="2026-02-01T08:00:00Z", status="ACTIVE", action_status="CREATE_SUCCESSFUL",
        terms=_TERMS, taken_at=_WHEN, vendor_time=_WHEN,
    )  # fmt: skip
    preimage = json.dumps(reading.to_plain(), separators=(",", ":"))
    with contextlib.closing(sqlite3.connect(journal, isolation_level=None)) as db:
        db.execute("BEGIN")
        db.execute(
            "UPDATE rows SET phase = CASE WHEN n <= ?1 THEN 'ended' WHEN n % 2 THEN 'sent' ELSE 'intent' END, "
            "attempts = 1, preimage = ?2, digest = zeroblob(32), sent_at = ?3",
            (rows - OPEN, preimage, _WHEN.isoformat()),
        )
        results = (
            (n, verdict, text)
            for n, (verdict, text) in zip(range(1, rows - OPEN + 1), endings(), strict=False)
        )
        db.executemany("INSERT INTO results (n, verdict, document) VALUES (?, ?, ?)", results)
        db.execute("INSERT INTO meta VALUES ('version_moves', '1')")
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {"bytes a row": size(journal) / rows}


@contextlib.asynccontextmanager
async def timed(figures: dict[str, float], what: str) -> AsyncIterator[None]:
    began = time.perf_counter()
    yield
    figures[what] = time.perf_counter() - began


async def resume(journal: Path, rows: int) -> dict[str, float]:
    """Go on where a million rows have ended and a few have not."""
    made, vendor = backend()
    vendor.settled = True
    figures: dict[str, float] = {}
    before = kept("VmRSS")
    batch = Batch.open(journal, made, "resubmit", limits=_LIMITS, schedule=_SHORT)
    async with timed(figures, "seconds to open"):
        await batch.__aenter__()
    try:
        async with timed(figures, "seconds to run"):
            summary = await batch.run()
        assert (summary.rows, summary.open) == (rows, 0), summary
        assert summary.verdicts[Verdict.FAILED] == (rows - OPEN) // 3
        assert summary.downgraded == (rows - OPEN + 9) // 10
    finally:
        await batch.aclose()
    return figures | {"memory": kept("VmHWM") - before, "writes": vendor.written}


if __name__ == "__main__":
    what = {function.__name__: function for function in (add, flight, taken_up, end, resume)}[sys.argv[1]]
    print(json.dumps(asyncio.run(what(Path(sys.argv[2]), int(sys.argv[3])))))
