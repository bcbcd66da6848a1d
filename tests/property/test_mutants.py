"""The histories are proven: an engine broken in any of the ways that pay twice or lie does not get past them.

A copy of the package is broken in one place, and the histories of one verb are gone through with the copy: they must
fail, and say why. An unbroken copy must pass, or that would say nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.property.mutants import MUTANTS
from tests.support.mutants import copy_to

pytestmark = pytest.mark.trial

COPIED = (
    "campaign_reg",
    "tests/property",
    "tests/support",
    "tests/__init__.py",
    "tests/conftest.py",
    "pyproject.toml",
)
MODULE = "tests/property/test_row_histories.py"
HISTORIES = f"{MODULE}::test_no_history_pays_twice_or_lies"
KNOWN = f"{MODULE}::test_a_replica_that_shows_what_was_there_before_the_pre_image_proves_nothing"
MANY = {"CAMPAIGN_REG_HISTORIES": "4000", "CAMPAIGN_REG_HISTORIES_UNSHRUNK": "1"}


def tried(folder: Path, *tests: str, **environment: str) -> tuple[int, str]:
    """Go through histories with a copy; returns pytest's status and words."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "--tb=short", "--hypothesis-seed=1", *tests],
        cwd=folder, env=os.environ | environment | {"PYTHONPATH": str(folder)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_an_unbroken_copy_passes(tmp_path: Path) -> None:
    copy_to(tmp_path, COPIED)
    status, told = tried(tmp_path, HISTORIES)
    assert status == 0, told


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_copy_is_caught(tmp_path: Path, name: str) -> None:
    copy_to(tmp_path, COPIED)
    mutant = MUTANTS[name]
    for change in mutant.changes:
        change.apply(tmp_path / "campaign_reg")
    status, told = tried(tmp_path, KNOWN, f"{HISTORIES}[{mutant.verb}]", **MANY)
    assert status == 1, f"{name} was not caught: {told}"
    assert any(reason in told for reason in mutant.reasons), f"{name} failed for another reason: {told}"
