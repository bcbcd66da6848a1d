from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from campaign_reg.sandbox.sender_id import policies
from tests.support.vendors.sender_id_client import CREATE_BODY, create, created, delete, find, read, update

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio
UNKNOWN = "01hh51s80tpvjy7pe0mt6nd7at"
COMPANY = {"additionalDetails": [{"companyName": "Harbor Lane Supply"}]}


def details(**sender: object) -> list[dict[str, Any]]:
    return [COMPANY | {"senderIdDetails": [sender]}]


async def ids(api: Api, query: str) -> list[str]:
    return [item["id"] for item in (await find(api, query))["registrations"]]


async def test_a_creation_is_echoed(sandbox: Sandbox, api: Api) -> None:
    answer = await create(api)
    assert answer.status == 200
    told = answer.document
    assert told | CREATE_BODY == told
    assert told == await read(api, told["id"])
    assert (told["createTime"], told["etaDate"]) == ("2026-04-10T08:00:00", "2026-04-24")
    # Flat here, nested in the policy; amounts are texts.
    assert told["price"]["setupFeeAmount"] == "5"
    assert sandbox.ledger.counts("createRegistration", "sinch-senderid") == {told["id"]: 1}


@pytest.mark.parametrize(
    ("change", "field", "description"),
    [
        ({"requestDetails": details(senderId="HL")}, "senderId", "Between 3 and 11 characters."),
        (
            {"requestDetails": details(senderId="HARBORLANESUPPLY")},
            "senderId",
            "Between 3 and 11 characters.",
        ),
        ({"requestDetails": details()}, "senderId", "Required."),
        ({"requestDetails": details(senderId=7)}, "senderId", "A text."),
        ({"requestDetails": [COMPANY]}, "senderIdDetails", "Between 1 and 1 senders."),
        ({"requestDetails": details(senderId="ONE") * 2}, "senderIdDetails", "Between 1 and 1 senders."),
        (
            {"requestDetails": [{"senderIdDetails": [{"senderId": "HARBOR"}]}]},
            "companyName",
            "Required.",
        ),
        ({"requestDetails": None}, "requestDetails", "must be an array"),
        ({"requestDetails": [[]]}, "requestDetails", "must be an object"),
        ({"requestDetails": [{"senderIdDetails": ["HARBOR"]}]}, "requestDetails", "must be an object"),
        ({"tags": ["retail"]}, "tags", "invalid value"),
        ({"tags": "#retail"}, "tags", "must be an array"),
        ({"callbackUrl": "http://hooks.harborlane.example"}, "callbackUrl", "must be https"),
        ({"callbackUrl": "FTP://hooks.harborlane.example"}, "callbackUrl", "must be https"),
        ({"callbackUrl": 1}, "callbackUrl", "must be a string"),
        ({"policyId": policies.DISABLED}, "policyId", "The policy is disabled."),
        ({"policyId": None}, "policyId", "must be a string"),
    ],
)
async def test_a_creation_is_checked(
    sandbox: Sandbox, api: Api, change: dict[str, Any], field: str, description: str
) -> None:
    answer = await create(api, **change)
    assert answer.status == 400
    assert answer.violations == {field: description}
    assert not sandbox.ledger.entries
    assert not sandbox.senderid.registrations


async def test_a_place_without_scheme_is_taken(api: Api) -> None:
    for url in ("hooks.harborlane.example/sinch", "HTTPS://hooks.harborlane.example"):
        assert (await create(api, callbackUrl=url)).document["callbackUrl"] == url


async def test_each_policy_has_its_rules(api: Api) -> None:
    many = [COMPANY | {"senderIdDetails": [{"senderId": f"HARBOR{number}"} for number in range(51)]}]
    too_many = await create(api, policyId=policies.MULTI, requestDetails=many)
    assert too_many.violations == {"senderIdDetails": "Between 1 and 50 senders."}
    del many[0]["senderIdDetails"][0]
    assert (await create(api, policyId=policies.MULTI, requestDetails=many)).status == 200
    for field, value in (("trafficType", "SPAM"), ("sampleMessages", []), ("sampleMessages", [1])):
        wrong = details(senderId="HARBOR", **{field: value})
        refused = await create(api, policyId=policies.MULTI, requestDetails=wrong)
        assert list(refused.violations) == [field]
    number = await create(api, policyId=policies.LONG_NUMBER, requestDetails=[COMPANY])
    assert number.document["registrationType"] == "LONG_NUMBER"
    site = [{"additionalDetails": [{"companyName": "Harbor Lane", "website": "harborlane"}]}]
    refused = await create(api, policyId=policies.LONG_NUMBER, requestDetails=site)
    assert list(refused.violations) == ["website"]


async def test_what_is_not_there_is_not_found(sandbox: Sandbox, api: Api) -> None:
    assert (await create(api, policyId="none")).message == "Policy not found"
    for method in ("GET", "PUT", "DELETE"):
        answer = await api.call(method, f"/registrations/{UNKNOWN}", json={})
        assert (answer.status, answer.message) == (404, "The registration id introduced does not exist.")
        assert answer.document["error"]["details"][0]["resourceName"] == UNKNOWN
    [registration_id] = sandbox.senderid.seed(1, policy_id=policies.PLAIN)
    for tail in (f"{UNKNOWN}/attachments/x", f"{registration_id}/attachments/{policies.FORM_ID}"):
        for method in ("GET", "POST"):
            answer = await api.call(method, f"/registrations/{tail}", data=b"x")
            assert (answer.status, answer.message) == (404, "registration/document not found")
    assert not sandbox.ledger.entries


async def test_an_update_is_checked(sandbox: Sandbox, api: Api) -> None:
    registration_id = await created(api)
    for body in (
        {"requestDetails": details(senderId="X")},
        {"tags": [1]},
        {"callbackUrl": "http://x.example"},
    ):
        assert (await update(api, registration_id, **body)).status == 400
    assert sandbox.ledger.counts("updateRegistration").total() == 0
    assert (await update(api, registration_id, requestDetails=details(senderId="OTHER"))).status == 200
    assert await ids(api, "senderId=OTHER") == [registration_id]
    assert await ids(api, "senderId=HARBORLANE") == []


async def test_every_filter(sandbox: Sandbox, api: Api) -> None:
    emea = await created(api, tags=["#emea"])
    await update(api, emea, tags=["#emea"])
    sandbox.clock.advance(86_400)
    api.headers.clear()
    both = await created(api, policyId=policies.MULTI, tags=["#apac", "#shop"])
    number = await created(api, policyId=policies.LONG_NUMBER, requestDetails=[COMPANY], tags=["#emea"])
    assert await ids(api, "tags=%23emea") == [emea]
    assert await ids(api, "tags=%23emea&tags=%23shop") == [emea, both]
    assert await ids(api, "tags=") == []
    assert await ids(api, "marketCode=GB") == [both]
    assert await ids(api, "registrationType=LONG_NUMBER") == [number]
    assert await ids(api, "registrationType=LONG_NUMBER&tags=%23shop") == []
    assert await ids(api, "registrationState=APPROVED") == [emea]
    assert await ids(api, "registrationState=IN_QUEUE") == [both]
    for name in ("create", "update"):
        assert await ids(api, f"{name}DateFrom=2026-04-11") == [both]
        assert await ids(api, f"{name}DateTo=2026-04-11") == [emea]
        assert await ids(api, f"{name}DateFrom=2026-04-10&{name}DateTo=2026-04-12") == [emea, both]
    bad = ["registrationState=GOOD", "registrationType=FAX", "marketCode=gb", "createDateFrom=10.4.2026"]
    for query in [*bad, "updateDateTo=", "pageSize=-1", "pageToken=x", "orderBy=createTime"]:
        assert (await api.call("GET", f"/registrations?{query}")).status == 400, query


async def test_order(sandbox: Sandbox, api: Api) -> None:
    sandbox.senderid.seed(12)
    sandbox.senderid.seed(3, status="DRAFT")

    async def told(order: str, member: str) -> list[Any]:
        found = await find(api, f"orderBy={order}&pageSize=100")
        return [item[member] for item in found["registrations"]]

    for order, member in (("id", "id"), ("status", "status"), ("createDate", "createTime")):
        assert await told(order, member) == sorted(await told("", member))
        assert await told(f"{order},asc", member) == sorted(await told("", member))
        assert await told(f"{order},desc", member) == sorted(await told("", member), reverse=True)
    senders = [
        item[0]["senderIdDetails"][0]["senderId"] for item in await told("senderId,desc", "requestDetails")
    ]
    assert senders == sorted(senders, reverse=True)
    for order in ("createTime", "createDate%20desc", "createDate,down", ",asc"):
        assert (await api.call("GET", f"/registrations?orderBy={order}")).status == 400


async def test_pages_follow_each_other_to_the_end(sandbox: Sandbox, api: Api) -> None:
    seeded = sandbox.senderid.seed(45)
    seen, query = [], ""
    while True:
        page = await find(api, query)
        assert page["totalSize"] == 45
        seen += [item["id"] for item in page["registrations"]]
        if not page["nextPageToken"]:
            break
        query = f"pageToken={quote(page['nextPageToken'], safe='')}"
    assert seen == seeded


async def test_a_lagging_replica(sandbox: Sandbox, api: Api) -> None:
    sandbox.faults.add("lagging_reads", provider="sinch-senderid", times=None, lag_seconds=2)
    registration_id = await created(api)
    assert (await api.call("GET", f"/registrations/{registration_id}")).status == 404
    assert await ids(api, "") == []
    sandbox.clock.advance(2)
    assert await ids(api, "registrationState=IN_QUEUE") == [registration_id]
    await delete(api, registration_id)
    assert (await read(api, registration_id))["status"] == "IN_QUEUE"


@pytest.mark.parametrize(
    ("action", "applied"),
    [("drop_before", 0), ("drop_after", 1), ("status_503_unapplied", 0), ("status_503_applied", 1)],
)
async def test_lost_writes_are_seen_by_reading(sandbox: Sandbox, api: Api, action: str, applied: int) -> None:
    [registration_id, other] = sandbox.senderid.seed(2)
    await api.authorize()
    sandbox.faults.add(action, sandbox.senderid.traits.writes, times=None)
    path = f"{api.project}/registrations"
    await api.raw("DELETE", f"{path}/{registration_id}", b"", "Connection: close")
    await api.raw("PUT", f"{path}/{other}", b"{}", "Connection: close")
    assert (await api.call("GET", f"/registrations/{registration_id}")).status == (404 if applied else 200)
    assert (await read(api, other))["status"] == ("IN_QUEUE" if applied else "PENDING")
    assert sandbox.ledger.counts().total() == 2 * applied
