"""The table of calls, held against the contract's paths."""

from __future__ import annotations

import re

import pytest

from campaign_reg.enums import Applied
from campaign_reg.providers.sinch.ten_dlc import operations
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.request import build_request
from tests.support.vendors.sinch_contract import campaign_operations

OURS = {name: value for name, value in vars(operations).items() if isinstance(value, Operation)}
NAMES = {
    "createCampaign": "CREATE",
    "getCampaign": "GET",
    "getCampaignByTcrId": "GET_BY_TCR_ID",
    "listCampaigns": "LIST",
    "deleteCampaign": "DELETE",
    "getCampaignFeedback": "FEEDBACK",
    "resubmitCampaign": "RESUBMIT",
    "qualifyBrand": "QUALIFY",
    "uploadCampaignFile": "UPLOAD_FILE",
    "uploadCampaignFilesOld": "UPLOAD_FILE",
}


def test_every_call_of_the_contract_is_in_the_table() -> None:
    assert {operation["operationId"] for _, _, operation in campaign_operations()} == set(NAMES)
    assert set(NAMES.values()) == set(OURS)


@pytest.mark.parametrize(("path", "method", "theirs"), list(campaign_operations()))
def test_paths_methods_and_what_may_be_repeated(
    path: str, method: str, theirs: dict[str, dict[str, bool]]
) -> None:
    name = str(theirs["operationId"])
    ours = OURS[NAMES[name]]
    url = ours.path + ("" if ours is not operations.UPLOAD_FILE else path.rpartition("/")[2])
    assert re.sub(r"{\w+}", "{}", url) == re.sub(r"{\w+}", "{}", path)
    assert (ours.method, ours.safe) == (method.upper(), theirs["x-retry"]["safe-after-timeout"])
    assert str(theirs["x-source"]) in ours.source


@pytest.mark.parametrize("ours", OURS.values(), ids=OURS)
def test_only_a_429_is_known_not_applied(ours: Operation) -> None:
    assert ours.errors.refusal(429, "").applied is Applied.NO
    assert ours.errors.refusal(429, "").transient
    for status in (500, 502, 503, 504, 408, 409, 301, 204):
        assert ours.errors.refusal(status, "").applied is Applied.MAYBE


def test_colons_stay_and_everything_else_is_escaped() -> None:
    request = build_request(operations.CREATE, "https://x", path={"project_id": "a:b"})
    assert request.url == "https://x/v1/projects/a%3Ab/campaignRegistrations:submit"
