"""The journal's file: its tables, its versions, and what is not a journal of ours."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from campaign_reg.errors import InvalidInputError, JournalError, JournalMismatchError
from campaign_reg.journal.records import Header
from campaign_reg.journal.store import MetaKey

SCHEMA_VERSION = 3
PLANS_SINCE_VERSION = 3
"""Earlier journals, which may be looked at without opening them, have no plans."""

_APPLICATION_ID = 0x43524A31
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
    target TEXT,
    planned TEXT
);
CREATE TABLE results (
    seq INTEGER PRIMARY KEY,
    n INTEGER NOT NULL UNIQUE REFERENCES rows (n),
    verdict TEXT NOT NULL,
    document TEXT NOT NULL
);
"""


# From the version that is the key to the next one.
_MIGRATIONS: Mapping[int, str] = {
    1: "ALTER TABLE rows ADD COLUMN target TEXT",
    2: "ALTER TABLE rows ADD COLUMN planned TEXT",
}


@contextlib.contextmanager
def looking_on(path: str | os.PathLike[str]) -> Iterator[sqlite3.Connection]:
    """A read-only connection, also while another process runs the batch.

    Raises:
        JournalMismatchError: There is not a journal there, or it is of a newer version.
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
        JournalMismatchError: There is not a journal there, or it is of a newer version.
    """
    with looking_on(path) as connection:
        return header_of(connection)


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, made readable by its owner only where there is none.

    Raises:
        InvalidInputError: It cannot be made or opened there.
    """
    try:
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise InvalidInputError(f"{path} cannot be opened: {error}") from error
    return connection


def prepare(connection: sqlite3.Connection, path: Path, header: Header) -> None:
    """Make it this batch's journal, or see that it is.

    Raises:
        JournalMismatchError: It is not a journal, is of another batch, or of a newer version.
        JournalError: It cannot be read.
    """
    try:
        is_new = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if not is_new:
            _check_kind(connection, path)  # before anything is written: it may be another user's
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if is_new:
            _create(connection, header)
        else:
            _migrate(connection)
        found = header_of(connection)
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
    facts = {**attrs.asdict(header), MetaKey.JOURNAL_ID: uuid.uuid4().hex}
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


def header_of(connection: sqlite3.Connection) -> Header:
    """What the journal behind a connection is about."""
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
