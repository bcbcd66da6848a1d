"""The plan: reads only, names operators and terms at risk, is kept, and says what has changed since."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from campaign_reg import AuthenticationError, Batch, ServerError
from campaign_reg.batch.guardrails import Guardrails
from campaign_reg.batch.plan import PlanNote, PlanRow, Risk, Step, difference
from campaign_reg.models.reading import Reading, Terms
from campaign_reg.models.terms import TermsOrder
from tests.support.accounts import LOW, TOP, account, many, written

pytestmark = pytest.mark.anyio


async def test_says_of_every_row_what_would_be_done(tmp_path: Path) -> None:
    backend = account(*many(4))
    backend.vendor.put("c001", action="RESUBMIT_IN_PROGRESS", terms=TOP)
    backend.vendor.put("c002", terms=LOW)
    del backend.vendor.campaigns["c003"]
    seen: dict[str, PlanRow] = {}
    async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
        await batch.add(many(4))
        plan = await batch.plan(seen=lambda row: seen.update({row.id: row}))
    assert (plan.rows, plan.send, plan.begun, plan.ended) == (4, 2, 0, 0)
    assert plan.skip == (PlanNote("c001", "already under way: the vendor says RESUBMIT_IN_PROGRESS"),)
    assert [note.id for note in plan.fail] == ["c003"]
    assert {id: row.step for id, row in seen.items()} == {
        "c000": Step.SEND, "c001": Step.SKIP, "c002": Step.SEND, "c003": Step.FAIL,
    }  # fmt: skip
    assert seen["c000"].at_risk == (("ATT", "tpm", 240), ("TMO", "tier", "TOP"))
    assert seen["c002"].at_risk == (("ATT", "tpm", 240),)  # its tier is the lowest already
    assert plan.at_risk == (Risk("ATT", "tpm", 240, 2), Risk("TMO", "tier", "TOP", 1))
    assert not written(backend)


async def test_a_saved_plan_knows_what_has_changed(tmp_path: Path) -> None:
    backend, path = account(*many(3)), tmp_path / "b.db"
    async with Batch.open(path, backend, "resubmit") as batch:
        await batch.add(many(3))
        assert (await batch.plan(save=True)).changed == ()
    backend.vendor.put("c001", action="RESUBMIT_IN_PROGRESS", version="2026-02-02T08:00:00Z")
    async with Batch.open(path, backend, "resubmit") as batch:
        plan = await batch.plan()
        again = await batch.plan(save=True)
        after = await batch.plan()
    words = (
        "version 2026-02-01T08:00:00Z -> 2026-02-02T08:00:00Z, "
        "action status CREATE_SUCCESSFUL -> RESUBMIT_IN_PROGRESS"
    )
    assert plan.changed == again.changed == (PlanNote("c001", words),)
    assert after.changed == ()


async def test_its_brakes_take_the_place_of_earlier_ones(tmp_path: Path) -> None:
    backend, path = account(*many(3)), tmp_path / "b.db"
    async with Batch.open(path, backend, "resubmit", max_items=1) as batch:
        await batch.add(many(3))
        await batch.plan(save=True)
    async with Batch.open(path, backend, "resubmit", fee=Decimal(15), max_fee=Decimal(30)) as batch:
        await batch.plan()  # not saved: nothing is loosened
    async with Batch.open(path, backend, "resubmit") as batch:
        assert (await batch.run()).open == 2
    async with Batch.open(path, backend, "resubmit", fee=Decimal(15), max_fee=Decimal(30)) as batch:
        await batch.plan(save=True)
        summary = await batch.run()
    assert (summary.open, summary.attempts) == (1, 2)


async def test_says_what_was_begun(tmp_path: Path) -> None:
    backend, path = account(*many(5)), tmp_path / "b.db"
    async with Batch.open(path, backend, "resubmit", max_items=2, wait_seconds=0) as batch:
        await batch.add(many(5))
        await batch.run()
        plan = await batch.plan()
    assert (plan.rows, plan.send, plan.begun, plan.ended) == (5, 3, 2, 0)


async def test_what_may_pass_is_tried_again(tmp_path: Path) -> None:
    backend = account("c000")
    backend.vendor.answers = [ServerError("memory.get", 503, "busy")]
    async with Batch.open(tmp_path / "b.db", backend, "resubmit") as batch:
        await batch.add(["c000"])
        assert (await batch.plan()).send == 1
        backend.vendor.answers = [ServerError("memory.get", 503, "busy")] * 3
        assert (await batch.plan()).fail == (PlanNote("c000", "memory.get answered 503: busy"),)
        backend.vendor.answers = [AuthenticationError("memory.get", 401, "revoked")]
        with pytest.raises(AuthenticationError):
            await batch.plan()


def test_brakes_that_a_journal_cannot_have_written() -> None:
    with pytest.raises(Exception, match="plan it again"):
        Guardrails.from_text('{"fee": "a lot"}')
    with pytest.raises(Exception, match="plan it again"):
        Guardrails.from_text('{"colour": 1}')


def test_terms_at_risk() -> None:
    order = TermsOrder(
        ladders={"tier": ("LOW", "TOP", "UNCAPPED")},
        numeric=frozenset({"cap", "tpm"}),
        unlimited={"cap": ("tier", "UNCAPPED")},
    )
    terms: Terms = {
        "A": {"tier": "UNCAPPED", "status": "APPROVED"},
        "B": {"tier": "LOW", "tpm": 0},
        "C": {"tier": "NEW"},
    }
    assert [*order.at_risk(terms)] == [("A", "cap", None), ("A", "tier", "UNCAPPED")]


def test_a_difference_is_told_in_words() -> None:
    now = Reading.gone("c1", account().clock.now())
    known = attrs.evolve(now, missing=False, status="ACTIVE", version="7")
    assert difference(known.to_plain(), known.to_plain()) == ""
    said = difference(known.to_plain(), now.to_plain())
    assert said == "version 7 -> none, status ACTIVE -> none, missing none -> True"
