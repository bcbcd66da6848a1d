"""What a judge may not be moved by: the order of readings, replicas that lag, and being told the same twice."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.enums import Verdict
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.protocol.verdicts import judge, lags_behind, remember
from tests.property.kinds import KINDS
from tests.property.profile import ENOUGH
from tests.property.vendor import Kind, Record, Vendor
from tests.property.vendor import at as instant

SENT = 100.0
SETTLE_SECONDS = 60.0
DATED = [name for name, kind in KINDS.items() if kind.tells_time]
TARGET = "new0"


def verdict_of(
    rule: VerbRule, preimage: Reading | None, readings: Sequence[Reading], *, acknowledged: bool
) -> Verdict | None:
    """The first verdict that readings, taken in one by one, come to."""
    kept: tuple[Reading, ...] = ()
    for reading in readings:
        if lags_behind(rule, preimage, kept, reading, SETTLE_SECONDS):
            continue
        kept = remember(kept, reading, 8)
        found = judge(rule, preimage, kept, acknowledged=acknowledged, settle_seconds=SETTLE_SECONDS)
        if found is not None:
            return found.verdict
    return None


class Told:
    """A write that was applied when it was sent, and how the campaign reads at any time since."""

    def __init__(self, kind: Kind, data: st.DataObject) -> None:
        self.kind, self.vendor = kind, Vendor(kind)
        if not kind.rule.creates:
            self.vendor.records[TARGET] = Record(TARGET, data.draw(st.sampled_from(kind.firsts)))
        self.preimage = None if kind.rule.creates else self.read(SENT - 1)
        target = "" if kind.rule.creates else TARGET
        self.vendor.apply(data.draw(st.sampled_from(kind.courses)), target, SENT, ours=True)

    def read(self, asked: float, lag: float = 0.0) -> Reading:
        shown = self.vendor.shows(TARGET, asked - lag)
        if shown is None:
            return Reading.gone(TARGET, instant(asked))
        return self.vendor.reading(TARGET, shown, asked)

    def until_gone(self, asked: Sequence[float]) -> list[float]:
        """Those times at which the campaign is there: 404s carry no version, and only lasting tells them from lag."""
        return [at for at in asked if not self.read(at).missing]

    def verdict(self, readings: Sequence[Reading], *, acknowledged: bool) -> Verdict | None:
        return verdict_of(self.kind.rule, self.preimage, readings, acknowledged=acknowledged)


times = st.lists(st.floats(SENT + 0.1, SENT + 400.0), min_size=1, max_size=8).map(sorted)


@pytest.mark.parametrize("name", DATED)
@ENOUGH
@given(data=st.data(), asked=times, acknowledged=st.booleans())
def test_replicas_that_lag_change_no_verdict(
    name: str, data: st.DataObject, asked: list[float], acknowledged: bool
) -> None:
    told = Told(KINDS[name], data)
    asked = told.until_gone(asked)
    mixed: list[Reading] = []
    for at in asked:
        lags = data.draw(st.lists(st.floats(0.0, 50.0), max_size=2))
        late = [told.read(at, lag) for lag in lags]
        mixed += [told.read(at), *(reading for reading in late if provably_lags(reading, told.read(at)))]
    true = [told.read(at) for at in asked]
    assert told.verdict(mixed, acknowledged=acknowledged) == told.verdict(true, acknowledged=acknowledged)


def provably_lags(reading: Reading, newest: Reading) -> bool:
    """A state of the same second cannot be told from the newest: seen, it may prove something, and truly so."""
    return not reading.missing and reading.version != newest.version


@pytest.mark.parametrize("name", DATED)
@ENOUGH
@given(data=st.data(), asked=times, acknowledged=st.booleans())
def test_the_order_of_readings_turns_no_verdict(
    name: str, data: st.DataObject, asked: list[float], acknowledged: bool
) -> None:
    """Out of order, a reading that shows the action under way may come too late to prove anything; no more."""
    told = Told(KINDS[name], data)
    readings = [told.read(at) for at in told.until_gone(asked)]
    shuffled = data.draw(st.permutations(readings))
    ordered = told.verdict(readings, acknowledged=acknowledged)
    assert told.verdict(shuffled, acknowledged=acknowledged) in {None, ordered}


@pytest.mark.parametrize("name", KINDS)
@ENOUGH
@given(data=st.data(), asked=times, acknowledged=st.booleans())
def test_being_told_the_same_again_changes_no_verdict(
    name: str, data: st.DataObject, asked: list[float], acknowledged: bool
) -> None:
    told = Told(KINDS[name], data)
    readings = [told.read(at) for at in asked]
    repeated = [reading for reading in readings for _ in range(data.draw(st.integers(1, 3)))]
    assert told.verdict(repeated, acknowledged=acknowledged) == told.verdict(
        readings, acknowledged=acknowledged
    )
