"""An RCS draft with every member."""

from __future__ import annotations

from datetime import datetime

from campaign_reg.providers.rcs.drafts import CampaignDraft, Card, Recipient, SmsFallback, Suggestion

CARD = Card(
    title="Spring offer",
    text="Two for one until Sunday.",
    media_url="https://cdn.example.com/offer.jpg",
    suggestions=(
        Suggestion(text="Open shop", url="https://shop.example.com/", postback_data="open_shop"),
        Suggestion(text="Call us", phone="+12025550199", postback_data="call_us"),
    ),
)
FULL = CampaignDraft(
    sender="acme_agent",
    phones=(
        Recipient(number="+12025550123", reference_id="a1b2c3d4e5f60002"),
        Recipient(number="12025550124", reference_id="a1b2c3d4e5f60003"),
    ),
    cards=(CARD,),
    sms_fallback=SmsFallback(
        text="Two for one until Sunday.", sender="ACME", validity_hours=24, check_stop_list=True
    ),
    start_at=datetime(2026, 12, 1, 9),  # noqa: DTZ001
    validity_hours=48,
    tariff_code=9,
    add_to_contact_book=False,
    check_stop_list=True,
)
