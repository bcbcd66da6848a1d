from __future__ import annotations

import re

import pytest

from campaign_reg.sandbox.sinch import bodies as sinch_bodies
from campaign_reg.sandbox.sinch.bodies import array, choice, flag, record, text
from tests.support.vendors.sinch_client import contract_document


def test_rules() -> None:
    assert text(2, 3)("äöü") is None
    assert text(2, 3)("x") == "size must be between 2 and 3"
    assert text()(1) == "must be a string"
    assert text(pattern=re.compile("[a-z]+"))("x1") == "invalid value"
    assert choice((1, "a"))("a") is None
    assert choice((1, "a"))(True) == "invalid value"
    assert array(flag)([True, False]) is None
    assert array(flag)([True, 0]) == "must be a boolean"
    assert array(flag, 1)([True, True]) == "size must be between 0 and 1"
    assert record({})([]) == "must be an object"
    assert record({"x": flag})({"y": 1, "x": 0}) == "must be a boolean"


@pytest.mark.parametrize(
    ("schema", "members", "optional"),
    [
        ("CreateCampaignRequest", sinch_bodies.CREATE_MEMBERS, sinch_bodies.CREATE_OPTIONAL),
        ("UploadCampaignFileRequest", sinch_bodies.UPLOAD_MEMBERS, sinch_bodies.UPLOAD_OPTIONAL),
        ("ResubmitCampaignRequest", sinch_bodies.RESUBMIT_MEMBERS, {"mnos"}),
    ],
)
def test_tables_name_what_the_contract_names(
    schema: str, members: dict[str, object], optional: set[str]
) -> None:
    told = contract_document("sinch-10dlc.yaml")["components"]["schemas"][schema]
    assert set(members) == set(told["properties"])
    assert set(members) - set(optional) == set(told.get("required", ()))


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ("CampaignStatus", sinch_bodies.STATUSES),
        ("LastActionStatus", sinch_bodies.LAST_ACTIONS),
        ("CampaignUseCase", sinch_bodies.USE_CASES),
        ("CampaignSubUseCase", sinch_bodies.SUB_USE_CASES),
        ("MnoCode", list(sinch_bodies.MNO_KEYS)),
    ],
)
def test_lists_are_the_contracts(schema: str, values: list[str]) -> None:
    assert list(values) == contract_document("sinch-10dlc.yaml")["components"]["schemas"][schema]["enum"]
