"""Sinch's documents about senders, in and out again without loss."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.enums import CampaignState
from campaign_reg.errors import DecodeError
from campaign_reg.providers.sinch.errors import ERRORS
from campaign_reg.providers.sinch.sender_id.callbacks import CallbackConfiguration
from campaign_reg.providers.sinch.sender_id.codec import feedback_of, make_converter, version_time
from campaign_reg.providers.sinch.sender_id.models import (
    RegistrationDraft,
    RegistrationList,
    RegistrationPrice,
    RegistrationState,
    RegistrationType,
    RegistrationUpdate,
    SenderIdRegistration,
    UploadStatus,
)
from campaign_reg.providers.sinch.sender_id.policies import (
    MarketList,
    MarketVersion,
    MarketVersionList,
    Policy,
)
from campaign_reg.wire.codec import dumps, loads
from campaign_reg.wire.message import Response
from tests.support.vendors.sender_id_contract import CONTRACT, answers, enum, one_answer, requests

CONVERTER = make_converter()
SAMPLES = Path(__file__).parent / "samples"
RESULTS: dict[str, type[Any]] = {
    "getCallbackConfiguration": CallbackConfiguration,
    "updateCallbackConfiguration": CallbackConfiguration,
    "listAvailableMarkets": MarketList,
    "listMarketVersions": MarketVersionList,
    "getPolicy": Policy,
    "listRegistrations": RegistrationList,
    "createRegistration": SenderIdRegistration,
    "getRegistration": SenderIdRegistration,
    "updateRegistration": SenderIdRegistration,
}
GOOD = [pytest.param(op, body, id=f"{op}-{name}") for op, status, name, body in answers() if status == "200"]
BAD = [
    pytest.param(int(status), body, id=f"{op}-{status}-{name}")
    for op, status, name, body in answers()
    if status != "200"
]
SPELLINGS: list[tuple[str, datetime]] = [
    ("2021-11-03T14:30:03", datetime(2021, 11, 3, 14, 30, 3, tzinfo=UTC)),
    ("2023-06-06T07:45:27.785357", datetime(2023, 6, 6, 7, 45, 27, 785357, tzinfo=UTC)),
    ("2024-09-12T10:45:30.594765Z", datetime(2024, 9, 12, 10, 45, 30, 594765, tzinfo=UTC)),
    ("2023-09-17 06:22:34.372747", datetime(2023, 9, 17, 6, 22, 34, 372747, tzinfo=UTC)),
    ("2024-11-03", datetime(2024, 11, 3, tzinfo=UTC)),
]


def again(body: Any, model: type[Any]) -> Any:
    """Through JSON text, as over the wire."""
    return loads(dumps(CONVERTER.unstructure(CONVERTER.structure(loads(json.dumps(body).encode()), model))))


def same(out: Any, body: Any) -> bool:
    """Equal as JSON, except that a list which did not come may go out empty; True is not 1."""
    if isinstance(out, dict) and isinstance(body, dict):
        made_up = [out[name] for name in out if name not in body]
        return all(value == [] for value in made_up) and all(
            name in out and same(out[name], value) for name, value in body.items()
        )
    if isinstance(out, list) and isinstance(body, list):
        return len(out) == len(body) and all(map(same, out, body))
    return bool(out == body) and isinstance(out, bool) == isinstance(body, bool)


def registration(**members: Any) -> SenderIdRegistration:
    made: SenderIdRegistration = CONVERTER.structure({"id": "r1", **members}, SenderIdRegistration)
    return made


@pytest.mark.parametrize(("operation", "body"), GOOD)
def test_every_example_answer_comes_out_as_it_went_in(operation: str, body: Any) -> None:
    assert same(again(body, RESULTS[operation]), body)


def test_every_operation_with_a_body_has_an_example() -> None:
    assert {op for op, status, _, _ in answers() if status == "200"} == set(RESULTS)


@pytest.mark.parametrize(("status", "body"), BAD)
def test_every_example_refusal_is_read(status: int, body: Any) -> None:
    told = ERRORS.parse(Response(status=status, headers={}, body=json.dumps(body).encode()))
    error = body["error"]
    assert (told.code, told.message) == (error["status"], error["message"])
    details = [v for detail in error["details"] for v in detail.get("fieldViolations", [])]
    lines = [line for detail in told.details for line in detail.violations]
    assert lines == [f"{v['field']}: {v['description']}" for v in details]


@pytest.mark.parametrize("folder", sorted(SAMPLES.iterdir()), ids=lambda folder: folder.name)
def test_samples(folder: Path) -> None:
    models = {
        "registration_needs_work": SenderIdRegistration,
        "registration_page": RegistrationList,
        "policy": Policy,
        "market_versions": MarketVersionList,
    }
    assert "https://developers.sinch.com/" in (folder / "README").read_text()
    [sample] = folder.glob("*.json")
    body = json.loads(sample.read_text())
    if sample.stem == "200":
        assert same(again(body, models[folder.name]), body)
    elif sample.stem.isdigit():
        assert not ERRORS.refusal(int(sample.stem), "").transient


def test_our_bodies_are_the_contracts() -> None:
    for name, model in (
        ("createRegistration", RegistrationDraft),
        ("updateRegistration", RegistrationUpdate),
    ):
        for _, body in requests(name):
            assert CONVERTER.unstructure(CONVERTER.structure(body, model)) == body


def test_typed_values() -> None:
    made = CONVERTER.structure(one_answer("getRegistration", "needsWork"), SenderIdRegistration)
    assert made.created_at == datetime(2026, 5, 2, 8, 58, 11, tzinfo=UTC)
    assert made.expected_on == date(2026, 5, 16)
    assert (made.status, made.registration_type) == ("PENDING", RegistrationType.ALPHANUMERIC_SENDER_ID)
    assert made.senders == ("HARBORLANE",)
    assert made.attachments[0].upload_status is UploadStatus.COMPLETED
    assert made.price is not None
    assert (made.price.recurrent_fee, made.price.setup_fee) == (Decimal(2), Decimal(5))
    assert set(made.extra) == {"createTime", "updateTime"}


class TestDates:
    def test_they_are_the_contracts_five(self) -> None:
        assert [text for text, _ in SPELLINGS] == CONTRACT["x-time-formats"]

    @pytest.mark.parametrize(("text", "instant"), SPELLINGS)
    def test_each_spelling_is_read_and_comes_back_as_it_was(self, text: str, instant: datetime) -> None:
        body = {
            "id": "r1",
            "createTime": text,
            "updateTime": text,
            "logs": [{"createTime": text}],
            "attachments": [{"createTime": text, "updateTime": text}],
        }
        made = registration(**body)
        assert made.created_at == made.updated_at == made.logs[0].created_at == instant
        assert made.attachments[0].created_at == instant
        assert same(again(body, SenderIdRegistration), body)
        market: MarketVersion = CONVERTER.structure({"createTime": text}, MarketVersion)
        assert market.created_at == instant

    @pytest.mark.parametrize(("text", "instant"), SPELLINGS)
    def test_the_version_is_the_raw_text_and_has_its_instant(self, text: str, instant: datetime) -> None:
        assert registration(updateTime=text).version == text
        assert version_time(text) == instant

    def test_a_plain_one_is_the_same_text_too(self) -> None:
        assert registration(updateTime="2026-05-02T09:00:03Z").version == "2026-05-02T09:00:03Z"
        assert registration().version is None
        assert registration(updateTime=None).version is None

    def test_an_offset_is_not_taken_for_utc(self) -> None:
        made = registration(updateTime="2026-05-02T09:00:03+02:00")
        assert made.updated_at == datetime(2026, 5, 2, 7, 0, 3, tzinfo=UTC)

    def test_what_is_no_date_names_the_place(self) -> None:
        with pytest.raises(DecodeError, match="updateTime: expected a date and time"):
            registration(updateTime="yesterday")
        assert version_time("yesterday") is None

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("2026-05-16", date(2026, 5, 16)),
            ("2026-05-16T00:00:00", date(2026, 5, 16)),
            ("soon", None),
            ("", None),
        ],
    )
    def test_the_expected_day_is_kept_whatever_it_is(self, text: str, day: date | None) -> None:
        made = registration(etaDate=text)
        assert made.expected_on == day
        assert CONVERTER.unstructure(made)["etaDate"] == text

    @given(st.datetimes(timezones=st.sampled_from([None, UTC])), st.sampled_from(["T", " "]))
    def test_any_instant_round_trips(self, instant: datetime, separator: str) -> None:
        text = instant.isoformat(separator)
        made = registration(updateTime=text)
        assert made.updated_at == instant.replace(tzinfo=UTC)
        assert CONVERTER.unstructure(made)["updateTime"] == made.version == text


@pytest.mark.parametrize(
    ("member", "value", "path"),
    [
        ("updateTime", 17, "updateTime"),
        ("owner", 7, "owner"),
        ("owner", True, "owner"),
        ("status", 3, "status"),
        ("tags", ["#a", None], "tags[1]"),
        ("tags", "#a", "tags"),
        ("logs", {}, "logs"),
        ("logs", [{"message": 5}], "logs[0].message"),
        ("price", [], "price"),
        ("price", {"frequency": "1"}, "price.frequency"),
        ("requestDetails", [[]], "requestDetails[0]"),
        ("requestDetails", [{"senderIdDetails": [5]}], "requestDetails[0].senderIdDetails[0]"),
        ("requestDetails", [{"additionalDetails": {}}], "requestDetails[0].additionalDetails"),
        ("attachments", [{"uploadStatus": 1}], "attachments[0].uploadStatus"),
        ("id", None, "id"),
        ("id", 5, "id"),
    ],
)
def test_what_does_not_fit_names_the_place(member: str, value: Any, path: str) -> None:
    with pytest.raises(DecodeError) as caught:
        registration(**{member: value})
    assert caught.value.path == path


def test_an_id_is_all_that_must_be_there() -> None:
    assert same(CONVERTER.unstructure(registration()), {"id": "r1"})
    made = registration()
    assert (made.state, made.vendor_status, made.name) == (CampaignState.UNKNOWN, "", "")
    assert (made.created_at, made.updated_at, made.expected_on) == (None, None, None)


def test_tomorrows_members_and_words_are_kept() -> None:
    body = {
        "id": "r1",
        "status": "AUDITED",
        "auditor": {"name": "x"},
        "requestDetails": [
            {"extraDetails": [1, None], "senderIdDetails": [{"senderId": "A", "n": [1.5, {}]}]}
        ],
        "attachments": [{"uploadStatus": "SCANNED", "scan": None}],
        "price": {"mode": "BARTER", "vat": "0.2"},
        "tags": None,
    }
    made = registration(**body)
    assert (made.status, made.state) == ("AUDITED", CampaignState.UNKNOWN)
    assert not RegistrationState("AUDITED").is_recognized
    assert same(again(body, SenderIdRegistration), body)


def test_states_are_the_contracts() -> None:
    assert {state.value for state in RegistrationState} == set(enum("RegistrationState"))
    assert {kind.value for kind in RegistrationType} == set(enum("RegistrationType"))
    assert {status.value for status in UploadStatus} == set(enum("UploadStatus"))
    states = {word: registration(status=word).state for word in enum("RegistrationState")}
    assert {word for word, state in states.items() if state is CampaignState.APPROVED} == {"APPROVED"}
    assert {word for word, state in states.items() if state is CampaignState.REJECTED} == {"REJECTED"}
    assert {word for word, state in states.items() if state is CampaignState.DRAFT} == {"DRAFT"}
    assert CampaignState.UNKNOWN not in states.values()


def test_what_waits_for_the_customer_is_the_contracts() -> None:
    machine = CONTRACT["x-state-machines"]["registrationState"]["states"]
    waiting = {word for word, facts in machine.items() if facts.get("outcome") == "action-required"}
    states = {word: registration(status=word).state for word in machine}
    assert waiting == {"PENDING", "PENDING_ATTACHMENTS"}
    assert {word for word, state in states.items() if state is CampaignState.ACTION_REQUIRED} == waiting
    assert {word for word, state in states.items() if state is CampaignState.SUSPENDED} == {"ON_HOLD"}
    in_review = {"IN_QUEUE", "IN_PROGRESS", "PENDING_APPROVAL"}
    assert {word for word, state in states.items() if state is CampaignState.IN_REVIEW} == in_review


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", Decimal(2)),
        ("2.50", Decimal("2.50")),
        ("-0.1", Decimal("-0.1")),
        ("", None),
        ("free", None),
        ("NaN", None),
        ("Infinity", None),
        (None, None),
    ],
)
def test_amounts_are_decimals_and_nothing_is_lost(text: str | None, value: Decimal | None) -> None:
    price: RegistrationPrice = CONVERTER.structure({"setupFeeAmount": text}, RegistrationPrice)
    assert price.setup_fee == value
    assert CONVERTER.unstructure(price) == {"setupFeeAmount": text}


def test_a_policys_price_is_nested() -> None:
    policy: Policy = CONVERTER.structure(one_answer("getPolicy", "single"), Policy)
    assert policy.price is not None
    assert policy.price.subscription is not None
    fees = policy.price.subscription.recurrent_fee, policy.price.subscription.setup_fee
    assert fees == (Decimal(2), Decimal(5))


def test_a_policys_fields() -> None:
    field = {
        "name": "senderId",
        "required": True,
        "x-placeholder": "ACME",
        "items": {"type": "string"},
        "n": 1,
    }
    body = {"jsonPolicy": {"senderIdTemplate": {"properties": [field]}}}
    policy: Policy = CONVERTER.structure(body, Policy)
    assert policy.json_policy is not None
    assert policy.json_policy.sender_id_template is not None
    [made] = policy.json_policy.sender_id_template.properties
    assert (made.name, made.required, made.placeholder) == ("senderId", True, "ACME")
    assert same(again(body, Policy), body)


def test_the_way_through_the_questions() -> None:
    def answer(word: str, policy: str = "", *more: Any) -> dict[str, Any]:
        return {"answer": word, "policyId": policy, "chainedSpecialConditions": list(more)}

    tree = [answer("No", "p1"), answer("Yes", "", answer("Bank", "p2"), answer("Other"))]
    body = {"specialConditions": {"prompt": "?", "chainedSpecialConditions": tree}}
    market: MarketVersion = CONVERTER.structure(body, MarketVersion)
    assert list(market.policy_ids()) == [(("No",), "p1"), (("Yes", "Bank"), "p2")]
    assert again(body, MarketVersion) == body
    assert list(MarketVersion().policy_ids()) == []


class TestFeedback:
    def test_reasons_come_from_the_logs_and_progress_does_not(self) -> None:
        [reason] = feedback_of(
            CONVERTER.structure(one_answer("getRegistration", "needsWork"), SenderIdRegistration)
        )
        assert (reason.code, reason.text) == ("PENDING", "Please send a signed form.")
        assert "update" in reason.advice
        assert reason.raw == {
            "registrationState": "PENDING",
            "message": "Please send a signed form.",
            "createTime": "2026-05-05T12:20:45",
        }

    def test_each_state_that_stops_is_a_reason_and_so_is_one_nobody_knows(self) -> None:
        words = [*enum("RegistrationState"), "AUDITED", None]
        made = registration(logs=[{"registrationState": word, "message": f"m {word}"} for word in words])
        codes = [reason.code for reason in feedback_of(made)]
        stops = ["REJECTED", "PENDING", "ON_HOLD", "PENDING_APPROVAL", "PENDING_ATTACHMENTS"]
        assert codes == [*stops, "AUDITED", ""]
        assert all(reason.advice for reason in feedback_of(made)[:5])

    def test_an_entry_with_tomorrows_members(self) -> None:
        [reason] = feedback_of(registration(logs=[{"registrationState": "REJECTED", "field": "senderId"}]))
        assert reason.text == ""
        assert reason.raw["field"] == "senderId"


def test_models_are_immutable_and_hide_what_is_secret() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        registration().owner = "x"  # type: ignore[misc]
    configuration = CONVERTER.structure(
        {"hmacSecret": "canary-secret", "next": "canary-secret"}, CallbackConfiguration
    )
    assert configuration.hmac_secret == "canary-secret"
    assert "canary" not in f"{configuration} {configuration!r}"
