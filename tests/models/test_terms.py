"""What became better, worse, or merely different."""

from __future__ import annotations

import pytest

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.models.outcome import Outcome
from campaign_reg.models.reading import TermValue
from campaign_reg.models.terms import Change, Direction, TermsOrder

ORDER = TermsOrder(
    ladders={"tier": ("LOW", "MID", "TOP", "UNCAPPED")},
    numeric=frozenset({"tpm", "cap"}),
    unlimited={"cap": ("tier", "UNCAPPED")},
)
BETTER, WORSE, CHANGED = Direction.BETTER, Direction.WORSE, Direction.CHANGED

Fields = dict[str, TermValue]


def directions(before: Fields, after: Fields) -> dict[str, Direction]:
    return {change.field: change.direction for change in ORDER.changes({"X": before}, {"X": after})}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"tier": "LOW"}, {"tier": "TOP"}, BETTER),
        ({"tier": "UNCAPPED"}, {"tier": "MID"}, WORSE),
        ({"tier": "TOP"}, {"tier": "PLATINUM"}, CHANGED),
        ({"tier": "PLATINUM"}, {"tier": "TOP"}, CHANGED),
        ({"tier": "TOP"}, {}, CHANGED),
        ({"tier": "TOP"}, {"tier": None}, CHANGED),
        ({"tpm": 75}, {"tpm": 240}, BETTER),
        ({"tpm": 4500}, {"tpm": 75}, WORSE),
        ({"tpm": 240}, {"tpm": 0}, WORSE),
        ({"tpm": 75}, {"tpm": None}, CHANGED),
        ({"tpm": 75}, {}, CHANGED),
        ({}, {"tpm": 75}, CHANGED),
        ({"class": "A"}, {"class": "T"}, CHANGED),
        ({"class": "T"}, {"class": "A"}, CHANGED),
        ({"status": "APPROVED"}, {"status": "SUSPENDED"}, CHANGED),
    ],
)
def test_one_field(before: Fields, after: Fields, expected: Direction) -> None:
    assert list(directions(before, after).values()) == [expected]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"tier": "TOP", "cap": 200_000}, {"tier": "UNCAPPED", "cap": None}, {"tier": BETTER, "cap": BETTER}),
        ({"tier": "UNCAPPED", "cap": None}, {"tier": "LOW", "cap": 2000}, {"tier": WORSE, "cap": WORSE}),
        ({"tier": "UNCAPPED"}, {"tier": "LOW", "cap": 2000}, {"tier": WORSE, "cap": WORSE}),
        ({"tier": "TOP", "cap": 200_000}, {"tier": "TOP", "cap": None}, {"cap": CHANGED}),
        ({"tier": "TOP", "cap": None}, {"tier": "TOP", "cap": 2000}, {"cap": CHANGED}),
        ({"tier": "UNCAPPED", "cap": None}, {"tier": "UNCAPPED", "cap": 9}, {"cap": WORSE}),
        ({"tier": "LOW", "cap": 2000}, {"tier": "LOW", "cap": 1000}, {"cap": WORSE}),
    ],
)
def test_no_cap_is_the_best_cap_under_uncapped_only(
    before: Fields, after: Fields, expected: dict[str, Direction]
) -> None:
    assert directions(before, after) == expected


def test_the_same_terms_are_no_change() -> None:
    terms = {"X": {"tier": "TOP", "cap": None}}
    assert ORDER.changes(terms, terms) == ()
    assert ORDER.changes({}, {}) == ()


def test_operators_come_and_go() -> None:
    changes = ORDER.changes({"B": {"tpm": 1}, "C": {"tpm": 2}}, {"C": {"tpm": 3}, "A": {"tpm": 4}})
    assert changes == (
        Change("A", "operator", None, "present", BETTER),
        Change("B", "operator", "present", None, WORSE),
        Change("C", "tpm", 2, 3, BETTER),
    )


def test_without_an_order_everything_is_merely_different() -> None:
    [change] = TermsOrder().changes({"X": {"tpm": 1}}, {"X": {"tpm": 2}})
    assert change.direction is CHANGED


def test_downgrades_are_the_changes_for_the_worse() -> None:
    changes = ORDER.changes({"X": {"tpm": 2, "class": "A"}}, {"X": {"tpm": 1, "class": "B"}})
    outcome = Outcome(
        target="c1",
        verb=Verb.RESUBMIT,
        verdict=Verdict.SUCCEEDED,
        evidence=Evidence.OBSERVED,
        changes=changes,
    )
    assert len(outcome.changes) == 2
    assert outcome.downgrades == (Change("X", "tpm", 2, 1, WORSE),)
