"""The platform's JSON to our models and back, and our drafts to its JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cattrs

from campaign_reg.providers.rcs import envelopes, events, models
from campaign_reg.providers.rcs.drafts import (
    CampaignDraft,
    Card,
    ExportQuery,
    MessageDraft,
    Suggestion,
    plain_number,
)
from campaign_reg.providers.rcs.local_time import format_local, to_vendor
from campaign_reg.providers.rcs.spellings import SPELLINGS
from campaign_reg.wire.codec import make_converter as base_converter
from campaign_reg.wire.codec import register_model

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from campaign_reg.providers.rcs.drafts import Recipient, SmsFallback

_SHAPES: tuple[type, ...] = (
    models.Amount,
    models.Totals,
    models.MessageCounts,
    models.SmsTotals,
    models.SmsCounts,
    models.FallbackTotals,
    models.FallbackCounts,
    models.RcsCampaign,
    models.RcsCampaignDetail,
    models.SmsParts,
    models.MessageFallback,
    models.RcsMessage,
    envelopes.CampaignEnvelope,
    envelopes.DetailEnvelope,
    envelopes.MessageEnvelope,
    envelopes.PageNumbers,
    envelopes.PageMeta,
    envelopes.CampaignPage,
    envelopes.MessagePage,
    envelopes.Balance,
    envelopes.BalanceEnvelope,
    envelopes.Tariff,
    envelopes.TariffPage,
    envelopes.ContactList,
    envelopes.ContactListPage,
    envelopes.LegacyOutcome,
    envelopes.ExportJob,
    envelopes.ExportJobs,
    envelopes.ExportRow,
    envelopes.ExportRows,
    events.StatusEvent,
    events.ClickEvent,
)


def make_converter(zone: ZoneInfo | None = None) -> cattrs.Converter:
    """A converter that knows every document of the platform; extend it with hooks of your own.

    Args:
        zone: Of the times in the documents, where it is known.
    """
    converter = base_converter()
    for kind in _SHAPES:
        register_model(converter, kind, spellings=SPELLINGS, given={"zone": zone})
    return converter


def sent_of(version: str) -> int | None:
    """The number of messages in a version `status|sent|real start`."""
    parts = version.split("|")
    return int(parts[1]) if len(parts) == 3 and parts[1].isascii() and parts[1].isdigit() else None


def references_of(phones: Sequence[Recipient], key: str) -> tuple[str | None, ...]:
    """The reference of each recipient: the caller's, or one made of the key and its place."""
    return tuple(
        recipient.reference_id or (f"{key}{index:04d}" if key else None)
        for index, recipient in enumerate(phones)
    )


def campaign_body(
    draft: CampaignDraft, references: Sequence[str | None], zone: ZoneInfo | None
) -> dict[str, Any]:
    """What creates a campaign."""
    start = None if draft.start_at is None else format_local(to_vendor(draft.start_at, zone, "start_at"))
    audience: dict[str, Any] = {"groups": list(draft.groups)}
    if draft.phones:
        audience = {"phones": list(map(_recipient, draft.phones, references))}
    return {**audience, **_message(draft), **_given(start_at=start)}


def message_body(draft: MessageDraft, reference: str) -> dict[str, Any]:
    """What sends one message."""
    phone = {"phone": _recipient(draft.phone, reference)}
    return {**phone, **_message(draft), **_given(callback_url=draft.callback_url)}


def export_body(query: ExportQuery, zone: ZoneInfo | None) -> dict[str, Any]:
    """What starts an export."""
    if query.message_ids:
        return {"type": "message", "message_id": [int(id) for id in query.message_ids]}
    names = ("time_in_from", "time_in_to", "time_sent_from", "time_sent_to")
    times = {
        name: format_local(to_vendor(value, zone, name))
        for name in names
        if (value := getattr(query, name)) is not None
    }
    phones = [int(plain_number(number, "phones")) for number in query.phones]
    others = _given(
        phones=phones or None,
        source=None if query.source is None else query.source.value,
        country=query.country,
        operator_id=query.operator_id,
        status=None if query.status is None else query.status.capitalize(),
    )
    return {"type": "params", **times, **others}


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _recipient(recipient: Recipient, reference: str | None) -> dict[str, str]:
    return {"number": plain_number(recipient.number, "number"), **_given(reference_id=reference)}


def _message(draft: CampaignDraft | MessageDraft) -> dict[str, Any]:
    """What campaigns and single messages have in common."""
    content: dict[str, Any] = (
        {"cards": list(map(_card, draft.cards))} if draft.cards else {"text": draft.text}
    )
    sms = draft.sms_fallback
    return {
        "sender": draft.sender,
        "options": content,
        **_given(
            alternative_channel=None if sms is None else {"sms": _sms(sms)},
            tariff_code=draft.tariff_code,
            validity=draft.validity_hours,
            validity_seconds=draft.validity_seconds,
            add_to_contact_book=draft.add_to_contact_book,
            check_stop_list=draft.check_stop_list,
        ),
    }


def _card(card: Card) -> dict[str, Any]:
    return _given(
        title=card.title,
        text=card.text or None,
        media=None if card.media_url is None else {"url": card.media_url},
        suggestions=list(map(_button, card.suggestions)) or None,
    )


def _button(button: Suggestion) -> dict[str, Any]:
    target: dict[str, Any] = {"type": "link", "text": button.text, "url": button.url}
    if button.phone is not None:
        target = {"type": "call", "text": button.text, "phone": plain_number(button.phone, "phone")}
    return {**target, **_given(postback_data=button.postback_data)}


def _sms(sms: SmsFallback) -> dict[str, Any]:
    return {
        "text": sms.text,
        "sender": sms.sender,
        **_given(
            validity=sms.validity_hours,
            validity_seconds=sms.validity_seconds,
            check_stop_list=sms.check_stop_list,
        ),
    }
