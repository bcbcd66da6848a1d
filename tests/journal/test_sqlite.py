"""The journal: durable, exclusive, private, and clear about what it cannot trust."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from campaign_reg import InvalidInputError, JournalError, JournalInUseError, JournalMismatchError
from campaign_reg.journal.records import Header, RowRecord
from campaign_reg.journal.schema import SCHEMA_VERSION, looking_on, read_header
from campaign_reg.journal.sqlite import SqliteJournal

pytestmark = pytest.mark.anyio

HEADER = Header(provider="sinch", account="p1", verb="resubmit")


def rows(count: int) -> list[RowRecord]:
    return [RowRecord(n=n, id=f"id{n}", params={"mnos": ["TMO"]}) for n in range(1, count + 1)]


async def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "j.db", HEADER)
    await journal.add(rows(3))
    await journal.intent(1, 1, '{"s":"ACTIVE"}', "ab" * 32, "2026-03-06T18:00:00+00:00")
    await journal.intent(2, 1, '{"s":"ACTIVE"}', "ab" * 32, "2026-03-06T18:00:00+00:00")
    await journal.phase(2, "sent", 1)
    await journal.observed(1, "lost", '[{"s":"ACTIVE"}]')
    await journal.end(3, "failed", 0, '{"verdict":"failed"}')
    await journal.end(3, "succeeded", 1, '{"verdict":"succeeded"}')
    await journal.remember("longest_lag_seconds", "2.5")
    await journal.aclose()

    journal = await SqliteJournal.open(tmp_path / "j.db", HEADER)
    first, second = await journal.rows(("intent", "lost", "sent"), 0, 10)
    assert (first.phase, first.attempts, first.readings) == ("lost", 1, [{"s": "ACTIVE"}])
    assert (second.phase, second.preimage, second.params) == ("sent", {"s": "ACTIVE"}, {"mnos": ["TMO"]})
    assert await journal.counts() == {"lost": 1, "sent": 1, "ended": 1}
    (result,) = await journal.results(0, 10)
    assert (result.id, result.document) == ("id3", {"verdict": "failed"})  # a row ends once
    assert await journal.meta("longest_lag_seconds") == "2.5"
    assert await journal.meta("never said") is None
    await journal.aclose()


async def test_pages_do_not_overlap(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "j.db", HEADER)
    await journal.add(rows(25))
    seen, after = [], 0
    while page := await journal.rows(("ready",), after, 10):
        seen += [row.n for row in page]
        after = page[-1].n
    assert seen == list(range(1, 26))
    await journal.aclose()


async def test_many_writers_share_commits(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "j.db", HEADER)
    await journal.add(rows(2000))
    commits = [0]
    journal._writer._connection.set_trace_callback(
        lambda sql: commits.__setitem__(0, commits[0] + (sql == "COMMIT"))
    )
    await asyncio.gather(*(journal.phase(n, "sent", 1) for n in range(1, 2001)))
    assert commits[0] < 200
    assert await journal.counts() == {"sent": 2000}
    await journal.aclose()


async def test_cancelling_the_caller_does_not_undo_the_write(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "j.db", HEADER)
    await journal.add(rows(1))
    writing = asyncio.create_task(journal.phase(1, "sent", 1))
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert await journal.counts() == {"sent": 1}
    await journal.aclose()


@pytest.mark.fault(64)
async def test_synchronous_full_and_wal(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "j.db", HEADER)
    assert await journal._writer.do(lambda db: db.execute("PRAGMA synchronous").fetchone()[0]) == 2
    assert await journal._writer.do(lambda db: db.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"
    await journal.aclose()


@pytest.mark.fault(65)
async def test_a_failed_write_closes_the_journal_to_all_further_ones(tmp_path: Path) -> None:
    """Disk full, by SQLite's own limit on pages."""
    journal = await SqliteJournal.open(tmp_path / "j.db", HEADER)
    await journal.add(rows(1))
    await journal._writer.do(lambda db: db.execute("PRAGMA max_page_count = 8").fetchall() and None)
    with pytest.raises(JournalError, match="make room"):
        await journal.add([RowRecord(n=n, id=f"x{n}" * 400) for n in range(10, 400)])
    with pytest.raises(JournalError, match="stopped before sending anything unjournalled"):
        await journal.phase(1, "sent", 1)
    await journal.aclose()
    with looking_on(tmp_path / "j.db") as db:
        assert db.execute("SELECT id, phase FROM rows").fetchall() == [("id1", "ready")]


@pytest.mark.fault(66)
async def test_one_process_at_a_time(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "j.db", HEADER)
    with pytest.raises(JournalInUseError):
        await SqliteJournal.open(tmp_path / "j.db", HEADER)
    code = (
        "import asyncio, sys; from campaign_reg.journal.sqlite import SqliteJournal\n"
        "from campaign_reg.journal.records import Header\n"
        "asyncio.run(SqliteJournal.open(sys.argv[1], Header(provider='sinch', account='p1', verb='resubmit')))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "j.db")], capture_output=True, text=True, check=False
    )
    assert "JournalInUseError" in other.stderr
    await journal.aclose()
    await (await SqliteJournal.open(tmp_path / "j.db", HEADER)).aclose()


async def test_looking_on_while_another_writes(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "j.db", HEADER)
    await journal.add(rows(4))
    with looking_on(tmp_path / "j.db") as db:
        assert db.execute("SELECT count(*) FROM rows").fetchone() == (4,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("DELETE FROM rows")
    assert read_header(tmp_path / "j.db") == HEADER
    await journal.aclose()


async def test_a_text_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.csv"
    path.write_text("id,mnos\n" + "01hx,TMO\n" * 100)
    before = path.read_bytes()
    with pytest.raises(JournalMismatchError, match="not a journal"):
        await SqliteJournal.open(path, HEADER)
    with pytest.raises(JournalMismatchError, match="not a journal"):
        read_header(path)
    assert path.read_bytes() == before


@pytest.mark.fault(67)
async def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (x)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(JournalMismatchError, match="another program"):
        await SqliteJournal.open(path, HEADER)
    assert path.read_bytes() == before


@pytest.mark.fault(67)
async def test_a_newer_journal_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    await (await SqliteJournal.open(path, HEADER)).aclose()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(JournalMismatchError, match="newer campaign_reg"):
        await SqliteJournal.open(path, HEADER)


async def test_a_journal_of_the_first_release_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    journal = await SqliteJournal.open(path, HEADER)
    await journal.add(rows(3))
    await journal.phase(2, "sent", 1)
    await journal.aclose()
    with sqlite3.connect(path) as db:
        db.execute("ALTER TABLE rows DROP COLUMN target")
        db.execute("ALTER TABLE rows DROP COLUMN planned")
        db.execute("PRAGMA user_version = 1")
    db.close()
    journal = await SqliteJournal.open(path, HEADER)
    await journal.phase(3, "sent", 1, "new-id")
    found = [(row.n, row.phase, row.target) for row in await journal.rows(["ready", "sent"], 0, 9)]
    await journal.aclose()
    assert found == [(1, "ready", None), (2, "sent", None), (3, "sent", "new-id")]
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    db.close()


@pytest.mark.fault(67)
async def test_a_torn_journal_is_refused_with_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    journal = await SqliteJournal.open(path, HEADER)
    await journal.add(rows(3000))
    await journal.aclose()
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
        file.seek(4096)
        file.write(os.urandom(4096))
    with pytest.raises(JournalError, match=r"\.recover|cannot be written"):
        journal = await SqliteJournal.open(path, HEADER)
        try:
            await journal.counts()
        finally:
            await journal.aclose()
    # the lock was let go
    with pytest.raises(JournalError, match=r"\.recover|cannot be written"):
        journal = await SqliteJournal.open(path, HEADER)
        try:
            await journal.counts()
        finally:
            await journal.aclose()


async def test_other_headers_are_refused(tmp_path: Path) -> None:
    await (await SqliteJournal.open(tmp_path / "j.db", HEADER)).aclose()
    for other in (
        Header(provider="sinch", account="p2", verb="resubmit"),
        Header(provider="sinch", account="p1", verb="delete"),
    ):
        with pytest.raises(JournalMismatchError, match="journal of its own"):
            await SqliteJournal.open(tmp_path / "j.db", other)


async def test_no_such_folder_or_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be created"):
        await SqliteJournal.open(tmp_path / "nowhere" / "j.db", HEADER)
    with pytest.raises(JournalMismatchError, match="no such journal"):
        read_header(tmp_path / "j.db")
