"""A reading goes through tokens and journals, and comes out the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.models.reading import Reading

NOW = datetime(2026, 4, 10, 8, 0, 1, tzinfo=UTC)
words = st.text(max_size=8)
instants = st.datetimes(timezones=st.just(UTC)).map(lambda instant: instant.replace(microsecond=0))
readings = st.builds(
    Reading,
    target=st.just("c1"),
    version=st.none() | words,
    status=words,
    action_status=words,
    terms=st.dictionaries(words, st.dictionaries(words, st.none() | words | st.integers())),
    taken_at=instants,
    vendor_time=st.none() | instants,
    missing=st.booleans(),
    campaign=st.none(),
)


@given(readings)
def test_plain_and_back(reading: Reading) -> None:
    plain = json.loads(json.dumps(reading.to_plain()))
    assert Reading.from_plain("c1", plain) == reading


def test_plain_is_short_where_there_is_little_to_say() -> None:
    assert set(Reading(target="c1", version=None, status="ACTIVE", taken_at=NOW).to_plain()) == {"s", "at"}


def test_a_glimpse_keeps_what_decides() -> None:
    reading = Reading(target="c1", version="v", status="ACTIVE", terms={"X": {"tpm": 1}}, taken_at=NOW)
    assert reading.without_details() == attrs.evolve(reading, terms={})
    assert reading.without_details().same_state(reading)


@pytest.mark.parametrize(
    "change",
    [{"version": "w"}, {"version": None}, {"status": "X"}, {"action_status": "X"}, {"missing": True}],
)
def test_what_counts_as_another_state(change: dict[str, Any]) -> None:
    reading = Reading(target="c1", version="v", status="ACTIVE", taken_at=NOW)
    assert not reading.same_state(attrs.evolve(reading, **change))


def test_when_it_was_taken_does_not_count() -> None:
    reading = Reading(target="c1", version="v", status="ACTIVE", taken_at=NOW)
    assert reading.same_state(attrs.evolve(reading, taken_at=NOW.replace(year=2027), vendor_time=NOW))


def test_gone() -> None:
    gone = Reading.gone("c1", NOW)
    assert (gone.missing, gone.version, gone.status) == (True, None, "")
