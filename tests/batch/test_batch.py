"""Batches against the sandbox, over real sockets and a real file: every promise of the journal."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaign_reg import (
    AuthenticationError,
    Batch,
    BatchRow,
    InvalidInputError,
    JournalInUseError,
    JournalMismatchError,
    Limits,
    RowResult,
    StateError,
    UnsupportedVerbError,
    Verdict,
)
from campaign_reg.enums import Evidence
from campaign_reg.sandbox import Sandbox
from tests.support.connections import Connect

pytestmark = pytest.mark.anyio


def seeded(sandbox: Sandbox, count: int, **options: Any) -> list[str]:
    return sandbox.sinch.seed(
        count, **{"settle_seconds": (0.1, 0.4), "reject_share": 0, "downgrade_share": 0, **options}
    )


def applied(sandbox: Sandbox) -> Counter[str]:
    return sandbox.ledger.counts("resubmitCampaign")


def puts(sandbox: Sandbox) -> int:
    return sandbox.stats.requests["resubmitCampaign"]


async def run_all(batch: Batch) -> dict[str, RowResult]:
    return {result.id: result async for result in batch.results()}


async def test_every_row_gets_its_verdict(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    ids = seeded(sandbox, 60, reject_share=1 / 3, downgrade_share=0.2)
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
        report = await batch.add(ids)
        assert (report.rows, report.repeated, report.refused) == (60, 0, ())
        results = await run_all(batch)
        summary = batch.summary()
    assert set(results) == set(ids)
    assert summary.verdicts[Verdict.FAILED] == 20
    assert summary.verdicts[Verdict.SUCCEEDED] == 40
    assert (summary.open, summary.attempts) == (0, 60)
    assert applied(sandbox) == Counter(ids)
    failed = [result.outcome for result in results.values() if result.outcome.verdict is Verdict.FAILED]
    assert all(outcome.feedback and outcome.feedback[0].text for outcome in failed)
    assert summary.downgraded == sum(bool(r.outcome.downgrades) for r in results.values()) == 12
    assert sum(group.rows for group in summary.reasons) >= 20


async def test_get_comes_right_before_put_and_intent_before_that(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    (id,) = seeded(sandbox, 1)
    path = tmp_path / "b.db"
    phases: list[str] = []

    async def look_at_journal(*_: object) -> None:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            phases.extend(row[0] for row in db.execute("SELECT phase FROM rows"))

    async with connect() as sinch, Batch.open(path, sinch, "resubmit") as batch:
        await batch.add([id])
        send = sinch._transport.send

        async def spy(request):  # type: ignore[no-untyped-def]
            if request.method == "PUT":
                await look_at_journal()
            return await send(request)

        sinch._transport.send = spy  # type: ignore[method-assign]
        await batch.run()
    assert phases == ["intent"]
    first = [exchange.operation for exchange in sandbox.exchanges if exchange.operation != "createToken"][:2]
    assert first == ["getCampaign", "resubmitCampaign"]


@pytest.mark.parametrize("fault", ["drop_after", "status_503_applied", "half_close"])
async def test_applied_but_unanswered_is_found_by_reading(
    sandbox: Sandbox, connect: Connect, tmp_path: Path, fault: str
) -> None:
    ids = seeded(sandbox, 3)
    sandbox.faults.add(action=fault, operation="resubmitCampaign", times=3)
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
        await batch.add(ids)
        results = await run_all(batch)
    assert puts(sandbox) == 3
    assert {r.outcome.verdict for r in results.values()} == {Verdict.SUCCEEDED}
    assert {r.outcome.evidence for r in results.values()} == {Evidence.OBSERVED}


@pytest.mark.parametrize("fault", ["drop_before", "status_503_unapplied"])
async def test_proven_unapplied_is_sent_again_once(
    sandbox: Sandbox, connect: Connect, tmp_path: Path, fault: str
) -> None:
    ids = seeded(sandbox, 4)
    sandbox.faults.add(action=fault, operation="resubmitCampaign", target=ids[0], times=1)
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
        await batch.add(ids)
        results = await run_all(batch)
    assert results[ids[0]].outcome.verdict is Verdict.SUCCEEDED
    assert results[ids[0]].attempts == 2
    assert applied(sandbox) == Counter(ids)


async def test_lost_twice_is_unknown_and_never_a_third(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = seeded(sandbox, 3)
    sandbox.faults.add(action="drop_before", operation="resubmitCampaign", target=ids[0], times=None)
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
        await batch.add(ids)
        results = await run_all(batch)
    outcome = results[ids[0]].outcome
    assert (outcome.verdict, outcome.evidence, results[ids[0]].attempts) == (
        Verdict.UNKNOWN,
        Evidence.INFERRED,
        2,
    )
    assert "second time" in outcome.reason
    assert puts(sandbox) == 4


async def test_resend_never(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    ids = seeded(sandbox, 3)
    sandbox.faults.add(action="drop_before", operation="resubmitCampaign", target=ids[0], times=1)
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit", resend="never") as batch:
        await batch.add(ids)
        results = await run_all(batch)
    assert results[ids[0]].outcome.verdict is Verdict.UNKNOWN
    assert puts(sandbox) == 3


@pytest.mark.fault(68)
async def test_applied_late_within_the_window_is_not_sent_again(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = seeded(sandbox, 3)
    sandbox.faults.add(
        action="late_apply", operation="resubmitCampaign", target=ids[0], times=1, delay_seconds=0.7
    )
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
        await batch.add(ids)
        results = await run_all(batch)
    assert results[ids[0]].outcome.verdict is Verdict.SUCCEEDED
    assert applied(sandbox) == Counter(ids)
    assert puts(sandbox) == 3


async def test_429_waits_and_is_not_an_attempt(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    ids = seeded(sandbox, 20)
    sandbox.faults.add(action="status_429", operation="resubmitCampaign", times=3, retry_after="1")
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
        await batch.add(ids)
        results = await run_all(batch)
    assert {r.attempts for r in results.values()} == {1}
    assert {r.outcome.verdict for r in results.values()} == {Verdict.SUCCEEDED}
    assert applied(sandbox) == Counter(ids)


@pytest.mark.fault(97)
async def test_under_way_already_is_skipped(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    (id,) = seeded(sandbox, 1, settle_seconds=(60.0, 60.0))
    async with connect() as sinch:
        await sinch.resubmit(id)
        async with Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
            await batch.add([id])
            results = await run_all(batch)
    assert results[id].outcome.verdict is Verdict.SKIPPED
    assert "under way" in results[id].outcome.reason
    assert puts(sandbox) == 1


@pytest.mark.fault(28)
async def test_unknown_campaign_fails_and_the_rest_goes_on(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    (id,) = seeded(sandbox, 1)
    nowhere = "01zzzzzzzzzzzzzzzzzzzzzzzz"
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
        await batch.add([nowhere, id])
        results = await run_all(batch)
    assert results[nowhere].outcome.verdict is Verdict.FAILED
    assert "404" in results[nowhere].outcome.reason
    assert results[id].outcome.verdict is Verdict.SUCCEEDED


async def test_rows_that_can_never_be_sent_end_failed(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    (id,) = seeded(sandbox, 1)
    rows = [
        BatchRow(id, {"mnos": ["TMO"]}),
        BatchRow(".."),
        BatchRow("a" * 26, {"mnos": []}),
        BatchRow("b" * 26, {"mnos": ["SPRINT"]}),
        BatchRow("c" * 26, {"nmos": ["TMO"]}),
        BatchRow("(line 7)", problem="line 7: 4 cells instead of 2"),
    ]
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
        report = await batch.add(rows)
        results = {r.id: r async for r in batch.results(replay=True)}
    assert len(report.refused) == 5
    assert len(results) == 6
    assert all("never sent" in results[row.id].outcome.reason for row in rows[1:])
    assert "ALL operators" in results["a" * 26].outcome.reason
    assert "SPRINT" in results["b" * 26].outcome.reason
    assert puts(sandbox) == 1


@pytest.mark.fault(70)
async def test_the_same_campaign_twice_is_sent_once(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = seeded(sandbox, 2)
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
        report = await batch.add([*ids, ids[0]])
        assert (report.rows, report.repeated) == (2, 1)
        await batch.run()
    assert applied(sandbox) == Counter(ids)


async def test_the_same_campaign_with_other_parameters_is_refused(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    (id,) = seeded(sandbox, 1)
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
        with pytest.raises(InvalidInputError, match="twice with different parameters"):
            await batch.add([BatchRow(id), BatchRow(id, {"mnos": "TMO"})])
        with pytest.raises(StateError, match="no input yet"):
            await batch.run()
    assert puts(sandbox) == 0


@pytest.mark.fault(72)
async def test_the_input_is_sealed(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    ids = seeded(sandbox, 3)
    async with connect() as sinch:
        async with Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
            await batch.add(ids)
        async with Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
            assert (await batch.add(list(reversed(ids)))).known
            others: list[list[str | BatchRow]] = [
                [*ids[:2]],
                [*ids, "01zzzzzzzzzzzzzzzzzzzzzzzz"],
                [*ids[:2], BatchRow(ids[2], {"mnos": "TMO"})],
            ]
            for other in others:
                with pytest.raises(JournalMismatchError, match="not the one this journal was begun with"):
                    await batch.add(other)
            await batch.run()
    assert applied(sandbox) == Counter(ids)


async def test_an_add_that_was_cut_short_can_be_repeated(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = seeded(sandbox, 5)

    def broken() -> Iterator[str]:
        yield from ids[:3]
        raise OSError("the disk with the input went away")

    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
        with pytest.raises(OSError, match="went away"):
            await batch.add(broken())
        assert (await batch.add(ids)).rows == 5
        await batch.run()
    assert applied(sandbox) == Counter(ids)


async def test_leaving_the_loop_stops_nothing(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    ids = seeded(sandbox, 10)
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
        await batch.add(ids)
        async for _ in batch.results():
            break
        summary = await batch.run()
        assert summary.open == 0
        seen = {result.id async for result in batch.results(replay=True)}
    assert seen == set(ids)


@pytest.mark.fault(69)
async def test_leaving_the_block_stops_and_another_process_goes_on(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = seeded(sandbox, 40, settle_seconds=(0.5, 1.0))
    path = tmp_path / "b.db"
    async with connect() as sinch, Batch.open(path, sinch, "resubmit", limits=Limits(in_flight=4)) as batch:
        await batch.add(ids)
        running = asyncio.ensure_future(batch.run())
        while puts(sandbox) < 10:
            await asyncio.sleep(0.005)
        running.cancel()
    assert 10 <= puts(sandbox) < 40
    async with connect() as sinch, Batch.open(path, sinch, "resubmit") as batch:
        summary = await batch.run()
        results = {r.id: r async for r in batch.results(replay=True)}
    assert set(results) == set(ids)
    assert summary.verdicts[Verdict.SUCCEEDED] == 40
    assert applied(sandbox) == Counter(ids)


@pytest.mark.fault(66)
async def test_a_second_process_is_refused(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit"):
        with pytest.raises(JournalInUseError, match="batch status"):
            async with Batch.open(tmp_path / "b.db", sinch, "resubmit"):
                pass
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "resubmit"):
        pass


async def test_a_journal_of_another_batch_is_refused(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    async with connect() as sinch:
        async with Batch.open(tmp_path / "b.db", sinch, "resubmit"):
            pass
        with pytest.raises(JournalMismatchError, match="another batch"):
            async with Batch.open(tmp_path / "b.db", sinch, "delete"):
                pass


@pytest.mark.fault(36)
async def test_revoked_credentials_stop_the_batch_and_leave_it_resumable(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = seeded(sandbox, 10)
    path = tmp_path / "b.db"
    rule = sandbox.faults.add(action="unauthorized", operation=None, after=12, times=None)
    async with connect() as sinch, Batch.open(path, sinch, "resubmit", limits=Limits(in_flight=2)) as batch:
        await batch.add(ids)
        with pytest.raises(AuthenticationError):
            await batch.run()
    sandbox.faults.remove(rule)
    async with connect() as sinch, Batch.open(path, sinch, "resubmit") as batch:
        summary = await batch.run()
    assert summary.verdicts[Verdict.SUCCEEDED] == 10
    assert applied(sandbox) == Counter(ids)


@pytest.mark.fault(57)
async def test_the_deadline_leaves_rows_open(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    (id,) = seeded(sandbox, 1, settle_seconds=(3600.0, 3600.0))
    async with (
        connect(poll_deadline_seconds=0.5) as sinch,
        Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch,
    ):
        await batch.add([id])
        summary = await batch.run()
    assert (summary.rows, summary.open) == (1, 1)


async def test_plan_reads_only(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    ids = seeded(sandbox, 6, settle_seconds=(60.0, 60.0))
    async with connect() as sinch:
        await sinch.resubmit(ids[0])
        async with Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
            await batch.add([*ids, "01zzzzzzzzzzzzzzzzzzzzzzzz"])
            plan = await batch.plan()
    assert (plan.rows, plan.send, len(plan.skip), len(plan.fail)) == (7, 5, 1, 1)
    assert puts(sandbox) == 1


async def test_verbs_that_cannot_be_batched_are_refused(connect: Connect, tmp_path: Path) -> None:
    async with connect() as sinch:
        with pytest.raises(UnsupportedVerbError, match="has no verb 'renew'"):
            Batch.open(tmp_path / "b.db", sinch, "renew")
        with pytest.raises(InvalidInputError, match="no rows"):
            async with Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch:
                await batch.add([])


@pytest.mark.fault(82)
async def test_the_journal_is_private_and_holds_no_secret(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = seeded(sandbox, 30, reject_share=0.5)
    path = tmp_path / "b.db"
    secret = sandbox.settings("sinch")["key_secret"]
    async with connect() as sinch, Batch.open(path, sinch, "resubmit") as batch:
        await batch.add(ids)
        await batch.run()
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert secret.encode() not in file.read_bytes()
        assert b"Bearer" not in file.read_bytes()


async def test_a_row_takes_less_than_a_kilobyte(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    ids = seeded(sandbox, 400, reject_share=1 / 3, downgrade_share=0.1)
    path = tmp_path / "b.db"
    async with connect() as sinch, Batch.open(path, sinch, "resubmit") as batch:
        await batch.add(ids)
        await batch.run()
    assert path.stat().st_size / len(ids) < 1024


async def test_batches_of_deletions_run_by_their_own_rule(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = seeded(sandbox, 5)
    sandbox.faults.add(action="drop_after", operation="deleteCampaign", times=2)
    async with connect() as sinch, Batch.open(tmp_path / "b.db", sinch, "delete") as batch:
        await batch.add(ids)
        results = await run_all(batch)
    assert {r.outcome.verdict for r in results.values()} == {Verdict.SUCCEEDED}
    assert sandbox.ledger.counts("deleteCampaign") == Counter(ids)
