"""Models, and what they refuse before any I/O."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

from campaign_reg.enums import CampaignState
from campaign_reg.errors import InvalidInputError
from campaign_reg.models.campaign import Campaign
from campaign_reg.protocol.params import make_params, params_from_text, plain_params
from campaign_reg.providers.responsys.approval_models import Approval, ApprovalStatus, CampaignApproval
from campaign_reg.providers.responsys.codec import make_converter
from campaign_reg.providers.responsys.details import SearchFilters, SearchHit, criteria
from campaign_reg.providers.responsys.models import (
    CampaignChanges,
    CampaignDraft,
    CampaignStatus,
    DataSource,
    DataSourceField,
    ResponsysCampaign,
)
from campaign_reg.providers.responsys.schedule_models import wall_time
from campaign_reg.wire.codec import camel
from tests.support.vendors.responsys_contract import CONTRACT

SCHEMAS = CONTRACT["components"]["schemas"]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("DRAFT", CampaignState.DRAFT),
        ("ACTIVE", CampaignState.ACTIVE),
        ("CLOSED", CampaignState.ENDED),
        ("NONE", CampaignState.UNKNOWN),
        ("ARCHIVED", CampaignState.UNKNOWN),
        (None, CampaignState.UNKNOWN),
    ],
)
def test_a_campaign_in_words_that_fit_every_vendor(status: str | None, state: CampaignState) -> None:
    made = ResponsysCampaign(
        name="Spring", campaign_status=None if status is None else CampaignStatus(status)
    )
    campaign: Campaign = made
    assert (campaign.id, campaign.name, campaign.provider) == ("Spring", "Spring", "responsys")
    assert (campaign.state, campaign.vendor_status) == (state, status or "")
    assert (campaign.version, campaign.created_at, campaign.updated_at) == (None, None, None)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("NEEDS_APPROVAL", CampaignState.IN_REVIEW),
        ("APPROVED", CampaignState.APPROVED),
        ("REJECTED", CampaignState.REJECTED),
        ("APPROVAL_NOT_REQUIRED", CampaignState.APPROVED),
        ("DELEGATED", CampaignState.UNKNOWN),
    ],
)
def test_an_approval_likewise(status: str, state: CampaignState) -> None:
    campaign: Campaign = CampaignApproval(campaign_name="Spring", approval_status=ApprovalStatus(status))
    assert (campaign.id, campaign.name, campaign.provider) == ("Spring", "Spring", "responsys")
    assert (campaign.state, campaign.vendor_status) == (state, status)
    assert (campaign.version, campaign.created_at, campaign.updated_at) == (None, None, None)


def test_the_enums_are_the_contracts() -> None:
    assert list(ApprovalStatus) == SCHEMAS["ApprovalStatus"]["enum"]
    assert list(CampaignStatus) == SCHEMAS["Campaign"]["properties"]["campaignStatus"]["enum"]


class TestApproval:
    @pytest.mark.parametrize("status", ["approved", " APPROVED ", ApprovalStatus.APPROVED])
    def test_a_state_however_it_is_spelled(self, status: Any) -> None:
        assert Approval(status=status) == Approval()
        assert make_params(Approval, {"status": status}).status is ApprovalStatus.APPROVED

    @pytest.mark.parametrize("status", ["MAYBE", "", None, 7, "APPROVED,REJECTED"])
    def test_no_other_state(self, status: Any) -> None:
        with pytest.raises(InvalidInputError, match="NEEDS_APPROVAL, APPROVED, REJECTED"):
            Approval(status=status)
        with pytest.raises(InvalidInputError):
            make_params(Approval, {"status": status})

    @pytest.mark.parametrize("status", list(ApprovalStatus))
    def test_there_and_back(self, status: ApprovalStatus) -> None:
        plain = plain_params(Approval(status=status))
        assert make_params(Approval, plain) == Approval(status=status)


class TestChanges:
    def test_nothing_to_change_is_refused(self) -> None:
        for make in (CampaignChanges, lambda: make_params(CampaignChanges, {})):
            with pytest.raises(InvalidInputError, match="at least one member"):
                make()

    def test_there_and_back(self) -> None:
        source = DataSource(
            path="Lists/C",
            type="PROFILE_LIST",
            fields=(DataSourceField(name="E", extra={"defaultValue": None}),),
        )
        changes = CampaignChanges(
            subject="",
            use_utf8=False,
            filter_paths=("a", "b"),
            data_source=(source,),
            campaign_variables={"S": "1"},
        )
        plain = plain_params(changes)
        assert plain["data_source"][0]["fields"][0]["extra"] == {"defaultValue": None}
        assert make_params(CampaignChanges, plain) == changes

    def test_from_a_table(self) -> None:
        cells = {
            "subject": "Hello",
            "use_utf8": "yes",
            "filter_paths": "a|b",
            "campaign_variables": '{"S":"1"}',
        }
        made = make_params(CampaignChanges, params_from_text(CampaignChanges, cells))
        assert made.given == {
            "subject": "Hello",
            "use_utf8": True,
            "filter_paths": ("a", "b"),
            "campaign_variables": {"S": "1"},
        }

    @pytest.mark.parametrize(
        "values", [{"name": "other"}, {"subject": 7}, {"use_utf8": "yes"}, {"filter_paths": "a"}]
    )
    def test_wrong_members(self, values: dict[str, Any]) -> None:
        with pytest.raises(InvalidInputError):
            make_params(CampaignChanges, values)


def test_a_draft_needs_name_and_folder() -> None:
    with pytest.raises(InvalidInputError, match="folder_name"):
        make_params(CampaignDraft, {"name": "Spring"})


def test_every_writable_member_of_the_contract_is_there() -> None:
    known = {"name", *SCHEMAS["CampaignCommon"]["properties"]}
    for schema in ("CampaignWrite", "CampaignWriteV15"):
        known |= set(SCHEMAS[schema]["properties"])
    values = make_converter().unstructure(_full())
    assert set(values) == known


def _full() -> CampaignDraft:
    texts: dict[str, Any] = {field.name: "x" for field in attrs.fields(CampaignDraft)}
    for name in texts:
        kind = str(attrs.fields_dict(CampaignDraft)[name].type)
        if "tuple" in kind:
            texts[name] = ()
        elif "Mapping" in kind:
            texts[name] = {}
    return CampaignDraft(**texts)


class TestSearchFilters:
    def test_as_the_vendor_spells_them(self) -> None:
        filters = SearchFilters(campaign_type="email", created_on=date(2026, 4, 9))
        assert criteria(filters) == {"campaignType": ("email",), "createdOn": "04-09-2026"}
        assert criteria(SearchFilters(short_code_and_long_code="1", modified_by="u")) == {
            "shortCodeAndLongCode": "1",
            "modifiedBy": "u",
        }

    @pytest.mark.parametrize(
        "values",
        [
            {"folder_name": "a", "created_by": "b", "modified_by": "c"},
            {"filter": "a"},
            {"filter": "a", "folder_name": "b"},
            {"campaign_type": ()},
            {"folder_name": ""},
        ],
    )
    def test_what_the_vendor_does_not_take(self, values: dict[str, Any]) -> None:
        with pytest.raises(InvalidInputError):
            SearchFilters(**values)

    def test_members_are_the_contracts(self) -> None:
        told = SCHEMAS["CampaignSearch"]["properties"]["filterCriteria"]["properties"]
        assert {camel(field.name) for field in attrs.fields(SearchFilters)} == set(told)


def test_a_hit_by_either_name() -> None:
    assert (SearchHit(name="a").id, SearchHit(campaign_name="b").id, SearchHit().id) == ("a", "b", "")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime.fromisoformat("2026-12-01T09:00"), "2026-12-01 09:00 AM"),
        (datetime.fromisoformat("2026-12-01T00:05"), "2026-12-01 12:05 AM"),
        (datetime.fromisoformat("2026-12-01T12:00"), "2026-12-01 12:00 PM"),
        (datetime.fromisoformat("2026-01-31T23:59"), "2026-01-31 11:59 PM"),
    ],
)
def test_wall_times(moment: datetime, text: str) -> None:
    assert wall_time(moment) == text


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 12, 1, 9, tzinfo=UTC),
        datetime.fromisoformat("2026-12-01T09:00:01"),
        datetime.fromisoformat("2026-12-01T09:00:00.000001"),
    ],
)
def test_wall_times_that_cannot_be_said(moment: datetime) -> None:
    with pytest.raises(InvalidInputError):
        wall_time(moment)
