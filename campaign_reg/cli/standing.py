"""Where a batch stands, read from its journal without touching it, also while another process runs it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.engine.brakes import Accepted, Brakes
from campaign_reg.engine.plan import PlanNote, difference
from campaign_reg.engine.records import RowResult, Summary, Tally, result_of
from campaign_reg.engine.schema import PLANS_SINCE_VERSION, looking_on, read_header
from campaign_reg.engine.store import ACCEPTED, BRAKES, Header, ResultRecord
from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.errors import JournalError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_PHASES = "SELECT phase, attempts > 0, count(*) FROM rows GROUP BY phase, attempts > 0"
_WRITTEN = "SELECT coalesce(sum(attempts > 0), 0), coalesce(sum(attempts), 0), coalesce(sum(attempts > 1), 0) FROM rows"
_VERDICTS = "SELECT verdict, count(*) FROM results GROUP BY verdict"
_PLANNED = "SELECT planned, preimage FROM rows WHERE planned IS NOT NULL AND preimage IS NOT NULL"
_RESULTS = (
    "SELECT seq, n, id, params, attempts, document FROM results JOIN rows USING (n) "
    "WHERE seq <= ? ORDER BY seq"
)


_MOST_UNKNOWN = 100


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
        sealed: Whether the input is complete, or rows are handed in one by one.
        brakes: What the batch may cost, and when it waits for a person.
        summary: Counts and reasons.
        phases: Rows by where they stand.
        resent: Rows sent a second time, the first being proven unapplied.
        evidence: Ended rows by what the verdict rests on.
        downgrades: What got worse, the most frequent first.
        unknown: The first rows that a person has to decide, with the reason.
        changed_since_plan: Rows that were not at the write what the saved plan had seen.
    """

    header: Header
    sealed: bool
    brakes: Brakes
    summary: Summary
    phases: Mapping[str, int]
    resent: int
    evidence: Mapping[Evidence, int]
    downgrades: tuple[Downgrade, ...]
    unknown: tuple[PlanNote, ...]
    changed_since_plan: int


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
        sent, attempts, resent = db.execute(_WRITTEN).fetchone()
        tally = Tally(sum(phases.values()), sent, attempts)
        evidence, downgrades = Counter[Evidence](), Counter[tuple[Any, ...]]()
        unknown: list[PlanNote] = []
        for result in _results(db, header):
            tally.count(result.outcome)
            if result.outcome.verdict is Verdict.UNKNOWN and len(unknown) < _MOST_UNKNOWN:
                unknown.append(PlanNote(result.id, result.outcome.reason))
            evidence[result.outcome.evidence] += 1
            for change in result.outcome.downgrades:
                downgrades[change.operator, change.field, change.before, change.after] += 1
        brakes = Brakes.from_text(_meta(db, BRAKES))
        hold = brakes.hold(tally, Accepted.from_text(_meta(db, ACCEPTED)))
        return Account(
            header=header,
            sealed=_has_input(db),
            brakes=brakes,
            summary=tally.summary(hold if phases.keys() & {"ready", "lost"} else None),
            phases=phases,
            resent=resent,
            evidence={kind: evidence[kind] for kind in Evidence},
            downgrades=tuple(
                Downgrade(operator=operator, field=field, before=before, after=after, rows=rows)
                for (operator, field, before, after), rows in downgrades.most_common()
            ),
            unknown=tuple(unknown),
            changed_since_plan=_changed_since_plan(db),
        )


def results(path: Path) -> Iterator[RowResult]:
    """Every row that has ended, in the order of ending.

    Raises:
        JournalMismatchError: There is no journal there, or it is of a newer version.
    """
    header = read_header(path)
    with looking_on(path) as db:
        yield from _results(db, header)


def has_plan(path: Path) -> bool:
    """Whether a plan was saved in the journal, whose caps were checked then and bind every run."""
    with looking_on(path) as db:
        return _meta(db, BRAKES) is not None


def _changed_since_plan(db: sqlite3.Connection) -> int:
    if db.execute("PRAGMA user_version").fetchone()[0] < PLANS_SINCE_VERSION:
        return 0
    return sum(
        bool(difference(json.loads(planned), json.loads(preimage)))
        for planned, preimage in db.execute(_PLANNED)
    )


def _has_input(db: sqlite3.Connection) -> bool:
    return _meta(db, "input") is not None or _meta(db, "open_ended") is not None


def _meta(db: sqlite3.Connection, key: str) -> str | None:
    found = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if found is None else found[0]


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
