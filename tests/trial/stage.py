"""A vendor in its own process, and workers that run a batch at it and are killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from campaign_reg import RowResult
from campaign_reg.batch.statistics import results
from campaign_reg.journal.schema import looking_on
from tests.trial.audit import Truth
from tests.trial.vendor import SETTLE_SECONDS

ROOT = Path(__file__).parents[2]
KILLED = -9
QUICK: dict[str, Any] = {
    "settle_seconds": SETTLE_SECONDS,
    "poll_first_seconds": 0.15,
    "poll_factor": 1.3,
    "poll_max_seconds": 0.6,
}
_LONGEST_LINE_BYTES = 64 * 1024 * 1024
_LONGEST_RUN_SECONDS = 300.0


async def python(*words: str, **options: Any) -> asyncio.subprocess.Process:
    """A Python process with this tree's package and tests, whatever is installed."""
    return await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE, **options,
    )  # fmt: skip


def handed(task: Any, journal: Path) -> Path:
    """A worker's task in a file: five thousand ids are too long for an argument."""
    file = journal.with_suffix(".json")
    file.write_text(json.dumps(task), encoding="utf-8")
    return file


@attrs.frozen
class Vendor:
    """The sandbox in its own process.

    Attributes:
        settings: For `connect`, with waits of moments instead of days.
        ids: Its campaigns.
    """

    process: asyncio.subprocess.Process
    settings: dict[str, Any]
    ids: list[str]

    @classmethod
    @contextlib.asynccontextmanager
    async def started(cls, campaigns: int, *, seed: int = 1, faults: float = 1.0) -> AsyncIterator[Vendor]:
        arguments = json.dumps({"campaigns": campaigns, "seed": seed, "faults": faults})
        process = await python(
            "-m", "tests.trial.vendor", arguments, stdin=asyncio.subprocess.PIPE, limit=_LONGEST_LINE_BYTES
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            told = json.loads(await process.stdout.readline())
            yield cls(process, {**told["settings"], **QUICK}, told["ids"])
        finally:
            process.stdin.close()
            await process.wait()

    async def truth(self) -> Truth:
        """What was applied, once everything late has happened."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"truth\n")
        return Truth(**json.loads(await self.process.stdout.readline()))


@attrs.define
class Trial:
    """One journal, and everybody who was killed while writing it.

    Attributes:
        kills: When, in seconds since the epoch.
        passed: How often a worker died at each named step.
    """

    vendor: Vendor
    journal: Path
    kills: list[float] = attrs.field(factory=list)
    passed: dict[str, int] = attrs.field(factory=dict)

    async def life(
        self,
        *,
        ids: Sequence[str] | None = None,
        die: tuple[str, int] | None = None,
        after_seconds: float | None = None,
        from_the_start: bool = False,
        per_second: float | None = None,
    ) -> int:
        """Run a worker to its end, or to its death: at a named step, or so long after it began; returns its status."""
        task = {"settings": self.vendor.settings, "ids": ids, "die": die, "per_second": per_second}
        process = await python("-m", "tests.trial.worker", str(self.journal), str(handed(task, self.journal)))
        assert process.stdout is not None
        try:
            if not from_the_start:
                await process.stdout.readline()
            if after_seconds is None:
                await asyncio.wait_for(process.wait(), _LONGEST_RUN_SECONDS)
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), after_seconds)
            by_itself = process.returncode is not None
        finally:
            if process.returncode is None:
                process.kill()
            status = await process.wait()
        if status == KILLED:
            self.kills.append(time.time())
            name = die[0] if die is not None and by_itself else "at random"
            self.passed[name] = self.passed.get(name, 0) + 1
        return status

    def results(self) -> dict[str, RowResult]:
        """How each row ended, as the journal has it."""
        found = [*results(self.journal)]
        assert len({result.id for result in found}) == len(found), "a row with two results"
        return {result.id: result for result in found}

    def standing(self) -> dict[str, int]:
        """How many rows are in each phase; none before there is a journal."""
        if not self.journal.is_file():
            return {}
        with looking_on(self.journal) as db:
            return dict(db.execute("SELECT phase, count(*) FROM rows GROUP BY phase"))

    def is_sound(self) -> bool:
        """Whether the file is whole, after everything that was done to it."""
        with looking_on(self.journal) as db:
            return [*db.execute("PRAGMA integrity_check")] == [("ok",)]
