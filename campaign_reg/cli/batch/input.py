"""A batch's input: rows from a file, record by record, or from the vendor's own listing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any, Protocol, Self

import attrs

from campaign_reg.batch.input import CheckedRow
from campaign_reg.batch.results import BatchRow
from campaign_reg.cli.batch.input_formats import RAW, BadRecordError, Form, Record, open_records
from campaign_reg.enums import Verb
from campaign_reg.errors import InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

    from campaign_reg.protocol.ports import CampaignBackend

Report = Callable[[str], None]

_MOST_IN_MEMORY = 256 * 1024


class Input(Protocol):
    """Where a batch's rows come from; may be read several times."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns in their order; nothing where it has none."""
        ...

    def rows(self, report: Report = ...) -> Iterator[BatchRow]:
        """The rows in order; a bad one is reported and carries its problem: the rest run."""
        ...

    def sendable(self) -> int:
        """How many campaigns could be sent: each id once, bad rows left out."""
        ...


@attrs.frozen(eq=False)
class FileInput:
    """The checked rows of a file, which was opened and read once.

    Beyond a quarter of a megabyte the rows are kept in a temporary file, so that a large input needs little memory. A
    file that changes meanwhile cannot be checked in one state and sent in another. Close it, or use it with `with`.

    Attributes:
        path: The file.
        columns: The names of its columns in their order; nothing where it has none.
    """

    path: Path
    columns: tuple[str, ...]
    _spool: IO[str] = attrs.field(repr=False)

    @classmethod
    def read(cls, path: Path, backend: CampaignBackend[Any], verb: str) -> FileInput:
        """Read a file, and check each row once.

        Raises:
            InvalidInputError: The file cannot be read, its header does not fit, or the end of a record is not clear.
            UnsupportedVerbError: The provider lacks the verb.
        """
        form, records = open_records(path, backend.rule(verb))
        spool = tempfile.SpooledTemporaryFile(  # noqa: SIM115  (the rows are read from it later)
            max_size=_MOST_IN_MEMORY, mode="w+", encoding="ascii"
        )
        try:
            for record in records:
                row = _row(record, form, backend, verb)
                spool.write(json.dumps([row.id, row.params, row.problem]) + "\n")
        except BaseException:
            spool.close()
            raise
        return cls(path, form.columns, spool)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def rows(self, report: Report = lambda _: None) -> Iterator[BatchRow]:
        """The rows in order; a bad one is reported by its line and carries its problem: the rest run."""
        self._spool.seek(0)
        for line in self._spool:
            id, params, problem = json.loads(line)
            if problem is not None:
                report(f"{self.path}: {problem}")
            yield CheckedRow(id, params, problem=problem)

    def sendable(self) -> int:
        """How many campaigns could be sent: each id once, bad rows left out."""
        return len({row.id for row in self.rows() if row.problem is None})


def _row(record: Record, form: Form, backend: CampaignBackend[Any], verb: str) -> CheckedRow:
    if any("\udc80" <= char <= "\udcff" for char in record.text):
        return _bad(record, "not UTF-8: save the file as UTF-8")
    try:
        target, members = form.read(record)
    except BadRecordError as error:
        return _bad(record, str(error), error.name)
    rule = backend.rule(verb)
    if not target:
        if not rule.creates:
            return _bad(record, "the id is empty")
        target = name_of_line(record.line)
    try:
        row = CheckedRow.of(BatchRow(target, form.params(members)), backend, rule.verb)
    except InvalidInputError as error:
        row = CheckedRow.of(BatchRow(target, members, problem=str(error)), backend, rule.verb)
    return row if row.problem is None else attrs.evolve(row, problem=f"line {record.line}: {row.problem}")


def name_of_line(number: int) -> str:
    """What a row is called that has no name of its own: after the line on which it begins."""
    return f"line {number}"


def is_name_of_line(name: str) -> bool:
    """Whether a row is called after its line, which means nothing in any other file."""
    word, _, number = name.partition(" ")
    return word == "line" and number.isdecimal()


def _bad(record: Record, problem: str, name: str = "") -> CheckedRow:
    """A row that cannot be trusted to name its campaign, under a name that no other row can have."""
    place = name_of_line(record.line)
    return CheckedRow(
        f"{place} ({name})" if name else place, {RAW: record.text}, problem=f"{place}: {problem}"
    )


@attrs.frozen
class ListedInput:
    """Campaigns that a listing showed in a state from which the verb may be sent.

    Attributes:
        ids: Each once, in the listing's order.
        columns: Names of what each row has.
    """

    ids: tuple[str, ...]
    columns: tuple[str, ...] = ("id",)

    @classmethod
    async def read(cls, backend: CampaignBackend[Any], verb: str) -> ListedInput:
        """List all campaigns of the account, and keep those that wait for the verb.

        Raises:
            UnsupportedVerbError: The provider lacks the verb.
            InvalidInputError: Nothing says from which states the verb may be sent, or it cannot be undone.
        """
        rule = backend.rule(verb)
        if rule.verb is Verb.DELETE:
            raise InvalidInputError("a deletion cannot be undone: name the campaigns in a file, with --input")
        if rule.allowed is None:
            raise InvalidInputError(
                f"{verb} at {backend.provider} is not for paused campaigns only, so that a listing cannot say which "
                "are meant: name them in a file, with --input"
            )
        ids = [c.id async for c in backend.everything() if c.vendor_status in rule.allowed]
        return cls(tuple(dict.fromkeys(ids)))

    def rows(self, report: Report = lambda _: None) -> Iterator[BatchRow]:
        """One row a campaign, without parameters."""
        return map(BatchRow, self.ids)

    def sendable(self) -> int:
        """How many campaigns there are."""
        return len(self.ids)
