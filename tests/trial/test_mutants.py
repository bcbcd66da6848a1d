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

import attrs
import pytest

from tests.trial.stage import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.trial]

RANDOM = "tests/trial/test_killed.py::test_killed_again_and_again"
STEP = "tests/trial/test_killed.py::test_killed_at_a_named_step[after the bytes have left]"
ORDER = "tests/trial/test_order.py::test_every_intent_is_synced_before_its_bytes_leave"
SHORT = {
    "CAMPAIGN_REG_TRIAL_CAMPAIGNS": "250",
    "CAMPAIGN_REG_TRIAL_KILLS": "4",
    "CAMPAIGN_REG_TRIAL_FAULTS": "2",
}
STOP = "tests/batch/test_stopping.py::test_rows_that_wait_for_their_turn_are_not_sent"
COPIED = (
    "campaign_reg", "tests/trial", "tests/__init__.py", "tests/conftest.py", "pyproject.toml",
    "tests/batch/__init__.py", "tests/batch/conftest.py", "tests/support", "tests/batch/test_stopping.py",
)  # fmt: skip
_INTENT_FIRST = """\
        if before_send is not None:
            await before_send(self._intent(track, request))
        return await self._send(write, request, track)
"""
_INTENT_LAST = """\
        sent = await self._send(write, request, track)
        if before_send is not None:
            await before_send(self._intent(track, request))
        return sent
"""


@attrs.frozen
class Mutant:
    """One way to break the engine.

    Attributes:
        file: In the package.
        text: What stands there.
        instead: What is put there.
        caught_by: Trials that must fail.
        words: One of these is in what they say.
        also: A second net under the first: file, text and what is put there.
    """

    file: str
    text: str
    instead: str
    caught_by: tuple[str, ...] = (RANDOM,)
    words: tuple[str, ...] = ("applied 2 times",)
    also: tuple[str, str, str] | None = None


MUTANTS = {
    "no settle window": Mutant(
        "batch/state_machine.py", "return max(self.settle_seconds, 3 * self.longest_lag_seconds)", "return 0.0"
    ),
    "aiohttp repeats writes": Mutant(
        "transport/pool.py", "raise ConnectionLostError(type(error).__name__) from None", "raise"
    ),
    "503 taken for not applied": Mutant(
        "providers/sinch/errors.py",
        "by_status={429: Refusal(RateLimitError, Applied.NO, transient=True)}",
        "by_status=dict.fromkeys((429, 503), Refusal(RateLimitError, Applied.NO, transient=True))",
    ),
    "a reset taken for not applied": Mutant(
        "transport/error_mapping.py", "return OutcomeUnknownError(name, reason)", "return ConnectError(name, reason)"
    ),
    "the intent journalled after the write": Mutant(
        "protocol/backend.py",
        _INTENT_FIRST,
        _INTENT_LAST,
        (STEP, ORDER),
        ("applied 2 times", "but the journal knows of", "before its intent was synced"),
    ),
    "an intent is written after the batch was stopped": Mutant(
        "batch/worker.py", "if self.stopping or self._is_cancelled(row) or not", "if self._is_cancelled(row) or not",
        (STOP,), ("stats.requests[CALL] == before",),
        also=("batch/runner.py", "unless=lambda row: row.is_on_wire", "unless=lambda row: True"),
    ),
    "nothing is synced": Mutant(
        "journal/schema.py", "PRAGMA synchronous = FULL", "PRAGMA synchronous = OFF", (ORDER,),
        ("before its intent was synced",),
    ),
    "status compared instead of version": Mutant(
        "protocol/verdicts.py",
        "and preimage.version is not None\n        and reading.version == preimage.version\n",
        "and preimage.version is not None\n        and reading.status == preimage.status\n",
        also=(
            "batch/state_machine.py",
            "not reading.missing and reading.version != preimage.version for",
            "not reading.missing and reading.status != preimage.status for",
        ),
    ),
}  # fmt: skip


def copy_to(folder: Path) -> Path:
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return folder


async def tried(folder: Path, *trials: str) -> tuple[int, str]:
    """BatchRunner trials on a copy; returns pytest's status and words."""
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
    status, told = await tried(copy_to(tmp_path), *trials)
    assert status == 0, told
    assert "4 passed" in told


@pytest.mark.parametrize(
    ("name", "trial"), [(name, trial) for name, mutant in MUTANTS.items() for trial in mutant.caught_by]
)
async def test_a_broken_copy_is_caught(tmp_path: Path, name: str, trial: str) -> None:
    mutant = MUTANTS[name]
    needed((trial,))
    copy_to(tmp_path)
    for place, was, instead in filter(None, ((mutant.file, mutant.text, mutant.instead), mutant.also)):
        file = tmp_path / "campaign_reg" / place
        text = file.read_text(encoding="utf-8")
        assert text.count(was) == 1, f"{place} reads differently now: break it anew"
        file.write_text(text.replace(was, instead), encoding="utf-8")
    status, told = await tried(tmp_path, trial)
    assert status == 1, f"{name} was not caught: {told}"
    caught = [line for line in told.splitlines() if any(word in line for word in mutant.words)]
    assert caught, f"{name} failed for another reason: {told}"
    print(f"\n{name}, caught: {caught[0][:300]}")
