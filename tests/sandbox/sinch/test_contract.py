"""Every reply of the simulated Sinch, held against the contract it was written from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openapi_core.exceptions import OpenAPIError

from tests.support.vendors.contracts import check
from tests.support.vendors.sinch_client import CREATE_BODY, contract_document
from tests.support.vendors.toll_free import BODY as TFN_BODY

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio


async def good_calls(sandbox: Sandbox, api: Api) -> None:
    """Ask every operation for what it gives, in every state a campaign can be in."""
    ids = [*sandbox.sinch.seed(12), *sandbox.sinch.seed(2, last_action="CREATE_IN_PROGRESS")]
    created = await api.call("POST", "/campaignRegistrations:submit", json=CREATE_BODY)
    ids.append(created.document["campaignRegistrationId"])
    for campaign_id in ids[:11]:
        await api.resubmit(campaign_id, json={"mnos": ["TMO", "VZW"]})
    await api.resubmit(ids[0])
    await api.call("DELETE", f"/campaignRegistration/{ids[11]}")
    for spelling in ("uploadCampaignFile", "uploadCampaignFiles"):
        for name in ("optin.txt", "optin.exe"):
            file = {"fileName": name, "fileContent": "U2hvcA==", "fileCategory": 4}
            body = {"campaignInternalId": ids[-1], "file": file, "submitCampaign": True}
            await api.call("POST", f"/{spelling}:submit", json=body)
    for _ in range(3):
        for campaign_id in ids:
            tcr_id = (await api.get(campaign_id)).get("campaignId", "CNONE")
            await api.call("GET", f"/campaignRegistrations/{campaign_id}/feedback")
            path = "/campaignRegistrations:fetchByTcrCampaignId"
            await api.call("GET", f"{path}?campaignRegistrationIdQuery={tcr_id}")
        await api.list("pageSize=4&status=ACTIVE&status=EXPIRED&mock=false&orderBy=createDate")
        await api.list("brand=BNOBODY")
        sandbox.clock.advance(2)
    await api.call("GET", "/campaignRegistrations:qualify?brandId=BHL7Q2X&useCase=MIXED")
    await good_brand_calls(sandbox, api)
    await good_tollfree_calls(sandbox, api)


async def good_brand_calls(sandbox: Sandbox, api: Api) -> None:
    """Ask every brand operation for what it gives, in every state a brand can be in."""
    brands = sandbox.sinch.brands
    ids = brands.seed(2, reject_share=0.5)
    for status in ("DRAFT", "IN_PROGRESS", "REJECTED", "UPGRADE"):
        ids += brands.seed(1, status=status, registration_type="FULL")
    for body in ({}, {"displayName": "Harbor Lane", "brandRegistrationType": "FULL", "mock": True}):
        ids.append((await api.call("POST", "/brandRegistrations:submit", json=body)).document.popitem()[1])
    for brand_id in ids[:2]:
        await api.call("POST", f"/brandRegistrations/{brand_id}/upgrade")
    for _ in range(3):
        for brand_id in ids:
            path = f"/brandRegistrations/{brand_id}"
            brand = (await api.call("GET", path)).document
            tcr_id = brand.get("brandId", "BHL7Q2X")
            await api.call("GET", f"/brandRegistrations:fetchByTcrBrandId?brandId={tcr_id}")
            await api.call("GET", f"{path}/feedback")
            for vetting in brands.by_id[brand_id].vettings[-1:]:
                await api.call("GET", f"{path}/vettingInfo?vettingStatus={vetting['vettingStatus']}")
        await api.call("PATCH", path, json={"contactDetails": {"firstName": "Joan"}})
        await api.call("GET", "/brandRegistrations")
        sandbox.clock.advance(2)
    await api.call("POST", f"/brandRegistrations/{brands.by_id[ids[0]].bundle_id}/resend2faEmail")


async def good_tollfree_calls(sandbox: Sandbox, api: Api) -> None:
    ids = sandbox.sinch.tollfree.seed(2, status="WAITING", reject_share=0.5)
    created = await api.call("POST", "/tfnVerification", json=TFN_BODY)
    ids.append(created.document["tfnVerificationId"])
    for _ in range(3):
        for tfn_id in ids:
            await api.call("GET", f"/tfnVerification/{tfn_id}")
        await api.call("GET", "/tfnVerification?pageSize=2&statuses=WAITING&statuses=VERIFIED&useCase=2FA")
        sandbox.clock.advance(2)
    await api.call("GET", "/tfnVerification/useCases")


async def bad_calls(sandbox: Sandbox, api: Api) -> None:
    """Provoke every refusal that the contract knows."""
    nobody = "01k4cxccbt519xa3ejty1r5jb4"
    await api.call("GET", "/campaignRegistrations:qualify?brandId=BNOBODY")
    await api.call("GET", "/campaignRegistrations:qualify?brandId=nobody")
    await api.call("POST", "/campaignRegistrations:submit", json={})
    await api.call("GET", "/campaignRegistrations?orderBy=XXX")
    await api.token(data={"grant_type": "password"})
    await api.token(headers={"Authorization": "Basic none"})
    for campaign_id in ("%00", nobody):
        await api.call("GET", f"/campaignRegistrations/{campaign_id}")
        await api.call("GET", f"/campaignRegistrations/{campaign_id}/feedback")
        await api.call("DELETE", f"/campaignRegistration/{campaign_id}")
        await api.resubmit(campaign_id)
    for action in ("expired_token", "status_429", "status_500"):
        for operation in ("createToken", None):
            sandbox.faults.add(action, operation)
        await api.token()
        await api.list()
    for method, tail in (("GET", ""), ("PATCH", ""), ("GET", "/feedback"), ("GET", "/vettingInfo")):
        for brand_id in ("%00", nobody):
            await api.call(method, f"/brandRegistrations/{brand_id}{tail}", json={})
            await api.call("POST", f"/brandRegistrations/{brand_id}/upgrade")
    for tcr_id in ("nobody", "BNOBODY"):
        await api.call("GET", f"/brandRegistrations:fetchByTcrBrandId?brandId={tcr_id}")
    await api.call("POST", f"/brandRegistrations/{nobody}/resend2faEmail")
    await api.call("POST", "/brandRegistrations:submit", json={"mock": "no"})
    await api.call("GET", "/brandRegistrations?pageToken=x")
    for tfn_id in ("%00", nobody):
        await api.call("GET", f"/tfnVerification/{tfn_id}")
    await api.call("POST", "/tfnVerification", json={})
    await api.call("GET", "/tfnVerification?statuses=GOOD")
    project = "/v1/projects/0fc52975-636a-4700-8943-68759df5c9e1"
    await api.send("GET", f"{project}/campaignRegistrations", headers=api.headers)


def check_all(sandbox: Sandbox) -> set[int | None]:
    """Hold every exchange against its contract; returns the statuses that were seen."""
    for exchange in sandbox.exchanges:
        check(exchange)
    return {exchange.status for exchange in sandbox.exchanges}


async def test_every_operation_answers_as_the_contract_says(sandbox: Sandbox, api: Api) -> None:
    await good_calls(sandbox, api)
    assert check_all(sandbox) == {200, 404}
    paths = contract_document("sinch-10dlc.yaml")["paths"].values()
    known = {operation["operationId"] for path in paths for operation in path.values()}
    assert set(sandbox.stats.requests) == {*known, "createToken"} == sandbox.sinch.traits.operations


async def test_every_refusal_is_one_of_the_contracts(sandbox: Sandbox, api: Api) -> None:
    await bad_calls(sandbox, api)
    assert check_all(sandbox) == {200, 400, 401, 403, 404, 429, 500}


async def test_the_contracts_own_bodies_are_taken(sandbox: Sandbox, api: Api) -> None:
    document = contract_document("sinch-10dlc.yaml")
    [campaign_id] = sandbox.sinch.seed(1)
    [brand_id] = sandbox.sinch.brands.seed(1)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "requestBody" not in operation:
                continue
            examples = operation["requestBody"]["content"]["application/json"]["examples"]
            for example in examples.values():
                body = example["value"]
                if "campaignInternalId" in body:
                    body["campaignInternalId"] = campaign_id
                tail = path.removeprefix("/v1/projects/{projectId}")
                tail = tail.replace("{campaignRegistrationId}", campaign_id)
                tail = tail.replace("{brandRegistrationId}", brand_id)
                answer = await api.call(method.upper(), tail, json=body)
                assert answer.status == 200, (path, answer.body)


async def test_the_check_sees_a_wrong_reply(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    sandbox.faults.add("wrong_type", "getCampaign")
    await api.get(campaign_id)
    with pytest.raises(OpenAPIError):
        check(sandbox.exchanges[-1])
