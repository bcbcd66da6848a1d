"""The models' own words: enums as the contract lists them, states, and what a resubmission may be."""

from __future__ import annotations

import re
from typing import Any

import attrs
import pytest

from campaign_reg.enums import CampaignState, OpenEnum
from campaign_reg.errors import DecodeError, InvalidInputError
from campaign_reg.providers.sinch.ten_dlc.codec import make_converter
from campaign_reg.providers.sinch.ten_dlc.models import (
    BrandTier,
    CampaignDraft,
    CampaignFeedback,
    CampaignList,
    CampaignStatus,
    LastActionStatus,
    Mno,
    OperatorTerms,
    Resubmission,
    SinchCampaign,
    TpmScope,
    UploadAnswer,
    UseCase,
)
from campaign_reg.providers.sinch.ten_dlc.qualification_models import Qualification, QualifiedTerms
from tests.support.vendors.sinch_contract import CONTRACT, enum


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (CampaignStatus, "CampaignStatus"),
        (LastActionStatus, "LastActionStatus"),
        (UseCase, "CampaignUseCase"),
        (Mno, "MnoCode"),
        (BrandTier, "BrandTier"),
        (TpmScope, "TpmScope"),
    ],
)
def test_enums_are_the_contracts(ours: type[OpenEnum], theirs: str) -> None:
    assert {member.value for member in ours} == set(enum(theirs))


def test_the_tiers_ladder_is_the_contracts() -> None:
    assert [tier.value for tier in BrandTier] == enum("BrandTier")


@pytest.mark.parametrize(
    ("schema", "model"),
    [
        ("Campaign", SinchCampaign),
        ("CampaignMnoMetadata", OperatorTerms),
        ("QualifyMnoMetadata", QualifiedTerms),
        ("QualifyResponse", Qualification),
        ("CampaignFeedback", CampaignFeedback),
        ("CampaignList", CampaignList),
        ("UploadCampaignFileResponse", UploadAnswer),
    ],
)
def test_every_member_of_the_contract_is_typed(schema: str, model: type[Any]) -> None:
    converter = make_converter()
    for name in CONTRACT["components"]["schemas"][schema]["properties"]:
        with pytest.raises(DecodeError) as caught:  # what is not typed is kept in `extra`, whatever it is
            converter.structure({"campaignRegistrationId": "c1", name: object()}, model)
        assert caught.value.path == name


def test_a_draft_has_every_member_of_the_contract() -> None:
    schema = CONTRACT["components"]["schemas"]["CreateCampaignRequest"]
    fields = attrs.fields_dict(CampaignDraft)
    names = {
        name if "_" in name else re.sub("([A-Z])", lambda m: "_" + m[1].lower(), name)
        for name in schema["properties"]
    }
    assert names - set(fields) <= {"vertical"}
    assert set(fields) <= names
    required = {name for name, field in fields.items() if field.default is attrs.NOTHING}
    assert {re.sub("([A-Z])", lambda m: "_" + m[1].lower(), name) for name in schema["required"]} >= required


@pytest.mark.parametrize("status", CampaignStatus)
def test_every_status_has_a_neutral_word(status: CampaignStatus) -> None:
    assert SinchCampaign(id="c1", status=status).state is not CampaignState.UNKNOWN


def test_states_follow_the_contracts_outcomes() -> None:
    expected = {
        "success": {"approved", "active"},
        "failure": {"rejected"},
        "ended": {"ended"},
        None: {"in_review"},
    }
    for name, state in CONTRACT["x-state-machines"]["campaignStatus"]["states"].items():
        assert SinchCampaign(id="c1", status=CampaignStatus(name)).state in expected[state.get("outcome")]


@pytest.mark.parametrize("status", [None, CampaignStatus("PENDING_AUDIT")])
def test_what_nobody_knows_is_unknown(status: CampaignStatus | None) -> None:
    campaign = SinchCampaign(id="c1", status=status)
    assert campaign.state is CampaignState.UNKNOWN
    assert campaign.vendor_status == (status or "")
    assert campaign.name == ""


@pytest.mark.parametrize(
    ("mnos", "expected"),
    [
        (None, None),
        (("TMO",), (Mno.TMO,)),
        (["tmo", "TMO", "att"], (Mno.ATT, Mno.TMO)),
        ("ATT,TMO", (Mno.ATT, Mno.TMO)),
        (" att  tmo ", (Mno.ATT, Mno.TMO)),
        ({"VZW"}, (Mno.VZW,)),
    ],
)
def test_operators(mnos: Any, expected: tuple[Mno, ...] | None) -> None:
    assert Resubmission(mnos=mnos).mnos == expected


@pytest.mark.parametrize("mnos", [(), [], "", ",", [" "], set(), ["T-Mobile"], [None], [5], 5, {"ATT": 1}])
def test_operators_that_are_refused(mnos: Any) -> None:
    with pytest.raises(InvalidInputError, match="mnos"):
        Resubmission(mnos=mnos)
