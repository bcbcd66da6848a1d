"""News told from old: every rule of promises 1 and 2, as pure functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.rules import Judgement, VerbRule
from campaign_reg.protocol.verdicts import is_untouched, judge, lags_behind, shows_effect
from tests.support.backends import CREATE, DELETE, RESUBMIT

SENT = datetime(2026, 4, 10, 8, 0, 0, tzinfo=UTC)
UNORDERED = attrs.evolve(RESUBMIT, version_time=lambda version: None)


def at(seconds: float, action: str = "RESUBMIT_SUCCESSFUL", **changes: Any) -> Reading:
    """A reading whose version stands for an instant so many seconds from the pre-image's vendor time."""
    version = (SENT + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    values = {"version": version, "status": "ACTIVE", "action_status": action, "taken_at": SENT, **changes}
    return Reading(target="c1", vendor_time=SENT, **values)


GONE = Reading.gone("c1", SENT)
LAST_YEAR = at(-300 * 86400.0)
FAILED_LAST_YEAR = at(-300 * 86400.0, "RESUBMIT_FAILED")
NEVER = at(-300 * 86400.0, "CREATE_SUCCESSFUL")
RUNNING = at(1, "RESUBMIT_IN_PROGRESS")


def verdict(
    *readings: Reading, pre: Reading | None = LAST_YEAR, ack: bool = True, rule: VerbRule = RESUBMIT
) -> Any:
    judgement = judge(rule, pre, readings, acknowledged=ack)
    return None if judgement is None else (judgement.verdict, judgement.evidence)


ACK = Evidence.ACKNOWLEDGED
SEEN = Evidence.OBSERVED
GOOD, BAD = Verdict.SUCCEEDED, Verdict.FAILED


@pytest.mark.fault(56)
@pytest.mark.parametrize(
    ("pre", "readings", "acknowledged", "lost"),
    [
        pytest.param(LAST_YEAR, [], None, None, id="no reading yet"),
        pytest.param(LAST_YEAR, [LAST_YEAR], None, None, id="left over from last year"),
        pytest.param(FAILED_LAST_YEAR, [FAILED_LAST_YEAR], None, None, id="last year's failure"),
        pytest.param(LAST_YEAR, [RUNNING], None, None, id="under way"),
        pytest.param(LAST_YEAR, [RUNNING, at(9)], (GOOD, ACK), (GOOD, SEEN), id="seen in progress since"),
        pytest.param(
            LAST_YEAR,
            [RUNNING, at(9, "RESUBMIT_FAILED")],
            (BAD, ACK),
            (BAD, SEEN),
            id="failed after progress",
        ),
        pytest.param(NEVER, [at(9)], (GOOD, ACK), (GOOD, SEEN), id="another word than before"),
        pytest.param(FAILED_LAST_YEAR, [at(9)], (GOOD, ACK), (GOOD, SEEN), id="failed before, good now"),
        pytest.param(LAST_YEAR, [at(9)], (GOOD, ACK), None, id="same word, version moved since"),
        pytest.param(LAST_YEAR, [at(0)], (GOOD, ACK), None, id="moved in the very second of the send"),
        pytest.param(LAST_YEAR, [at(-5)], None, None, id="moved before our write: the pre-image lagged"),
        pytest.param(NEVER, [at(-5)], None, None, id="new word, but from before our write"),
        pytest.param(
            NEVER,
            [at(-5, "RESUBMIT_IN_PROGRESS"), at(-1)],
            None,
            None,
            id="somebody else's, from before ours",
        ),
        pytest.param(
            LAST_YEAR, [at(9, "CREATE_SUCCESSFUL")], None, None, id="moved, but says nothing of ours"
        ),
        pytest.param(NEVER, [at(9, "DELETE_SUCCESSFUL")], None, None, id="another verb's word"),
        pytest.param(
            NEVER, [at(9, "RESUBMIT_UNDER_AUDIT")], None, None, id="a word nobody knows is never an end"
        ),
        pytest.param(
            LAST_YEAR, [RUNNING, at(9, "RESUBMIT_UNDER_AUDIT")], None, None, id="nor is it after progress"
        ),
        pytest.param(
            NEVER,
            [at(9, "RESUBMIT_NEEDS_YOU")],
            (Verdict.ACTION_REQUIRED, ACK),
            (Verdict.ACTION_REQUIRED, SEEN),
            id="a person must act",
        ),
        pytest.param(LAST_YEAR, [RUNNING, LAST_YEAR], None, None, id="a lagging replica after progress"),
        pytest.param(LAST_YEAR, [RUNNING, GONE, LAST_YEAR], None, None, id="a lagging replica after a 404"),
        pytest.param(LAST_YEAR, [RUNNING, at(1)], (GOOD, ACK), (GOOD, SEEN), id="two changes in one second"),
        pytest.param(LAST_YEAR, [GONE], None, None, id="one 404 may be a replica"),
        pytest.param(LAST_YEAR, [GONE, RUNNING, GONE], None, None, id="two 404s, not in a row"),
        pytest.param(
            LAST_YEAR,
            [GONE, GONE],
            (BAD, Evidence.INFERRED),
            (Verdict.UNKNOWN, Evidence.INFERRED),
            id="two 404s",
        ),
    ],
)
def test_news_is_told_from_old(pre: Reading, readings: list[Reading], acknowledged: Any, lost: Any) -> None:
    assert verdict(*readings, pre=pre, ack=True) == acknowledged
    assert verdict(*readings, pre=pre, ack=False) == lost


def test_the_reason_quotes_the_vendor() -> None:
    judgement = judge(RESUBMIT, NEVER, [at(9, "RESUBMIT_FAILED")], acknowledged=True)
    assert judgement == Judgement(Verdict.FAILED, ACK, "the vendor says RESUBMIT_FAILED")


def test_a_vendor_without_a_date_header_shows_no_news_by_version_alone() -> None:
    undated = attrs.evolve(LAST_YEAR, vendor_time=None)
    assert verdict(at(9), pre=undated) is None
    assert verdict(RUNNING, at(9), pre=undated) == (GOOD, ACK)


@pytest.mark.parametrize("version", [None, "not a date"])
def test_versions_that_are_no_instants_prove_nothing(version: str | None) -> None:
    rule = UNORDERED
    pre = attrs.evolve(LAST_YEAR, version="v1")
    assert verdict(attrs.evolve(at(9), version=version), pre=pre, rule=rule) is None
    running = attrs.evolve(RUNNING, version=version)
    assert verdict(running, attrs.evolve(at(9), version=version), pre=pre, rule=rule) == (GOOD, ACK)


def test_unordered_versions_still_show_a_replica_that_lags() -> None:
    pre, running = attrs.evolve(LAST_YEAR, version="v1"), attrs.evolve(RUNNING, version="v2")
    back = attrs.evolve(LAST_YEAR, version="v1")
    assert lags_behind(UNORDERED, pre, [running], back)
    assert verdict(running, back, pre=pre, rule=UNORDERED) is None
    assert verdict(running, attrs.evolve(at(9), version="v3"), pre=pre, rule=UNORDERED) == (GOOD, ACK)


def test_an_unmoved_version_is_no_lag() -> None:
    pre, running = attrs.evolve(LAST_YEAR, version="v1"), attrs.evolve(RUNNING, version="v1")
    assert not lags_behind(UNORDERED, pre, [running], attrs.evolve(LAST_YEAR, version="v1"))


class TestLagging:
    @pytest.mark.parametrize(
        ("readings", "reading", "lags"),
        [
            ([], LAST_YEAR, False),
            ([], at(-400 * 86400.0), True),
            ([RUNNING], at(9), False),
            ([RUNNING], at(1), False),
            ([RUNNING], at(0.0), True),
            ([RUNNING, GONE], LAST_YEAR, True),
            ([RUNNING], GONE, False),
            ([GONE], LAST_YEAR, False),
        ],
    )
    def test_by_version(self, readings: list[Reading], reading: Reading, lags: bool) -> None:
        assert lags_behind(RESUBMIT, LAST_YEAR, readings, reading) is lags

    def test_without_a_pre_image_nothing_lags_at_first(self) -> None:
        assert not lags_behind(RESUBMIT, None, [], LAST_YEAR)
        assert lags_behind(RESUBMIT, None, [RUNNING], LAST_YEAR)


class TestCreate:
    """A new campaign has no past: every settled word is news."""

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            ("ACTIVE", (GOOD, ACK)),
            ("REJECTED", (BAD, ACK)),
            ("REVIEW", None),
            ("WHO_KNOWS", None),
            ("", None),
        ],
    )
    def test_without_pre_image(self, status: str, expected: Any) -> None:
        assert verdict(at(1, "", status=status), pre=None, rule=CREATE) == expected

    @pytest.mark.fault(59)
    def test_404_right_after_a_submit_is_confirmed(self) -> None:
        assert verdict(GONE, pre=None, rule=CREATE) is None
        assert verdict(GONE, at(1, "", status="ACTIVE"), pre=None, rule=CREATE) == (GOOD, ACK)
        assert verdict(GONE, GONE, pre=None, rule=CREATE) == (BAD, Evidence.INFERRED)


class TestDelete:
    @pytest.mark.parametrize("acknowledged", [True, False])
    def test_two_404s_or_the_vendors_word(self, acknowledged: bool) -> None:
        evidence = ACK if acknowledged else SEEN
        for readings in (
            [GONE, GONE],
            [at(9, "DELETE_SUCCESSFUL")],
            [at(1, "DELETE_IN_PROGRESS"), GONE, GONE],
        ):
            assert verdict(*readings, ack=acknowledged, rule=DELETE) == (GOOD, evidence)
        assert verdict(GONE, ack=acknowledged, rule=DELETE) is None
        assert verdict(at(9, "DELETE_FAILED"), ack=acknowledged, rule=DELETE) == (BAD, evidence)


class TestEffect:
    """What proves that a lost write was applied."""

    @pytest.mark.parametrize(
        ("pre", "readings", "shows"),
        [
            (LAST_YEAR, [], False),
            (LAST_YEAR, [LAST_YEAR], False),
            (LAST_YEAR, [RUNNING], True),
            (LAST_YEAR, [RUNNING, GONE, at(9)], True),
            (LAST_YEAR, [at(9)], False),
            (LAST_YEAR, [at(9, "CREATE_SUCCESSFUL")], False),
            (LAST_YEAR, [at(9, "RESUBMIT_FAILED")], True),
            (LAST_YEAR, [at(-5, "RESUBMIT_IN_PROGRESS")], False),
            (NEVER, [at(9, "RESUBMIT_UNDER_AUDIT")], False),
            (NEVER, [GONE, GONE], False),
            (None, [at(0)], True),
        ],
    )
    def test_progress_or_a_new_word(self, pre: Reading | None, readings: list[Reading], shows: bool) -> None:
        assert shows_effect(RESUBMIT, pre, readings) is shows


class TestUntouched:
    """Only this allows a lost write to be sent again, so every doubt counts against it."""

    def test_as_it_was(self) -> None:
        assert is_untouched(RESUBMIT, LAST_YEAR, attrs.evolve(LAST_YEAR, taken_at=SENT + timedelta(hours=1)))

    @pytest.mark.parametrize(
        "reading",
        [at(9), at(-5), RUNNING, GONE, attrs.evolve(LAST_YEAR, action_status="RESUBMIT_FAILED")],
        ids=["moved", "moved before", "running", "gone", "another word"],
    )
    def test_not_when_anything_moved(self, reading: Reading) -> None:
        assert not is_untouched(RESUBMIT, LAST_YEAR, reading)

    @pytest.mark.parametrize("action", ["DELETE_IN_PROGRESS", "RESUBMIT_IN_PROGRESS"])
    def test_not_while_something_is_under_way(self, action: str) -> None:
        busy = attrs.evolve(LAST_YEAR, action_status=action)
        assert not is_untouched(RESUBMIT, busy, busy)

    def test_not_without_a_version(self) -> None:
        blank = attrs.evolve(LAST_YEAR, version=None)
        assert not is_untouched(RESUBMIT, blank, blank)


class TestBeforeTheWrite:
    @pytest.mark.parametrize("action", ["CREATE_IN_PROGRESS", "RESUBMIT_IN_PROGRESS", "DELETE_IN_PROGRESS"])
    def test_refuses_what_is_under_way(self, action: str) -> None:
        reason = f"already under way: the vendor says {action}"
        assert RESUBMIT.refuses(at(-60, action)) == Judgement(Verdict.SKIPPED, Evidence.OBSERVED, reason)

    def test_refuses_what_has_ended(self) -> None:
        refusal = RESUBMIT.refuses(at(-60, status="EXPIRED"))
        assert refusal is not None
        assert "EXPIRED" in refusal.reason

    @pytest.mark.parametrize("reading", [LAST_YEAR, FAILED_LAST_YEAR, NEVER])
    def test_lets_the_rest_pass(self, reading: Reading) -> None:
        assert RESUBMIT.refuses(reading) is None

    @pytest.mark.fault(94)
    @pytest.mark.parametrize(
        ("seconds", "wait"),
        [(-86400, 0.0), (-2, 0.0), (-1.5, 0.5), (-1, 1.0), (0, 2.0), (1, 2.0), (3600, 2.0)],
    )
    def test_waits_until_two_seconds_after_the_last_change(self, seconds: float, wait: float) -> None:
        assert RESUBMIT.wait_before_write(at(seconds)) == wait

    def test_does_not_wait_where_nothing_can_be_told(self) -> None:
        assert RESUBMIT.wait_before_write(attrs.evolve(at(0), version=None)) == 0
        assert RESUBMIT.wait_before_write(attrs.evolve(at(0), vendor_time=None)) == 0
        assert UNORDERED.wait_before_write(at(0)) == 0


@pytest.mark.parametrize(
    "verb", [Verb.GET, Verb.FEEDBACK, Verb("Appeal"), Verb("two words"), Verb(""), "appeal"]
)
def test_a_rule_is_for_a_verb_that_writes(verb: Any) -> None:
    with pytest.raises(ValueError, match=r"cannot have a rule: a verb that writes is needed"):
        VerbRule(verb=verb, params=object)


def test_only_create_creates() -> None:
    assert VerbRule(verb=Verb("appeal"), params=object).verb == "appeal"
    with pytest.raises(ValueError, match=r"creates=True is for Verb\.CREATE: clone"):
        VerbRule(verb=Verb("clone"), params=object, creates=True)
