"""Calls to the account, and paging, shared by all parts of the backend."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import attrs

from campaign_reg.errors import DecodeError, InvalidInputError, PaginationError
from campaign_reg.protocol.pager import Page, Pager, checked_page_size
from campaign_reg.providers.base import HttpBackend
from campaign_reg.providers.responsys.codec import make_converter
from campaign_reg.providers.responsys.links import (
    at_offset,
    checked_cursor,
    next_query,
    offset_of,
    with_missing,
)
from campaign_reg.providers.responsys.models import ResponsysCampaign
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.request import QueryValue
from campaign_reg.wire.response import error_of, vendor_date

if TYPE_CHECKING:
    from campaign_reg.providers.responsys.config import ResponsysConfig
    from campaign_reg.wire.message import BodySource, Response
    from campaign_reg.wire.ports import Transport
    from campaign_reg.wire.request import Request

T = TypeVar("T")

LONGEST_BODY_BYTES = 10 * 1024 * 1024


@attrs.frozen(kw_only=True)
class Listing:
    """What one listing asks for.

    Attributes:
        operation: What is called.
        member: Our name of the page's member with the items.
        path: Values of the path's placeholders.
        query: Of the first page.
        body: Of every page; None for none.
        page_size: Items asked for; None where the vendor does not page.
        most: Items that a page may hold.
        links_tell: Whether a page whose links hold no next one is the last, however full it is.
    """

    operation: Operation
    member: str
    path: Mapping[str, str] = attrs.field(factory=dict)
    query: Mapping[str, QueryValue] = attrs.field(factory=dict)
    body: bytes | None = None
    page_size: int | None = None
    most: int = 200
    links_tell: bool = True


class Calls(HttpBackend[ResponsysCampaign]):
    """The account, and how it is asked.

    Attributes:
        converter: The cattrs converter; hooks registered here are used for every answer.
    """

    provider = "responsys"

    def __init__(self, config: ResponsysConfig, transport: Transport, **shared: Any) -> None:
        account = f"{config.user_name}/{urlsplit(config.login_url).hostname}"
        super().__init__(config, transport, account=account, converter=make_converter(), **shared)
        self._config = config

    def _request(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        *,
        body: bytes | BodySource | None = None,
        **options: Any,
    ) -> Request:
        """Build a request whose URL is a path: it goes where the token came from.

        Raises:
            InvalidInputError: A name cannot be one segment, or the body is larger than the gateway takes.
        """
        if isinstance(body, bytes) and len(body) > LONGEST_BODY_BYTES:
            # The gateway cuts the connection, which would leave the outcome unknown.
            raise InvalidInputError(f"{len(body):,} bytes: Responsys takes bodies of at most 10 MB")
        return super()._request(operation, path, body=body, **options)

    def _decoded(self, operation: Operation, response: Response) -> Any:
        """The value in an answer; one that says done and yet holds an error is that error."""
        try:
            return super()._decoded(operation, response)
        except DecodeError:
            if operation.errors.parse(response).code:
                raise error_of(operation, response) from None
            raise

    def _pager(self, listing: Listing, _: type[T]) -> Pager[T]:
        """A pager over a listing; what cannot be asked for is refused here.

        Raises:
            InvalidInputError: A name or a page size cannot be sent.
        """
        query = dict(listing.query)
        if listing.page_size is not None:
            query |= {"limit": checked_page_size(listing.page_size, most=listing.most), "offset": 0}
        url = self._request(listing.operation, listing.path, query=query, body=listing.body).url
        path, _sep, first = url.partition("?")
        fetch: Callable[[str | None], Any] = partial(self._listed, listing, path, first)
        return Pager(fetch)

    async def _listed(self, listing: Listing, path: str, first: str, cursor: str | None) -> Page[Any]:
        asked, _, before = (cursor or "").partition("#")
        query = first if cursor is None else with_missing(checked_cursor(asked), first)
        request = self._request(listing.operation, listing.path, body=listing.body)
        request.url = f"{path}?{query}" if query else path
        response = await self._transport.send(request)
        document = self._decoded(listing.operation, response)
        items = self._items(listing, document, response)
        following = next_query(document.links, path, query)
        if following is None and self._may_go_on(listing, document, items):
            digest = f"{zlib.crc32(response.body):08x}"
            if digest == before:
                raise PaginationError("the same page came twice: the listing goes in circles")
            following = f"{at_offset(query, (offset_of(query) or 0) + len(items))}#{digest}"
        return Page(items=items, next_cursor=following, vendor_time=vendor_date(response.headers))

    def _items(self, listing: Listing, document: Any, response: Response) -> tuple[Any, ...]:
        found = getattr(document, listing.member)
        items: tuple[Any, ...] | None = document.items if found is None else found
        if items is None:
            if listing.operation.errors.parse(response).code:
                raise error_of(listing.operation, response)
            raise DecodeError(listing.member, "missing")
        return items

    @staticmethod
    def _may_go_on(listing: Listing, document: Any, items: tuple[Any, ...]) -> bool:
        """Whether a page without a link to the next one may have one all the same: it is full."""
        if listing.page_size is None or len(items) < listing.page_size:
            return False
        return document.links is None or not listing.links_tell
