"""What can be sent: built, written to JSON as the contract shows it, and carried through a journal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.params import make_params, params_from_text, plain_params
from campaign_reg.providers.rcs.codec import campaign_body, export_body, make_converter, message_body
from campaign_reg.providers.rcs.drafts import (
    CampaignDraft,
    Card,
    ExportQuery,
    ExportSource,
    MessageDraft,
    Recipient,
    Renewal,
    SmsFallback,
    Suggestion,
)
from campaign_reg.providers.rcs.envelopes import ExportRow
from campaign_reg.providers.rcs.message_models import RcsMessage
from tests.support.vendors.rcs_contract import requests
from tests.support.vendors.rcs_drafts import CARD, FULL

CONVERTER = make_converter()


def draft(**members: Any) -> CampaignDraft:
    return CampaignDraft(**{"sender": "acme_agent", "phones": ["12025550123"], "text": "Hello", **members})


def test_a_campaign_for_numbers_is_the_contracts() -> None:
    wanted = requests("createRcsCampaign")
    assert campaign_body(FULL, ["a1b2c3d4e5f60002", "a1b2c3d4e5f60003"], None) == wanted["cardWithFallback"]
    plain = draft(text="Your parcel has arrived.")
    assert campaign_body(plain, ["a1b2c3d4e5f60001"], None) == wanted["text"]


def test_a_campaign_for_lists_is_the_contracts() -> None:
    made = CampaignDraft(
        sender="acme_agent", groups=(1864275, 1864280), text="Shops open late today.", validity_hours=12
    )
    assert campaign_body(made, (), None) == requests("createRcsCampaignByGroups")["text"]


def test_a_message_is_the_contracts() -> None:
    made = MessageDraft(
        sender="acme_agent",
        phone=Recipient(number="+12025550123"),
        text="Your table is booked.",
        validity_seconds=300,
        callback_url="https://hooks.example.com/rcs/k3y",
    )
    assert message_body(made, "a1b2c3d4e5f60020") == requests("sendRcsMessage")["text"]


def test_an_export_is_the_contracts() -> None:
    wanted = requests("createStatJob")
    assert export_body(ExportQuery(message_ids=("3282067917",)), None) == wanted["byIds"]
    first, last = datetime(2026, 3, 1), datetime(2026, 3, 31, 23, 59, 59)  # noqa: DTZ001
    query = ExportQuery(time_in_from=first, time_in_to=last, status="delivered")
    assert export_body(query, None) == wanted["byPeriod"]
    more = ExportQuery(
        time_in_from=first,
        time_in_to=last,
        time_sent_from=first,
        time_sent_to=last,
        phones=("+12025550123",),
        source=ExportSource.API,
        country="US",
        operator_id="7",
    )
    body = export_body(more, None)
    assert (body["phones"], body["source"], body["time_sent_to"]) == (
        [12025550123],
        "api",
        "2026-03-31 23:59:59",
    )


@pytest.mark.parametrize(
    "made", [FULL, draft(), draft(phones=(), groups=(1, 2)), draft(start_at=datetime.now(UTC))]
)
def test_a_draft_survives_a_journal(made: CampaignDraft) -> None:
    plain = json.loads(json.dumps(plain_params(made)))
    assert make_params(CampaignDraft, plain) == made


def test_a_draft_from_a_table() -> None:
    cells = {
        "sender": "acme_agent",
        "phones": "+12025550123 | 12025550124",
        "text": "Hello",
        "validity_hours": "12",
        "check_stop_list": "no",
        "sms_fallback": '{"text": "Hi", "sender": "ACME"}',
    }
    made = make_params(CampaignDraft, params_from_text(CampaignDraft, cells))
    assert [recipient.number for recipient in made.phones] == ["+12025550123", "12025550124"]
    assert (made.validity_hours, made.check_stop_list) == (12, False)
    assert made.sms_fallback == SmsFallback(text="Hi", sender="ACME")


def test_recipients_in_every_form() -> None:
    made = draft(
        phones=[
            "12025550123",
            {"number": "12025550124", "reference_id": "r1"},
            Recipient(number="12025550125"),
        ]
    )
    assert [recipient.reference_id for recipient in made.phones] == [None, "r1", None]
    assert draft(phones=(number for number in ["12025550123"])).phones[0].number == "12025550123"


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"sender": ""}, "sender"),
        ({"sender": None}, "sender"),
        ({"phones": ()}, "either phones or groups"),
        ({"groups": (1,)}, "either phones or groups"),
        ({"text": None}, "either text or cards"),
        ({"text": ""}, "either text or cards"),
        ({"cards": (CARD,)}, "either text or cards"),
        ({"validity_hours": 1, "validity_seconds": 60}, "not both"),
        ({"phones": (), "groups": (1,), "validity_seconds": 60}, "validity_hours only"),
        ({"phones": ["12345678"]}, "9 to 15 digits"),
        ({"phones": ["1202555012345678"]}, "9 to 15 digits"),
        ({"phones": ["+1 202 555 0123"]}, "9 to 15 digits"),
        ({"phones": ["\u0661" * 11]}, "9 to 15 digits"),
        ({"phones": [12025550123]}, r"phones\[0\] must be text or Recipient or Mapping, not int"),
        ({"phones": 12025550123}, "must be a list, not int"),
        ({"phones": {"number": "12025550123"}}, "must be a list, not dict"),
        ({"phones": [{"number": "12025550123", "reference": "r"}]}, "no reference"),
        ({"phones": [{"number": "12025550123", "reference_id": "a-b"}]}, "letters and digits"),
        ({"phones": [{"number": "12025550123", "reference_id": "a" * 33}]}, "letters and digits"),
        ({"phones": [{"number": "12025550123", "reference_id": "é"}]}, "letters and digits"),
    ],
)
def test_what_contradicts_itself(members: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        draft(**members)


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        (Suggestion, {"text": "x"}),
        (Suggestion, {"text": "x", "url": "https://a.example/", "phone": "12025550199"}),
        (Suggestion, {"text": " ", "url": "https://a.example/"}),
        (Card, {}),
        (Card, {"title": "only"}),
        (SmsFallback, {"text": "", "sender": "ACME"}),
        (SmsFallback, {"text": "x", "sender": ""}),
        (SmsFallback, {"text": "x", "sender": "A", "validity_hours": 1, "validity_seconds": 60}),
        (MessageDraft, {"sender": "a", "phone": "12025550123"}),
        (MessageDraft, {"sender": "a", "phone": "12025550123", "text": "x", "cards": (CARD,)}),
        (MessageDraft, {"sender": "a", "phone": "1", "text": "x"}),
        (ExportQuery, {}),
        (ExportQuery, {"time_in_from": datetime(2026, 3, 1)}),  # noqa: DTZ001
        (ExportQuery, {"message_ids": ("1",), "country": "US"}),
        (ExportQuery, {"message_ids": ("x",)}),
        (ExportQuery, {"message_ids": ("9" * 5000,)}),
    ],
)
def test_parts_that_contradict_themselves(kind: type[Any], members: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        kind(**members)


def test_a_renewal_takes_nothing() -> None:
    assert plain_params(Renewal()) == {}
    with pytest.raises(InvalidInputError, match="has no funds"):
        make_params(Renewal, {"funds": 1})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"groups": ["1864275"]}, "groups must be a whole number"),
        ({"text": 7}, "text must be text"),
        ({"start_at": "soon"}, "start_at must be a time"),
        ({"check_stop_list": "yes"}, "check_stop_list must be true or false"),
        ({"cards": [{"text": "x", "suggestions": [{"text": "y"}]}]}, "url or phone"),
        ({"name": "x"}, "has no name"),
    ],
)
def test_plain_values_are_not_coerced(values: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        make_params(CampaignDraft, {"sender": "a", **values})


@pytest.mark.fault(80)
def test_what_is_written_to_people_is_not_shown() -> None:
    """Messages carry one-time codes, too."""
    fallback = SmsFallback(text="canary", sender="ACME")
    card = Card(title="canary", text="canary")
    told: dict[str, Any] = {"sender": "acme_agent", "sms_fallback": fallback}
    shown = [
        CampaignDraft(phones=["12025550123"], text="canary", **told),
        MessageDraft(phone="12025550123", cards=(card,), **told),
        card,
        CONVERTER.structure({"id": 1, "text": "canary", "rcs_options": {"text": "canary"}}, RcsMessage),
        CONVERTER.structure({"message_id": 1, "body": "canary"}, ExportRow),
    ]
    assert "canary" not in repr(shown)
