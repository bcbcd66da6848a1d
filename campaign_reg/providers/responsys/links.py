"""Paging by the vendor's links, of which only the query is believed.

A `next` link has no host, may lack its first slash and may hold raw blanks. The address is ours: the link has to lead
to the listing it came with, or it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

from campaign_reg.errors import InvalidInputError, PaginationError
from campaign_reg.providers.responsys.models import Link

_SAFE = "!$&'()*+,;=:@/?%~"
_CURSOR = re.compile(rf"[A-Za-z0-9._\-{re.escape(_SAFE)}]+")
_WITH_HOST = re.compile(r"[/\\]{2}|[A-Za-z][A-Za-z0-9+.-]*:|\\")


def next_query(links: Iterable[Link] | None, path: str, sent: str) -> str | None:
    """The query of the following page; None where no link leads to one.

    Args:
        links: As they came with the page.
        path: Encoded path of the listing.
        sent: Encoded query of the page.

    Raises:
        PaginationError: The link leads elsewhere, or not onwards.
    """
    href = next((link.href for link in links or () if link.rel == "next" and link.href), None)
    if href is None:
        return None
    if _WITH_HOST.match(href.strip()):
        raise PaginationError("the link to the next page names a host of its own: it was not followed")
    target, _, query = href.strip().partition("#")[0].partition("?")
    if unquote("/" + target.lstrip("/")) != unquote(path):
        raise PaginationError("the link to the next page leads away from this listing: it was not followed")
    query = with_missing(quote(query, safe=_SAFE), sent)
    here, there = offset_of(sent), offset_of(query)
    if query == sent or (here is not None and there is not None and there <= here):
        raise PaginationError("the link to the next page does not lead onwards: the listing goes in circles")
    return query


def with_missing(query: str, ours: str) -> str:
    """A query with those of our members that it lacks: the vendor's links may forget the channel."""
    known = {pair.partition("=")[0] for pair in query.split("&")}
    return "&".join(
        [
            *filter(None, query.split("&")),
            *(pair for pair in ours.split("&") if pair and pair.partition("=")[0] not in known),
        ]
    )


def at_offset(query: str, offset: int) -> str:
    """A query that asks for the page from a record on."""
    return with_missing(f"offset={offset}", query)


def offset_of(query: str) -> int | None:
    """The record that a query starts at; None where it does not say so."""
    found = re.search(r"(?:^|&)offset=([0-9]{1,15})(?:&|$)", query)
    return None if found is None else int(found[1])


def checked_cursor(cursor: str) -> str:
    """A cursor that was kept somewhere, which may only ever become a query.

    Raises:
        InvalidInputError: It is none of ours.
    """
    if _CURSOR.fullmatch(cursor) is None:
        raise InvalidInputError("this cursor is damaged or of another listing; start the listing afresh")
    return cursor
