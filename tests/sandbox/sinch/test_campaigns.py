from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.vendors.sinch_client import CREATE_BODY

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio


async def test_a_resubmit_settles_without_waiting(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1, reject_share=0, downgrade_share=0)
    before = await api.get(campaign_id)
    answer = await api.resubmit(campaign_id, json={"mnos": []})
    assert (answer.status, answer.document) == (200, {})
    running = await api.get(campaign_id)
    assert running["lastActionStatus"] == "RESUBMIT_IN_PROGRESS"
    assert running["modifiedDate"] == "2026-04-10T08:00:00Z" > before["modifiedDate"]
    assert running["mnoMetadata"] == before["mnoMetadata"]
    sandbox.clock.advance(60)
    done = await api.get(campaign_id)
    assert done["lastActionStatus"] == "RESUBMIT_SUCCESSFUL"
    assert done["modifiedDate"] > running["modifiedDate"]
    assert done["status"] == "ACTIVE"
    assert {"10017", "10035", "10037", "10038"} <= set(done["mnoMetadata"])
    assert done["mnoMetadata"]["10017"] == before["mnoMetadata"]["10017"]
    assert sandbox.ledger.counts("resubmitCampaign") == {campaign_id: 1}


async def test_only_named_operators_are_filled_in(sandbox: Sandbox, api: Api) -> None:
    ids = sandbox.sinch.seed(20, reject_share=0, downgrade_share=0)
    campaign_id = next(key for key in ids if len(sandbox.sinch.campaigns[key]["mnoMetadata"]) == 2)
    await api.resubmit(campaign_id, json={"mnos": ["USC"]})
    sandbox.clock.advance(60)
    assert set((await api.get(campaign_id))["mnoMetadata"]) == {"10017", "10035", "10037"}


async def test_a_failed_resubmit_leaves_terms_and_tells_reasons(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1, reject_share=1)
    before = await api.get(campaign_id)
    await api.resubmit(campaign_id)
    sandbox.clock.advance(60)
    after = await api.get(campaign_id)
    assert after["lastActionStatus"] == "RESUBMIT_FAILED"
    assert after["mnoMetadata"] == before["mnoMetadata"]
    feedback = (await api.call("GET", f"/campaignRegistrations/{campaign_id}/feedback")).document
    assert feedback["campaignRegistrationId"] == campaign_id
    assert feedback["campaignId"] == after["campaignId"]
    assert feedback["tcrErrorResponse"] or feedback["internalErrorResponse"]


async def test_shares_are_exact_and_downgrades_are_worse(sandbox: Sandbox) -> None:
    ids = sandbox.sinch.seed(60, reject_share=1 / 3, downgrade_share=0.25)
    before = {key: sandbox.sinch.campaigns[key] for key in ids}
    now = sandbox.clock.timestamp()
    for campaign in sandbox.sinch.register.by_id.values():
        sandbox.sinch.register.resubmit(campaign, now, ())
    sandbox.clock.advance(60)
    after = {key: sandbox.sinch.campaigns[key] for key in ids}
    ends = [after[key]["lastActionStatus"] for key in ids]
    assert ends.count("RESUBMIT_FAILED") == 20
    assert ends.count("RESUBMIT_SUCCESSFUL") == 40
    worse = [
        key
        for key in ids
        if any(after[key]["mnoMetadata"][mno] != terms for mno, terms in before[key]["mnoMetadata"].items())
    ]
    assert len(worse) == 15
    assert all(after[key]["lastActionStatus"] == "RESUBMIT_SUCCESSFUL" for key in worse)


async def test_a_second_resubmit_is_taken_and_billed_again(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1, reject_share=0)
    for _ in range(2):
        assert (await api.resubmit(campaign_id)).status == 200
    assert sandbox.ledger.counts("resubmitCampaign") == {campaign_id: 2}
    assert sandbox.ledger.summary()["resubmitCampaign"] == {
        "applied": 2,
        "targets": 1,
        "applied_more_than_once": {campaign_id: 2},
    }


async def test_a_resubmit_needs_a_living_campaign(sandbox: Sandbox, api: Api) -> None:
    [expired] = sandbox.sinch.seed(1, status="EXPIRED", last_action="DELETE_SUCCESSFUL")
    [young] = sandbox.sinch.seed(1, last_action="CREATE_IN_PROGRESS")
    for campaign_id in (expired, young):
        answer = await api.resubmit(campaign_id)
        assert answer.status == 400
        assert "campaign_registration_id" in answer.violations
    assert not sandbox.ledger.entries


@pytest.mark.parametrize(
    ("action", "end"),
    [
        ("CREATE_IN_PROGRESS", "CREATE_SUCCESSFUL"),
        ("DELETE_IN_PROGRESS", "DELETE_SUCCESSFUL"),
        ("RESUBMIT_IN_PROGRESS", "RESUBMIT_SUCCESSFUL"),
    ],
)
async def test_a_seeded_action_goes_on(sandbox: Sandbox, action: str, end: str) -> None:
    [campaign_id] = sandbox.sinch.seed(1, reject_share=0, last_action=action)
    assert sandbox.sinch.campaigns[campaign_id]["lastActionStatus"] == action
    sandbox.clock.advance(60)
    assert sandbox.sinch.campaigns[campaign_id]["lastActionStatus"] == end


async def test_a_creation_passes_its_stages(sandbox: Sandbox, api: Api) -> None:
    sandbox.sinch.register.settle_seconds = (30.0, 30.0)
    answer = await api.call("POST", "/campaignRegistrations:submit", json=CREATE_BODY)
    campaign_id = answer.document["campaignRegistrationId"]
    stages = []
    for _ in range(4):
        campaign = await api.get(campaign_id)
        stages.append((campaign["status"], campaign["lastActionStatus"], "campaignId" in campaign))
        sandbox.clock.advance(10.5)
    assert stages == [
        ("SINCH_REVIEW", "CREATE_IN_PROGRESS", False),
        ("SINCH_APPROVED", "CREATE_IN_PROGRESS", False),
        ("SUBMITTED", "CREATE_IN_PROGRESS", True),
        ("APPROVED", "CREATE_SUCCESSFUL", True),
    ]
    approved = await api.get(campaign_id)
    assert set(approved["mnoMetadata"]) == {"10017", "10035"}
    assert approved["sample1"] == CREATE_BODY["sample1"]
    assert sandbox.ledger.entries[0].params == CREATE_BODY


async def test_refused_creations_tell_who_refused(sandbox: Sandbox, api: Api) -> None:
    sandbox.sinch.register.reject_share = 1.0
    sandbox.sinch.register.settle_seconds = (3.0, 3.0)
    ids = []
    for _ in range(30):
        answer = await api.call("POST", "/campaignRegistrations:submit", json=CREATE_BODY)
        ids.append(answer.document["campaignRegistrationId"])
    sandbox.clock.advance(10)
    ends = {(await api.get(key))["status"]: key for key in ids}
    assert set(ends) == {"SINCH_REJECTED", "REJECTED"}
    by_sinch = (await api.call("GET", f"/campaignRegistrations/{ends['SINCH_REJECTED']}/feedback")).document
    assert by_sinch["internalErrorResponse"]
    assert "campaignId" not in by_sinch
    by_tcr = (await api.call("GET", f"/campaignRegistrations/{ends['REJECTED']}/feedback")).document
    assert by_tcr["tcrErrorResponse"]
    assert by_tcr["status"] == "REJECTED"


async def test_attachments_hold_a_creation_back(sandbox: Sandbox, api: Api) -> None:
    body = CREATE_BODY | {"attachments": True}
    answer = await api.call("POST", "/campaignRegistrations:submit", json=body)
    campaign_id = answer.document["campaignRegistrationId"]
    sandbox.clock.advance(600)
    assert (await api.get(campaign_id))["status"] == "SINCH_REVIEW"
    upload = {
        "campaignInternalId": campaign_id,
        "file": {"fileName": "optin.txt", "fileContent": "U2hvcA==", "fileCategory": 4},
        "submitCampaign": False,
    }
    for submit in (False, True):
        path = "/uploadCampaignFile:submit"
        answer = await api.call("POST", path, json=upload | {"submitCampaign": submit})
        assert answer.document == {"status": "success", "message": ""}
        sandbox.clock.advance(600)
        assert (await api.get(campaign_id))["status"] == ("APPROVED" if submit else "SINCH_REVIEW")
    assert sandbox.ledger.counts("uploadCampaignFile") == {campaign_id: 2}


async def test_a_deletion_ends_in_expired(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    answer = await api.call("DELETE", f"/campaignRegistration/{campaign_id}")
    assert (answer.status, answer.document) == (200, {})
    assert (await api.get(campaign_id))["lastActionStatus"] == "DELETE_IN_PROGRESS"
    assert (await api.resubmit(campaign_id)).status == 400
    sandbox.clock.advance(60)
    gone = await api.get(campaign_id)
    assert (gone["status"], gone["lastActionStatus"]) == ("EXPIRED", "DELETE_SUCCESSFUL")
    assert (await api.call("DELETE", f"/campaignRegistration/{campaign_id}")).status == 400
    assert sandbox.ledger.counts() == {campaign_id: 1}


async def test_a_deletion_overtakes_a_resubmit(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1, settle_seconds=(5, 5))
    await api.resubmit(campaign_id)
    sandbox.clock.advance(3)
    await api.call("DELETE", f"/campaignRegistration/{campaign_id}")
    sandbox.clock.advance(3)
    assert (await api.get(campaign_id))["lastActionStatus"] == "DELETE_IN_PROGRESS"


async def test_only_the_last_versions_are_kept(sandbox: Sandbox) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    for number in range(100):
        sandbox.clock.advance(1)
        sandbox.sinch.change(campaign_id, campaignName=f"Harbor Lane {number}")
    campaign = sandbox.sinch.register.by_id[campaign_id]
    assert len(campaign.versions) == 16
    oldest = campaign.version_at(0)
    assert oldest is not None
    assert oldest.members["campaignName"] == "Harbor Lane 84"
    assert not sandbox.ledger.entries
