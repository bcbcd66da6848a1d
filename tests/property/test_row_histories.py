"""The life of a row: every interleaving of crash, drop, late apply, refusal, lagging read, stranger, callback and
cancellation keeps the *never* list.

`CAMPAIGN_REG_HISTORIES=10000` tries as many of each verb, other ones every time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.enums import Verdict
from tests.property.history import (
    CALM,
    LOST,
    QUIET_SECONDS,
    ROUNDING_SECONDS,
    ROW,
    SCHEDULE,
    SETTLE_SECONDS,
    WITNESS,
    Fate,
    History,
    Look,
    Moment,
)
from tests.property.kinds import KINDS
from tests.property.profile import ENOUGH
from tests.property.vendor import START, Kind

LAGS_SECONDS = (1.0, 3.0, 25.0)
LONGEST_LAG_SECONDS = max(LAGS_SECONDS)
_MOST_STEPS = 200


def moments(kind: Kind) -> st.SearchStrategy[Moment]:
    """One step's surroundings; the first of each list is what happens mostly, and what an example shrinks to."""
    acts = [*[""] * 12, *kind.strangers]
    return st.builds(
        Moment,
        wait=st.sampled_from([0.0, 0.0, 0.0, 0.4, 1.0, 61.0, 700.0, 90_000.0]),
        hinted=st.sampled_from([False, False, False, True]),
        stranger=st.sampled_from(acts),
        gap=st.sampled_from([0.0, 0.0, 0.0, 0.5, 3.0, 29.0]),
        meanwhile=st.sampled_from(acts),
        look=st.sampled_from([*[Look.CURRENT] * 8, *[Look.LAGGING] * 4, *Look]),
        lag=st.sampled_from(LAGS_SECONDS),
        fate=st.sampled_from([*Fate, *LOST]),
        late=st.sampled_from([0.5, 3.0, 25.0]),
        course=st.integers(0, len(kind.courses) - 1),
        cut=st.sampled_from([*[0] * 12, *range(1, 12)]),
        down=st.sampled_from([1.0, 30.0, 100.0, 5000.0]),
        witness=st.sampled_from([*[None] * 12, 0.0, 4.0, 40.0]),
    )


@st.composite
def beginnings(draw: st.DrawFn, kind: Kind) -> Mapping[str, Any]:
    """A row that is about to begin."""
    facts = draw(
        st.sampled_from([{"version_moves": "1"}, {}, {"version_moves": "1", "longest_lag_seconds": "30"}])
    )
    return {
        "first": draw(st.sampled_from(kind.firsts)) if kind.firsts else None,
        "changed_lately": draw(st.booleans()),
        "resend": draw(st.sampled_from([True, True, True, False])),
        "skew": draw(st.sampled_from([0.0, 0.0, -3600.0, 3600.0])),
        "facts": facts,
    }


@pytest.mark.parametrize("name", KINDS)
@ENOUGH
@given(data=st.data())
def test_no_history_pays_twice_or_lies(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    history = History(kind=kind, **data.draw(beginnings(kind), "begins"))
    schedule = data.draw(st.lists(moments(kind), max_size=14), "schedule")
    live(history, schedule)
    check_verdict(history)


@ENOUGH
@given(
    late=st.floats(0.5, 200.0),
    schedule=st.lists(moments(KINDS["sinch resubmit"]), max_size=6),
)
def test_only_a_write_applied_later_than_every_window_is_paid_twice(
    late: float, schedule: Sequence[Moment]
) -> None:
    """The documented limit, and the only one."""
    kind = KINDS["sinch resubmit"]
    history = History(kind=kind, first=kind.firsts[0], facts={"version_moves": "1"})
    try:
        live(history, [Moment(fate=Fate.LATE, late=late), *schedule])
    except AssertionError as broken:
        if str(broken).splitlines()[0] != "paid twice" or late + LONGEST_LAG_SECONDS < SETTLE_SECONDS:
            raise


def test_a_write_applied_later_than_the_window_is_paid_twice() -> None:
    kind = KINDS["sinch resubmit"]
    history = History(kind=kind, first=kind.firsts[0], facts={"version_moves": "1"})
    with pytest.raises(AssertionError, match="paid twice"):
        live(history, [Moment(fate=Fate.LATE, late=200.0)])


def test_a_replica_that_shows_what_was_there_before_the_pre_image_proves_nothing() -> None:
    """An approval without a date was as wanted, was changed, and is not set again by a write that never arrived."""
    kind = KINDS["responsys approve"]
    wanted = next(shown for shown in kind.firsts if shown.wanted)
    history = History(kind=kind, first=wanted, changed_lately=True)
    live(history, [Moment(fate=Fate.DROPPED_BEFORE), Moment(look=Look.LAGGING, lag=25.0)])
    assert len(history.writes) == 1
    check_verdict(history)
    assert history.verdict is Verdict.UNKNOWN


def live(history: History, schedule: Sequence[Moment]) -> None:
    """Go through a schedule; what comes after it goes well, so that the row must end soon."""
    for moment in schedule:
        if history.verdict is None:
            history.pass_through(moment)
    calm_from = history.world.seconds
    for _ in range(_MOST_STEPS):
        if history.verdict is not None:
            break
        history.pass_through(CALM)
    assert history.verdict is not None, "a row without a result"
    patience = QUIET_SECONDS + SCHEDULE.max_seconds + 12 * history.window_seconds
    assert history.world.seconds - calm_from < 2 * patience, "a row that takes for ever"


def check_verdict(history: History) -> None:
    """What the journal says at the end is what the vendor's own ledger says."""
    verdict, reason = history.verdict, history.journal.reasons[1]
    applied = history.vendor.applied(ROW)
    assert applied <= 1, "paid twice"
    if verdict is Verdict.SKIPPED or reason.startswith("not applied"):
        assert not applied, f"{verdict}: {reason}, and yet it was applied"
    elif verdict is Verdict.ACTION_REQUIRED and not history.writes:
        assert not applied
    elif verdict in {Verdict.SUCCEEDED, Verdict.FAILED, Verdict.ACTION_REQUIRED}:
        assert verdict in true_ends(history), f"{verdict}: {reason}, and the ledger has no such thing"
    elif verdict is Verdict.UNKNOWN:
        assert is_honest(history), f"unknown: {reason}, though nothing was unclear"


def true_ends(history: History) -> set[Verdict]:
    """How the row may truly be said to have ended: what came of a write since ours left, whoever's it was."""
    now, since = history.world.seconds, not_before(history)
    lines = [line for line in history.vendor.ledger if line.target != WITNESS]
    ends = {verdict for line in lines for when, verdict in line.ends if since <= when <= now}
    if history.vendor.shows(ROW, now) is None and not history.kind.rule.creates:
        ends.add(history.kind.rule.gone)
    return ends


def not_before(history: History) -> float:
    """The instant before which nothing can be taken for the work of the newest write, in seconds after the start.

    That is its send, where versions are instants and nobody else changed the campaign between what the pre-image
    shows and the send. Else it is what the pre-image shows, which may have come from a replica that lagged.
    """
    record, preimage = history.record, history.record.preimage
    assert record.sent_at is not None
    if preimage is None:
        return seconds_of(history, record.sent_at) - ROUNDING_SECONDS
    sent, read = seconds_of(history, record.sent_at), seconds_of(history, preimage["at"])
    truth = history.vendor.shows(ROW, sent)
    if history.kind.tells_time and truth is not None and preimage.get("v") == history.kind.version(truth):
        return sent - ROUNDING_SECONDS
    return read - LONGEST_LAG_SECONDS - ROUNDING_SECONDS


def seconds_of(history: History, instant: str) -> float:
    return (datetime.fromisoformat(instant) - START).total_seconds() - history.skew


def is_honest(history: History) -> bool:
    """Whether something was unclear: an answer, or who did what."""
    unclear = (
        history.strangers
        or history.odd_looks > 1
        or any(fate is None or fate in LOST for fate in history.writes)
    )
    return bool(unclear) or history.crashes > 0


def test_no_row_ends_without_a_result() -> None:
    """Cut off between the two, it is neither taken up again nor told of."""
    kind = KINDS["responsys approve"]
    for cut in range(1, 20):
        history = History(kind=kind, first=kind.firsts[0])
        live(history, [Moment(fate=Fate.SETTLED, cut=cut)])
