"""What a hostile vendor, a hurried user and an unlucky machine have tried, each as it once succeeded."""

from __future__ import annotations

import asyncio
import datetime
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from campaign_reg import (
    Batch,
    BatchRow,
    CampaignRegError,
    InvalidInputError,
    Limits,
    Poller,
    Schedule,
    StateError,
    Verdict,
)
from campaign_reg.batch import runner as run_module
from campaign_reg.enums import Verb
from campaign_reg.errors import (
    ConnectError,
    DecodeError,
    InvalidRequestError,
    JournalError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.write import Timeouts
from campaign_reg.rate import Reservation
from campaign_reg.sandbox import Sandbox
from tests.support.backends import MemoryBackend
from tests.support.clocks import VirtualClock
from tests.support.connections import Connect

pytestmark = pytest.mark.anyio

SHORT = Schedule(first_seconds=5, factor=2, max_seconds=60, deadline_seconds=600, jitter=0)


def memory(*ids: str, **options: Any) -> MemoryBackend:
    """A backend in memory, on virtual time that leaves the journal's thread a moment."""
    backend = MemoryBackend(VirtualClock(), **options)
    for id in ids:
        backend.vendor.put(id)
    return backend


async def verdicts(batch: Batch) -> dict[str, Verdict]:
    return {result.id: result.outcome.verdict async for result in batch.results(replay=True)}


class TestTwoWriters:
    async def test_one_journal_by_two_names(self, sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
        ids = sandbox.sinch.seed(10, settle_seconds=(0.2, 0.3))
        async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as one:
            await one.add(ids)
            (tmp_path / "c.db").symlink_to(tmp_path / "b.db")
            with pytest.raises(JournalError, match="in use by another process"):
                async with Batch.open(tmp_path / "c.db", sinch, "resubmit"):
                    pass

    async def test_a_row_that_was_begun_elsewhere_is_not_written(self, tmp_path: Path) -> None:
        """Whatever lets a second writer in, the journal takes one intent for one state of a row."""
        backend = memory("a")
        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            await batch.add(["a"])
            await batch._context.journal.intent(1, 1, "null", "00", "2026-03-06T18:00:00+00:00")
            with pytest.raises(JournalError, match="begun by somebody else"):
                await batch._context.journal.intent(1, 1, "null", "00", "2026-03-06T18:00:00+00:00")

    async def test_a_resend_refused_by_a_429_is_not_fed_a_second_time(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(run_module, "CHUNK", 2)
        backend = Slow(VirtualClock(), timeouts=Timeouts(settle_seconds=60, preimage_seconds=1000))
        ids = [*(f"c{n}" for n in range(20)), "last"]
        for id in ids:
            backend.vendor.put(id)
        preimage = Reading(
            target="last", version="2026-02-01T08:00:00Z", status="ACTIVE", action_status="CREATE_SUCCESSFUL",
            taken_at=backend.clock.now(), vendor_time=backend.clock.now(),
        )  # fmt: skip
        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            await batch.add(ids)
            plain = json.dumps(preimage.to_plain())
            await batch._context.journal.intent(21, 1, plain, "00", backend.clock.now().isoformat())
            await batch._context.journal.remember("version_moves", "1")
        write = backend.vendor.write
        refusals: list[str] = []

        def refused_once(verb: Verb, id: str) -> None:
            if id == "last" and not refusals:
                refusals.append(id)
                backend.slow = True
                raise RateLimitError("memory.resubmit", 429, "slow down", retry_after_seconds=1100.0)
            write(verb, id)

        backend.vendor.write = refused_once  # type: ignore[method-assign]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", limits=Limits(in_flight=2)) as batch:
            assert (await batch.run()).open == 0
        assert refusals
        assert Counter(id for _, id in backend.vendor.writes)["last"] == 1

    async def test_two_spellings_of_one_campaign(self, tmp_path: Path) -> None:
        """A vendor that reads ids without case answers with its own spelling."""
        backend = memory("01HX", schedule=SHORT)
        look, write = backend.vendor.look, backend.vendor.write
        backend.vendor.look = lambda id: look(id.upper())  # type: ignore[method-assign]
        backend.vendor.write = lambda verb, id: write(verb, id.upper())  # type: ignore[method-assign]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            await batch.add(["01HX", "01hx"])
            await batch.run()
        assert len(backend.vendor.writes) == 1


class Slow(MemoryBackend):
    """Readings take a hundred seconds, except at first those of the row named `last`."""

    slow = False

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        reading = await super().read(id, reservation=reservation)
        if id != "last" or self.slow:
            await self.clock.sleep(100)
        return reading


class TestEveryRowEnds:
    async def test_refused_rows_are_among_the_results_of_the_run_that_added_them(
        self, tmp_path: Path
    ) -> None:
        async with Batch.open(tmp_path / "b.db", memory("a"), "resubmit") as batch:
            await batch.add(["a", BatchRow("line 7", problem="4 cells")])
            assert {result.id async for result in batch.results()} == {"a", "line 7"}

    @pytest.mark.parametrize(
        "error",
        [
            ServerError("memory.get", 500, "down"),
            DecodeError("modifiedDate", "expected a date"),
            InvalidRequestError("memory.get", 400, "no"),
            ConnectError("memory.get", "closed", retryable=False),
        ],
        ids=lambda error: type(error).__name__,
    )
    async def test_reads_that_fail_for_ever_meet_the_deadline(
        self, tmp_path: Path, error: CampaignRegError
    ) -> None:
        backend = memory("a", schedule=SHORT)
        look = backend.vendor.look

        def fails(id: str) -> Any:
            if backend.vendor.writes:
                raise error
            return look(id)

        backend.vendor.look = fails  # type: ignore[method-assign]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            await batch.add(["a"])
            assert (await asyncio.wait_for(batch.run(), 20)).open == 1

    async def test_expired_under_a_lost_write(self, tmp_path: Path) -> None:
        backend = memory("witness", "a", schedule=SHORT, timeouts=Timeouts(settle_seconds=60))
        vendor, write = backend.vendor, backend.vendor.write

        def lose(verb: Verb, id: str) -> None:
            if id == "a":
                vendor.campaigns["a"] = attrs.evolve(vendor.campaigns["a"], vendor_status="EXPIRED")
                raise OutcomeUnknownError("memory.resubmit", "reset")
            write(verb, id)

        vendor.write = lose  # type: ignore[method-assign]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            await batch.add(["witness", "a"])
            await asyncio.wait_for(batch.run(), 20)
            assert (await verdicts(batch))["a"] is Verdict.UNKNOWN

    async def test_one_forbidden_campaign_fails_alone(self, tmp_path: Path) -> None:
        ids = [f"c{n}" for n in range(20)]
        backend = memory(*ids)
        look = backend.vendor.look

        def forbidden(id: str) -> Any:
            if id == "c0":
                raise PermissionDeniedError("memory.get", 403, "belongs to another project")
            return look(id)

        backend.vendor.look = forbidden  # type: ignore[method-assign]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", limits=Limits(in_flight=4)) as batch:
            await batch.add(ids)
            await batch.run()
            found = await verdicts(batch)
        assert found.pop("c0") is Verdict.FAILED
        assert set(found.values()) == {Verdict.SUCCEEDED}

    async def test_a_forbidden_account_stops_the_batch(self, tmp_path: Path) -> None:
        backend = memory("a", "b")

        def forbidden(id: str) -> Any:
            raise PermissionDeniedError("memory.get", 403, "no")

        backend.vendor.look = forbidden  # type: ignore[method-assign]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            await batch.add(["a", "b"])
            with pytest.raises(PermissionDeniedError):
                await batch.run()

    async def test_one_404_before_the_write_is_a_lagging_replica(self, tmp_path: Path) -> None:
        backend = memory("a")
        look, asked = backend.vendor.look, []

        def at_first_unknown(id: str) -> Any:
            asked.append(id)
            return look("nobody" if len(asked) == 1 else id)

        backend.vendor.look = at_first_unknown  # type: ignore[method-assign]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            await batch.add(["a"])
            await batch.run()
            assert await verdicts(batch) == {"a": Verdict.SUCCEEDED}


class TestOddInput:
    @pytest.mark.parametrize(
        "row",
        [
            BatchRow("\ud800"),
            BatchRow("x", {"\ud800": 1}),
            BatchRow("x", {"note": "\ud800"}),
            BatchRow("x", {"mnos": datetime.date(2026, 1, 1)}),
            BatchRow("x", {1: 2, "a": 3}),  # type: ignore[dict-item]
            BatchRow("line \ud800", problem="bad \udc80"),
        ],
        ids=["id", "name", "value", "date", "mixed names", "problem"],
    )
    async def test_one_odd_row_ends_failed_and_the_rest_run(self, tmp_path: Path, row: BatchRow) -> None:
        async with Batch.open(tmp_path / "b.db", memory("a"), "resubmit") as batch:
            await batch.add(["a", row])
            await batch.run()
            found = await verdicts(batch)
        assert found.pop("a") is Verdict.SUCCEEDED
        assert list(found.values()) == [Verdict.FAILED]

    async def test_an_id_that_is_no_text_is_refused(self, tmp_path: Path) -> None:
        async with Batch.open(tmp_path / "b.db", memory(), "resubmit") as batch:
            with pytest.raises(InvalidInputError, match="must be text, not int"):
                await batch.add([BatchRow(123)])  # type: ignore[arg-type]

    async def test_a_journal_is_always_a_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        for _ in range(2):
            async with Batch.open(":memory:", memory("a"), "resubmit") as batch:
                assert (await batch.add(["a"])).rows == 1
        assert (await asyncio.to_thread((tmp_path / ":memory:").is_file)) is True


class TestClosed:
    @pytest.mark.parametrize("call", ["add", "plan", "run", "results"])
    async def test_a_closed_batch_says_so(self, tmp_path: Path, call: str) -> None:
        async with Batch.open(tmp_path / "b.db", memory("a", "b"), "resubmit") as batch:
            await batch.add(["a", "b"])
            results = batch.results()
            await anext(results)

        async def read() -> None:
            async for _ in results:
                pass

        calls: dict[str, Callable[[], Awaitable[object]]] = {
            "add": lambda: batch.add(["a", "b"]),
            "plan": batch.plan,
            "run": batch.run,
            "results": read,
        }
        with pytest.raises(CampaignRegError, match="closed"):
            await asyncio.wait_for(calls[call](), 5)

    async def test_running_too_early_poisons_nothing(self, tmp_path: Path) -> None:
        async with Batch.open(tmp_path / "b.db", memory("a"), "resubmit") as batch:
            with pytest.raises(StateError, match="no input yet"):
                await batch.run()
            await batch.add(["a"])
            assert (await batch.run()).open == 0

    async def test_a_closed_poller_says_so(self) -> None:
        backend = memory("a")
        action = await backend.perform("resubmit", "a")
        async with Poller(backend) as poller:
            pass
        with pytest.raises(StateError, match="closed"):
            await asyncio.wait_for(anext(poller.watch([action])), 5)

    async def test_adding_the_same_again_during_a_run_counts_nothing_twice(self, tmp_path: Path) -> None:
        ids = [f"c{n}" for n in range(30)]
        backend = memory(*ids)
        async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
            await batch.add(ids)
            running = asyncio.ensure_future(batch.run())
            while not running.done():
                await batch.add(ids)
                await backend.clock.sleep(1)  # time moves while the journal is idle
            assert (batch.summary().rows, batch.summary().open) == (30, 0)


async def test_trouble_at_the_vendor_stops_new_rows_and_not_the_run(tmp_path: Path) -> None:
    """Rows that fail one by one while the vendor is down would double the load on it."""
    ids = [f"c{n}" for n in range(500)]
    backend = memory(*ids, schedule=SHORT)
    look = backend.vendor.look
    in_vain: list[str] = []

    def down(id: str) -> Any:
        if backend.clock.monotonic() < 1300:
            in_vain.append(id)
            raise ServerError("memory.get", 503, "down")
        return look(id)

    backend.vendor.look = down  # type: ignore[method-assign]
    async with Batch.open(tmp_path / "b.db", backend, "resubmit", limits=Limits(in_flight=16)) as batch:
        await batch.add(ids)
        await batch.run()
        assert set((await verdicts(batch)).values()) == {Verdict.SUCCEEDED}
    # Sixteen workers at most, and a few holds of growing length in three hundred seconds.
    assert 3 <= len(in_vain) <= 16 * 8
