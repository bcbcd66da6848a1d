"""Where a batch stands, read from its journal without touching it, also while another process runs it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.engine.journal import looking_on, read_header
from campaign_reg.engine.records import RowResult, Summary, Tally, result_of
from campaign_reg.engine.store import Header, ResultRecord
from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.errors import JournalError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_PHASES = "SELECT phase, attempts > 0, count(*) FROM rows GROUP BY phase, attempts > 0"
_ATTEMPTS = "SELECT coalesce(sum(attempts), 0), coalesce(sum(attempts > 1), 0) FROM rows"
_VERDICTS = "SELECT verdict, count(*) FROM results GROUP BY verdict"
_RESULTS = (
    "SELECT seq, n, id, params, attempts, document FROM results JOIN rows USING (n) "
    "WHERE seq <= ? ORDER BY seq"
)


@attrs.frozen(kw_only=True)
class Standing:
    """A quick count.

    Attributes:
        rows: Rows in the input.
        sent: Rows whose write has left, or may have.
        ended: Rows with a verdict.
        in_doubt: Rows whose write left without an answer so far.
        verdicts: Rows by verdict.
    """

    rows: int = 0
    sent: int = 0
    ended: int = 0
    in_doubt: int = 0
    verdicts: Mapping[Verdict, int] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Downgrade:
    """A term that got worse, the same way for so many rows."""

    operator: str
    field: str
    before: str | int | None
    after: str | int | None
    rows: int


@attrs.frozen(kw_only=True)
class Account:
    """The whole account of a batch.

    Attributes:
        header: What the journal is about.
        sealed: Whether the input is complete.
        summary: Counts and reasons.
        phases: Rows by where they stand.
        resent: Rows sent a second time, the first being proven unapplied.
        evidence: Ended rows by what the verdict rests on.
        downgrades: What got worse, the most frequent first.
    """

    header: Header
    sealed: bool
    summary: Summary
    phases: Mapping[str, int]
    resent: int
    evidence: Mapping[Evidence, int]
    downgrades: tuple[Downgrade, ...]


def standing(path: Path) -> Standing:
    """Count quickly; nothing at all where there is no journal yet."""
    try:
        with looking_on(path) as db:
            phases, verdicts = db.execute(_PHASES).fetchall(), db.execute(_VERDICTS).fetchall()
    except JournalError:  # it is just being made
        return Standing()
    return Standing(
        rows=sum(rows for _, _, rows in phases),
        sent=sum(rows for _, sent, rows in phases if sent),
        ended=sum(rows for phase, _, rows in phases if phase == "ended"),
        in_doubt=sum(rows for phase, _, rows in phases if phase in {"intent", "lost"}),
        verdicts={Verdict(verdict): rows for verdict, rows in verdicts},
    )


def has_input(path: Path) -> bool:
    """Whether the journal holds a complete input.

    Raises:
        JournalMismatchError: There is no journal there, or it is of a newer version.
    """
    with looking_on(path) as db:
        return _has_input(db)


def account(path: Path) -> Account:
    """Read everything that a summary tells.

    Raises:
        JournalMismatchError: There is no journal there, or it is of a newer version.
    """
    header = read_header(path)
    with looking_on(path) as db:
        db.execute("BEGIN")  # all of it as of one moment
        phases = dict(db.execute("SELECT phase, count(*) FROM rows GROUP BY phase"))
        attempts, resent = db.execute(_ATTEMPTS).fetchone()
        tally, evidence, downgrades = (
            Tally(sum(phases.values()), attempts),
            Counter[Evidence](),
            Counter[tuple[Any, ...]](),
        )
        for result in _results(db, header):
            tally.count(result.outcome)
            evidence[result.outcome.evidence] += 1
            for change in result.outcome.downgrades:
                downgrades[change.operator, change.field, change.before, change.after] += 1
        return Account(
            header=header,
            sealed=_has_input(db),
            summary=tally.summary(),
            phases=phases,
            resent=resent,
            evidence={kind: evidence[kind] for kind in Evidence},
            downgrades=tuple(
                Downgrade(operator=operator, field=field, before=before, after=after, rows=rows)
                for (operator, field, before, after), rows in downgrades.most_common()
            ),
        )


def results(path: Path) -> Iterator[RowResult]:
    """Every row that has ended, in the order of ending.

    Raises:
        JournalMismatchError: There is no journal there, or it is of a newer version.
    """
    header = read_header(path)
    with looking_on(path) as db:
        yield from _results(db, header)


def _has_input(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT count(*) FROM meta WHERE key = 'input'").fetchone()[0])


def _results(db: sqlite3.Connection, header: Header) -> Iterator[RowResult]:
    newest = db.execute("SELECT coalesce(max(seq), 0) FROM results").fetchone()[0]
    for seq, n, target, params, attempts, document in db.execute(_RESULTS, (newest,)):
        record = ResultRecord(
            seq=seq,
            n=n,
            id=target,
            params=json.loads(params),
            attempts=attempts,
            document=json.loads(document),
        )
        yield result_of(record, Verb(header.verb))
