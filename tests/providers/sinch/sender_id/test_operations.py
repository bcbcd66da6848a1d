"""The table of calls, held against the contract's paths."""

from __future__ import annotations

import re
from typing import Any

import pytest

from campaign_reg.enums import Applied
from campaign_reg.providers.sinch.config import SenderIdConfig
from campaign_reg.providers.sinch.sender_id import operations as table
from campaign_reg.wire.operation import Operation
from tests.support.vendors.sender_id_contract import operations

OURS = {name: value for name, value in vars(table).items() if isinstance(value, Operation)}
NAMES = {
    "createRegistration": "CREATE",
    "getRegistration": "GET",
    "listRegistrations": "LIST",
    "updateRegistration": "UPDATE",
    "deleteRegistration": "DELETE",
    "uploadRegistrationAttachment": "UPLOAD_ATTACHMENT",
    "downloadRegistrationAttachment": "DOWNLOAD_ATTACHMENT",
    "getPolicy": "GET_POLICY",
    "downloadPolicyTemplate": "DOWNLOAD_TEMPLATE",
    "listAvailableMarkets": "LIST_MARKETS",
    "listMarketVersions": "LIST_MARKET_VERSIONS",
    "getCallbackConfiguration": "GET_CALLBACK_CONFIGURATION",
    "updateCallbackConfiguration": "UPDATE_CALLBACK_CONFIGURATION",
}


def test_every_call_of_the_contract_is_in_the_table() -> None:
    assert {operation["operationId"] for _, _, operation in operations()} == set(NAMES)
    assert set(NAMES.values()) == set(OURS)


@pytest.mark.parametrize(("path", "method", "theirs"), list(operations()))
def test_paths_methods_and_what_may_be_repeated(path: str, method: str, theirs: dict[str, Any]) -> None:
    ours = OURS[NAMES[theirs["operationId"]]]
    url = ours.path
    if ours is table.DOWNLOAD_TEMPLATE:
        url += SenderIdConfig(project_id="p", key_id="k", key_secret="s").template_path
    assert re.sub(r"{\w+}", "{}", url) == re.sub(r"{\w+}", "{}", path)
    assert ours.method == method.upper()
    assert ours.safe <= theirs["x-retry"]["safe-after-timeout"]
    assert ours.safe == (method == "get")
    assert ours.source == theirs["x-source"]


@pytest.mark.parametrize("ours", OURS.values(), ids=OURS)
def test_only_a_429_is_known_not_applied(ours: Operation) -> None:
    assert ours.errors.refusal(429, "").applied is Applied.NO
    for status in (500, 502, 503, 504, 408, 409, 301, 204):
        assert ours.errors.refusal(status, "FAILED_PRECONDITION").applied is Applied.MAYBE
