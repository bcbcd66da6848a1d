from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from campaign_reg.sandbox import Sandbox
from tests.support.vendors.rcs_client import RcsApi

if TYPE_CHECKING:
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio


@pytest.fixture
def rcs(sandbox: Sandbox, api: Api) -> RcsApi:
    return RcsApi(api.session, sandbox)


@pytest.mark.parametrize(
    ("brand", "method", "path", "status"),
    [
        ("bsg", "GET", "/campaigns", 200),
        ("bsg", "GET", "/campaign", 200),
        ("wwt", "GET", "/campaigns", 404),
        ("wwt", "GET", "/campaign", 200),
        ("bsg", "PATCH", "/campaigns/{id}/stop", 200),
        ("bsg", "PUT", "/campaigns/{id}/stop", 405),
        ("wwt", "PATCH", "/campaigns/{id}/stop", 405),
        ("wwt", "PUT", "/campaigns/{id}/stop", 200),
        ("bsg", "PUT", "/campaigns/{id}/renew", 200),
        ("wwt", "PUT", "/campaigns/{id}/renew", 200),
        ("bsg", "POST", "/campaigns/send", 422),
        ("wwt", "POST", "/campaigns/send", 404),
        ("wwt", "POST", "/messages/send", 404),
    ],
)
async def test_a_brand_answers_its_own_forms(
    sandbox: Sandbox, rcs: RcsApi, brand: str, method: str, path: str, status: int
) -> None:
    sandbox.rcs.brand = brand
    [campaign_id] = sandbox.rcs.seed(1)
    body: dict[str, str] | None = {} if method == "POST" else None
    answer = await rcs.call(method, path.format(id=campaign_id), json=body)
    assert answer.status == status, answer.body
    assert ("Allow" in answer.headers) == (status == 405)
    assert len(sandbox.ledger.entries) == (status == 200 and method != "GET")


async def test_brands_and_forms_can_be_chosen(sandbox: Sandbox, rcs: RcsApi) -> None:
    assert sandbox.settings("rcs") == {
        "api_key": sandbox.rcs.api_key,
        "brand": "bsg",
        "base_url": sandbox.url,
    }
    assert sandbox.rcs.api_key.startswith("live_")
    sandbox.rcs.unanswered = frozenset({"listCampaigns"})
    assert (await rcs.call("GET", "/campaigns")).status == 404
    sandbox.rcs.brand = "wwt"
    assert sandbox.settings("rcs")["brand"] == "wwt"
    with pytest.raises(ValueError, match="no such brand: acme; there are bsg, wwt"):
        sandbox.rcs.brand = "acme"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/campaigns/", 404),
        ("GET", "/campaigns/1/2/3", 404),
        ("GET", "/campaigns//detail", 404),
        ("GET", "/senders", 404),
        ("DELETE", "/campaigns/1", 405),
        ("GET", "/campaigns/1/renew", 405),
        ("GET", "/campaigns/send", 405),
        ("GET", "/auth/login", 405),
        ("PUT", "/stat/jobs/1", 405),
    ],
)
async def test_other_paths_and_methods(rcs: RcsApi, method: str, path: str, status: int) -> None:
    answer = await rcs.call(method, path)
    assert answer.status == status
    assert answer.document["message"]
    assert ("Allow" in answer.headers) == (status == 405)


async def test_the_same_seed_makes_the_same_fates() -> None:
    ends = []
    for _ in range(2):
        sandbox = Sandbox(clock_speed=0)
        ids = sandbox.rcs.seed(30, status="sending", pause_again_share=0.3, stop_share=0.3, seed=11)
        sandbox.clock.advance(60)
        ends.append([sandbox.rcs.campaigns[key]["status"] for key in ids])
    assert ends[0] == ends[1]
    assert [ends[0].count(end) for end in ("paused", "stopped", "done")] == [9, 9, 12]


async def test_a_seed_names_states_and_channels_that_exist(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="no such status: SLEEPING"):
        sandbox.rcs.seed(1, status="SLEEPING")
    with pytest.raises(ValueError, match="no such channel: fax"):
        sandbox.rcs.seed(1, channel="fax")


async def test_records_are_copies_and_settle_when_read(sandbox: Sandbox) -> None:
    [campaign_id] = sandbox.rcs.seed(1, status="sending", pause_again_share=0, stop_share=0)
    sandbox.rcs.campaigns[campaign_id]["options"].clear()
    assert sandbox.rcs.campaigns[campaign_id]["options"]
    sandbox.clock._pushed_seconds += 60
    assert sandbox.rcs.campaigns[campaign_id]["status"] == "done"
    assert list(sandbox.rcs.campaigns) == [campaign_id]
    assert len(sandbox.rcs.campaigns) == 1
    assert "1" not in sandbox.rcs.campaigns
    assert "nobody" not in sandbox.rcs.campaigns


async def test_somebody_else_changes_a_campaign(sandbox: Sandbox, rcs: RcsApi) -> None:
    [campaign_id] = sandbox.rcs.seed(1, status="sending")
    sandbox.rcs.change(campaign_id, status="stopped")
    sandbox.clock.advance(60)
    assert (await rcs.get(campaign_id))["status"] == "stopped"
    assert not sandbox.ledger.entries


async def test_a_status_callback(sandbox: Sandbox, rcs: RcsApi) -> None:
    await rcs.create(phones=[{"number": "12025550123", "reference_id": "a1"}])
    sandbox.clock.advance(60)
    [message] = (await rcs.messages(**{"filter[reference_id]": "a1"}))["data"]
    body = json.loads(sandbox.rcs.callback_body(message["id"]))
    assert body["id"] == str(message["id"])
    assert (body["reference"], body["msisdn"]) == ("a1", "12025550123")
    assert body["status"] == message["status"]
    # Listings are in Kyiv's time, callbacks in UTC.
    assert (message["created_at"], body["time_in"]) == ("2026-04-10 11:00:00", "2026-04-10 08:00:00")
    failed = json.loads(sandbox.rcs.callback_body(message["id"], status="failed"))
    assert (failed["status"], int(failed["error"]), failed["time_dr"]) == ("failed", 5, None)
    with pytest.raises(ValueError, match="no such message: 1"):
        sandbox.rcs.callback_body(1)


async def test_callback_errors_are_numbers_or_strings(sandbox: Sandbox) -> None:
    [campaign_id] = sandbox.rcs.seed(1, status="done")
    bodies = [json.loads(sandbox.rcs.callback_body(key)) for key in sandbox.rcs.message_ids(campaign_id)]
    assert {type(body["error"]) for body in bodies} == {int, str}
    assert all((body["status"] in ("delivered", "read")) == (int(body["error"]) == 0) for body in bodies)


async def test_a_button_callback(sandbox: Sandbox) -> None:
    [campaign_id] = sandbox.rcs.seed(1)
    message_id = sandbox.rcs.message_ids(campaign_id)[0]
    body = json.loads(sandbox.rcs.callback_body(message_id, button="Open shop"))
    assert (body["text"], body["postback"]) == ("Open shop", "open_shop")
    assert body["time_click"] == "2026-04-10T08:00:00"
    assert "status" not in body
    assert json.loads(sandbox.rcs.callback_body(message_id, button="Call us"))["postback"] is None
    with pytest.raises(ValueError, match="has no button Close"):
        sandbox.rcs.callback_body(message_id, button="Close")


async def test_a_profile_of_faults_knows_its_writes(sandbox: Sandbox) -> None:
    rules = sandbox.faults.profile("rough", provider="rcs")
    [lost] = [rule for rule in rules if rule.action == "drop_after"]
    assert set(lost.operations or ()) == {
        *("renewCampaign", "createRcsCampaign", "createRcsCampaignByGroups", "createUniversalCampaign")
    }
    assert all(rule.provider == "rcs" for rule in rules)
