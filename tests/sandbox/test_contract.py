"""Every reply of the pretended Sinch, held against the contract it was written from."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from .client import CREATE_BODY, contract_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campaign_reg.sandbox import Sandbox
    from campaign_reg.sandbox.exchange import Exchange

    from .client import Api

pytestmark = pytest.mark.anyio
HOST = "http://sandbox.test"


@dataclasses.dataclass
class AsRequest:
    """An exchange's request, in the shape that openapi-core asks for."""

    exchange: Exchange
    host_url: str = HOST
    parameters: RequestParameters = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        query = parse_qsl(self.exchange.target.partition("?")[2], keep_blank_values=True)
        headers = Headers(dict(self.exchange.request_headers))
        self.parameters = RequestParameters(query=ImmutableMultiDict(query), header=headers)

    @property
    def path(self) -> str:
        return self.exchange.target.partition("?")[0]

    @property
    def method(self) -> str:
        return self.exchange.method.lower()

    @property
    def body(self) -> bytes | None:
        return self.exchange.request_body or None

    @property
    def content_type(self) -> str:
        return self.exchange.request_headers.get("Content-Type", "application/json")


@dataclasses.dataclass
class AsResponse:
    exchange: Exchange

    @property
    def status_code(self) -> int:
        return self.exchange.status or 0

    @property
    def headers(self) -> Mapping[str, Any]:
        return self.exchange.response_headers

    @property
    def content_type(self) -> str:
        return self.exchange.response_headers["Content-Type"]

    @property
    def data(self) -> bytes:
        return self.exchange.response_body


@cache
def contract(name: str) -> OpenAPI:
    document = contract_document(name)
    document["servers"] = [{"url": HOST}]
    # openapi-core warns of schemes it cannot check; test_sinch_auth.py checks them.
    document["security"] = []
    return OpenAPI.from_dict(document)


def check(exchange: Exchange) -> None:
    """Validate a response, and the request too where the sandbox took it."""
    name = "sinch-auth.yaml" if exchange.operation == "createToken" else "sinch-10dlc.yaml"
    request, response = AsRequest(exchange), AsResponse(exchange)
    contract(name).validate_response(request, response)
    if exchange.status == 200:
        contract(name).validate_request(request)


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
    project = "/v1/projects/0fc52975-636a-4700-8943-68759df5c9e1"
    await api.send("GET", f"{project}/campaignRegistrations", headers=api.headers)


@pytest.mark.parametrize("calls", [good_calls, bad_calls])
async def test_every_reply_keeps_to_the_contract(
    sandbox: Sandbox, api: Api, calls: Callable[[Sandbox, Api], Any]
) -> None:
    await calls(sandbox, api)
    for exchange in sandbox.exchanges:
        check(exchange)
    statuses = {exchange.status for exchange in sandbox.exchanges}
    wanted = {200, 404} if calls is good_calls else {200, 400, 401, 403, 404, 429, 500}
    assert statuses == wanted


async def test_every_campaign_operation_was_asked(sandbox: Sandbox, api: Api) -> None:
    await good_calls(sandbox, api)
    document = contract_document("sinch-10dlc.yaml")
    known = {
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
        if "10DLC Campaign Registration" in operation["tags"]
    }
    assert set(sandbox.stats.requests) == {*known, "createToken"}


async def test_the_contracts_own_bodies_are_taken(sandbox: Sandbox, api: Api) -> None:
    document = contract_document("sinch-10dlc.yaml")
    [campaign_id] = sandbox.sinch.seed(1)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "10DLC Campaign Registration" not in operation["tags"] or "requestBody" not in operation:
                continue
            examples = operation["requestBody"]["content"]["application/json"]["examples"]
            for example in examples.values():
                body = example["value"]
                if "campaignInternalId" in body:
                    body["campaignInternalId"] = campaign_id
                tail = path.removeprefix("/v1/projects/{projectId}")
                tail = tail.replace("{campaignRegistrationId}", campaign_id)
                answer = await api.call(method.upper(), tail, json=body)
                assert answer.status == 200, (path, answer.body)


async def test_the_check_sees_a_wrong_reply(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    sandbox.faults.add("wrong_type", "getCampaign")
    await api.get(campaign_id)
    with pytest.raises(OpenAPIError):
        check(sandbox.exchanges[-1])
