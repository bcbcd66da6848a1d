"""Batches over faulty connections: each campaign is renewed, and each draft created, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import campaign_reg
from campaign_reg import Batch, BatchRow
from campaign_reg.enums import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from campaign_reg.providers.rcs.backend import RcsBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("settle_seconds", "renewed"), [(120.0, 10), (900.0, 8)])
async def test_renewals(
    sandbox: Sandbox, clock: SharedClock, tmp_path: Path, settle_seconds: float, renewed: int
) -> None:
    """A lost one is sent again if ten minutes suffice to prove that it never arrived; else it is left to a person."""
    ids = sandbox.rcs.seed(10, pause_again_share=0, stop_share=0, settle_seconds=(3600, 3600))
    sandbox.faults.add("drop_after", "renewCampaign", provider="rcs", times=2)
    sandbox.faults.add("drop_before", "renewCampaign", provider="rcs", times=2, after=4)
    settings: dict[str, Any] = {**sandbox.settings("rcs"), "settle_seconds": settle_seconds}
    async with (
        campaign_reg.connect("rcs", clock=clock, **settings) as rcs,
        Batch.open(tmp_path / "renewals.db", rcs, "renew") as batch,
    ):
        await batch.add(ids)
        verdicts = {result.id: result.outcome.verdict async for result in batch.results()}
    applied = sandbox.ledger.counts("renewCampaign", "rcs")
    assert (len(applied), max(applied.values())) == (renewed, 1)
    assert {id for id, verdict in verdicts.items() if verdict is Verdict.SUCCEEDED} == set(applied)
    assert set(verdicts.values()) <= {Verdict.SUCCEEDED, Verdict.UNKNOWN}


async def test_creates(rcs: RcsBackend, sandbox: Sandbox, tmp_path: Path) -> None:
    """A lost one is found by its reference; one that never arrived is left to a person."""
    sandbox.faults.add("drop_after", "createRcsCampaign", provider="rcs", times=2)
    sandbox.faults.add("drop_before", "createRcsCampaign", provider="rcs", times=2, after=4)
    drafts = {
        f"row{n}": {"sender": "acme_agent", "text": "Hello", "phones": [f"1202555010{n}"]} for n in range(10)
    }
    async with Batch.open(tmp_path / "creates.db", rcs, "create") as batch:
        await batch.add([BatchRow(name, draft) for name, draft in drafts.items()])
        outcomes = [result.outcome async for result in batch.results()]
    made = [outcome.target for outcome in outcomes if outcome.verdict is Verdict.SUCCEEDED]
    assert sorted(made) == sorted(sandbox.ledger.counts("createRcsCampaign", "rcs"))
    assert len(made) == 8
    assert [outcome.verdict for outcome in outcomes].count(Verdict.UNKNOWN) == 2
