"""Calls to one account of the platform, shared by campaigns, messages and account data."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.pager import Page, Pager, checked_page_size
from campaign_reg.providers.base import HttpBackend
from campaign_reg.providers.rcs.codec import make_converter
from campaign_reg.providers.rcs.date_windows import Period, Place, next_place
from campaign_reg.providers.rcs.envelopes import PageNumbers
from campaign_reg.providers.rcs.local_time import moment, to_vendor
from campaign_reg.providers.rcs.models import RcsCampaign, RcsCampaignDetail
from campaign_reg.wire.response import vendor_date

if TYPE_CHECKING:
    from campaign_reg.providers.rcs.config import RcsConfig
    from campaign_reg.wire.operation import Operation
    from campaign_reg.wire.ports import Transport
    from campaign_reg.wire.request import QueryValue

MOST_A_PAGE = 500
_ID = re.compile(r"[1-9][0-9]{0,17}")
Query = Mapping[str, "QueryValue"]
FetchPage = Callable[[Query], Awaitable[tuple[Any, datetime | None]]]
"""From a query to a page's document and the vendor's clock."""


class RcsCalls(HttpBackend[RcsCampaign]):
    """Calls to one account of the platform, and its two kinds of listings."""

    provider = "rcs"

    def __init__(self, config: RcsConfig, transport: Transport, **shared: Any) -> None:
        super().__init__(
            config,
            transport,
            account=config.account,
            converter=make_converter(config.zone),
            base_url=config.base_url,
            **shared,
        )
        self._config = config

    def _campaign_in(self, document: Any) -> RcsCampaign | RcsCampaignDetail:
        campaign: RcsCampaign | RcsCampaignDetail = document.data
        return campaign

    async def _listed(self, operation: Operation, query: Query) -> tuple[Any, datetime | None]:
        """Read one page's document, and the vendor's clock."""
        document, response = await self._exchange(self._request(operation, query=query))
        return document, vendor_date(response.headers)

    def _period(
        self, start: datetime | str | None, end: datetime | str | None, *, newest_first: bool
    ) -> Period:
        """Write a period as the platform does.

        Raises:
            InvalidInputError: It ends before it begins, or is an instant where the platform's zone is not known.
        """
        zone = self._config.zone
        return Period(
            start=None if start is None else to_vendor(moment(start, "created_from"), zone, "created_from"),
            end=None if end is None else to_vendor(moment(end, "created_to"), zone, "created_to"),
            newest_first=newest_first,
        )

    def _pages_of(self, operation: Operation, page_size: int | None) -> Pager[Any]:
        """A listing that needs no period."""
        limit = checked_page_size(page_size, least=15, most=MOST_A_PAGE)

        async def fetch(cursor: str | None) -> Page[Any]:
            place = Place() if cursor is None else Place.of(cursor)
            query = {"page[offset]": place.offset, "page[limit]": limit}
            document, at = await self._listed(operation, query)
            ids = tuple(str(item.id) for item in document.data)
            onward = next_place(place, ids, PageNumbers(total=document.total))
            return Page(
                items=document.data,
                next_cursor=None if onward is None else onward.cursor,
                total=document.total,
                vendor_time=at,
            )

        return Pager(fetch)

    def _pages_in(self, period: Period, query: Query, fetch_page: FetchPage) -> Pager[Any]:
        """A listing of a period, three months at a time."""

        async def fetch(cursor: str | None) -> Page[Any]:
            now = self.clock.now()
            place = period.first(now) if cursor is None else Place.of(cursor)
            document, at = await fetch_page({**query, **place.query})
            numbers = None if document.meta is None else document.meta.page
            onward = next_place(place, tuple(item.id for item in document.data), numbers)
            after = period.after(place, now) if onward is None else onward
            return Page(
                items=document.data,
                next_cursor=None if after is None else after.cursor,
                total=numbers.total if numbers is not None and period.is_one_window(now) else None,
                vendor_time=at,
            )

        return Pager(fetch)


def digits(id: object, name: str = "id") -> str:
    """A campaign's or message's id, which is a whole number from 1 on, written in one way.

    Raises:
        InvalidInputError: It is none.
    """
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise InvalidInputError(
            f"{name} {id!r} is none of the platform's: they are whole numbers, given as text"
        )
    return id
