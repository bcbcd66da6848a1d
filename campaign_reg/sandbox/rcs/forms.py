"""How the RCS platform writes campaigns and messages: forms that differ, as its pages do.

Which spelling a campaign or message gets follows from its id, so that it stays
the same from call to call and a client meets them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.rcs.samples import UNIT_PRICE
from campaign_reg.sandbox.rcs.times import kyiv, written, written_or_null

if TYPE_CHECKING:
    from campaign_reg.sandbox.rcs.campaigns import Campaign
    from campaign_reg.sandbox.rcs.messages import Message

# The states that the short form's "sent" is the total of; "read" and "not_rcs_user" are not among them.
SUMMED = ("delivered", "sent", "accepted", "sending", "undelivered", "failed", "expired", "unknown")
DETAILED = ("scheduled", "moderation", *SUMMED, "read", "not_viber_user")
# Planned and real start: names of the API description, the RCS page and the SMS page.
START_NAMES = (
    ("started_at", "actual_start_at"),
    ("start_at", "real_start_at"),
    ("start_date", "actual_start_at"),
)
WRITTEN_BY_RCS_PAGE = 1
FALLBACK_EVERY = 10
ERRORS = {
    0: "No errors",
    4: "Function is not supported",
    5: "Unknown failure",
    7: "Parameters are not valid",
}


def short_form(campaign: Campaign, members: dict[str, Any]) -> dict[str, Any]:
    """Write a campaign as get, list, renew and stop show it; price and currency tell nothing here."""
    written_form = _dated(campaign, members) | {
        "statistics": _perhaps_array(campaign, short_counts(campaign, members)),
        "calculated_price": 0 if campaign.id % 2 else None,
        "alternative_channels": _fallback(campaign, short_counts(campaign, members)),
    }
    # The RCS pages know no currency.
    return written_form if campaign.id % 7 == 0 else written_form | {"currency": None}


def created_form(campaign: Campaign, members: dict[str, Any]) -> dict[str, Any]:
    """Write a campaign as its creation answers; one that starts at once may claim to be done.

    Source:
        The vendor's sample of the create call shows `done` with no start and no messages.
    """
    price = round(campaign.draft.total * UNIT_PRICE, 7)
    told = short_form(campaign, members) | {"calculated_price": price, "currency": "USD"}
    at_once = campaign.draft.start_at <= campaign.created_at
    return told | {"status": "done"} if at_once and campaign.id % 2 == 0 else told


def renewed_form(campaign: Campaign, members: dict[str, Any]) -> dict[str, Any]:
    """Write a campaign as renew answers; the RCS pages' form has a price that means nothing."""
    told = short_form(campaign, members)
    if "currency" not in told:
        told["calculated_price"] = round(campaign.draft.total * UNIT_PRICE, 1)
    return told


def detail_form(campaign: Campaign, members: dict[str, Any]) -> dict[str, Any]:
    """Write a campaign with a counter per state; dates are named in one of three ways."""
    told = _dated(campaign, members)
    told["type"] = told.pop("message_type")
    style = campaign.id % len(START_NAMES)
    planned, real = told.pop("start_at"), told.pop("real_start_at")
    told |= dict(zip(START_NAMES[style], (planned, real), strict=True))
    counts = detail_counts(campaign, members)
    told["statistics"] = _perhaps_array(campaign, counts)
    told["alternative_channels"] = _fallback(campaign, counts) or []
    if style != WRITTEN_BY_RCS_PAGE:
        total = campaign.draft.total
        billed = counts.get("delivered", 0) + counts.get("read", 0)
        price = _money(campaign.id, billed * UNIT_PRICE)
        told |= {"total_messages": total, "total_phones": total, "total_price": price, "currency": "USD"}
    return told


def short_counts(campaign: Campaign, members: dict[str, Any]) -> dict[str, int]:
    """Count as the short form does: delivered includes read, sent does not."""
    counts = campaign.counts(members)
    return {
        "delivered": counts["delivered"] + counts["read"],
        "sent": sum(counts.get(status, 0) for status in SUMMED),
    }


def detail_counts(campaign: Campaign, members: dict[str, Any]) -> dict[str, int]:
    """Count per state; some campaigns leave out the counters that are zero."""
    found = campaign.counts(members)
    counts = {status: found.get(status, 0) for status in DETAILED}
    counts["not_rcs_user"] = found["not_service_user"]
    if campaign.id % 4:
        return counts
    return {status: count for status, count in counts.items() if count}


def accepted_message(message: Message) -> dict[str, Any]:
    """Write a message as its send call answers."""
    options = {"phone": int(message.number) if message.id % 2 else message.number}
    return {
        "id": message.id,
        "reference_id": message.reference,
        "source": "rest",
        "type": message.draft.message_type,
        **options,
        "status": message.status,
        "validity": message.draft.validity,
        "amount": {"value": f"{UNIT_PRICE:.7f}", "currency": "USD"},
        "sender": message.draft.sender,
        "created_at": written(kyiv(message.created_at)),
        "sent_at": _kyiv_or_null(message.sent_at),
        "delivered_at": _kyiv_or_null(message.delivered_at),
    }


def listed_message(message: Message) -> dict[str, Any]:
    """Write a message as the listing shows it."""
    fallback: object = [] if message.id % 3 else None
    if message.draft.fallback and message.status == "not_service_user":
        fallback = {"sms": {"parts": 1, "id": [message.id + message.draft.total]}}
    rcs = message.draft.message_type == "rcs"
    return accepted_message(message) | {
        "campaign_id": message.campaign_id,
        "text": None if rcs else _text(message),
        "country": "US" if message.number.startswith("1") else None,
        "parts": 1,
        "rcs_options": message.draft.options if rcs else None,
        "alternative_channels": fallback,
    }


def status_body(told: Message) -> dict[str, Any]:
    """Write the callback with a message's status; its dates are in another zone than the listing's.

    Source:
        https://bsg.world/developers/rest-api/introduction
    """
    return {
        # A number in some bodies, a string of digits in others.
        "error": told.error if told.id % 2 else str(told.error),
        "errorDescription": ERRORS.get(told.error, "Unknown failure"),
        "id": str(told.id),
        "msisdn": told.number,
        "reference": told.reference,
        "time_in": written(told.created_at),
        "time_sent": written_or_null(told.sent_at),
        "time_dr": written_or_null(told.delivered_at),
        "status": told.status,
        "price": f"{UNIT_PRICE:.7f}",
        "currency": "USD",
    }


def click_body(message: Message, text: str, postback: str | None, at: float) -> dict[str, Any]:
    """Write the callback of a button that was pressed; only here a date has a T.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """
    return {
        "id": str(message.id),
        "reference": message.reference,
        "msisdn": message.number,
        "text": text,
        "postback": postback,
        "time_click": written(at).replace(" ", "T"),
    }


def job_row(message: Message) -> dict[str, Any]:
    """Write a message as an export does: everything a string, the status capitalised."""
    status = {"read": "delivered", "not_service_user": "rejected"}.get(message.status, message.status)
    return {
        "message_id": str(message.id),
        "message_type": message.draft.message_type,
        "msisdn": message.number,
        "country_name": "United States" if message.number.startswith("1") else "",
        "brand": "Example Mobile",
        "mcc": "310",
        "mnc": "010",
        "originator": message.draft.sender,
        "price": f"{UNIT_PRICE:.7f}",
        "currency": "USD",
        "time_in": written(message.created_at),
        "time_sent": written_or_null(message.sent_at),
        "time_dlr": written_or_null(message.delivered_at),
        "status": status.capitalize(),
        "body": _text(message),
        "sl_clicks": None,
    }


def _text(message: Message) -> str | None:
    """Return the plain text of a message; cards have none."""
    text: str | None = message.draft.options.get("text")
    return text


def _dated(campaign: Campaign, members: dict[str, Any]) -> dict[str, Any]:
    """Write what both forms share; name and creation are in Kyiv's time, the other dates in UTC."""
    created = written(kyiv(campaign.created_at))
    channel = campaign.draft.message_type
    return {
        "id": campaign.id,
        "name": f"{channel.upper()} api campaign / {created}",
        "sender": campaign.draft.sender,
        "status": members["status"],
        "message_type": channel,
        "start_at": written(campaign.draft.start_at),
        "real_start_at": written_or_null(members["real_start_at"]),
        "finished_at": written_or_null(members["finished_at"]),
        "created_at": created,
    }


def _perhaps_array(campaign: Campaign, counts: dict[str, int]) -> object:
    return [counts] if campaign.id % 5 == 0 else counts


def _fallback(campaign: Campaign, counts: dict[str, int]) -> object:
    """Write the block of the SMS fallback: null, an empty array, or counters under either of two names."""
    if not campaign.draft.fallback:
        return None if campaign.id % 2 else []
    name = "statistic" if campaign.id % 3 == 0 else "statistics"
    few = {status: count // FALLBACK_EVERY for status, count in counts.items()}
    return {"sms": {name: few}}


def _money(dice: int, value: float) -> str | float:
    """Write a price as a string of seven places, of two, or as a number."""
    if dice % 5 == 1:
        return round(value, 7)
    return f"{value:.2f}" if dice % 5 == 2 else f"{value:.7f}"


def _kyiv_or_null(at: float | None) -> str | None:
    return None if at is None else written(kyiv(at))
