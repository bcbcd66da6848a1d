"""Sinch's documents, in and out again without loss: the contract's examples, samples, whatever may come."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.errors import DecodeError
from campaign_reg.providers.sinch.errors import ERRORS
from campaign_reg.providers.sinch.ten_dlc.codec import feedback_of, make_converter, terms_of, version_time
from campaign_reg.providers.sinch.ten_dlc.models import (
    CampaignDraft,
    CampaignFeedback,
    CampaignList,
    CampaignStatus,
    CreatedCampaign,
    OperatorTerms,
    Resubmission,
    SinchCampaign,
    UploadAnswer,
)
from campaign_reg.providers.sinch.ten_dlc.qualification_models import Qualification
from campaign_reg.wire.message import Response
from tests.support.vendors.sinch_contract import answers, requests
from tests.support.vendors.sinch_json import CONVERTER, again, same

SAMPLES = Path(__file__).parent.parent / "samples"
RESULTS: dict[str, type[Any]] = {
    "createCampaign": CreatedCampaign,
    "getCampaign": SinchCampaign,
    "getCampaignByTcrId": SinchCampaign,
    "listCampaigns": CampaignList,
    "getCampaignFeedback": CampaignFeedback,
    "qualifyBrand": Qualification,
    "uploadCampaignFile": UploadAnswer,
    "uploadCampaignFilesOld": UploadAnswer,
}
EMPTY = {"deleteCampaign", "resubmitCampaign"}
GOOD = [pytest.param(op, body, id=f"{op}-{name}") for op, status, name, body in answers() if status == "200"]
BAD = [
    pytest.param(int(status), body, id=f"{op}-{status}-{name}")
    for op, status, name, body in answers()
    if status != "200"
]


@pytest.mark.parametrize(("operation", "body"), GOOD)
def test_every_example_answer_comes_out_as_it_went_in(operation: str, body: Any) -> None:
    if operation in EMPTY:
        assert body == {}
    else:
        assert same(again(body, RESULTS[operation]), body)


def test_every_operation_has_an_example() -> None:
    assert {op for op, status, _, _ in answers() if status == "200"} == {*RESULTS, *EMPTY}


@pytest.mark.parametrize(("status", "body"), BAD)
def test_every_example_refusal_is_read(status: int, body: Any) -> None:
    told = ERRORS.parse(Response(status=status, headers={}, body=json.dumps(body).encode()))
    error = body["error"]
    assert (told.code, told.message) == (error.get("status", ""), error["message"])
    details = [v for detail in error.get("details", []) for v in detail.get("fieldViolations", [])]
    lines = [line for detail in told.details for line in detail.violations]
    assert lines == [f"{v['field']}: {v['description']}" for v in details]


@pytest.mark.parametrize(
    ("operation", "model"), [("createCampaign", CampaignDraft), ("resubmitCampaign", Resubmission)]
)
def test_our_bodies_are_the_contracts(operation: str, model: type[Any]) -> None:
    for name, body in requests(operation):
        if name == "everyone":  # `mnos: []`, which we refuse to send
            continue
        sent = CONVERTER.unstructure(CONVERTER.structure(body, model))
        assert same(sent, body)


@pytest.mark.parametrize("folder", sorted(SAMPLES.iterdir()), ids=lambda folder: folder.name)
def test_samples(folder: Path) -> None:
    models = {
        "approved_campaign": SinchCampaign,
        "resubmit_failed_feedback": CampaignFeedback,
        "campaign_page": CampaignList,
    }
    assert "https://developers.sinch.com/" in (folder / "README").read_text()
    [sample] = folder.glob("*.json")
    body = json.loads(sample.read_text())
    if sample.stem == "200":
        assert same(again(body, models[folder.name]), body)
    else:
        assert ERRORS.refusal(int(sample.stem), "").transient


def campaign(**members: Any) -> SinchCampaign:
    made: SinchCampaign = CONVERTER.structure({"campaignRegistrationId": "c1", **members}, SinchCampaign)
    return made


def test_typed_values() -> None:
    body = json.loads((SAMPLES / "approved_campaign" / "200.json").read_text())
    made = CONVERTER.structure(body, SinchCampaign)
    assert made.created_at == datetime(2026, 3, 2, 14, 5, 31, tzinfo=UTC)
    assert (made.monthly_fee, made.setup_fee) == (Decimal("1.5"), Decimal("15.0"))
    assert made.status is CampaignStatus.APPROVED
    assert (made.mno_metadata["10017"].tpm, made.mno_metadata["10035"].brand_daily_cap) == (240, 2000)
    assert made.extra == {}


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("240", 240),
        ("0", 0),
        ("007", 7),
        ("+5", 5),
        (" 5", 5),
        ("1,000", 1000),
        (240, 240),
        ("", None),
        ("many", None),
        ("1e3", None),
        ("-5", None),
        ("٣", None),
        ("9" * 5000, None),
        (None, None),
    ],
)
def test_strings_that_are_numbers_become_numbers_and_nothing_is_lost(raw: Any, value: int | None) -> None:
    body = {"mno": "AT&T", "tpm": raw}
    terms: OperatorTerms = CONVERTER.structure(body, OperatorTerms)
    assert terms.tpm == value
    assert CONVERTER.unstructure(terms) == body


@pytest.mark.parametrize(
    ("member", "value", "path"),
    [
        ("modifiedDate", 17, "modifiedDate"),
        ("modifiedDate", "yesterday", "modifiedDate"),
        ("campaignName", 7, "campaignName"),
        ("campaignName", True, "campaignName"),
        ("mock", "true", "mock"),
        ("mock", 1, "mock"),
        ("monthlyFee", "1.5", "monthlyFee"),
        ("status", 3, "status"),
        ("subUseCases", ["2FA", None], "subUseCases[1]"),
        ("mnoMetadata", [], "mnoMetadata"),
        ("mnoMetadata", {"10017": 5}, "mnoMetadata['10017']"),
        ("mnoMetadata", {"10017": {"tpm": 2.5}}, "mnoMetadata['10017'].tpm"),
        ("campaignRegistrationId", None, "campaignRegistrationId"),
    ],
)
def test_what_does_not_fit_names_the_place(member: str, value: Any, path: str) -> None:
    with pytest.raises(DecodeError) as caught:
        campaign(**{member: value})
    assert caught.value.path == path
    assert str(value) not in caught.value.reason


def test_an_id_is_all_that_must_be_there() -> None:
    assert same(CONVERTER.unstructure(campaign()), {"campaignRegistrationId": "c1"})
    with pytest.raises(DecodeError, match="campaignRegistrationId: missing"):
        CONVERTER.structure({}, SinchCampaign)


@pytest.mark.parametrize(
    "version",
    ["2026-03-04T09:12:07Z", "2026-03-04T09:12:07.123456789Z", "2026-03-04T09:12:07+00:00", "2026-03-04"],
)
def test_the_version_is_byte_for_byte(version: str) -> None:
    assert campaign(modifiedDate=version).version == version


def test_no_version() -> None:
    assert campaign().version is None
    assert campaign(modifiedDate=None).version is None


@pytest.mark.parametrize(
    ("version", "instant"),
    [
        ("2026-03-04T09:12:07Z", datetime(2026, 3, 4, 9, 12, 7, tzinfo=UTC)),
        ("2026-03-04T11:12:07+02:00", datetime(2026, 3, 4, 9, 12, 7, tzinfo=UTC)),
        ("rev-17", None),
        ("", None),
    ],
)
def test_the_instant_of_a_version(version: str, instant: datetime | None) -> None:
    assert version_time(version) == instant


def test_terms_by_operator() -> None:
    made = campaign(
        mnoMetadata={
            "10017": {
                "mno": "AT&T",
                "status": "APPROVED",
                "msgClass": "E",
                "tpm": "240",
                "tpmScope": "CAMPAIGN",
            },
            "10035": {"mno": "T-Mobile", "brandTier": "UNCAPPED", "brandDailyCap": None},
            "45010": {"status": "APPROVED"},
        }
    )
    terms = terms_of(made)
    assert terms["AT&T"] == {
        "status": "APPROVED", "msg_class": "E", "tpm": 240, "tpm_scope": "CAMPAIGN"
    }  # fmt: skip
    assert terms["T-Mobile"] == {"brand_tier": "UNCAPPED"}
    assert terms["45010"] == {"status": "APPROVED"}


def test_two_networks_of_one_name_are_both_kept() -> None:
    made = campaign(
        mnoMetadata={"1": {"mno": "X", "tpm": "1"}, "2": {"mno": "X", "tpm": "2"}, "3": {"mno": "Y"}}
    )
    assert terms_of(made) == {"1": {"tpm": 1}, "2": {"tpm": 2}, "Y": {}}


def test_feedback_of_both_kinds() -> None:
    document = CONVERTER.structure(
        {
            "tcrErrorResponse": [
                {"code": "502", "field": "sample1", "description": "No opt-out.", "hint": 1}
            ],
            "internalErrorResponse": [{"code": "CR2005"}, {}],
        },
        CampaignFeedback,
    )
    registry, own, empty = feedback_of(document)
    assert (registry.code, registry.field, registry.text) == ("502", "sample1", "No opt-out.")
    assert registry.raw == {"code": "502", "field": "sample1", "description": "No opt-out.", "hint": 1}
    assert (own.code, own.field, own.text) == ("CR2005", "", "")
    assert empty.code == ""


def test_hooks_of_users_are_used() -> None:
    converter = make_converter()
    converter.register_structure_hook(
        CreatedCampaign, lambda value, _: CreatedCampaign(id=value["campaignRegistrationId"].upper())
    )
    assert converter.structure({"campaignRegistrationId": "a"}, CreatedCampaign).id == "A"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
instants = st.datetimes(min_value=datetime(1000, 1, 3), max_value=datetime(9999, 12, 29))  # noqa: DTZ001
dates = st.one_of(
    instants.map(lambda at: at.isoformat(timespec="seconds") + "Z"),
    instants.map(lambda at: at.isoformat()),
    instants.map(lambda at: at.isoformat() + "+05:30"),
    instants.map(lambda at: at.strftime("%G-W%V-%u")),
    instants.map(lambda at: at.date().isoformat()),
)
numbers = st.one_of(
    st.integers(0, 10**20).map(str),
    st.text(max_size=4),
    st.integers(-(10**9), 10**9),
    st.from_regex(r"\A[0-9]{1,30}\Z"),
)
fees = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
kinds: dict[str, st.SearchStrategy[Any]] = {
    "tpm": numbers,
    "brandDailyCap": numbers,
    "brandTier": st.text(),
    "tpmScope": st.sampled_from(["CAMPAIGN", "BRAND", ""]),
    "mno": st.text(),
}
terms = st.fixed_dictionaries({}, optional={name: st.none() | kind for name, kind in kinds.items()})
members: dict[str, st.SearchStrategy[Any]] = {
    "campaignId": st.text(),
    "campaignName": st.text(),
    "createDate": dates,
    "modifiedDate": dates,
    "nextRenewalOrExpirationDate": dates,
    "autoRenewal": st.booleans(),
    "monthlyFee": fees,
    "setupFee": fees,
    "status": st.sampled_from(["ACTIVE", "NEVER_SEEN", ""]),
    "lastActionStatus": st.text(),
    "subUseCases": st.lists(st.text(), max_size=3),
    "mnoMetadata": st.dictionaries(
        st.text(), terms | terms.map(lambda t: {**t, "futureTerm": [1]}), max_size=3
    ),
    "optinKeywords": st.text(),
    "somethingNew": json_values,
    "extra": json_values,
    "updated_at": json_values,
}
campaigns = st.fixed_dictionaries(
    {"campaignRegistrationId": st.text()}, optional={name: st.none() | kind for name, kind in members.items()}
)


@given(campaigns)
def test_any_campaign_comes_out_as_it_went_in(body: dict[str, Any]) -> None:
    assert same(again(body, SinchCampaign), json.loads(json.dumps(body)))


@given(st.lists(campaigns, max_size=3), st.none() | st.text(), st.none() | st.integers(0, 2**31))
def test_any_page_comes_out_as_it_went_in(items: list[Any], token: str | None, total: int | None) -> None:
    body = {"campaignRegistrations": items, "nextPageToken": token, "totalSize": total}
    assert same(again(body, CampaignList), json.loads(json.dumps(body)))


@given(campaigns)
def test_a_version_is_what_the_vendor_said(body: dict[str, Any]) -> None:
    assert CONVERTER.structure(body, SinchCampaign).version == body.get("modifiedDate")


def test_a_changed_copy_says_the_new_value() -> None:
    """`extra` keeps the odd spelling only while it still means the same."""
    odd = campaign(modifiedDate="2026-03-04T09:12:07.5Z", mock=None)
    changed = attrs.evolve(odd, updated_at=datetime(2027, 1, 1, tzinfo=UTC), mock=True)
    assert CONVERTER.unstructure(changed)["modifiedDate"] == "2027-01-01T00:00:00Z"
    assert CONVERTER.unstructure(changed)["mock"] is True


@pytest.mark.parametrize("field", ["helpMessage", "help_message"])
def test_a_reason_comes_with_what_to_do_about_its_field(field: str) -> None:
    document = make_converter().structure(
        {
            "tcrErrorResponse": [
                {"code": "507", "field": field, "description": "Names no contact."},
                {"code": "999", "field": "somethingNew", "description": "New."},
            ]
        },
        CampaignFeedback,
    )
    known, new = feedback_of(document)
    assert known.advice == "name the brand and a way to reach it: a mail address, a phone number or a page"
    assert new.advice == ""
