from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.vendors.responsys_client import (
    CAMPAIGNS,
    CAMPAIGNS_V15,
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
READ_ONLY = {"id", "campaignStatus", "links"}


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[ResponsysApi]:
    async with opened(sandbox) as client:
        yield client


def next_href(document: dict[str, Any]) -> str | None:
    return next((link["href"] for link in document["links"] if link["rel"] == "next"), None)


async def walk(client: ResponsysApi, path: str) -> tuple[list[str], list[str]]:
    """Follow next links; returns the names and the links as they were written."""
    names, hrefs = [], []
    while path:
        document = (await client.call("GET", path)).document
        names += [campaign["name"] for campaign in document["campaigns"]]
        href = next_href(document)
        hrefs += [href] if href else []
        path = f"/{href.lstrip('/')}" if href else ""
    return names, hrefs


async def test_links_lead_through_all_pages(sandbox: Sandbox, client: ResponsysApi) -> None:
    ids = sandbox.responsys.seed(450)
    names, hrefs = await walk(client, CAMPAIGNS)
    assert names == ids
    assert hrefs == [
        "/rest/api/v1.3/campaigns?limit=200&offset=200&type=email",
        "rest/api/v1.3/campaigns?limit=200&offset=400&type=email",
    ]


async def test_prev_is_there_but_on_the_first_page(sandbox: Sandbox, client: ResponsysApi) -> None:
    sandbox.responsys.seed(5)
    rels = []
    for offset in (0, 1, 4, 9):
        document = (await client.call("GET", f"{CAMPAIGNS}?limit=2&offset={offset}")).document
        rels.append([link["rel"] for link in document["links"]])
    assert rels == [["self", "next"], ["self", "prev", "next"], ["self", "prev"], ["self", "prev"]]


async def test_pages_end_exactly(sandbox: Sandbox, client: ResponsysApi) -> None:
    names = sandbox.responsys.seed(4)
    last = (await client.call("GET", f"{CAMPAIGNS}?limit=2&offset=2&limit=1")).document
    assert next_href(last) is None
    assert [campaign["name"] for campaign in last["campaigns"]] == names[2:]
    hrefs = [
        link["href"] for link in (await client.call("GET", f"{CAMPAIGNS}?limit=2&offset=3")).document["links"]
    ]
    assert [href.split("&")[1] for href in hrefs] == ["offset=3", "offset=1"]


async def test_a_list_is_of_one_channel(sandbox: Sandbox, client: ResponsysApi) -> None:
    sandbox.responsys.seed(2)
    texts = sandbox.responsys.seed(3, type="SMS")
    assert (await walk(client, f"{CAMPAIGNS}?type=sms"))[0] == texts
    assert (await walk(client, f"{CAMPAIGNS}?type=pushiocampaign"))[0] == []


@pytest.mark.parametrize(
    "query",
    ["limit=0", f"limit={'9' * 4000}", "limit=201", "limit=x", "offset=-1", "offset=", "type=EMAIL", "type="],
)
async def test_bad_queries(client: ResponsysApi, query: str) -> None:
    assert code(await client.call("GET", f"{CAMPAIGNS}?{query}")) == (400, "INVALID_PARAMETER")


async def test_shapes_vary_as_the_vendors_do(sandbox: Sandbox, client: ResponsysApi) -> None:
    sandbox.responsys.seed(40)
    campaigns = (await client.call("GET", CAMPAIGNS)).document["campaigns"]
    assert {type(campaign["id"]) for campaign in campaigns} == {int, str}
    hrefs = [link["href"] for campaign in campaigns for link in campaign["links"]]
    assert {href.startswith("/") for href in hrefs} == {True, False}
    assert any(" " in href for href in hrefs)
    assert not any("://" in href for href in hrefs)
    assert {"description" in campaign for campaign in campaigns} == {True, False}
    assert {campaign["listName"] for campaign in campaigns} == {"CONTACTS_LIST"}


async def test_versions_show_the_audience_differently(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1)
    old = (await client.about("GET", name)).document
    new = (await client.call("GET", f"{CAMPAIGNS_V15}/{segment(name)}")).document
    assert set(old) - set(new) == {"listName", "campaignStatus"}
    assert set(new) - set(old) == {"dataSource"}
    assert new["links"][0]["href"] == f"{CAMPAIGNS_V15}/{name}"
    sandbox.responsys.change(name, campaignStatus="ACTIVE")
    active = (await client.call("GET", f"{CAMPAIGNS_V15}/{segment(name)}")).document
    assert active["campaignStatus"] == "ACTIVE"


@pytest.mark.parametrize(
    ("path", "name"), [(CAMPAIGNS, "CampaignWriteV13"), (CAMPAIGNS_V15, "CampaignWriteV15")]
)
async def test_create_echoes_and_happens_once(
    sandbox: Sandbox, client: ResponsysApi, path: str, name: str
) -> None:
    body = example_body(name)
    answer = await client.call("POST", path, json=body)
    assert answer.status == 200
    assert body.items() <= answer.document.items()
    assert sandbox.responsys.campaigns["Spring_Launch"]["campaignStatus"] == "DRAFT"
    assert code(await client.call("POST", path, json=body)) == (400, "CAMPAIGN_ALREADY_EXISTS")
    [entry] = sandbox.ledger.entries
    assert (entry.target, entry.provider, entry.params) == ("Spring_Launch", "responsys", body)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"name": "test^"}, "CAMPAIGN_NAME_NOT_VALID"),
        ({"name": ""}, "CAMPAIGN_NAME_NOT_VALID"),
        ({"name": "x" * 151}, "CAMPAIGN_NAME_NOT_VALID"),
        ({"name": None}, "INVALID_PARAMETER"),
        ({"linkTablePath": "nowhere"}, "PATH_NOT_VALID"),
        ({"filterPaths": ["Newsletters/"]}, "PATH_NOT_VALID"),
        ({"filterPaths": "Newsletters/A"}, "INVALID_PARAMETER"),
        ({"filterPaths": [3]}, "INVALID_PARAMETER"),
        ({"useUTF8": "yes"}, "INVALID_PARAMETER"),
        ({"purpose": "FUN"}, "INVALID_PARAMETER"),
        ({"campaignVariables": {"SEASON": 4}}, "INVALID_PARAMETER"),
        ({"campaignVariables": []}, "INVALID_PARAMETER"),
        ({"description": 4}, "INVALID_PARAMETER"),
    ],
)
async def test_bad_bodies(
    sandbox: Sandbox, client: ResponsysApi, change: dict[str, object], wanted: str
) -> None:
    answer = await client.call("POST", CAMPAIGNS, json=example_body("CampaignWriteV13") | change)
    assert code(answer) == (400, wanted)
    assert not sandbox.responsys.campaigns
    assert not sandbox.ledger.entries


@pytest.mark.parametrize("missing", ["name", "folderName", "dataSource"])
async def test_what_a_new_campaign_needs(client: ResponsysApi, missing: str) -> None:
    body = example_body("CampaignWriteV15")
    del body[missing]
    answer = await client.call("POST", CAMPAIGNS_V15, json=body)
    assert code(answer) == (400, "INVALID_PARAMETER")
    assert missing in answer.document["detail"]


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b'{"name": NaN}'])
async def test_what_is_no_object_is_refused(client: ResponsysApi, body: bytes) -> None:
    await client.call("GET", CAMPAIGNS)
    headers = {"Authorization": client.token, "Content-Type": "application/json"}
    answer = await client.send("POST", CAMPAIGNS, data=body, headers=headers)
    assert code(answer) == (400, "INVALID_PARAMETER")
    headers["Content-Type"] = "text/plain"
    answer = await client.send("POST", CAMPAIGNS, data=b"{}", headers=headers)
    assert code(answer) == (400, "INVALID_PARAMETER")


async def test_a_whole_campaign_can_be_sent_back(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1, approval="APPROVED")
    before = (await client.about("GET", name)).document
    answer = await client.about("PUT", name, json=before | {"subject": "Hello autumn"})
    assert answer.document == before | {"subject": "Hello autumn"}
    assert sandbox.responsys.campaigns[name]["approvalStatus"] == "APPROVED"


async def test_an_update_unsets_what_it_leaves_out(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1)
    body = {"name": name, "folderName": "Lifecycle", "description": None}
    shown = (await client.about("PUT", name, json=body)).document
    assert set(shown) == READ_ONLY | {"name", "folderName", "type", "listName"}


async def test_data_sources_are_kept_or_removed(sandbox: Sandbox, client: ResponsysApi) -> None:
    body = example_body("CampaignWriteV15")
    table = {"path": "Lists/PLACES", "fields": [], "type": "SUPPLEMENTAL_TABLE"}
    groups = {"path": "Lists/GROUPS", "fields": [], "type": "SEGMENT_GROUP"}
    body |= {"dataSource": [*body["dataSource"], table, groups], "supplementaryLookupDataSource": [table]}
    await client.call("POST", CAMPAIGNS_V15, json=body)
    path = f"{CAMPAIGNS_V15}/{body['name']}"
    kept = (await client.call("PUT", path, json={"subject": "x"})).document
    assert [source["path"] for source in kept["dataSource"]] == [
        "Lists/CONTACTS_LIST",
        "Lists/PLACES",
        "Lists/GROUPS",
    ]
    assert kept["supplementaryLookupDataSource"] == [table]
    assert kept["folderName"] == "Newsletters"
    old = {"name": body["name"], "folderName": "F", "listName": "OTHER_LIST"}
    assert (await client.about("PUT", body["name"], json=old)).document["listName"] == "OTHER_LIST"
    emptied = (await client.call("PUT", path, json={"dataSource": []})).document
    assert [source["path"] for source in emptied["dataSource"]] == ["Lists/OTHER_LIST", "Lists/GROUPS"]


async def test_another_name_is_refused(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1)
    answer = await client.about("PUT", name, json={"name": "Other", "folderName": "F"})
    assert code(answer) == (400, "INVALID_PARAMETER")
    assert (await client.about("PUT", "Other", json={"name": "Other", "folderName": "F"})).status == 404


@pytest.mark.parametrize("root", [CAMPAIGNS, CAMPAIGNS_V15])
async def test_copies(sandbox: Sandbox, client: ResponsysApi, root: str) -> None:
    [name] = sandbox.responsys.seed(1, status="CLOSED", approval="APPROVED")
    sandbox.responsys.change(name, description="Spring range")
    path = f"{root}/{segment(name)}/actions/copy"
    body = {"newCampaignName": "Copy [1]", "description": None, "folderName": "Other"}
    copied = (await client.call("POST", path, json=body)).document
    source = sandbox.responsys.campaigns[name]
    assert (copied["name"], copied["folderName"]) == ("Copy [1]", "Other")
    assert copied["subject"] == source["subject"]
    assert int(copied["id"]) != source["id"]
    held = sandbox.responsys.campaigns["Copy [1]"]
    assert (held["campaignStatus"], held["approvalStatus"]) == ("DRAFT", "APPROVAL_NOT_REQUIRED")
    assert held["description"] == source["description"]
    [entry] = sandbox.ledger.entries
    assert (entry.target, entry.params["campaignName"]) == ("Copy [1]", name)
    assert code(await client.call("POST", path, json=body)) == (400, "CAMPAIGN_ALREADY_EXISTS")
    bad = {"newCampaignName": "a/b"}
    assert code(await client.call("POST", path, json=bad)) == (400, "CAMPAIGN_NAME_NOT_VALID")


async def test_closing_twice_is_not_an_error_but_says_so(sandbox: Sandbox, client: ResponsysApi) -> None:
    [name] = sandbox.responsys.seed(1)
    first = await client.about("PUT", name, "/actions/close")
    second = await client.about("PUT", name, "/actions/close")
    assert (first.status, first.document["status"], first.document["message"]) == (200, True, "")
    assert (second.status, second.document["status"]) == (200, False)
    assert sandbox.responsys.campaigns[name]["campaignStatus"] == "CLOSED"
    assert sandbox.ledger.counts("closeCampaign")[name] == 1
    rels = [link["rel"] for link in first.document["links"]]
    assert rels.count("get") == 2


async def test_previews(sandbox: Sandbox, client: ResponsysApi) -> None:
    first, second = sandbox.responsys.seed(2)
    both = (await client.about("GET", first, "/preview?riid=42")).document
    assert [body["type"] for body in both["preview"]] == ["html", "text"]
    assert (both["campaignName"], both["listType"], both["riid"]) == (first, "ProofList", 42)
    one = (
        await client.about("GET", second, "/preview?riid=42&previewType=text&listType=ProfileList")
    ).document
    assert [body["type"] for body in one["preview"]] == ["text"]
    assert (one["listType"], one["riid"]) == ("ProfileList", "42")
    odd = (await client.about("GET", first, "/preview?riid=%C2%B2")).document
    assert odd["riid"] == "²"
    wrong = await client.about("GET", first, "/preview?previewType=pdf")
    assert code(wrong) == (400, "INVALID_PARAMETER")
    [text] = sandbox.responsys.seed(1, type="SMS")
    assert code(await client.about("GET", text, "/preview")) == (400, "CAMPAIGN_IS_INVALID")


@pytest.mark.parametrize("name", ["test^", "a%2Fb", "a+b", "%00", "%C3%A9", "x" * 151])
async def test_forbidden_characters_in_a_path(client: ResponsysApi, name: str) -> None:
    answer = await client.call("GET", f"{CAMPAIGNS}/{name}")
    assert code(answer) == (400, "INVALID_PARAMETER")
    assert answer.document["detail"].startswith("Invalid characters in the Campaign name: ")


async def test_an_absent_campaign_is_worded_in_three_ways(client: ResponsysApi) -> None:
    paths = (
        f"{CAMPAIGNS}/Nobody",
        "/rest/api/v1.3/approval/campaigns/Nobody",
        "/rest/api/v1.3/attributes/campaigns/Nobody",
    )
    details = []
    for path in paths:
        answer = await client.call("GET", path)
        assert code(answer) == (404, "CAMPAIGN_NOT_FOUND")
        details.append(answer.document["detail"])
    assert details == [
        "[ Nobody ] Campaign Not Found",
        "Campaign [Nobody] not found",
        "Campaign with the name Nobody not found",
    ]


async def test_a_lagging_replica_knows_no_new_campaign(sandbox: Sandbox, client: ResponsysApi) -> None:
    body = example_body("CampaignWriteV13")
    await client.call("POST", CAMPAIGNS, json=body)
    sandbox.clock.advance(2)
    sandbox.faults.add("lagging_reads", times=2, lag_seconds=5)
    assert (await client.about("GET", body["name"])).status == 404
    assert (await client.call("GET", CAMPAIGNS)).document["campaigns"] == []
    assert (await client.about("GET", body["name"])).status == 200
