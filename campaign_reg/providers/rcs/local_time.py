"""Dates as the platform writes them: without a zone, and perhaps not all of one object in the same one.

Source:
    https://bsg.world/developers/rest-api/introduction
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaign_reg.errors import DecodeError, InvalidInputError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?", re.ASCII)


def parse_local(text: str) -> datetime:
    """A date and time as written: without a zone, unless the text names an offset.

    Raises:
        DecodeError: It is none.
    """
    if _WRITTEN.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise DecodeError("", "expected a date and time such as 2026-11-22 09:00:00")


def format_local(value: datetime) -> str:
    """`2026-11-22 09:00:00`."""
    return value.isoformat(" ")


def instant(value: datetime | None, zone: ZoneInfo | None) -> datetime | None:
    """The instant in UTC that a written time stands for; None where its zone is not known."""
    if value is None or (value.tzinfo is None and zone is None):
        return None
    aware = value.replace(tzinfo=zone) if value.tzinfo is None else value
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        return None


def to_vendor(value: datetime, zone: ZoneInfo | None, name: str) -> datetime:
    """A caller's time as the platform would write it, in whole seconds.

    Raises:
        InvalidInputError: It is an instant, and the platform's zone is not known.
    """
    if value.tzinfo is not None:
        if zone is None:
            raise InvalidInputError(
                f"{name} has a zone, but the platform's own is not known: set time_zone, or give the time "
                "without a zone as the platform would print it"
            )
        value = value.astimezone(zone).replace(tzinfo=None)
    return value.replace(microsecond=0)


def moment(value: datetime | str, name: str) -> datetime:
    """A caller's time, also as text: `2026-11-22 09:00:00`, or a day alone for its first second.

    Raises:
        InvalidInputError: It is none.
    """
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidInputError(f"{name} must be a date and time such as 2026-11-22 09:00:00") from None
