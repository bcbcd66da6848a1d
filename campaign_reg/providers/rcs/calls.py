"""One call: build it, send it, read the answer. Shared by all that the backend offers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.pager import Page, Pager, checked_page_size
from campaign_reg.providers.rcs.date_windows import Place, next_place
from campaign_reg.providers.rcs.envelopes import PageNumbers
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.request import QueryValue, build_request
from campaign_reg.wire.response import parse_response, vendor_date

if TYPE_CHECKING:
    from datetime import datetime

    import cattrs

    from campaign_reg.clock import Clock
    from campaign_reg.providers.rcs.config import RcsConfig
    from campaign_reg.providers.rcs.date_windows import Period
    from campaign_reg.rate import Reservation
    from campaign_reg.wire.message import Response
    from campaign_reg.wire.ports import Transport
    from campaign_reg.wire.request import Request

MOST_A_PAGE = 500
_ID = re.compile(r"[1-9][0-9]{0,17}")
Query = Mapping[str, QueryValue]
FetchPage = Callable[[Query], Awaitable[tuple[Any, "datetime | None"]]]
"""From a query to a page's document and the vendor's clock."""


@attrs.frozen(eq=False)
class Calls:
    """What every call needs."""

    config: RcsConfig
    transport: Transport
    converter: cattrs.Converter
    clock: Clock

    async def call(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        *,
        query: Query | None = None,
        body: bytes | None = None,
        reservation: Reservation | None = None,
    ) -> Any:
        """Send, and decode what came."""
        value, _ = await self.exchange(
            self.request(operation, path, query=query, body=body, reservation=reservation)
        )
        return value

    async def exchange(self, request: Request) -> tuple[Any, Response]:
        """Send, and decode what came; the answer beside it."""
        response = await self.transport.send(request)
        return self.decoded(request.operation, response), response

    def decoded(self, operation: Operation, response: Response) -> Any:
        """What an answer says, as `operation.result`."""
        return parse_response(operation, response, self.converter.structure)

    def request(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        *,
        query: Query | None = None,
        body: bytes | None = None,
        reservation: Reservation | None = None,
    ) -> Request:
        """A call ready to leave."""
        return build_request(
            operation, self.config.base_url, path=path, query=query, body=body, reservation=reservation
        )

    async def page(self, operation: Operation, query: Query) -> tuple[Any, datetime | None]:
        """One page's document, and the vendor's clock."""
        document, response = await self.exchange(self.request(operation, query=query))
        return document, vendor_date(response.headers)

    def pages_of(self, operation: Operation, page_size: int | None) -> Pager[Any]:
        """A listing that needs no period."""
        limit = checked_page_size(page_size, least=15, most=MOST_A_PAGE)

        async def fetch(cursor: str | None) -> Page[Any]:
            place = Place() if cursor is None else Place.of(cursor)
            query = {"page[offset]": place.offset, "page[limit]": limit}
            document, at = await self.page(operation, query)
            ids = tuple(str(item.id) for item in document.data)
            onward = next_place(place, ids, PageNumbers(total=document.total))
            return Page(
                items=document.data,
                next_cursor=None if onward is None else onward.cursor,
                total=document.total,
                vendor_time=at,
            )

        return Pager(fetch)

    def pages_in(self, period: Period, query: Query, fetch_page: FetchPage) -> Pager[Any]:
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
