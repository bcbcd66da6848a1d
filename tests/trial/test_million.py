"""A million rows: what they take on disk and in memory, and how soon a batch of them goes on.

`CAMPAIGN_REG_TRIAL_ROWS` is how many; `pytest -m trial -s` shows the figures.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from campaign_reg import Batch, Limits, connect
from tests.trial.million import OPEN
from tests.trial.stage import Vendor, python

pytestmark = [pytest.mark.anyio, pytest.mark.trial]

ROWS = int(os.environ.get("CAMPAIGN_REG_TRIAL_ROWS", "1000000"))
IN_FLIGHT = 20_000
REALLY_RUN = 3_000
KILOBYTE = 1024
MEGABYTE = 1024 * KILOBYTE


async def measured(what: str, journal: Path, rows: int) -> dict[str, float]:
    process = await python("-m", "tests.trial.million", what, str(journal), str(rows))
    told, _ = await process.communicate()
    assert process.returncode == 0
    figures: dict[str, float] = json.loads(told)
    shown = ", ".join(f"{name} {value:,.1f}" for name, value in figures.items())
    print(f"\n{what}, {rows:,} rows: {shown}", file=sys.stderr, flush=True)
    return figures


async def test_a_row_that_really_ran_takes_less_than_a_kilobyte_on_disk(tmp_path: Path) -> None:
    journal, limits = tmp_path / "run.db", Limits(in_flight=64)
    async with Vendor.started(REALLY_RUN, faults=0) as vendor:
        async with (
            connect("sinch", limits=limits, **vendor.settings) as sinch,
            Batch.open(journal, sinch, "resubmit", limits=limits) as batch,
        ):
            await batch.add(vendor.ids)
            assert (await batch.run()).open == 0
    taken = journal.stat().st_size / REALLY_RUN
    print(f"\nreally run, {REALLY_RUN:,} rows: bytes a row {taken:.1f}", file=sys.stderr)
    assert taken < KILOBYTE


async def test_a_row_in_flight_takes_a_kilobyte_of_memory(tmp_path: Path) -> None:
    journal = tmp_path / "flight.db"
    assert (await measured("flight", journal, IN_FLIGHT))["memory a row"] < KILOBYTE
    # After a restart its pre-image and times come from the journal, and share nothing with other rows'.
    resumed = await measured("taken_up", journal, IN_FLIGHT)
    assert resumed["memory a row"] < 2 * KILOBYTE
    assert resumed["seconds"] < 20


async def test_a_million_rows_are_taken_in_and_gone_on_with(tmp_path: Path) -> None:
    journal = tmp_path / "million.db"
    added = await measured("add", journal, ROWS)
    assert added["memory a row"] < KILOBYTE / 2
    ended = await measured("end", journal, ROWS)
    assert ended["bytes a row"] < KILOBYTE
    resumed = await measured("resume", journal, ROWS)
    assert resumed["writes"] <= OPEN
    assert resumed["memory"] < 64 * MEGABYTE
    assert (
        resumed["seconds to open"] < 10 + ROWS / 100_000
    )  # on any machine, and far from reading each result
    assert resumed["seconds to run"] < 10
