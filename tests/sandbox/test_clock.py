from __future__ import annotations

import datetime

import pytest

from campaign_reg.sandbox.clock import VirtualClock, rfc3339

START = datetime.datetime(2026, 4, 10, 8, 0, 0, tzinfo=datetime.UTC)


def test_it_stands_still_at_speed_zero() -> None:
    clock = VirtualClock(0, START)
    assert clock.now() == clock.now() == START
    clock.advance(61.5)
    assert clock.now() == START + datetime.timedelta(seconds=61.5)


def test_it_runs_faster_than_the_wall() -> None:
    clock = VirtualClock(1e9, START)
    assert clock.now() > START + datetime.timedelta(seconds=1)


def test_it_starts_in_the_present_when_not_told() -> None:
    assert abs(VirtualClock().now() - datetime.datetime.now(datetime.UTC)).total_seconds() < 60


def test_it_never_runs_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        VirtualClock(-1)
    with pytest.raises(ValueError, match="backwards"):
        VirtualClock().advance(-1)


def test_events_come_in_order_and_know_their_time() -> None:
    clock, seen = VirtualClock(0, START), list[tuple[str, float]]()
    start = START.timestamp()
    clock.call_at(start + 20, lambda at: seen.append(("second", at - start)))
    clock.call_at(start + 10, lambda at: seen.append(("first", at - start)))
    clock.call_at(
        start + 10, lambda at: clock.call_at(at + 5, lambda due: seen.append(("nested", due - start)))
    )
    clock.advance(9)
    assert seen == []
    clock.advance(100)
    assert seen == [("first", 10), ("nested", 15), ("second", 20)]


def test_dates_have_whole_seconds() -> None:
    clock = VirtualClock(0, START)
    assert clock.http_date(START.timestamp() + 0.9) == "Fri, 10 Apr 2026 08:00:00 GMT"
    assert rfc3339(START.timestamp() + 0.9) == "2026-04-10T08:00:00Z"
