from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.sandbox.sinch import brand_samples
from tests.support.vendors.sinch_client import contract_document

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio
UNKNOWN = "01k3w9m2rqfz7t0h5yvd8c6xan"
COMPLETE: dict[str, Any] = {
    "displayName": "Harbor Lane 10DLC",
    "companyDetails": brand_samples.COMPANY,
    "financialDetails": {"taxIdCorporate": "12-3456789", "brandVerticalType": "RETAIL"},
    "contactDetails": brand_samples.CONTACT,
}


async def create(api: Api, body: dict[str, Any]) -> str:
    answer = await api.call("POST", "/brandRegistrations:submit", json=body)
    assert (answer.status, list(answer.document)) == (200, ["brandRegistrationId"])
    return str(answer.document["brandRegistrationId"])


async def brand(api: Api, brand_id: str, tail: str = "", method: str = "GET") -> Any:
    return (await api.call(method, f"/brandRegistrations/{brand_id}{tail}")).document


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ("BrandRegistrationStatus", brand_samples.BRAND_STATUSES),
        ("BrandRegistrationType", brand_samples.BRAND_TYPES),
        ("BrandEntityType", brand_samples.ENTITY_TYPES),
        ("BrandVerticalType", brand_samples.VERTICALS),
        ("VettingStatus", brand_samples.VETTING_STATUSES),
    ],
)
def test_lists_are_the_contracts(schema: str, values: list[str]) -> None:
    schemas = contract_document("sinch-10dlc.yaml")["components"]["schemas"]
    assert values == schemas[schema]["enum"]
    assert set(brand_samples.BRAND_MEMBERS) == set(schemas["CreateBrandRequest"]["properties"])
    assert set(brand_samples.BRAND_DETAILS) == set(schemas["UpdateBrandRequest"]["properties"])


async def test_a_simplified_brand_is_approved(sandbox: Sandbox, api: Api) -> None:
    brand_id = await create(api, COMPLETE)
    waiting = await brand(api, brand_id)
    assert waiting == {
        "brandRegistrationId": brand_id,
        "displayName": "Harbor Lane 10DLC",
        "brandRegistrationStatus": "IN_PROGRESS",
        "brandRegistrationType": "SIMPLIFIED",
        "mock": False,
    }
    assert await brand(api, brand_id, "/feedback") == {"category": []}
    sandbox.clock.advance(5)
    approved = await brand(api, brand_id)
    assert (approved["brandRegistrationStatus"], approved["identityStatus"]) == ("APPROVED", "VERIFIED")
    # The documented default is the wrong one for most.
    assert approved["financialDetails"]["brandEntityType"] == "PUBLIC"
    assert approved["companyDetails"] == brand_samples.COMPANY
    by_tcr_id = f"/brandRegistrations:fetchByTcrBrandId?brandId={approved['brandId']}"
    assert (await api.call("GET", by_tcr_id)).document == approved
    qualify = f"/campaignRegistrations:qualify?brandId={approved['brandId']}"
    assert (await api.call("GET", qualify)).status == 200
    assert sandbox.ledger.counts("createBrand") == {brand_id: 1}


async def test_an_incomplete_brand_is_refused_and_told_why(sandbox: Sandbox, api: Api) -> None:
    brand_id = await create(api, {})
    sandbox.clock.advance(5)
    told = await brand(api, brand_id)
    assert (told["brandRegistrationStatus"], told["identityStatus"]) == ("REJECTED", "UNVERIFIED")
    feedback = await brand(api, brand_id, "/feedback")
    assert feedback["brandId"] == told["brandId"]
    assert [item["id"] for item in feedback["category"]] == ["TAX_ID"]


async def test_a_full_brand_is_vetted(sandbox: Sandbox, api: Api) -> None:
    sandbox.sinch.brands.settle_seconds = (2, 2)
    brand_id = await create(api, COMPLETE | {"brandRegistrationType": "FULL"})
    seen = []
    for _ in range(3):
        for status in ("PENDING", "UNSCORE", "ACTIVE"):
            vettings = await brand(api, brand_id, f"/vettingInfo?vettingStatus={status}")
            seen += [(item["vettingStatus"], "vettingScore" in item) for item in vettings["vettingInfo"]]
        sandbox.clock.advance(1)
    assert seen == [("PENDING", False), ("UNSCORE", False), ("ACTIVE", True)]
    assert (await brand(api, brand_id))["identityStatus"] == "VETTED_VERIFIED"
    for query in ("", "?vettingStatus=", "?vettingStatus=active"):
        answer = await api.call("GET", f"/brandRegistrations/{brand_id}/vettingInfo{query}")
        assert answer.message == "Invalid vettingStatus"


async def test_an_upgrade_moves_once(sandbox: Sandbox, api: Api) -> None:
    [brand_id, loser] = sandbox.sinch.brands.seed(2, settle_seconds=(2, 2))
    sandbox.sinch.brands.by_id[loser].fate.rejected = True
    path = f"/brandRegistrations/{brand_id}/upgrade"
    first = await api.call("POST", path)
    assert first.document["brandRegistrationStatus"] == "UPGRADE"
    assert first.document["brandRegistrationType"] == "FULL"
    assert (await api.call("POST", path)).status == 400
    await api.call("POST", f"/brandRegistrations/{loser}/upgrade")
    sandbox.clock.advance(2)
    assert (await brand(api, brand_id))["brandRegistrationStatus"] == "APPROVED"
    assert (await brand(api, loser))["brandRegistrationStatus"] == "REJECTED"
    failed = await brand(api, loser, "/vettingInfo?vettingStatus=FAILED")
    assert "vettingScore" not in failed["vettingInfo"][0]
    assert (await api.call("POST", path)).status == 400
    assert sandbox.ledger.counts("upgradeBrand") == {brand_id: 1, loser: 1}


async def test_an_update_replaces_whole_objects(sandbox: Sandbox, api: Api) -> None:
    [brand_id] = sandbox.sinch.brands.seed(1)
    path = f"/brandRegistrations/{brand_id}"
    answer = await api.call("PATCH", path, json={"contactDetails": {"firstName": "Joan"}})
    assert answer.document["contactDetails"] == {"firstName": "Joan"}
    assert answer.document["companyDetails"] == brand_samples.COMPANY
    assert answer.document == await brand(api, brand_id)
    for body in ({"contactDetails": None}, {"financialDetails": {"brandEntityType": "CLUB"}}):
        assert (await api.call("PATCH", path, json=body)).status == 400
    assert sandbox.ledger.counts() == {brand_id: 1}


async def test_an_update_under_review_is_told_afterwards(sandbox: Sandbox, api: Api) -> None:
    brand_id = await create(api, COMPLETE)
    body = {"companyDetails": {"companyName": "Other"}}
    answer = await api.call("PATCH", f"/brandRegistrations/{brand_id}", json=body)
    assert "companyDetails" not in answer.document
    sandbox.clock.advance(5)
    assert (await brand(api, brand_id))["companyDetails"] == {"companyName": "Other"}


async def test_the_mail_is_sent_by_bundle_id(sandbox: Sandbox, api: Api) -> None:
    [brand_id] = sandbox.sinch.brands.seed(1)
    bundle_id = sandbox.sinch.brands.by_id[brand_id].bundle_id
    sent = await api.call("POST", f"/brandRegistrations/{bundle_id}/resend2faEmail")
    assert (sent.status, sent.body) == (200, b"")
    assert (await api.call("POST", f"/brandRegistrations/{brand_id}/resend2faEmail")).status == 403
    assert sandbox.ledger.counts() == {bundle_id: 1}


@pytest.mark.parametrize(
    ("method", "tail"),
    [("GET", ""), ("PATCH", ""), ("GET", "/feedback"), ("GET", "/vettingInfo"), ("POST", "/upgrade")],
)
async def test_unknown_and_malformed_ids(sandbox: Sandbox, api: Api, method: str, tail: str) -> None:
    missing = await api.call(method, f"/brandRegistrations/{UNKNOWN}{tail}")
    assert (missing.status, missing.message) == (404, "")
    malformed = await api.call(method, f"/brandRegistrations/x%2Fyz{tail}")
    assert malformed.violations == {"brandRegistrationId": "Invalid brandRegistrationId x/yz"}
    assert not sandbox.ledger.entries


async def test_the_list_pages_without_saying_so(sandbox: Sandbox, api: Api) -> None:
    ids = sandbox.sinch.brands.seed(30, status="REJECTED", registration_type="FULL")
    first = (await api.call("GET", "/brandRegistrations")).document
    assert (first["totalSize"], len(first["brandRegistrations"])) == (35, 20)
    token = first["nextPageToken"].replace("+", "%2B").replace("&", "%26").replace("=", "%3D")
    second = (await api.call("GET", f"/brandRegistrations?pageToken={token}")).document
    assert second["nextPageToken"] == ""
    told = [item["brandRegistrationId"] for item in second["brandRegistrations"]]
    assert told == ids[-15:]


async def test_a_lagging_list_does_not_know_a_new_brand(sandbox: Sandbox, api: Api) -> None:
    sandbox.clock.advance(10)
    brand_id = await create(api, COMPLETE)
    sandbox.clock.advance(1)
    sandbox.faults.add("lagging_reads", ["listBrands", "getBrand"], times=None, lag_seconds=3)
    assert (await api.call("GET", "/brandRegistrations")).document["totalSize"] == 5
    assert (await api.call("GET", f"/brandRegistrations/{brand_id}")).status == 404
    sandbox.clock.advance(2.5)
    assert (await api.call("GET", "/brandRegistrations")).document["totalSize"] == 6


async def test_a_seed_names_brands_that_exist(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="no such brand"):
        sandbox.sinch.brands.seed(1, status="ACTIVE")
