"""Small pieces of the page; everything that is given comes out escaped."""

from __future__ import annotations

from datetime import UTC
from html import escape
from typing import TYPE_CHECKING

from campaign_reg.text import Html, html, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


def join(parts: Iterable[object], between: str = "\n") -> Html:
    """Parts one after the other."""
    return Html(between.join(html(part) for part in parts))


def element(name: str, content: object, kind: str = "") -> Html:
    """One element with a class."""
    attribute = f' class="{html(kind)}"' if kind else ""
    return Html(f"<{name}{attribute}>{html(content)}</{name}>")


def section(title: str, *parts: object) -> Html:
    """A section with its heading."""
    return Html(f"<section>\n{element('h2', title)}\n{join(parts)}\n</section>")


def command(line: str) -> Html:
    """A command to be typed; its blanks stay, they may be part of a name."""
    return Html(f"<pre><code>{escape(visible(line))}</code></pre>")


def table(
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    numbers: Sequence[int] = (),
    *,
    narrow: bool = False,
) -> Html:
    """A table; a narrow screen shows its rows as lists, in which numbers carry their headings.

    Args:
        headings: Of the columns.
        rows: Cells.
        numbers: Columns that hold numbers.
        narrow: It fits a narrow screen as it is.
    """
    kinds = [
        f' class="number" data-label="{html(heading)}"' if place in numbers else ""
        for place, heading in enumerate(headings)
    ]
    head = "".join(
        f"<th{kind and ' class=number'}>{html(heading)}</th>"
        for heading, kind in zip(headings, kinds, strict=True)
    )
    body = "\n".join(_row(kinds, row) for row in rows)
    kind = "narrow" if narrow else "wide"
    return Html(f'<table class="{kind}"><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>')


def _row(kinds: Sequence[str], row: Sequence[object]) -> str:
    cells = (f"<td{kind}>{html(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))
    return f"<tr>{''.join(cells)}</tr>"


def badge(word: str) -> Html:
    """A verdict, or the word open, in its colour."""
    return element("span", word.replace("_", " "), f"badge {word}")


def share(part: int, whole: int) -> Html:
    """A bar that shows a part of a whole."""
    width = 100 * part / whole if whole else 0
    return Html(
        '<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="rest" width="100" height="8"/><rect width="{width:.2f}" height="8"/></svg>'
    )


def moment(at: datetime | None, word: str = "") -> Html:
    """An instant, in UTC."""
    if at is None:
        return Html()
    at = at.astimezone(UTC)
    words = f"{word} {at:%Y-%m-%d %H:%M:%S}".strip()
    return Html(f'<time datetime="{at.isoformat(timespec="seconds")}">{html(words)}</time>')


def rows_in_words(count: int) -> str:
    """This many rows."""
    return "1 row" if count == 1 else f"{count:,} rows"
