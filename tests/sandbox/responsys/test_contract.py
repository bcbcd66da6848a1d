"""Every reply of the simulated Responsys, held against the contract it was written from."""

from __future__ import annotations

import base64
import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError

from campaign_reg.sandbox.responsys.keys import CLIENT_KEY_PKCS1, RsaKey
from tests.support.vendors.contracts import HOST, hold_against
from tests.support.vendors.responsys_client import (
    APPROVALS,
    CAMPAIGNS,
    CAMPAIGNS_V15,
    LIMITS,
    ORGANIZATIONS,
    ResponsysApi,
    example_body,
    opened,
    responsys_document,
    segment,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from campaign_reg.sandbox import Sandbox
    from campaign_reg.sandbox.exchange import Exchange

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[ResponsysApi]:
    async with opened(sandbox) as client:
        yield client


@cache
def contract() -> OpenAPI:
    """The contract as if everything were at one host: the login has hosts of its own."""
    document = responsys_document()
    document["servers"] = [{"url": HOST}]
    for path in document["paths"].values():
        path.pop("servers", None)
    # openapi-core warns of schemes it cannot check; test_auth.py checks them.
    document["security"] = []
    return OpenAPI.from_dict(document)


def hold(exchange: Exchange) -> None:
    """Hold an exchange against the contract; openapi-core does not decode a path's segments."""
    path, mark, query = exchange.target.partition("?")
    hold_against(dataclasses.replace(exchange, target=f"{unquote(path)}{mark}{query}"), contract())


async def good_logins(client: ResponsysApi) -> None:
    await client.call("GET", LIMITS)
    await client.form(client.token, auth_type="token")
    user = client.account.user_name
    first = await client.form(user_name=user, auth_type="server", client_challenge="Y2xpZW50LW5vbmNl")
    challenge = base64.urlsafe_b64decode(first.document["serverChallenge"] + "==")
    proof = base64.urlsafe_b64encode(RsaKey.from_pkcs1(CLIENT_KEY_PKCS1).encrypt(challenge)).decode()
    temporary = first.document["authToken"]
    await client.form(temporary, user_name=user, auth_type="client", server_challenge=proof)


async def good_calls(sandbox: Sandbox, client: ResponsysApi) -> None:
    """Ask every operation for what it gives, in every shape there is."""
    await good_logins(client)
    names = sandbox.responsys.seed(10, schedules=3)
    sandbox.responsys.seed(2, type="PUSH", status="NONE")
    for path in (CAMPAIGNS, f"{CAMPAIGNS}?limit=3&offset=3", f"{CAMPAIGNS}?type=push", APPROVALS):
        await client.call("GET", path)
    await client.call("GET", f"{APPROVALS}?status=APPROVED")
    await client.call("POST", f"{CAMPAIGNS}/actions/search?limit=3", json={})
    for number, name in enumerate(names):
        one, approval = segment(name), f"{APPROVALS}/{segment(name)}"
        for path in (f"{CAMPAIGNS}/{one}", f"{CAMPAIGNS_V15}/{one}", approval, f"{ORGANIZATIONS}/{one}"):
            await client.call("GET", path)
        for tail in ("/preview", "/preview?riid=5", "/schedule", "/attributes/proofList"):
            await client.about("GET", name, tail)
        await client.about("GET", name, "/attributes/dataSources")
        copied = {"newCampaignName": f"Copy {number}", "description": "Second run", "folderName": None}
        for root, suffix in ((CAMPAIGNS, "a"), (CAMPAIGNS_V15, "b")):
            body = copied | {"newCampaignName": f"Copy {number}{suffix}"}
            await client.call("POST", f"{root}/{one}/actions/copy", json=body)
        await client.approve(name)
        listed = (await client.about("GET", name, "/schedule")).document["schedules"]
        for schedule in listed:
            await client.about("GET", name, f"/schedule/{schedule['id']}")
        await client.about("PUT", name, "/actions/close")
        await client.about("PUT", name, "/actions/close")
        await client.call("GET", f"{CAMPAIGNS_V15}/{one}")


async def bad_calls(sandbox: Sandbox, client: ResponsysApi) -> None:
    """Provoke every kind of refusal that the contract knows."""
    operations = sorted(sandbox.responsys.traits.operations)
    [name] = sandbox.responsys.seed(1)
    await client.log_in("wrong")
    await client.form(auth_type="token")
    await client.call("POST", CAMPAIGNS, json={})
    await client.call("POST", CAMPAIGNS_V15, json={})
    await client.approve(name, "NEEDS_APPROVAL")
    await client.approve(name, "MAYBE")
    await client.about("GET", name, "/schedule/1")
    for missing in ("Nobody", "test%5E"):
        for path, verbs in paths_of(missing):
            for verb in verbs:
                await client.call(verb, path, json={} if verb in ("PUT", "POST") else None)
    for status in (400, 401, 429):
        sandbox.faults.add("throttled", operations, times=2, status=status)
        await client.call("GET", APPROVALS)
        await client.log_in()
    for disguise in ("INVALID_TOKEN", "TOKEN_EXPIRED", "UNEXPECTED_EXCEPTION"):
        sandbox.faults.add("dead_token", "getCampaign", disguise=disguise)
        await client.about("GET", name)
    sandbox.faults.add("throttled", "createSchedule", code="INTERNAL_CAPACITY_LIMIT_EXCEEDED")
    await client.about("POST", name, "/schedule", json={})
    sandbox.faults.add("status_500", "updateCampaign")
    await client.about("PUT", name, json={})
    sandbox.responsys.approvals.enabled = False
    await client.call("GET", APPROVALS)


def paths_of(name: str) -> Iterator[tuple[str, list[str]]]:
    """Every path of the contract that names a campaign, with its verbs."""
    for path, item in responsys_document()["paths"].items():
        if "{campaignName}" in path:
            verbs = [verb.upper() for verb in item if verb in ("get", "put", "post", "delete")]
            yield path.replace("{campaignName}", name).replace("{scheduleId}", "307357"), verbs


@pytest.mark.parametrize("calls", [good_calls, bad_calls])
async def test_every_reply_keeps_to_the_contract(
    sandbox: Sandbox, client: ResponsysApi, calls: Callable[[Sandbox, ResponsysApi], Any]
) -> None:
    await calls(sandbox, client)
    for exchange in sandbox.exchanges:
        hold(exchange)
    statuses = {exchange.status for exchange in sandbox.exchanges}
    assert statuses == ({200} if calls is good_calls else {200, 400, 401, 404, 429, 500})


async def test_the_contracts_own_bodies_are_taken(sandbox: Sandbox, client: ResponsysApi) -> None:
    """Every example of a request body; with the calls above that is every operation."""
    document = responsys_document()
    taken = 0
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters" or "requestBody" not in operation or path.endswith("/auth/token"):
                continue
            for example in operation["requestBody"]["content"]["application/json"]["examples"].values():
                if "$ref" in example:
                    example = document["components"]["examples"][example["$ref"].rpartition("/")[2]]
                place = place_campaign(sandbox, operation["operationId"], example["value"])
                made = path.replace("{campaignName}", "Spring_Launch").replace("{scheduleId}", place)
                answer = await client.call(method.upper(), made, json=example["value"])
                assert answer.status == 200, (path, answer.body)
                taken += 1
    await good_calls(sandbox, client)
    assert taken == 16
    assert {exchange.status for exchange in sandbox.exchanges} == {200}
    for exchange in sandbox.exchanges:
        hold(exchange)
    # Deleting a schedule has no body: it is asked in test_attributes.py.
    assert set(sandbox.stats.requests) == sandbox.responsys.traits.operations - {"deleteSchedule"}


def place_campaign(sandbox: Sandbox, operation_id: str, body: dict[str, Any]) -> str:
    """Put the examples' campaign where each example expects it; returns its schedule's id."""
    register = sandbox.responsys.register
    register.by_name.clear()
    if operation_id.startswith("createCampaign"):
        return ""
    asked = body.get("approvalStatus") == "NEEDS_APPROVAL"
    register.initial_approval = "REJECTED" if asked else "NEEDS_APPROVAL"
    example = example_body("CampaignWriteV13")
    campaign = register.create(example["name"], sandbox.clock.timestamp(), example)
    if operation_id != "updateSchedule":
        return ""
    return str(sandbox.responsys.add_schedule(campaign.name, 86_400).id)


async def test_a_removal_keeps_to_the_contract(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1)
    schedule = sandbox.responsys.add_schedule(name, 86_400)
    assert (await client.about("DELETE", name, f"/schedule/{schedule.id}")).status == 200
    hold(sandbox.exchanges[-1])


async def test_the_check_sees_a_wrong_reply(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1)
    sandbox.faults.add("wrong_type", "getCampaignApproval")
    await client.call("GET", f"{APPROVALS}/{segment(name)}")
    with pytest.raises(OpenAPIError):
        hold(sandbox.exchanges[-1])
