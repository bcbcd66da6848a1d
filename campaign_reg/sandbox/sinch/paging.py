"""How Sinch's listings read their query, sort and page: shared by its two APIs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from campaign_reg.sandbox.exchange import Reply
from campaign_reg.sandbox.sinch.bodies import bad_request, invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.versions import Version

DEFAULT_PAGE_SIZE = 20
LARGEST_PAGE_SIZE = 1000


def query_of(call: Call) -> dict[str, str]:
    """Parse the query; the first of repeated keys counts."""
    return dict(reversed(_pairs(call)))


def repeated(call: Call, name: str) -> list[str]:
    """Return every value of a key that may be repeated."""
    return [value for key, value in _pairs(call) if key == name]


def list_reply(call: Call, member: str, found: Sequence[Version]) -> Reply:
    """Answer with the page of a listing that the call asks for."""
    query = query_of(call)
    page_size = read_page_size(query.get("pageSize"))
    start = read_page_token(query.get("pageToken", ""))
    after = start + page_size
    token = page_token(after) if after < len(found) else ""
    body = b'{"%b":[%b],"nextPageToken":%b,"totalSize":%d}' % (
        member.encode(),
        b",".join(version.body for version in found[start:after]),
        json.dumps(token).encode(),
        len(found),
    )
    return Reply(200, body)


def page_token(start: int, salt: str = "") -> str:
    """Write an opaque token, with characters that have to be escaped in a URL.

    Args:
        start: Place of the first item of the page.
        salt: Makes two tokens for one place differ.
    """
    place = base64.b64encode(f"{start}~{salt}".encode()).decode()
    return f"{place}+/&s={_seal(place)}=="


def read_page_token(token: str) -> int:
    """Return the place that a token names.

    Raises:
        RefusedError: The token is not exactly as it was handed out.
    """
    if not token:
        return 0
    place, _, seal = token.partition("+/&s=")
    if seal != f"{_seal(place)}==":
        raise invalid("page_token")
    return int(base64.b64decode(place).partition(b"~")[0])


def same_page_token(call: Call) -> str:
    """Return a token that leads to the page this call asks for, but is another one."""
    asked = query_of(call).get("pageToken", "")
    return page_token(read_page_token(asked), salt=f"{asked}*")


def read_page_size(value: str | None) -> int:
    """Read `pageSize`; absent and 0 mean the vendor's own, and no page is longer than its longest.

    Raises:
        RefusedError: It is not a number, or a negative one.
    """
    if value is None:
        return DEFAULT_PAGE_SIZE
    if not re.fullmatch(r"[0-9]{1,19}", value):
        raise invalid("page_size")
    return min(int(value), LARGEST_PAGE_SIZE) or DEFAULT_PAGE_SIZE


def sort(versions: list[Version], order_by: str, sortable: Sequence[str]) -> None:
    """Sort in place by `field [asc|desc], ...`; the grammar is not published.

    Raises:
        RefusedError: A field is not sortable, or the words make no order.
    """
    if not order_by:
        return
    for part in reversed(order_by.split(",")):
        match = re.fullmatch(r" *(\w+)(?: +(asc|desc))? *", part)
        field = re.sub(r"_([a-z])", lambda found: found[1].upper(), match[1]) if match else ""
        if match is None or field not in sortable:
            raise bad_request("", ("order_by", f"Invalid order_by {part.strip()}"))
        versions.sort(key=lambda version: version.members.get(field, ""), reverse=match[2] == "desc")


def _pairs(call: Call) -> list[tuple[str, str]]:
    return parse_qsl(call.query, keep_blank_values=True, errors="replace")


def _seal(place: str) -> str:
    return hashlib.sha256(place.encode()).hexdigest()[:8]
