from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import TYPE_CHECKING

import pytest

from campaign_reg.sandbox import Sandbox
from campaign_reg.sandbox.sender_id import policies
from tests.support.vendors.sender_id_client import created, read, update
from tests.support.vendors.sinch_client import Api

if TYPE_CHECKING:
    from campaign_reg.sandbox.sender_id.callbacks import Callback

pytestmark = pytest.mark.anyio
FOREIGN = "/v1/projects/0fc52975-636a-4700-8943-68759df5c9e1"


def signature(callback: Callback, secret: str) -> str:
    return hmac.new(secret.encode(), callback.body, hashlib.sha1).hexdigest()


async def test_account_and_tokens_are_those_of_sinch(sandbox: Sandbox, api: Api) -> None:
    assert sandbox.settings("sinch-senderid") == sandbox.settings("sinch")
    assert (await api.call("GET", "/registrations")).status == 200
    sandbox.sinch.tokens.expire()
    answer = await api.call("GET", "/registrations")
    assert (answer.status, "expired" in answer.headers["WWW-Authenticate"]) == (401, True)


async def test_seeds_repeat_and_differ(sandbox: Sandbox) -> None:
    first = sandbox.senderid.seed(40, seed=3)
    members = [sandbox.senderid.registrations[registration_id] for registration_id in first]
    async with Sandbox(clock_speed=0, start=sandbox.clock.now()) as other:
        assert other.senderid.seed(40, seed=3) == first
        assert [other.senderid.registrations[key] for key in first] == members
        assert other.senderid.seed(5) != other.senderid.seed(5)
    assert {item["status"] for item in members} == {"PENDING"}
    assert {item["policyId"] for item in members} == {
        policies.NEEDS_FORM,
        policies.PLAIN,
        policies.MULTI,
    }
    assert {"mode" in item["price"] for item in members} == {True, False}
    assert {"owner" in item for item in members} == {True, False}
    assert {item["callbackUrl"].startswith("https://") for item in members} == {True, False}
    files = [file for item in members for file in item["attachments"]]
    assert {"documentType" in file for file in files} == {True, False}


async def test_seeds_have_the_asked_shares(sandbox: Sandbox, api: Api) -> None:
    ids = sandbox.senderid.seed(50, status="IN_QUEUE", hold_share=0.4)
    sandbox.clock.advance(10)
    ends = [sandbox.senderid.registrations[registration_id]["status"] for registration_id in ids]
    assert {end: ends.count(end) for end in set(ends)} == {"REJECTED": 10, "PENDING": 5, "APPROVED": 35}
    held = {event.registration_id for event in sandbox.senderid.register.events if event.status == "ON_HOLD"}
    assert len(held) == 20


async def test_seeds_stand_where_their_policy_lets_them(sandbox: Sandbox) -> None:
    for status, policy_id in (
        ("PENDING_ATTACHMENTS", policies.NEEDS_FORM),
        ("PENDING_APPROVAL", policies.MANUAL),
    ):
        seeded = sandbox.senderid.seed(5, status=status)
        assert {sandbox.senderid.registrations[key]["policyId"] for key in seeded} == {policy_id}


async def test_a_seed_names_what_exists(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="no such state or policy"):
        sandbox.senderid.seed(1, status="ACTIVE")
    with pytest.raises(ValueError, match="no such state or policy"):
        sandbox.senderid.seed(1, policy_id="none")


async def test_somebody_else_changes_a_registration(sandbox: Sandbox, api: Api) -> None:
    [registration_id] = sandbox.senderid.seed(1)
    sandbox.senderid.change(registration_id, owner="Joan")
    told = await read(api, registration_id)
    assert (told["owner"], told["updateTime"]) == ("Joan", "2026-04-10T08:00:00")
    assert not sandbox.ledger.entries


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/registrations/", 404),
        ("GET", "/registrations/x/attachments", 404),
        ("GET", "/registrations/x/attachments/y/z", 404),
        ("GET", "/markets", 404),
        ("PATCH", "/registrations/x", 405),
        ("DELETE", "/registrations/x/attachments/y", 405),
        ("POST", "/registrations/x:submit", 405),
        ("GET", "/policies", 404),
    ],
)
async def test_other_paths_and_methods(api: Api, method: str, path: str, status: int) -> None:
    answer = await api.call(method, path)
    assert answer.status == answer.document["error"]["code"] == status
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/registrations", 403, "Customer has no authorization for this API"),
        ("/markets/details", 403, "Customer has no authorization for this API"),
        ("/registrations/x", 404, "The project id introduced does not exist."),
        ("/callback-configuration", 404, "The project id introduced does not exist."),
    ],
)
async def test_another_project_is_refused(api: Api, path: str, status: int, message: str) -> None:
    await api.authorize()
    answer = await api.send("GET", FOREIGN + path, headers=api.headers)
    assert (answer.status, answer.message) == (status, message)


@pytest.mark.parametrize(
    ("action", "status", "word"),
    [
        ("status_429", 429, "RESOURCE_EXHAUSTED"),
        ("status_500", 500, "INTERNAL"),
        ("status_503_unapplied", 503, "UNAVAILABLE"),
        ("expired_token", 401, "UNAUTHENTICATED"),
    ],
)
async def test_errors_are_worded_as_this_api_does(
    sandbox: Sandbox, api: Api, action: str, status: int, word: str
) -> None:
    sandbox.faults.add(action, provider="sinch-senderid", times=None)
    assert (await api.call("GET", "/campaignRegistrations")).status == 200
    answer = await api.call("GET", "/registrations")
    error = answer.document["error"]
    assert (answer.status, error["code"], error["status"], error["details"]) == (status, status, word, [])


async def test_a_profile_befalls_this_provider_only(sandbox: Sandbox, api: Api) -> None:
    rules = sandbox.faults.profile("rough", provider="sinch-senderid")
    struck = {operation for rule in rules for operation in rule.operations or ()}
    assert {"createRegistration", "updateRegistration", "deleteRegistration"} <= struck
    assert struck <= sandbox.senderid.traits.operations


async def test_generic_faults_find_registrations(sandbox: Sandbox, api: Api) -> None:
    ids = sandbox.senderid.seed(2)
    sandbox.faults.add("unseen_enum", "listRegistrations")
    page = (await api.call("GET", "/registrations")).document
    assert {item["status"] for item in page["registrations"]} == {"PENDING_CARRIER_AUDIT"}
    sandbox.faults.add("wrong_type", "getRegistration")
    assert (await read(api, ids[0]))["status"] == 17
    sandbox.faults.add("empty_page", "listRegistrations")
    page = (await api.call("GET", "/registrations")).document
    assert (page["registrations"], bool(page["nextPageToken"])) == ([], True)
    sandbox.faults.add("wrong_type", "deleteRegistration")
    assert (await api.call("DELETE", f"/registrations/{ids[0]}")).document == []


async def test_the_secret_can_be_changed(sandbox: Sandbox, api: Api) -> None:
    path = "/callback-configuration"
    first = (await api.call("GET", path)).document
    assert first == {"hmacSecret": sandbox.senderid.secret, "projectId": sandbox.sinch.account.project_id}
    changed = await api.call("PUT", path, json={"hmacSecret": "canary"})
    assert changed.document == (await api.call("GET", path)).document == first | {"hmacSecret": "canary"}
    assert (await api.call("PUT", path, json={})).document["hmacSecret"] == "canary"
    wrong: list[object] = [{"hmacSecret": 1}, [], {"hmacSecret": None}]
    for body in wrong:
        answer = await api.call("PUT", path, json=body)
        assert (answer.status, answer.message) == (400, "Project validation error")
    assert sandbox.ledger.counts() == {sandbox.sinch.account.project_id: 2}
    assert "canary" not in str(sandbox.ledger.entries)


async def test_callbacks_tell_every_change(sandbox: Sandbox, api: Api) -> None:
    sandbox.senderid.register.pending_share = 1
    registration_id = await created(api)
    await created(api, callbackUrl="other.example")
    sandbox.clock.advance(5.25)
    await update(api, registration_id, callbackUrl="https://new.example")
    told = sandbox.senderid.callbacks(registration_id)
    documents = [json.loads(callback.body) for callback in told]
    statuses = [document["status"] for document in documents]
    assert statuses == ["IN_QUEUE", "IN_PROGRESS", "PENDING", "IN_QUEUE"]
    assert documents[0] == {
        "comment": "Submitted.",
        "eventId": documents[0]["eventId"],
        "eventType": "REGISTRATION_STATUS_CHANGE",
        "projectId": sandbox.sinch.account.project_id,
        "resourceId": registration_id,
        "resourceType": "ALPHANUMERIC_SENDER_ID",
        "status": "IN_QUEUE",
        "timestamp": "2026-04-10T08:00:00.000000",
    }
    assert documents[-1]["timestamp"] == "2026-04-10T08:00:05.250000"
    assert told[0].url != told[-1].url == "https://new.example"
    assert len({document["eventId"] for document in documents}) == 4
    assert len(sandbox.senderid.callbacks()) == 7


async def test_callbacks_are_signed_over_the_bytes(sandbox: Sandbox, api: Api) -> None:
    await created(api)
    [callback] = sandbox.senderid.callbacks()
    assert callback.headers["X-Sinch-Signature"] == signature(callback, sandbox.senderid.secret)
    assert re.fullmatch("[0-9a-f]{40}", callback.headers["X-Sinch-Signature"])
    # What is parsed and dumped again is another text.
    assert callback.body not in {json.dumps(json.loads(callback.body), indent=n).encode() for n in (None, 2)}
    [forged] = sandbox.senderid.callbacks(secret="")
    assert forged.headers["X-Sinch-Signature"] == signature(forged, "")


async def test_callbacks_come_repeated_and_out_of_order(sandbox: Sandbox, api: Api) -> None:
    for _ in range(3):
        await created(api)
    sandbox.clock.advance(5)
    plain = [callback.body for callback in sandbox.senderid.callbacks()]
    assert [callback.body for callback in sandbox.senderid.callbacks(repeats=2)][:4] == [
        *plain[:1] * 3,
        plain[1],
    ]
    mixed = [callback.body for callback in sandbox.senderid.callbacks(shuffled=True, repeats=1)]
    assert (sorted(mixed), mixed != sorted(mixed, key=plain.index)) == (sorted(plain * 2), True)
    assert mixed == [callback.body for callback in sandbox.senderid.callbacks(shuffled=True, repeats=1)]


async def test_a_registration_without_a_place_has_no_callbacks(sandbox: Sandbox, api: Api) -> None:
    body = {"policyId": policies.LONG_NUMBER}
    details = [{"additionalDetails": [{"companyName": "Harbor Lane"}]}]
    answer = await api.call("POST", "/registrations", json=body | {"requestDetails": details})
    assert answer.status == 200
    assert sandbox.senderid.callbacks() == []
