"""Batches of every writing verb at every vendor, with answers lost before and after applying: nothing is paid twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg import Batch, BatchRow, Limits, RowResult, Verdict
from campaign_reg.enums import Verb
from campaign_reg.sandbox import Sandbox
from tests.providers.conftest import START
from tests.support.shared_clock import SharedClock
from tests.support.stage import PLANS, SandboxStage

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

SPEED = 20.0
"""Seconds at the vendor for each of ours."""
LATE_SECONDS = 10.0
SETTLE_SECONDS = 2 * LATE_SECONDS / SPEED
FAULTS: tuple[tuple[str, float, dict[str, Any]], ...] = (
    ("drop_before", 0.04, {}),
    ("drop_after", 0.04, {}),
    ("late_apply", 0.02, {"delay_seconds": LATE_SECONDS}),
    ("status_503_applied", 0.02, {}),
    ("status_503_unapplied", 0.02, {}),
    ("status_500", 0.01, {"applied": True}),
)
QUICK: dict[str, Any] = {
    "settle_seconds": SETTLE_SECONDS,
    "poll_first_seconds": 0.1,
    "poll_factor": 1.3,
    "poll_max_seconds": 0.5,
    "limits": Limits(in_flight=32),
}
# The big ones are what is promised of a Friday evening; `nox -s trial` runs them.
TRIALS = {("sinch", Verb.CREATE): 200, ("rcs", Verb.RENEW): 1000, ("responsys", Verb.APPROVE): 1000}
SMALL = [pytest.param(name, verb, 40) for name, plan in PLANS.items() for verb in plan.operations]
BIG = [pytest.param(*which, rows, marks=pytest.mark.trial) for which, rows in TRIALS.items()]


@pytest.fixture
async def sandbox(anyio_backend: str) -> AsyncIterator[Sandbox]:
    async with Sandbox(seed=5, clock_speed=SPEED) as running:
        yield running


def with_faults(sandbox: Sandbox, stage: SandboxStage, verb: Verb, rows: int) -> None:
    """Each fault strikes its share of the writes, two at least, one after the other with luck in between."""
    write, name = stage.plan.operations[verb], stage.name
    for action, share, options in FAULTS:
        times = max(2, round(rows * share))
        sandbox.faults.add(action, write, provider=name, times=times, probability=0.6, **options)
    lagging = sandbox.vendor(name).traits.lagging
    sandbox.faults.add("lagging_reads", lagging, provider=name, times=None, probability=0.05, lag_seconds=5.0)


def rows_for(stage: SandboxStage, verb: Verb, rows: int, *, creates: bool) -> list[BatchRow]:
    ids = [f"row {number}" for number in range(rows)] if creates else stage.seed(rows, verb)
    return [BatchRow(id, stage.params(verb, number)) for number, id in enumerate(ids)]


def check_against_ledger(results: list[RowResult], applied: Counter[str]) -> None:
    """Each verdict is what the vendor's own ledger says; what is unknown was told to be."""
    assert max(applied.values()) == 1, "paid twice"
    done = {result.outcome.target for result in results if result.outcome.verdict is not Verdict.UNKNOWN}
    assert done <= applied.keys(), "done without being applied"
    unknown = [result for result in results if result.outcome.verdict is Verdict.UNKNOWN]
    assert applied.total() <= len(done) + len(unknown)
    assert all(result.attempts for result in unknown)


@pytest.mark.parametrize(("name", "verb", "rows"), [*SMALL, *BIG])
async def test_every_row_is_decided_or_honestly_unknown(
    sandbox: Sandbox, tmp_path: Path, name: str, verb: Verb, rows: int
) -> None:
    stage = SandboxStage(name, sandbox)
    async with stage.connect(**QUICK) as backend:
        with_faults(sandbox, stage, verb, rows)
        async with Batch.open(tmp_path / "b.db", backend, verb) as batch:
            report = await batch.add(rows_for(stage, verb, rows, creates=backend.rule(verb).creates))
            assert not report.refused
            results = [result async for result in batch.results()]
            summary = batch.summary()
    assert (len(results), summary.open) == (rows, 0)
    assert not summary.verdicts[Verdict.FAILED]
    assert summary.verdicts[Verdict.UNKNOWN] <= rows * 0.2
    assert {rule.action for rule in sandbox.faults.rules if rule.fired} >= {action for action, *_ in FAULTS}
    check_against_ledger(results, stage.applied(verb))


@pytest.mark.fault(18)
@pytest.mark.parametrize("status", [400, 401, 429])
async def test_a_vendor_that_throttles_by_code_is_waited_for(
    anyio_backend: str, tmp_path: Path, status: int
) -> None:
    """Responsys says so under any of three statuses; the whole account waits its minute, and no row fails."""
    async with Sandbox(clock_speed=0, start=START) as sandbox:
        stage, clock = SandboxStage("responsys", sandbox), SharedClock(sandbox, START)
        ids = stage.seed(6, Verb.APPROVE)
        sandbox.faults.add("throttled", "setCampaignApproval", provider="responsys", times=3, status=status)
        async with (
            stage.connect(clock) as backend,
            Batch.open(tmp_path / "b.db", backend, Verb.APPROVE) as batch,
        ):
            await batch.add([BatchRow(id, {"status": "APPROVED"}) for id in ids])
            summary = await batch.run()
        assert summary.verdicts[Verdict.SUCCEEDED] == 6
        assert stage.applied(Verb.APPROVE) == dict.fromkeys(ids, 1)
        assert clock.monotonic() - 1000 >= 60
