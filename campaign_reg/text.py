"""Another party's text, made harmless: for a terminal, for a cell, for a page."""

from __future__ import annotations

import unicodedata
from html import escape


def safe(text: object) -> str:
    """Another party's text on one line, control characters (and so escape sequences) made visible."""
    return visible(" ".join(str(text).split()))


def visible(text: str) -> str:
    """Text in which control characters, and so escape sequences, can be seen and do nothing."""
    return "".join(_spelled(char) if unicodedata.category(char)[0] == "C" else char for char in text)


def _spelled(char: str) -> str:
    return char.encode("unicode_escape", "backslashreplace").decode("ascii")


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def html(value: object) -> Html:
    """A value as markup: escaped, unless it is markup; None is nothing."""
    if isinstance(value, Html):
        return value
    return Html("" if value is None else escape(safe(value)))


def term_text(value: str | int | None) -> str:
    """A term of an operator, in words."""
    return "none" if value is None else str(value)
