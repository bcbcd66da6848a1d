"""The vendor's limits, each at its edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaign_reg.errors import InvalidInputError
from campaign_reg.models.finding import Severity, refuse_errors
from campaign_reg.providers.rcs.drafts import (
    CampaignDraft,
    Card,
    MessageDraft,
    Recipient,
    SmsFallback,
    Suggestion,
)
from campaign_reg.providers.rcs.lint import findings, utf16_units

NOW = datetime(2026, 4, 10, 8, tzinfo=UTC)
NUMBERS = [f"1202555{n:04d}" for n in range(6000)]


def draft(**members: Any) -> CampaignDraft:
    return CampaignDraft(**{"sender": "acme_agent", "phones": ["12025550123"], "text": "Hello", **members})


def carded(count: int = 1, **members: Any) -> CampaignDraft:
    return draft(text=None, cards=(Card(**{"text": "x", **members}),) * count)


def button(**members: Any) -> CampaignDraft:
    return carded(suggestions=(Suggestion(**{"text": "x", "url": "https://a.example/", **members}),))


def buttons(count: int) -> CampaignDraft:
    return carded(suggestions=(Suggestion(text="x", url="https://a.example/"),) * count)


def sms(**members: Any) -> CampaignDraft:
    return draft(sms_fallback=SmsFallback(**{"text": "x", "sender": "ACME", **members}))


def late(**ahead: int) -> CampaignDraft:
    return draft(start_at=NOW + timedelta(**ahead))


def message(**members: Any) -> MessageDraft:
    return MessageDraft(**{"sender": "acme_agent", "phone": "12025550123", "text": "Hello", **members})


@pytest.mark.parametrize(
    ("within", "beyond", "field"),
    [
        (draft(text="x" * 160), draft(text="x" * 161), "text"),
        (draft(text="😀" * 80), draft(text="😀" * 81), "text"),
        (draft(sender="x" * 40), draft(sender="x" * 41), "sender"),
        (draft(validity_hours=72), draft(validity_hours=73), "validity_hours"),
        (draft(validity_hours=1), draft(validity_hours=0), "validity_hours"),
        (draft(validity_seconds=30), draft(validity_seconds=29), "validity_seconds"),
        (draft(validity_seconds=86400), draft(validity_seconds=86401), "validity_seconds"),
        (draft(tariff_code=0), draft(tariff_code=-1), "tariff_code"),
        (draft(phones=NUMBERS[:5000]), draft(phones=NUMBERS[:5001]), "phones"),
        (draft(phones=NUMBERS[:2]), draft(phones=["12025550123", "+12025550123"]), "phones"),
        (
            draft(phones=[Recipient(number=number, reference_id=number) for number in NUMBERS[:2]]),
            draft(phones=[Recipient(number=number, reference_id="same") for number in NUMBERS[:2]]),
            "phones",
        ),
        (draft(phones=(), groups=range(1, 1001)), draft(phones=(), groups=range(1, 1002)), "groups"),
        (draft(phones=(), groups=(1,)), draft(phones=(), groups=(0,)), "groups"),
        (late(days=29), late(days=32), "start_at"),
        (carded(10), carded(11), "cards"),
        (carded(title="x" * 200), carded(title="x" * 201), "cards[0].title"),
        (carded(text="x" * 1000), carded(text="x" * 1001), "cards[0].text"),
        (
            carded(media_url="http://a.example/b.png"),
            carded(media_url="ftp://a.example/b"),
            "cards[0].media_url",
        ),
        (carded(media_url="http://a.example/b"), carded(media_url="http://[a"), "cards[0].media_url"),
        (
            carded(media_url="http://a.example/b"),
            carded(media_url="http://a.example/b c"),
            "cards[0].media_url",
        ),
        (buttons(4), buttons(5), "cards[0].suggestions"),
        (button(text="x" * 25), button(text="x" * 26), "cards[0].suggestions[0].text"),
        (
            button(postback_data="x" * 25),
            button(postback_data="x" * 26),
            "cards[0].suggestions[0].postback_data",
        ),
        (button(), button(url="shop.example"), "cards[0].suggestions[0].url"),
        (
            button(url="https://a.example/" + "x" * 982),
            button(url="https://a.example/" + "x" * 983),
            "cards[0].suggestions[0].url",
        ),
        (sms(text="x" * 765), sms(text="x" * 766), "sms_fallback.text"),
        (sms(sender="1" * 15), sms(sender="1" * 16), "sms_fallback.sender"),
        (sms(validity_hours=72), sms(validity_hours=73), "sms_fallback.validity_hours"),
        (sms(validity_seconds=30), sms(validity_seconds=29), "sms_fallback.validity_seconds"),
        (
            message(callback_url="https://a.example/s"),
            message(callback_url="http://a.example/s"),
            "callback_url",
        ),
        (
            message(callback_url="https://a.example/s"),
            message(callback_url="https://u:k3y@a.example/s"),
            "callback_url",
        ),
        (
            message(callback_url="https://8.8.8.8/s"),
            message(callback_url="https://10.0.0.1/s"),
            "callback_url",
        ),
        (
            message(callback_url="https://a.example/" + "x" * 82),
            message(callback_url="https://a.example/" + "x" * 83),
            "callback_url",
        ),
        (message(validity_seconds=30), message(validity_seconds=29), "validity_seconds"),
        (draft(text="é"), draft(text="\ud800"), "text"),
    ],
)
def test_limits_at_their_edge(
    within: CampaignDraft | MessageDraft, beyond: CampaignDraft | MessageDraft, field: str
) -> None:
    assert [f for f in findings(within, NOW) if f.severity is Severity.ERROR] == []
    refuse_errors(findings(within, NOW))
    [finding] = findings(beyond, NOW)
    assert (finding.field, finding.severity) == (field, Severity.ERROR)
    with pytest.raises(InvalidInputError) as caught:
        refuse_errors(findings(beyond, NOW))
    assert str(caught.value).startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("fine", "doubtful", "code"),
    [
        (carded(5), carded(6), "many_cards"),
        (buttons(2), buttons(3), "many_buttons"),
        (sms(text="ж" * 335), sms(text="ж" * 336), "long_sms"),
        (sms(text="{é" * 382), sms(text="{ç" * 382), "long_sms"),
        (sms(sender="x" * 11), sms(sender="x" * 12), "long_sms_sender"),
    ],
)
def test_what_the_vendors_texts_disagree_on(fine: CampaignDraft, doubtful: CampaignDraft, code: str) -> None:
    assert findings(fine, NOW) == ()
    [finding] = findings(doubtful, NOW)
    assert (finding.code, finding.severity) == (code, Severity.ADVICE)
    refuse_errors(findings(doubtful, NOW))


def test_everything_at_once() -> None:
    wrong = draft(text="x" * 200, sender="y" * 50, validity_hours=99)
    assert {finding.field for finding in findings(wrong, NOW)} == {"text", "sender", "validity_hours"}
    with pytest.raises(InvalidInputError, match=r"sender: .*; validity_hours: .*; text: "):
        refuse_errors(findings(wrong, NOW))


def test_a_start_without_a_zone() -> None:
    naive = NOW.replace(tzinfo=None)
    assert findings(draft(start_at=naive + timedelta(days=30)), NOW) == ()
    assert findings(draft(start_at=naive + timedelta(days=32)), NOW) != ()
    assert findings(draft(start_at=naive - timedelta(days=1)), NOW) == ()


def test_how_the_vendor_counts() -> None:
    assert [utf16_units(text) for text in ("abc", "é", "😀", "👍🏽", "\ud800")] == [3, 1, 2, 4, 1]


@pytest.mark.fault(81)
def test_the_secret_in_a_callback_url_is_told_to_nobody() -> None:
    wrong = message(callback_url="http://a.example/k3y-that-nobody-guesses")
    assert "k3y" not in repr(wrong)
    with pytest.raises(InvalidInputError, match=r"^callback_url: must begin with https://") as caught:
        refuse_errors(findings(wrong, NOW))
    assert "k3y" not in str(caught.value)
