"""The rules' words, held against the contract's state machines."""

from __future__ import annotations

from typing import Any

import pytest

from campaign_reg.enums import Verb, Verdict
from campaign_reg.providers.sinch.ten_dlc.models import LastActionStatus
from campaign_reg.providers.sinch.ten_dlc.rules import ORDER, RULES
from tests.support.vendors.sinch_contract import CONTRACT

MACHINES: dict[str, Any] = CONTRACT["x-state-machines"]


@pytest.mark.parametrize("verb", [Verb.RESUBMIT, Verb.DELETE])
def test_actions_follow_last_action_status(verb: Verb) -> None:
    rule, states = RULES[verb], MACHINES["lastActionStatus"]["states"]
    own = {name: state for name, state in states.items() if name.startswith(verb.upper())}
    assert rule.in_progress == {name for name, state in own.items() if not state["settled"]}
    assert rule.succeeded == {name for name, state in own.items() if state.get("outcome") == "success"}
    assert rule.failed == {name for name, state in own.items() if state.get("outcome") == "failure"}
    assert rule.busy == {name for name, state in states.items() if not state["settled"]}
    assert not rule.creates


def test_a_creation_follows_the_status() -> None:
    rule, states = RULES[Verb.CREATE], MACHINES["campaignStatus"]["states"]
    assert rule.in_progress == {name for name, state in states.items() if not state["settled"]}
    assert rule.succeeded == {name for name, state in states.items() if state.get("outcome") == "success"}
    assert rule.failed == {
        name for name, state in states.items() if state.get("outcome") in {"failure", "ended"}
    }
    assert rule.creates


def test_what_is_ended_is_irreversible() -> None:
    states = MACHINES["campaignStatus"]["states"]
    for verb in (Verb.RESUBMIT, Verb.DELETE):
        assert RULES[verb].ended == {name for name, state in states.items() if state.get("irreversible")}


def test_only_a_resubmission_may_be_sent_again() -> None:
    assert {verb for verb, rule in RULES.items() if rule.resendable} == {Verb.RESUBMIT}


def test_gone_is_good_for_a_deletion_only() -> None:
    assert {verb for verb, rule in RULES.items() if rule.gone is Verdict.SUCCEEDED} == {Verb.DELETE}


def test_every_word_is_one_of_the_contracts() -> None:
    for verb in (Verb.RESUBMIT, Verb.DELETE):
        rule = RULES[verb]
        words = rule.busy | rule.in_progress | rule.succeeded | rule.failed
        assert all(LastActionStatus(word).is_recognized for word in words)


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        (
            {"brand_tier": "UNCAPPED"},
            {"brand_tier": "LOW", "brand_daily_cap": 2000},
            {"brand_tier", "brand_daily_cap"},
        ),
        ({"brand_tier": "LOWER_MID"}, {"brand_tier": "UPPER_MID"}, set()),
        ({"msg_class": "A", "tpm": 4500}, {"msg_class": "T", "tpm": 75}, {"tpm"}),
        ({"tpm_scope": "CAMPAIGN"}, {"tpm_scope": "PHONE_NUMBER"}, set()),
    ],
)
def test_the_order_of_terms(before: dict[str, Any], after: dict[str, Any], worse: set[str]) -> None:
    assert {c.field for c in ORDER.changes({"X": before}, {"X": after}) if c.direction == "worse"} == worse
