"""What a listing can be narrowed by, as Sinch spells it.

Source:
    https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/listregistrations.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.several import one_or_several

_ORDER_FIELDS = ("id", "status", "senderId", "createDate", "updateDate")
_MARKET = re.compile(r"[A-Z]{2}")


def one_status(status: Iterable[str] | str | None) -> str | None:
    """The one state that Sinch filters by.

    Raises:
        InvalidInputError: There is none, or there are several.
    """
    states = one_or_several(status, "status", 'status="APPROVED"')
    if states is None:
        return None
    if len(states) != 1:
        raise InvalidInputError(f"status: Sinch lists one state at a time, not {len(states)}")
    return states[0]


def some_tags(tags: Iterable[str] | str | None) -> tuple[str, ...] | None:
    """Tags as a tuple.

    Raises:
        InvalidInputError: There are none.
    """
    given = one_or_several(tags, "tags", 'tags=["#spring"]')
    if given == ():
        raise InvalidInputError("tags is empty: leave it out to list every registration")
    return given


def day(name: str, value: date | str | None) -> str | None:
    """A day as `2024-11-03`.

    Raises:
        InvalidInputError: It is no day; an instant is none, for Sinch compares whole days.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        raise InvalidInputError(f"{name} is a day, not an instant: give its date()")
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise InvalidInputError(f"{name} must be a day such as 2024-11-03") from None


def order(order_by: str | None) -> str | None:
    """A field, then optionally a comma and `asc` or `desc`.

    Raises:
        InvalidInputError: It is anything else; the names are not those of a registration's members.
    """
    if order_by is None:
        return None
    field, comma, direction = order_by.partition(",")
    if field not in _ORDER_FIELDS or (comma and direction not in {"asc", "desc"}):
        fields = ", ".join(_ORDER_FIELDS)
        raise InvalidInputError(f"order_by must be one of {fields}, then perhaps ,asc or ,desc")
    return order_by


def market(code: str | None) -> str | None:
    """A market's code.

    Raises:
        InvalidInputError: It is not two capital letters.
    """
    if code is not None and not _MARKET.fullmatch(code):
        raise InvalidInputError("market_code must be two capital letters, such as AU")
    return code
