"""Tests of your own code against the simulated vendors: `pytest test_vendors.py`."""

from __future__ import annotations

from typing import Any

import pytest

from campaign_reg import OutcomeUnknownError, Verdict, connect
from campaign_reg.sandbox import Sandbox

pytestmark = pytest.mark.anyio
QUICK: dict[str, Any] = {"settle_seconds": 0.5, "poll_first_seconds": 0.05, "poll_max_seconds": 0.2}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_renewal_whose_answer_is_lost(campaign_reg_sandbox: Sandbox) -> None:
    sandbox = campaign_reg_sandbox
    [campaign] = sandbox.rcs.seed(1, pause_again_share=0)  # it is paused
    sandbox.faults.add("drop_after", "renewCampaign", provider="rcs")
    async with connect("rcs", **sandbox.settings("rcs"), **QUICK) as rcs:
        with pytest.raises(OutcomeUnknownError) as caught:
            await rcs.renew(campaign)
        outcome = await rcs.action(caught.value.token or "").wait(timeout=30)
    assert outcome.verdict is Verdict.SUCCEEDED
    assert sandbox.ledger.counts("renewCampaign") == {campaign: 1}


async def test_an_approval_with_a_dead_token(campaign_reg_sandbox: Sandbox) -> None:
    sandbox = campaign_reg_sandbox
    [name] = sandbox.responsys.seed(1)
    sandbox.faults.add("dead_token", "getCampaignApproval", disguise="UNEXPECTED_EXCEPTION")
    async with connect("responsys", **sandbox.settings("responsys"), **QUICK) as responsys:
        outcome = await (await responsys.approve(name)).wait(timeout=30)
    assert outcome.verdict is Verdict.SUCCEEDED
    assert sandbox.stats.requests["authToken"] == 2  # logged in again, unseen


async def test_a_callback_that_comes_late(campaign_reg_sandbox: Sandbox) -> None:
    sandbox = campaign_reg_sandbox
    [registration] = sandbox.senderid.seed(
        1, status="IN_QUEUE", reject_share=0, pending_share=0, hold_share=0
    )
    sandbox.clock.advance(60)  # the review is over
    first, *_ = sandbox.senderid.callbacks(registration)
    settings = sandbox.settings("sinch-senderid")
    async with connect("sinch-senderid", **settings, **QUICK) as sender_id:
        event = sender_id.parse_callback(first.headers, first.body, secret=sandbox.senderid.secret)
        assert (event.target, event.status) == (registration, "IN_PROGRESS")
        assert (await sender_id.get(event.target)).vendor_status == "APPROVED"  # the GET decides


async def test_the_same_rcs_campaign_twice(campaign_reg_sandbox: Sandbox) -> None:
    sandbox = campaign_reg_sandbox
    sandbox.clock.speed = 20
    sandbox.faults.add("status_429", "createRcsCampaign", applied=True)
    draft = {"sender": "acme_agent", "phones": ["12025550123"], "text": "Hello"}
    async with connect("rcs", **sandbox.settings("rcs"), **QUICK) as rcs:
        with pytest.raises(OutcomeUnknownError) as caught:
            await rcs.perform("create", None, draft)
        outcome = await rcs.action(caught.value.token or "").wait(timeout=30)
    assert outcome.verdict is Verdict.SUCCEEDED
    assert len(sandbox.ledger.counts("createRcsCampaign")) == 1
