from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.vendors.responsys_client import (
    CAMPAIGNS,
    LIMITS,
    ORGANIZATIONS,
    ResponsysApi,
    code,
    opened,
    segment,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from campaign_reg.sandbox import Sandbox

pytestmark = pytest.mark.anyio
SEARCH = f"{CAMPAIGNS}/actions/search"
ONCE: dict[str, Any] = {"scheduleType": "ONCE", "scheduledTime": "2026-12-01 9:05 AM"}


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[ResponsysApi]:
    async with opened(sandbox) as client:
        yield client


@pytest.fixture
def name(sandbox: Sandbox) -> str:
    sandbox.responsys.seed(1)
    return sandbox.responsys.seed(1)[0]


async def test_schedules_come_and_go(sandbox: Sandbox, client: ResponsysApi, name: str) -> None:
    made = (await client.about("POST", name, "/schedule", json=ONCE)).document
    assert made["scheduledTime"] == "2026-12-01 09:05 AM"
    one = f"/schedule/{made['id']}"
    assert (await client.about("GET", name, one)).document == made
    moved = await client.about("PUT", name, one, json=ONCE | {"scheduledTime": "2026-12-02 11:00 PM"})
    assert moved.document["scheduledTime"] == "2026-12-02 11:00 PM"
    listed = (await client.about("GET", name, "/schedule")).document["schedules"]
    assert listed == [moved.document]
    assert (await client.about("DELETE", name, one)).document == moved.document
    for method in ("GET", "DELETE"):
        assert code(await client.about(method, name, one)) == (400, "CAMPAIGN_SCHEDULE_NOT_FOUND")
    operations = [entry.operation for entry in sandbox.ledger.entries]
    assert operations == ["createSchedule", "updateSchedule", "deleteSchedule"]


async def test_now_is_listed_while_it_runs(sandbox: Sandbox, client: ResponsysApi, name: str) -> None:
    body = {"scheduleType": "NOW", "launchOptions": {"progressEmailAddresses": ["ops@harborlane.example"]}}
    made = [await client.about("POST", name, "/schedule", json=body) for _ in range(2)]
    assert [answer.status for answer in made] == [200, 200]
    assert made[0].document["scheduledTime"] == "2026-04-10 08:00 AM"
    assert len((await client.about("GET", name, "/schedule")).document["schedules"]) == 2
    assert sandbox.ledger.counts("createSchedule")[name] == 2
    sandbox.clock.advance(3600)
    assert (await client.about("GET", name, "/schedule")).document["schedules"] == []


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({}, "INVALID_PARAMETER"),
        ({"scheduleType": "ONCE"}, "INVALID_PARAMETER"),
        (ONCE | {"scheduleType": "RECURRING"}, "INVALID_CAMPAIGN_SCHEDULE_TYPE"),
        (ONCE | {"scheduledTime": "2026-12-01 21:05"}, "INVALID_DATE"),
        (ONCE | {"scheduledTime": "2026-02-30 09:05 AM"}, "INVALID_DATE"),
        ({"scheduleType": "NOW", "scheduledTime": "soon"}, "INVALID_DATE"),
        (ONCE | {"scheduledTime": "2026-04-10 07:59 AM"}, "CAMPAIGN_LAUNCH_SCHEDULE_DATE_PAST"),
        (ONCE | {"launchOptions": {"recipientLimit": 1.5}}, "INVALID_PARAMETER"),
        (ONCE | {"launchOptions": {"recipientLimit": True}}, "INVALID_PARAMETER"),
        (ONCE | {"launchOptions": {"progressChunk": "ALL"}}, "INVALID_PARAMETER"),
    ],
)
async def test_bad_schedules(
    sandbox: Sandbox, client: ResponsysApi, name: str, body: dict[str, Any], wanted: str
) -> None:
    assert code(await client.about("POST", name, "/schedule", json=body)) == (400, wanted)
    assert not sandbox.ledger.entries


async def test_two_launches_at_one_minute(client: ResponsysApi, name: str) -> None:
    await client.about("POST", name, "/schedule", json=ONCE)
    again = await client.about("POST", name, "/schedule", json=ONCE)
    assert code(again) == (400, "CAMPAIGN_SCHEDULE_DUPLICATE")
    other = ONCE | {"launchOptions": {"proofLaunch": True}}
    same_time = await client.about("POST", name, "/schedule", json=other)
    assert code(same_time) == (400, "CURRENT_CAMPAIGN_SCHEDULE_AT_SAME_TIME")
    later = ONCE | {"scheduledTime": "2026-12-01 9:06 AM"}
    made = (await client.about("POST", name, "/schedule", json=later)).document
    moved = await client.about("PUT", name, f"/schedule/{made['id']}", json=ONCE)
    assert code(moved) == (400, "CURRENT_CAMPAIGN_SCHEDULE_AT_SAME_TIME")
    still = await client.about("PUT", name, f"/schedule/{made['id']}", json=later)
    assert still.status == 200
    changed = await client.about("PUT", name, f"/schedule/{made['id']}", json=later | {"scheduleType": "NOW"})
    assert code(changed) == (400, "INVALID_CAMPAIGN_SCHEDULE_TYPE_CHANGE")


async def test_schedules_vary_and_are_paged(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1, schedules=12)
    schedules = (await client.about("GET", name, "/schedule")).document["schedules"]
    assert len(schedules) == 12
    assert {type(schedule["id"]) for schedule in schedules} == {int, str}
    assert {"links" in schedule for schedule in schedules} == {True, False}
    assert all("links" in schedule or "links" in schedule["launchOptions"] for schedule in schedules)
    last = schedules[-1]
    assert (last["scheduleType"], last["recurringInterval"]) == ("RECURRING", "DAILY")
    page = (await client.about("GET", name, "/schedule?limit=5&offset=5")).document
    assert page["schedules"] == schedules[5:10]
    assert [link["rel"] for link in page["links"]] == ["self", "prev", "next"]
    verbs = {
        link["method"]
        for each in schedules
        for link in each.get("links", [])
        if link["rel"] == "updateSchedule"
    }
    assert verbs == {"PUT", "DELETE"}


async def test_links_of_the_client_are_not_echoed(client: ResponsysApi, name: str) -> None:
    options = {"links": [{"rel": "mine", "href": "/", "method": "GET"}]}
    made = [
        (
            await client.about(
                "POST", name, "/schedule", json={"scheduleType": "NOW", "launchOptions": options}
            )
        )
        for _ in range(3)
    ]
    assert not any(b"mine" in answer.body for answer in made)


async def test_proof_lists(sandbox: Sandbox, client: ResponsysApi, name: str) -> None:
    tail = "/attributes/proofList"
    before = (await client.about("GET", name, tail)).document["attributeData"]
    assert (before["folderName"], before["createdBy"]) == ("Proofs", "api_user")
    body = {"attributeName": "proofList", "attributeData": {"name": "Other"}}
    assert (await client.about("PUT", name, tail, json=body)).document == body
    after = (await client.about("GET", name, tail)).document["attributeData"]
    assert (after["name"], after["modifiedDate"]) == ("Other", "2026-04-10")
    assert (await client.about("GET", name)).document["proofListPath"] == "Proofs/Other"
    assert sandbox.ledger.counts("setProofList")[name] == 1
    for wrong, wanted in (
        ({"attributeName": "seedList", "attributeData": {"name": "x"}}, "INVALID_PARAMETER"),
        ({"attributeName": "proofList", "attributeData": {}}, "INVALID_PARAMETER"),
        ({"attributeName": "proofList", "attributeData": {"name": "a/b"}}, "PATH_NOT_VALID"),
    ):
        assert code(await client.about("PUT", name, tail, json=wrong)) == (400, wanted)


async def test_data_sources_call_their_default_otherwise(client: ResponsysApi, name: str) -> None:
    data = (await client.about("GET", name, "/attributes/dataSources")).document["attributeData"]
    first = data["dataSources"][0]
    assert first["path"] == "Lists/CONTACTS_LIST"
    assert (first["default"], "defaultValue" in first) == (None, False)


async def test_organizations_are_replaced(sandbox: Sandbox, client: ResponsysApi, name: str) -> None:
    path = f"{ORGANIZATIONS}/{segment(name)}"
    both = (await client.call("GET", path)).document["attributes"]["organizations"]["attributeValues"]
    assert [value["name"] for value in both] == ["USA", "Asia"]
    values = {"organizations": {"attributeValues": [{"name": "Asia"}, {"name": "Europe"}]}}
    now = (await client.call("POST", path, json={"attributes": values})).document
    held = now["attributes"]["organizations"]["attributeValues"]
    assert [value["name"] for value in held] == ["Asia", "Europe"]
    assert held[0]["lineage"] == "7:10005"
    assert (await client.call("GET", path)).document == now
    assert (await client.call("POST", path, json={"attributes": {}})).document == now
    assert sandbox.ledger.counts("setCampaignOrganizations")[name] == 2
    nobody: dict[str, Any] = {"organizations": {"attributeValues": []}}
    assert (await client.call("POST", path, json={"attributes": nobody})).document == {"attributes": nobody}
    assert code(await client.call("POST", path, json={})) == (400, "INVALID_PARAMETER")


async def test_limits_are_told(client: ResponsysApi) -> None:
    limits = (await client.call("GET", LIMITS)).document
    assert limits[0] == {
        "api": "login",
        "limit": 10,
        "resource_path": "/auth/token",
        "verb": "POST",
        "description": "Login",
    }


async def search(client: ResponsysApi, **body: Any) -> list[str]:
    answer = await client.call("POST", SEARCH, json=body)
    assert answer.status == 200, answer.body
    return [hit.get("name") or hit["campaignName"] for hit in answer.document["campaigns"]]


async def test_a_search_pages_by_twenty(sandbox: Sandbox, client: ResponsysApi) -> None:
    names = sandbox.responsys.seed(45)
    found: list[str] = []
    for offset in (0, 20, 40):
        answer = await client.call("POST", f"{SEARCH}?offset={offset}", json={})
        hits = answer.document["campaigns"]
        found += [hit.get("name") or hit["campaignName"] for hit in hits]
        assert {link["method"] for link in answer.document["links"]} == {"POST"}
    assert sorted(found) == sorted(names)
    assert {"name" in hit for hit in hits} == {True, False}
    assert code(await client.call("POST", f"{SEARCH}?limit=21", json={})) == (400, "INVALID_PARAMETER")


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"campaignType": ["email"]}, lambda each: each["type"] == "EMAIL"),
        ({"campaignStatus": ["closed", "active"]}, lambda each: each["campaignStatus"] == "CLOSED"),
        ({"campaignStatus": ["scheduled"]}, lambda each: each["type"] == "SMS"),
        ({"campaignPurpose": ["Promotional"]}, lambda each: each["purpose"] == "PROMOTIONAL"),
        ({"folderName": "Lifecycle"}, lambda each: each["folderName"] == "Lifecycle"),
        ({"marketingStrategy": "Win back"}, lambda each: each["marketingStrategy"] == "Win back"),
        ({"marketingProgram": "Other"}, lambda each: False),
        ({"createdBy": "api_user", "modifiedBy": "nobody"}, lambda each: False),
        ({"profileList": "CONTACTS_LIST", "filter": "Active_90d"}, lambda each: "filterPaths" in each),
        ({"profileList": "OTHER"}, lambda each: False),
        ({"mobileCampaignTemplate": "LMS"}, lambda each: False),
        ({"news": 1}, lambda each: True),
        ({"createdOn": "02-30-2026"}, lambda each: False),
    ],
)
async def test_filters(
    sandbox: Sandbox,
    client: ResponsysApi,
    filters: dict[str, Any],
    wanted: Callable[[dict[str, Any]], bool],
) -> None:
    sandbox.responsys.seed(8, seed=1)
    sandbox.responsys.seed(4, status="CLOSED", seed=2)
    sandbox.responsys.seed(6, type="SMS", schedules=1, seed=3)
    every = sandbox.responsys.campaigns
    expected = {name for name in every if wanted(every[name])}
    assert set(await search(client, filterCriteria=filters)) == expected


async def test_a_change_today_is_found_first(sandbox: Sandbox, client: ResponsysApi) -> None:
    names = sandbox.responsys.seed(6)
    sandbox.responsys.change(names[2], subject="x")
    assert await search(client, filterCriteria={"modifiedOn": "04-10-2026"}) == [names[2]]
    assert (await search(client))[0] == names[2]
    by_name = {"field": "campaignName", "order": "asc"}
    assert await search(client, sortCriteria=by_name) == sorted(names)
    assert await search(client, sortCriteria=by_name | {"order": "desc"}) == sorted(names, reverse=True)


async def test_a_keyword_looks_in_names_and_descriptions(sandbox: Sandbox, client: ResponsysApi) -> None:
    names = sandbox.responsys.seed(6)
    sandbox.responsys.change(names[0], description="about the {SPRING}")
    keyword = {"key": "campaignName", "value": "{spring}"}
    found = await search(client, searchCriteria={"keyword": keyword})
    assert set(found) == {names[0], *(name for name in names if "{spring}" in name)}
    assert len(found) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"searchCriteria": {"keyword": {"key": "subject", "value": "x"}}},
        {"searchCriteria": {"keyword": {"key": "campaignName"}}},
        {"filterCriteria": {"createdBy": "a", "modifiedBy": "b", "folderName": "c"}},
        {"filterCriteria": {"filter": "Active_90d"}},
        {"filterCriteria": {"campaignStatus": ["open"]}},
        {"filterCriteria": {"createdOn": "2026-04-10"}},
        {"sortCriteria": {"order": "up"}},
        {"sortCriteria": []},
    ],
)
async def test_bad_searches(client: ResponsysApi, body: dict[str, Any]) -> None:
    assert code(await client.call("POST", SEARCH, json=body)) == (400, "INVALID_PARAMETER")
