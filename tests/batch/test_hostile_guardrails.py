"""Brakes, cancelling and handing in, against bad luck: refusals, restarts, and callers that give up in the middle."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from campaign_reg import (
    AuthenticationError,
    Batch,
    BatchRow,
    InvalidInputError,
    Limits,
    RateLimitError,
    StateError,
    Verdict,
)
from campaign_reg.batch.guardrails import Guardrails
from campaign_reg.batch.statistics import account as account_of
from campaign_reg.enums import Verb
from campaign_reg.journal.records import Header
from campaign_reg.journal.sqlite import SqliteJournal
from campaign_reg.protocol.write import Answer, NotApplied, PreparedWrite, Timeouts
from tests.support.accounts import LOST, SHORT, account, many, worsens, written
from tests.support.backends import EveryVerbBackend, MemoryRequest
from tests.support.clocks import VirtualClock

pytestmark = pytest.mark.anyio

FEE = Decimal("15.00")
REVOKED = AuthenticationError("memory.get", 401, "revoked")
BUSY = RateLimitError("memory.resubmit", 429, "slow down", retry_after_seconds=100.0)


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """Time is virtual: what takes this long hangs."""

    def stop(*_: object) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(15)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


class TestResending:
    @pytest.mark.parametrize("guardrails", [{"max_items": 4}, {"canary": 4}])
    async def test_is_no_other_campaign(self, tmp_path: Path, guardrails: dict[str, Any]) -> None:
        """A cap that is just enough, and a canary, have room for sending a lost write of theirs again."""
        backend, ids = account(*many(6)), many(4)
        backend.vendor.lost = [(LOST, True), (LOST, False)]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", **guardrails) as batch:
            await batch.add(many(6))
            summary = await batch.run()
        assert sorted(written(backend)) == ids
        assert (summary.open, summary.attempts) == (2, 5)
        assert summary.verdicts[Verdict.SUCCEEDED] == 4

    async def test_is_held_by_money_until_a_refusal_gives_some_back(self, tmp_path: Path) -> None:
        """The money of a refused write is enough for another row, in the same run."""
        backend = account(*many(5))
        backend.vendor.lost = [(BUSY, False)]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", fee=FEE, max_fee=5 * FEE) as batch:
            await batch.add(many(5))
            summary = await batch.run()
        assert (sorted(written(backend)), summary.open, summary.hold) == (many(5), 0, None)

    async def test_is_made_up_for_as_soon_as_there_is_money_again(self, tmp_path: Path) -> None:
        """Three attempts are paid for; what a refusal gives back goes to the row that is held, in the same run."""
        backend = slow("c000", "c001", "c002")
        soon = RateLimitError("memory.resubmit", 429, "slow down")
        backend.vendor.lost = [(LOST, False), (soon, False), (None, True), (BUSY, False)]  # type: ignore[list-item]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", fee=FEE, max_fee=3 * FEE) as batch:
            await batch.add(many(3))
            summary = await batch.run()
            results = {result.id: result async for result in batch.results(replay=True)}
        assert sorted(written(backend)) == ["c000", "c002"]
        assert (summary.attempts, summary.open) == (3, 1)
        assert results["c000"].attempts == 2


class SlowBackend(EveryVerbBackend):
    """It takes minutes to answer a write."""

    async def send(self, write: PreparedWrite, request: MemoryRequest) -> Answer | NotApplied:
        request.leave()
        request.reservation = None
        await self.clock.sleep(200)
        return await super().send(write, request)


def slow(*ids: str) -> SlowBackend:
    backend = SlowBackend(
        VirtualClock(),
        timeouts=Timeouts(settle_seconds=60, quiet_seconds=600),
        schedule=SHORT,
        limits=Limits(in_flight=4),
    )
    for id in ids:
        backend.vendor.put(id)
    return backend


class TestLettingGo:
    async def test_of_a_run_that_still_waits(self, tmp_path: Path) -> None:
        """Who accepts worse terms on the first day does not wait for the last row that is under way."""
        backend = account(*many(40))
        worsens(backend, "c000")
        limits = Limits(in_flight=1, per_second=0.1)
        async with Batch.open(
            tmp_path / "b.db", backend, "resubmit", limits=limits, stop_on_downgrades=True
        ) as batch:
            await batch.add(many(40))
            running = asyncio.create_task(batch.run())
            while not batch.summary().downgraded:
                await asyncio.sleep(0)
            assert batch.summary().open > 1
            await batch.release()
            summary = await running
        assert (summary.open, summary.hold) == (0, None)
        assert sorted(written(backend)) == many(40)

    async def test_of_a_run_that_has_sent_nothing_yet(self, tmp_path: Path) -> None:
        """It waits for what an earlier one had sent, and does not end with that."""
        backend, path = account(*many(20)), tmp_path / "b.db"

        def run_for_an_hour(verb: Verb, id: str) -> None:
            backend.vendor.change(id, action="RESUBMIT_IN_PROGRESS")
            backend.vendor.later(3600, id, action="RESUBMIT_SUCCESSFUL")

        backend.vendor.on_write = run_for_an_hour
        async with Batch.open(path, backend, "resubmit", canary=3, wait_seconds=0) as batch:
            await batch.add(many(20))
            assert (await batch.run()).open == 20
        async with Batch.open(path, backend, "resubmit") as batch:
            running = asyncio.create_task(batch.run())
            while len(backend.vendor.reads) < 4:
                await asyncio.sleep(0)
            let_go = backend.clock.monotonic()
            await batch.release()
            while len(written(backend)) < 20:
                await asyncio.sleep(0)
            assert backend.clock.monotonic() < let_go + 600  # and not when the canary has settled
            assert (await running).open == 0
        assert sorted(written(backend)) == many(20)

    async def test_loses_no_row_that_was_begun(self, tmp_path: Path) -> None:
        """Rows that were on their way when the guardrail was reached are sent by the next run."""
        backend = account(*many(30))
        worsens(backend, "c010")
        long_after_the_others = 86400.0
        busy = RateLimitError("memory.resubmit", 429, "slow down", retry_after_seconds=long_after_the_others)
        backend.vendor.lost = [(busy, False)] * 4
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", stop_on_downgrades=True) as batch:
            await batch.add(many(30))
            held = await batch.run()
            assert (held.open, len(written(backend))) == (4, 26)
            assert (await batch.release()).hold is None
            summary = await batch.run()
        assert (summary.open, sorted(written(backend))) == (0, many(30))

    async def test_by_a_new_plan_or_a_decision(self, tmp_path: Path) -> None:
        backend = account(*many(6))
        backend.vendor.lost = [(LOST, False)]
        options: dict[str, Any] = {"resend": "never", "limits": Limits(in_flight=1)}
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", **options, max_items=1) as batch:
            await batch.add(many(6))
            assert (await batch.run()).open == 5
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", **options, max_unknown=0) as batch:
            assert (await batch.run()).hold is not None
            await batch.plan(save=True)  # in place of max_items
            held = (await batch.run()).hold
            assert held is not None
            assert "unknown rows: 1" in held.reason
            await batch.decide("c000", applied=False)
            assert (await batch.run()).open == 0

    async def test_is_of_what_was_there_to_be_seen(self, tmp_path: Path) -> None:
        """Accepting before the canary was sent accepts no canary; nor does it one that is asked for later."""
        backend, path = account(*many(9)), tmp_path / "b.db"
        async with Batch.open(path, backend, "resubmit", canary=2) as batch:
            await batch.add(many(9))
            await batch.release()
            assert (await batch.run()).open == 7
            await batch.plan(save=True)
            await batch.release()
        async with Batch.open(path, backend, "resubmit", canary=4) as batch:
            await batch.plan(save=True)
            assert (await batch.run()).open == 5
            await batch.release()
            assert (await batch.run()).open == 0

    async def test_is_also_of_the_brakes_that_are_given_with_it(self, tmp_path: Path) -> None:
        backend, path = account(*many(9)), tmp_path / "b.db"
        async with Batch.open(path, backend, "resubmit", max_items=5) as batch:
            await batch.add(many(9))
            assert (await batch.run()).open == 4
        async with Batch.open(path, backend, "resubmit") as batch:
            await batch.plan(save=True)
        async with Batch.open(path, backend, "resubmit", canary=3) as batch:
            await batch.release()
            assert (await batch.run()).open == 0

    @pytest.mark.parametrize("restarts", [True, False])
    async def test_a_row_that_was_decided_makes_no_room_for_another_unknown(
        self, tmp_path: Path, restarts: bool
    ) -> None:
        timeouts = Timeouts(settle_seconds=60, quiet_seconds=600, preimage_seconds=1000)
        backend, path = account(*many(30), timeouts=timeouts), tmp_path / "b.db"
        options: dict[str, Any] = {"resend": "never", "limits": Limits(in_flight=1, per_second=0.05)}
        backend.vendor.lost = [(LOST, False)] * 30
        async with Batch.open(path, backend, "resubmit", max_unknown=0, **options) as batch:
            await batch.add(many(30))
            first = (await batch.run()).verdicts[Verdict.UNKNOWN]
            await batch.release()
            for id in many(first):
                await batch.decide(id, applied=False)
            again = batch.summary() if restarts else await batch.run()
        if restarts:
            async with Batch.open(path, backend, "resubmit", **options) as batch:
                again = await batch.run()
        assert 0 < again.verdicts[Verdict.UNKNOWN] <= first
        assert again.open > 0

    async def test_after_a_run_that_failed(self, tmp_path: Path) -> None:
        """Nothing of it is left: neither a task, nor a place under a cap that a row of it had taken."""
        backend, tasks = account(*many(6)), asyncio.all_tasks()
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", max_items=5) as batch:
            await batch.add(many(6))
            backend.vendor.answers = [REVOKED]
            with pytest.raises(AuthenticationError):
                await batch.run()
        assert asyncio.all_tasks() == tasks
        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            assert (await batch.run()).open == 1
            assert asyncio.all_tasks() == tasks
        assert len(written(backend)) == 5


class TestFailing:
    @pytest.mark.parametrize("options", [{"wait_seconds": 0}, {"wait_seconds": 0, "open_ended": True}, {}])
    async def test_is_told_and_not_waited_for(self, tmp_path: Path, options: dict[str, Any]) -> None:
        """The last row finds the credentials revoked, while nobody waits for it."""
        backend = account("c000")
        backend.vendor.answers = [REVOKED]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", **options) as batch:
            if options.get("open_ended"):
                await batch.submit("c000")
                await batch.seal()
            else:
                await batch.add(["c000"])
            with pytest.raises(AuthenticationError):
                await batch.run()

    async def test_between_two_chunks_of_rows(self, tmp_path: Path) -> None:
        ids = many(1200)
        backend, look = account(*ids), None
        look = backend.vendor.look

        def revoked(id: str) -> Any:
            if id == "c499":
                raise REVOKED
            return look(id)

        backend.vendor.look = revoked  # type: ignore[method-assign]
        limits = Limits(in_flight=1)
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", limits=limits) as batch:
            await batch.add(ids)
            with pytest.raises(AuthenticationError):
                await batch.run()


class TestCancelling:
    async def test_reaches_what_a_run_had_begun(self, tmp_path: Path) -> None:
        """Rows that wait for the vendor's leave are cancelled at once, durably, and none of them is sent."""
        backend, path = account(*many(20)), tmp_path / "b.db"
        backend.vendor.lost = [(BUSY, False)] * 4
        async with Batch.open(path, backend, "resubmit", limits=Limits(in_flight=4)) as batch:
            await batch.add(many(20))
            running = asyncio.create_task(batch.run())
            while len(written(backend)) < 2:  # by then those that were refused wait
                await asyncio.sleep(0)
            sent, began = len(written(backend)), backend.clock.monotonic()
            await batch.cancel()
            summary = await running
        assert len(written(backend)) <= sent + 4
        assert summary.open == 0
        assert summary.verdicts[Verdict.SUCCEEDED] == len(written(backend))
        assert (
            backend.clock.monotonic() - began < 99
        )  # an action takes a minute; nobody waits for the vendor's leave
        async with Batch.open(path, backend, "resubmit") as batch:
            assert batch.summary() == summary

    async def test_is_durable_when_it_returns(self, tmp_path: Path) -> None:
        """The process ends right after: no later one sends what was cancelled."""
        backend, path = account(*many(20)), tmp_path / "b.db"
        async with Batch.open(path, backend, "resubmit", limits=Limits(in_flight=4, per_second=0.1)) as batch:
            await batch.add(many(20))
            running = asyncio.create_task(batch.run())
            while not written(backend):
                await asyncio.sleep(0)
            await batch.cancel()
            running.cancel()
        sent = len(written(backend))
        async with Batch.open(path, backend, "resubmit") as batch:
            assert (await batch.run()).open == 0
        assert len(written(backend)) == sent < 4

    async def test_what_a_brake_had_stopped(self, tmp_path: Path) -> None:
        backend = account(*many(30))
        worsens(backend, "c010")
        long_after_the_others = 86400.0
        busy = RateLimitError("memory.resubmit", 429, "slow down", retry_after_seconds=long_after_the_others)
        backend.vendor.lost = [(busy, False)] * 4
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", stop_on_downgrades=True) as batch:
            await batch.add(many(30))
            assert (await batch.run()).open == 4
            summary = await batch.cancel()
        assert (summary.open, summary.hold) == (0, None)
        assert summary.verdicts[Verdict.CANCELLED] == 4

    async def test_a_write_that_is_refused_afterwards(self, tmp_path: Path) -> None:
        backend = slow("c000", "c001")
        backend.vendor.lost = [(BUSY, False), (BUSY, False)]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            await batch.add(many(2))
            running = asyncio.create_task(batch.run())
            while batch.summary().attempts < 2:
                await asyncio.sleep(0)
            began = backend.clock.monotonic()
            assert (await batch.cancel()).open == 2  # nobody knows yet
            summary = await running
        assert (summary.verdicts[Verdict.CANCELLED], summary.attempts) == (2, 0)
        assert backend.clock.monotonic() - began < 299

    async def test_before_anything(self, tmp_path: Path) -> None:
        backend = account(*many(3))
        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            assert (await batch.cancel()).rows == 0
            await batch.add(many(3))
            assert (await batch.cancel()).verdicts[Verdict.CANCELLED] == 3
            assert (await batch.cancel()).verdicts[Verdict.CANCELLED] == 3
            assert (await batch.run()).open == 0
        assert not written(backend)


class TestMoney:
    async def test_a_cap_without_a_price_is_not_kept(self, tmp_path: Path) -> None:
        """Else every later look at the journal would be refused."""
        backend, path = account(*many(2)), tmp_path / "b.db"
        async with Batch.open(path, backend, "resubmit", max_fee=FEE) as batch:
            await batch.add(many(2))
            with pytest.raises(InvalidInputError, match="max_fee needs fee"):
                await batch.plan(save=True)
            with pytest.raises(InvalidInputError, match="max_fee needs fee"):
                await batch.run()
        assert account_of(path).summary.open == 2
        async with Batch.open(path, backend, "resubmit") as batch:
            assert (await batch.run()).open == 0

    def test_of_any_size(self) -> None:
        assert Guardrails(fee=Decimal("1E-9"), max_fee=Decimal("1E+40")).most_attempts is None
        assert Guardrails(fee=FEE, max_fee=Decimal("59." + "9" * 26)).most_attempts == 3


def opened(path: Path, backend: EveryVerbBackend, verb: str = "resubmit", **options: Any) -> Batch:
    return Batch.open(path / "b.db", backend, verb, open_ended=True, **options)


class TestHandingIn:
    @pytest.mark.parametrize("turns", range(12))
    async def test_by_callers_that_go_away(self, tmp_path: Path, turns: int) -> None:
        """A web service's client hangs up in the middle: his row is taken in or not, and all others are."""
        backend = account(*many(6))
        async with opened(tmp_path, backend) as batch:
            await batch.submit("c000")
            leaving = asyncio.create_task(batch.submit("c001"))
            for _ in range(turns):
                await asyncio.sleep(0.0005)
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)
            handles = await asyncio.gather(*(batch.submit(id) for id in many(6)[2:]))
            await asyncio.gather(*(handle.result() for handle in handles))
            await batch.seal()
            summary = await batch.run()
        assert summary.open == 0
        assert summary.rows == len(written(backend)) == len(set(written(backend)))

    async def test_while_the_door_is_being_closed(self, tmp_path: Path) -> None:
        """Every row that was taken in has a result when the run is over."""
        backend = account(*many(9))
        async with opened(tmp_path, backend) as batch:
            await batch.submit("c000")
            coming = [asyncio.create_task(batch.submit(id)) for id in many(9)[1:]]
            await asyncio.sleep(0.001)
            await batch.seal()
            summary = await batch.run()
            taken = await asyncio.gather(*coming, return_exceptions=True)
            assert summary.open == 0
            assert summary.rows == 1 + sum(not isinstance(each, BaseException) for each in taken)

    async def test_costs_nothing_while_nobody_comes(self, tmp_path: Path) -> None:
        backend = account("c000")
        async with opened(tmp_path, backend) as batch:

            async def read() -> None:
                async for _ in batch.results():
                    pass

            reading = asyncio.create_task(read())
            await (await batch.submit("c000")).result()
            began = time.process_time()
            await asyncio.sleep(0.4)
            assert time.process_time() - began < 0.2
        await reading

    async def test_only_an_open_ended_batch_is_sealed(self, tmp_path: Path) -> None:
        backend = account("c000")
        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            with pytest.raises(StateError, match="open_ended"):
                await batch.seal()
            await batch.add(["c000"])
            assert (await batch.run()).open == 0

    async def test_a_look_for_what_would_be_the_same_is_not_cut_short(self, tmp_path: Path) -> None:
        backend = account()
        async with opened(tmp_path, backend, "create") as batch:
            await (await batch.submit(BatchRow("one", {"name": "Spring"}))).result()
        async with opened(tmp_path, backend, "create") as batch:
            for turns in range(8):
                leaving = asyncio.create_task(batch.submit(BatchRow("two", {"name": "Spring"})))
                await asyncio.sleep(0.0003 * turns)
                leaving.cancel()
                await asyncio.gather(leaving, return_exceptions=True)
            with pytest.raises(InvalidInputError, match="could not be told from row one"):
                await batch.submit(BatchRow("three", {"name": "Spring"}))

    async def test_a_hint_sends_nothing_before_its_time(self, tmp_path: Path) -> None:
        backend = account("c000")
        backend.vendor.lost = [(BUSY, False)]
        async with opened(tmp_path, backend) as batch:
            handle = await batch.submit("c000")
            while backend.vendor.lost:
                await asyncio.sleep(0)
            refused = backend.clock.monotonic()
            while not written(backend):
                assert not batch.notify("c000")
                await asyncio.sleep(0)
            assert backend.clock.monotonic() - refused >= 100
            await handle.result()
        assert not batch.notify("c000")


class TestListeners:
    async def test_several_of_one_row_when_the_run_fails(self, tmp_path: Path) -> None:
        backend = account(*many(3))
        async with opened(tmp_path, backend, limits=Limits(in_flight=1)) as batch:
            handle = await batch.submit("c000")
            waiting = []
            for _ in range(50):
                waiting.append(asyncio.create_task(handle.result()))
                await asyncio.sleep(0)
            backend.vendor.answers = [REVOKED]
            for _ in range(50):
                waiting.append(asyncio.create_task(handle.result()))
                await asyncio.sleep(0)
            ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(each) for each in ended} == {AuthenticationError}

    async def test_several_of_all_results(self, tmp_path: Path) -> None:
        backend, ids = account(*many(30)), many(30)

        async def read(batch: Batch) -> list[str]:
            return [result.id async for result in batch.results(replay=True)]

        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            await batch.add(ids)
            readers = []
            for _ in range(200):
                readers.append(asyncio.create_task(read(batch)))
                await asyncio.sleep(0.0005)
            seen = await asyncio.gather(*readers)
        assert all(sorted(each) == ids for each in seen)

    async def test_a_slow_one_when_the_batch_is_closed(self, tmp_path: Path) -> None:
        backend = account(*many(600))
        closed, seen = asyncio.Event(), 0

        async def read(batch: Batch) -> None:
            nonlocal seen
            async for _ in batch.results():
                seen += 1
                await closed.wait()

        async with opened(tmp_path, backend) as batch:
            reading = asyncio.create_task(read(batch))
            handles = [await batch.submit(id) for id in many(3)]
            await asyncio.gather(*(handle.result() for handle in handles))
        closed.set()
        await reading
        assert seen >= 1


async def test_an_opening_that_is_cut_short_keeps_nothing(tmp_path: Path) -> None:
    header = Header(provider="memory", account="a1", verb=Verb.RESUBMIT)
    for turns in range(10):
        opening = asyncio.create_task(SqliteJournal.open(tmp_path / "b.db", header))
        await asyncio.sleep(0.0005 * turns)
        opening.cancel()
        [journal] = await asyncio.gather(opening, return_exceptions=True)
        if isinstance(journal, SqliteJournal):
            await journal.aclose()
    await asyncio.sleep(0.05)
    async with Batch.open(tmp_path / "b.db", account(), "resubmit") as batch:
        assert batch.summary().rows == 0
