"""Schemathesis against the simulated sender-ID API: what the contract allows, and what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from schemathesis import checks

from campaign_reg.sandbox.sender_id import policies as sender_id_policies
from campaign_reg.sandbox.sinch.paging import page_token
from tests.support.vendors import fuzzing as machinery
from tests.support.vendors.contracts import UNDOCUMENTED_SENDER_ID, allow
from tests.support.vendors.fuzzing import attack, served
from tests.support.vendors.sinch_client import Api, contract_document

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox

__all__ = ["served"]

EXAMPLES = 10
EXCLUDED: dict[str, tuple[Any, ...]] = {
    # A form with other parts is allowed, and with names that make no valid header: such a form is refused.
    "uploadRegistrationAttachment": (checks.positive_data_acceptance,),
}
OPERATIONS = (
    "createRegistration",
    "deleteRegistration",
    "downloadPolicyTemplate",
    "downloadRegistrationAttachment",
    "getCallbackConfiguration",
    "getPolicy",
    "getRegistration",
    "listAvailableMarkets",
    "listMarketVersions",
    "listRegistrations",
    "updateCallbackConfiguration",
    "updateRegistration",
    "uploadRegistrationAttachment",
)
# What the policies that are used here ask for; "checked against the policy" is all that the schema says.
DETAILS: dict[str, Any] = {
    "type": "object",
    "required": ["additionalDetails", "senderIdDetails"],
    "properties": {
        "additionalDetails": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["companyName"],
                "properties": {
                    "companyName": {"type": "string", "maxLength": 100},
                    "website": {"type": "string", "pattern": "^https?://"},
                    "contactMail": {"type": "string"},
                },
            },
        },
        "senderIdDetails": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["senderId"],
                "properties": {"senderId": {"type": "string", "minLength": 3, "maxLength": 11}},
            },
        },
    },
}


def narrowed(sandbox: Sandbox) -> dict[str, Any]:
    """Return the contract with what the account holds where the schema says "any string".

    Ids, days, tokens and orders are open strings there, and only prose and the error samples
    tell that most strings are refused.
    """
    document = allow(contract_document("sinch-registration.yaml"), UNDOCUMENTED_SENDER_ID)
    form = sender_id_policies.NEEDS_FORM
    ids = sandbox.senderid.seed(40, policy_id=form, file_size_bytes=100)
    policies = [form, sender_id_policies.PLAIN]
    held = {
        "projectId": [sandbox.senderid.account.project_id],
        "registrationId": ids,
        "policyId": [form],
        "attachmentId": [sender_id_policies.FORM_ID],
        "pageToken": ["", page_token(0), page_token(2)],
        "orderBy": ["", "id", "senderId,asc", "updateDate,desc"],
        **{f"{name}Date{end}": ["2024-11-03"] for name in ("create", "update") for end in ("From", "To")},
    }
    parameters, schemas = document["components"]["parameters"], document["components"]["schemas"]
    for name, values in held.items():
        parameters[name]["schema"] = {"type": "string", "enum": values}
    parameters["pageSize"]["schema"]["minimum"] = 0
    for request in ("CreateRegistrationRequest", "UpdateRegistrationRequest"):
        details = schemas[request]["properties"]["requestDetails"]
        details |= {"minItems": 1, "maxItems": 1, "items": DETAILS}
    schemas["CreateRegistrationRequest"]["properties"]["policyId"]["enum"] = policies
    return document


@pytest.fixture(autouse=True)
def fewer_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machinery, "EXAMPLES", EXAMPLES)
    monkeypatch.setattr(machinery, "EXCLUDED", EXCLUDED)


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_operations(served: Sandbox, operation_id: str) -> None:
    attack(narrowed(served), operation_id, served.url, {"Authorization": Api.basic_of(served)})
    assert served.stats.requests[operation_id] > 5
