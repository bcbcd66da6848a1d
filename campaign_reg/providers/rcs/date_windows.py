"""Offset pages in windows of three months, behind one cursor.

The platform lists at most three months at a time and has no cursor of its own. Ours says which window it is in and
how far, so that it can be taken up in another process.

Source:
    https://bsg.world/developers/rest-api/get-a-list-of-rcs-campaigns
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import attrs

from campaign_reg.errors import DecodeError, InvalidInputError, PaginationError
from campaign_reg.providers.rcs.envelopes import PageNumbers
from campaign_reg.providers.rcs.local_time import format_local, parse_local

# Shorter than any three months by a margin: the last window is open to the platform's now, in a zone that is not known.
WINDOW = timedelta(days=86)
_SLACK = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_OPEN = "-"
_YEARS = (2000, 2100)


@attrs.frozen(kw_only=True)
class Place:
    """State of a listing.

    Attributes:
        offset: Items of this window that have been had.
        start: First second of the window; None leaves it to the platform (three months before its end).
        end: Last second of the window; None is the platform's now.
        last: Id of the last item had, to notice a platform that goes in circles; empty at a window's beginning.
    """

    offset: int = 0
    start: datetime | None = None
    end: datetime | None = None
    last: str = ""

    @property
    def query(self) -> Mapping[str, str | int | None]:
        """What asks for it."""
        return {
            "filter[from]": None if self.start is None else format_local(self.start),
            "filter[to]": None if self.end is None else format_local(self.end),
            "page[offset]": self.offset,
        }

    @property
    def cursor(self) -> str:
        """The place as opaque text."""
        edges = (_OPEN if edge is None else format_local(edge) for edge in (self.start, self.end))
        return "~".join(("r1", str(self.offset), *edges, self.last))

    @classmethod
    def of(cls, cursor: str) -> Place:
        """Back from `cursor`.

        Raises:
            InvalidInputError: It is no cursor of this listing.
        """
        parts = cursor.split("~")
        try:
            if len(parts) != 5 or parts[0] != "r1":
                raise ValueError
            edges = [None if edge == _OPEN else parse_local(edge) for edge in parts[2:4]]
            return cls(offset=int(parts[1]), start=edges[0], end=edges[1], last=parts[4])
        except (ValueError, DecodeError):
            raise InvalidInputError("this is no cursor of this listing; start it afresh") from None


@attrs.frozen(kw_only=True)
class Period:
    """A time to be listed, in the platform's zone.

    Attributes:
        start: First second; None lists the platform's own choice, the three months before the end.
        end: Last second; None is the platform's now.
        newest_first: Whether the newest window comes first.
    """

    start: datetime | None = None
    end: datetime | None = None
    newest_first: bool = False

    def __attrs_post_init__(self) -> None:
        for edge in (self.start, self.end):
            if edge is not None and not _YEARS[0] <= edge.year <= _YEARS[1]:
                raise InvalidInputError(f"the period must lie between the years {_YEARS[0]} and {_YEARS[1]}")
        if self.start is not None and self.end is not None and self.start > self.end:
            raise InvalidInputError("the period ends before it begins")

    def first(self, now: datetime) -> Place:
        """Where a listing begins.

        Args:
            now: Wall-clock time, aware.
        """
        if self.start is None:
            return Place(end=self.end)
        place = self._from(self.start, now)
        while self.newest_first and (later := self._next(place, now)) is not None:
            place = later
        return place

    def after(self, place: Place, now: datetime) -> Place | None:
        """The beginning of the next window; None when there is none."""
        if not self.newest_first:
            return self._next(place, now)
        if self.start is None or place.start is None or place.start <= self.start:
            return None
        return self._from(max(place.start - WINDOW, self.start), now)

    def is_one_window(self, now: datetime) -> bool:
        """Whether the platform's total is that of the whole period."""
        return self.after(self.first(now), now) is None

    def _next(self, place: Place, now: datetime) -> Place | None:
        """The window that comes later in time."""
        if place.start is None or place.end is None or place.end == self.end:
            return None
        return self._from(place.end + _SECOND, now)

    def _from(self, start: datetime, now: datetime) -> Place:
        """The window that begins there: closed while it surely lies in the past, or where the period ends."""
        end = start + WINDOW - _SECOND
        if self.end is not None:
            return Place(start=start, end=min(end, self.end))
        past = now.astimezone(UTC).replace(tzinfo=None) - _SLACK
        return Place(start=start, end=end if end <= past else None)


def next_place(place: Place, ids: tuple[str, ...], numbers: PageNumbers | None) -> Place | None:
    """Where the same window goes on; None at its end.

    Args:
        place: What was asked for.
        ids: Of the items that came.
        numbers: What the platform says of the page.

    Raises:
        PaginationError: The platform answered with another page than it was asked for.
    """
    if numbers is not None and numbers.offset not in (None, place.offset):
        raise PaginationError(
            f"asked for items from {place.offset} on, the platform sent those from {numbers.offset} on"
        )
    total = None if numbers is None else numbers.total
    if not ids:
        if total is not None and total > place.offset:
            raise PaginationError(f"the platform has {total} items, and sent none from {place.offset} on")
        return None
    if ids[-1] == place.last:
        raise PaginationError("the platform sends the same page again: the listing goes in circles")
    had = place.offset + len(ids)
    if total is not None and had >= total:
        return None
    return attrs.evolve(place, offset=had, last=ids[-1])
