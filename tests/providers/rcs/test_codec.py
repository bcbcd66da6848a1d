"""The platform's documents, in and out again without loss: the contract's examples, samples, whatever may come."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_reg.errors import DecodeError, InvalidInputError
from campaign_reg.providers.rcs import envelopes as rcs_envelopes
from campaign_reg.providers.rcs import events
from campaign_reg.providers.rcs.codec import campaign_body, make_converter, references_of, sent_of
from campaign_reg.providers.rcs.drafts import CampaignDraft, ExportSource, Recipient
from campaign_reg.providers.rcs.envelopes import CampaignEnvelope, CampaignPage, DetailEnvelope, MessagePage
from campaign_reg.providers.rcs.errors import parse_error
from campaign_reg.providers.rcs.models import (
    CampaignStatus,
    MessageSource,
    MessageStatus,
    MessageType,
    RcsCampaign,
    RcsCampaignDetail,
    RcsMessage,
)
from campaign_reg.wire.codec import dumps, loads
from campaign_reg.wire.message import Response
from campaign_reg.wire.spelling import same_json
from tests.support.vendors.rcs_contract import CONTRACT, EXAMPLES, answers, enum

CONVERTER = make_converter()
UNHURRIED = settings(deadline=None)  # a busy machine is no mistake
SAMPLES = Path(__file__).parent / "samples"
RESULTS: dict[str, type[Any]] = {
    "createRcsCampaign": CampaignEnvelope,
    "createRcsCampaignByGroups": CampaignEnvelope,
    "listCampaigns": CampaignPage,
    "listCampaignsRcsPageForm": CampaignPage,
    "getCampaign": CampaignEnvelope,
    "getCampaignDetail": DetailEnvelope,
    "renewCampaign": CampaignEnvelope,
    "stopCampaignPut": CampaignEnvelope,
    "stopCampaignPatch": CampaignEnvelope,
    "sendRcsMessage": rcs_envelopes.MessageEnvelope,
    "listMessages": MessagePage,
    "getBalance": rcs_envelopes.BalanceEnvelope,
    "listTariffs": rcs_envelopes.TariffPage,
    "listContactLists": rcs_envelopes.ContactListPage,
    "createStatJob": rcs_envelopes.LegacyOutcome,
    "listStatJobs": rcs_envelopes.ExportJobs,
    "getStatJob": rcs_envelopes.ExportRows,
    "deleteStatJob": rcs_envelopes.LegacyOutcome,
}
ELSEWHERE = {"login", "refreshToken", "createUniversalCampaign", "sendUniversalMessage"}
GOOD = [pytest.param(op, body, id=f"{op}-{name}") for op, status, name, body in answers() if status == "200"]


def again(body: Any, model: type[Any]) -> Any:
    """Through JSON text, as over the wire."""
    return loads(dumps(CONVERTER.unstructure(CONVERTER.structure(loads(json.dumps(body).encode()), model))))


def campaign(**members: Any) -> RcsCampaign:
    made: RcsCampaign = CONVERTER.structure({"id": 1, "status": "paused", **members}, RcsCampaign)
    return made


def detail(**members: Any) -> RcsCampaignDetail:
    made: RcsCampaignDetail = CONVERTER.structure({"id": 1, "status": "paused", **members}, RcsCampaignDetail)
    return made


@pytest.mark.parametrize(("operation", "body"), GOOD)
def test_every_example_answer_comes_out_as_it_went_in(operation: str, body: Any) -> None:
    if operation not in ELSEWHERE:
        assert same_json(again(body, RESULTS[operation]), body)


def test_every_operation_has_an_example() -> None:
    assert {op for op, status, _, _ in answers() if status == "200"} == {*RESULTS, *ELSEWHERE}


@pytest.mark.parametrize(
    ("name", "model", "odd"),
    [
        ("CampaignPaused", CampaignEnvelope, {"finished_at", "currency", "alternative_channels"}),
        ("MessageAccepted", rcs_envelopes.MessageEnvelope, {"sent_at", "delivered_at"}),
        ("CampaignDetailRcsPage", DetailEnvelope, {"type", "finished_at"}),
    ],
)
def test_examples_leave_no_rest(name: str, model: type[Any], odd: set[str]) -> None:
    """`extra` holds nulls and other spellings only: nothing that the contract shows is unknown."""
    assert set(CONVERTER.structure(EXAMPLES[name], model).data.extra) == odd


@pytest.mark.parametrize("folder", sorted(SAMPLES.iterdir()), ids=lambda folder: folder.name)
def test_samples(folder: Path) -> None:
    models = {
        "paused_campaign": CampaignEnvelope,
        "campaign_detail": DetailEnvelope,
        "campaign_page": CampaignPage,
    }
    assert "https://" in (folder / "README").read_text()
    [sample] = folder.glob("*.json")
    if sample.stem == "200":
        body = json.loads(sample.read_text())
        assert same_json(again(body, models[folder.name]), body)
    else:
        told = parse_error(Response(status=int(sample.stem), headers={}, body=sample.read_bytes()))
        assert told.message == "Invalid campaign status"


class TestShapes:
    """One typed value for all the ways it is written."""

    @pytest.mark.parametrize(
        ("raw", "sent", "delivered"),
        [
            ({"delivered": 7, "sent": 10}, 10, 7),
            ([{"delivered": 7, "sent": 10}], 10, 7),
            ([{"delivered": 7}, {"delivered": 1, "sent": 4}], 4, 8),
            ({"sent": "10"}, 10, None),
            ({"sent": None}, None, None),
            ({}, None, None),
        ],
    )
    def test_statistics(self, raw: Any, sent: int | None, delivered: int | None) -> None:
        made = campaign(statistics=raw)
        assert made.statistics is not None
        assert (made.statistics.sent, made.statistics.delivered) == (sent, delivered)
        assert same_json(again(CONVERTER.unstructure(made), RcsCampaign)["statistics"], raw)

    @pytest.mark.parametrize("raw", [[], None])
    def test_no_statistics(self, raw: Any) -> None:
        made = campaign(statistics=raw)
        assert made.statistics is None
        assert made.version is None
        assert CONVERTER.unstructure(made)["statistics"] == raw

    @pytest.mark.parametrize("name", ["statistics", "statistic"])
    @pytest.mark.parametrize("several", [False, True])
    def test_the_fallbacks_counters(self, name: str, several: bool) -> None:
        counters = {"delivered": 31, "sent": 40}
        raw = {"sms": {name: [counters] if several else counters}}
        made = campaign(alternative_channels=raw)
        assert made.alternative_channels is not None
        assert made.alternative_channels.sms is not None
        assert made.alternative_channels.sms.statistics is not None
        assert made.alternative_channels.sms.statistics.sent == 40
        assert CONVERTER.unstructure(made)["alternative_channels"] == raw

    @pytest.mark.parametrize("raw", [[], None])
    def test_no_fallback(self, raw: Any) -> None:
        for made in (campaign(alternative_channels=raw), detail(alternative_channels=raw)):
            assert made.alternative_channels is None
            assert CONVERTER.unstructure(made)["alternative_channels"] == raw

    @pytest.mark.parametrize(
        ("raw", "value"),
        [("0.3000000", "0.3000000"), ("0.10", "0.10"), (0.1, "0.1"), (3, "3"), ("-7", "-7"), (0, "0")],
    )
    def test_money(self, raw: Any, value: str) -> None:
        made = detail(total_price=raw, currency="USD")
        assert str(made.total_price) == value
        assert made.price is not None
        assert (made.price.value, made.price.currency) == (Decimal(value), "USD")
        assert same_json(CONVERTER.unstructure(made)["total_price"], raw)
        estimate = campaign(calculated_price=raw, currency="USD")
        assert estimate.calculated_price == Decimal(value)
        assert same_json(CONVERTER.unstructure(estimate)["calculated_price"], raw)

    @pytest.mark.parametrize(
        "members", [{"calculated_price": 0, "currency": None}, {"calculated_price": None}, {}]
    )
    def test_no_price_is_not_free_of_charge(self, members: dict[str, Any]) -> None:
        assert campaign(**members).price is None

    @pytest.mark.parametrize(
        ("start", "began"),
        [("start_at", "real_start_at"), ("started_at", "actual_start_at"), ("start_date", "actual_start_at")],
    )
    def test_three_names_for_a_date(self, start: str, began: str) -> None:
        body = {start: "2026-04-03 12:14:49", began: "2026-04-03 12:15:06", "type": "rcs"}
        made = detail(**body)
        assert made.start == datetime(2026, 4, 3, 12, 14, 49)  # noqa: DTZ001
        assert made.real_start == datetime(2026, 4, 3, 12, 15, 6)  # noqa: DTZ001
        assert made.message_type == "rcs"
        assert same_json(CONVERTER.unstructure(made), {"id": 1, "status": "paused", **body})

    def test_the_first_that_is_there_counts(self) -> None:
        body = {"start_at": None, "started_at": "2026-04-03 12:00:00", "start_date": "2026-04-03 13:00:00"}
        made = detail(**body)
        assert made.start == datetime(2026, 4, 3, 12)  # noqa: DTZ001
        assert same_json(CONVERTER.unstructure(made), {"id": 1, "status": "paused", **body})
        moved = attrs.evolve(made, start=datetime(2027, 1, 1))  # noqa: DTZ001
        assert CONVERTER.unstructure(moved) == {
            "id": 1,
            "status": "paused",
            "start_at": "2027-01-01 00:00:00",
        }

    @pytest.mark.parametrize(
        ("raw", "phone"),
        [
            (12025550123, "+12025550123"),
            ("12025550123", "+12025550123"),
            ("+12025550123", "+12025550123"),
            ("hidden", "hidden"),
            (0, "+0"),
            ("007", "+007"),
        ],
    )
    def test_phones(self, raw: Any, phone: str) -> None:
        made: RcsMessage = CONVERTER.structure({"id": 1, "phone": raw}, RcsMessage)
        assert made.phone == phone
        assert same_json(CONVERTER.unstructure(made)["phone"], raw)

    @pytest.mark.parametrize(("raw", "id"), [(2**40, str(2**40)), ("3272625618", "3272625618"), ("007", "7")])
    def test_ids_are_text(self, raw: Any, id: str) -> None:
        made = campaign(id=raw)
        assert made.id == id
        assert same_json(CONVERTER.unstructure(made)["id"], raw)

    @pytest.mark.parametrize("raw", ["delivered", "DELIVERED", "Delivered", "dELIVERED"])
    def test_a_message_status_in_any_case(self, raw: str) -> None:
        made: RcsMessage = CONVERTER.structure({"id": 1, "status": raw}, RcsMessage)
        assert made.status == "delivered"
        assert made.status.is_recognized
        assert CONVERTER.unstructure(made)["status"] == raw

    def test_words_from_tomorrow_are_kept(self) -> None:
        made = campaign(status="frozen", message_type="fax")
        assert (made.status, made.vendor_status, made.state) == ("frozen", "frozen", "unknown")
        message: RcsMessage = CONVERTER.structure({"id": 1, "status": "Vanished"}, RcsMessage)
        assert (message.status, CONVERTER.unstructure(message)["status"]) == ("Vanished", "Vanished")

    @pytest.mark.parametrize("raw", [True, False, 0, 1, None])
    def test_flags(self, raw: Any) -> None:
        made = CONVERTER.structure({"id": 1, "default": raw}, rcs_envelopes.ContactList)
        assert made.default == (None if raw is None else bool(raw))
        assert same_json(CONVERTER.unstructure(made)["default"], raw)

    def test_counters_of_lists_come_as_text_too(self) -> None:
        made = CONVERTER.structure({"items": "4200", "stop_list_count": 3}, rcs_envelopes.ContactList)
        assert (made.items, made.stop_list_count) == (4200, 3)

    def test_a_price_in_an_export(self) -> None:
        made = CONVERTER.structure(
            {"message_id": "5", "price": "0.0012836", "status": "Delivered"}, rcs_envelopes.ExportRow
        )
        assert (made.message_id, made.price, made.status) == ("5", Decimal("0.0012836"), "delivered")


class TestTimes:
    def test_without_a_zone_they_stay_without(self) -> None:
        made = campaign(created_at="2026-04-14 13:43:13", start_at="2026-04-14 10:43:13")
        assert made.created == datetime(2026, 4, 14, 13, 43, 13)  # noqa: DTZ001
        assert (made.created_at, made.start_at, made.updated_at) == (None, None, None)

    def test_with_a_zone_they_are_instants(self) -> None:
        converter = make_converter(ZoneInfo("Europe/Kyiv"))
        body = {
            "id": 1,
            "created_at": "2026-04-14 13:43:13",
            "start_at": "2026-01-14 13:43:13",
            "real_start_at": "2026-04-14 13:43:14",
            "finished_at": "2026-04-14 13:43:15",
        }
        made = converter.structure(body, RcsCampaign)
        assert made.created_at == datetime(2026, 4, 14, 10, 43, 13, tzinfo=UTC)
        assert made.created_at.tzinfo is UTC
        assert made.start_at == datetime(2026, 1, 14, 11, 43, 13, tzinfo=UTC)
        assert made.real_start_at == datetime(2026, 4, 14, 10, 43, 14, tzinfo=UTC)
        assert made.finished_at == datetime(2026, 4, 14, 10, 43, 15, tzinfo=UTC)
        assert converter.unstructure(made) == body
        message = converter.structure({"id": 1, "sent_at": "2026-04-14 13:43:13"}, RcsMessage)
        assert message.sent_at == datetime(2026, 4, 14, 10, 43, 13, tzinfo=UTC)
        assert (message.created_at, message.delivered_at) == (None, None)

    def test_an_offset_is_believed(self) -> None:
        raw = "2026-04-14T13:43:13+03:00"
        made = campaign(created_at=raw)
        assert made.created_at == datetime(2026, 4, 14, 10, 43, 13, tzinfo=UTC)
        assert CONVERTER.unstructure(made)["created_at"] == raw

    @pytest.mark.parametrize("text", ["0001-01-01 00:00:00", "9999-12-31 23:59:59"])
    def test_at_the_ends_of_time(self, text: str) -> None:
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            made = make_converter(ZoneInfo(zone)).structure({"id": 1, "created_at": text}, RcsCampaign)
            assert made.created_at is None or made.created_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("member", "value", "path"),
    [
        ("created_at", "yesterday", "created_at"),
        ("created_at", "2026-13-01 00:00:00", "created_at"),
        ("created_at", "2026-W10-1 00:00:00", "created_at"),
        ("created_at", 17, "created_at"),
        ("id", None, "id"),
        ("id", True, "id"),
        ("id", "c1", "id"),
        ("id", 1.5, "id"),
        ("id", "9" * 5000, "id"),
        ("name", 7, "name"),
        ("status", 3, "status"),
        ("statistics", "many", "statistics"),
        ("statistics", {"sent": "many"}, "statistics.sent"),
        ("statistics", {"sent": -1.5}, "statistics.sent"),
        ("statistics", [{"sent": 1}, None], "statistics[1]"),
        ("alternative_channels", [{"sms": {}}], "alternative_channels"),
        (
            "alternative_channels",
            {"sms": {"statistic": {"sent": True}}},
            "alternative_channels.sms.statistic.sent",
        ),
        ("calculated_price", "free", "calculated_price"),
        ("calculated_price", "NaN", "calculated_price"),
        ("calculated_price", "1e999", "calculated_price"),
        ("calculated_price", True, "calculated_price"),
    ],
)
def test_what_does_not_fit_names_the_place(member: str, value: Any, path: str) -> None:
    with pytest.raises(DecodeError) as caught:
        CONVERTER.structure({"data": [{"id": 1}, {"id": 2, member: value}]}, CampaignPage)
    assert caught.value.path == f"data[1].{path}"
    assert "many" not in caught.value.reason
    assert "free" not in caught.value.reason


def test_versions() -> None:
    members = {"statistics": {"delivered": 812, "sent": 1240}, "real_start_at": "2026-11-20 08:00:09"}
    assert campaign(**members).version == "paused|1240|2026-11-20 08:00:09"
    assert campaign(statistics={"sent": 0}).version == "paused|0|"
    assert campaign(statistics={"delivered": 3}).version is None
    assert sent_of("paused|1240|2026-11-20 08:00:09") == 1240


def test_reading_messages_moves_the_short_form_only() -> None:
    """The trap in the short form's total: it falls when people read."""
    before, after = {"delivered": 10, "read": 0, "sent": 2}, {"delivered": 4, "read": 6, "sent": 2}
    assert detail(statistics=before).version == detail(statistics=after).version == "paused|12|"
    assert campaign(statistics={"sent": 12}).version != campaign(statistics={"sent": 6}).version


def test_every_state_but_waiting_has_left() -> None:
    counts = dict.fromkeys(EXAMPLES["CampaignDetailApiDescription"]["data"]["statistics"], 1)
    assert len(counts) == 13
    assert detail(statistics=counts).version == "paused|11|"
    assert detail(statistics={"scheduled": 5, "moderation": 5}).version == "paused|0|"


def test_a_converter_takes_hooks_of_users() -> None:
    converter = make_converter()
    converter.register_structure_hook(RcsCampaign, lambda value, _: RcsCampaign(id="hooked"))
    assert converter.structure({"data": {"id": 1}}, CampaignEnvelope).data.id == "hooked"


def test_references() -> None:
    phones = [Recipient(number="+12025550123"), Recipient(number="12025550124", reference_id="mine")]
    assert references_of(phones, "k" * 24) == ("k" * 24 + "0000", "mine")
    assert references_of(phones, "") == (None, "mine")
    most = references_of([Recipient(number="12025550123")] * 5000, "k" * 24)
    assert len(set(most)) == 5000
    assert {len(reference or "") for reference in most} == {28}


def test_times_of_a_draft() -> None:
    at = datetime(2026, 12, 1, 7, 0, 0, 999, tzinfo=UTC)
    draft = CampaignDraft(sender="a", phones=("12025550123",), text="t", start_at=at)
    assert campaign_body(draft, [None], ZoneInfo("Europe/Kyiv"))["start_at"] == "2026-12-01 09:00:00"
    with pytest.raises(InvalidInputError, match="time_zone"):
        campaign_body(draft, [None], None)
    naive = attrs.evolve(draft, start_at=datetime(2026, 12, 1, 9))  # noqa: DTZ001
    assert campaign_body(naive, [None], None)["start_at"] == "2026-12-01 09:00:00"


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
    instants.map(lambda at: at.isoformat(" ", "seconds")),
    instants.map(lambda at: at.isoformat("T", "seconds")),
    instants.map(lambda at: at.isoformat(" ")),
    instants.map(lambda at: at.isoformat() + "+03:00"),
    instants.map(lambda at: at.isoformat() + "Z"),
)
counters = st.integers(0, 2**53) | st.integers(0, 10**17).map(str) | st.none()
totals = st.dictionaries(st.sampled_from(["sent", "delivered", "read"]), counters) | st.dictionaries(
    st.sampled_from(["bounced"]), json_values
)
any_totals = totals | st.lists(totals, max_size=3) | st.none()
money = (
    st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**53), 2**53)
    | st.decimals(-1000, 1000, places=7).map(str).filter(lambda text: "E" not in text)
)
fallback = st.one_of(
    st.none(),
    st.just([]),
    st.fixed_dictionaries(
        {},
        optional={
            "sms": st.fixed_dictionaries({}, optional={"statistic": any_totals, "statistics": any_totals})
        },
    ),
)
members: dict[str, st.SearchStrategy[Any]] = {
    "name": st.text(),
    "sender": st.text(),
    "status": st.sampled_from(["paused", "NEVER", ""]),
    "type": st.text(),
    "message_type": st.text(),
    **dict.fromkeys(
        ("start_at", "started_at", "start_date", "real_start_at", "actual_start_at", "finished_at"), dates
    ),
    "created_at": dates,
    "statistics": any_totals,
    "alternative_channels": fallback,
    "calculated_price": money,
    "total_price": money,
    "currency": st.text(),
    "somethingNew": json_values,
    "extra": json_values,
    "zone": json_values,
}
ids = st.integers(1, 2**63) | st.integers(0, 10**17).map(str)
campaigns = st.fixed_dictionaries(
    {"id": ids}, optional={name: st.none() | kind for name, kind in members.items()}
)


@UNHURRIED
@given(campaigns)
def test_any_campaign_comes_out_as_it_went_in(body: dict[str, Any]) -> None:
    for model in (RcsCampaign, RcsCampaignDetail):
        assert same_json(again(body, model), json.loads(json.dumps(body)))


@UNHURRIED
@given(st.lists(campaigns, max_size=3), json_values)
def test_any_page_comes_out_as_it_went_in(items: list[Any], new: Any) -> None:
    body = {"data": items, "meta": {"page": {"total": len(items), "offset": 0, "limit": "50"}, "new": new}}
    assert same_json(again(body, CampaignPage), json.loads(json.dumps(body)))


@UNHURRIED
@given(
    st.fixed_dictionaries(
        {"id": ids},
        optional={
            "status": st.sampled_from(["Delivered", "READ", "sent", "gone"]) | st.none(),
            "phone": st.integers(0, 2**63) | st.text() | st.none(),
            "amount": st.none()
            | st.just([])
            | st.fixed_dictionaries({}, optional={"value": money, "currency": st.text()}),
            "campaign_id": ids | st.none(),
            "alternative_channels": st.none()
            | st.just([])
            | st.just({"sms": {"parts": "2", "id": [5, "6"]}}),
            "rcs_options": st.none() | st.just([]) | st.just({}) | st.dictionaries(st.text(), json_values),
            "sent_at": dates | st.none(),
        },
    )
)
def test_any_message_comes_out_as_it_went_in(body: dict[str, Any]) -> None:
    assert same_json(again(body, RcsMessage), json.loads(json.dumps(body)))


@UNHURRIED
@given(
    st.fixed_dictionaries(
        {"id": ids, "status": st.text(), "time_click": dates},
        optional={
            "error": st.none() | st.integers(-9, 99) | st.text(max_size=3),
            "msisdn": st.text() | st.integers(0, 2**53),
            "reference": st.none() | st.text(),
            "price": st.none() | money,
            "time_dr": st.none() | dates,
            "more": json_values,
        },
    )
)
def test_any_event_comes_out_as_it_went_in(body: dict[str, Any]) -> None:
    for model in (events.StatusEvent, events.ClickEvent):
        assert same_json(again(body, model), json.loads(json.dumps(body)))


def test_the_words_are_the_contracts() -> None:
    periods = CONTRACT["components"]["schemas"]["StatJobCreate"]["oneOf"][1]["properties"]
    exported = {word.lower() for word in periods["status"]["enum"]}
    assert {word.value for word in MessageStatus} == enum("MessageStatus") | exported | {"not_rcs_user"}
    assert {word.value for word in MessageType} == enum("MessageType")
    assert {word.value for word in MessageSource} == enum("MessageSource")
    assert {word.value for word in ExportSource} == set(periods["source"]["enum"])


def test_statuses_have_a_state() -> None:
    states = {word: campaign(status=word.value).state for word in CampaignStatus}
    assert "unknown" not in states.values()
    assert states[CampaignStatus.SPAM] == "rejected"
    assert {states[CampaignStatus.STOPPED], states[CampaignStatus.DONE]} == {"ended"}
    assert RcsCampaign(id="1").state == "unknown"
