from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.sandbox.sinch import tollfree as sinch_tollfree
from tests.support.vendors.sinch_client import contract_document
from tests.support.vendors.toll_free import BODY

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio


async def create(api: Api, **more: object) -> str:
    answer = await api.call("POST", "/tfnVerification", json=BODY | more)
    assert answer.status == 200, answer.body
    return str(answer.document["tfnVerificationId"])


async def read(api: Api, tfn_id: str) -> Any:
    return (await api.call("GET", f"/tfnVerification/{tfn_id}")).document


def test_tables_name_what_the_contract_names() -> None:
    schemas = contract_document("sinch-10dlc.yaml")["components"]["schemas"]
    told = schemas["CreateTfnVerificationRequest"]
    assert set(sinch_tollfree.TFN_MEMBERS) == set(told["properties"])
    assert set(told["properties"]) - set(sinch_tollfree.TFN_OPTIONAL) == set(told["required"])
    assert schemas["TfnVerificationStatus"]["enum"] == sinch_tollfree.TFN_STATUSES
    assert told["properties"]["businessType"]["enum"] == sinch_tollfree.BUSINESS_TYPES


@pytest.mark.parametrize(("reject_share", "end"), [(0, "VERIFIED"), (1, "REJECTED")])
async def test_a_verification_takes_its_way(
    sandbox: Sandbox, api: Api, reject_share: float, end: str
) -> None:
    sandbox.sinch.tollfree.settle_seconds = (2, 2)
    sandbox.sinch.tollfree.reject_share = reject_share
    tfn_id = await create(api)
    seen = []
    for _ in range(3):
        seen.append((await read(api, tfn_id))["status"])
        sandbox.clock.advance(1)
    assert seen == ["WAITING", "IN_PROGRESS", end]
    notes = (await read(api, tfn_id))["notes"]
    assert [note["createTime"] for note in notes] == ["2026-04-10T08:00:02Z"] * (end == "REJECTED")


async def test_a_secret_goes_in_and_never_out(sandbox: Sandbox, api: Api) -> None:
    tfn_id = await create(api, campaignVerifyAuthorizationToken="cv|canary", projectId="elsewhere")
    told = await read(api, tfn_id)
    assert "campaignVerifyAuthorizationToken" not in told
    assert told["projectId"] == sandbox.sinch.account.project_id
    assert told | BODY == told
    assert "canary" not in str(sandbox.ledger.entries)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"businessName": None}, "business_name"),
        ({"phoneNumber": "888-555-0137"}, "phone_number"),
        ({"messageVolume": "11"}, "message_volume"),
        ({"useCase": "Fun"}, "use_case"),
        ({"optInWorkflowImageUrls": ["https://x.example"] * 11}, "opt_in_workflow_image_urls"),
        ({"privacyPolicyUrl": "http://harborlane.example"}, "privacy_policy_url"),
        ({"businessContactEmail": "nobody"}, "business_contact_email"),
        ({"businessAddress1": "x" * 501}, "business_address1"),
    ],
)
async def test_a_request_is_checked(sandbox: Sandbox, api: Api, change: dict[str, Any], field: str) -> None:
    answer = await api.call("POST", "/tfnVerification", json=BODY | change)
    assert (answer.status, answer.message) == (400, "")
    assert answer.violations == {field: f"Invalid {field}"}
    assert not sandbox.ledger.entries


async def test_every_missing_member_is_named(api: Api) -> None:
    answer = await api.call("POST", "/tfnVerification", json={})
    assert len(answer.violations) == 23


async def test_filters_order_and_pages(sandbox: Sandbox, api: Api) -> None:
    ids = sandbox.sinch.tollfree.seed(20)
    ids += sandbox.sinch.tollfree.seed(3, status="REJECTED")
    ids += sandbox.sinch.tollfree.seed(2, status="STATUS_UNSPECIFIED")

    async def found(query: str) -> Any:
        return (await api.call("GET", f"/tfnVerification?{query}")).document

    assert (await found("statuses=REJECTED"))["totalSize"] == 3
    assert (await found("statuses=REJECTED&statuses=VERIFIED"))["totalSize"] == 23
    assert (await found("pageSize=7"))["nextPageToken"]
    every = (await found("pageSize=100&orderBy=phoneNumber%20desc"))["tfnVerifications"]
    assert [item["tfnVerificationId"] for item in every] == ids[::-1]
    marketing = (await found("useCase=Marketing"))["tfnVerifications"]
    assert {item["useCase"] for item in marketing} == {"Marketing"}
    assert all(item["notes"] for item in every if item["status"] == "REJECTED")
    for query in ("statuses=GOOD", "pageSize=-1", "pageToken=x", "orderBy=notes"):
        assert (await api.call("GET", f"/tfnVerification?{query}")).status == 400


async def test_use_cases_are_no_id(sandbox: Sandbox, api: Api) -> None:
    told = (await api.call("GET", "/tfnVerification/useCases")).document
    assert told == {"useCases": sinch_tollfree.TFN_USE_CASES}
    for tfn_id, status in (("01k6p0r7wqe2m8s4t1v9y3x5zb", 404), ("%00", 400)):
        assert (await api.call("GET", f"/tfnVerification/{tfn_id}")).status == status
    with pytest.raises(ValueError, match="no such state"):
        sandbox.sinch.tollfree.seed(1, status="APPROVED")


async def test_what_was_under_way_goes_on(sandbox: Sandbox, api: Api) -> None:
    ids = sandbox.sinch.tollfree.seed(4, status="IN_PROGRESS", reject_share=0.5)
    sandbox.clock.advance(4)
    ends = [(await read(api, tfn_id))["status"] for tfn_id in ids]
    assert sorted(ends) == ["REJECTED", "REJECTED", "VERIFIED", "VERIFIED"]


async def test_a_lagging_replica_does_not_know_a_new_one(sandbox: Sandbox, api: Api) -> None:
    sandbox.faults.add(
        "lagging_reads", ["getTfnVerification", "listTfnVerifications"], times=None, lag_seconds=3
    )
    tfn_id = await create(api)
    assert (await api.call("GET", f"/tfnVerification/{tfn_id}")).status == 404
    assert (await api.call("GET", "/tfnVerification")).document["totalSize"] == 0
    sandbox.clock.advance(3)
    assert (await read(api, tfn_id))["status"] == "WAITING"
    assert (await api.call("GET", "/tfnVerification")).document["totalSize"] == 1
