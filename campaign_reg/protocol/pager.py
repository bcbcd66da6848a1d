"""Listings: lazily, page by page or item by item, resumable, proof against servers that go in circles."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable
from datetime import datetime
from typing import Generic, TypeVar

import attrs

from campaign_reg.errors import InvalidInputError, PaginationError

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Page(Generic[T]):
    """One page of a listing.

    Attributes:
        items: Items of the page; may be empty in the middle of a listing.
        next_cursor: Opaque text that resumes after the page; None on the last page.
        total: Number of matches in the whole listing; None where the vendor does not give it.
        vendor_time: The vendor's clock when it answered, in whole seconds, aware UTC; None where it gave no time.
    """

    items: tuple[T, ...]
    next_cursor: str | None = None
    total: int | None = None
    vendor_time: datetime | None = None


U = TypeVar("U")

_MOST_EMPTY_PAGES = 1000


@attrs.frozen
class Pager(Generic[T]):
    """An async iterator over a listing; building one does no I/O, and it can be iterated again.

    Attributes:
        fetch_page: Function from a cursor (None for the first page) to a page.
    """

    fetch_page: Callable[[str | None], Awaitable[Page[T]]]

    def __aiter__(self) -> AsyncIterator[T]:
        return self.items()

    def map(self, change: Callable[[T], U]) -> Pager[U]:
        """The same listing, each item made into something else."""

        async def fetch(cursor: str | None) -> Page[U]:
            page = await self.fetch_page(cursor)
            return Page(
                items=tuple(map(change, page.items)),
                next_cursor=page.next_cursor,
                total=page.total,
                vendor_time=page.vendor_time,
            )

        return Pager(fetch)

    async def items(
        self, *, cursor: str | None = None, unique_by: Callable[[T], Hashable] | None = None
    ) -> AsyncIterator[T]:
        """Every item, fetching a page when the one before is used up.

        Args:
            cursor: Where to go on; None begins at the first page.
            unique_by: What distinguishes items, such as their id: one that comes a second time, because the listing
                shifted while it was read, is left out. Their keys are kept in memory until the end.
        """
        seen: set[Hashable] = set()
        async for page in self.pages(cursor=cursor):
            for item in page.items:
                if unique_by is not None:
                    key = unique_by(item)
                    if key in seen:
                        continue
                    seen.add(key)
                yield item

    async def pages(self, *, cursor: str | None = None) -> AsyncGenerator[Page[T], None]:
        """Every page, from `cursor` on; `page.next_cursor` resumes after it, in another process too.

        An empty page with a cursor is followed, as vendors that filter after paging send them.

        Raises:
            PaginationError: A cursor came back a second time, or a thousand pages in a row were empty.
        """
        seen: set[str] = set() if cursor is None else {cursor}
        empty = 0
        while True:
            page = await self.fetch_page(cursor)
            empty = 0 if page.items else empty + 1
            cursor = page.next_cursor
            yield page
            if cursor is None:
                return
            if cursor in seen:
                raise PaginationError(
                    f"page token {cursor!r} repeats: the listing goes in circles, start it afresh"
                )
            if empty >= _MOST_EMPTY_PAGES:
                raise PaginationError(f"{empty} empty pages in a row: the listing does not end")
            seen.add(cursor)


def checked_page_size(page_size: int | None, *, least: int = 1, most: int | None = None) -> int | None:
    """A page size within the vendor's bounds; None leaves it to the vendor.

    Raises:
        InvalidInputError: It is not.
    """
    if page_size is None:
        return None
    if type(page_size) is not int or page_size < least or (most is not None and page_size > most):
        bounds = f"{least} or more" if most is None else f"{least} to {most}"
        raise InvalidInputError(f"page_size must be {bounds}")
    return page_size
