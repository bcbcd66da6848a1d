"""Links to the next page, and the vendor's odd spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.errors import InvalidInputError, PaginationError
from campaign_reg.providers.responsys.links import (
    at_offset,
    checked_cursor,
    next_query,
    offset_of,
    with_missing,
)
from campaign_reg.providers.responsys.models import Link

PATH = "/rest/api/v1.3/campaigns"
SENT = "type=email&limit=200&offset=0"


def follow(href: str | None, path: str = PATH, sent: str = SENT) -> str | None:
    links = [
        Link(rel="self", href=path),
        Link(rel="next", href=href, method="DELETE"),
        Link(rel="next", href="/x"),
    ]
    return next_query(links, path, sent)


@pytest.mark.parametrize(
    ("href", "query"),
    [
        ("/rest/api/v1.3/campaigns?limit=200&offset=200&type=email", "limit=200&offset=200&type=email"),
        ("rest/api/v1.3/campaigns?limit=200&offset=200&type=email", "limit=200&offset=200&type=email"),
        ("/rest/api/v1.3/campaigns?limit=200&offset=200", "limit=200&offset=200&type=email"),
        ("/rest/api/v1.3/campaigns?offset=200&type=sms", "offset=200&type=sms&limit=200"),
        ("/rest/api/v1.3/campaigns?offset=200&q=a b#top", "offset=200&q=a%20b&type=email&limit=200"),
        (
            "/rest/api/v1.3/campaigns?offset=200&t=a%2Bb/c==ä\r\n",
            "offset=200&t=a%2Bb/c==%C3%A4&type=email&limit=200",
        ),
    ],
)
def test_the_query_of_a_link_is_followed(href: str, query: str) -> None:
    assert follow(href) == query


def test_blanks_in_a_name() -> None:
    path = "/rest/api/v1.3/campaigns/JMP%20Test%20for%20API/schedule"
    href = "/rest/api/v1.3/campaigns/JMP Test for API/schedule?limit=200&offset=200"
    assert follow(href, path, "limit=200&offset=0") == "limit=200&offset=200"


@pytest.mark.parametrize("links", [None, [], [Link(rel="prev", href=PATH)], [Link(rel="next")], [Link()]])
def test_no_link_onwards(links: list[Link] | None) -> None:
    assert next_query(links, PATH, SENT) is None


@pytest.mark.fault(54)
@pytest.mark.parametrize(
    "href",
    [
        "https://evil.test/rest/api/v1.3/campaigns?offset=200",
        "https://api5-009.responsys.net/rest/api/v1.3/campaigns?offset=200",
        "//evil.test/rest/api/v1.3/campaigns?offset=200",
        "//rest/api/v1.3/campaigns?offset=200",
        "/\\evil.test/rest/api/v1.3/campaigns?offset=200",
        "\\\\evil.test/rest/api/v1.3/campaigns?offset=200",
        "\\evil.test/rest/api/v1.3/campaigns?offset=200",
        "javascript:alert(1)",
        "/rest/api/v1.3/lists?offset=200",
        "/rest/api/v1.3/campaigns/../lists?offset=200",
        "/rest/api/v1.3/campaigns/?offset=200",
        "/rest/api/v1.3/campaigns%2F..?offset=200",
        "?offset=200",
        "evil.test?offset=200",
    ],
)
def test_links_that_lead_elsewhere_are_refused(href: str) -> None:
    with pytest.raises(PaginationError):
        follow(href)


@pytest.mark.parametrize(
    "href", [f"{PATH}?{SENT}", f"{PATH}?offset=0&limit=200&type=email", f"{PATH}?limit=200", PATH]
)
def test_links_that_do_not_lead_onwards_are_refused(href: str) -> None:
    with pytest.raises(PaginationError):
        follow(href)


def test_links_that_lead_back_are_refused() -> None:
    with pytest.raises(PaginationError):
        follow(f"{PATH}?offset=200", sent="offset=400")


def test_offsets() -> None:
    assert at_offset("limit=20&offset=20", 40) == "offset=40&limit=20"
    assert offset_of("a=1&offset=17") == 17
    assert offset_of("xoffset=17&offset=-1") is None
    assert with_missing("", "") == ""


@pytest.mark.parametrize("cursor", ["", "a b", "a\r\nb", "a#b", "ä", "a\x00"])
def test_cursors_that_are_none(cursor: str) -> None:
    with pytest.raises(InvalidInputError):
        checked_cursor(cursor)


@given(st.text())
def test_whatever_a_link_holds_becomes_one_query_or_an_error(text: str) -> None:
    try:
        query = follow(f"{PATH}?offset=200&{text}")
    except PaginationError:
        return
    except UnicodeEncodeError:  # half a surrogate pair, which no answer can hold
        return
    assert query is not None
    assert checked_cursor(query) == query
    assert "#" not in query
