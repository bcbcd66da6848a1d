from __future__ import annotations

import calendar

import pytest

from campaign_reg.sandbox.rcs.times import kyiv, latest_start, months_before, read, written


def at(text: str) -> float:
    local = read(text)
    assert local is not None
    return local


@pytest.mark.parametrize(
    ("utc", "local"),
    [
        ("2026-01-14 08:31:55", "2026-01-14 10:31:55"),
        ("2026-04-14 10:43:13", "2026-04-14 13:43:13"),
        ("2026-03-29 00:59:59", "2026-03-29 02:59:59"),
        ("2026-03-29 01:00:00", "2026-03-29 04:00:00"),
        ("2026-10-25 00:59:59", "2026-10-25 03:59:59"),
        ("2026-10-25 01:00:00", "2026-10-25 03:00:00"),
        ("2026-12-31 23:00:00", "2027-01-01 01:00:00"),
    ],
)
def test_kyiv_is_two_or_three_hours_ahead(utc: str, local: str) -> None:
    assert written(kyiv(at(utc))) == local


def test_a_date_is_read_as_it_is_written() -> None:
    assert read("2026-04-14 10:43:13") == calendar.timegm((2026, 4, 14, 10, 43, 13))
    assert written(at("2026-04-14 10:43:13") + 0.9) == "2026-04-14 10:43:13"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-04-14",
        "2026-04-14T10:43:13",
        "2026-02-30 10:43:13",
        "2026-04-14 10:43:60",
        "2026-04-14 10:43:13Z",
        "0000-00-00 00:00:00",
        "\u0662026-04-14 10:43:13",
    ],
)
def test_other_texts_are_no_dates(text: str) -> None:
    assert read(text) is None


def test_months_keep_to_the_calendar() -> None:
    assert written(months_before(at("2026-05-31 10:00:00"))) == "2026-02-28 10:00:00"
    assert written(months_before(at("2026-01-15 10:00:00"))) == "2025-10-15 10:00:00"


def test_schedules_end_with_the_thirtieth_day() -> None:
    assert written(latest_start(at("2026-11-22 12:00:00")) - 1) == "2026-12-21 23:59:59"
