"""Schemathesis against the sandbox: what the contract allows, and what it does not."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import hypothesis
import hypothesis.strategies as st
import pytest
import requests
import schemathesis
from schemathesis import checks
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from campaign_reg.sandbox import Sandbox
from campaign_reg.sandbox.sinch_paging import page_token
from campaign_reg.sandbox.sinch_tollfree import TFN_USE_CASES, VOLUMES
from tests.support.vendors.contracts import UNDOCUMENTED_SINCH, allow
from tests.support.vendors.sinch_client import Api, contract_document

if TYPE_CHECKING:
    from collections.abc import Iterator

MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
EXAMPLES = 20

# Documented: qualify answers 500 for a brand that does not exist.
BRAND_MISSING = (checks.not_a_server_error,)
# By prose only: MIXED needs two to five sub use cases.
MIXED_RULE = (checks.positive_data_acceptance,)
# By prose only: a brand is upgraded once.
UPGRADED = (checks.positive_data_acceptance,)
EXCLUDED: dict[str, tuple[Any, ...]] = {
    "qualifyBrand": BRAND_MISSING,
    "createCampaign": MIXED_RULE,
    "upgradeBrand": UPGRADED,
}
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


@pytest.fixture
def served() -> Iterator[Sandbox]:
    """A sandbox in a thread of its own: schemathesis calls without a loop."""
    ready, over = threading.Event(), threading.Event()
    box: list[Sandbox] = []

    async def serve() -> None:
        async with Sandbox(clock_speed=0) as sandbox:
            box.append(sandbox)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield box[0]
    finally:
        over.set()
        thread.join()


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


def attack(document: dict[str, Any], operation_id: str, url: str, headers: dict[str, str]) -> None:
    """Call one operation with data that the contract allows and forbids, and check the answers."""
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url)
    [found] = schema.include(operation_id=operation_id).get_all_operations()
    assert isinstance(found, Ok)
    operation = found.ok()
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES])

    with requests.Session() as session:

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=cases)
        def run(case: schemathesis.Case[Any]) -> None:
            excluded = list(EXCLUDED.get(operation_id, ()))
            case.call_and_validate(session=session, headers=headers, excluded_checks=excluded)

        run()


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
