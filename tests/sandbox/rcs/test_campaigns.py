from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.vendors.rcs_client import RcsApi

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio


@pytest.fixture
def rcs(sandbox: Sandbox, api: Api) -> RcsApi:
    return RcsApi(api.session, sandbox)


def status_of(sandbox: Sandbox, campaign_id: str) -> str:
    return str(sandbox.rcs.campaigns[campaign_id]["status"])


async def test_a_renewed_campaign_is_sent_to_its_end(sandbox: Sandbox, rcs: RcsApi) -> None:
    [campaign_id] = sandbox.rcs.seed(1, pause_again_share=0, stop_share=0, settle_seconds=(10, 10))
    before = sandbox.rcs.campaigns[campaign_id]
    answer = await rcs.renew(campaign_id)
    assert (answer.status, answer.document["data"]["status"]) == (200, "sending")
    assert sandbox.rcs.campaigns[campaign_id] == before | {"status": "sending"}
    sandbox.clock.advance(6)
    halfway = sandbox.rcs.campaigns[campaign_id]
    assert halfway["status"] == "sending"
    assert before["out"] < halfway["out"] < before["total"]
    assert halfway["moving"]
    sandbox.clock.advance(5)
    after = sandbox.rcs.campaigns[campaign_id]
    assert (after["status"], after["out"], after["moving"]) == ("done", after["total"], 0)
    assert after["real_start_at"] == before["real_start_at"] < after["finished_at"]
    assert sandbox.ledger.counts("renewCampaign", "rcs") == {campaign_id: 1}


async def test_a_renewal_may_run_out_of_funds_again(sandbox: Sandbox, rcs: RcsApi) -> None:
    [campaign_id] = sandbox.rcs.seed(1, pause_again_share=1)
    before = sandbox.rcs.campaigns[campaign_id]
    await rcs.renew(campaign_id)
    sandbox.clock.advance(60)
    again = sandbox.rcs.campaigns[campaign_id]
    assert again["status"] == "paused"
    assert before["out"] < again["out"] < again["total"]
    await rcs.renew(campaign_id)
    sandbox.clock.advance(60)
    assert status_of(sandbox, campaign_id) == "done"
    assert sandbox.ledger.counts("renewCampaign") == {campaign_id: 2}


async def test_an_empty_account_pauses_everything(sandbox: Sandbox, rcs: RcsApi) -> None:
    ids = sandbox.rcs.seed(5, pause_again_share=0)
    sandbox.rcs.register.balance = -sandbox.rcs.register.credit
    for campaign_id in ids:
        assert (await rcs.renew(campaign_id)).status == 200
    sandbox.clock.advance(60)
    assert {status_of(sandbox, key) for key in ids} == {"paused"}


async def test_shares_of_a_thousand_are_exact(sandbox: Sandbox) -> None:
    ids = sandbox.rcs.seed(1000, pause_again_share=0.25, stop_share=0.05)
    register = sandbox.rcs.register
    for campaign_id in ids:
        register.renew(register.by_id[int(campaign_id)], sandbox.clock.timestamp())
    sandbox.clock.advance(60)
    ends = [status_of(sandbox, key) for key in ids]
    assert [ends.count(end) for end in ("paused", "stopped", "done")] == [250, 50, 700]
    assert not sandbox.ledger.entries


async def test_only_paused_campaigns_are_renewed(sandbox: Sandbox, rcs: RcsApi) -> None:
    for status in ("creation", "moderation", "spam", "scheduled", "sending", "stopped", "done"):
        [campaign_id] = sandbox.rcs.seed(1, status=status)
        answer = await rcs.renew(campaign_id)
        assert answer.status == 422
        assert answer.document["message"] == "Invalid campaign status"
        assert status_of(sandbox, campaign_id) == status
    assert not sandbox.ledger.entries


async def test_a_renewal_that_shows_late_can_be_repeated(sandbox: Sandbox, rcs: RcsApi) -> None:
    sandbox.rcs.register.renew_delay_seconds = 5
    [campaign_id] = sandbox.rcs.seed(1, pause_again_share=0, stop_share=0)
    for _ in range(2):
        answer = await rcs.renew(campaign_id)
        assert (answer.status, answer.document["data"]["status"]) == (200, "paused")
    assert sandbox.ledger.counts("renewCampaign") == {campaign_id: 2}
    sandbox.clock.advance(5.1)
    assert status_of(sandbox, campaign_id) == "sending"
    assert (await rcs.renew(campaign_id)).status == 422


@pytest.mark.parametrize("status", ["moderation", "scheduled", "sending", "paused"])
async def test_a_stop_is_final(sandbox: Sandbox, rcs: RcsApi, status: str) -> None:
    [campaign_id] = sandbox.rcs.seed(1, status=status)
    answer = await rcs.stop(campaign_id)
    assert (answer.status, answer.document["data"]["status"]) == (200, "stopped")
    begun = status in ("sending", "paused")
    assert (answer.document["data"]["finished_at"] is not None) == begun
    sandbox.clock.advance(10 * 86_400)
    assert status_of(sandbox, campaign_id) == "stopped"
    assert (await rcs.stop(campaign_id)).document["message"] == "Invalid campaign status"
    assert sandbox.ledger.counts("stopCampaignPatch") == {campaign_id: 1}


@pytest.mark.parametrize("status", ["creation", "spam", "stopped", "done"])
async def test_what_cannot_be_stopped(sandbox: Sandbox, rcs: RcsApi, status: str) -> None:
    [campaign_id] = sandbox.rcs.seed(1, status=status)
    assert (await rcs.stop(campaign_id)).status == 422
    assert not sandbox.ledger.entries


@pytest.mark.parametrize("moderated", [True, False])
async def test_an_instant_campaign_passes_its_stages(sandbox: Sandbox, rcs: RcsApi, moderated: bool) -> None:
    register = sandbox.rcs.register
    register.settle_seconds, register.moderation_share = (40.0, 40.0), float(moderated)
    campaign_id = str((await rcs.create()).document["data"]["id"])
    stages = []
    for _ in range(14):
        stages.append(status_of(sandbox, campaign_id))
        sandbox.clock.advance(8)
    assert list(dict.fromkeys(stages)) == ["creation", *["moderation"] * moderated, "sending", "done"]


async def test_a_scheduled_campaign_waits_for_its_start(sandbox: Sandbox, rcs: RcsApi) -> None:
    sandbox.rcs.register.moderation_share = 0
    answer = await rcs.create(start_at="2026-04-10 09:00:00")
    told = answer.document["data"]
    assert (told["status"], told["start_at"]) == ("scheduled", "2026-04-10 09:00:00")
    sandbox.clock.advance(3590)
    assert status_of(sandbox, str(told["id"])) == "scheduled"
    sandbox.clock.advance(11)
    assert status_of(sandbox, str(told["id"])) == "sending"


async def test_a_review_comes_before_the_schedule_and_may_refuse(sandbox: Sandbox, rcs: RcsApi) -> None:
    sandbox.rcs.register.moderation_share = 1
    for spam_share, status in ((0, "scheduled"), (1, "spam")):
        sandbox.rcs.register.spam_share = spam_share
        campaign_id = str((await rcs.create(start_at="2026-04-10 09:00:00")).document["data"]["id"])
        assert status_of(sandbox, campaign_id) == "creation"
        sandbox.clock.advance(60)
        assert status_of(sandbox, campaign_id) == status


async def test_a_new_campaign_can_run_out_of_funds(sandbox: Sandbox, rcs: RcsApi) -> None:
    sandbox.rcs.register.pause_share = 1
    campaign_id = str((await rcs.create()).document["data"]["id"])
    sandbox.clock.advance(60)
    assert status_of(sandbox, campaign_id) == "paused"


async def test_a_lagging_read_shows_the_state_before(sandbox: Sandbox, rcs: RcsApi) -> None:
    [campaign_id] = sandbox.rcs.seed(1)
    sandbox.clock.advance(10)
    await rcs.renew(campaign_id)
    sandbox.faults.add("lagging_reads", "getCampaign", provider="rcs", lag_seconds=5)
    assert (await rcs.get(campaign_id))["status"] == "paused"
    assert (await rcs.get(campaign_id))["status"] == "sending"
    new = (await rcs.create()).document["data"]["id"]
    sandbox.faults.add("lagging_reads", ["getCampaign", "listMessages"], times=2, provider="rcs")
    assert (await rcs.call("GET", f"/campaigns/{new}")).status in (404, 422)
    assert not (await rcs.messages(**{"filter[reference_id]": "reference0"}))["data"]


async def test_faults_lose_renewals_before_and_after(sandbox: Sandbox, rcs: RcsApi, api: Api) -> None:
    before, after, late = sandbox.rcs.seed(3)
    await rcs.get(before)
    for action, campaign_id in (("drop_before", before), ("drop_after", after), ("late_apply", late)):
        sandbox.faults.add(action, "renewCampaign", campaign_id, provider="rcs")
        # aiohttp would repeat a PUT whose connection drops.
        api.headers = rcs.headers
        assert await api.raw("PUT", f"/api/campaigns/{campaign_id}/renew", b"") == (b"", True)
    assert sandbox.ledger.counts("renewCampaign") == {after: 1}
    assert status_of(sandbox, before) == status_of(sandbox, late) == "paused"
    sandbox.clock.advance(5.1)
    assert sandbox.ledger.counts("renewCampaign") == {after: 1, late: 1}


async def test_an_unseen_status_reaches_single_campaigns_and_listings(sandbox: Sandbox, rcs: RcsApi) -> None:
    [campaign_id] = sandbox.rcs.seed(1)
    sandbox.faults.add("unseen_enum", ["getCampaign", "listCampaigns"], times=2, provider="rcs")
    unseen = (await rcs.get(campaign_id))["status"]
    assert [item["status"] for item in (await rcs.list())["data"]] == [unseen] != ["paused"]
