"""Every reply of the simulated RCS platform, held against the contract it was written from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema_path import SchemaPath
from openapi_core.exceptions import OpenAPIError
from openapi_core.validation.schemas import oas31_schema_validators_factory

from tests.support.vendors.contracts import contract, hold_against
from tests.support.vendors.rcs_client import RcsApi
from tests.support.vendors.sinch_client import contract_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio
CONTRACT = "rcs-platform.yaml"
STATUSES = ("creation", "moderation", "spam", "scheduled", "sending", "paused", "stopped", "done")


@pytest.fixture
def rcs(sandbox: Sandbox, api: Api) -> RcsApi:
    return RcsApi(api.session, sandbox)


async def good_calls(sandbox: Sandbox, rcs: RcsApi) -> None:
    """Ask every operation for what it gives, in every state a campaign can be in."""
    sandbox.rcs.unanswered = frozenset()
    ids = [campaign_id for status in STATUSES for campaign_id in sandbox.rcs.seed(5, status=status)]
    sandbox.rcs.seed(3, channel="sms")
    ids += [str((await rcs.create()).document["data"]["id"]) for _ in range(6)]
    groups = {"groups": [1864280], "sender": "acme_agent", "options": {"text": "Open late today."}}
    await rcs.data("POST", "/campaigns/rcs/send-groups", json=groups)
    universal = {"channels": ["rcs"], "rcs": {"sender": "acme_agent", "text": "Hello"}}
    to = {"recipients": {"groups": [1864280]}, "dry_run": True}
    await rcs.data("POST", "/campaigns/send", json=universal | to)
    await rcs.data("POST", "/messages/send", json=universal | {"phone": {"number": "12025550123"}})
    single = {"phone": {"number": "12025550124"}, "sender": "acme_agent", "options": {"text": "Hello"}}
    await rcs.data("POST", "/messages/rcs/send", json=single)
    for _ in range(2):
        for campaign_id in ids:
            await rcs.get(campaign_id)
            await rcs.data("GET", f"/campaigns/{campaign_id}/detail")
        sandbox.clock.advance(1.5)
    paused = [key for key in ids if sandbox.rcs.campaigns[key]["status"] == "paused"]
    for campaign_id in paused[:-2]:
        assert (await rcs.renew(campaign_id)).status == 200
    for method, campaign_id in zip(("PUT", "PATCH"), paused[-2:], strict=True):
        await rcs.data(method, f"/campaigns/{campaign_id}/stop")
    for path in ("campaign", "campaigns"):
        await rcs.data("GET", f"/{path}?filter%5Btype%5D=rcs&page%5Blimit%5D=30&sort=status&way=desc")
        await rcs.data("GET", f"/{path}")
    for sort in ("id", "phone", "delivered"):
        await rcs.messages(sort=sort, **{"page[limit]": 30})
    for path in ("/accounts/balance", "/accounts/tariff", "/groups"):
        await rcs.data("GET", path)
    await rcs.call("POST", "/auth/refresh")
    await stat_calls(sandbox, rcs)


async def stat_calls(sandbox: Sandbox, rcs: RcsApi) -> None:
    ids = list(sandbox.rcs.message_ids(sandbox.rcs.seed(1)[0]))
    job = {"type": "message", "message_id": ids}
    key = (await rcs.call("POST", "/stat/jobs", json=job)).document["key"]
    for _ in range(2):
        await rcs.call("GET", f"/stat/jobs/{key}")
        await rcs.call("GET", "/stat/jobs")
        sandbox.clock.advance(5)
    for _ in range(2):
        await rcs.call("DELETE", f"/stat/jobs/{key}")
        await rcs.call("GET", f"/stat/jobs/{key}")


async def bad_calls(sandbox: Sandbox, rcs: RcsApi) -> None:
    """Provoke every refusal that the contract knows."""
    [done] = sandbox.rcs.seed(1, status="done")
    for body in ({}, {"api_key": 7}, {"api_key": "test_WRONG"}):
        await rcs.send("POST", "/api/auth/login", json=body)
    await rcs.send("GET", "/api/accounts/balance")
    for campaign_id in (done, "1", "2", "none", "99999999999999999999"):
        await rcs.renew(campaign_id)
        await rcs.stop(campaign_id)
    for campaign_id in ("1", "2", "none"):
        await rcs.call("GET", f"/campaigns/{campaign_id}")
        await rcs.call("GET", f"/campaigns/{campaign_id}/detail")
    for number in range(20):
        await rcs.create(validity=73 + number)
        await rcs.create(sender=f"unknown_{number}")
    body = rcs.body()
    for _ in range(2):
        await rcs.call("POST", "/campaigns/rcs/send", json=body)
    for query in ("page[limit]=3", "page[limit]=501", "sort=price", "filter[from]=2020-01-01 00:00:00"):
        await rcs.call("GET", f"/campaigns?{query.replace(' ', '%20')}")
        await rcs.call("GET", f"/messages?{query.replace(' ', '%20')}")
    for action in ("expired_token", "status_429", "status_500", "status_503_unapplied"):
        for operation in ("listCampaigns", "createRcsCampaign", "login"):
            sandbox.faults.add(action, operation, provider="rcs")
        await rcs.list()
        await rcs.create()
        await rcs.login()


@pytest.mark.parametrize("calls", [good_calls, bad_calls])
async def test_every_reply_keeps_to_the_contract(
    sandbox: Sandbox, rcs: RcsApi, calls: Callable[[Sandbox, RcsApi], Any]
) -> None:
    await calls(sandbox, rcs)
    for exchange in sandbox.exchanges:
        hold_against(exchange, contract(CONTRACT))
    statuses = {exchange.status for exchange in sandbox.exchanges}
    assert statuses == ({200} if calls is good_calls else {200, 401, 404, 422, 429, 500, 503})


async def test_every_operation_was_asked(sandbox: Sandbox, rcs: RcsApi) -> None:
    await good_calls(sandbox, rcs)
    paths = contract_document(CONTRACT)["paths"].values()
    known = {
        operation["operationId"]
        for path in paths
        for operation in path.values()
        if "operationId" in operation
    }
    assert set(sandbox.stats.requests) == known == sandbox.rcs.traits.operations


async def test_the_contracts_own_bodies_are_taken(sandbox: Sandbox, rcs: RcsApi) -> None:
    sandbox.rcs.unanswered = frozenset()
    # The scheduled example starts on the first of December 2026.
    sandbox.clock.advance((1_795_305_600 + 9 * 3600) - sandbox.clock.timestamp())
    taken = 0
    for path, methods in contract_document(CONTRACT)["paths"].items():
        for method, operation in methods.items():
            if "requestBody" not in operation or operation["operationId"] == "login":
                continue
            examples = operation["requestBody"]["content"]["application/json"]["examples"]
            for example in examples.values():
                answer = await rcs.call(method.upper(), path.removeprefix("/api"), json=example["value"])
                assert answer.status == 200, (path, answer.body)
                assert "data" in answer.document or "key" in answer.document
                taken += 1
    assert taken == 8


@pytest.mark.parametrize("schema", ["StatusCallback", "ClickCallback"])
async def test_callbacks_keep_to_the_contract(sandbox: Sandbox, schema: str) -> None:
    ids = sandbox.rcs.seed(8)
    document = contract_document(CONTRACT)
    spec = SchemaPath.from_dict(document)
    validator = oas31_schema_validators_factory.create(spec, spec / "components" / "schemas" / schema)
    for campaign_id in ids:
        for message_id in sandbox.rcs.message_ids(campaign_id)[::15]:
            button = "Open shop" if schema == "ClickCallback" else None
            validator.validate(json.loads(sandbox.rcs.callback_body(message_id, button=button)))


async def test_the_check_sees_a_wrong_reply(sandbox: Sandbox, rcs: RcsApi) -> None:
    [campaign_id] = sandbox.rcs.seed(1)
    sandbox.faults.add("wrong_type", "getCampaign", provider="rcs")
    await rcs.get(campaign_id)
    with pytest.raises(OpenAPIError):
        hold_against(sandbox.exchanges[-1], contract(CONTRACT))
