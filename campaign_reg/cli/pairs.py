"""Options of the form name=value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_reg.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence


def pairs(given: Sequence[str] | None, option: str) -> dict[str, str]:
    """Names and values of a repeated option; dashes in names become underscores.

    Raises:
        InvalidInputError: One is not of the form name=value, or stands there twice.
    """
    found: dict[str, str] = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name:
            raise InvalidInputError(f"{option} takes name=value, not {text!r}")
        if name in found:
            raise InvalidInputError(f"{option} {name} is given twice")
        found[name] = value
    return found
