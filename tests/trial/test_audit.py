"""The audit sees what is wrong: each promise, broken in figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import pytest

from campaign_reg import RowResult, Verdict
from campaign_reg.enums import Evidence, Verb
from campaign_reg.models.outcome import Outcome
from tests.trial.audit import Truth, objections

KILL = 1000.0
LONG_BEFORE, JUST_BEFORE = KILL - 60, KILL - 0.2
GOOD = Truth(
    applied={"a": 1},
    words={"a": "RESUBMIT_SUCCESSFUL"},
    writes={"a": [(LONG_BEFORE, 200)]},
    faults=(),
    requests=3,
)


def ended(verdict: Verdict, attempts: int = 1) -> Mapping[str, RowResult]:
    outcome = Outcome(
        target="a", verb=Verb.RESUBMIT, verdict=verdict, evidence=Evidence.OBSERVED, reason="for a reason"
    )
    return {"a": RowResult(id="a", params={}, attempts=attempts, outcome=outcome)}


SUCCEEDED, FAILED, UNKNOWN = (ended(each) for each in (Verdict.SUCCEEDED, Verdict.FAILED, Verdict.UNKNOWN))
LOST = [(LONG_BEFORE, None)]


@pytest.mark.parametrize(
    ("results", "truth"),
    [
        (SUCCEEDED, {}),
        (FAILED, {"words": {"a": "RESUBMIT_FAILED"}}),
        (UNKNOWN, {"writes": {"a": LOST}}),
        (UNKNOWN, {"writes": {"a": [(LONG_BEFORE, 503)]}, "applied": {}}),
        (UNKNOWN, {"writes": {"a": [(JUST_BEFORE, 200)]}}),
        (ended(Verdict.SUCCEEDED, 2), {"writes": {"a": [*LOST, (LONG_BEFORE, 429), (LONG_BEFORE, 200)]}}),
    ],
)
def test_no_objection(results: Mapping[str, RowResult], truth: dict[str, Any]) -> None:
    assert objections(["a"], results, attrs.evolve(GOOD, **truth), [KILL]) == []


@pytest.mark.parametrize(
    ("ids", "results", "truth", "words"),
    [
        (["a", "b"], SUCCEEDED, {}, "b: lost"),
        ([], SUCCEEDED, {}, "no row of the input"),
        (["a"], SUCCEEDED, {"applied": {"a": 2}}, "applied 2 times"),
        (["a"], UNKNOWN, {"applied": {"a": 2}, "writes": {"a": LOST}}, "applied 2 times"),
        (["a"], SUCCEEDED, {"applied": {}}, "applied it 0 times"),
        (["a"], FAILED, {}, "the vendor says RESUBMIT_SUCCESSFUL"),
        (["a"], SUCCEEDED, {"words": {"a": "RESUBMIT_FAILED"}}, "the vendor says RESUBMIT_FAILED"),
        (["a"], SUCCEEDED, {"writes": {"a": [*LOST, (LONG_BEFORE, 200)]}}, "the journal knows of 1"),
        (["a"], ended(Verdict.SUCCEEDED, 3), {"writes": {"a": LOST * 3}}, "written 3 times"),
        (["a"], UNKNOWN, {}, "every write was answered"),
        (["a"], ended(Verdict.SKIPPED, 0), {"applied": {}, "writes": {}}, "no campaign here gives a reason"),
    ],
)
def test_an_objection(
    ids: Sequence[str], results: Mapping[str, RowResult], truth: dict[str, Any], words: str
) -> None:
    found = objections(ids, results, attrs.evolve(GOOD, **truth), [KILL])
    assert any(words in objection for objection in found), found
