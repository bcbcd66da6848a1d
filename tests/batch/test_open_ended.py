"""Batches that take rows in while they run: each durable before it is told of, none lost by a crash."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from campaign_reg import (
    AuthenticationError,
    Batch,
    BatchClosedError,
    BatchHaltedError,
    BatchRow,
    CampaignHeldError,
    InvalidInputError,
    StateError,
    Verdict,
)
from tests.support.accounts import account, many, written
from tests.support.backends import EveryVerbBackend

pytestmark = pytest.mark.anyio


def opened(path: Path, backend: EveryVerbBackend, verb: str = "resubmit") -> Batch:
    return Batch.open(path / "b.db", backend, verb, open_ended=True)


async def test_each_row_s_handle_waits_for_its_result(tmp_path: Path) -> None:
    backend = account(*many(60))
    async with opened(tmp_path, backend) as batch:
        handles = await asyncio.gather(*(batch.submit(id) for id in many(60)))
        results = await asyncio.gather(*(handle.result() for handle in handles))
        assert [result.id for result in results] == many(60)
        assert {result.outcome.verdict for result in results} == {Verdict.SUCCEEDED}
        late = await batch.submit(BatchRow("c000"))  # long ended
        assert (await late.result()) == results[0]
        assert batch.summary().rows == 60
    assert sorted(written(backend)) == many(60)


async def test_rows_come_while_others_are_under_way(tmp_path: Path) -> None:
    backend = account(*many(3))
    async with opened(tmp_path, backend) as batch:
        first = await batch.submit("c000")
        waiting = asyncio.create_task(first.result())
        while not written(backend):
            await asyncio.sleep(0)
        second = await batch.submit("c001")
        await second.result()
        assert (await waiting).outcome.verdict is Verdict.SUCCEEDED
        assert batch.summary().open == 0
        third = await batch.submit("c002")
        await batch.seal()
        assert (await batch.run()).verdicts[Verdict.SUCCEEDED] == 3
        assert (await third.result()).id == "c002"
        with pytest.raises(StateError, match="sealed"):
            await batch.submit("c003")


async def test_what_was_submitted_survives_the_process(tmp_path: Path) -> None:
    backend = account(*many(5))
    async with opened(tmp_path, backend) as batch:
        for id in many(5):
            await batch.submit(id)
        # The process ends here, before anything has settled.
    async with opened(tmp_path, backend) as batch:
        running = asyncio.create_task(batch.run())
        handle = await batch.submit("c003")
        assert (await handle.result()).outcome.verdict is Verdict.SUCCEEDED
        await batch.seal()
        assert (await running).verdicts[Verdict.SUCCEEDED] == 5
    assert sorted(written(backend)) == many(5)


async def test_another_process_drains_it_without_taking_more(tmp_path: Path) -> None:
    backend = account(*many(4))
    async with opened(tmp_path, backend) as batch:
        for id in many(4):
            await batch.submit(id)
    async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
        assert (await batch.run()).verdicts[Verdict.SUCCEEDED] == 4
        with pytest.raises(StateError, match="open_ended=True"):
            await batch.submit("c9")
        with pytest.raises(StateError, match="hand rows in with submit"):
            await batch.add(many(2))


async def test_results_come_until_it_is_closed(tmp_path: Path) -> None:
    backend = account(*many(2))
    seen: list[str] = []

    async def read(batch: Batch) -> None:
        async for result in batch.results():
            seen.append(result.id)  # noqa: PERF401  (each is there before the next has come)

    async with opened(tmp_path, backend) as batch:
        reading = asyncio.create_task(read(batch))
        await (await batch.submit("c000")).result()
        await (await batch.submit("c001")).result()
    await reading  # closing is the usual end of an open-ended batch, and no error
    assert seen == many(2)


async def test_what_can_never_be_sent_is_refused_at_the_door(tmp_path: Path) -> None:
    backend = account("c000")
    async with opened(tmp_path, backend) as batch:
        handle = await batch.submit(BatchRow("c000", {"note": "one"}))
        for row, words in (
            (BatchRow("c000", {"note": "two"}), "in the batch already, with other parameters"),
            (BatchRow("c001", {"colour": "red"}), "colour"),
            (BatchRow("c\ud800"), "whole characters"),
            (BatchRow("c002", problem="line 3: no good"), "no good"),
        ):
            with pytest.raises(InvalidInputError, match=words):
                await batch.submit(row)
        await handle.result()
        assert batch.summary().rows == 1


async def test_two_creates_of_the_same(tmp_path: Path) -> None:
    backend = account()
    async with opened(tmp_path, backend, "create") as batch:
        await (await batch.submit(BatchRow("one", {"name": "Spring"}))).result()
    async with opened(tmp_path, backend, "create") as batch:
        with pytest.raises(InvalidInputError, match="could not be told from row one"):
            await batch.submit(BatchRow("two", {"name": "Spring"}))


async def test_a_campaign_in_another_open_batch(tmp_path: Path) -> None:
    backend = account(*many(2))
    async with (
        Batch.open(tmp_path / "a.db", backend, "resubmit", canary=1) as other,
        opened(tmp_path, backend) as batch,
    ):
        await other.add(many(2))
        await other.run()
        with pytest.raises(CampaignHeldError, match="in the open batch") as held:
            await batch.submit("c001")
        assert held.value.journal == str((tmp_path / "a.db").resolve())
        assert batch.summary().rows == 0


async def test_a_brake_says_why_nothing_is_taken(tmp_path: Path) -> None:
    backend = account(*many(5))
    async with Batch.open(tmp_path / "b.db", backend, "resubmit", open_ended=True, max_items=2) as batch:
        handles = [await batch.submit(id) for id in many(2)]
        await asyncio.gather(*(handle.result() for handle in handles))
        with pytest.raises(BatchHaltedError, match="max_items is 2"):
            await (await batch.submit("c002")).result()
        with pytest.raises(BatchHaltedError, match="nothing more is sent") as halted:
            await batch.submit("c003")
        assert halted.value.hold.by_cap


async def test_what_stops_the_run_is_told_to_those_who_wait(tmp_path: Path) -> None:
    backend = account("c000")
    async with opened(tmp_path, backend) as batch:
        backend.vendor.answers = [AuthenticationError("memory.get", 401, "revoked")]
        handle = await batch.submit("c000")
        with pytest.raises(AuthenticationError):
            await handle.result()
        with pytest.raises(AuthenticationError):
            await batch.submit("c001")


async def test_closing_ends_the_waiting(tmp_path: Path) -> None:
    backend = account("c000")
    batch = opened(tmp_path, backend)
    async with batch:
        waiting = asyncio.create_task((await batch.submit("c000")).result())
        await asyncio.sleep(0)
    with pytest.raises(BatchClosedError, match="open it again"):
        await waiting


async def test_a_hint_brings_the_next_look_forward(tmp_path: Path) -> None:
    backend = account("c000")
    async with opened(tmp_path, backend) as batch:
        handle = await batch.submit("c000")
        while not written(backend):
            await asyncio.sleep(0)
        looks = len(backend.vendor.reads)
        while not batch.notify("c000"):
            await asyncio.sleep(0)
        assert not batch.notify("c001")
        await asyncio.sleep(0.05)
        assert len(backend.vendor.reads) > looks
        assert (await handle.result()).outcome.verdict is Verdict.SUCCEEDED


async def test_a_whole_input_is_no_open_ended_one(tmp_path: Path) -> None:
    backend = account(*many(2))
    async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
        await batch.add(many(2))
    with pytest.raises(StateError, match="without open_ended"):
        async with opened(tmp_path, backend):
            pass
