"""Listings: lazy, resumable, and proof against servers that go in circles."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from campaign_reg.errors import InvalidInputError, PaginationError
from campaign_reg.protocol.pager import Page, Pager, checked_page_size

pytestmark = pytest.mark.anyio

Script = dict[str | None, Page[int]]


class Listing:
    """Pages by cursor, and what was asked for."""

    def __init__(self, pages: Script) -> None:
        self.pages = pages
        self.asked: list[str | None] = []
        self.under_way = 0
        self.pager = Pager(self.fetch)

    async def fetch(self, cursor: str | None) -> Page[int]:
        self.asked.append(cursor)
        self.under_way += 1
        await asyncio.sleep(0)
        self.under_way -= 1
        return self.pages[cursor]


def page(*items: int, then: str | None = None) -> Page[int]:
    return Page(items=items, next_cursor=then, total=5)


def three_pages() -> Listing:
    return Listing({None: page(1, 2, then="a"), "a": page(3, 4, then="b"), "b": page(5)})


async def test_items_of_all_pages_in_order() -> None:
    listing = three_pages()
    assert [item async for item in listing.pager] == [1, 2, 3, 4, 5]
    assert listing.asked == [None, "a", "b"]


async def test_building_one_asks_nothing() -> None:
    listing = three_pages()
    listing.pager.items()
    listing.pager.pages()
    aiter(listing.pager)
    assert listing.asked == []


async def test_a_page_is_fetched_when_the_one_before_is_used_up() -> None:
    listing = three_pages()
    items = aiter(listing.pager)
    assert [await anext(items), await anext(items)] == [1, 2]
    assert listing.asked == [None]
    await anext(items)
    assert listing.asked == [None, "a"]


async def test_it_can_be_iterated_again_and_twice_at_once() -> None:
    listing = three_pages()
    first = [item async for item in listing.pager]
    assert [item async for item in listing.pager] == first
    one, other = aiter(listing.pager), aiter(listing.pager)
    assert [(await anext(one), await anext(other)) for _ in range(5)] == [(n, n) for n in first]


async def test_a_cursor_resumes_after_its_page() -> None:
    listing = three_pages()
    pages = [page async for page in listing.pager.pages()]
    assert [(p.items, p.next_cursor, p.total) for p in pages] == [
        ((1, 2), "a", 5),
        ((3, 4), "b", 5),
        ((5,), None, 5),
    ]
    assert [item async for item in three_pages().pager.items(cursor=pages[0].next_cursor)] == [3, 4, 5]


async def test_nothing_is_held_across_a_yield() -> None:
    """Whoever leaves in the middle leaves no task, and no fetch under way."""
    listing = three_pages()
    before = asyncio.all_tasks()
    async for _ in listing.pager:
        assert listing.under_way == 0
        assert asyncio.all_tasks() == before
        break
    gc.collect()
    await asyncio.sleep(0)
    assert listing.asked == [None]


@pytest.mark.fault(51)
async def test_an_empty_page_with_a_cursor_is_followed() -> None:
    listing = Listing({None: page(then="a"), "a": page(then="b"), "b": page(7)})
    assert [item async for item in listing.pager] == [7]


class Endless(Listing):
    """Page after page with a new cursor each; an item on every 1000th, if `sparse`."""

    def __init__(self, *, sparse: bool) -> None:
        super().__init__({})
        self.sparse = sparse

    async def fetch(self, cursor: str | None) -> Page[int]:
        self.asked.append(cursor)
        number = int(cursor or 0) + 1
        items = (number,) if self.sparse and number % 1000 == 0 else ()
        return Page(items=items, next_cursor=str(number) if number < 3500 else None)


@pytest.mark.fault(51)
async def test_empty_pages_are_followed_up_to_a_bound() -> None:
    listing = Endless(sparse=False)
    with pytest.raises(PaginationError, match="1000 empty pages in a row"):
        [item async for item in listing.pager]
    assert len(listing.asked) == 1000


async def test_only_empty_pages_in_a_row_count() -> None:
    assert [item async for item in Endless(sparse=True).pager] == [1000, 2000, 3000]


@pytest.mark.fault(50)
@pytest.mark.parametrize(
    ("script", "items", "fetches"),
    [
        pytest.param({None: page(1, then="a"), "a": page(2, then="a")}, [1, 2], 2, id="the same again"),
        pytest.param(
            {None: page(1, then="a"), "a": page(2, then="b"), "b": page(3, then="c"), "c": page(4, then="a")},
            [1, 2, 3, 4],
            4,
            id="a longer circle",
        ),
    ],
)
async def test_a_cursor_that_repeats_ends_the_listing_loudly(
    script: Script, items: list[int], fetches: int
) -> None:
    listing, seen = Listing(script), list[int]()
    with pytest.raises(PaginationError, match="'a' repeats"):
        async for item in listing.pager:
            seen.append(item)
    assert seen == items
    assert len(listing.asked) == fetches


async def test_a_page_that_leads_back_to_the_resumed_one_repeats() -> None:
    listing = Listing({"a": page(1, then="a")})
    with pytest.raises(PaginationError):
        [item async for item in listing.pager.items(cursor="a")]
    assert listing.asked == ["a"]


async def test_the_last_page_before_the_error_does_not_look_like_the_end() -> None:
    """A reader that stops at `next_cursor is None` must not take a broken listing for a whole one."""
    pages = Listing({None: page(1, then="a"), "a": page(2, then="a")}).pager.pages()
    assert [(await anext(pages)).next_cursor for _ in range(2)] == ["a", "a"]
    with pytest.raises(PaginationError):
        await anext(pages)


async def test_an_error_of_a_page_comes_out_and_the_listing_can_go_on() -> None:
    listing = three_pages()
    kept = listing.pages.pop("a")
    pages = listing.pager.pages()
    cursor = (await anext(pages)).next_cursor
    with pytest.raises(KeyError):
        await anext(pages)
    listing.pages["a"] = kept
    assert [item async for item in listing.pager.items(cursor=cursor)] == [3, 4, 5]


@pytest.mark.fault(52)
async def test_what_comes_twice_is_left_out_when_asked_for() -> None:
    listing = Listing({None: page(1, 2, then="a"), "a": page(2, 3, 3, then="b"), "b": page(1, 4)})
    assert [item async for item in listing.pager.items(unique_by=lambda item: item)] == [1, 2, 3, 4]
    assert [item async for item in listing.pager] == [1, 2, 2, 3, 3, 1, 4]


@pytest.mark.parametrize(
    ("page_size", "bounds", "words"),
    [
        (0, {}, "1 or more"),
        (True, {}, "1 or more"),
        ("50", {}, "1 or more"),
        (2.0, {}, "1 or more"),
        (29, {"least": 30, "most": 500}, "30 to 500"),
        (501, {"least": 30, "most": 500}, "30 to 500"),
    ],
)
def test_page_sizes_that_the_vendor_does_not_take(page_size: Any, bounds: dict[str, int], words: str) -> None:
    with pytest.raises(InvalidInputError, match=f"page_size must be {words}"):
        checked_page_size(page_size, **bounds)


def test_page_sizes_that_the_vendor_takes() -> None:
    assert checked_page_size(None, least=30) is None
    assert [checked_page_size(size, least=30, most=500) for size in (30, 500)] == [30, 500]
