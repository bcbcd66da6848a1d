"""The rules as data, held against the contract's state machine, and judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.verdicts import judge, lags_behind
from campaign_reg.providers.rcs.models import CampaignStatus
from campaign_reg.providers.rcs.rules import RULES, STOPPABLE, is_later
from tests.support.vendors.rcs_contract import CONTRACT, enum

MACHINE = CONTRACT["x-state-machine"]
NOW = datetime(2026, 4, 10, tzinfo=UTC)
RENEW, CREATE = RULES[Verb.RENEW], RULES[Verb.CREATE]
PAUSED = ("paused", 1240)


def reading(status: str, left: int, minutes: float = 0.0) -> Reading:
    return Reading(
        target="7",
        version=f"{status}|{left}|2026-04-09 08:00:09",
        status=status,
        taken_at=NOW + timedelta(minutes=minutes),
    )


def verdict(before: tuple[str, int], *after: tuple[str, int], acknowledged: bool = True) -> Any:
    readings = [reading(*seen, minutes=1.0 + n) for n, seen in enumerate(after)]
    return judge(RENEW, reading(*before), readings, acknowledged=acknowledged)


def test_the_words_are_the_contracts() -> None:
    assert set(MACHINE["states"]) == {word.value for word in CampaignStatus} == enum("CampaignStatus")
    assert frozenset(MACHINE["renew_allowed_from"]) == RENEW.allowed
    assert set(MACHINE["stop_allowed_from"]) == STOPPABLE
    for rule in (RENEW, CREATE):
        kinds = [rule.in_progress, rule.succeeded, rule.failed, rule.action_required]
        assert sum(map(len, kinds)) == len(frozenset().union(*kinds)) == 8
        assert rule.failed | {"done"} == set(MACHINE["terminal"])


@pytest.mark.parametrize(
    "status", [word.value for word in CampaignStatus if word != "paused"] + ["frozen", ""]
)
def test_only_a_paused_campaign_is_renewed(status: str) -> None:
    refusal = RENEW.refuses(reading(status, 5))
    assert refusal is not None
    assert refusal.verdict is Verdict.SKIPPED
    assert RENEW.refuses(reading("paused", 5)) is None


@pytest.mark.parametrize("acknowledged", [True, False])
@pytest.mark.parametrize(
    ("after", "wanted"),
    [
        ("sending", Verdict.SUCCEEDED),
        ("done", Verdict.SUCCEEDED),
        ("stopped", Verdict.FAILED),
        ("spam", Verdict.FAILED),
    ],
)
def test_a_new_word_ends_a_renew(after: str, wanted: Verdict, acknowledged: bool) -> None:
    judged = verdict(PAUSED, (after, 1240), acknowledged=acknowledged)
    assert judged.verdict is wanted
    assert judged.evidence is (Evidence.ACKNOWLEDGED if acknowledged else Evidence.OBSERVED)


@pytest.mark.parametrize("after", ["paused", "scheduled", "moderation", "creation", "frozen", ""])
def test_what_ends_nothing(after: str) -> None:
    assert verdict(PAUSED, (after, 1240)) is None


def test_it_ran_dry_again() -> None:
    assert verdict(PAUSED, ("paused", 1300)).verdict is Verdict.ACTION_REQUIRED
    assert verdict(PAUSED, ("scheduled", 1240), ("paused", 1250)).verdict is Verdict.ACTION_REQUIRED


def test_the_pre_image_again_after_it_had_moved_is_a_replica_that_lags() -> None:
    assert lags_behind(RENEW, reading(*PAUSED), [reading("scheduled", 1240, 1)], reading(*PAUSED, minutes=2))


def test_a_lost_renew_is_not_proven_by_messages_that_left() -> None:
    """Somebody else may have renewed it."""
    assert verdict(PAUSED, ("paused", 1300), acknowledged=False) is None


def test_a_replica_from_before_the_pause_proves_nothing() -> None:
    before, old = reading(*PAUSED), reading("sending", 1100, minutes=1)
    assert lags_behind(RENEW, before, [], old)
    assert not lags_behind(RENEW, before, [], reading("sending", 1240, minutes=1))


def test_a_lost_renew_is_not_sent_late() -> None:
    assert (RENEW.resendable, RENEW.resend_within_seconds) == (True, 600.0)
    assert not CREATE.resendable


@pytest.mark.parametrize(
    ("version", "other", "later"),
    [
        ("paused|2|", "paused|1|", True),
        ("paused|10|", "paused|9|", True),
        ("sending|1|", "paused|1|", False),
        ("paused|1|", "paused|2|", False),
        ("paused||", "paused|1|", False),
        ("x", "paused|1|", False),
        ("a|b|c", "paused|1|", False),
        ("paused|²|", "paused|1|", False),
        ("paused|2|", "", False),
    ],
)
def test_which_version_is_later(version: str, other: str, later: bool) -> None:
    assert is_later(version, other) is later


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("creation", None),
        ("moderation", None),
        ("frozen", None),
        ("scheduled", Verdict.SUCCEEDED),
        ("sending", Verdict.SUCCEEDED),
        ("done", Verdict.SUCCEEDED),
        ("paused", Verdict.ACTION_REQUIRED),
        ("spam", Verdict.FAILED),
        ("stopped", Verdict.FAILED),
    ],
)
def test_how_a_create_ends(status: str, wanted: Verdict | None) -> None:
    none_like_it = Reading.gone("", NOW)
    judged = judge(CREATE, none_like_it, [reading(status, 0, minutes=1)], acknowledged=True)
    assert (None if judged is None else judged.verdict) is wanted


@pytest.mark.parametrize("status", ["creation", "sending", "done", "frozen", ""])
def test_a_create_is_not_repeated_beside_its_like(status: str) -> None:
    refusal = CREATE.refuses(reading(status, 0))
    assert refusal is not None
    assert "exists already as 7" in refusal.reason
    assert CREATE.refuses(Reading.gone("", NOW)) is None
