"""A journal as of one moment, read without touching it, also while another process runs the batch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.enums import Verb, Verdict
from campaign_reg.journal.records import Header, ResultRecord, RowResult, result_of
from campaign_reg.journal.schema import PLANS_SINCE_VERSION, header_of, looking_on
from campaign_reg.journal.store import MetaKey

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from campaign_reg.models.reading import Terms

TO_CORRECT = (Verdict.FAILED, Verdict.ACTION_REQUIRED)
"""Verdicts of rows that may be corrected and run again."""

_WRITTEN = "SELECT coalesce(sum(attempts > 0), 0), coalesce(sum(attempts), 0), coalesce(sum(attempts > 1), 0) FROM rows"
_PLANNED = "SELECT planned, preimage FROM rows WHERE planned IS NOT NULL AND preimage IS NOT NULL"
_STANDING = "SELECT phase, attempts > 0, count(*) FROM rows GROUP BY phase, attempts > 0"
_VERDICTS = "SELECT verdict, count(*) FROM results GROUP BY verdict"
_PHASES_OF = (
    "SELECT id, phase FROM rows WHERE :ids IS NULL OR id IN (SELECT value FROM json_each(:ids)) ORDER BY n"
)
_RESULTS = "SELECT seq, n, id, params, attempts, document FROM results JOIN rows USING (n)"
_AS_ENDED = " ORDER BY seq"
_TO_CORRECT = " WHERE verdict IN (SELECT value FROM json_each(?)) ORDER BY n"
_ENTRIES = (
    "SELECT n, id, phase, rows.attempts, sent_at, preimage, seq, document "
    "FROM rows LEFT JOIN results USING (n)"
)
# Rows that need a person come first, each kind in the order of the input.
_BY_ATTENTION = """
 JOIN (
    SELECT n AS place, CASE
        WHEN verdict = 'unknown' THEN 0 WHEN verdict = 'action_required' THEN 1 WHEN verdict = 'failed' THEN 2
        WHEN verdict IS NULL THEN 3 WHEN instr(document, '"worse"') THEN 4
        WHEN verdict = 'cancelled' THEN 5 WHEN verdict = 'skipped' THEN 6 ELSE 7 END AS attention
    FROM rows LEFT JOIN results USING (n) ORDER BY attention, n LIMIT ?
 ) ON n = place ORDER BY attention, n
"""


@attrs.frozen(kw_only=True)
class Entry:
    """One row, ended or open.

    Attributes:
        n: Its place in the input, from 1.
        id: The campaign's id; of a create, the row's name.
        phase: Its phase.
        attempts: Writes that were, or may have been, applied.
        sent_at: When the newest write left.
        terms: What each operator granted before the write.
        result: How it ended, without the parameters; None while it is open.
    """

    n: int
    id: str
    phase: str
    attempts: int
    sent_at: datetime | None
    terms: Terms = attrs.field(repr=False)
    result: RowResult | None


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


@attrs.frozen
class JournalReader:
    """What a journal says at one moment.

    Attributes:
        header: What it is about.
    """

    header: Header
    _db: sqlite3.Connection = attrs.field(repr=False)

    @property
    def sealed(self) -> bool:
        """Whether the input is complete, or rows are submitted one by one."""
        return self._meta(MetaKey.INPUT) is not None or self._meta(MetaKey.OPEN_ENDED) is not None

    @property
    def guardrails(self) -> str | None:
        """What the batch may cost, and when it waits for a person, as text; None where the journal has none."""
        return self._meta(MetaKey.GUARDRAILS)

    @property
    def accepted(self) -> str | None:
        """What a person has accepted so far, as text; None for nothing."""
        return self._meta(MetaKey.ACCEPTED)

    @property
    def journal_id(self) -> str | None:
        """Identity of the journal."""
        return self._meta(MetaKey.JOURNAL_ID)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the input, where it had some that were remembered."""
        return tuple(json.loads(self._meta(MetaKey.COLUMNS) or "[]"))

    def phases(self) -> dict[str, int]:
        """Rows by their state."""
        return dict(self._db.execute("SELECT phase, count(*) FROM rows GROUP BY phase"))

    def written(self) -> tuple[int, int, int]:
        """Rows that were sent; writes that were, or may have been, applied; and rows that were sent a second time."""
        sent, attempts, again = self._db.execute(_WRITTEN).fetchone()
        return sent, attempts, again

    def phases_of(self, ids: Sequence[str] | None) -> dict[str, str]:
        """Phases of these rows by their ids, in the order of the input; None asks for all rows."""
        wanted = None if ids is None else json.dumps(list(ids))
        return dict(self._db.execute(_PHASES_OF, {"ids": wanted}))

    def standing(self) -> Standing:
        """Count quickly, without reading any result."""
        phases = self._db.execute(_STANDING).fetchall()
        return Standing(
            rows=sum(rows for _, _, rows in phases),
            sent=sum(rows for _, sent, rows in phases if sent),
            ended=sum(rows for phase, _, rows in phases if phase == "ended"),
            in_doubt=sum(rows for phase, _, rows in phases if phase in {"intent", "lost"}),
            verdicts={Verdict(verdict): rows for verdict, rows in self._db.execute(_VERDICTS)},
        )

    def plans(self) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """What the saved plan and the write had seen, plain, of each row that has both."""
        if self._db.execute("PRAGMA user_version").fetchone()[0] < PLANS_SINCE_VERSION:
            return
        for planned, preimage in self._db.execute(_PLANNED):
            yield json.loads(planned), json.loads(preimage)

    def results(self) -> Iterator[RowResult]:
        """Every row that has ended, in the order of ending."""
        return (self._result(*values) for values in self._db.execute(_RESULTS + _AS_ENDED))

    def to_correct(self) -> Iterator[RowResult]:
        """The rows that may be corrected and run again, in the order of the input."""
        wanted = json.dumps([verdict.value for verdict in TO_CORRECT])
        return (self._result(*values) for values in self._db.execute(_RESULTS + _TO_CORRECT, (wanted,)))

    def entries(self, most: int | None = None) -> Iterator[Entry]:
        """Every row in the order of the input; or at most this many, those first that need a person."""
        if most is None:
            found = self._db.execute(f"{_ENTRIES} ORDER BY n")
        else:
            found = self._db.execute(_ENTRIES + _BY_ATTENTION, (most,))
        return (self._entry(*values) for values in found)

    def _entry(
        self, n: int, id: str, phase: str, attempts: int, sent_at: str | None,
        preimage: str | None, seq: int | None, document: str | None,
    ) -> Entry:  # fmt: skip
        return Entry(
            n=n,
            id=id,
            phase=phase,
            attempts=attempts,
            sent_at=None if sent_at is None else datetime.fromisoformat(sent_at),
            terms=_terms(preimage),
            result=None if document is None else self._result(seq or 0, n, id, "{}", attempts, document),
        )

    def _result(self, seq: int, n: int, id: str, params: str, attempts: int, document: str) -> RowResult:
        record = ResultRecord(
            seq=seq, n=n, id=id, params=json.loads(params), attempts=attempts, document=json.loads(document)
        )
        return result_of(record, Verb(self.header.verb))

    def _meta(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])


@contextmanager
def open_reader(path: Path) -> Iterator[JournalReader]:
    """Look at a journal; everything read in the block is of the same moment.

    Raises:
        JournalMismatchError: There is not a journal there, or it is of a newer version.
    """
    with looking_on(path) as db:
        db.execute("BEGIN")
        yield JournalReader(header_of(db), db)


def _terms(preimage: str | None) -> Terms:
    plain = None if preimage is None else json.loads(preimage)
    terms: Terms = plain.get("m", {}) if plain else {}
    return terms
