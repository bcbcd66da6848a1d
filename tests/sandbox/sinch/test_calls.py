from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.support.vendors.sinch_client import CREATE_BODY

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio
UNKNOWN = "01k4cxccbt519xa3ejty1r5jb4"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/campaignRegistrations/{UNKNOWN}"),
        ("GET", f"/campaignRegistrations/{UNKNOWN}/feedback"),
        ("PUT", f"/campaignRegistrations/{UNKNOWN}/resubmit"),
        ("DELETE", f"/campaignRegistration/{UNKNOWN}"),
        ("GET", "/campaignRegistrations:fetchByTcrCampaignId?campaignRegistrationIdQuery=CNONE"),
    ],
)
async def test_unknown_campaigns_are_not_found(sandbox: Sandbox, api: Api, method: str, path: str) -> None:
    answer = await api.call(method, path)
    assert (answer.status, answer.message) == (404, "Campaign not found")
    [detail] = answer.document["error"]["details"]
    assert detail["resourceType"] == "Campaign"
    assert detail["resourceName"] in path
    assert not sandbox.ledger.entries


@pytest.mark.parametrize("campaign_id", ["a%2Fb", "%00", "x" * 27, "01k4%20", "%C3%A9", "%FF"])
async def test_malformed_ids_are_bad_requests(api: Api, campaign_id: str) -> None:
    answer = await api.call("GET", f"/campaignRegistrations/{campaign_id}")
    assert (answer.status, answer.message) == (400, "Invalid campaign_registration_id")


async def test_a_campaign_is_found_by_its_tcr_id(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    campaign = sandbox.sinch.campaigns[campaign_id]
    path = "/campaignRegistrations:fetchByTcrCampaignId"
    answer = await api.call("GET", f"{path}?campaignRegistrationIdQuery={campaign['campaignId']}")
    assert answer.document == campaign
    for query in ("", "?campaignRegistrationIdQuery=", f"?campaignRegistrationIdQuery={campaign_id}"):
        assert (await api.call("GET", path + query)).message == "Invalid tcr_campaign_id"


async def test_feedback_of_a_good_campaign_is_empty(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    feedback = (await api.call("GET", f"/campaignRegistrations/{campaign_id}/feedback")).document
    assert feedback["tcrErrorResponse"] == feedback["internalErrorResponse"] == []


async def test_qualify_previews_terms(api: Api) -> None:
    path = "/campaignRegistrations:qualify"
    terms = (await api.call("GET", f"{path}?brandId=BHL7Q2X&useCase=2FA")).document
    assert terms["useCase"] == "2FA"
    assert terms["mnoMetadata"]["10035"]["brandTier"] == "UNCAPPED"
    assert terms["mnoMetadata"]["10035"]["brandDailyCap"] is None
    mixed = (await api.call("GET", f"{path}?brandId=BHL7Q2X")).document
    assert (mixed["minSubUseCases"], mixed["maxSubUseCases"]) == (2, 5)


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("brandId=BNOBODY", 500, "Brand not found"),
        ("brandId=bhl7q2x", 400, "Invalid brand_id"),
        ("", 400, "Invalid brand_id"),
        ("brandId=BHL7Q2X&useCase=", 400, "useCase must not be blank"),
        ("brandId=BHL7Q2X&useCase=FUN", 400, "Invalid useCase"),
    ],
)
async def test_qualify_refuses(api: Api, query: str, status: int, message: str) -> None:
    answer = await api.call("GET", f"/campaignRegistrations:qualify?{query}")
    assert (answer.status, answer.message) == (status, message)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"brandId": "bhl"}, "brandId"),
        ({"brandId": None}, "brandId"),
        ({"useCase": "FUN"}, "useCase"),
        ({"description": "too short"}, "description"),
        ({"campaignName": "x" * 129}, "campaignName"),
        ({"ageGated": "false"}, "ageGated"),
        ({"ageGated": 0}, "ageGated"),
        ({"subUseCases": ["2FA"] * 6}, "subUseCases"),
        ({"subUseCases": ["MIXED"]}, "subUseCases"),
        ({"subUseCases": "2FA"}, "subUseCases"),
        ({"useCase": "MIXED", "subUseCases": ["2FA"]}, "subUseCases"),
    ],
)
async def test_a_creation_is_checked(sandbox: Sandbox, api: Api, change: dict[str, Any], field: str) -> None:
    answer = await api.call("POST", "/campaignRegistrations:submit", json=CREATE_BODY | change)
    assert answer.status == 400
    assert list(answer.violations) == [field]
    assert not sandbox.ledger.entries


async def test_every_missing_member_is_named(api: Api) -> None:
    answer = await api.call("POST", "/campaignRegistrations:submit", json={})
    assert set(answer.violations) == set(CREATE_BODY)
    assert "affiliateMarketing" in answer.violations


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"\xff", b"null", b'{"mnos": NaN}', b"[" * 100_000, b'{"mnos": 1' + b"1" * 5000 + b"}"],
)
async def test_a_malformed_body_is_a_bad_request(sandbox: Sandbox, api: Api, body: bytes) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    answer = await api.resubmit(campaign_id, data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 400
    assert answer.violations


@pytest.mark.parametrize("mnos", [None, "TMO", ["TMOBILE"], [1], {}])
async def test_operators_are_checked(sandbox: Sandbox, api: Api, mnos: object) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    assert list((await api.resubmit(campaign_id, json={"mnos": mnos})).violations) == ["mnos"]


async def test_a_body_has_to_be_json(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    answer = await api.resubmit(campaign_id, data={"mnos": "TMO"})
    assert list(answer.violations) == ["Content-Type"]


def upload_body(campaign_id: str, **file: object) -> dict[str, Any]:
    content = base64.b64encode(b"shop").decode()
    whole = {"fileName": "optin.txt", "fileContent": content, "fileCategory": 4, **file}
    return {"campaignInternalId": campaign_id, "submitCampaign": False, "file": whole}


@pytest.mark.parametrize("spelling", ["uploadCampaignFile", "uploadCampaignFiles"])
async def test_a_file_is_stored_under_both_spellings(sandbox: Sandbox, api: Api, spelling: str) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    for expected in ["success"] * 5 + ["failed"]:
        answer = await api.call("POST", f"/{spelling}:submit", json=upload_body(campaign_id))
        assert (answer.status, answer.document["status"]) == (200, expected)
    mms = upload_body(campaign_id, fileCategory=5, fileName="offer.MP4")
    assert (await api.call("POST", f"/{spelling}:submit", json=mms)).document["status"] == "success"
    assert sandbox.ledger.counts() == {campaign_id: 6}
    assert "fileContent" not in sandbox.ledger.entries[0].params


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ({"fileName": "run.exe"}, "File extension not supported"),
        ({"fileName": "song.mp3"}, "File extension not supported"),
        ({"fileContent": "%%%"}, "File content is not Base64"),
        ({"fileContent": "A" * 14_000_000}, "File exceeds 10 MB"),
    ],
)
async def test_an_unfit_file_fails_with_200(
    sandbox: Sandbox, api: Api, file: dict[str, Any], message: str
) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    # aiohttp warns of big bodies that are not files.
    body = io.BytesIO(json.dumps(upload_body(campaign_id, **file)).encode())
    headers = {"Content-Type": "application/json"}
    answer = await api.call("POST", "/uploadCampaignFile:submit", data=body, headers=headers)
    assert (answer.status, answer.document) == (200, {"status": "failed", "message": message})
    assert not sandbox.ledger.entries


async def test_an_upload_is_checked(sandbox: Sandbox, api: Api) -> None:
    path = "/uploadCampaignFile:submit"
    assert (await api.call("POST", path, json=upload_body(UNKNOWN))).status == 404
    assert set((await api.call("POST", path, json={})).violations) == {"campaignInternalId", "submitCampaign"}
    for file in ({"fileCategory": 6}, {"fileCategory": True}, {"fileName": 1}):
        answer = await api.call("POST", path, json=upload_body(UNKNOWN, **file))
        assert list(answer.violations) == ["file"]


async def test_pages_follow_each_other_to_the_end(sandbox: Sandbox, api: Api) -> None:
    ids = sandbox.sinch.seed(45)
    seen, token = [], ""
    while True:
        page = await api.list(f"pageToken={quote(token, safe='')}")
        assert page["totalSize"] == 45
        seen += [campaign["campaignRegistrationId"] for campaign in page["campaignRegistrations"]]
        token = page["nextPageToken"]
        if not token:
            break
        assert set("+/=&") <= set(token)
    assert seen == ids


async def test_a_page_token_must_come_back_byte_for_byte(sandbox: Sandbox, api: Api) -> None:
    sandbox.sinch.seed(30)
    token = (await api.list())["nextPageToken"]
    for sloppy in (token, token.replace("+", "%20"), quote(token, safe="=&+/"), "made-up", "MjA="):
        answer = await api.call("GET", f"/campaignRegistrations?pageToken={sloppy}")
        assert (answer.status, answer.message) == (400, "Invalid page_token")


async def test_page_sizes(sandbox: Sandbox, api: Api) -> None:
    sandbox.sinch.seed(1200)
    sizes = {"": 20, "pageSize=7": 7, "pageSize=0": 20, "pageSize=1000": 1000, "pageSize=99999": 1000}
    for query, size in sizes.items():
        assert len((await api.list(query))["campaignRegistrations"]) == size
    for query in ("pageSize=-1", "pageSize=ten", "pageSize=", "pageSize=1.5"):
        assert (await api.call("GET", f"/campaignRegistrations?{query}")).message == "Invalid page_size"


async def test_filters(sandbox: Sandbox, api: Api) -> None:
    sandbox.sinch.seed(150)
    sandbox.sinch.seed(3, status="EXPIRED", last_action="DELETE_SUCCESSFUL")
    sandbox.sinch.seed(2, status="REJECTED", last_action="CREATE_FAILED")
    assert (await api.list("status=EXPIRED"))["totalSize"] == 3
    assert (await api.list("status=EXPIRED&status=REJECTED"))["totalSize"] == 5
    for name, query in (("mock", "mock=true"), ("brandId", "brand=BHL7Q2X"), ("useCase", "useCase=MIXED")):
        found = (await api.list(f"{query}&pageSize=1000"))["campaignRegistrations"]
        assert found
        wanted = True if name == "mock" else query.partition("=")[2]
        assert {campaign[name] for campaign in found} == {wanted}
    empty = await api.list("brand=BNOBODY")
    assert empty == {"campaignRegistrations": [], "nextPageToken": "", "totalSize": 0}
    for query in ("status=EXPIRED,REJECTED", "status=ALIVE", "mock=1"):
        assert (await api.call("GET", f"/campaignRegistrations?{query}")).status == 400


async def test_order(sandbox: Sandbox, api: Api) -> None:
    sandbox.sinch.seed(40)
    page = await api.list("orderBy=brandId%20desc,modified_date&pageSize=100")
    keys = [(item["brandId"], item["modifiedDate"]) for item in page["campaignRegistrations"]]
    assert keys == sorted(sorted(keys, key=lambda key: key[1]), key=lambda key: key[0], reverse=True)
    answer = await api.call("GET", "/campaignRegistrations?orderBy=XXX")
    assert (answer.message, answer.violations) == ("", {"order_by": "Invalid order_by XXX"})
