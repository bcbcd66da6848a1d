"""Operations of the store that two processes may begin at once: each is one transaction."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from campaign_reg.journal.records import Header, RowRecord
from campaign_reg.journal.sqlite import SqliteJournal
from campaign_reg.journal.store import MetaKey

pytestmark = pytest.mark.anyio

HEADER = Header(provider="sinch", account="p1", verb="resubmit")


async def opened(tmp_path: Path) -> SqliteJournal:
    return await SqliteJournal.open(tmp_path / "j.db", HEADER)


async def test_appended_rows_get_places_without_gaps(tmp_path: Path) -> None:
    journal = await opened(tmp_path)
    assert await journal.open_up()
    added = await asyncio.gather(*(journal.append(f"c{n % 3}", {}) for n in range(9)))
    assert sum(is_new for _, is_new in added) == 3
    assert {row.n for row, _ in added if row is not None} == {1, 2, 3}
    await journal.aclose()


async def test_a_sealed_journal_takes_no_row_and_forgets_none(tmp_path: Path) -> None:
    journal = await opened(tmp_path)
    await journal.open_up()
    await journal.append("c0", {})
    assert await journal.seal("open_ended")
    assert await journal.append("c1", {}) == (None, False)
    known, is_new = await journal.append("c0", {})
    assert known is not None
    assert (known.n, is_new) == (1, False)
    assert not await journal.clear()
    assert not await journal.seal("another")
    assert await journal.meta(MetaKey.INPUT) == "open_ended"
    assert await journal.counts() == {"ready": 1}
    await journal.aclose()


async def test_a_whole_input_is_sealed_with_its_columns_and_refused_rows_once(tmp_path: Path) -> None:
    journal = await opened(tmp_path)
    await journal.add([RowRecord(n=1, id="c0"), RowRecord(n=2, id="c1")])
    assert await journal.seal("ab", '["id"]', [(2, "failed", '{"verdict":"failed"}')])
    assert not await journal.seal("cd", '["other"]', [(1, "failed", "{}")])
    assert not await journal.open_up()
    assert await journal.meta(MetaKey.COLUMNS) == '["id"]'
    assert await journal.counts() == {"ready": 1, "ended": 1}
    await journal.aclose()


async def test_opening_up_forgets_an_input_that_was_cut_short(tmp_path: Path) -> None:
    journal = await opened(tmp_path)
    await journal.add([RowRecord(n=1, id="c0")])
    assert await journal.open_up()
    await journal.append("c1", {})
    assert await journal.open_up()  # rows that were handed in are kept
    assert await journal.counts() == {"ready": 1}
    await journal.aclose()


async def test_the_longest_lag_counts(tmp_path: Path) -> None:
    journal = await opened(tmp_path)
    for seconds in (2.5, 11.0, 9.0):
        await journal.learn(version_moves=True, lag_seconds=seconds)
    await journal.learn(version_moves=True, lag_seconds=None)
    assert await journal.meta(MetaKey.LONGEST_LAG_SECONDS) == "11.0"
    assert await journal.meta(MetaKey.VERSION_MOVES) == "1"
    await journal.aclose()


async def test_a_decision_replaces_one_result_once(tmp_path: Path) -> None:
    journal = await opened(tmp_path)
    await journal.add([RowRecord(n=1, id="c0")])
    await journal.end(1, "unknown", 1, "{}")
    await journal.remember(MetaKey.ACCEPTED, json.dumps({"canary": 4, "downgraded": 0, "unknown": 1}))
    (seen,) = await journal.results(0, 9)
    decided = await asyncio.gather(*(journal.decide(seen.seq, "succeeded", "{}") for _ in range(2)))
    assert decided == [True, False]
    (newest,) = await journal.results(seen.seq, 9)  # beyond what a reader has seen
    assert await journal.decide(newest.seq, "failed", "{}")  # a correction is about no unknown row
    accepted = json.loads(await journal.meta(MetaKey.ACCEPTED) or "")
    assert accepted == {"canary": 4, "downgraded": 0, "unknown": 0}
    await journal.aclose()
