from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.support.vendors.responsys_client import (
    APPROVALS,
    CAMPAIGNS,
    ResponsysApi,
    code,
    example_body,
    opened,
    segment,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.sandbox import Sandbox

pytestmark = pytest.mark.anyio
STATES = ("NEEDS_APPROVAL", "APPROVED", "REJECTED", "APPROVAL_NOT_REQUIRED")
SET = "setCampaignApproval"
REFUSED = {
    ("NEEDS_APPROVAL", "NEEDS_APPROVAL"),
    ("APPROVED", "REJECTED"),
    ("REJECTED", "APPROVED"),
    ("APPROVAL_NOT_REQUIRED", "APPROVED"),
    ("APPROVAL_NOT_REQUIRED", "REJECTED"),
}


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[ResponsysApi]:
    async with opened(sandbox) as client:
        yield client


@pytest.mark.parametrize("old", STATES)
@pytest.mark.parametrize("wanted", STATES)
async def test_the_state_machine(sandbox: Sandbox, client: ResponsysApi, old: str, wanted: str) -> None:
    [name] = sandbox.responsys.seed(1, approval=old)
    answer = await client.approve(name, wanted)
    if (old, wanted) in REFUSED:
        assert code(answer) == (400, "INVALID_CAMPAIGN_APPROVAL_WORKFLOW_STATE")
        assert ("already been created" in answer.document["detail"]) == (wanted == "NEEDS_APPROVAL")
    else:
        assert (answer.status, answer.document["approvalStatus"]) == (200, wanted)
    refused = (old, wanted) in REFUSED
    assert sandbox.responsys.campaigns[name]["approvalStatus"] == (old if refused else wanted)
    assert sandbox.ledger.counts(SET, "responsys")[name] == (not refused)


@pytest.mark.parametrize(
    ("body", "echo"),
    [
        ({"status": "APPROVED"}, "null"),
        ({}, "null"),
        ({"approvalStatus": "MAYBE"}, "MAYBE"),
        ({"approvalStatus": 17}, "17"),
        ({"approvalStatus": ["APPROVED"]}, '["APPROVED"]'),
    ],
)
async def test_a_state_that_is_none_is_echoed(
    sandbox: Sandbox, client: ResponsysApi, body: dict[str, object], echo: str
) -> None:
    [name] = sandbox.responsys.seed(1)
    answer = await client.call("PUT", f"{APPROVALS}/{segment(name)}", json=body)
    assert code(answer) == (400, "INVALID_CAMPAIGN_APPROVAL_STATE")
    assert answer.document["detail"] == f"Campaign Approval State [{echo}] is not valid "
    assert not sandbox.ledger.entries


async def test_nothing_but_the_state_is_taken(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1)
    body = {"approvalStatus": "APPROVED", "comment": "fine"}
    answer = await client.call("PUT", f"{APPROVALS}/{segment(name)}", json=body)
    assert code(answer) == (400, "INVALID_PARAMETER")
    assert sandbox.responsys.campaigns[name]["approvalStatus"] == "NEEDS_APPROVAL"


async def test_every_repeated_grant_is_in_the_ledger(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1)
    await client.approve(name)
    await client.approve(name)
    assert sandbox.ledger.counts(SET)[name] == 2
    assert [entry.params for entry in sandbox.ledger.entries] == [{"approvalStatus": "APPROVED"}] * 2


async def test_one_read_and_the_list_spell_the_type_differently(
    sandbox: Sandbox, client: ResponsysApi
) -> None:
    [name] = sandbox.responsys.seed(1)
    one = (await client.call("GET", f"{APPROVALS}/{segment(name)}")).document
    listed = (await client.call("GET", APPROVALS)).document
    assert one["campaignType"] == "EMAIL"
    [item] = listed["campaigns"]
    assert item["campaignType"] == "Email"
    assert set(one) - set(item) == {"links"}
    assert [link["href"].endswith("<campaignName>") for link in listed["links"]] == [False, True, True]
    assert [link["method"] for link in one["links"]] == ["GET", "PUT", "GET"]


async def test_the_list_is_whole_and_can_be_filtered(sandbox: Sandbox, client: ResponsysApi) -> None:
    waiting = sandbox.responsys.seed(250)
    granted = sandbox.responsys.seed(3, approval="APPROVED")
    sandbox.responsys.seed(2, type="SMS")
    every = (await client.call("GET", APPROVALS)).document["campaigns"]
    assert [item["campaignName"] for item in every] == waiting + granted
    some = (await client.call("GET", f"{APPROVALS}?status=APPROVED")).document
    assert [item["campaignName"] for item in some["campaigns"]] == granted
    assert some["links"][0]["href"] == f"{APPROVALS}?status=APPROVED"
    wrong = await client.call("GET", f"{APPROVALS}?status=MAYBE")
    assert code(wrong) == (400, "INVALID_CAMPAIGN_APPROVAL_STATE")


async def test_only_email_has_approvals(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1, type="PUSH")
    for answer in (await client.approve(name), await client.call("GET", f"{APPROVALS}/{segment(name)}")):
        assert code(answer) == (400, "INVALID_CAMPAIGN_TYPE")


async def test_accounts_without_approvals_say_so_with_a_blank(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1)
    sandbox.responsys.approvals.enabled = False
    one = f"{APPROVALS}/{segment(name)}"
    for answer in (
        await client.approve(name),
        await client.call("GET", one),
        await client.call("GET", APPROVALS),
    ):
        assert code(answer) == (401, "UNAUTHORIZED")
        assert answer.document["title"] == "API disabled for user "
    assert (await client.call("GET", CAMPAIGNS)).status == 200


async def test_an_absent_campaign(client: ResponsysApi) -> None:
    answer = await client.approve("Nobody [1]")
    assert code(answer) == (404, "CAMPAIGN_NOT_FOUND")
    assert answer.document["detail"] == "Campaign [Nobody [1]] not found"


async def test_a_lagging_replica_shows_the_old_state(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1)
    sandbox.clock.advance(10)
    await client.approve(name)
    sandbox.faults.add("lagging_reads", times=2, lag_seconds=5)
    lagging = [
        (await client.call("GET", f"{APPROVALS}/{segment(name)}")).document,
        (await client.call("GET", APPROVALS)).document["campaigns"][0],
    ]
    assert {answer["approvalStatus"] for answer in lagging} == {"NEEDS_APPROVAL"}
    now = (await client.call("GET", f"{APPROVALS}/{segment(name)}")).document
    assert now["approvalStatus"] == "APPROVED"


@pytest.mark.parametrize(("share", "end"), [(0.0, "APPROVED"), (1.0, "REJECTED")])
async def test_a_person_decides_in_time(
    sandbox: Sandbox, client: ResponsysApi, share: float, end: str
) -> None:
    register = sandbox.responsys.register
    register.approver_seconds, register.reject_share = (60, 60), share
    [seeded] = sandbox.responsys.seed(1)
    [asked] = sandbox.responsys.seed(1, approval="APPROVAL_NOT_REQUIRED")
    await client.approve(asked, "NEEDS_APPROVAL")
    sandbox.clock.advance(59)
    names = (seeded, asked)
    assert {sandbox.responsys.campaigns[name]["approvalStatus"] for name in names} == {"NEEDS_APPROVAL"}
    sandbox.clock.advance(1)
    assert {sandbox.responsys.campaigns[name]["approvalStatus"] for name in names} == {end}
    assert sandbox.ledger.counts(SET) == {asked: 1}


async def test_a_person_comes_too_late(sandbox: Sandbox, client: ResponsysApi) -> None:
    sandbox.responsys.register.approver_seconds = (60, 60)
    [name] = sandbox.responsys.seed(1)
    await client.approve(name, "APPROVAL_NOT_REQUIRED")
    sandbox.clock.advance(30)
    await client.approve(name, "NEEDS_APPROVAL")
    sandbox.clock.advance(31)
    assert sandbox.responsys.campaigns[name]["approvalStatus"] == "NEEDS_APPROVAL"
    await client.approve(name, "REJECTED")
    sandbox.clock.advance(60)
    assert sandbox.responsys.campaigns[name]["approvalStatus"] == "REJECTED"


async def test_a_person_leaves_alone_what_is_decided(sandbox: Sandbox, client: ResponsysApi) -> None:
    sandbox.responsys.register.approver_seconds = (60, 60)
    [name] = sandbox.responsys.seed(1)
    await client.approve(name)
    decided = sandbox.responsys.campaigns[name]
    sandbox.clock.advance(60)
    assert sandbox.responsys.campaigns[name] == decided


async def test_a_new_campaign_may_need_approval(sandbox: Sandbox, client: ResponsysApi) -> None:
    sandbox.responsys.register.initial_approval = "NEEDS_APPROVAL"
    sandbox.responsys.register.approver_seconds = (5, 5)
    body = example_body("CampaignWriteV13")
    await client.call("POST", CAMPAIGNS, json=body)
    assert sandbox.responsys.campaigns[body["name"]]["approvalStatus"] == "NEEDS_APPROVAL"
    sandbox.clock.advance(5)
    assert sandbox.responsys.campaigns[body["name"]]["approvalStatus"] == "APPROVED"


async def test_a_thousand_are_approved(sandbox: Sandbox, client: ResponsysApi) -> None:
    names = sandbox.responsys.seed(1000)
    assert len(set(names)) == 1000
    await client.approve(names[0])
    # Awkward names occur among the first five as among the last.
    await asyncio.gather(*(client.approve(name) for name in names[-50:]))
    assert sandbox.ledger.counts(SET) == dict.fromkeys([names[0], *names[-50:]], 1)
