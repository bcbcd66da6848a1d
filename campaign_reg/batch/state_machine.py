"""The life of one row of a batch, as a pure function: no I/O, no clock, no randomness.

    READY ── intent journalled ──> INTENT ── acknowledged ──> SENT ── settled ──────────> ENDED
      ^                              │                          ^
      │<── known not applied ────────┤                          │ seen in progress
      │                              │ no answer, or a crash    │
      └<── proven not applied ── LOST ──────────────────────────┘── no proof: unknown ──> ENDED

`advance(state, event, rule, facts, now)` returns the next state and what to do. Only `LOST` may go back to `READY`
after a write has left, at most once, and only on the proof of `_may_resend`.
"""

from __future__ import annotations

import enum
import itertools

import attrs

from campaign_reg.enums import Evidence, Verdict
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.action import several
from campaign_reg.protocol.rules import Judgement, VerbRule
from campaign_reg.protocol.verdicts import (
    is_untouched,
    judge,
    lags_behind,
    new_matches,
    remember,
    shows_effect,
)

_WINDOWS_TO_WAIT_FOR_A_WITNESS = 3
_READINGS_KEPT = 8
_SEARCHES_IN_A_WINDOW = 4


class Phase(enum.StrEnum):
    """Phase of a row."""

    READY = "ready"
    INTENT = "intent"
    LOST = "lost"
    SENT = "sent"
    ENDED = "ended"


@attrs.frozen(kw_only=True)
class State:
    """What the engine knows of one row.

    Attributes:
        phase: Its phase.
        attempts: Writes that were, or may have been, applied.
        looks: Readings tried since the write.
        preimage: The reading just before the newest write, without terms.
        readings: Readings since the first write that differed from the one before, newest last.
        acknowledged: Whether the vendor answered that it took the newest write.
        since: Monotonic time in seconds of the newest write's end, or of the resume if that is later.
        quiet_since: Monotonic time in seconds of the first reading since then that showed nothing (of an acknowledged
            write: once it should have shown something); None before it.
        stale_seconds: After how many seconds an acknowledged write was still not to be seen; None where it never was.
        shown: Whether the effect of an acknowledged write was seen, in a version not older than the write.
        lag_seconds: After how many seconds that was, where an earlier reading had not shown it.
        target: The campaign's id; empty for a create until it is known.
        left_at: Monotonic time in seconds at which the newest write left; before the start of the process for one that
            an earlier process sent.
    """

    phase: Phase = Phase.READY
    attempts: int = 0
    looks: int = 0
    preimage: Reading | None = None
    readings: tuple[Reading, ...] = ()
    acknowledged: bool = False
    since: float = 0.0
    quiet_since: float | None = None
    stale_seconds: float | None = None
    shown: bool = False
    lag_seconds: float | None = None
    target: str = ""
    left_at: float = 0.0


@attrs.frozen(kw_only=True)
class Facts:
    """What this batch knows of the account.

    Attributes:
        settle_seconds: How long a lost write may still be applied late.
        quiet_seconds: How long an acknowledged write may show nothing.
        longest_lag_seconds: The longest that an acknowledged write was seen to stay invisible.
        version_moves: Whether an acknowledged write of this batch was seen to move the version.
        resend: Whether a lost write may be sent again on proof.
    """

    settle_seconds: float
    quiet_seconds: float
    longest_lag_seconds: float = 0.0
    version_moves: bool = False
    resend: bool = True

    @property
    def window_seconds(self) -> float:
        """How long to watch a lost write before saying that it was not applied."""
        return max(self.settle_seconds, 3 * self.longest_lag_seconds)


@attrs.frozen
class Intended:
    """The intent is durable; the write leaves now."""

    preimage: Reading | None


@attrs.frozen
class Acknowledged:
    """The vendor took the write.

    Attributes:
        target: The campaign's id, which a create learns by this.
        settled: Whether the answer itself says that it is done.
    """

    target: str
    settled: bool = False


@attrs.frozen
class Lost:
    """The write may have been applied: no usable answer came, or the process died."""


@attrs.frozen
class NotApplied:
    """The write is known not to have been applied."""


@attrs.frozen
class Searched:
    """A create was lost, and campaigns like it were looked for.

    Attributes:
        matches: All that there are, old ones too.
        blind: Why it could not be looked for; empty where it was.
    """

    matches: tuple[Reading, ...] = ()
    blind: str = ""


@attrs.frozen
class Seen:
    """The campaign was read."""

    reading: Reading


Event = Intended | Acknowledged | Lost | NotApplied | Searched | Seen


@attrs.frozen
class Look:
    """Read the campaign again.

    Attributes:
        after_seconds: When; None leaves it to the schedule.
    """

    after_seconds: float | None = None


@attrs.frozen
class SendAgain:
    """Begin the row again: pre-image, intent, write."""


@attrs.frozen
class End:
    """The row ends."""

    judgement: Judgement


Effect = Look | SendAgain | End


def advance(
    state: State, event: Event, rule: VerbRule, facts: Facts, now: float
) -> tuple[State, Effect | None]:
    """What a row becomes, and what to do next.

    Args:
        state: What it was.
        event: What happened.
        rule: Of the batch's verb.
        facts: Of the account.
        now: Monotonic time, in seconds.
    """
    match event:
        case Intended(preimage):
            pre = None if preimage is None else preimage.without_details()
            attempts = state.attempts + 1
            return attrs.evolve(state, phase=Phase.INTENT, attempts=attempts, preimage=pre, left_at=now), None
        case Acknowledged(target, settled):
            sent = attrs.evolve(
                state, phase=Phase.SENT, acknowledged=True, since=now, looks=0, readings=(), target=target
            )
            return _done(sent) if settled else (sent, Look())
        case Lost():
            lost = attrs.evolve(
                state, phase=Phase.LOST, acknowledged=False, since=now, quiet_since=None, looks=0
            )
            return lost, Look()
        case NotApplied():
            return attrs.evolve(state, phase=Phase.READY, attempts=state.attempts - 1), SendAgain()
        case Searched():
            return _searched(attrs.evolve(state, looks=state.looks + 1), event, rule, facts, now)
        case Seen(reading):
            return _seen(state, reading, rule, facts, now)


def _done(state: State) -> tuple[State, Effect]:
    judgement = Judgement(Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED, "the vendor answered that it is done")
    return attrs.evolve(state, phase=Phase.ENDED), End(judgement)


def _searched(
    state: State, search: Searched, rule: VerbRule, facts: Facts, now: float
) -> tuple[State, Effect]:
    """Exactly one new campaign like the lost one is taken for it; a create is never sent again."""
    if state.preimage is None:
        return _unknown(state, "its answer was lost, and nothing tells its campaign from others")
    new = new_matches(rule, state.preimage, search.matches)
    if len(new) == 1:
        return attrs.evolve(state, target=new[0].target), Look(0.0)
    if new:
        return _unknown(state, f"its answer was lost, and {several(new)}")
    due = state.since + facts.window_seconds
    if now < due:
        return state, Look(min(_until(due, now), facts.window_seconds / _SEARCHES_IN_A_WINDOW))
    why = search.blind or f"none like it appeared within {now - state.since:.0f} s"
    return _unknown(state, f"its answer was lost, and {why}")


def _seen(state: State, reading: Reading, rule: VerbRule, facts: Facts, now: float) -> tuple[State, Effect]:
    state = attrs.evolve(state, looks=state.looks + 1)
    if lags_behind(rule, state.preimage, state.readings, reading, facts.settle_seconds):
        return state, Look()
    state = attrs.evolve(state, readings=remember(state.readings, reading, _READINGS_KEPT))
    if not state.shown and _is_witness(state, reading, rule):
        lag = None if state.stale_seconds is None else now - state.since
        state = attrs.evolve(state, shown=True, lag_seconds=lag)
    verdict = judge(
        rule,
        state.preimage,
        state.readings,
        acknowledged=state.acknowledged,
        settle_seconds=facts.settle_seconds,
    )
    if verdict is not None:
        return attrs.evolve(state, phase=Phase.ENDED), End(verdict)
    if reading.missing:  # believed when it has lasted; that it is gone is news of its own
        return state, Look(max(facts.settle_seconds - _gone_for(state), 0.001))
    if shows_effect(rule, state.preimage, state.readings, facts.settle_seconds):
        return state, Look()
    return _seen_nothing(state, reading, rule, facts, now)


def _seen_nothing(
    state: State, reading: Reading, rule: VerbRule, facts: Facts, now: float
) -> tuple[State, Effect]:
    """The reading neither decides nor shows the action under way."""
    if state.acknowledged or (rule.creates and state.target):
        waited = now - state.since
        if state.preimage is not None and reading.version == state.preimage.version:
            state = attrs.evolve(state, stale_seconds=waited)
        if waited < facts.quiet_seconds:
            return state, Look()
        if state.quiet_since is None:  # the last look may be long ago: one odd reading is not the last word
            return attrs.evolve(state, quiet_since=now), Look(facts.settle_seconds)
        if now - state.quiet_since < facts.settle_seconds:
            return state, Look(_until(state.quiet_since + facts.settle_seconds, now))
        return _unknown(state, f"the vendor took it, but showed no sign of it for {waited:.0f} s")
    return _seen_nothing_of_lost(state, reading, rule, facts, now)


def _seen_nothing_of_lost(
    state: State, reading: Reading, rule: VerbRule, facts: Facts, now: float
) -> tuple[State, Effect]:
    window = facts.window_seconds
    if state.preimage is None or state.preimage.version is None:
        if now - state.since < window:
            return state, Look(_until(state.since + window, now))
        return _unknown(state, "its answer was lost, and the vendor shows no version to tell by")
    if not is_untouched(rule, state.preimage, reading) or _has_moved(state, state.preimage):
        # It moved for another reason: that forbids sending again, and proves nothing.
        if now - state.since >= window:
            return _unknown(
                state, "its answer was lost, and the campaign changed in a way that does not tell"
            )
        return state, Look(_until(state.since + window, now))
    if state.quiet_since is None:
        return attrs.evolve(state, quiet_since=now), Look(window)
    if now - state.quiet_since < window:
        return state, Look(_until(state.quiet_since + window, now))
    why_not = _may_not_resend(state, rule, facts, now)
    if why_not is None:
        return attrs.evolve(state, phase=Phase.READY, quiet_since=None, readings=()), SendAgain()
    if (
        not facts.version_moves
        and facts.resend
        and now - state.since < _WINDOWS_TO_WAIT_FOR_A_WITNESS * window
    ):
        return state, Look(window)
    return _unknown(
        state, f"its answer was lost and nothing came of it within {now - state.since:.0f} s; {why_not}"
    )


def _has_moved(state: State, preimage: Reading) -> bool:
    """Whether any reading showed another version, though the newest shows the pre-image's again."""
    return any(not reading.missing and reading.version != preimage.version for reading in state.readings)


def _gone_for(state: State) -> float:
    """For how many seconds the vendor has answered that it does not know the campaign."""
    run = list(itertools.takewhile(lambda reading: reading.missing, reversed(state.readings)))
    return (run[0].taken_at - run[-1].taken_at).total_seconds()


def _may_not_resend(state: State, rule: VerbRule, facts: Facts, now: float) -> str | None:
    """Why a write that two readings, a window apart, showed without effect must not be sent again."""
    if state.attempts >= 2:
        return "it was sent a second time already"
    if not facts.resend:
        return "sending again is switched off"
    if not rule.resendable:
        return f"{rule.verb} is never sent again"
    limit = rule.resend_within_seconds
    if limit is not None and now - state.left_at > limit:
        return f"{rule.verb} is not sent again later than {limit:.0f} s after it left"
    if not facts.version_moves:
        return "no acknowledged write of this batch has shown that the version moves with it"
    return None


def _until(then: float, now: float) -> float:
    return max(then - now, 0.001)


def _unknown(state: State, reason: str) -> tuple[State, Effect]:
    judgement = Judgement(
        Verdict.UNKNOWN, Evidence.INFERRED, f"{reason}: look at the vendor before doing it again"
    )
    return attrs.evolve(state, phase=Phase.ENDED), End(judgement)


def _is_witness(state: State, reading: Reading, rule: VerbRule) -> bool:
    """Whether a reading shows that the version moves with a write: the effect of an acknowledged one, in a new version.

    That the version moved is not enough: another user may have edited the campaign.
    """
    return (
        state.acknowledged
        and state.preimage is not None
        and not reading.missing
        and reading.version not in {None, state.preimage.version}
        and shows_effect(rule, state.preimage, (reading,))
    )


def contradicts(state: State, preimage: Reading, rule: VerbRule) -> bool:
    """Whether a pre-image taken for sending again forbids it.

    A first write that was proven idle may still be applied in the moment before the second leaves, and the second may
    have waited for its turn until it is too late for it.
    """
    if state.attempts == 0:
        return False
    if state.preimage is None or not is_untouched(rule, state.preimage, preimage):
        return True
    limit = rule.resend_within_seconds
    return limit is not None and (preimage.taken_at - state.preimage.taken_at).total_seconds() > limit
