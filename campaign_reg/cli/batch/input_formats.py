"""Records of a batch's input, read and written one at a time: CSV under a header, or JSON Lines.

A record of a CSV file may have several lines, where a quoted cell has them. A record is judged by itself, unless it
cannot be said where it ends: then its cells could be taken for rows, and the whole file is refused. Columns and members
whose name begins with `#` are notes for people: the file of failed rows has them, and they are left out when it is read
again.
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

    from campaign_reg.protocol.rules import VerbRule

NOTE = "#"
RAW = "#line"
"""The member of a bad row that holds its record as it was in the file; no parameter is called so."""
VERDICT = "#verdict"
"""The column by which a file of failed rows is known."""

_JSON_LINES = frozenset({".jsonl", ".ndjson"})
# What a spreadsheet takes for the beginning of a formula, wide forms included.
_ACTIVE = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


@attrs.frozen
class Record:
    """One record of an input file.

    Attributes:
        line: Number of the line on which it begins.
        text: As it is in the file, without its line end.
        cells: Its cells; nothing where the file is not a table.
    """

    line: int
    text: str
    cells: tuple[str, ...] = ()


class BadRecordError(ValueError):
    """A record that cannot be trusted to name its row.

    Args:
        problem: In words.
        name: The id that it seems to have.
    """

    def __init__(self, problem: str, name: str = "") -> None:
        super().__init__(problem)
        self.name = name


class Form(Protocol):
    """How records become rows."""

    @property
    def columns(self) -> tuple[str, ...]:
        """What the header says, notes left out; nothing where there is no header."""
        ...

    def read(self, record: Record) -> tuple[str, Mapping[str, Any]]:
        """The row's id, empty where there is none, and its other members as they are in the record.

        Raises:
            BadRecordError: The record is not of this form.
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

    columns: tuple[str, ...] = ()

    def read(self, record: Record) -> tuple[str, Mapping[str, Any]]:
        """The row's id and its other members."""
        try:
            members = object_of(record.text)
        except ValueError as error:
            raise BadRecordError(f"{error}: one JSON object a line") from error
        target = members.pop("id", "")
        if not isinstance(target, str):
            raise BadRecordError("the id must be text: put it in quotes", str(target)[:40])
        return target.strip(), {name: value for name, value in members.items() if not name.startswith(NOTE)}

    def params(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """Members are plain values already."""
        return dict(members)


@attrs.frozen
class CsvTable:
    """Cells under a header that fits the verb; an empty cell leaves its parameter out.

    Attributes:
        names: What the header says.
        kind: attrs class of the verb's parameters.
    """

    names: tuple[str, ...]
    kind: type[Any]

    @property
    def columns(self) -> tuple[str, ...]:
        """What the header says, notes left out."""
        return tuple(name for name in self.names if not name.startswith(NOTE))

    def read(self, record: Record) -> tuple[str, Mapping[str, Any]]:
        """The row's id and its other cells."""
        cells = [cell.strip() for cell in record.cells]
        if len(cells) != len(self.names):
            raise BadRecordError(self._wrong_count(len(cells)), cells[0] if self.names[0] == "id" else "")
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
    """A cell that no spreadsheet takes for a formula: an apostrophe precedes one that could be."""
    return f"'{cell}" if _is_active(cell) else cell


def original(cell: str) -> str:
    """The cell before `neutral`."""
    return cell[1:] if cell.startswith("'") and _is_active(cell) else cell


def _is_active(cell: str) -> bool:
    """Whether it begins a formula, behind apostrophes or none: so nothing is lost by one apostrophe more or less."""
    return cell.lstrip("'")[:1] in _ACTIVE


def csv_record(cells: Iterable[str]) -> str:
    """One record of cells, quoted where they must be and neutral in a spreadsheet.

    Raises:
        InvalidInputError: A cell could not be read back.
    """
    row = [neutral(cell) for cell in cells]
    if any("\0" in cell or len(cell) > csv.field_size_limit() for cell in row):
        raise InvalidInputError(
            f"what is longer than {csv.field_size_limit():,} characters, or has a NUL character, cannot be a cell"
        )
    text = io.StringIO()
    # Python 3.11 quotes a carriage return only where the line end has one.
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return text.getvalue().removesuffix("\r\n") + "\n"


def open_records(path: Path, rule: VerbRule) -> tuple[Form, Iterator[Record]]:
    """Open a file once: choose the form by its name, and read the header where it has one.

    Returns:
        How records become rows, and the records in order, without the header and blank ones. What the iterator raises
        (`InvalidInputError`: the file cannot be read, or the end of a record is not clear) refuses the whole file.

    Raises:
        InvalidInputError: The file cannot be read, or its header does not fit; says what is expected.
    """
    if path.suffix.lower() == ".json":
        raise InvalidInputError(
            f"{path}: a batch reads .csv, or .jsonl with one object a line; the whole file is no row"
        )
    if path.suffix.lower() in _JSON_LINES:
        lines = enumerate(_lines_of(path, newline="\n"), start=1)
        return JsonLines(), (Record(number, _without_end(line)) for number, line in lines if line.strip())
    records = csv_records(path)
    header = next(records, None)
    form = CsvTable(_columns(path, () if header is None else header.cells, rule), rule.params)
    return form, (record for record in records if record.text.strip())


def csv_records(path: Path) -> Iterator[Record]:
    """Records of a CSV file in order, blank ones too; the header is the first.

    Raises:
        InvalidInputError: The file cannot be read, or it cannot be said where a record ends; names the line on which it
            begins.
    """
    lines = _Lines(_lines_of(path, newline=""))
    cells = csv.reader(lines, strict=True, skipinitialspace=True)
    bare: bool | None = None
    while True:
        line = cells.line_num + 1
        lines.taken.clear()
        try:
            found = next(cells, None)
        except csv.Error as error:
            raise _no_border(path, line, f"a quote is not closed, or text follows one ({error})") from None
        if found is None:
            return
        text = "".join(lines.taken)
        if text.strip():
            bare = _check_border(path, line, text, bare)
        yield Record(line, _without_end(text), tuple(found))


class _Lines:
    """Lines on their way to a reader that takes several of them for a record.

    Attributes:
        taken: Those that the reader took since this list was cleared.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self.taken = lines, list[str]()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.taken.append(line)
        return line


def _check_border(path: Path, line: int, text: str, bare: bool | None) -> bool | None:
    """Make sure that a record ends where every program would end it.

    Args:
        path: The file, for the message.
        line: Where the record begins.
        text: The record with its line end.
        bare: Whether the records before it end with a carriage return alone; None where there are none.

    Returns:
        The same of the records so far.

    Raises:
        InvalidInputError: It may go on.
    """
    if "\0" in text:  # of UTF-16, or of a damaged file, where line ends may be lost
        raise _no_border(path, line, "it holds a NUL character")
    if text.count('"') % 2:  # one in the middle of a cell: to some programs it begins quoted text
        raise _no_border(path, line, "it has a quote that is not part of a pair")
    if not text.endswith(("\r", "\n")):  # the last one
        return bare
    if bare not in {None, text.endswith("\r")}:
        raise _no_border(
            path, line, "its line end is not that of the lines before: one is a carriage return alone"
        )
    return text.endswith("\r")


def _no_border(path: Path, line: int, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"{path}: line {line}: where the record that begins here ends is not clear: {why}. No row of the file was "
        "taken: put text with commas, quotes or line breaks in quotes, write each quote in it twice, keep a cell below "
        f"{csv.field_size_limit():,} characters, and save the file as UTF-8 with one kind of line end"
    )


def _lines_of(path: Path, newline: str) -> Iterator[str]:
    """Lines with their ends; bytes that are no UTF-8 become surrogates, which spoil their own row only.

    Args:
        path: The file.
        newline: As `open` takes it: LF ends a line of JSON Lines, and every kind of line end one of CSV.

    Raises:
        InvalidInputError: The file cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline=newline) as file:
            yield from file
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}") from error


def _without_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")


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


def _columns(path: Path, header: Sequence[str], rule: VerbRule) -> tuple[str, ...]:
    """The header's names.

    Raises:
        InvalidInputError: It does not fit; says what is expected.
    """
    names = tuple(cell.strip() for cell in header)
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
