"""When to look again."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.protocol.schedule import Schedule


def waits(schedule: Schedule, count: int) -> list[float]:
    rng = random.Random(1)
    return [schedule.wait_seconds(looks, rng) for looks in range(count)]


def test_quick_at_first_then_at_the_vendors_pace() -> None:
    assert waits(Schedule(first_seconds=5, factor=2, max_seconds=60, jitter=0), 6) == [5, 10, 20, 40, 60, 60]


def test_hourly_as_sinch_suggests() -> None:
    schedule = Schedule.hourly(days=7)
    assert schedule.deadline_seconds == 7 * 86400
    assert all(3240 <= wait <= 3960 for wait in waits(schedule, 50))
    assert len(set(waits(schedule, 50))) == 50


def test_two_weeks_unless_said_otherwise() -> None:
    assert Schedule().deadline_seconds == Schedule.hourly().deadline_seconds == 14 * 86400


@given(
    first=st.floats(0.01, 1e4),
    factor=st.floats(1, 100),
    most=st.floats(0.01, 1e5),
    jitter=st.floats(0, 0.99),
    looks=st.integers(0, 10**9),
    seed=st.integers(),
)
def test_every_wait_is_within_bounds(
    first: float, factor: float, most: float, jitter: float, looks: int, seed: int
) -> None:
    schedule = Schedule(first_seconds=first, factor=factor, max_seconds=most, jitter=jitter)
    wait = schedule.wait_seconds(looks, random.Random(seed))
    assert min(first, most) * (1 - jitter) * 0.999 <= wait <= most * (1 + jitter) * 1.001


@pytest.mark.parametrize(
    "wrong", [{"first_seconds": 0}, {"factor": 0.5}, {"max_seconds": -1}, {"jitter": 1}, {"jitter": -0.1}]
)
def test_nonsense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Schedule(**wrong)
