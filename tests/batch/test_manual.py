"""What a person says of rows: cancelled before they were sent, or decided because reading could not."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from campaign_reg import (
    Batch,
    BatchRow,
    CampaignHeldError,
    CampaignRegError,
    InvalidInputError,
    Limits,
    RateLimitError,
    StateError,
    Verdict,
)
from campaign_reg.batch.results import Summary
from campaign_reg.enums import Evidence
from campaign_reg.journal.claims import Claims
from campaign_reg.journal.records import Header
from campaign_reg.protocol.write import NotApplied, PreparedWrite
from tests.support.accounts import LOST, account, many, written
from tests.support.backends import MemoryRequest

pytestmark = pytest.mark.anyio


class TestCancel:
    async def test_ends_what_was_not_sent(self, tmp_path: Path) -> None:
        backend = account(*many(6))
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", max_items=2) as batch:
            await batch.add(many(6))
            await batch.run()
            summary = await batch.cancel()
            results = {result.id: result async for result in batch.results(replay=True)}
        assert (summary.open, summary.verdicts[Verdict.CANCELLED]) == (0, 4)
        cancelled = [result for result in results.values() if result.outcome.verdict is Verdict.CANCELLED]
        assert {(result.id, result.attempts) for result in cancelled} == {(id, 0) for id in many(6)[2:]}
        assert {result.outcome.target for result in cancelled} == set(many(6)[2:])
        assert len(written(backend)) == 2

    async def test_while_it_runs(self, tmp_path: Path) -> None:
        """Nothing is sent any more; what is under way is waited for; every row has one result."""
        backend, limits = account(*many(400)), Limits(in_flight=3)
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", limits=limits) as batch:
            await batch.add(many(400))
            running = asyncio.create_task(batch.run())
            while len(written(backend)) < 20:
                await asyncio.sleep(0)
            await batch.cancel()
            sent = len(written(backend))
            summary = await running
            results = [result.id async for result in batch.results(replay=True)]
        assert sent <= len(written(backend)) <= sent + 3  # those whose write was just leaving
        assert summary.verdicts[Verdict.SUCCEEDED] == len(written(backend)) < 400
        assert summary.verdicts[Verdict.SUCCEEDED] + summary.verdicts[Verdict.CANCELLED] == 400
        assert sorted(results) == many(400)

    async def test_lets_go_of_the_campaigns(self, tmp_path: Path) -> None:
        backend = account(*many(2))
        async with Batch.open(tmp_path / "a.db", backend, "resubmit", canary=1) as first:
            await first.add(many(2))
            await first.run()
            async with Batch.open(tmp_path / "b.db", backend, "resubmit") as second:
                await second.add(many(2))
                with pytest.raises(CampaignHeldError, match="in the open batch"):
                    await second.run()
            await first.cancel()
        header = Header(provider="memory", account="a1", verb="resubmit")
        Claims(header, "another", tmp_path / "c.db").take(many(2))


class TestDecide:
    @pytest.fixture
    async def unknown(self, tmp_path: Path) -> Path:
        backend, path = account("c000", "c001"), tmp_path / "b.db"
        backend.vendor.lost = [(LOST, False)]
        async with Batch.open(path, backend, "resubmit", resend="never", limits=Limits(in_flight=1)) as batch:
            await batch.add(many(2))
            assert (await batch.run()).verdicts[Verdict.UNKNOWN] == 1
        return path

    @pytest.mark.parametrize(("applied", "verdict"), [(True, Verdict.SUCCEEDED), (False, Verdict.FAILED)])
    async def test_a_person_s_word_is_the_newest_result(
        self, unknown: Path, applied: bool, verdict: Verdict
    ) -> None:
        async with Batch.open(unknown, account(), "resubmit") as batch:
            result = await batch.decide("c000", applied=applied)
            summary = batch.summary()
        assert (result.outcome.verdict, result.outcome.evidence) == (verdict, Evidence.INFERRED)
        assert result.outcome.reason.startswith("a person looked at the vendor: it was")
        assert "its answer was lost" in result.outcome.reason
        assert summary.verdicts[Verdict.UNKNOWN] == 0
        assert summary.verdicts[verdict] == (2 if applied else 1)
        async with Batch.open(unknown, account(), "resubmit") as batch:
            assert batch.summary() == summary
            results = [each async for each in batch.results(replay=True)]
        assert [each.id for each in results] == ["c001", "c000"]
        assert results[-1] == result

    async def test_can_be_corrected(self, unknown: Path) -> None:
        async with Batch.open(unknown, account(), "resubmit") as batch:
            await batch.decide("c000", applied=True)
            result = await batch.decide("c000", applied=False)
            summary = batch.summary()
        assert result.outcome.verdict is Verdict.FAILED
        assert result.outcome.reason.count("a person looked") == 1
        assert summary.verdicts[Verdict.SUCCEEDED] == summary.verdicts[Verdict.FAILED] == 1
        assert [group.rows for group in summary.reasons] == [1]

    @pytest.mark.parametrize(
        ("id", "kind", "words"),
        [
            ("c001", StateError, "'c001' ended succeeded"),
            ("c002", InvalidInputError, "no row 'c002'"),
            ("", InvalidInputError, "no row ''"),
        ],
    )
    async def test_is_for_unknown_rows_only(
        self, unknown: Path, id: str, kind: type[CampaignRegError], words: str
    ) -> None:
        async with Batch.open(unknown, account(), "resubmit") as batch:
            with pytest.raises(kind, match=words):
                await batch.decide(id, applied=True)

    async def test_an_open_row_is_not_a_person_s_to_decide(self, tmp_path: Path) -> None:
        async with Batch.open(tmp_path / "b.db", account("c000"), "resubmit") as batch:
            await batch.add(["c000"])
            with pytest.raises(StateError, match="'c000' is still open"):
                await batch.decide("c000", applied=True)

    async def test_every_decision_is_a_new_result(self, unknown: Path) -> None:
        async with Batch.open(unknown, account(), "resubmit") as batch:
            for applied in (True, False):
                decided = await batch.decide("c000", applied=applied)
                assert [result async for result in batch.results()] == [decided]

    async def test_a_create_learns_its_campaign(self, tmp_path: Path) -> None:
        backend = account()
        backend.vendor.lost = [(LOST, False)]
        async with Batch.open(tmp_path / "b.db", backend, "create") as batch:
            await batch.add([BatchRow("row 1", {"name": "Spring"})])
            assert (await batch.run()).verdicts[Verdict.UNKNOWN] == 1
            result = await batch.decide("row 1", applied=True, target="01HX")
            corrected = await batch.decide("row 1", applied=False)
            with pytest.raises(InvalidInputError, match="only a create that was applied"):
                await batch.decide("row 1", applied=False, target="01HX")
        assert (result.outcome.verdict, result.outcome.target) == (Verdict.SUCCEEDED, "01HX")
        assert (corrected.outcome.verdict, corrected.outcome.target) == (Verdict.FAILED, "row 1")

    async def test_a_resubmission_has_made_no_campaign(self, unknown: Path) -> None:
        async with Batch.open(unknown, account(), "resubmit") as batch:
            with pytest.raises(InvalidInputError, match="leave its id out"):
                await batch.decide("c000", applied=True, target="01HX")
            assert batch.summary().verdicts[Verdict.UNKNOWN] == 1


async def test_what_was_refused_after_a_cancel_is_never_one_to_be_sent_again(tmp_path: Path) -> None:
    """Not for a moment: a process may die in it, and the next one would send the row."""
    backend = account("c000")
    batch = Batch.open(tmp_path / "b.db", backend, "resubmit")
    phases: list[str] = []

    cancelling: list[asyncio.Future[Summary]] = []

    async def refused(write: PreparedWrite, request: MemoryRequest) -> NotApplied:
        cancelling.append(asyncio.ensure_future(batch.cancel()))
        await asyncio.sleep(0.01)
        return NotApplied(RateLimitError("memory.resubmit", 429, "slow down"))

    backend.send = refused  # type: ignore[method-assign]
    async with batch:
        await batch.add(["c000"])
        connection = batch._context.journal._writer._connection  # type: ignore[attr-defined]
        connection.set_trace_callback(lambda sql: phases.extend(re.findall(r"SET phase = '(\w+)'", sql)))
        summary = await batch.run()
        await asyncio.gather(*cancelling)
    assert summary.verdicts[Verdict.CANCELLED] == 1
    assert "ready" not in phases[phases.index("intent") :]
    assert len(cancelling) == 1
