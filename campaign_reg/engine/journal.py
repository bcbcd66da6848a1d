"""The durable record of a batch, and the truth about what was sent: one SQLite file.

One thread writes. Transitions that come in while a commit is on its way to the disk share the next one (group commit),
so that durability costs one flush for many rows. WAL with `synchronous=FULL`: what was awaited survives a power loss.
It holds row parameters, pre-images and verdicts, never headers, tokens or bodies.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import queue
import sqlite3
import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import attrs

from campaign_reg.engine.lock import FileLock
from campaign_reg.engine.store import Header, ResultRecord, RowRecord, Totals
from campaign_reg.errors import InvalidInputError, JournalError, JournalInUseError, JournalMismatchError

T = TypeVar("T")

SCHEMA_VERSION = 2
_APPLICATION_ID = 0x43524A31
_MOST_IN_A_COMMIT = 1024
_BAD_FILE = (sqlite3.DatabaseError, UnicodeDecodeError)

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE rows (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    params TEXT NOT NULL,
    phase TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    preimage TEXT,
    digest BLOB,
    sent_at TEXT,
    readings TEXT,
    target TEXT
);
CREATE TABLE results (
    seq INTEGER PRIMARY KEY,
    n INTEGER NOT NULL UNIQUE REFERENCES rows (n),
    verdict TEXT NOT NULL,
    document TEXT NOT NULL
);
"""


# From the version that is the key to the next one.
_MIGRATIONS: Mapping[int, str] = {1: "ALTER TABLE rows ADD COLUMN target TEXT"}


class SqliteJournal:
    """`JournalStore` in one SQLite file, used by one process at a time."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: FileLock, header: Header) -> None:
        self.path, self._header = path, header
        self._connection, self._lock = connection, lock
        self._closed = False
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._broken: JournalError | None = None
        self._thread = threading.Thread(target=self._write, name=f"journal {path.name}", daemon=True)
        self._thread.start()

    @classmethod
    async def open(cls, path: str | os.PathLike[str], header: Header) -> SqliteJournal:
        """Open a journal, creating it (readable by its owner only) where there is none.

        Raises:
            JournalInUseError: Another process is running this batch.
            JournalMismatchError: The file is no journal, is of another batch, or of a newer version.
            InvalidInputError: The file cannot be created or opened there.
            JournalError: The file cannot be read.
        """
        return await asyncio.to_thread(cls._open, Path(path), header)

    @classmethod
    def _open(cls, path: Path, header: Header) -> SqliteJournal:
        path = path.resolve()  # reached through a link, it is the same journal, and has the same lock
        lock = FileLock(path.with_name(path.name + ".lock"))
        if not lock.acquire():
            raise JournalInUseError(
                f"{path} is in use by another process: wait for it, or look on with `campaign-reg batch status {path}`"
            )
        try:
            connection = _connect(path)
            try:
                _prepare(connection, path, header)
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

        return await self._do(read)

    async def remember(self, key: str, value: str) -> None:
        """Remember a fact."""
        await self._execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value)

    async def clear(self) -> None:
        """Forget all rows of an input that was never sealed."""

        def delete(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM results")
            db.execute("DELETE FROM rows")

        await self._do(delete)

    async def add(self, rows: Sequence[RowRecord]) -> None:
        """Add rows, all or none."""
        values = [(row.n, row.id, _dump(row.params), row.phase) for row in rows]

        def insert(db: sqlite3.Connection) -> None:
            db.executemany("INSERT INTO rows (n, id, params, phase) VALUES (?, ?, ?, ?)", values)

        await self._do(insert)

    async def rows(self, phases: Sequence[str], after: int, most: int) -> list[RowRecord]:
        """Rows in these phases beyond place `after`, in order."""
        query = (
            "SELECT n, id, params, phase, attempts, preimage, readings, sent_at, target FROM rows "
            "WHERE n > ? AND phase IN (SELECT value FROM json_each(?)) ORDER BY n LIMIT ?"
        )
        return await self._do(
            lambda db: [_row(values) for values in db.execute(query, (after, _dump(list(phases)), most))]
        )

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

        await self._do(write)

    async def phase(self, n: int, phase: str, attempts: int, target: str | None = None) -> None:
        """A row changed phase, and perhaps its campaign got an id."""
        await self._execute(
            "UPDATE rows SET phase = ?, attempts = ?, target = coalesce(?, target) WHERE n = ?",
            phase,
            attempts,
            target,
            n,
        )

    async def observed(self, n: int, phase: str, readings: str) -> None:
        """Something was seen that decides later on."""
        await self._execute("UPDATE rows SET phase = ?, readings = ? WHERE n = ?", phase, readings, n)

    async def end(self, n: int, verdict: str, attempts: int, document: str) -> None:
        """A row ended."""

        def write(db: sqlite3.Connection) -> None:
            db.execute(
                "UPDATE rows SET phase = 'ended', attempts = ?, readings = NULL WHERE n = ?", (attempts, n)
            )
            db.execute(
                "INSERT OR IGNORE INTO results (n, verdict, document) VALUES (?, ?, ?)",
                (n, verdict, document),
            )

        await self._do(write)

    async def results(self, after: int, most: int) -> list[ResultRecord]:
        """Results beyond sequence number `after`, in order."""
        query = (
            "SELECT seq, n, id, params, attempts, document FROM results JOIN rows USING (n) "
            "WHERE seq > ? ORDER BY seq LIMIT ?"
        )
        return await self._do(lambda db: [_result(values) for values in db.execute(query, (after, most))])

    async def totals(self) -> Totals:
        """All results together, however many they are."""
        return await self._do(_totals)

    async def counts(self) -> dict[str, int]:
        """How many rows are in each phase."""
        return await self._do(lambda db: dict(db.execute("SELECT phase, count(*) FROM rows GROUP BY phase")))

    async def attempts(self) -> int:
        """Writes that were, or may have been, applied."""
        return await self._do(
            lambda db: int(db.execute("SELECT coalesce(sum(attempts), 0) FROM rows").fetchone()[0])
        )

    async def preimage(self, n: int) -> Mapping[str, Any] | None:
        """A row's whole pre-image."""

        def read(db: sqlite3.Connection) -> Mapping[str, Any] | None:
            row = db.execute("SELECT preimage FROM rows WHERE n = ?", (n,)).fetchone()
            found: Mapping[str, Any] | None = json.loads("null" if row is None or row[0] is None else row[0])
            return found

        return await self._do(read)

    async def aclose(self) -> None:
        """Finish what was begun and let go; may be called twice."""
        self._closed = True
        if self._thread.is_alive():
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)
        self._lock.release()

    async def _execute(self, sql: str, *values: object) -> None:
        def run(db: sqlite3.Connection) -> None:
            db.execute(sql, values)

        await self._do(run)

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run work in the writer's thread; returns when it is committed.

        Cancelling the caller does not undo it: the work is done all the same.
        """
        if self._broken is not None:
            raise self._broken
        if self._closed:
            raise JournalError(f"{self.path} was closed: open the batch again")
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, loop.create_future())
        self._jobs.put(job)
        result: T = await job.future
        return result

    def _write(self) -> None:
        jobs: list[_Job] = []
        while (job := self._jobs.get()) is not None:
            jobs = [job, *self._waiting_jobs()]
            self._commit(jobs)
        self._connection.close()

    def _waiting_jobs(self) -> Iterator[_Job]:
        with contextlib.suppress(queue.Empty):
            for _ in range(_MOST_IN_A_COMMIT):
                job = self._jobs.get_nowait()
                if job is None:
                    self._jobs.put(None)  # close after this commit
                    return
                yield job

    def _commit(self, jobs: list[_Job]) -> None:
        """Run jobs in one transaction; if any of it fails, none of them counts and the journal is closed to writes."""
        db, results = self._connection, []
        if self._broken is not None:
            _fail(jobs, self._broken)
            return
        try:
            db.execute("BEGIN IMMEDIATE")
            results = [job.work(db) for job in jobs]
            db.execute("COMMIT")
        except Exception as error:  # noqa: BLE001  (whatever it was, nobody may believe that it is durable)
            with contextlib.suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            self._broken = _cannot_write(self.path, error)
            _fail(jobs, self._broken)
            return
        _tell((job, job.succeed, result) for job, result in zip(jobs, results, strict=True))


class _Job:
    """Work for the writer's thread, and whom to tell."""

    __slots__ = ("future", "loop", "work")

    def __init__(
        self,
        work: Callable[[sqlite3.Connection], Any],
        loop: asyncio.AbstractEventLoop,
        future: asyncio.Future[Any],
    ) -> None:
        self.work, self.loop, self.future = work, loop, future

    def succeed(self, result: Any) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)


def _fail(jobs: Sequence[_Job], error: JournalError) -> None:
    _tell((job, job.fail, error) for job in jobs)


def _tell(news: Iterable[tuple[_Job, Callable[[Any], None], Any]]) -> None:
    """Wake the loop once for all that a commit decided."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Callable[[Any], None], Any]]] = defaultdict(list)
    for job, tell, what in news:
        by_loop[job.loop].append((tell, what))
    for loop, calls in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_call_each, calls)


def _call_each(calls: list[tuple[Callable[[Any], None], Any]]) -> None:
    for tell, what in calls:
        tell(what)


@contextlib.contextmanager
def looking_on(path: str | os.PathLike[str]) -> Iterator[sqlite3.Connection]:
    """A read-only connection, also while another process runs the batch.

    Raises:
        JournalMismatchError: There is no journal there, or it is of a newer version.
    """
    file = Path(path)
    if not file.is_file():
        raise JournalMismatchError(f"{file}: there is no such journal")
    connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    try:
        _check_kind(connection, file)
        yield connection
    except _BAD_FILE as error:
        raise _not_a_journal(file, error) from error
    finally:
        connection.close()


def read_header(path: str | os.PathLike[str]) -> Header:
    """What a journal is about.

    Raises:
        JournalMismatchError: There is no journal there, or it is of a newer version.
    """
    with looking_on(path) as connection:
        return _header(connection)


def _connect(path: Path) -> sqlite3.Connection:
    try:
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise InvalidInputError(f"{path} cannot be opened: {error}") from error
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, header: Header) -> None:
    try:
        is_new = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if not is_new:
            _check_kind(connection, path)  # before anything is written: it may be somebody else's
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if is_new:
            _create(connection, header)
        else:
            _migrate(connection)
        found = _header(connection)
    except _BAD_FILE as error:
        raise _not_a_journal(path, error) from error
    if found != header:
        raise JournalMismatchError(
            f"{path} is the journal of another batch ({found.verb} at {found.provider}, account {found.account}); "
            f"this one is {header.verb} at {header.provider}, account {header.account}: give it a journal of its own"
        )


def _create(connection: sqlite3.Connection, header: Header) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)
    facts = {**attrs.asdict(header), "journal_id": uuid.uuid4().hex}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring a journal of an older release up to this one, step by step, each all or nothing."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    for step in range(version, SCHEMA_VERSION):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_MIGRATIONS[step])
        connection.execute(f"PRAGMA user_version = {step + 1}")
        connection.execute("COMMIT")


def _check_kind(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
        raise JournalMismatchError(
            f"{path} is a database of another program: choose another path for the journal"
        )
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise JournalMismatchError(
            f"{path} was written by a newer campaign_reg (journal version {version}, this one knows "
            f"{SCHEMA_VERSION}): update campaign_reg, nothing in the file was changed"
        )


def _header(connection: sqlite3.Connection) -> Header:
    meta = dict(
        connection.execute("SELECT key, value FROM meta WHERE key IN ('provider', 'account', 'verb')")
    )
    return Header(**meta)


def _not_a_journal(path: Path, error: Exception) -> JournalError:
    if isinstance(error, sqlite3.OperationalError):
        return JournalError(f"{path} cannot be used: {error}")
    return JournalMismatchError(
        f"{path} is not a journal, or a damaged one ({error}). If it is a journal, restore it from a copy, or run "
        f"`sqlite3 {path} .recover`; do not start the batch anew without knowing what was sent"
    )


# What counts as stopped, and the row's reason where the vendor gave none of its own; the same rule as `Tally.count`.
_REASONS = """
SELECT coalesce(json_extract(item.value, '$.code'), ''), coalesce(json_extract(item.value, '$.field'), ''),
    coalesce(json_extract(item.value, '$.text'), ''), count(DISTINCT n)
FROM results, json_each(document, '$.feedback') AS item
WHERE verdict IN ('failed', 'action_required') GROUP BY 1, 2, 3
UNION ALL
SELECT '', '', json_extract(document, '$.reason'), count(*) FROM results
WHERE verdict IN ('failed', 'action_required') AND coalesce(json_array_length(document, '$.feedback'), 0) = 0
GROUP BY 3
"""
_DOWNGRADED = """
SELECT count(*) FROM results WHERE instr(document, '"worse"') > 0 AND EXISTS
(SELECT 1 FROM json_each(document, '$.changes') AS change WHERE json_extract(change.value, '$[4]') = 'worse')
"""


def _totals(db: sqlite3.Connection) -> Totals:
    reasons: Counter[tuple[str, str, str]] = Counter()
    for code, field, text, rows in db.execute(_REASONS):
        reasons[code, field, text] += rows
    return Totals(
        newest=db.execute("SELECT coalesce(max(seq), 0) FROM results").fetchone()[0],
        verdicts=dict(db.execute("SELECT verdict, count(*) FROM results GROUP BY verdict")),
        downgraded=db.execute(_DOWNGRADED).fetchone()[0],
        reasons=reasons,
    )


def _cannot_write(path: Path, error: Exception) -> JournalError:
    return JournalError(
        f"{path} cannot be written ({error}): stopped before sending anything unjournalled; "
        "make room or mend the disk, then resume"
    )


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _row(values: tuple[Any, ...]) -> RowRecord:
    n, id, params, phase, attempts, preimage, readings, sent_at, target = values
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
    )


def _result(values: tuple[Any, ...]) -> ResultRecord:
    seq, n, id, params, attempts, document = values
    return ResultRecord(
        seq=seq, n=n, id=id, params=json.loads(params), attempts=attempts, document=json.loads(document)
    )
