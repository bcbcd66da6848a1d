"""A machine that sleeps under a write, and the limit that no client can lift: a write applied after every window."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import campaign_reg
from campaign_reg import Batch, Limits, RowResult, Verdict
from campaign_reg.sandbox import Sandbox
from tests.support.shared_clock import SharedClock

pytestmark = pytest.mark.anyio

START = datetime.datetime(2026, 4, 10, 8, 0, 0, tzinfo=datetime.UTC)
HOUR = 3600.0
WRITE = "resubmitCampaign"


@pytest.fixture
async def sandbox(anyio_backend: str) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock_speed=0, start=START, record=True) as running:
        yield running


def seeded(sandbox: Sandbox, count: int) -> list[str]:
    return sandbox.sinch.seed(count, settle_seconds=(60, 300), reject_share=0, downgrade_share=0)


async def carried_out(
    sandbox: Sandbox, clock: SharedClock, path: Path, ids: list[str], *, in_flight: int = 64, **options: Any
) -> dict[str, RowResult]:
    settings = {**sandbox.settings("sinch"), "settle_seconds": options.pop("settle_seconds", 900.0)}
    limits = Limits(in_flight=in_flight)
    async with (
        campaign_reg.connect("sinch", clock=clock, **settings) as sinch,
        Batch.open(path, sinch, "resubmit", limits=limits, **options) as batch,
    ):
        await batch.add(ids)
        return {result.id: result async for result in batch.results()}


@pytest.mark.fault(98)
@pytest.mark.parametrize(
    ("fault", "attempts"), [("slow", 1), ("drop_after", 1), ("status_503_applied", 1), ("drop_before", 2)]
)
async def test_the_machine_sleeps_between_send_and_answer(
    sandbox: Sandbox, tmp_path: Path, fault: str, attempts: int
) -> None:
    ids, clock, before = seeded(sandbox, 6), SharedClock(sandbox, START), 0
    options: dict[str, Any] = {"delay_seconds": 0.1} if fault == "slow" else {}
    sandbox.faults.add(fault, WRITE, after=2, times=1, **options)

    async def sleep() -> None:
        nonlocal before
        while sandbox.stats.requests[WRITE] < 3:
            await asyncio.sleep(0)
        before = len(sandbox.exchanges)
        clock.jump_wall(8 * HOUR)  # monotonic time stands still in a machine that sleeps
        sandbox.clock.advance(8 * HOUR)

    sleeping = asyncio.create_task(sleep())
    results = await carried_out(sandbox, clock, tmp_path / "b.db", ids, in_flight=1)
    await sleeping
    assert {result.outcome.verdict for result in results.values()} == {Verdict.SUCCEEDED}
    assert sandbox.ledger.counts(WRITE) == dict.fromkeys(ids, 1)
    assert sorted(result.attempts for result in results.values()) == [1] * 5 + [attempts]
    calls = [(each.operation, each.target.split("?")[0].split("/")[5:6]) for each in sandbox.exchanges]
    written = [place for place, (operation, _) in enumerate(calls) if operation == WRITE]
    assert len(written) == 5 + attempts
    for place in written[3:]:  # no write rests on what was read before the sleep
        assert ("getCampaign", calls[place][1]) in calls[before:place]


@pytest.mark.fault(99)
@pytest.mark.parametrize(
    ("options", "verdict", "attempts", "applied"),
    [
        ({}, Verdict.SUCCEEDED, 2, 2),
        ({"settle_seconds": 4 * HOUR}, Verdict.SUCCEEDED, 1, 1),
        ({"resend": "never"}, Verdict.UNKNOWN, 1, 1),
    ],
    ids=["the documented limit", "a longer window", "never again"],
)
async def test_applied_later_than_the_window_shows_in_the_ledger(
    sandbox: Sandbox,
    tmp_path: Path,
    options: dict[str, Any],
    verdict: Verdict,
    attempts: int,
    applied: int,
) -> None:
    """Three hours late is beyond a window of 15 minutes; the journal counts both writes, and so does the vendor."""
    ids, clock = seeded(sandbox, 3), SharedClock(sandbox, START)
    sandbox.faults.add("late_apply", WRITE, target=ids[0], times=1, delay_seconds=3 * HOUR)
    results = await carried_out(sandbox, clock, tmp_path / "b.db", ids, **options)
    sandbox.clock.advance(24 * HOUR)
    late = results[ids[0]]
    assert (late.outcome.verdict, late.attempts) == (verdict, attempts)
    assert sandbox.ledger.counts(WRITE) == {ids[0]: applied, ids[1]: 1, ids[2]: 1}
