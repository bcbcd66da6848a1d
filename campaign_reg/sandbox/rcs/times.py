"""Dates as the RCS platform writes them: without a zone, and not all of them in the same one.

A local time is held as seconds since the epoch *as if* it were UTC, so that two
of one zone compare as numbers.

Source:
    The vendor's samples differ by three hours in April and by two in January
    between fields of one object, which fits UTC against Kyiv time.
"""

from __future__ import annotations

import calendar
import functools
import re
import time

HOUR_SECONDS = 3600.0
DAY_SECONDS = 86_400.0
MONTHS_OF_WINDOW = 3
DAYS_AHEAD = 30
FORMAT = "%Y-%m-%d %H:%M:%S"
NAIVE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def kyiv(at: float) -> float:
    """Return the local time in Kyiv at an instant; names and creation dates are told in it."""
    year = time.gmtime(at).tm_year
    summer = _last_sunday(year, 3) <= at < _last_sunday(year, 10)
    return at + (3 if summer else 2) * HOUR_SECONDS


def written(local: float) -> str:
    """Write a local time, in whole seconds."""
    return time.strftime(FORMAT, time.gmtime(int(local)))


def written_or_null(local: float | None) -> str | None:
    """Write a local time that may not have come yet."""
    return None if local is None else written(local)


def read(text: str) -> float | None:
    """Read a local time; None when it is none, or no day of the calendar."""
    if not NAIVE.fullmatch(text):
        return None
    try:
        local = float(calendar.timegm(time.strptime(text, FORMAT)))
    except ValueError:
        return None
    return local if written(local) == text else None


def months_before(local: float, months: int = MONTHS_OF_WINDOW) -> float:
    """Go back by calendar months, to the last day of a month that is too short."""
    parts = time.gmtime(int(local))
    year, month = divmod(parts.tm_year * 12 + parts.tm_mon - 1 - months, 12)
    day = min(parts.tm_mday, calendar.monthrange(year, month + 1)[1])
    return float(calendar.timegm((year, month + 1, day, *parts[3:6], 0, 0, 0)))


def latest_start(now: float) -> float:
    """Return the first instant that is too far ahead to schedule for: after the 30th day, today counted."""
    return now - now % DAY_SECONDS + DAYS_AHEAD * DAY_SECONDS


@functools.cache
def _last_sunday(year: int, month: int) -> float:
    """Return the instant when the clocks change in Europe: one o'clock UTC of that day."""
    last = calendar.monthrange(year, month)[1]
    day = last - (calendar.weekday(year, month, last) + 1) % 7
    return float(calendar.timegm((year, month, day, 1, 0, 0, 0, 0, 0)))
