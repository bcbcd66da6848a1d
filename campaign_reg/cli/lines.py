"""One line of a batch's input at a time, read and written: CSV under a header, or JSON Lines.

A line is judged by itself, so that a quote left open spoils its own row and no other. Columns and members whose name
begins with `#` are notes for people: the file of failed rows has them, and they are left out when it is read again.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.params import params_from_text

if TYPE_CHECKING:
    from pathlib import Path

    from campaign_reg.protocol.judge import VerbRule

NOTE = "#"
RAW = "#line"
"""The member of a bad row that holds its line as it stood; no parameter is called so."""
VERDICT = "#verdict"
"""The column by which a file of failed rows is known."""

_JSON_LINES = frozenset({".jsonl", ".ndjson"})
# What a spreadsheet takes for the beginning of a formula, wide forms included.
_ACTIVE = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


class BadLineError(ValueError):
    """A line that cannot be trusted to name its row.

    Args:
        problem: In words.
        name: The id that it seems to have.
    """

    def __init__(self, problem: str, name: str = "") -> None:
        super().__init__(problem)
        self.name = name


class Form(Protocol):
    """How lines become rows."""

    @property
    def header_lines(self) -> int:
        """Lines before the first row."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """What the header says, notes left out; nothing where there is no header."""
        ...

    def read(self, line: str) -> tuple[str, Mapping[str, Any]]:
        """The row's id, empty where there is none, and its other members as they stand there.

        Raises:
            BadLineError: The line is not of this form.
        """
        ...

    def params(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """The verb's parameters as plain values.

        Raises:
            InvalidInputError: One cannot be read as its type.
        """
        ...


@attrs.frozen
class JsonLines:
    """One object a line: `id` and the verb's parameters."""

    header_lines: int = 0
    columns: tuple[str, ...] = ()

    def read(self, line: str) -> tuple[str, Mapping[str, Any]]:
        """The row's id and its other members."""
        try:
            members = object_of(line)
        except ValueError as error:
            raise BadLineError(f"{error}: one JSON object a line") from error
        target = members.pop("id", "")
        if not isinstance(target, str):
            raise BadLineError("the id must be text: put it in quotes", str(target)[:40])
        return target.strip(), {name: value for name, value in members.items() if not name.startswith(NOTE)}

    def params(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """Members are plain values already."""
        return dict(members)


@attrs.frozen
class CsvLines:
    """Cells under a header that fits the verb; an empty cell leaves its parameter out.

    Attributes:
        names: What the header says.
        kind: attrs class of the verb's parameters.
    """

    names: tuple[str, ...]
    kind: type[Any]
    header_lines: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """What the header says, notes left out."""
        return tuple(name for name in self.names if not name.startswith(NOTE))

    def read(self, line: str) -> tuple[str, Mapping[str, Any]]:
        """The row's id and its other cells."""
        try:
            cells = [cell.strip() for cell in _cells(line)]
        except csv.Error:
            problem = "a quote is not closed, or text follows one; text of several lines needs a .jsonl file"
            raise BadLineError(problem) from None
        if len(cells) != len(self.names):
            raise BadLineError(self._wrong_count(len(cells)), cells[0] if self.names[0] == "id" else "")
        if VERDICT in self.names:
            cells = [original(cell) for cell in cells]
        pairs = zip(self.names, cells, strict=True)
        members = {name: cell for name, cell in pairs if cell and not name.startswith(NOTE)}
        return members.pop("id", ""), members

    def params(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """Each cell is read as its parameter's type asks."""
        return params_from_text(self.kind, members)

    def _wrong_count(self, found: int) -> str:
        advice = "; put a cell that holds a comma in quotes" if found > len(self.names) else ""
        return f"{found} cells where the header has {len(self.names)} ({','.join(self.names)}){advice}"


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before one that could be."""
    return f"'{cell}" if _is_active(cell) else cell


def original(cell: str) -> str:
    """The cell before `neutral`."""
    return cell[1:] if cell.startswith("'") and _is_active(cell) else cell


def _is_active(cell: str) -> bool:
    """Whether it begins a formula, behind apostrophes or none: so nothing is lost by one apostrophe more or less."""
    return cell.lstrip("'")[:1] in _ACTIVE


def csv_line(cells: Iterable[str]) -> str:
    """One line of cells, quoted where they must be and neutral in a spreadsheet."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(map(neutral, cells))
    return text.getvalue()


def form_of(path: Path, rule: VerbRule) -> Form:
    """How a file's lines are to be read, by its name; a header is read now.

    Raises:
        InvalidInputError: The file cannot be read, or its header does not fit; says what is expected.
    """
    if path.suffix.lower() == ".json":
        raise InvalidInputError(
            f"{path}: a batch reads .csv, or .jsonl with one object a line; the whole file is no row"
        )
    first = next(lines_of(path), (1, ""))[1]
    if path.suffix.lower() in _JSON_LINES:
        return JsonLines()
    return CsvLines(_columns(path, first, rule), rule.params)


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; bytes that are no UTF-8 become surrogates, which spoil their own row only.

    Raises:
        InvalidInputError: The file cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
            for number, line in enumerate(file, start=1):
                yield number, line.rstrip("\n")
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}") from error


def object_of(text: str) -> dict[str, Any]:
    """The JSON object that a text is.

    Raises:
        ValueError: It is none; in words that follow "is".
    """
    try:
        found = json.loads(text, object_pairs_hook=_members, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise ValueError(f"not JSON ({error.msg} at {line}column {error.colno})") from None
    except RecursionError:
        raise ValueError("not JSON that can be read (too deep)") from None
    if not isinstance(found, dict):
        raise ValueError("no JSON object")  # noqa: TRY004  (a problem of the text, not of our types)
    return found


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's members; JSON lets a name stand there twice, and one of the values would be lost."""
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"not clear: it has {twice!r} twice")
    return members


def _no_number(text: str) -> Any:
    raise ValueError(f"not JSON ({text} is no number)")


def _cells(line: str) -> list[str]:
    return next(csv.reader([line], strict=True, skipinitialspace=True), [])


def _columns(path: Path, line: str, rule: VerbRule) -> tuple[str, ...]:
    """The header's names.

    Raises:
        InvalidInputError: It does not fit; says what is expected.
    """
    try:
        names = tuple(cell.strip() for cell in _cells(line))
    except csv.Error:
        names = ()
    fields = attrs.fields(rule.params)
    known = [field.name for field in fields]
    needed = [field.name for field in fields if field.default is attrs.NOTHING and field.init]
    expected = f"line 1 must be the header: {_expected(rule, known, needed)}, with commas"
    names, every = tuple(name for name in names if not name.startswith(NOTE)), names
    strange = [name for name in names if name != "id" and name not in known]
    if not any(names):
        raise InvalidInputError(f"{path} has no header; {expected}")
    if "id" not in names and not rule.creates:
        raise InvalidInputError(f"{path} has no column 'id' (found: {', '.join(names)}); {expected}")
    if strange:
        raise InvalidInputError(f"{path} has an unknown column {strange[0]!r}; {expected}")
    if len(set(names)) < len(names):
        raise InvalidInputError(f"{path} names a column twice; {expected}")
    if missing := [name for name in needed if name not in names]:
        raise InvalidInputError(f"{path} has no column {missing[0]!r}; {expected}")
    return every


def _expected(rule: VerbRule, known: Sequence[str], needed: Sequence[str]) -> str:
    """The columns that there must and may be."""
    must = [*([] if rule.creates else ["id"]), *needed]
    may = [*(["id (your own name for the row)"] if rule.creates else []), *known]
    may = [name for name in may if name not in needed]
    return ", and if wanted ".join(", ".join(names) for names in (must, may) if names)
