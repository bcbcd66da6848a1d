from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.support.vendors.rcs_client import RcsApi

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio
GROUPS = {"groups": [1864275, 1864280], "sender": "acme_agent", "options": {"text": "Open late today."}}
UNIVERSAL: dict[str, Any] = {
    "channels": ["rcs", "sms"],
    "recipients": {"phones": [{"number": "12025550123", "reference_id": "u1"}]},
    "rcs": {"sender": "acme_agent", "text": "Your code is ready."},
    "sms": {"sender": "ACME", "text": "Your code is ready."},
}
BOTH = {"text": "Call", "phone": "12025550199", "url": "https://shop.example.com/"}
MESSAGE: dict[str, Any] = {
    "phone": {"number": "12025550123", "reference_id": "m1"},
    "sender": "acme_agent",
    "options": {"text": "Your table is booked."},
}


@pytest.fixture
def rcs(sandbox: Sandbox, api: Api) -> RcsApi:
    return RcsApi(api.session, sandbox)


def phone(number: int, reference: str) -> dict[str, str]:
    return {"number": f"1202555{number:04d}", "reference_id": reference}


async def test_a_reference_finds_its_campaign(sandbox: Sandbox, rcs: RcsApi) -> None:
    phones = [phone(7000, "a1"), phone(7001, "a2")]
    body = rcs.body(phones=phones)
    created = (await rcs.call("POST", "/campaigns/rcs/send", json=body)).document["data"]
    [found] = (await rcs.messages(**{"filter[reference_id]": "a2"}))["data"]
    assert (found["campaign_id"], found["reference_id"]) == (created["id"], "a2")
    assert str(found["phone"]) == "12025557001"
    assert not (await rcs.messages(**{"filter[reference_id]": "a3"}))["data"]
    [entry] = sandbox.ledger.entries
    assert (entry.operation, entry.target, entry.params) == ("createRcsCampaign", str(created["id"]), body)


async def test_a_body_that_was_taken_is_refused_for_a_while(sandbox: Sandbox, rcs: RcsApi) -> None:
    assert (await rcs.call("POST", "/campaigns/rcs/send-groups", json=GROUPS)).status == 200
    sandbox.clock.advance(59)
    answer = await rcs.call("POST", "/campaigns/rcs/send-groups", json=GROUPS)
    assert (answer.status, answer.document) == (429, {"message": "Too many duplicate request detected"})
    sandbox.clock.advance(2)
    assert (await rcs.call("POST", "/campaigns/rcs/send-groups", json=GROUPS)).status == 200
    assert len(sandbox.ledger.entries) == 2


async def test_the_guard_forgets_and_knows_only_what_was_taken(sandbox: Sandbox, rcs: RcsApi) -> None:
    wrong = rcs.body(sender="nobody")
    for _ in range(2):
        assert (await rcs.call("POST", "/campaigns/rcs/send", json=wrong)).status == 422
    for _ in range(5):
        await rcs.create()
        sandbox.clock.advance(30)
    assert len(sandbox.rcs.orders._taken) == 3


async def test_a_lost_creation_is_seen_by_its_repeat(sandbox: Sandbox, rcs: RcsApi) -> None:
    await rcs.list()
    sandbox.faults.add("drop_after", "createRcsCampaign", provider="rcs")
    body = rcs.body()
    with pytest.raises(aiohttp.ClientConnectionError):
        await rcs.call("POST", "/campaigns/rcs/send", json=body)
    assert (await rcs.call("POST", "/campaigns/rcs/send", json=body)).status == 429
    sandbox.clock.advance(61)
    assert (await rcs.call("POST", "/campaigns/rcs/send", json=body)).status == 422
    assert len(sandbox.ledger.entries) == 1


async def test_a_429_may_hide_a_creation(sandbox: Sandbox, rcs: RcsApi) -> None:
    for applied in (True, False):
        sandbox.faults.add(
            "status_429", "createRcsCampaign", provider="rcs", retry_after=None, applied=applied
        )
        answer = await rcs.create()
        assert (answer.status, "Retry-After" in answer.headers) == (429, False)
        assert len(sandbox.ledger.entries) == 1


async def test_a_repeated_reference_costs_the_campaign(sandbox: Sandbox, rcs: RcsApi) -> None:
    await rcs.create(phones=[phone(7000, "a1")])
    answer = await rcs.create(phones=[phone(7001, "a1"), phone(7002, "a2")])
    assert answer.status == 422
    assert (await rcs.create(phones=[phone(7001, "b1"), phone(7002, "b1")])).status == 422
    assert (await rcs.create(phones=[phone(7002, "a2")])).status == 200
    assert (
        await rcs.call("POST", "/messages/rcs/send", json=MESSAGE | {"phone": phone(1, "a2")})
    ).status == 422
    assert len(sandbox.ledger.entries) == 2


async def test_a_repeated_reference_may_cost_the_recipient_alone(sandbox: Sandbox, rcs: RcsApi) -> None:
    sandbox.rcs.orders.repeat_costs_all = False
    await rcs.create(phones=[phone(7000, "a1")])
    answer = await rcs.create(phones=[phone(7001, "a1"), phone(7002, "a2")])
    assert answer.status == 200
    assert sandbox.rcs.campaigns[str(answer.document["data"]["id"])]["total"] == 1
    assert (await rcs.create(phones=[phone(7001, "a1")])).status == 422


@pytest.mark.parametrize(
    "members",
    [
        {"phones": []},
        {"phones": [{"number": "+12025550123"}]},
        {"phones": [{"number": "12025550123"}, {"number": "12025550123"}]},
        {"phones": [{"number": "12025550123", "reference_id": "a-1"}]},
        {"phones": [{"number": "12025550123", "reference_id": None}]},
        {"phones": [{"number": 12025550123}]},
        {"sender": "unknown_agent"},
        {"options": {}},
        {"options": {"text": ""}},
        {"options": {"text": "\N{PILE OF POO}" * 81}},
        {"options": {"cards": []}},
        {"options": {"cards": [{"title": "Neither text nor media"}]}},
        {"options": {"cards": [{"text": "x", "suggestions": [{"text": "Shop", "url": "ftp://a.example/"}]}]}},
        {"options": {"cards": [{"text": "x", "suggestions": [{"text": "Neither"}]}]}},
        {"options": {"cards": [{"text": "x", "suggestions": [BOTH]}]}},
        {"alternative_channel": {"sms": {"text": "x"}}},
        {"alternative_channel": None},
        {"validity": 0},
        {"validity": True},
        {"validity": 24, "validity_seconds": 300},
        {"tariff_code": 3},
        {"tariff_code": "9"},
        {"start_at": "2026-04-31 10:00:00"},
        {"start_at": "2026-04-11T10:00:00"},
        {"start_at": "2026-05-10 00:00:00"},
        {"add_to_contact_book": "true"},
    ],
)
async def test_what_a_campaign_for_numbers_may_not_hold(
    sandbox: Sandbox, rcs: RcsApi, members: dict[str, Any]
) -> None:
    answer = await rcs.create(**members)
    assert answer.status == 422, answer.body
    assert answer.document["message"]
    assert not sandbox.ledger.entries


async def test_what_lies_just_inside_is_taken(rcs: RcsApi) -> None:
    card = {"media": {"url": "https://cdn.example.com/a.jpg"}, "suggestions": []}
    for members in (
        {"options": {"text": "\N{PILE OF POO}" * 80}},
        {"options": {"cards": [card] * 10}},
        {"start_at": "2026-05-09 23:59:59"},
        {"start_at": "2020-01-01 00:00:00"},
        {"validity_seconds": 30},
        {"tariff_code": 9, "campaign": "unknown members pass"},
    ):
        answer = await rcs.create(**members)
        assert answer.status == 200, answer.body


async def test_errors_come_in_four_shapes(rcs: RcsApi) -> None:
    shapes = set()
    for number in range(40):
        answer = await rcs.create(validity=100 + number)
        errors = answer.document.get("errors", "absent")
        shapes.add(type(errors).__name__ if errors else "empty")
        if isinstance(errors, dict):
            assert list(errors) == ["validity"]
            assert answer.document["message"] == "The given data was invalid."
    assert shapes == {"empty", "list", "dict", "str"}


async def test_flattened_paths_name_the_place(rcs: RcsApi) -> None:
    for number in range(40):
        card = {"text": "x", "media": {"url": f"nowhere{number}"}}
        errors = (await rcs.create(options={"cards": [card]})).document.get("errors")
        if isinstance(errors, dict):
            # The rule for text is told first: a card is not the only way.
            assert set(errors) <= {"optionstext", "optionscards0mediaurl"}
            return
    pytest.fail("no error came as an object")


async def test_a_campaign_for_lists_has_their_recipients(sandbox: Sandbox, rcs: RcsApi) -> None:
    answer = await rcs.call("POST", "/campaigns/rcs/send-groups", json=GROUPS | {"alternative_channel": None})
    assert answer.status == 200
    assert sandbox.rcs.campaigns[str(answer.document["data"]["id"])]["total"] == 4500
    for groups in ([1], [1864275, 1864291], []):
        answer = await rcs.call("POST", "/campaigns/rcs/send-groups", json=GROUPS | {"groups": groups})
        assert answer.status == 422, groups


async def test_a_creation_tells_a_price_and_may_claim_to_be_done(sandbox: Sandbox, rcs: RcsApi) -> None:
    statuses = set()
    for _ in range(10):
        told = (await rcs.create()).document["data"]
        assert (told["calculated_price"], told["currency"]) == (0.0087848, "USD")
        assert told["real_start_at"] is None
        statuses.add(told["status"])
        read = await rcs.get(told["id"])
        assert read["status"] == "creation"
        assert not read["calculated_price"]
    assert statuses == {"creation", "done"}


async def test_a_universal_campaign_needs_its_channels(sandbox: Sandbox, rcs: RcsApi) -> None:
    wrong: list[dict[str, Any]] = [
        {"channels": ["rcs", "viber"]},
        {"channels": ["rcs", "rcs"]},
        {"channels": ["sms", "rcs"], "rcs": {"sender": "unknown_agent", "text": "x"}},
        {"recipients": {}},
        {"recipients": {"groups": [1]}},
        {"rcs": {"sender": "acme_agent", "options": {"text": "x"}}},
    ]
    for members in wrong:
        answer = await rcs.call("POST", "/campaigns/send", json=UNIVERSAL | members)
        assert answer.status == 422, members
    without = {name: value for name, value in UNIVERSAL.items() if name != "sms"}
    assert (await rcs.call("POST", "/campaigns/send", json=without)).status == 422
    assert not sandbox.ledger.entries
    answer = await rcs.call("POST", "/campaigns/send", json=UNIVERSAL)
    assert answer.document["data"]["message_type"] == "rcs"
    [found] = (await rcs.messages(**{"filter[reference_id]": "u1"}))["data"]
    assert (found["rcs_options"], found["text"]) == ({"text": "Your code is ready."}, None)
    body = UNIVERSAL | {"channels": ["sms"], "recipients": {"phones": [phone(1, "u2")]}}
    assert (await rcs.call("POST", "/campaigns/send", json=body)).document["data"]["message_type"] == "sms"
    [found] = (await rcs.messages(**{"filter[reference_id]": "u2"}))["data"]
    assert (found["rcs_options"], found["text"]) == (None, "Your code is ready.")


async def test_a_dry_run_leaves_nothing_behind(sandbox: Sandbox, rcs: RcsApi) -> None:
    body = UNIVERSAL | {"dry_run": True}
    for _ in range(2):
        answer = await rcs.call("POST", "/campaigns/send", json=body)
        assert answer.document["data"]["calculated_price"] == 0.0087848
    assert (await rcs.call("GET", f"/campaigns/{answer.document['data']['id']}")).status in (404, 422)
    message = {name: value for name, value in body.items() if name != "recipients"}
    answer = await rcs.call("POST", "/messages/send", json=message | {"phone": phone(1, "u1")})
    assert answer.document["data"]["reference_id"] == "u1"
    assert not sandbox.ledger.entries
    assert not sandbox.rcs.campaigns


async def test_a_single_message_is_no_campaign(sandbox: Sandbox, rcs: RcsApi) -> None:
    told = await rcs.data("POST", "/messages/rcs/send", json=MESSAGE)
    assert told["id"] > 2**31
    assert told["status"] == "accepted"
    assert (await rcs.call("POST", "/messages/rcs/send", json=MESSAGE)).status == 429
    assert (await rcs.call("GET", f"/campaigns/{told['id']}")).status in (404, 422)
    sandbox.clock.advance(3)
    [found] = (await rcs.messages(**{"filter[reference_id]": "m1"}))["data"]
    assert (found["id"], found["status"], found["campaign_id"]) == (told["id"], "sent", None)
    sandbox.clock.advance(10)
    [found] = (await rcs.messages(**{"filter[id]": told["id"]}))["data"]
    assert found["status"] not in ("sent", "accepted")
    assert sandbox.ledger.counts("sendRcsMessage") == {str(told["id"]): 1}


@pytest.mark.parametrize(
    "members",
    [
        {"callback_url": "https://hooks.example.com/" + "k" * 80},
        {"callback_url": "hooks"},
        {"validity": None, "validity_seconds": None},
        {"phone": {"reference_id": "a1"}},
        {"sender": "unknown_agent"},
    ],
)
async def test_what_a_message_may_not_hold(rcs: RcsApi, members: dict[str, Any]) -> None:
    assert (await rcs.call("POST", "/messages/rcs/send", json=MESSAGE | members)).status == 422
