"""Which open batch of this machine holds which campaign, so that two of them do not write to the same one.

One small SQLite file in the user's state directory, keyed by provider, account, verb and campaign. A claim ends with
its batch; one whose journal is gone, or whose row there has ended, counts for nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from campaign_reg.engine.journal import Header, looking_on
from campaign_reg.errors import InvalidInputError, JournalError

DIRECTORY_VARIABLE = "CAMPAIGN_REG_STATE_DIR"
_WAIT_SECONDS = 30.0
_MOST_NAMED = 5

_SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (
    provider TEXT, account TEXT, verb TEXT, id TEXT, journal TEXT NOT NULL,
    PRIMARY KEY (provider, account, verb, id)
) WITHOUT ROWID
"""


def state_directory() -> Path:
    """Where claims are kept: `CAMPAIGN_REG_STATE_DIR`, or the platform's place for a user's state."""
    given = os.environ.get(DIRECTORY_VARIABLE)
    if given:
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~")).expanduser() / "campaign-reg"
    return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "campaign-reg"


@attrs.frozen
class Claims:
    """The claims of one batch.

    Attributes:
        header: What the batch does.
        journal: Its journal, absolute.
    """

    header: Header
    journal: Path

    def take(self, ids: Sequence[str]) -> None:
        """Claim campaigns, all or none; claiming one's own again is fine.

        Raises:
            InvalidInputError: Another open batch holds at least one of them.
            JournalError: The claims file cannot be written.
        """
        with _claims_file() as db:
            _forget_vanished(db)
            self._refuse_conflicts(db, json.dumps(ids))
            key = attrs.astuple(self.header)
            db.executemany(
                "INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?, ?)",
                [(*key, id, str(self.journal)) for id in ids],
            )

    def release(self) -> None:
        """Give up all claims of this batch."""
        with _claims_file() as db:
            db.execute("DELETE FROM claims WHERE journal = ?", (str(self.journal),))

    def _refuse_conflicts(self, db: sqlite3.Connection, ids: str) -> None:
        held = db.execute(
            "SELECT journal, id FROM claims WHERE provider = ? AND account = ? AND verb = ? AND journal <> ? "
            "AND id IN (SELECT value FROM json_each(?))",
            (*attrs.astuple(self.header), str(self.journal), ids),
        )
        by_journal: dict[str, list[str]] = defaultdict(list)
        for journal, id in held:
            by_journal[journal].append(id)
        for journal, claimed in by_journal.items():
            still_open = _open_rows(Path(journal), claimed)
            if still_open:
                more = ", …" if len(still_open) > _MOST_NAMED else ""
                raise InvalidInputError(
                    f"{len(still_open)} of these campaigns ({', '.join(still_open[:_MOST_NAMED])}{more}) are in the "
                    f"open batch {journal}: let that end first, or take them out of this input; nothing was added"
                )


def _forget_vanished(db: sqlite3.Connection) -> None:
    """Drop the claims of journals that are gone."""
    for (journal,) in db.execute("SELECT DISTINCT journal FROM claims").fetchall():
        if not Path(journal).is_file():
            db.execute("DELETE FROM claims WHERE journal = ?", (journal,))


def _open_rows(journal: Path, ids: list[str]) -> list[str]:
    """Those of the ids that have not ended in a journal."""
    with looking_on(journal) as db:
        return [
            row[0]
            for row in db.execute(
                "SELECT id FROM rows WHERE phase <> 'ended' AND id IN (SELECT value FROM json_each(?)) ORDER BY n",
                (json.dumps(ids),),
            )
        ]


@contextlib.contextmanager
def _claims_file() -> Iterator[sqlite3.Connection]:
    """The claims file, in one transaction that excludes other processes."""
    folder = state_directory()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "claims.db"
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        db = sqlite3.connect(path, isolation_level=None, timeout=_WAIT_SECONDS)
        with contextlib.closing(db):
            db.execute("BEGIN IMMEDIATE")
            db.execute(_SCHEMA)
            yield db
            db.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        raise JournalError(
            f"the claims file in {folder} cannot be used ({error}): mend that, or point {DIRECTORY_VARIABLE} to a "
            "folder that can be written"
        ) from error
