"""Batches of the verbs that are judged otherwise than a resubmission: create, renew and approve, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from campaign_reg import Batch, BatchRow, CampaignHeldError, RowResult, Schedule, Verdict
from campaign_reg.enums import Evidence, Verb
from campaign_reg.errors import OutcomeUnknownError, RateLimitError
from campaign_reg.protocol.write import Timeouts
from tests.support.backends import EveryVerbBackend, MemoryBackend
from tests.support.clocks import VirtualClock

pytestmark = pytest.mark.anyio

SHORT = Schedule(first_seconds=5, factor=2, max_seconds=60, jitter=0)
LOST = OutcomeUnknownError("memory.write", "the connection broke")


def memory(**options: Any) -> MemoryBackend:
    """A backend in memory, on virtual time that leaves the journal's thread a moment."""
    options = {"timeouts": Timeouts(settle_seconds=60, quiet_seconds=600), "schedule": SHORT, **options}
    return EveryVerbBackend(VirtualClock(), **options)


async def carried(
    backend: MemoryBackend, path: Path, verb: str, rows: list[BatchRow]
) -> dict[str, RowResult]:
    async with Batch.open(path / "b.db", backend, verb) as batch:
        await batch.add(rows)
        return {result.id: result async for result in batch.results(replay=True)}


def drafts(*names: str) -> list[BatchRow]:
    return [BatchRow(f"row {name}", {"name": name}) for name in names]


class TestCreate:
    async def test_rows_learn_the_ids_of_their_campaigns(self, tmp_path: Path) -> None:
        backend = memory()
        results = await carried(backend, tmp_path, "create", drafts("one", "two"))
        assert {result.outcome.verdict for result in results.values()} == {Verdict.SUCCEEDED}
        made = {result.outcome.target: backend.vendor.campaigns[result.outcome.target].name
                for result in results.values()}  # fmt: skip
        assert sorted(made.values()) == ["one", "two"]

    @pytest.mark.fault(100)
    @pytest.mark.parametrize(
        ("applied", "verdict", "evidence"),
        [(True, Verdict.SUCCEEDED, Evidence.OBSERVED), (False, Verdict.UNKNOWN, Evidence.INFERRED)],
    )
    async def test_a_lost_one_is_found_by_its_name_or_stays_unknown(
        self, tmp_path: Path, applied: bool, verdict: Verdict, evidence: Evidence
    ) -> None:
        backend = memory()
        backend.vendor.lost.append((LOST, applied))
        results = await carried(backend, tmp_path, "create", drafts("one"))
        outcome = results["row one"].outcome
        assert (outcome.verdict, outcome.evidence) == (verdict, evidence)
        assert len(backend.vendor.writes) == int(applied)
        assert results["row one"].attempts == 1
        assert (outcome.target in backend.vendor.campaigns) is applied

    async def test_one_that_is_applied_late_is_found(self, tmp_path: Path) -> None:
        backend = memory()
        vendor = backend.vendor
        vendor.lost.append((LOST, False))
        vendor.put("late", name="", vendor_status="")
        vendor.later(40, "late", name="one", vendor_status="ACTIVE", created_at=None)
        [result] = (await carried(backend, tmp_path, "create", drafts("one"))).values()
        assert (result.outcome.verdict, result.outcome.target) == (Verdict.SUCCEEDED, "late")

    async def test_two_new_ones_of_that_name_are_left_to_a_person(self, tmp_path: Path) -> None:
        backend = memory()
        vendor = backend.vendor
        apply = vendor.on_write

        def twins(verb: Verb, id: str) -> None:
            apply(verb, id)
            vendor.drafts["twin"] = vendor.drafts[id]
            apply(verb, "twin")

        vendor.on_write = twins
        vendor.lost.append((LOST, True))
        [result] = (await carried(backend, tmp_path, "create", drafts("one"))).values()
        assert result.outcome.verdict is Verdict.UNKNOWN
        assert "2 new campaigns are like it" in result.outcome.reason

    async def test_what_is_there_already_is_not_made_again(self, tmp_path: Path) -> None:
        backend = memory()
        backend.vendor.put("old", name="one")
        [result] = (await carried(backend, tmp_path, "create", drafts("one"))).values()
        assert (result.outcome.verdict, result.outcome.target) == (Verdict.SKIPPED, "old")
        assert "exists already as old" in result.outcome.reason
        assert backend.vendor.writes == []

    async def test_a_rejected_one_of_that_name_neither_stands_in_the_way_nor_is_mistaken_for_it(
        self, tmp_path: Path
    ) -> None:
        backend = memory()
        backend.vendor.put("dead", name="one", vendor_status="REJECTED")
        backend.vendor.lost.append((LOST, False))
        [result] = (await carried(backend, tmp_path, "create", drafts("one"))).values()
        assert (result.outcome.verdict, result.attempts) == (Verdict.UNKNOWN, 1)
        assert "none like it appeared" in result.outcome.reason

    async def test_without_anything_to_tell_it_by_a_lost_one_is_unknown(self, tmp_path: Path) -> None:
        backend = memory()
        backend.vendor.lost.append((LOST, True))
        [result] = (await carried(backend, tmp_path, "create", [BatchRow("r", {})])).values()
        assert result.outcome.verdict is Verdict.UNKNOWN
        assert backend.vendor.searches == 0

    async def test_two_rows_that_could_not_be_told_apart_are_not_both_sent(self, tmp_path: Path) -> None:
        backend = memory()
        rows = [*drafts("one"), BatchRow("another", {"name": "one"})]
        results = await carried(backend, tmp_path, "create", rows)
        assert results["row one"].outcome.verdict is Verdict.SUCCEEDED
        assert results["another"].outcome.verdict is Verdict.FAILED
        assert "could not be told from row row one (one)" in results["another"].outcome.reason
        assert len(backend.vendor.writes) == 1

    async def test_known_not_applied_is_sent_afresh(self, tmp_path: Path) -> None:
        backend = memory()
        backend.vendor.lost.append((RateLimitError("memory.write", 429, "slow down"), False))
        [result] = (await carried(backend, tmp_path, "create", drafts("one"))).values()
        assert (result.outcome.verdict, result.attempts) == (Verdict.SUCCEEDED, 1)

    async def test_another_batch_cannot_create_the_same(self, tmp_path: Path) -> None:
        backend = memory()
        async with Batch.open(tmp_path / "a.db", backend, "create") as one:
            await one.add(drafts("one"))
            await one._holdings.take_open()
            async with Batch.open(tmp_path / "b.db", backend, "create") as two:
                await two.add([BatchRow("other row", {"name": "one"})])
                with pytest.raises(CampaignHeldError, match="in the open batch"):
                    await two.run()
            async with Batch.open(tmp_path / "c.db", backend, "create") as three:
                await three.add([BatchRow("row one", {"name": "three"})])
                await three.run()
        assert len(backend.vendor.writes) == 1

    @pytest.mark.parametrize("applied", [True, False])
    async def test_a_crash_after_the_intent_is_made_good_by_looking(
        self, tmp_path: Path, applied: bool
    ) -> None:
        backend = memory()
        vendor = backend.vendor
        async with Batch.open(tmp_path / "b.db", backend, "create") as batch:
            await batch.add(drafts("one"))
            nothing = '{"s":"","at":"2026-03-06T18:00:00+00:00","x":true}'
            await batch._context.journal.intent(1, 1, nothing, "00" * 32, backend.clock.now().isoformat())
        if applied:
            vendor.drafts["new"] = "one"
            vendor.write(Verb.CREATE, "new")
        async with Batch.open(tmp_path / "b.db", backend, "create") as batch:
            [result] = [result async for result in batch.results()]
        assert result.outcome.verdict is (Verdict.SUCCEEDED if applied else Verdict.UNKNOWN)
        assert len(vendor.writes) == int(applied)

    async def test_the_id_outlives_the_process(self, tmp_path: Path) -> None:
        backend = memory()
        async with Batch.open(tmp_path / "b.db", backend, "create") as batch:
            await batch.add(drafts("one"))
            await batch._context.journal.intent(1, 1, "null", "00" * 32, backend.clock.now().isoformat())
            await batch._context.journal.phase(1, "sent", 1, "made")
        backend.vendor.put("made", vendor_status="ACTIVE", name="another name by now")
        async with Batch.open(tmp_path / "b.db", backend, "create") as batch:
            [result] = [result async for result in batch.results()]
        assert (result.outcome.verdict, result.outcome.target) == (Verdict.SUCCEEDED, "made")
        assert result.outcome.evidence is Evidence.ACKNOWLEDGED

    async def test_a_bare_create_that_is_lost_is_taken_up_by_its_token(self) -> None:
        backend = memory()
        backend.vendor.lost.append((LOST, True))
        with pytest.raises(OutcomeUnknownError) as caught:
            await backend.perform("create", None, {"name": "one"})
        assert caught.value.token is not None
        action = backend.action(caught.value.token)
        outcome = await action.wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)
        assert outcome.target == action.target == "new0"

    async def test_a_bare_create_that_never_shows_is_given_up(self) -> None:
        backend = memory()
        backend.vendor.lost.append((LOST, False))
        with pytest.raises(OutcomeUnknownError) as caught:
            await backend.perform("create", None, {"name": "one"})
        outcome = await backend.action(caught.value.token or "").wait()
        assert outcome.verdict is Verdict.UNKNOWN


def becoming(backend: MemoryBackend, **members: Any) -> Callable[[Verb, str], None]:
    """A vendor that turns what is written to into this."""

    def apply(verb: Verb, id: str) -> None:
        backend.vendor.put(id, **members)

    return apply


def paused(backend: MemoryBackend, *ids: str) -> list[BatchRow]:
    """Campaigns that have sent ten messages and ran out of funds; a renewal lets them send."""
    for id in ids:
        backend.vendor.put(id, vendor_status="paused", version="10")
    backend.vendor.on_write = becoming(backend, vendor_status="sending", version="11")
    return [BatchRow(id) for id in ids]


class TestRenew:
    async def test_only_what_is_paused_is_renewed(self, tmp_path: Path) -> None:
        backend = memory()
        rows = paused(backend, "a", "b", "c")
        backend.vendor.put("b", vendor_status="sending", version="10")
        backend.vendor.put("c", vendor_status="stopped", version="10")
        results = await carried(backend, tmp_path, "renew", rows)
        assert [results[id].outcome.verdict for id in "abc"] == [
            Verdict.SUCCEEDED,
            Verdict.SKIPPED,
            Verdict.SKIPPED,
        ]
        assert "is for one that is paused" in results["b"].outcome.reason
        assert backend.vendor.writes == [(Verb.RENEW, "a")]

    async def test_one_that_pauses_again_needs_a_person(self, tmp_path: Path) -> None:
        backend = memory()
        rows = paused(backend, "a")
        backend.vendor.on_write = becoming(backend, vendor_status="paused", version="25")
        [result] = (await carried(backend, tmp_path, "renew", rows)).values()
        assert result.outcome.verdict is Verdict.ACTION_REQUIRED

    async def test_an_older_count_of_messages_is_no_news(self, tmp_path: Path) -> None:
        backend = memory(schedule=attrs.evolve(SHORT, deadline_seconds=7200))
        rows = paused(backend, "a")
        backend.vendor.on_write = becoming(backend, vendor_status="paused", version="9")
        assert await carried(backend, tmp_path, "renew", rows) == {}  # it stays open: its reader lags behind
        assert len(backend.vendor.writes) == 1

    @pytest.mark.parametrize(("settle_seconds", "writes"), [(60, 3), (700, 2)])
    async def test_a_lost_one_is_not_sent_again_after_ten_minutes(
        self, tmp_path: Path, settle_seconds: float, writes: int
    ) -> None:
        backend = memory(timeouts=Timeouts(settle_seconds=settle_seconds, quiet_seconds=7200))
        rows = paused(backend, "a", "b", "c")
        backend.vendor.lost.append((LOST, False))
        results = await carried(backend, tmp_path, "renew", rows)
        assert len(backend.vendor.writes) == writes
        lost = [result for result in results.values() if result.outcome.verdict is Verdict.UNKNOWN]
        assert len(lost) == 3 - writes
        assert all("not sent again later than 600 s" in result.outcome.reason for result in lost)


class TestApprove:
    def rows(self, backend: MemoryBackend, *ids: str) -> list[BatchRow]:
        for id in ids:
            backend.vendor.put(id, vendor_status="NEEDS_APPROVAL", version=None)
        backend.vendor.on_write = becoming(backend, vendor_status="APPROVED", version=None)
        return [BatchRow(id, {"state": "APPROVED"}) for id in ids]

    async def test_the_answer_itself_is_the_end(self, tmp_path: Path) -> None:
        backend = memory()
        rows = self.rows(backend, "a")
        [result] = (await carried(backend, tmp_path, "approve", rows)).values()
        assert (result.outcome.verdict, result.outcome.evidence) == (Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)
        assert backend.vendor.reads == ["a"]

    async def test_what_is_as_wanted_is_not_sent(self, tmp_path: Path) -> None:
        backend = memory()
        rows = self.rows(backend, "a")
        backend.vendor.put("a", vendor_status="APPROVED", version=None)
        [result] = (await carried(backend, tmp_path, "approve", rows)).values()
        assert (result.outcome.verdict, result.outcome.reason) == (Verdict.SKIPPED, "already as wanted")

    @pytest.mark.parametrize(("applied", "verdict"), [(True, Verdict.SUCCEEDED), (False, Verdict.UNKNOWN)])
    async def test_a_lost_one_is_proven_by_its_state_alone(
        self, tmp_path: Path, applied: bool, verdict: Verdict
    ) -> None:
        backend = memory()
        rows = self.rows(backend, "a")
        backend.vendor.lost.append((LOST, applied))
        [result] = (await carried(backend, tmp_path, "approve", rows)).values()
        assert (result.outcome.verdict, result.attempts) == (verdict, 1)

    async def test_one_applied_late_is_waited_for(self, tmp_path: Path) -> None:
        backend = memory()
        rows = self.rows(backend, "a")
        backend.vendor.lost.append((LOST, False))
        backend.vendor.later(30, "a", vendor_status="APPROVED", version=None)
        [result] = (await carried(backend, tmp_path, "approve", rows)).values()
        assert (result.outcome.verdict, result.outcome.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)

    async def test_a_third_state_proves_nothing(self, tmp_path: Path) -> None:
        backend = memory()
        rows = self.rows(backend, "a")
        backend.vendor.lost.append((LOST, True))
        backend.vendor.on_write = becoming(backend, vendor_status="REJECTED", version=None)
        [result] = (await carried(backend, tmp_path, "approve", rows)).values()
        assert result.outcome.verdict is Verdict.UNKNOWN

    async def test_a_token_knows_what_was_wanted(self) -> None:
        backend = memory()
        self.rows(backend, "a")
        backend.vendor.lost.append((LOST, True))
        with pytest.raises(OutcomeUnknownError) as caught:
            await backend.perform("approve", "a", {"state": "APPROVED"})
        outcome = await backend.action(caught.value.token or "").wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)


async def test_a_resend_that_was_refused_leaves_the_time_of_the_first_write(tmp_path: Path) -> None:
    """A renewal is not sent again ten minutes after it left, also where a second one was refused and a process died."""
    backend, path = memory(), tmp_path / "b.db"
    backend.vendor.put("c1", vendor_status="paused", version="10")
    slow_down = RateLimitError("memory.renew", 429, "slow down", retry_after_seconds=500.0)
    backend.vendor.lost = [(LOST, False), (slow_down, False)]
    async with Batch.open(path, backend, "renew") as batch:
        await batch.add(["c1"])
        await batch._context.journal.remember("version_moves", "1")
    first = backend.clock.now()
    async with Batch.open(path, backend, "renew") as batch:
        running = asyncio.create_task(batch.run())
        while backend.vendor.lost:
            await asyncio.sleep(0.001)
        running.cancel()
        (row,) = await batch._context.journal.rows(["intent", "lost", "ready"], 0, 9)
        while row.phase == "intent":  # the refusal is on its way into the journal
            await asyncio.sleep(0.001)
            (row,) = await batch._context.journal.rows(["intent", "lost", "ready"], 0, 9)
    assert (row.phase, row.attempts) == ("lost", 1)
    assert row.sent_at is not None
    assert row.preimage is not None
    for told in (row.sent_at, row.preimage["at"]):
        assert datetime.fromisoformat(told) - first < timedelta(seconds=30)
    assert backend.clock.now() - first > timedelta(seconds=60)
    backend.clock.advance(600)  # type: ignore[attr-defined]
    async with Batch.open(path, backend, "renew") as batch:
        summary = await batch.run()
    assert (summary.verdicts[Verdict.UNKNOWN], backend.vendor.writes) == (1, [])
