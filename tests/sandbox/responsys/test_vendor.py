from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from campaign_reg.sandbox import Sandbox
from campaign_reg.sandbox.responsys.errors import PROBLEMS
from tests.support.vendors.responsys_client import (
    APPROVALS,
    CAMPAIGNS,
    CAMPAIGNS_V15,
    LIMITS,
    LOGIN,
    ResponsysApi,
    code,
    example_body,
    opened,
    responsys_document,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[ResponsysApi]:
    async with opened(sandbox) as client:
        yield client


async def test_it_is_a_vendor_like_the_others(sandbox: Sandbox) -> None:
    traits = sandbox.vendor("responsys").traits
    document = responsys_document()
    known = {
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in ("get", "put", "post", "delete")
    }
    assert traits.operations == known
    assert traits.writes[0] == "setCampaignApproval"
    named = {*traits.logins, *traits.reads, *traits.lagging, *traits.writes}
    assert named <= known


def test_the_contracts_codes_have_the_contracts_status() -> None:
    document = responsys_document()
    statuses = {entry["code"]: entry["status"] for entry in document["x-error-codes"]}
    for name, (status, _, _) in PROBLEMS.items():
        assert statuses.get(name) in ([status], [400, 401, 429], [], None), name
    for example in document["components"]["examples"].values():
        if "errorCode" in example["value"]:
            status, title, _ = PROBLEMS[example["value"]["errorCode"]]
            assert (status, title) == (example["x-http-status"], example["value"]["title"])


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("GET", "/rest/api/v1.3/nothing", (404, "RESOURCE_NOT_FOUND")),
        ("GET", "/rest/api/v1.3/ratelimit", (404, "RESOURCE_NOT_FOUND")),
        ("GET", f"{CAMPAIGNS}/", (404, "RESOURCE_NOT_FOUND")),
        ("GET", f"{CAMPAIGNS}/a/b", (404, "RESOURCE_NOT_FOUND")),
        ("DELETE", f"{CAMPAIGNS}/a", (405, "METHOD_NOT_ALLOWED")),
        ("GET", CAMPAIGNS_V15, (405, "METHOD_NOT_ALLOWED")),
        ("GET", LOGIN, (405, "METHOD_NOT_ALLOWED")),
        ("GET", "/rest/api", (404, "RESOURCE_NOT_FOUND")),
    ],
)
async def test_other_paths_and_methods(
    client: ResponsysApi, method: str, path: str, wanted: tuple[int, str]
) -> None:
    answer = await client.call(method, path)
    assert code(answer) == wanted
    assert ("Allow" in answer.headers) == (wanted[0] == 405)


async def test_a_foreign_path_is_not_ours(sandbox: Sandbox) -> None:
    assert sandbox.responsys.route("GET", "/v1/projects/x") is None


async def test_names_hold_every_allowed_character(sandbox: Sandbox) -> None:
    names = sandbox.responsys.seed(40)
    assert set("".join(names)) >= set(" !-=@_[]{}")
    assert max(map(len, names)) <= 150


async def test_the_same_seed_makes_the_same_campaigns(sandbox: Sandbox) -> None:
    async with Sandbox(clock_speed=0, seed=8, start=sandbox.clock.now()) as other:
        assert other.responsys.seed(5, seed=3) == sandbox.responsys.seed(5, seed=3)
        assert other.responsys.account.password != sandbox.responsys.account.password
        assert other.responsys.seed(5) != sandbox.responsys.seed(5)
    assert len(sandbox.responsys.campaigns) == 10


@pytest.mark.parametrize("options", [{"approval": "MAYBE"}, {"status": "OPEN"}, {"type": "FAX"}])
async def test_a_seed_names_states_that_exist(sandbox: Sandbox, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no such state"):
        sandbox.responsys.seed(1, **options)


async def test_a_name_is_never_drawn_twice(sandbox: Sandbox) -> None:
    names = [*sandbox.responsys.seed(20, seed=1), *sandbox.responsys.seed(20, seed=1)]
    assert len(set(names)) == 40


async def test_somebody_else_changes_a_campaign(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1)
    sandbox.responsys.change(name, subject="Hello autumn")
    assert (await client.about("GET", name)).document["subject"] == "Hello autumn"
    assert not sandbox.ledger.entries


@pytest.mark.parametrize("status", [400, 401, 429])
async def test_throttling_by_code(sandbox: Sandbox, client: ResponsysApi, status: int) -> None:
    sandbox.faults.add("throttled", "listCampaigns", status=status)
    sandbox.responsys.limit_status = status
    sandbox.faults.add("status_429", "listCampaigns", retry_after=7)
    for _ in range(2):
        answer = await client.call("GET", CAMPAIGNS)
        assert code(answer) == (status, "API_LIMIT_EXCEEDED")
        assert "call the listCampaigns API function" in answer.document["detail"]
    assert (await client.call("GET", CAMPAIGNS)).status == 200


async def test_the_sandboxs_own_limit_is_told_by_code() -> None:
    async with Sandbox(rate_limit=1) as sandbox, opened(sandbox) as client:
        answers = [await client.call("GET", CAMPAIGNS) for _ in range(3)]
        assert code(answers[-1]) == (400, "API_LIMIT_EXCEEDED")
        assert sandbox.stats.over_limit >= 1


async def test_the_capacity_has_a_code_of_its_own(sandbox: Sandbox, client: ResponsysApi) -> None:
    sandbox.faults.add("throttled", "getRateLimits", code="INTERNAL_CAPACITY_LIMIT_EXCEEDED")
    answer = await client.call("GET", LIMITS)
    assert code(answer) == (400, "INTERNAL_CAPACITY_LIMIT_EXCEEDED")
    assert answer.document["errorDetails"] == "[]"


@pytest.mark.parametrize("applied", [True, False])
async def test_any_code_can_be_given(sandbox: Sandbox, client: ResponsysApi, applied: bool) -> None:
    body = example_body("CampaignWriteV13")
    options: dict[str, Any] = {"code": "UNABLE_TO_CREATE_CAMPAIGN", "applied": applied}
    sandbox.faults.add("refused_by_code", "createCampaign", body["name"], **options)
    assert code(await client.call("POST", CAMPAIGNS, json=body)) == (500, "UNABLE_TO_CREATE_CAMPAIGN")
    assert sandbox.ledger.counts("createCampaign")[body["name"]] == applied
    sandbox.faults.add("refused_by_code", "listCampaigns", code="NEWS", status=418, detail="never seen")
    answer = await client.call("GET", CAMPAIGNS)
    assert code(answer) == (418, "NEWS")
    assert answer.document["detail"] == "never seen"


@pytest.mark.parametrize("action", ["drop_after", "drop_before", "late_apply"])
async def test_a_lost_answer_shows_in_the_ledger_only(
    sandbox: Sandbox, client: ResponsysApi, action: str
) -> None:
    body = example_body("CampaignWriteV13")
    await client.call("GET", CAMPAIGNS)
    sandbox.faults.add(action, "createCampaign", body["name"])
    with pytest.raises(aiohttp.ClientError):
        await client.call("POST", CAMPAIGNS, json=body)
    assert sandbox.ledger.counts("createCampaign")[body["name"]] == (action == "drop_after")
    sandbox.clock.advance(5)
    assert sandbox.ledger.counts("createCampaign")[body["name"]] == (action != "drop_before")


async def test_errors_of_a_status_are_worded_as_the_vendor_does(
    sandbox: Sandbox, client: ResponsysApi
) -> None:
    wanted = {
        "status_500": (500, "UNEXPECTED_EXCEPTION"),
        "status_503_unapplied": (503, "UNEXPECTED_EXCEPTION"),
        "expired_token": (401, "TOKEN_EXPIRED"),
        "unauthorized": (401, "INVALID_TOKEN"),
    }
    for action, told in wanted.items():
        sandbox.faults.add(action, provider="responsys")
        assert code(await client.call("GET", CAMPAIGNS)) == told


@pytest.mark.parametrize("action", ["throttled", "dead_token", "refused_by_code", "next_link"])
async def test_responsys_faults_pass_other_vendors(sandbox: Sandbox, action: str) -> None:
    options: dict[str, Any] = {"code": "NEWS"} if action == "refused_by_code" else {}
    sandbox.faults.add(action, "createToken", times=None, **options)
    account = sandbox.sinch.account
    basic = aiohttp.encode_basic_auth(account.key_id, account.key_secret)
    async with opened(sandbox) as client:
        form = {"grant_type": "client_credentials"}
        answer = await client.send("POST", "/oauth2/token", data=form, headers={"Authorization": basic})
    assert (answer.status, "access_token" in answer.document) == (200, True)


def test_a_fault_of_responsys_is_refused_for_another_vendor() -> None:
    with pytest.raises(ValueError, match="throttled is a fault of responsys, not of sinch"):
        Sandbox().faults.add("throttled", provider="sinch")


async def test_next_links_can_be_led_astray(sandbox: Sandbox, client: ResponsysApi) -> None:
    names = sandbox.responsys.seed(5)
    page = f"{CAMPAIGNS}?limit=2&offset=2"
    sandbox.faults.add("next_link", "listCampaigns", href="https://elsewhere.example/x")
    sandbox.faults.add("next_link", "listCampaigns")
    sandbox.faults.add("next_link", "listCampaigns", empty=True)
    foreign, same, empty = [(await client.call("GET", page)).document for _ in range(3)]
    assert next_of(foreign) == "https://elsewhere.example/x"
    assert len(foreign["campaigns"]) == 2
    again = (await client.call("GET", next_of(same))).document
    assert next_of(same) != page
    assert [item["name"] for item in again["campaigns"]] == names[2:4]
    assert (empty["campaigns"], next_of(empty).endswith("limit=2&offset=4&type=email")) == ([], True)
    sandbox.faults.add("next_link", "listCampaigns")
    assert (await client.call("GET", f"{CAMPAIGNS}?limit=0")).status == 400


def next_of(document: dict[str, Any]) -> str:
    [href] = [link["href"] for link in document["links"] if link["rel"] == "next"]
    return str(href)


@pytest.mark.parametrize(
    ("action", "member", "value"),
    [("unseen_enum", "approvalStatus", "NEVER_SEEN_BEFORE"), ("wrong_type", "approvalStatus", 17)],
)
async def test_generic_faults_find_the_state(
    sandbox: Sandbox, client: ResponsysApi, action: str, member: str, value: object
) -> None:
    sandbox.responsys.seed(2)
    sandbox.faults.add(action, "listCampaignApprovals")
    listed = (await client.call("GET", APPROVALS)).document["campaigns"]
    assert [item[member] for item in listed] == [value] * 2


async def test_a_profile_fits(sandbox: Sandbox) -> None:
    rules = sandbox.faults.profile("demo", provider="responsys")
    lost = {rule.action: rule.operations for rule in rules}["drop_after"]
    assert lost == sandbox.responsys.traits.writes


async def test_what_a_call_is_about_can_be_told(sandbox: Sandbox, client: ResponsysApi) -> None:
    await client.call("GET", CAMPAIGNS)
    for raw in (b"[]", b"{", b"{}", b"[" * 100_000, json.dumps({"name": 3}).encode()):
        headers = {"Authorization": client.token, "Content-Type": "application/json"}
        answer = await client.send("POST", CAMPAIGNS, data=raw, headers=headers)
        assert code(answer) == (400, "INVALID_PARAMETER")
