"""The trials are proven: an engine that pays twice, in each of the ways it might be broken, does not get past them.

A copy of the package is broken in one place, and a short trial is run on the copy; it must fail. An unbroken copy must
pass, or that would say nothing.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.mutants import copy_to
from tests.trial.mutants import MUTANTS, ORDER, RANDOM, STEP, STOP

pytestmark = [pytest.mark.anyio, pytest.mark.trial]

SHORT = {
    "CAMPAIGN_REG_TRIAL_CAMPAIGNS": "250",
    "CAMPAIGN_REG_TRIAL_KILLS": "4",
    "CAMPAIGN_REG_TRIAL_FAULTS": "2",
}
COPIED = (
    "campaign_reg", "tests/trial", "tests/__init__.py", "tests/conftest.py", "pyproject.toml",
    "tests/batch/__init__.py", "tests/batch/conftest.py", "tests/support", "tests/batch/test_stopping.py",
)  # fmt: skip


async def tried(folder: Path, *trials: str) -> tuple[int, str]:
    """Run trials on a copy; returns pytest's status and output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-q", "-s", "-m", "trial or not trial", "--tb=short", *trials, cwd=folder,
        env=os.environ | SHORT | {"PYTHONPATH": str(folder)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    told, _ = await asyncio.wait_for(process.communicate(), 180)
    assert process.returncode is not None
    return process.returncode, told.decode()


def needed(trials: tuple[str, ...]) -> None:
    if ORDER in trials and shutil.which("strace") is None:
        pytest.skip("strace is not there (Debian package strace)")


async def test_an_unbroken_copy_passes(tmp_path: Path) -> None:
    trials = (RANDOM, STEP, ORDER, STOP)
    needed(trials)
    status, told = await tried(copy_to(tmp_path, COPIED), *trials)
    assert status == 0, told
    assert "4 passed" in told


@pytest.mark.parametrize(
    ("name", "trial"), [(name, trial) for name, mutant in MUTANTS.items() for trial in mutant.caught_by]
)
async def test_a_broken_copy_is_caught(tmp_path: Path, name: str, trial: str) -> None:
    mutant = MUTANTS[name]
    needed((trial,))
    copy_to(tmp_path, COPIED)
    for change in mutant.changes:
        change.apply(tmp_path / "campaign_reg")
    status, told = await tried(tmp_path, trial)
    assert status == 1, f"{name} was not caught: {told}"
    caught = [line for line in told.splitlines() if any(reason in line for reason in mutant.reasons)]
    assert caught, f"{name} failed for another reason: {told}"
    print(f"\n{name}, caught: {caught[0][:300]}")
