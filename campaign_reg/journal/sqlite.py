"""The durable record of a batch, and the truth about what was sent: one SQLite file.

One thread writes. Transitions that come in while a commit is on its way to the disk share the next one (group commit),
so that durability costs one flush for many rows. WAL with `synchronous=FULL`: what was awaited survives a power loss.
It holds row parameters, pre-images and verdicts, never headers, tokens or bodies.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from campaign_reg.errors import JournalError, JournalInUseError
from campaign_reg.journal.lock import FileLock, lock_of
from campaign_reg.journal.records import Header, OutcomeGroup, ResultRecord, RowRecord, Totals
from campaign_reg.journal.schema import connect, prepare
from campaign_reg.journal.store import MetaKey
from campaign_reg.journal.writer import Writer

_ROWS = "SELECT n, id, params, phase, attempts, preimage, readings, sent_at, target, planned FROM rows"
_RESULTS = "SELECT seq, n, id, params, attempts, document FROM results JOIN rows USING (n)"


class SqliteJournal:
    """`JournalStore` in one SQLite file, used by one process at a time."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: FileLock, header: Header) -> None:
        self.path, self._header, self._lock = path, header, lock
        self._writer = Writer(path, connection)

    @classmethod
    async def open(cls, path: str | os.PathLike[str], header: Header) -> SqliteJournal:
        """Open a journal, creating it (readable by its owner only) where there is none.

        Raises:
            JournalInUseError: Another process is running this batch.
            JournalMismatchError: The file is not a journal, is of another batch, or of a newer version.
            InvalidInputError: The file cannot be created or opened there.
            JournalError: The file cannot be read.
        """
        opening = asyncio.ensure_future(asyncio.to_thread(cls._open, Path(path), header))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:  # the thread opens it all the same
            await asyncio.wait([opening])
            if opening.exception() is None:
                await opening.result().aclose()
            raise

    @classmethod
    def _open(cls, path: Path, header: Header) -> SqliteJournal:
        path = path.resolve()  # reached through a link, it is the same journal, and has the same lock
        lock = lock_of(path)
        if not lock.acquire():
            raise JournalInUseError(
                f"{path} is in use by another process: wait for it, or look on with `campaign-reg batch status {path}`"
            )
        try:
            connection = connect(path)
            try:
                prepare(connection, path, header)
            except BaseException:
                connection.close()
                raise
        except BaseException:
            lock.release()
            raise
        return cls(path, connection, lock, header)

    @property
    def header(self) -> Header:
        """What the journal is about."""
        return self._header

    async def meta(self, key: str) -> str | None:
        """A remembered fact."""

        def read(db: sqlite3.Connection) -> str | None:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
            return None if row is None else str(row[0])

        return await self._writer.do(read)

    async def remember(self, key: str, value: str) -> None:
        """Remember a fact."""
        await self._execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value)

    async def learn(self, *, version_moves: bool, lag_seconds: float | None) -> None:
        """Merge what a write has shown of the account into what is known: the longest lag counts."""

        def write(db: sqlite3.Connection) -> None:
            if version_moves:
                db.execute("INSERT OR IGNORE INTO meta VALUES (?, '1')", (MetaKey.VERSION_MOVES,))
            if lag_seconds is not None:
                db.execute(_LONGEST_LAG, (MetaKey.LONGEST_LAG_SECONDS, repr(lag_seconds)))

        await self._writer.do(write)

    async def clear(self) -> bool:
        """Forget all rows of an input that was cut short; returns False if the batch is sealed or open-ended."""

        def delete(db: sqlite3.Connection) -> bool:
            if _has(db, MetaKey.INPUT) or _has(db, MetaKey.OPEN_ENDED):
                return False
            _clear(db)
            return True

        return await self._writer.do(delete)

    async def open_up(self) -> bool:
        """Make it the journal of an open-ended batch; returns False if it has its whole input."""

        def write(db: sqlite3.Connection) -> bool:
            if _has(db, MetaKey.OPEN_ENDED):
                return True
            if _has(db, MetaKey.INPUT):
                return False
            _clear(db)
            db.execute("INSERT INTO meta VALUES (?, '1')", (MetaKey.OPEN_ENDED,))
            return True

        return await self._writer.do(write)

    async def add(self, rows: Sequence[RowRecord]) -> None:
        """Add rows, all or none."""
        values = [(row.n, row.id, _dump(row.params), row.phase) for row in rows]

        def insert(db: sqlite3.Connection) -> None:
            db.executemany("INSERT INTO rows (n, id, params, phase) VALUES (?, ?, ?, ?)", values)

        await self._writer.do(insert)

    async def append(self, id: str, params: Mapping[str, Any]) -> tuple[RowRecord | None, bool]:
        """Add one row in the next place, unless its id is there or the batch is sealed."""

        def write(db: sqlite3.Connection) -> tuple[RowRecord | None, bool]:
            known = _row_of(db, id)
            if known is not None or _has(db, MetaKey.INPUT):
                return known, False
            db.execute(_APPEND, (id, _dump(params)))
            return _row_of(db, id), True

        return await self._writer.do(write)

    async def seal(
        self, digest: str, columns: str | None = None, ended: Sequence[tuple[int, str, str]] = ()
    ) -> bool:
        """Take no more rows; returns False if it was sealed before."""

        def write(db: sqlite3.Connection) -> bool:
            if _has(db, MetaKey.INPUT):
                return False
            for n, verdict, document in ended:
                _end(db, n, verdict, 0, document)
            facts = [(MetaKey.INPUT, digest), *([] if columns is None else [(MetaKey.COLUMNS, columns)])]
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", facts)
            return True

        return await self._writer.do(write)

    async def rows(self, phases: Sequence[str], after: int, most: int) -> list[RowRecord]:
        """Rows in these phases beyond place `after`, in order."""
        query = f"{_ROWS} WHERE n > ? AND phase IN (SELECT value FROM json_each(?)) ORDER BY n LIMIT ?"  # noqa: S608
        return await self._writer.do(
            lambda db: [_row(values) for values in db.execute(query, (after, _dump(list(phases)), most))]
        )

    async def row(self, id: str) -> RowRecord | None:
        """The row of this id."""
        return await self._writer.do(lambda db: _row_of(db, id))

    async def planned(self, plans: Sequence[tuple[int, str]]) -> None:
        """What rows looked like when the run was planned."""

        def write(db: sqlite3.Connection) -> None:
            db.executemany("UPDATE rows SET planned = ? WHERE n = ?", [(text, n) for n, text in plans])

        await self._writer.do(write)

    async def intent(self, n: int, attempts: int, preimage: str, digest: str, at: str) -> None:
        """A write is about to leave."""
        values = (attempts, preimage, bytes.fromhex(digest), at, n, attempts - 1)

        def write(db: sqlite3.Connection) -> None:
            done = db.execute(
                "UPDATE rows SET phase = 'intent', attempts = ?, preimage = ?, digest = ?, sent_at = ?, "
                "readings = NULL WHERE n = ? AND phase IN ('ready', 'lost') AND attempts = ?",
                values,
            )
            if done.rowcount != 1:
                raise JournalError(f"row {n} was begun by somebody else in the meantime")

        await self._writer.do(write)

    async def phase(self, n: int, phase: str, attempts: int, target: str | None = None) -> None:
        """A row changed phase, and perhaps its campaign got an id."""
        await self._execute(
            "UPDATE rows SET phase = ?, attempts = ?, target = coalesce(?, target) WHERE n = ?",
            phase,
            attempts,
            target,
            n,
        )

    async def take_back(self, n: int, phase: str, attempts: int, preimage: str, sent_at: str | None) -> None:
        """A write that was about to leave was not applied: the row is about an earlier one again."""
        await self._execute(
            "UPDATE rows SET phase = ?, attempts = ?, preimage = ?, sent_at = ? WHERE n = ?",
            phase,
            attempts,
            preimage,
            sent_at,
            n,
        )

    async def observed(self, n: int, phase: str, readings: str) -> None:
        """Something was seen that decides later on."""
        await self._execute("UPDATE rows SET phase = ?, readings = ? WHERE n = ?", phase, readings, n)

    async def end(self, n: int, verdict: str, attempts: int, document: str) -> bool:
        """A row ended; returns whether it is news."""
        return await self._writer.do(lambda db: _end(db, n, verdict, attempts, document))

    async def cancel(self, verdict: str, document: str) -> int:
        """End every row that has not been sent, all alike; returns how many."""

        def write(db: sqlite3.Connection) -> int:
            ended = db.execute(
                "INSERT INTO results (n, verdict, document) SELECT n, ?, ? FROM rows WHERE phase = 'ready'",
                (verdict, document),
            )
            db.execute("UPDATE rows SET phase = 'ended' WHERE phase = 'ready'")
            return ended.rowcount

        return await self._writer.do(write)

    async def decide(self, seq: int, verdict: str, document: str) -> bool:
        """Put a person's word in place of a result, as the newest one; returns False if it is not there any more."""

        def write(db: sqlite3.Connection) -> bool:
            before = db.execute("SELECT verdict FROM results WHERE seq = ?", (seq,)).fetchone()
            if before is None:
                return False
            db.execute(_DECIDE, (verdict, document, seq))
            if before[0] == "unknown":
                db.execute(_ONE_UNKNOWN_LESS, (MetaKey.ACCEPTED,))
            return True

        return await self._writer.do(write)

    async def result(self, id: str) -> ResultRecord | None:
        """How the row of this id ended; None while it has not."""

        def read(db: sqlite3.Connection) -> ResultRecord | None:
            values = db.execute(f"{_RESULTS} WHERE id = ?", (id,)).fetchone()
            return None if values is None else _result(values)

        return await self._writer.do(read)

    async def results(self, after: int, most: int) -> list[ResultRecord]:
        """Results beyond sequence number `after`, in order."""
        query = f"{_RESULTS} WHERE seq > ? ORDER BY seq LIMIT ?"
        return await self._writer.do(
            lambda db: [_result(values) for values in db.execute(query, (after, most))]
        )

    async def totals(self) -> Totals:
        """All rows and results together, however many they are."""
        return await self._writer.do(_totals)

    async def counts(self) -> dict[str, int]:
        """How many rows are in each phase."""
        return await self._writer.do(
            lambda db: dict(db.execute("SELECT phase, count(*) FROM rows GROUP BY phase"))
        )

    async def preimage(self, n: int) -> Mapping[str, Any] | None:
        """A row's whole pre-image."""

        def read(db: sqlite3.Connection) -> Mapping[str, Any] | None:
            row = db.execute("SELECT preimage FROM rows WHERE n = ?", (n,)).fetchone()
            found: Mapping[str, Any] | None = json.loads("null" if row is None or row[0] is None else row[0])
            return found

        return await self._writer.do(read)

    async def aclose(self) -> None:
        """Finish what was begun and let go; may be called twice."""
        await self._writer.aclose()
        self._lock.release()

    async def _execute(self, sql: str, *values: object) -> None:
        def run(db: sqlite3.Connection) -> None:
            db.execute(sql, values)

        await self._writer.do(run)


# Place numbers have no gaps: a row is never deleted alone.
_APPEND = "INSERT INTO rows (n, id, params, phase) SELECT coalesce(max(n), 0) + 1, ?, ?, 'ready' FROM rows"
_LONGEST_LAG = (
    "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value "
    "WHERE CAST(excluded.value AS REAL) > CAST(meta.value AS REAL)"
)
_DECIDE = (
    "UPDATE results SET seq = (SELECT max(seq) + 1 FROM results), verdict = ?, document = ? WHERE seq = ?"
)
_ONE_UNKNOWN_LESS = (
    "UPDATE meta SET value = json_set(value, '$.unknown', json_extract(value, '$.unknown') - 1) "
    "WHERE key = ? AND json_extract(value, '$.unknown') > 0"
)

# Results that count alike. `Tally` decides in Python, so that there is one rule: it counts reasons of these
# verdicts only, and changes only if one is for the worse.
_GROUPS = """
SELECT verdict,
    CASE WHEN verdict IN ('failed', 'action_required') THEN json_extract(document, '$.reason') END,
    CASE WHEN verdict IN ('failed', 'action_required') THEN json_extract(document, '$.feedback') END,
    CASE WHEN instr(document, '"worse"') THEN json_extract(document, '$.changes') END,
    count(*)
FROM results GROUP BY 1, 2, 3, 4
"""
_WRITTEN = "SELECT count(*), coalesce(sum(attempts > 0), 0), coalesce(sum(attempts), 0) FROM rows"


def _totals(db: sqlite3.Connection) -> Totals:
    rows, sent, attempts = db.execute(_WRITTEN).fetchone()
    return Totals(
        rows=rows,
        sent=sent,
        attempts=attempts,
        newest=db.execute("SELECT coalesce(max(seq), 0) FROM results").fetchone()[0],
        results=tuple(OutcomeGroup.of(*group) for group in db.execute(_GROUPS)),
    )


def _has(db: sqlite3.Connection, key: MetaKey) -> bool:
    return db.execute("SELECT 1 FROM meta WHERE key = ?", (key,)).fetchone() is not None


def _clear(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM results")
    db.execute("DELETE FROM rows")


def _end(db: sqlite3.Connection, n: int, verdict: str, attempts: int, document: str) -> bool:
    db.execute("UPDATE rows SET phase = 'ended', attempts = ?, readings = NULL WHERE n = ?", (attempts, n))
    added = db.execute(
        "INSERT OR IGNORE INTO results (n, verdict, document) VALUES (?, ?, ?)", (n, verdict, document)
    )
    return added.rowcount == 1


def _row_of(db: sqlite3.Connection, id: str) -> RowRecord | None:
    values = db.execute(f"{_ROWS} WHERE id = ?", (id,)).fetchone()
    return None if values is None else _row(values)


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _row(values: tuple[Any, ...]) -> RowRecord:
    n, id, params, phase, attempts, preimage, readings, sent_at, target, planned = values
    return RowRecord(
        n=n,
        id=id,
        params=json.loads(params),
        phase=phase,
        attempts=attempts,
        preimage=None if preimage is None else json.loads(preimage),
        readings=() if readings is None else json.loads(readings),
        sent_at=sent_at,
        target=target,
        planned=None if planned is None else json.loads(planned),
    )


def _result(values: tuple[Any, ...]) -> ResultRecord:
    seq, n, id, params, attempts, document = values
    return ResultRecord(
        seq=seq, n=n, id=id, params=json.loads(params), attempts=attempts, document=json.loads(document)
    )
