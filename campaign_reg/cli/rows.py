"""A batch's input from CSV: a header row with `id` and the verb's parameters, one line a row.

A line is judged by itself, so that a quote left open spoils its own row and no other.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.engine.records import BatchRow
from campaign_reg.errors import CampaignRegError, InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

    from campaign_reg.protocol.backend import CampaignBackend

Report = Callable[[str], None]


@attrs.frozen
class CsvInput:
    """A CSV file whose header has been read and fits the verb.

    Attributes:
        path: The file.
        columns: What its header says.
        backend: Judges ids and parameters.
        verb: What the rows are for.
    """

    path: Path
    columns: tuple[str, ...]
    backend: CampaignBackend[Any]
    verb: str

    @classmethod
    def open(cls, path: Path, backend: CampaignBackend[Any], verb: str) -> CsvInput:
        """Read the header.

        Raises:
            InvalidInputError: The file cannot be read, or its header does not fit; says what is expected.
            UnsupportedVerbError: The provider lacks the verb.
        """
        known = tuple(field.name for field in attrs.fields(backend.rule(verb).params))
        first = next(_lines(path), (1, ""))[1]
        return cls(path, _columns(path, first, known), backend, verb)

    def rows(self, report: Report = lambda _: None) -> Iterator[BatchRow]:
        """The rows in order; a bad one is reported by its line and carries its problem: the rest run."""
        lines = _lines(self.path)
        next(lines, None)
        for number, line in lines:
            if not line.strip():
                continue
            row = self._row(number, line)
            if row.problem is not None:
                report(f"{self.path}: {row.problem}")
            yield row

    def sendable(self) -> int:
        """How many campaigns could be sent: each id once, bad rows left out."""
        return len({row.id for row in self.rows() if row.problem is None})

    def _row(self, number: int, line: str) -> BatchRow:
        try:
            cells = [cell.strip() for cell in _cells(line)]
        except csv.Error:
            return _bad(number, "a quote is not closed, or text follows one")
        if any("\udc80" <= char <= "\udcff" for char in line):
            return _bad(number, "not UTF-8: save the file as UTF-8")
        if len(cells) != len(self.columns):
            return _bad(number, self._wrong_count(len(cells)), cells[0] if self.columns[0] == "id" else "")
        values = {name: cell for name, cell in zip(self.columns, cells, strict=True) if cell}
        target = values.pop("id", "")
        if not target:
            return _bad(number, "the id is empty")
        try:
            self.backend.check(self.verb, target, values)
        except CampaignRegError as error:
            return BatchRow(target, values, problem=f"line {number}: {error}")
        return BatchRow(target, values)

    def _wrong_count(self, found: int) -> str:
        advice = "; put a cell that holds a comma in quotes" if found > len(self.columns) else ""
        return f"{found} cells where the header has {len(self.columns)} ({','.join(self.columns)}){advice}"


def _bad(number: int, problem: str, name: str = "") -> BatchRow:
    """A row that cannot be trusted to name its campaign, under a name that no other row can have."""
    return BatchRow(
        f"line {number} ({name})" if name else f"line {number}", problem=f"line {number}: {problem}"
    )


def _cells(line: str) -> list[str]:
    return next(csv.reader([line], strict=True, skipinitialspace=True), [])


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; bytes that are no UTF-8 become surrogates, which spoil their own row only."""
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
            for number, line in enumerate(file, start=1):
                yield number, line.rstrip("\n")
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}") from error


def _columns(path: Path, line: str, known: Sequence[str]) -> tuple[str, ...]:
    """The header's names.

    Raises:
        InvalidInputError: It does not fit; says what is expected.
    """
    try:
        names = tuple(cell.strip() for cell in _cells(line))
    except csv.Error:
        names = ()
    expected = (
        f"line 1 must be the header: id{', and if wanted ' + ', '.join(known) if known else ''}, with commas"
    )
    strange = [name for name in names if name != "id" and name not in known]
    if not any(names):
        raise InvalidInputError(f"{path} has no header; {expected}")
    if "id" not in names:
        raise InvalidInputError(f"{path} has no column 'id' (found: {', '.join(names)}); {expected}")
    if strange:
        raise InvalidInputError(f"{path} has an unknown column {strange[0]!r}; {expected}")
    if len(set(names)) < len(names):
        raise InvalidInputError(f"{path} names a column twice; {expected}")
    return names
