"""The histories are proven: an engine broken in any of the ways that pay twice or lie does not get past them.

A copy of the package is broken in one place, and the histories of one verb are gone through with the copy: they must
fail, and say why. An unbroken copy must pass, or that would say nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

pytestmark = pytest.mark.trial

ROOT = Path(__file__).parents[2]
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
ROW, JUDGE, CARRIER = "batch/state_machine.py", "protocol/verdicts.py", "batch/worker.py"
_INTENT = """\
        if before_send is not None:
            await before_send(self._intent(track, request))
"""
_SEND = "        return await self._send(write, request, track)\n"


@attrs.frozen
class Mutant:
    """One way to break the engine.

    Attributes:
        file: In the package.
        text: What stands there.
        instead: What is put there.
        words: What the histories say then; any of these.
        verb: Whose histories.
        also: A second net under the first: file, text and what is put there.
    """

    file: str
    text: str
    instead: str
    words: tuple[str, ...]
    verb: str = "sinch resubmit"
    also: tuple[str, str, str] | None = None


MUTANTS = {
    "no settle window": Mutant(
        ROW, "return max(self.settle_seconds, 3 * self.longest_lag_seconds)", "return 0.0",
        ("paid twice", "within the settle window"),
    ),
    "sent again without a second reading": Mutant(
        ROW,
        "        return attrs.evolve(state, quiet_since=now), Look(window)\n",
        "        state = attrs.evolve(state, quiet_since=now - window)\n",
        ("paid twice", "without two readings", "within the settle window"),
    ),
    "sent again without a witness": Mutant(
        ROW, "    if not facts.version_moves:\n        return", "    if False:\n        return", ("without a witness",)
    ),
    "sent a third time": Mutant(ROW, "if state.attempts >= 2:", "if state.attempts >= 3:", ("a third write",)),
    "sent again though that is switched off": Mutant(
        ROW, "    if not facts.resend:\n        return", "    if False:\n        return", ("switched off",)
    ),
    "what is never sent again is": Mutant(
        ROW, "    if not rule.resendable:\n", "    if False:\n", ("and it never may be",), "sinch delete"
    ),
    "a renewal is sent again at any time": Mutant(
        ROW, "    return limit is not None and (preimage", "    return False and (preimage",
        ("sent again too late",), "rcs renew",
    ),
    "the second pre-image is not compared": Mutant(
        ROW, "if state.preimage is None or not is_untouched(rule, state.preimage, preimage):", "if False:",
        ("the last reading shows a change", "paid twice"),
    ),
    "status compared instead of version": Mutant(
        JUDGE,
        "and preimage.version is not None\n        and reading.version == preimage.version\n",
        "and preimage.version is not None\n        and reading.status == preimage.status\n",
        ("the last reading shows a change", "paid twice", "without two readings", "within the settle window"),
        also=(ROW, "or _has_moved(state, state.preimage)", ""),
    ),
    "a lagging reading is believed": Mutant(
        JUDGE, "    if any(rule.is_older(reading, other) for other in known):\n", "    if not rule:\n",
        ("an older reading", "paid twice", "the ledger has no such thing"),
    ),
    "an unknown word is taken as terminal": Mutant(
        JUDGE, "Verdict.ACTION_REQUIRED if word in rule.action_required else None",
        "Verdict.ACTION_REQUIRED if word in rule.action_required else Verdict.FAILED",
        ("the ledger has no such thing",),
    ),
    "a 404 is believed at once": Mutant(
        JUDGE,
        "    if len(gone) < 2 or (gone[0].taken_at - gone[-1].taken_at).total_seconds() < settle_seconds:\n",
        "    if not gone:\n",
        ("the ledger has no such thing", "though nothing was unclear"),
    ),
    "last year's word is news": Mutant(
        JUDGE, "(preimage is None or word != before)", "before is not None", ("the ledger has no such thing",)
    ),
    "an undated reading is believed at once": Mutant(
        JUDGE, "return _seconds_between(preimage, reading) < settle_seconds", "return False",
        ("the ledger has no such thing",), "responsys approve",
    ),
    "a crash forgets the intent": Mutant(
        CARRIER,
        "            await self._journal.phase(row.n, Phase.LOST, row.state.attempts)\n"
        "            row.state, _ = self._advance(row, Lost())\n",
        "            await self._journal.phase(row.n, Phase.READY, 0)\n            row.state = State()\n",
        ("paid twice", "lost count", "not journalled"),
    ),
    "a lost write is taken for a refused one": Mutant(
        CARRIER,
        "        except OutcomeUnknownError:\n            return await self._step(row, Lost())\n",
        "        except OutcomeUnknownError:\n            return await self._step(row, NotApplied())\n",
        ("yet it was applied", "two writes of a row at a time", "paid twice", "lost count", "not journalled"),
    ),
    "any error after the intent is taken for a refusal": Mutant(
        "protocol/backend.py", "            raise unknown from error\n",
        '            raise InvalidInputError("the answer does not parse") from error\n',
        ("yet it was applied", "two writes of a row at a time", "paid twice", "lost count", "not journalled"),
    ),
    "the intent is journalled after the write": Mutant(
        "protocol/backend.py", _INTENT + _SEND,
        _SEND.replace("return", "sent =") + _INTENT + "        return sent\n",
        ("before its intent was durable",),
    ),
}  # fmt: skip


def copy_to(folder: Path) -> None:
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)


def break_in(file: Path, text: str, instead: str) -> None:
    whole = file.read_text(encoding="utf-8")
    assert whole.count(text) == 1, f"{file.name} reads differently now: break it anew"
    file.write_text(whole.replace(text, instead), encoding="utf-8")


def tried(folder: Path, *tests: str, **environment: str) -> tuple[int, str]:
    """Go through histories with a copy; returns pytest's status and words."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "--tb=short", "--hypothesis-seed=1", *tests],
        cwd=folder, env=os.environ | environment | {"PYTHONPATH": str(folder)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_an_unbroken_copy_passes(tmp_path: Path) -> None:
    copy_to(tmp_path)
    status, told = tried(tmp_path, HISTORIES)
    assert status == 0, told


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_copy_is_caught(tmp_path: Path, name: str) -> None:
    copy_to(tmp_path)
    mutant = MUTANTS[name]
    for file, text, instead in filter(None, [(mutant.file, mutant.text, mutant.instead), mutant.also]):
        break_in(tmp_path / "campaign_reg" / file, text, instead)
    status, told = tried(tmp_path, KNOWN, f"{HISTORIES}[{mutant.verb}]", **MANY)
    assert status == 1, f"{name} was not caught: {told}"
    assert any(words in told for words in mutant.words), f"{name} failed for another reason: {told}"
