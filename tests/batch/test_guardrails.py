"""Caps and guardrails: exact under concurrency, durable, and loosened by a person only."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg import Batch, InvalidInputError, Limits, Verdict
from campaign_reg.batch.guardrails import Accepted, Gate, Guardrails, GuardrailSettings
from campaign_reg.batch.results import Tally
from campaign_reg.cli.options import GuardrailOptions
from campaign_reg.enums import Evidence, Verb
from campaign_reg.errors import Halt
from campaign_reg.models.outcome import Outcome
from campaign_reg.protocol.write import Timeouts
from tests.support.accounts import LOST, account, many, worsens, written

pytestmark = pytest.mark.anyio

FEE = Decimal("15.00")


class TestCaps:
    @pytest.mark.parametrize("guardrails", [{"max_items": 7}, {"fee": FEE, "max_fee": Decimal("119.99")}])
    async def test_bind_exactly(self, tmp_path: Path, guardrails: dict[str, Any]) -> None:
        backend = account(*many(30))
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", **guardrails) as batch:
            await batch.add(many(30))
            summary = await batch.run()
        assert len(written(backend)) == 7
        assert set(backend.vendor.reads) == set(written(backend))  # nor is the rest asked about
        assert (summary.open, summary.verdicts[Verdict.SUCCEEDED]) == (23, 7)
        assert summary.hold is not None
        assert summary.hold.by_cap

    async def test_attempts_count_and_not_campaigns(self, tmp_path: Path) -> None:
        """Four attempts are paid for: one is lost unapplied, and there is nothing left to send it again."""
        backend, ids = account(*many(4)), many(4)
        backend.vendor.lost = [(LOST, False)]
        path = tmp_path / "b.db"
        async with Batch.open(path, backend, "resubmit", fee=FEE, max_fee=4 * FEE) as batch:
            await batch.add(ids)
            summary = await batch.run()
        assert (len(written(backend)), summary.attempts, summary.open) == (3, 4, 1)
        assert summary.hold == Halt("4 x 15.00 leave no room for another under 60.00", by_cap=True)
        # A new plan, with more money, lets it go on.
        async with Batch.open(path, backend, "resubmit", fee=FEE, max_fee=5 * FEE) as batch:
            await batch.plan(save=True)
            summary = await batch.run()
        assert (sorted(written(backend)), summary.attempts, summary.open) == (ids, 5, 0)

    async def test_what_was_refused_costs_nothing(self, tmp_path: Path) -> None:
        backend = account(*many(6))
        del backend.vendor.campaigns["c000"], backend.vendor.campaigns["c003"]
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", max_items=4) as batch:
            await batch.add(many(6))
            summary = await batch.run()
        assert sorted(written(backend)) == ["c001", "c002", "c004", "c005"]
        assert (summary.open, summary.hold) == (0, None)

    async def test_a_cap_without_a_price_sends_nothing(self, tmp_path: Path) -> None:
        backend = account(*many(2))
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", max_fee=FEE) as batch:
            await batch.add(many(2))
            with pytest.raises(InvalidInputError, match="max_fee needs fee"):
                await batch.run()
        assert not written(backend)

    async def test_a_later_run_can_only_tighten(self, tmp_path: Path) -> None:
        backend, path = account(*many(9)), tmp_path / "b.db"
        async with Batch.open(path, backend, "resubmit", fee=FEE, max_items=2) as batch:
            await batch.add(many(9))
            await batch.run()
        for looser in ({}, {"max_items": 9}, {"fee": FEE}):
            async with Batch.open(path, backend, "resubmit", **looser) as batch:
                assert (await batch.run()).open == 7
        async with Batch.open(path, backend, "resubmit", fee=Decimal(10)) as batch:
            with pytest.raises(InvalidInputError, match=r"planned at 15.00 an attempt, not at 10"):
                await batch.run()
        assert len(written(backend)) == 2


class TestCanary:
    async def test_waits_for_a_person_when_the_first_have_settled(self, tmp_path: Path) -> None:
        backend, path = account(*many(20)), tmp_path / "b.db"
        async with Batch.open(path, backend, "resubmit", canary=3) as batch:
            await batch.add(many(20))
            results = [result async for result in batch.results()]
            summary = batch.summary()
        assert sorted(result.id for result in results) == many(3)
        assert {result.outcome.verdict for result in results} == {Verdict.SUCCEEDED}
        assert summary.hold == Halt(
            "the canary was sent, 3 of the campaigns: look at how it ended", by_cap=False
        )
        # The same call again, after a crash for example, is no consent.
        async with Batch.open(path, backend, "resubmit", canary=3) as batch:
            assert (await batch.run()).open == 17
            assert len(written(backend)) == 3
            await batch.release()
            assert (await batch.run()).open == 0
        assert sorted(written(backend)) == many(20)

    async def test_counts_what_was_sent_and_not_what_was_skipped(self, tmp_path: Path) -> None:
        backend = account(*many(8))
        for id in many(4):
            backend.vendor.put(id, vendor_status="EXPIRED")
        limits = Limits(in_flight=1)
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", canary=2, limits=limits) as batch:
            await batch.add(many(8))
            summary = await batch.run()
        assert written(backend) == ["c004", "c005"]
        assert (summary.verdicts[Verdict.SKIPPED], summary.open) == (4, 2)

    async def test_a_batch_as_small_as_its_canary_needs_nobody(self, tmp_path: Path) -> None:
        backend = account(*many(3))
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", canary=3) as batch:
            await batch.add(many(3))
            summary = await batch.run()
        assert (summary.open, summary.hold) == (0, None)


class TestWhatAPersonMustSee:
    async def test_worse_terms_stop_what_was_not_sent(self, tmp_path: Path) -> None:
        backend, path, limits = account(*many(30)), tmp_path / "b.db", Limits(in_flight=1)
        worsens(backend, "c000")
        options: dict[str, Any] = {"limits": Limits(in_flight=1, per_second=0.1), "stop_on_downgrades": True}
        async with Batch.open(path, backend, "resubmit", **options) as batch:
            await batch.add(many(30))
            summary = await batch.run()
        assert 1 <= len(written(backend)) < 30
        assert (summary.downgraded, summary.open) == (1, 30 - len(written(backend)))
        assert summary.hold == Halt("came back with worse terms: 1 of the campaigns", by_cap=False)
        # The guardrail is the journal's: a restart that does not name it is held by it as well.
        async with Batch.open(path, backend, "resubmit", limits=limits) as batch:
            assert (await batch.run()).hold is not None
            await batch.release()
            assert (await batch.run()).open == 0

    async def test_more_unknown_than_allowed(self, tmp_path: Path) -> None:
        timeouts = Timeouts(settle_seconds=60, quiet_seconds=600, preimage_seconds=1000)
        backend, limits = account(*many(12), timeouts=timeouts), Limits(in_flight=1, per_second=0.05)
        backend.vendor.lost = [(LOST, False)] * 12
        async with Batch.open(
            tmp_path / "b.db", backend, "resubmit", limits=limits, resend="never", max_unknown=2
        ) as batch:
            await batch.add(many(12))
            summary = await batch.run()
        assert summary.verdicts[Verdict.UNKNOWN] >= 3
        assert summary.open > 0
        assert summary.hold is not None
        assert "more than 2" in summary.hold.reason
        # Those that a person has seen hold it no longer; so many others do again.
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", limits=Limits(in_flight=1)) as batch:
            await batch.release()
            assert (await batch.run()).open == 0


class TestWaiting:
    async def test_no_longer_than_asked_once_everything_was_sent(self, tmp_path: Path) -> None:
        backend, path = account(*many(5)), tmp_path / "b.db"
        began = backend.clock.monotonic()
        async with Batch.open(path, backend, "resubmit", wait_seconds=20) as batch:
            await batch.add(many(5))
            summary = await batch.run()
            assert (summary.open, len(written(backend)), summary.hold) == (5, 5, None)
        assert backend.clock.monotonic() - began < 40  # an action takes a minute
        async with Batch.open(path, backend, "resubmit", wait_seconds=120) as batch:
            assert (await batch.run()).verdicts[Verdict.SUCCEEDED] == 5
        assert len(written(backend)) == 5

    async def test_not_at_all(self, tmp_path: Path) -> None:
        backend = account(*many(40))
        async with Batch.open(tmp_path / "b.db", backend, "resubmit", wait_seconds=0) as batch:
            await batch.add(many(40))
            summary = await batch.run()
        assert sorted(written(backend)) == many(40)
        assert summary.open > 0

    async def test_a_time_that_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInputError, match="wait_seconds must be 0 or more"):
            Batch.open(tmp_path / "b.db", account(), "resubmit", wait_seconds=-1)


def test_a_gate_counts_campaigns_and_attempts() -> None:
    tally = Tally(rows=9)
    gate = Gate(Guardrails(max_items=2, fee=FEE, max_fee=4 * FEE), Accepted(), tally)
    assert gate.admit(first=True)
    assert gate.admit(first=False)
    assert (tally.sent, tally.attempts) == (1, 2)
    gate.take_back(first=False)
    assert (tally.sent, tally.attempts) == (1, 1)
    gate.take_back(first=True)
    assert (tally.sent, tally.attempts) == (0, 0)
    assert [gate.admit(first=first) for first in (True, True, True, False, False, False)] == [
        True, True, False, True, True, False,
    ]  # fmt: skip


GUARDRAILS = st.builds(
    Guardrails,
    fee=st.sampled_from([None, FEE]),
    max_items=st.none() | st.integers(0, 9),
    max_fee=st.none() | st.decimals(0, 99, places=2),
    canary=st.none() | st.integers(1, 9),
    stop_on_downgrades=st.booleans(),
    max_unknown=st.none() | st.integers(0, 9),
)


@given(GUARDRAILS)
def test_the_journal_forgets_no_brake(guardrails: Guardrails) -> None:
    assert Guardrails.from_text(guardrails.to_text()) == guardrails


def counted(sent: int, attempts: int, downgraded: int, unknown: int) -> Tally:
    tally = Tally(rows=99, sent=sent, attempts=attempts)
    tally.downgraded = downgraded
    outcome = Outcome(target="", verb=Verb.RESUBMIT, verdict=Verdict.UNKNOWN, evidence=Evidence.INFERRED)
    tally.count(outcome, unknown)
    return tally


@given(GUARDRAILS, GUARDRAILS, st.builds(counted, *[st.integers(0, 9)] * 4))
def test_two_together_hold_whatever_either_holds(one: Guardrails, other: Guardrails, tally: Tally) -> None:
    for guardrails in (one, other):
        if guardrails.max_fee is not None and guardrails.fee is None:
            return
    both, accepted = one.tightened(other), Accepted()
    either = one.hold(tally, accepted) or other.hold(tally, accepted)
    assert (both.hold(tally, accepted) is not None) == (either is not None)
    assert both == other.tightened(one) == both.tightened(one)


@pytest.mark.parametrize(
    ("guardrails", "words"),
    [
        ({"fee": 15.1}, "fee must be a Decimal of 0 or more, not 15.1"),
        ({"fee": Decimal("NaN")}, "fee must be a Decimal"),
        ({"max_fee": Decimal(-1)}, "max_fee must be a Decimal"),
        ({"max_items": -1}, "max_items must be 0 or more, not -1"),
        ({"max_items": True}, "max_items must be 0 or more"),
        ({"canary": 0}, "canary must be 1 or more"),
        ({"max_unknown": 1.5}, "max_unknown must be 0 or more"),
    ],
)
def test_what_is_no_brake(guardrails: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        Guardrails(**guardrails)


def test_every_guardrail_is_an_argument_and_an_option() -> None:
    names = [field.name for field in attrs.fields(Guardrails)]
    assert list(GuardrailSettings.__annotations__) == names
    assert [field.name for field in attrs.fields(GuardrailOptions)] == names
