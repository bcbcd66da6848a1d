"""Which open batch of this machine holds which campaign, so that two of them do not write to the same one.

One small SQLite file in the user's state directory, keyed by provider, account, verb and campaign. A claim names the
journal by the identity inside it, so that renaming or copying a journal frees nothing.
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

from campaign_reg.enums import Verb
from campaign_reg.errors import CampaignHeldError, JournalError, StateError
from campaign_reg.journal.lock import is_in_use
from campaign_reg.journal.reader import open_reader
from campaign_reg.journal.records import Header

DIRECTORY_VARIABLE = "CAMPAIGN_REG_STATE_DIR"
_WAIT_SECONDS = 30.0
_MOST_NAMED = 5

_SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (
    provider TEXT, account TEXT, verb TEXT, id TEXT, journal_id TEXT NOT NULL, path TEXT NOT NULL,
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
        journal_id: Identity of its journal.
        path: Where that is now, absolute.
    """

    header: Header
    journal_id: str
    path: Path

    def take(self, ids: Sequence[str]) -> None:
        """Claim campaigns, all or none; claiming one's own again is fine.

        Raises:
            CampaignHeldError: Another open batch holds at least one of them, or this journal is a copy of one.
            JournalError: The claims file cannot be written.
        """
        with _claims_file() as db:
            for (path, journal_id), held in self._held_elsewhere(db, ids).items():
                self._refuse_if_open(Path(path), journal_id, held)
            key = attrs.astuple(self.header)
            db.executemany(
                "INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?, ?, ?)",
                [(*key, id, self.journal_id, str(self.path)) for id in ids],
            )

    def release(self) -> None:
        """Give up all claims of this batch."""
        with _claims_file() as db:
            db.execute("DELETE FROM claims WHERE journal_id = ?", (self.journal_id,))

    def _held_elsewhere(self, db: sqlite3.Connection, ids: Sequence[str]) -> dict[tuple[str, str], list[str]]:
        held = db.execute(
            "SELECT path, journal_id, id FROM claims WHERE provider = ? AND account = ? AND verb = ? "
            "AND (journal_id <> ? OR path <> ?) AND id IN (SELECT value FROM json_each(?))",
            (*attrs.astuple(self.header), self.journal_id, str(self.path), json.dumps(list(ids))),
        )
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for path, journal_id, id in held:
            found[path, journal_id].append(id)
        return found

    def _refuse_if_open(self, path: Path, journal_id: str, ids: list[str]) -> None:
        there = _open_rows(path, journal_id, None if self.header.verb == Verb.CREATE else ids)
        if there and self.header.verb == Verb.CREATE:
            there = ids  # a claim names what is to be created, not the row: as long as one is open, all are
        if journal_id == self.journal_id:
            if there is not None:
                raise CampaignHeldError(
                    f"{self.path} is a copy of {path}, which is still there: go on with one, delete the other",
                    str(path),
                )
            return  # it was moved here
        if there is None:
            raise CampaignHeldError(
                f"{_named(ids)} in an open batch whose journal {path} is gone. If it was moved, resume it where it is "
                f"now; if it was given up, say so with `campaign-reg batch forget {path}`",
                str(path),
            )
        if there:
            raise CampaignHeldError(
                f"{_named(there)} in the open batch {path}: let that end first, or take them out of this input; "
                "nothing was sent",
                str(path),
            )


def forget(path: Path) -> int:
    """Give up the claims of a journal that is gone; returns how many campaigns it held.

    Raises:
        StateError: The journal is still there: resume it instead.
        JournalError: The claims file cannot be written.
    """
    if path.is_file():
        raise StateError(f"{path} is still there: resume it, or move it away if it is given up")
    with _claims_file() as db:
        return db.execute("DELETE FROM claims WHERE path = ?", (str(path.resolve()),)).rowcount


def _named(ids: Sequence[str]) -> str:
    more = ", …" if len(ids) > _MOST_NAMED else ""
    return f"{len(ids)} of these campaigns ({', '.join(ids[:_MOST_NAMED])}{more}) are"


def _open_rows(path: Path, journal_id: str, ids: list[str] | None) -> list[str] | None:
    """Those of the ids (None: of all) that have not ended in a journal; None where it is not there (any more)."""
    if not path.is_file():
        return None
    with open_reader(path) as reader:
        if reader.journal_id != journal_id:
            return None
        phases = reader.phases_of(ids)
    # One that is claimed and not there is just being submitted, as long as a process runs the batch.
    absent = "ready" if is_in_use(path) else "ended"
    return [id for id in ids or phases if phases.get(id, absent) != "ended"]


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
