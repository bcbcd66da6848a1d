"""Stopping a batch: nothing leaves any more, what is on the wire may end, and all the rest stays as it was."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from campaign_reg import Batch, BatchClosedError, Limits
from campaign_reg.errors import AuthenticationError
from campaign_reg.sandbox import Sandbox
from tests.support.connections import Connect

pytestmark = pytest.mark.anyio

CALL = "resubmitCampaign"


def phases(path: Path) -> Counter[str]:
    """How many rows of a journal are in each phase."""
    with closing(sqlite3.connect(path)) as db:
        return Counter(dict(db.execute("SELECT phase, count(*) FROM rows GROUP BY phase")))


def attempts(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT sum(attempts) FROM rows").fetchone()[0])


async def until_asked(sandbox: Sandbox, times: int, call: str = CALL) -> None:
    while sandbox.stats.requests[call] < times:
        await asyncio.sleep(0.01)


def seed(sandbox: Sandbox, count: int) -> list[str]:
    return sandbox.sinch.seed(count, reject_share=0, settle_seconds=(0.1, 0.3))


async def finish(path: Path, sandbox: Sandbox, connect: Connect, ids: list[str]) -> None:
    """Go on in another process's way; afterwards each campaign was applied exactly once."""
    sandbox.faults.clear()
    async with connect() as sinch, Batch.open(path, sinch, "resubmit") as batch:
        summary = await batch.run()
    assert summary.open == 0
    sandbox.clock.advance(60)
    assert sandbox.ledger.counts(CALL) == dict.fromkeys(ids, 1)


@pytest.mark.fault(102)
async def test_rows_that_wait_for_their_turn_are_not_sent(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    """64 rows have been read and wait for a slot when the batch is closed."""
    path, ids = tmp_path / "b.db", seed(sandbox, 80)
    async with connect(limits=Limits(per_second=40)) as sinch:
        batch = Batch.open(path, sinch, "resubmit")
        async with batch:
            await batch.add(ids)
            running = asyncio.ensure_future(batch.run())
            await until_asked(sandbox, 3)
            before = sandbox.stats.requests[CALL]
        assert sandbox.stats.requests[CALL] == before
        assert set(phases(path)) <= {"ready", "sent", "ended"}
        assert attempts(path) == batch.summary().attempts == before
        await asyncio.gather(running, return_exceptions=True)
    await finish(path, sandbox, connect, ids)


async def test_what_is_on_the_wire_may_end(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    path, ids = tmp_path / "b.db", seed(sandbox, 30)
    sandbox.faults.add("slow", CALL, times=None, delay_seconds=0.6)
    async with connect(limits=Limits(in_flight=8)) as sinch, Batch.open(path, sinch, "resubmit") as batch:
        await batch.add(ids)
        running = asyncio.ensure_future(batch.run())
        await until_asked(sandbox, 8)
        assert batch.stop() == 8
    assert sandbox.stats.requests[CALL] == 8
    assert phases(path) == {"sent": 8, "ready": 22}
    await asyncio.gather(running, return_exceptions=True)
    await finish(path, sandbox, connect, ids)


@pytest.mark.parametrize("fault", ["status_429", "expired_token"])
async def test_what_was_refused_and_waits_to_be_repeated_is_taken_back(
    sandbox: Sandbox, connect: Connect, tmp_path: Path, fault: str
) -> None:
    """The vendor took none of them, so none of them is in doubt afterwards."""
    path, ids = tmp_path / "b.db", seed(sandbox, 20)
    if fault == "status_429":
        sandbox.faults.add("status_429", CALL, times=None, retry_after=20)
    else:
        sandbox.faults.add("expired_token", CALL, times=None)
        sandbox.faults.add("slow", "createToken", times=None, after=1, delay_seconds=30)
    async with connect(limits=Limits(in_flight=8)) as sinch, Batch.open(path, sinch, "resubmit") as batch:
        await batch.add(ids)
        running = asyncio.ensure_future(batch.run())
        await until_asked(sandbox, 1)
        while batch._run is None or any(row.is_on_wire for row in batch._run._rounds.looking()):
            await asyncio.sleep(0.01)
        sent = sandbox.stats.requests[CALL]
        assert batch.stop() == 0
    assert sandbox.stats.requests[CALL] == sent
    assert phases(path) == {"ready": 20}
    assert attempts(path) == 0
    await asyncio.gather(running, return_exceptions=True)
    await finish(path, sandbox, connect, ids)


async def test_closing_that_is_cancelled_cuts_off_what_is_on_the_wire(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    path, ids = tmp_path / "b.db", seed(sandbox, 12)
    sandbox.faults.add("slow", CALL, times=None, delay_seconds=60)
    async with connect(limits=Limits(in_flight=4)) as sinch:
        batch = Batch.open(path, sinch, "resubmit")
        await batch.__aenter__()
        await batch.add(ids)
        running = asyncio.ensure_future(batch.run())
        await until_asked(sandbox, 4)
        closing = asyncio.ensure_future(batch.aclose())
        await asyncio.sleep(0.1)
        assert not closing.done()  # it gives them their seconds
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(closing, 2)
        await asyncio.gather(running, return_exceptions=True)
    assert phases(path) == {"intent": 4, "ready": 8}
    await finish(path, sandbox, connect, ids)


async def test_a_batch_that_stops_still_waits_for_what_was_sent(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    path, ids = tmp_path / "b.db", seed(sandbox, 30)
    async with (
        connect(limits=Limits(per_second=40)) as sinch,
        Batch.open(path, sinch, "resubmit") as batch,
    ):
        await batch.add(ids)
        running = asyncio.ensure_future(batch.run())
        await until_asked(sandbox, 3)
        batch.stop()
        summary = await running
        assert summary.attempts == sandbox.stats.requests[CALL] < 30
        assert summary.open == 30 - summary.attempts
        assert phases(path) == {"ready": summary.open, "ended": summary.attempts}
    await finish(path, sandbox, connect, ids)


async def test_a_stopped_batch_takes_no_row_in(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    path, ids = tmp_path / "b.db", seed(sandbox, 2)
    async with connect() as sinch, Batch.open(path, sinch, "resubmit", open_ended=True) as batch:
        await batch.submit(ids[0])
        batch.stop()
        with pytest.raises(BatchClosedError, match="was stopped"):
            await batch.submit(ids[1])


async def test_credentials_that_are_refused_stop_what_waits_for_its_turn(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    """The run ends by an error of one row: the others that were about to be sent are not."""
    path, ids = tmp_path / "b.db", seed(sandbox, 80)
    sandbox.faults.add("unauthorized", CALL, times=None, after=3)
    async with connect(limits=Limits(per_second=40)) as sinch, Batch.open(path, sinch, "resubmit") as batch:
        await batch.add(ids)
        with pytest.raises(AuthenticationError):
            await batch.run()
    assert (
        sandbox.stats.requests[CALL] <= 6
    )  # three that went well, one that did not, and what was on the wire with it
    assert set(phases(path)) <= {"ready", "sent", "ended"}
    await finish(path, sandbox, connect, ids)
