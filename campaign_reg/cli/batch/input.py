"""A batch's input: rows from a file, record by record, or from the vendor's own listing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from campaign_reg.batch.results import BatchRow
from campaign_reg.cli.batch.input_formats import RAW, BadRecordError, Form, Record, form_of
from campaign_reg.enums import Verb
from campaign_reg.errors import CampaignRegError, InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

    from campaign_reg.protocol.ports import CampaignBackend

Report = Callable[[str], None]


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


@attrs.frozen
class FileInput:
    """A file whose header, if it has one, fits the verb.

    Attributes:
        path: The file.
        form: How its records are read.
        backend: Judges ids and parameters.
        verb: What the rows are for.
    """

    path: Path
    form: Form
    backend: CampaignBackend[Any]
    verb: str

    @classmethod
    def open(cls, path: Path, backend: CampaignBackend[Any], verb: str) -> FileInput:
        """Tell the form by the file's name, and read the header.

        Raises:
            InvalidInputError: The file cannot be read, or its header does not fit; says what is expected.
            UnsupportedVerbError: The provider lacks the verb.
        """
        return cls(path, form_of(path, backend.rule(verb)), backend, verb)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns in their order; nothing where it has none."""
        return self.form.columns

    def rows(self, report: Report = lambda _: None) -> Iterator[BatchRow]:
        """The rows in order; a bad one is reported by its line and carries its problem: the rest run."""
        for record in self.form.records(self.path):
            row = self._row(record)
            if row.problem is not None:
                report(f"{self.path}: {row.problem}")
            yield row

    def sendable(self) -> int:
        """How many campaigns could be sent: each id once, bad rows left out."""
        return len({row.id for row in self.rows() if row.problem is None})

    def _row(self, record: Record) -> BatchRow:
        if any("\udc80" <= char <= "\udcff" for char in record.text):
            return _bad(record, "not UTF-8: save the file as UTF-8")
        try:
            target, members = self.form.read(record)
        except BadRecordError as error:
            return _bad(record, str(error), error.name)
        if not target:
            if not self.backend.rule(self.verb).creates:
                return _bad(record, "the id is empty")
            target = name_of_line(record.line)
        params: Mapping[str, Any] = members
        try:
            params = self.form.params(members)
            self.backend.check(self.verb, target, params)
        except CampaignRegError as error:
            return BatchRow(target, params, problem=f"line {record.line}: {error}")
        return BatchRow(target, params)


def name_of_line(number: int) -> str:
    """What a row is called that has no name of its own: after the line on which it begins."""
    return f"line {number}"


def is_name_of_line(name: str) -> bool:
    """Whether a row is called after its line, which means nothing in any other file."""
    word, _, number = name.partition(" ")
    return word == "line" and number.isdecimal()


def _bad(record: Record, problem: str, name: str = "") -> BatchRow:
    """A row that cannot be trusted to name its campaign, under a name that no other row can have."""
    place = name_of_line(record.line)
    return BatchRow(f"{place} ({name})" if name else place, {RAW: record.text}, problem=f"{place}: {problem}")


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
