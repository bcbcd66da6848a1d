"""What is printed, and how: results to stdout, everything else to stderr, others' text made harmless."""

from __future__ import annotations

import enum
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.text import safe as safe  # the rest of the command has it from here

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_WIDTH_OF_A_FILE = 160


def complain(text: str) -> None:
    """One message about what went wrong."""
    note(f"campaign-reg: {safe(text)}")


def note(text: str) -> None:
    """A line that is no result."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def say(text: str = "") -> None:
    """A line of the result."""
    sys.stdout.write(text + "\n")


def say_json(document: Mapping[str, Any]) -> None:
    """One object on one line of the result; ASCII, so that no text in it can act on a terminal."""
    say(json.dumps(plain(document)))
    sys.stdout.flush()


def plain(value: Any) -> Any:
    """A value in JSON's terms: models become objects, instants ISO 8601, decimals text."""
    if attrs.has(type(value)):
        return {field.name: plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else str(value)


def console(*, stderr: bool = False) -> Console:
    """A rich console that interprets nothing in the text it is given."""
    from rich.console import Console

    made = Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=False)
    if not made.is_terminal:
        made.width = max(made.width, _WIDTH_OF_A_FILE)
    return made


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[int] = ()) -> Table:
    """A calm table: no lines, headings dim.

    Args:
        headings: Of the columns; all empty for none.
        rows: Cells, made harmless here.
        right: Columns set flush right.
    """
    from rich.table import Table
    from rich.text import Text

    made = Table(
        box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim", show_header=any(headings)
    )
    for place, heading in enumerate(headings):
        made.add_column(heading, justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text("" if cell is None else safe(cell)) for cell in row))
    return made


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[int] = ()) -> None:
    """Print a table as a result."""
    screen = console()
    with screen.capture() as drawn:
        screen.print(table(headings, rows, right))
    for line in drawn.get().splitlines():
        say(line.rstrip())
