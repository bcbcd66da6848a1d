"""Windows of three months behind one cursor: pure, and against every order a listing can take."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_reg.errors import InvalidInputError, PaginationError
from campaign_reg.providers.rcs.date_windows import WINDOW, Period, Place, next_place
from campaign_reg.providers.rcs.envelopes import PageNumbers

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOCAL = NOW.replace(tzinfo=None)
SECOND = timedelta(seconds=1)
# February, March and April are the shortest three months there are.
SHORTEST_THREE_MONTHS = timedelta(days=89)


def windows(period: Period, now: datetime = NOW) -> list[Place]:
    found: list[Place] = []
    place: Place | None = period.first(now)
    while place is not None and len(found) < 1000:
        found.append(place)
        place = period.after(place, now)
    return found


def test_without_a_start_the_platform_chooses() -> None:
    [place] = windows(Period())
    assert place.query == {"filter[from]": None, "filter[to]": None, "page[offset]": 0}
    end = datetime(2026, 3, 1)  # noqa: DTZ001
    [place] = windows(Period(end=end, newest_first=True))
    assert place.query == {"filter[from]": None, "filter[to]": "2026-03-01 00:00:00", "page[offset]": 0}


def test_a_window_is_closed_only_when_it_is_past_in_every_zone() -> None:
    for hours, closed in ((23, False), (25, True)):
        start = LOCAL - timedelta(hours=hours) - WINDOW
        assert (Period(start=start).first(NOW).end is not None) is closed


def test_the_last_window_is_open_to_the_platforms_now() -> None:
    places = windows(Period(start=datetime(2026, 4, 1)))  # noqa: DTZ001
    assert len(places) == 3
    assert not Period(start=places[0].start).is_one_window(NOW)
    assert Period(start=places[-1].start).is_one_window(NOW)
    assert [place.end is None for place in places] == [False, False, True]


days = st.integers(0, 2500).map(lambda n: timedelta(days=n))
shifts = st.integers(0, 86400 * 3).map(lambda n: timedelta(seconds=n))


@settings(deadline=None)
@given(ago=days, shift=shifts, length=days | st.none(), newest_first=st.booleans())
def test_windows_cover_a_period_once(
    ago: timedelta, shift: timedelta, length: timedelta | None, newest_first: bool
) -> None:
    start = LOCAL - ago + shift
    end = None if length is None else start + length
    period = Period(start=start, end=end, newest_first=newest_first)
    found = windows(period)
    if newest_first:
        found.reverse()
    assert found[0].start == start
    assert found[-1].end == end
    for earlier, later in itertools.pairwise(found):
        assert earlier.end is not None
        assert later.start == earlier.end + SECOND
    for place in found:
        assert place.start is not None
        # The platform's own now is at most 14 hours from ours.
        assert (place.end or LOCAL + timedelta(hours=14)) - place.start < SHORTEST_THREE_MONTHS
        assert end is not None or place.end is None or place.end < LOCAL - timedelta(hours=14)


@settings(deadline=None)
@given(
    offset=st.integers(0, 10**6),
    start=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)) | st.none(),  # noqa: DTZ001
    last=st.integers(1, 2**63).map(str) | st.just(""),
)
def test_a_cursor_says_it_all(offset: int, start: datetime | None, last: str) -> None:
    edge = None if start is None else start.replace(microsecond=0)
    for place in (Place(offset=offset, start=edge, last=last), Place(offset=offset, end=edge, last=last)):
        assert Place.of(place.cursor) == place


@pytest.mark.parametrize(
    "cursor",
    ["", "r1", "r2~0~-~-~", "r1~x~-~-~", "r1~0~soon~-~", "r1~0~-~-~~", "r1~0~-~2026-13-01 00:00:00~"],
)
def test_what_is_no_cursor(cursor: str) -> None:
    with pytest.raises(InvalidInputError, match="cursor"):
        Place.of(cursor)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 3, 2), datetime(2026, 3, 1)),  # noqa: DTZ001
        (datetime(1, 1, 1), None),  # noqa: DTZ001
        (None, datetime(9999, 1, 1)),  # noqa: DTZ001
    ],
)
def test_periods_that_cannot_be(start: datetime | None, end: datetime | None) -> None:
    with pytest.raises(InvalidInputError, match="period"):
        Period(start=start, end=end)


def page(total: int | None = None, offset: int | None = None) -> PageNumbers:
    return PageNumbers(total=total, offset=offset, limit=50)


@pytest.mark.parametrize(
    ("place", "ids", "numbers", "offset"),
    [
        (Place(), ("1", "2"), page(total=5, offset=0), 2),
        (Place(offset=2, last="2"), ("3", "4"), page(total=5, offset=2), 4),
        (Place(offset=4, last="4"), ("5",), page(total=5, offset=4), None),
        (Place(offset=4, last="4"), ("5",), page(total=7, offset=4), 5),  # it grew
        (Place(offset=4, last="4"), ("5",), page(total=3, offset=4), None),  # it shrank
        (Place(), (), page(total=0, offset=0), None),
        (Place(offset=5, last="5"), (), page(total=5, offset=5), None),
        (Place(), ("1",), None, 1),
        (Place(), ("1",), page(), 1),
        (Place(offset=1, last="1"), (), None, None),
    ],
)
def test_how_a_window_goes_on(
    place: Place, ids: tuple[str, ...], numbers: PageNumbers | None, offset: int | None
) -> None:
    onward = next_place(place, ids, numbers)
    assert (None if onward is None else onward.offset) == offset


def test_going_in_circles() -> None:
    with pytest.raises(PaginationError, match="circles"):
        next_place(Place(offset=2, last="2"), ("1", "2"), None)
    with pytest.raises(PaginationError, match="from 2 on"):
        next_place(Place(offset=2, last="2"), ("3",), page(total=5, offset=0))


def test_an_empty_page_before_the_end_is_no_end() -> None:
    with pytest.raises(PaginationError, match="has 5 items, and sent none from 2 on"):
        next_place(Place(offset=2, last="2"), (), page(total=5, offset=2))
