"""Every reply of the simulated sender-ID API, held against the contract it was written from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from openapi_core.exceptions import OpenAPIError

from campaign_reg.sandbox.sender_id import policies, registrations
from tests.support.vendors.contracts import (
    UNDOCUMENTED_SENDER_ID,
    AsRequest,
    AsResponse,
    contract,
    hold_against,
)
from tests.support.vendors.sender_id_client import CREATE_BODY, create, created, delete, read, update, upload
from tests.support.vendors.sinch_client import contract_document

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from campaign_reg.sandbox.exchange import Exchange
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio
NAME = "sinch-registration.yaml"
FORM, FORM_ID = policies.NEEDS_FORM, policies.FORM_ID
NUMBER = {
    "policyId": policies.LONG_NUMBER,
    "requestDetails": [{"additionalDetails": [{"companyName": "Harbor Lane"}]}],
}


def check(exchange: Exchange) -> None:
    """Hold an exchange against the contract; what was uploaded as a stream is not recorded."""
    whole = contract(NAME, UNDOCUMENTED_SENDER_ID)
    if exchange.operation == "uploadRegistrationAttachment":
        whole.validate_response(AsRequest(exchange), AsResponse(exchange))
    else:
        hold_against(exchange, whole)


async def good_calls(sandbox: Sandbox, api: Api) -> None:
    """Ask every operation for what it gives, in every state a registration can be in."""
    ids = [
        registration_id
        for status in registrations.STATES
        for registration_id in sandbox.senderid.seed(3, status=status, file_size_bytes=100)
    ]
    ids += [await created(api), await created(api, policyId=FORM), await created(api, **NUMBER)]
    for form in (True, False):
        await upload(api, ids[-2], FORM_ID, b"form", form=form)
    for _ in range(3):
        for registration_id in ids:
            status = (await read(api, registration_id))["status"]
            if status == "PENDING":
                await update(api, registration_id, tags=["#new"])
            await api.call("GET", f"/registrations/{registration_id}/attachments/{FORM_ID}")
        for query in ("pageSize=4", "registrationType=LONG_NUMBER&marketCode=MK", "tags=%23new&tags=%23old"):
            await api.call("GET", f"/registrations?{query}&orderBy=createDate,desc")
        sandbox.clock.advance(2)
    await delete(api, sandbox.senderid.seed(1)[0])
    for policy_id in policies.POLICIES:
        await api.call("GET", f"/policies/{policy_id}")
    await api.call("GET", f"/policies/{FORM}/attachments/{FORM_ID}/template")
    for kind in policies.REGISTRATION_TYPES:
        await api.call("GET", f"/markets/availability?registrationType={kind}&language=es")
        await api.call("GET", f"/markets/details?registrationType={kind}&activePolicies=true&pageSize=1")
    await api.call("GET", "/callback-configuration")
    await api.call("PUT", "/callback-configuration", json={"hmacSecret": "new"})


async def bad_calls(sandbox: Sandbox, api: Api) -> None:
    """Provoke every refusal that the contract knows."""
    [approved] = sandbox.senderid.seed(1, status="APPROVED", policy_id=FORM)
    waiting = await created(api, policyId=FORM)
    await create(api, tags=["x"])
    await create(api, policyId="none")
    await create(api, requestDetails=[])
    for registration_id in ("nobody", approved):
        await api.call("GET", f"/registrations/{registration_id}")
        await update(api, registration_id, tags=[])
        await delete(api, registration_id)
        await upload(api, registration_id, FORM_ID, b"x")
        await api.call("GET", f"/registrations/{registration_id}/attachments/none")
    sandbox.senderid.calls.largest_file_bytes = 0
    await upload(api, waiting, FORM_ID, b"x")
    await api.call("GET", "/policies/none")
    await api.call("GET", "/policies/none/attachments/none/template")
    await api.call("PUT", "/callback-configuration", json={"hmacSecret": 1})
    for path in ("/registrations", "/markets/availability", "/markets/details"):
        await api.call("GET", f"{path}?registrationType=FAX")
    for action in ("expired_token", "status_429", "status_500"):
        sandbox.faults.add(action, provider="sinch-senderid")
        await api.call("GET", "/registrations")
    foreign = "/v1/projects/0fc52975-636a-4700-8943-68759df5c9e1"
    for path in ("/registrations", "/registrations/x", "/callback-configuration", "/policies/x"):
        await api.send("GET", foreign + path, headers=api.headers)


def check_all(sandbox: Sandbox) -> set[int | None]:
    """Hold every exchange against the contract; returns the statuses that were seen."""
    exchanges = [exchange for exchange in sandbox.exchanges if exchange.operation != "createToken"]
    for exchange in exchanges:
        check(exchange)
    return {exchange.status for exchange in exchanges}


async def test_every_operation_answers_as_the_contract_says(sandbox: Sandbox, api: Api) -> None:
    await good_calls(sandbox, api)
    assert check_all(sandbox) == {200, 404}
    paths = contract_document(NAME)["paths"].values()
    known = {operation["operationId"] for path in paths for operation in path.values()}
    assert set(sandbox.stats.requests) - {"createToken"} == known == sandbox.senderid.traits.operations


async def test_every_refusal_is_one_of_the_contracts(sandbox: Sandbox, api: Api) -> None:
    await bad_calls(sandbox, api)
    assert check_all(sandbox) == {200, 400, 401, 403, 404, 413, 429, 500}


async def test_the_contracts_own_bodies_are_taken(sandbox: Sandbox, api: Api) -> None:
    paths = contract_document(NAME)["paths"]
    collection = "/v1/projects/{projectId}/registrations"
    [example] = _examples(paths[collection]["post"])
    taken = await api.call("POST", "/registrations", json=example)
    assert taken.status == 200
    [example] = _examples(paths[collection + "/{registrationId}"]["put"])
    changed = await api.call("PUT", f"/registrations/{taken.document['id']}", json=example)
    assert changed.status == 200
    [example] = _examples(paths["/v1/projects/{projectId}/callback-configuration"]["put"])
    assert (await api.call("PUT", "/callback-configuration", json=example)).document == {
        "projectId": api.settings["project_id"],
        **example,
    }


def _examples(operation: dict[str, Any]) -> list[Any]:
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    return [example["value"] for example in examples.values()]


async def test_every_callback_keeps_to_the_contract(sandbox: Sandbox, api: Api) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = contract_document(NAME)
    sandbox.senderid.seed(20, status="IN_QUEUE", hold_share=0.5)
    await api.call("POST", "/registrations", json=CREATE_BODY)
    sandbox.clock.advance(9)
    schema = {"$ref": "#/components/schemas/RegistrationStatusEvent", "components": document["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    documented = set(document["components"]["schemas"]["RegistrationStatusEvent"]["properties"])
    callbacks = sandbox.senderid.callbacks()
    assert len(callbacks) > 40
    for callback in callbacks:
        event = json.loads(callback.body)
        validator.validate(event)
        assert set(event) == documented


async def test_the_check_sees_a_wrong_reply(sandbox: Sandbox, api: Api) -> None:
    [registration_id] = sandbox.senderid.seed(1)
    sandbox.faults.add("wrong_type", "getRegistration")
    await read(api, registration_id)
    with pytest.raises(OpenAPIError):
        check(sandbox.exchanges[-1])
