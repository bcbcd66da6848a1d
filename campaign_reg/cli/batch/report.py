"""`batch report`: the report as one HTML file, and the failed rows as an input to be corrected."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.batch.statistics import Account, account_of
from campaign_reg.cli.batch.failed_rows import csv_lines, json_lines
from campaign_reg.cli.batch.summary import document, exit_of
from campaign_reg.cli.output import note, say, say_json
from campaign_reg.enums import Verdict
from campaign_reg.errors import InvalidInputError
from campaign_reg.files import FolderSink
from campaign_reg.journal.reader import TO_CORRECT, open_reader
from campaign_reg.report.page import is_report, page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

_PIECE_CHARACTERS = 1 << 18


@attrs.frozen(kw_only=True)
class Wanted:
    """One call of `batch report`.

    Attributes:
        journal: What to report on.
        page: Where the report goes, if it is wanted.
        csv: Where the failed rows go as a table.
        jsonl: Where they go as JSON Lines.
        fee: Price of one attempt.
        as_json: Print an object for programs.
    """

    journal: Path
    page: Path | None = None
    csv: Path | None = None
    jsonl: Path | None = None
    fee: Decimal | None = None
    as_json: bool = False

    def check(self) -> None:
        """Refuse before anything is written.

        Raises:
            InvalidInputError: Nothing is wanted, or a file is in the way.
        """
        rows = [path for path in (self.csv, self.jsonl) if path is not None]
        if self.page is None and not rows:
            raise InvalidInputError(
                "say what to write: -o report.html, --csv failed.csv or --jsonl failed.jsonl"
            )
        for path in rows:
            if os.path.lexists(path):
                raise InvalidInputError(
                    f"{path} is there already and may hold corrections: choose another name"
                )
        if self.page is not None and os.path.lexists(self.page) and not is_report(self.page):
            raise InvalidInputError(f"{self.page} is there already and is no report: choose another name")


async def write_reports(wanted: Wanted) -> int:
    """Write what is wanted, all of it as of one moment, and say so."""
    wanted.check()
    with open_reader(wanted.journal) as seen:
        now = account_of(seen)
        if wanted.page is not None:
            await keep(wanted.page, page(seen, wanted.journal, wanted.fee), overwrite=True)
        if wanted.csv is not None:
            await keep(wanted.csv, csv_lines(seen))
        if wanted.jsonl is not None:
            await keep(wanted.jsonl, json_lines(seen))
    return _tell(wanted, now)


async def keep(path: Path, pieces: Iterable[str], *, overwrite: bool = False) -> None:
    """Write a file that appears when it is complete, readable by its owner only.

    Raises:
        InvalidInputError: It cannot be written, or a row does not fit its form.
    """
    try:
        async with FolderSink(path.parent, path.name, overwrite=overwrite) as sink:
            await sink.begin()
            for text in _in_pieces(pieces):
                # Bytes of a bad line that were no UTF-8 go back as they came.
                await sink.write(text.encode("utf-8", "surrogateescape"))
            await sink.commit()
    except UnicodeEncodeError:
        raise InvalidInputError(
            f"{path}: a row holds half of a character: use --jsonl FILE instead"
        ) from None
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be written: {error.strerror or error}") from error


def _in_pieces(texts: Iterable[str]) -> Iterable[str]:
    """Texts joined into pieces that are worth a call to the disk."""
    piece: list[str] = []
    length = 0
    for text in texts:
        piece.append(text)
        length += len(text)
        if length >= _PIECE_CHARACTERS:
            yield "".join(piece)
            piece, length = [], 0
    yield "".join(piece)


def _tell(wanted: Wanted, now: Account) -> int:
    code = exit_of(now)
    if wanted.as_json:
        say_json(document(wanted.journal, now, code) | _files(wanted, now))
        return code
    if wanted.page is not None:
        say(f"{wanted.page}: the report of {now.summary.rows:,} rows")
    for path in filter(None, (wanted.csv, wanted.jsonl)):
        _tell_failed(path, now)
    if wanted.csv is not None or wanted.jsonl is not None:
        _tell_left_out(wanted.journal, now)
    return code


def _files(wanted: Wanted, now: Account) -> dict[str, Any]:
    return {
        "report": wanted.page,
        "csv": wanted.csv,
        "jsonl": wanted.jsonl,
        "failed_rows": _failed(now),
    }


def _failed(now: Account) -> int:
    return sum(now.summary.verdicts[verdict] for verdict in TO_CORRECT)


def _tell_failed(path: Path, now: Account) -> None:
    say(f"{path}: {_failed(now):,} failed rows")
    if _failed(now):
        run = f"campaign-reg batch run {now.header.provider} {now.header.verb} --input {quote(str(path))}"
        note(f"Correct them, then: {run} --journal again.db")


def _tell_left_out(journal: Path, now: Account) -> None:
    """Say which rows the file does not have, and why: it invites to run rows again."""
    counts, name = now.summary, quote(str(journal))
    if unknown := counts.verdicts[Verdict.UNKNOWN]:
        note(
            f"Left out: {unknown:,} unknown rows, which may have been applied. Look at the vendor first; they are in "
            f"campaign-reg batch report {name} -o report.html"
        )
    if cancelled := counts.verdicts[Verdict.CANCELLED]:
        note(f"Left out: {cancelled:,} cancelled rows, which nobody wanted to be sent")
    if counts.open:
        note(f"Left out: {counts.open:,} rows that are still open; they may yet fail")
