"""Responsys' documents, in and out again without loss: the contract's examples, samples, whatever may come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.errors import DecodeError
from campaign_reg.providers.responsys.approval_models import ApprovalList, CampaignApproval
from campaign_reg.providers.responsys.codec import changed, make_converter, shows
from campaign_reg.providers.responsys.details import (
    CloseResult,
    DataSourcesAttribute,
    OrganizationAccess,
    Preview,
    ProofListAttribute,
    RateLimitList,
    SearchResult,
)
from campaign_reg.providers.responsys.models import (
    CampaignChanges,
    CampaignDraft,
    CampaignList,
    DataSource,
    DataSourceField,
    ResponsysCampaign,
)
from campaign_reg.providers.responsys.schedule_models import (
    LaunchOptions,
    LaunchSchedule,
    ScheduleDraft,
    ScheduleList,
)
from campaign_reg.wire.codec import dumps, loads
from tests.support.vendors.responsys_contract import answers, requests

CONVERTER = make_converter()
SAMPLES = Path(__file__).parent / "samples"
RESULTS: dict[str, type[Any]] = {
    "getRateLimits": RateLimitList,
    "listCampaigns": CampaignList,
    "searchCampaigns": SearchResult,
    "closeCampaign": CloseResult,
    "previewCampaign": Preview,
    "listSchedules": ScheduleList,
    **dict.fromkeys(("createSchedule", "getSchedule", "updateSchedule", "deleteSchedule"), LaunchSchedule),
    **dict.fromkeys(("getProofList", "setProofList"), ProofListAttribute),
    "getDataSources": DataSourcesAttribute,
    **dict.fromkeys(("getCampaignOrganizations", "setCampaignOrganizations"), OrganizationAccess),
    "listCampaignApprovals": ApprovalList,
    **dict.fromkeys(("getCampaignApproval", "setCampaignApproval"), CampaignApproval),
    **{
        f"{call}Campaign{version}": ResponsysCampaign
        for call in ("create", "get", "update", "copy")
        for version in ("", "V15")
    },
}
GOOD = [
    pytest.param(op, body, id=f"{op}-{name}")
    for op, status, name, body in answers()
    if status == "200" and op != "authToken"
]


def again(body: Any, model: type[Any]) -> Any:
    """Through JSON text, as over the wire."""
    return loads(dumps(CONVERTER.unstructure(CONVERTER.structure(loads(json.dumps(body).encode()), model))))


def campaign(**members: Any) -> ResponsysCampaign:
    made: ResponsysCampaign = CONVERTER.structure({"name": "Spring", **members}, ResponsysCampaign)
    return made


@pytest.mark.parametrize(("operation", "body"), GOOD)
def test_every_example_answer_comes_out_as_it_went_in(operation: str, body: Any) -> None:
    assert again(body, RESULTS[operation]) == body


def test_every_operation_has_an_example() -> None:
    assert {op for op, status, _, _ in answers() if status == "200"} == {*RESULTS, "authToken"}


@pytest.mark.parametrize(
    ("operation", "model"),
    [
        ("createCampaign", CampaignDraft),
        ("createCampaignV15", CampaignDraft),
        ("createSchedule", ScheduleDraft),
        ("updateSchedule", ScheduleDraft),
    ],
)
def test_our_bodies_are_the_contracts(operation: str, model: type[Any]) -> None:
    for _, body in requests(operation):
        sent = CONVERTER.structure(body, model)
        assert CONVERTER.unstructure(sent) == body


@pytest.mark.parametrize("folder", sorted(SAMPLES.iterdir()), ids=lambda folder: folder.name)
def test_samples(folder: Path) -> None:
    models: dict[str, type[Any]] = {
        "campaign_v13": ResponsysCampaign,
        "campaign_v15": ResponsysCampaign,
        "campaign_page": CampaignList,
        "approval": CampaignApproval,
        "schedule_page": ScheduleList,
    }
    assert "https://docs.oracle.com/" in (folder / "README").read_text()
    body = json.loads((folder / "200.json").read_text())
    assert again(body, models[folder.name]) == body


@pytest.mark.parametrize("id", [4200017, "4200017", "0042", "many", None])
def test_numbers_that_are_texts_and_texts_that_are_numbers(id: Any) -> None:
    body = {"id": id, "name": "Spring", "folderName": "F"}
    assert again(body, ResponsysCampaign) == body
    assert campaign(id=id).number == {4200017: 4200017, "4200017": 4200017, "0042": 42}.get(id)


@pytest.mark.parametrize(
    ("id", "text"), [(307377, "307377"), ("307377", "307377"), ("x/7", "x/7"), ("007", "7")]
)
def test_ids_of_schedules(id: Any, text: str) -> None:
    body = {"id": id, "scheduleType": "ONCE"}
    schedule = CONVERTER.structure(body, LaunchSchedule)
    assert schedule.id == text
    assert again(body, LaunchSchedule) == body


@pytest.mark.parametrize(
    ("model", "body", "path"),
    [
        (ResponsysCampaign, {"folderName": "F"}, "name"),
        (ResponsysCampaign, {"name": None}, "name"),
        (ResponsysCampaign, {"name": 7}, "name"),
        (ResponsysCampaign, {"name": "a", "filterPaths": ["x", 7]}, "filterPaths[1]"),
        (ResponsysCampaign, {"name": "a", "campaignVariables": {"S": 7}}, "campaignVariables['S']"),
        (ResponsysCampaign, {"name": "a", "useUTF8": "yes"}, "useUTF8"),
        (ResponsysCampaign, {"name": "a", "campaignStatus": 1}, "campaignStatus"),
        (ResponsysCampaign, {"name": "a", "id": 4.5}, "id"),
        (ResponsysCampaign, {"name": "a", "dataSource": [{"path": "p"}]}, "dataSource[0].fields"),
        (CampaignApproval, {"campaignName": "a"}, "approvalStatus"),
        (CampaignApproval, {"approvalStatus": "APPROVED"}, "campaignName"),
        (LaunchSchedule, {"scheduleType": "NOW"}, "id"),
        (CloseResult, {"status": "true"}, "status"),
        (ProofListAttribute, {"attributeName": "proofList"}, "attributeData"),
        (OrganizationAccess, {}, "attributes"),
        (RateLimitList, [{"api": "login"}], "limit"),
        (RateLimitList, {"errorCode": "X", "errorDetails": []}, ""),
        (RateLimitList, {"a": [], "b": []}, ""),
        (RateLimitList, 7, ""),
    ],
)
def test_what_does_not_fit_names_its_place(model: type[Any], body: Any, path: str) -> None:
    with pytest.raises(DecodeError) as caught:
        CONVERTER.structure(body, model)
    assert caught.value.path == path


@pytest.mark.parametrize("body", [{"limits": [{"api": "a", "limit": 1}], "links": []}, {"items": []}, []])
def test_limits_in_a_wrapper(body: Any) -> None:
    assert again(body, RateLimitList) == body


@given(
    st.dictionaries(
        st.sampled_from(
            ["campaignStatus", "type", "subject", "description", "new_one", "links", "filterPaths"]
        ),
        st.none()
        | st.text()
        | st.lists(st.text(), max_size=3)
        | st.lists(st.dictionaries(st.text(), st.none())),
    )
)
def test_whatever_comes_is_kept_or_refused(members: dict[str, Any]) -> None:
    body = {"name": "Spring", **members}
    try:
        made = CONVERTER.structure(body, ResponsysCampaign)
    except DecodeError:
        return
    assert CONVERTER.unstructure(made) == body


class TestChanged:
    def test_the_whole_campaign_goes_back(self) -> None:
        read = campaign(
            id=7,
            folderName="F",
            subject="old",
            campaignStatus="DRAFT",
            dataSource=[{"path": "p", "type": "PROFILE_LIST", "fields": [], "defaultValue": None, "new": 1}],
            filterPaths=["a"],
            links=[{"rel": "self"}],
            unknown={"kept": True},
            locale=None,
            description=None,
        )
        body = changed(CONVERTER, read, CampaignChanges(subject="new", filter_paths=()))
        assert body == {
            "name": "Spring",
            "folderName": "F",
            "subject": "new",
            "dataSource": [
                {"path": "p", "type": "PROFILE_LIST", "fields": [], "defaultValue": None, "new": 1}
            ],
            "filterPaths": [],
            "unknown": {"kept": True},
            "description": None,
        }

    def test_what_was_not_said_is_not_made_up(self) -> None:
        body = changed(CONVERTER, campaign(folderName="F"), CampaignChanges(locale="en"))
        assert body == {"name": "Spring", "folderName": "F", "locale": "en"}


SOURCE = DataSource(path="Lists/C", type="PROFILE_LIST", fields=(DataSourceField(name="EMAIL_ADDRESS_"),))
AS_READ = {
    "path": "Lists/C",
    "alias": "C",
    "type": "PROFILE_LIST",
    "fields": [{"name": "EMAIL_ADDRESS_", "alias": "EMAIL_ADDRESS_", "lookUpKey": False}],
    "defaultValue": None,
}


@pytest.mark.parametrize(
    ("members", "changes", "shown"),
    [
        ({"subject": "a"}, {"subject": "a"}, True),
        ({"subject": "a"}, {"subject": "b"}, False),
        ({}, {"subject": "a"}, False),
        ({}, {"subject": ""}, True),
        ({"subject": "a"}, {"subject": ""}, False),
        ({}, {"filter_paths": ()}, True),
        ({"filterPaths": ["a", "b"]}, {"filter_paths": ("a", "b")}, True),
        ({"filterPaths": ["a", "b"]}, {"filter_paths": ("b", "a")}, False),
        ({"filterPaths": ["a", "b"]}, {"filter_paths": ("a",)}, False),
        ({"useUTF8": False}, {"use_utf8": False}, True),
        ({}, {"use_utf8": False}, False),
        ({"campaignVariables": {"S": "1"}}, {"campaign_variables": {"S": "1"}}, True),
        ({"campaignVariables": {"S": "1", "T": "2"}}, {"campaign_variables": {"S": "1"}}, False),
        ({"dataSource": [AS_READ]}, {"data_source": (SOURCE,)}, True),
        ({"dataSource": [{**AS_READ, "path": "Lists/D"}]}, {"data_source": (SOURCE,)}, False),
        ({"dataSource": [AS_READ, AS_READ]}, {"data_source": (SOURCE,)}, False),
        ({"subject": "a", "locale": "en"}, {"subject": "a", "locale": "de"}, False),
    ],
)
def test_whether_a_campaign_is_as_wanted(members: Any, changes: Any, shown: bool) -> None:
    assert shows(campaign(**members), CampaignChanges(**changes)) is shown


def test_an_approval_is_no_campaign() -> None:
    approval = CONVERTER.structure({"campaignName": "a", "approvalStatus": "APPROVED"}, CampaignApproval)
    assert not shows(approval, CampaignChanges(subject=""))


def test_links_inside_the_options() -> None:
    body = {
        "id": 1,
        "scheduleType": "ONCE",
        "launchOptions": {"proofLaunch": False, "links": [{"rel": "self"}]},
    }
    made = CONVERTER.structure(body, LaunchSchedule)
    assert isinstance(made.launch_options, LaunchOptions)
    assert again(body, LaunchSchedule) == body
