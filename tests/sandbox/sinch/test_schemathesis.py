"""Schemathesis against the sandbox: what the contract allows, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from campaign_reg.sandbox import Sandbox
from campaign_reg.sandbox.sinch.paging import page_token
from campaign_reg.sandbox.sinch.tollfree import TFN_USE_CASES, VOLUMES
from tests.support.vendors.contracts import UNDOCUMENTED_SINCH, allow
from tests.support.vendors.fuzzing import attack, served
from tests.support.vendors.sinch_client import Api, contract_document

__all__ = ["served"]


OPERATIONS = (
    "createBrand",
    "createCampaign",
    "createTfnVerification",
    "deleteCampaign",
    "getBrand",
    "getBrandByTcrId",
    "getBrandFeedback",
    "getBrandVettingInfo",
    "getCampaign",
    "getCampaignByTcrId",
    "getCampaignFeedback",
    "getTfnVerification",
    "listBrands",
    "listCampaigns",
    "listTfnUseCases",
    "listTfnVerifications",
    "qualifyBrand",
    "resendBrand2faEmail",
    "resubmitCampaign",
    "updateBrand",
    "upgradeBrand",
    "uploadCampaignFile",
    "uploadCampaignFilesOld",
)


def narrowed(sandbox: Sandbox, operation_id: str) -> dict[str, Any]:
    """Return the contract with what the account holds where the schema says "any string".

    Tokens, orders, ids and brands are open strings there, and only prose and the
    error samples tell that most strings are refused.
    """
    document = allow(contract_document("sinch-10dlc.yaml"), UNDOCUMENTED_SINCH)
    ids = sandbox.sinch.seed(3)
    brands = sandbox.sinch.brands
    brand_ids = brands.seed(2)
    tcr_ids = [sandbox.sinch.campaigns[campaign_id]["campaignId"] for campaign_id in ids]
    parameters, schemas = document["components"]["parameters"], document["components"]["schemas"]
    held = {
        "projectId": [sandbox.sinch.account.project_id],
        "campaignRegistrationId": ids,
        "campaignRegistrationIdQuery": tcr_ids,
        "brandIdQuery": ["BHL7Q2X"],
        "useCase": ["MIXED", "2FA"],
        "brandRegistrationId": brand_ids,
        "bundleId": [brands.by_id[brand_id].bundle_id for brand_id in brand_ids],
        "tfnVerificationId": sandbox.sinch.tollfree.seed(2),
        "pageToken": ["", page_token(0), page_token(2)],
        "orderBy": ["", "status", "use_case desc"],
    }
    if operation_id == "listCampaigns":
        del held["useCase"]  # a filter that nothing answers to is none that is refused
    for name, values in held.items():
        parameters[name]["schema"] = {"type": "string", "enum": values}
    parameters["pageSize"]["schema"]["minimum"] = 0
    schemas["UploadCampaignFileRequest"]["properties"]["campaignInternalId"]["enum"] = ids
    asked = schemas["CreateTfnVerificationRequest"]["properties"]
    asked["messageVolume"]["enum"], asked["useCase"]["enum"] = VOLUMES, TFN_USE_CASES
    return document


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_operations(served: Sandbox, operation_id: str) -> None:
    headers = {"Authorization": Api.basic_of(served)}
    attack(narrowed(served, operation_id), operation_id, served.url, headers)
    assert served.stats.requests[operation_id] > 5
    assert not served.stats.statuses[413]


def test_the_token_endpoint(served: Sandbox) -> None:
    document = contract_document("sinch-auth.yaml")
    attack(document, "createToken", served.url, {"Authorization": Api.basic_of(served)})
    assert served.stats.statuses[200]
