"""The long trial: a batch at a vendor that drops, lags and applies late, killed again and again, at every step.

`CAMPAIGN_REG_TRIAL_CAMPAIGNS`, `CAMPAIGN_REG_TRIAL_KILLS`, `CAMPAIGN_REG_TRIAL_FAULTS` (2: as many faults again) and
`CAMPAIGN_REG_TRIAL_SEED` make it longer, shorter, rougher or another one; `pytest -m trial -s` shows how it gets on.
"""

from __future__ import annotations

import itertools
import os
import random
import time
from pathlib import Path

import pytest

from campaign_reg import Verdict
from tests.trial.audit import objections, told
from tests.trial.stage import KILLED, Trial, Vendor
from tests.trial.steps import EVERY, LAST, STEPS

pytestmark = [pytest.mark.anyio, pytest.mark.trial]

CAMPAIGNS = int(os.environ.get("CAMPAIGN_REG_TRIAL_CAMPAIGNS", "5000"))
KILLS = int(os.environ.get("CAMPAIGN_REG_TRIAL_KILLS", "200"))
FAULTS = float(os.environ.get("CAMPAIGN_REG_TRIAL_FAULTS", "1"))
SEED = int(os.environ.get("CAMPAIGN_REG_TRIAL_SEED", "1"))

KILLS_FOR_EVERY_STEP = 200

_REQUESTS_PER_ROW = 5
_MEAN_LIFE_SECONDS = 1.3
_LONGEST_WAIT_FOR_A_STEP = 4.0
_LONGEST_WAIT_FOR_A_PROOF = 15.0
"""The window grows with the longest lag that was seen."""

_REPORT_EVERY = 20


def rate(ready: int, kills_left: int) -> float:
    """Requests a second, so that rows and kills come to their end together."""
    return max(20.0, _REQUESTS_PER_ROW * ready / max(kills_left, 1) / _MEAN_LIFE_SECONDS)


def a_while(rng: random.Random) -> float:
    """Mostly short; at times long enough for a lost write to be proven unapplied and sent again."""
    return rng.uniform(2.5, 6.0) if rng.random() < 0.2 else rng.uniform(0.0, 1.2)


def patience(step: str) -> float:
    """For how many seconds a worker is given the chance to come to its step."""
    return _LONGEST_WAIT_FOR_A_PROOF if "second" in step else _LONGEST_WAIT_FOR_A_STEP


async def check(trial: Trial, most_unknown: float = 1.0) -> None:
    truth, results = await trial.vendor.truth(), trial.results()
    print("\n" + told(results, truth), flush=True)
    assert objections(trial.vendor.ids, results, truth, trial.kills) == []
    assert trial.is_sound()
    unknown = sum(result.outcome.verdict is Verdict.UNKNOWN for result in results.values())
    assert unknown <= most_unknown * len(results)


@pytest.mark.fault(63)
async def test_killed_again_and_again(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    names = [name for name, step in STEPS.items() if not step.first]
    steps = itertools.cycle(rng.sample(names, len(names)))
    began = time.monotonic()
    async with Vendor.started(CAMPAIGNS, seed=SEED, faults=FAULTS) as vendor:
        trial = Trial(vendor, tmp_path / "trial.db")
        first = [name for name, step in STEPS.items() if step.first]
        for name in first if KILLS >= KILLS_FOR_EVERY_STEP else first[-1:]:
            await trial.life(ids=vendor.ids, die=(name, 1), after_seconds=20.0, per_second=60.0)
        while len(trial.kills) < KILLS - len(LAST):
            at_random, left = rng.random() < 0.4, KILLS - len(trial.kills)
            ready, name = trial.standing().get("ready", 0), next(steps)
            times = rng.randint(1, max(1, min(20, ready // left))) if STEPS[name].often else 1
            status = await trial.life(
                # A resume needs no input; the same input again does no harm.
                ids=vendor.ids if rng.random() < 0.1 else None,
                die=None if at_random else (name, times),
                after_seconds=a_while(rng) if at_random else patience(name),
                from_the_start=at_random and rng.random() < 0.2,
                per_second=rate(ready, left),
            )
            assert status == KILLED, f"it was over after {len(trial.kills)} kills"
            if len(trial.kills) % _REPORT_EVERY == 0:
                print(
                    f"{time.monotonic() - began:4.0f} s, {len(trial.kills)} kills, {trial.standing()}",
                    flush=True,
                )
        for name in LAST:
            assert await trial.life(die=(name, 1)) == KILLED
        assert await trial.life(ids=vendor.ids) == 0
        print(f"{time.monotonic() - began:4.0f} s, {len(trial.kills)} kills: {trial.passed}", flush=True)
        await check(trial, most_unknown=0.15 * FAULTS)
        if KILLS >= KILLS_FOR_EVERY_STEP:
            assert EVERY.keys() <= trial.passed.keys(), "a step was never killed at"


@pytest.mark.fault(63)
@pytest.mark.parametrize("step", EVERY)
async def test_killed_at_a_named_step(tmp_path: Path, step: str) -> None:
    """Each step once, with rows enough that versions have witnesses, and some lost writes are sent again."""
    async with Vendor.started(150 if "second" in step else 60, seed=SEED) as vendor:
        trial = Trial(vendor, tmp_path / "trial.db")
        if "resuming" in step:
            await trial.life(ids=vendor.ids, die=("after the bytes have left", 20))
        times = 5 if EVERY[step].often else 1
        assert await trial.life(ids=vendor.ids, die=(step, times)) == KILLED
        assert trial.passed[step] == 1
        assert await trial.life(ids=None if "resuming" in step else vendor.ids) == 0
        await check(trial)
