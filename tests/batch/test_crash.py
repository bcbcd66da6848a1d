"""Killed anywhere, the same batch goes on: nothing lost, nothing applied twice."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from campaign_reg import Batch, RowResult, Verdict
from campaign_reg.sandbox import Sandbox
from tests.support.batch_worker import STEPS
from tests.support.connections import QUICK, Connect

pytestmark = pytest.mark.anyio

WORKER = Path(__file__).parents[1] / "support" / "batch_worker.py"


async def work(
    path: Path,
    sandbox: Sandbox,
    ids: list[str] | None,
    *,
    die: tuple[str, int] | None = None,
    after: float | None = None,
) -> int:
    """Run a worker process to its end, or kill it after so many seconds; returns its exit status."""
    task: dict[str, Any] = {"settings": {**sandbox.settings("sinch"), **QUICK}, "ids": ids, "die": die}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(WORKER), str(path), json.dumps(task), stdout=asyncio.subprocess.PIPE
    )
    try:
        if after is not None:
            await asyncio.sleep(after)
            if process.returncode is None:
                process.kill()
        await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0


async def results_of(path: Path, connect: Connect) -> dict[str, RowResult]:
    async with connect() as sinch, Batch.open(path, sinch, "resubmit") as batch:
        return {result.id: result async for result in batch.results(replay=True)}


def check(sandbox: Sandbox, ids: list[str], results: dict[str, RowResult]) -> None:
    """Nothing lost, nothing twice, and no verdict that the vendor's ledger contradicts."""
    applied = sandbox.ledger.counts("resubmitCampaign")
    assert set(results) == set(ids), "a row without a result"
    assert max(applied.values(), default=0) <= 1, "applied twice"
    for id, result in results.items():
        if result.outcome.verdict in {Verdict.SUCCEEDED, Verdict.FAILED}:
            assert applied[id] == 1, f"{result.outcome.verdict} of a write that was never applied"


@pytest.mark.fault(63)
@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_a_named_step(sandbox: Sandbox, connect: Connect, tmp_path: Path, step: str) -> None:
    # More rows than workers: those not begun yet are the witnesses that versions move, without which nothing is resent.
    ids = sandbox.sinch.seed(30, settle_seconds=(0.1, 0.3), reject_share=0.25, downgrade_share=0)
    path = tmp_path / "b.db"
    times = 1 if step in {"before the seal", "before the fact"} else 5
    assert await work(path, sandbox, ids, die=(step, times)) == -9
    assert await work(path, sandbox, ids if step == "before the seal" else None) == 0
    results = await results_of(path, connect)
    check(sandbox, ids, results)
    assert Counter(r.outcome.verdict for r in results.values())[Verdict.UNKNOWN] == 0


@pytest.mark.fault(63)
@pytest.mark.parametrize("seed", [1, 2])
async def test_killed_at_random_under_faults(
    sandbox: Sandbox, connect: Connect, tmp_path: Path, seed: int
) -> None:
    """A bounded trial: one batch, killed again and again, against a vendor that drops, lags and applies late."""
    rng = random.Random(seed)
    ids = sandbox.sinch.seed(120, settle_seconds=(0.1, 0.6), reject_share=0.3, downgrade_share=0.1, seed=seed)
    sandbox.faults.profile("rough", late_seconds=0.6, lag_seconds=0.3, retry_after=1)
    path = tmp_path / "b.db"
    kills = 0
    await work(path, sandbox, ids, after=rng.uniform(1.0, 1.5))
    while kills < 6 and await work(path, sandbox, ids, after=rng.uniform(0.6, 1.6)) == -9:
        kills += 1
    assert kills >= 2, "the trial was over before it began"
    assert await work(path, sandbox, ids) == 0
    check(sandbox, ids, await results_of(path, connect))
