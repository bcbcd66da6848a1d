"""The life of a row, case by case; `tests/property` goes through every interleaving, and sends here what it finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from campaign_reg.batch.state_machine import (
    Acknowledged,
    End,
    Event,
    Facts,
    Intended,
    Look,
    Lost,
    NotApplied,
    Phase,
    Seen,
    SendAgain,
    State,
    advance,
    contradicts,
)
from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.models.reading import Reading
from campaign_reg.providers.rcs.rules import RULES as RCS
from campaign_reg.providers.responsys.rules import RULES as RESPONSYS
from campaign_reg.providers.sinch.ten_dlc.rules import RULES

RULE = RULES[Verb.RESUBMIT]
START = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)
FACTS = Facts(settle_seconds=60.0, quiet_seconds=3600.0, version_moves=True)


def reading(action: str, changed_at: float, read_at: float, *, version: str | None = "") -> Reading:
    """A reading of a campaign last changed so many seconds after the start, taken so many seconds after it."""
    changed = (START + timedelta(seconds=int(changed_at))).isoformat().replace("+00:00", "Z")
    return Reading(
        target="01hx",
        version=changed if version == "" else version,
        status="ACTIVE",
        action_status=action,
        taken_at=START + timedelta(seconds=read_at),
        vendor_time=START + timedelta(seconds=int(read_at)),
    )


LAST_YEAR = reading("RESUBMIT_SUCCESSFUL", -300 * 86400, 0)
NEVER_RESUBMITTED = reading("CREATE_SUCCESSFUL", -300 * 86400, 0)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def play(*events: tuple[float, Event], facts: Facts = FACTS) -> tuple[State, object]:
    state, effect = State(), None
    for now, event in events:
        state, effect = advance(state, event, RULE, facts, now)
    return state, effect


def lost(preimage: Reading, *events: tuple[float, Event], facts: Facts = FACTS) -> tuple[State, object]:
    return play((0.0, Intended(preimage)), (1.0, Lost()), *events, facts=facts)


def ended(effect: object, verdict: Verdict, evidence: Evidence) -> bool:
    return isinstance(effect, End) and (effect.judgement.verdict, effect.judgement.evidence) == (
        verdict,
        evidence,
    )


class TestAcknowledged:
    def test_settles(self) -> None:
        _, effect = play(
            (0.0, Intended(LAST_YEAR)),
            (1.0, Acknowledged("c1")),
            (5.0, Seen(reading("RESUBMIT_IN_PROGRESS", 1, 5))),
            (9.0, Seen(reading("RESUBMIT_FAILED", 7, 9))),
        )
        assert ended(effect, Verdict.FAILED, Evidence.ACKNOWLEDGED)

    def test_last_year_s_success_is_not_this_year_s(self) -> None:
        state, effect = play(
            (0.0, Intended(LAST_YEAR)),
            (1.0, Acknowledged("c1")),
            (5.0, Seen(attrs.evolve(LAST_YEAR, taken_at=START))),
        )
        assert effect == Look()
        assert state.phase is Phase.SENT
        assert state.stale_seconds == 4.0

    @pytest.mark.fault(58)
    def test_settled_again_as_before_is_told_by_version(self) -> None:
        state, effect = play(
            (0.0, Intended(LAST_YEAR)),
            (1.0, Acknowledged("c1")),
            (9.0, Seen(reading("RESUBMIT_SUCCESSFUL", 3, 9))),
        )
        assert ended(effect, Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)
        assert not state.shown  # it may have been somebody's edit: no witness

    def test_a_change_from_before_the_write_is_no_news(self) -> None:
        preimage = attrs.evolve(LAST_YEAR, vendor_time=START + timedelta(seconds=10))
        _, effect = play(
            (0.0, Intended(preimage)),
            (1.0, Acknowledged("c1")),
            (9.0, Seen(reading("RESUBMIT_SUCCESSFUL", 3, 19))),
        )
        assert effect == Look()

    def test_no_sign_within_the_bounded_wait_is_unknown(self) -> None:
        begun = ((0.0, Intended(LAST_YEAR)), (1.0, Acknowledged("c1")), (3602.0, Seen(LAST_YEAR)))
        _, effect = play(*begun)
        assert effect == Look(60.0)
        _, effect = play(*begun, (3662.0, Seen(LAST_YEAR)))
        assert ended(effect, Verdict.UNKNOWN, Evidence.INFERRED)

    def test_one_unseen_word_after_a_day_without_a_look_is_not_the_last(self) -> None:
        state, effect = play(
            (0.0, Intended(LAST_YEAR)),
            (1.0, Acknowledged("c1")),
            (90_000.0, Seen(reading("RESUBMIT_PONDERED", 3, 90_000))),
        )
        assert effect == Look(60.0)
        settled = reading("RESUBMIT_SUCCESSFUL", 200, 90_060)
        _, effect = advance(state, Seen(settled), RULE, FACTS, 90_060.0)
        assert ended(effect, Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)

    def test_one_404_after_a_day_without_a_look_is_looked_into(self) -> None:
        gone, later = (Reading.gone("01hx", START + timedelta(seconds=at)) for at in (90_000, 90_060))
        rule = RULES[Verb.DELETE]
        state, effect = State(), None
        for now, event in ((0.0, Intended(LAST_YEAR)), (1.0, Acknowledged("c1")), (90_000.0, Seen(gone))):
            state, effect = advance(state, event, rule, FACTS, now)
        assert effect == Look(60.0)  # not left to the schedule, whose deadline may have passed
        _, effect = advance(state, Seen(later), rule, FACTS, 90_060.0)
        assert ended(effect, Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)

    @pytest.mark.fault(40)
    def test_unseen_status_is_not_terminal(self) -> None:
        _, effect = play(
            (0.0, Intended(LAST_YEAR)),
            (1.0, Acknowledged("c1")),
            (9.0, Seen(reading("RESUBMIT_PONDERED", 3, 9))),
        )
        assert effect == Look()

    @pytest.mark.fault(59)
    def test_404s_count_when_they_last(self) -> None:
        gone = Reading.gone("01hx", START)
        _, effect = play((0.0, Intended(LAST_YEAR)), (1.0, Acknowledged("c1")), (5.0, Seen(gone)))
        assert effect == Look(60.0)
        for lasting, over in ((59, False), (60, True)):
            later = Reading.gone("01hx", START + timedelta(seconds=lasting))
            begun = ((0.0, Intended(LAST_YEAR)), (1.0, Acknowledged("c1")), (5.0, Seen(gone)))
            _, effect = play(*begun, (30.0, Seen(gone)), (5.0 + lasting, Seen(later)))
            assert ended(effect, Verdict.FAILED, Evidence.INFERRED) is over

    def test_another_action_that_took_its_place_ends_it_unknown(self) -> None:
        _, effect = play(
            (0.0, Intended(LAST_YEAR)),
            (1.0, Acknowledged("c1")),
            (5.0, Seen(reading("RESUBMIT_IN_PROGRESS", 1, 5))),
            (9.0, Seen(reading("DELETE_SUCCESSFUL", 7, 9))),
        )
        assert ended(effect, Verdict.UNKNOWN, Evidence.INFERRED)


class TestLost:
    def test_seen_in_progress_is_waited_for(self) -> None:
        state, effect = lost(LAST_YEAR, (2.0, Seen(reading("RESUBMIT_IN_PROGRESS", 1, 2))))
        assert (state.phase, effect) == (Phase.LOST, Look())
        _, effect = advance(state, Seen(reading("RESUBMIT_SUCCESSFUL", 500, 501)), RULE, FACTS, 501.0)
        assert ended(effect, Verdict.SUCCEEDED, Evidence.OBSERVED)

    def test_a_new_word_proves_it(self) -> None:
        _, effect = lost(NEVER_RESUBMITTED, (2.0, Seen(reading("RESUBMIT_FAILED", 1, 2))))
        assert ended(effect, Verdict.FAILED, Evidence.OBSERVED)

    def test_unchanged_over_the_window_is_sent_again_once(self) -> None:
        state, effect = lost(LAST_YEAR, (2.0, Seen(LAST_YEAR)))
        assert effect == Look(60.0)
        state, effect = advance(state, Seen(LAST_YEAR), RULE, FACTS, 62.0)
        assert (state.phase, state.attempts, effect) == (Phase.READY, 1, SendAgain())
        for event, now in ((Intended(LAST_YEAR), 63.0), (Lost(), 64.0), (Seen(LAST_YEAR), 65.0)):
            state, effect = advance(state, event, RULE, FACTS, now)
        state, effect = advance(state, Seen(LAST_YEAR), RULE, FACTS, 130.0)
        assert ended(effect, Verdict.UNKNOWN, Evidence.INFERRED)
        assert state.attempts == 2

    def test_one_reading_late_in_the_window_is_not_two(self) -> None:
        state, effect = lost(LAST_YEAR, (100.0, Seen(LAST_YEAR)))
        assert effect == Look(60.0)
        _, effect = advance(state, Seen(LAST_YEAR), RULE, FACTS, 159.0)
        assert isinstance(effect, Look)

    def test_the_window_grows_with_the_longest_lag_seen(self) -> None:
        facts = attrs.evolve(FACTS, longest_lag_seconds=50.0)
        _, effect = lost(LAST_YEAR, (2.0, Seen(LAST_YEAR)), (62.0, Seen(LAST_YEAR)), facts=facts)
        assert effect == Look(90.0)

    def test_without_a_witness_it_ends_unknown(self) -> None:
        facts = attrs.evolve(FACTS, version_moves=False)
        state, effect = lost(LAST_YEAR, (2.0, Seen(LAST_YEAR)), (62.0, Seen(LAST_YEAR)), facts=facts)
        assert effect == Look(60.0)
        _, effect = advance(state, Seen(LAST_YEAR), RULE, facts, 182.0)
        assert ended(effect, Verdict.UNKNOWN, Evidence.INFERRED)

    def test_a_witness_that_comes_late_is_enough(self) -> None:
        facts = attrs.evolve(FACTS, version_moves=False)
        state, _ = lost(LAST_YEAR, (2.0, Seen(LAST_YEAR)), (62.0, Seen(LAST_YEAR)), facts=facts)
        _, effect = advance(state, Seen(LAST_YEAR), RULE, FACTS, 122.0)
        assert effect == SendAgain()

    def test_resend_never_is_obeyed(self) -> None:
        facts = attrs.evolve(FACTS, resend=False)
        _, effect = lost(LAST_YEAR, (2.0, Seen(LAST_YEAR)), (62.0, Seen(LAST_YEAR)), facts=facts)
        assert ended(effect, Verdict.UNKNOWN, Evidence.INFERRED)

    @pytest.mark.fault(95)
    def test_a_stranger_s_change_forbids_resending_and_proves_nothing(self) -> None:
        stranger = reading("RESUBMIT_SUCCESSFUL", 3, 4)
        _, effect = lost(LAST_YEAR, (4.0, Seen(stranger)), (62.0, Seen(stranger)))
        assert ended(effect, Verdict.UNKNOWN, Evidence.INFERRED)

    def test_without_a_version_it_ends_unknown(self) -> None:
        blind = reading("RESUBMIT_SUCCESSFUL", 0, 0, version=None)
        _, effect = lost(blind, (2.0, Seen(blind)))
        assert effect == Look(59.0)  # what it was to bring may yet be seen
        _, effect = lost(blind, (2.0, Seen(blind)), (61.0, Seen(blind)))
        assert ended(effect, Verdict.UNKNOWN, Evidence.INFERRED)

    def test_a_lost_deletion_is_seen_by_two_404s_however_late_the_first_came(self) -> None:
        rule = attrs.evolve(RULES[Verb.DELETE], in_progress=frozenset(), succeeded=frozenset())
        state, now = State(), 0.0
        for event in (Intended(LAST_YEAR), Lost()):
            state, effect = advance(state, event, rule, FACTS, now)
        for now in (30.0, 61.0):
            gone = Reading.gone("01hx", START + timedelta(seconds=now))
            state, effect = advance(state, Seen(gone), rule, FACTS, now)
        assert effect == Look(29.0)  # a settle window from the first 404
        gone = Reading.gone("01hx", START + timedelta(seconds=90))
        _, effect = advance(state, Seen(gone), rule, FACTS, 90.0)
        assert ended(effect, Verdict.SUCCEEDED, Evidence.OBSERVED)

    def test_gone_is_unknown(self) -> None:
        gone, later = Reading.gone("01hx", START), Reading.gone("01hx", START + timedelta(seconds=60))
        _, effect = lost(LAST_YEAR, (2.0, Seen(gone)), (62.0, Seen(later)))
        assert ended(effect, Verdict.UNKNOWN, Evidence.INFERRED)

    def test_a_resume_starts_the_window_afresh(self) -> None:
        state, _ = lost(LAST_YEAR, (2.0, Seen(LAST_YEAR)))
        state, _ = advance(state, Lost(), RULE, FACTS, 50.0)
        _, effect = advance(state, Seen(LAST_YEAR), RULE, FACTS, 70.0)
        assert effect == Look(60.0)

    @pytest.mark.fault(93)
    def test_an_older_reading_than_one_seen_is_ignored(self) -> None:
        state, _ = lost(LAST_YEAR, (2.0, Seen(reading("RESUBMIT_IN_PROGRESS", 1, 2))))
        after, effect = advance(state, Seen(LAST_YEAR), RULE, FACTS, 300.0)
        assert effect == Look()
        assert after.readings == state.readings


@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("RESUBMIT_IN_PROGRESS", Verdict.SKIPPED),
        ("CREATE_IN_PROGRESS", Verdict.SKIPPED),
        ("RESUBMIT_QUEUED", Verdict.ACTION_REQUIRED),
    ],
)
def test_what_is_or_may_be_under_way_is_not_sent(word: str, verdict: Verdict) -> None:
    refusal = RULE.refuses(reading(word, -100, 0))
    assert refusal is not None
    assert refusal.verdict is verdict
    assert "under way" in refusal.reason
    assert RULE.refuses(LAST_YEAR) is None


def test_a_witness_shows_the_effect_and_not_just_a_new_version() -> None:
    begun = ((0.0, Intended(NEVER_RESUBMITTED)), (1.0, Acknowledged("c1")))
    edited, _ = play(*begun, (9.0, Seen(reading("CREATE_SUCCESSFUL", 3, 9))))
    assert not edited.shown
    seen, _ = play(
        *begun, (9.0, Seen(NEVER_RESUBMITTED)), (20.0, Seen(reading("RESUBMIT_IN_PROGRESS", 3, 20)))
    )
    assert seen.shown
    assert seen.lag_seconds == 19.0  # the first look that showed it, not the last that did not


def test_last_year_s_word_is_no_news_when_the_preimage_left_it_out() -> None:
    """One GET omits lastActionStatus; the write is lost; the next GET shows it, under the same version."""
    _, effect = lost(attrs.evolve(LAST_YEAR, action_status=""), (2.0, Seen(LAST_YEAR)))
    assert not isinstance(effect, End)


def test_last_year_s_word_is_no_news_either_when_somebody_edits_the_campaign_since() -> None:
    """As above, but the version has moved: for another reason."""
    preimage = attrs.evolve(LAST_YEAR, action_status="")
    edited = reading("RESUBMIT_SUCCESSFUL", 5, 6)
    _, effect = lost(preimage, (6.0, Seen(edited)))
    assert not isinstance(effect, End)
    _, effect = lost(preimage, (6.0, Seen(edited)), (62.0, Seen(attrs.evolve(edited, taken_at=START))))
    assert ended(effect, Verdict.UNKNOWN, Evidence.INFERRED)


def renewal(status: str, sent: int, read_at: float) -> Reading:
    """A reading of an RCS campaign, whose versions are no instants."""
    return attrs.evolve(
        reading("", 0, read_at, version=f"{status}|{sent}|"), status=status, target="7", action_status=""
    )


def renewed(*events: tuple[float, Event]) -> tuple[State, object]:
    state, effect = State(), None
    for now, event in events:
        state, effect = advance(state, event, RCS[Verb.RENEW], FACTS, now)
    return state, effect


class TestVersionsThatAreNoInstants:
    """Where nothing says which of two readings is older, a replica that lags may show what was before the write."""

    def test_what_was_before_the_pause_is_no_renewal(self) -> None:
        paused, before = renewal("paused", 10, 0), renewal("sending", 10, 2)
        begun = ((0.0, Intended(paused)), (1.0, Lost()), (2.0, Seen(before)))
        _, effect = renewed(*begun)
        assert effect == Look(59.0)
        _, effect = renewed(*begun, (62.0, Seen(renewal("sending", 10, 62))))
        assert ended(effect, Verdict.SUCCEEDED, Evidence.OBSERVED)  # no replica lags as long as that

    def test_more_messages_than_before_are_a_renewal_at_once(self) -> None:
        paused = renewal("paused", 10, 0)
        _, effect = renewed((0.0, Intended(paused)), (1.0, Lost()), (2.0, Seen(renewal("sending", 11, 2))))
        assert ended(effect, Verdict.SUCCEEDED, Evidence.OBSERVED)

    def test_a_wish_that_was_true_before_is_not_fulfilled_by_an_old_reading(self) -> None:
        rule = RESPONSYS[Verb.APPROVE]
        refused = attrs.evolve(reading("", 0, 0, version=None), status="REJECTED")
        old = attrs.evolve(reading("", 0, 5, version=None), status="APPROVED", as_wanted=True)
        state, effect = State(), None
        for now, event in ((0.0, Intended(refused)), (1.0, Lost()), (5.0, Seen(old))):
            state, effect = advance(state, event, rule, FACTS, now)
        assert not isinstance(effect, End)
        _, effect = advance(state, Seen(attrs.evolve(refused, taken_at=at(70))), rule, FACTS, 70.0)
        assert ended(effect, Verdict.UNKNOWN, Evidence.INFERRED)

    def test_one_odd_version_does_not_keep_the_row_for_ever_and_forbids_sending_again(self) -> None:
        paused, odd = renewal("paused", 10, 0), renewal("pondered", 10, 5)
        begun = ((0.0, Intended(paused)), (1.0, Lost()), (5.0, Seen(odd)))
        _, effect = renewed(*begun, (50.0, Seen(renewal("paused", 10, 50))))
        assert effect == Look()  # that may be the past
        _, effect = renewed(*begun, (70.0, Seen(renewal("paused", 10, 70))))
        assert ended(effect, Verdict.UNKNOWN, Evidence.INFERRED)

    def test_a_second_write_that_waited_too_long_for_its_turn_stays_here(self) -> None:
        paused = renewal("paused", 10, 0)
        state, effect = renewed(
            (0.0, Intended(paused)),
            (1.0, Lost()),
            (2.0, Seen(paused)),
            (63.0, Seen(renewal("paused", 10, 63))),
        )
        assert effect == SendAgain()
        assert not contradicts(state, renewal("paused", 10, 599), RCS[Verb.RENEW])
        assert contradicts(state, renewal("paused", 10, 601), RCS[Verb.RENEW])


def test_known_unapplied_gives_the_attempt_back() -> None:
    state, effect = play((0.0, Intended(LAST_YEAR)), (1.0, NotApplied()))
    assert (state.phase, state.attempts, effect) == (Phase.READY, 0, SendAgain())


def test_a_late_apply_contradicts_the_second_preimage() -> None:
    state, _ = lost(LAST_YEAR, (2.0, Seen(LAST_YEAR)), (62.0, Seen(LAST_YEAR)))
    assert not contradicts(state, LAST_YEAR, RULE)
    assert contradicts(state, reading("RESUBMIT_IN_PROGRESS", 62, 63), RULE)
    assert contradicts(state, reading("RESUBMIT_SUCCESSFUL", 62, 63), RULE)


@pytest.mark.parametrize("phase", [Phase.INTENT, Phase.LOST, Phase.SENT])
def test_every_begun_phase_can_be_resumed(phase: Phase) -> None:
    state = State(phase=phase, attempts=1, preimage=LAST_YEAR, acknowledged=phase is Phase.SENT)
    _, effect = advance(state, Seen(LAST_YEAR), RULE, FACTS, 5.0)
    assert isinstance(effect, Look)
