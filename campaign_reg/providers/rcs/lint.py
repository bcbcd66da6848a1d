"""What the vendor would refuse in a draft, and what it may: found without I/O.

Source:
    https://bsg.world/developers/rest-api/send-rcs-message
    https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import attrs

from campaign_reg.models.finding import Finding, Severity
from campaign_reg.providers.callback_url import callback_url_problem
from campaign_reg.providers.rcs.drafts import (
    CampaignDraft,
    Card,
    MessageDraft,
    SmsFallback,
    Suggestion,
    plain_number,
)

_GSM_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
_MOST_SMS_CHARACTERS, _MOST_SMS_CHARACTERS_OUTSIDE_GSM = 765, 335
_MOST_CARDS, _MOST_CARDS_IN_PROSE = 10, 5
_MOST_BUTTONS, _MOST_BUTTONS_IN_PROSE = 4, 2
_DAYS_AHEAD = 30  # today counted; a day of slack, since the platform's zone is not known


@attrs.frozen
class _Range:
    least: int
    most: int
    unit: str


_COUNTS = {"phones": _Range(0, 5000, "numbers"), "groups": _Range(0, 1000, "lists")}
_NUMBERS = {
    "validity_hours": _Range(1, 72, "hours"),
    "validity_seconds": _Range(30, 86400, "seconds"),
    "tariff_code": _Range(0, 2**31 - 1, ""),
}


def findings(draft: CampaignDraft | MessageDraft, now: datetime) -> tuple[Finding, ...]:
    """Everything to look at in a draft.

    Args:
        draft: What is to be sent.
        now: Wall-clock time, aware.
    """
    return tuple(_findings(draft, now))


def _findings(draft: CampaignDraft | MessageDraft, now: datetime) -> Iterator[Finding]:
    yield from _length("sender", draft.sender, 40)
    yield from _ranges("", draft)
    yield from _content(draft)
    if draft.sms_fallback is not None:
        yield from _sms(draft.sms_fallback)
    if isinstance(draft, CampaignDraft):
        yield from _audience(draft)
        yield from _start(draft, now)
    elif draft.callback_url is not None:
        yield from _callback_url(draft.callback_url)


def _error(code: str, field: str, text: str, advice: str) -> Finding:
    return Finding(code=code, field=field, text=text, advice=advice, severity=Severity.ERROR)


def _advice(code: str, field: str, text: str, advice: str) -> Finding:
    return Finding(code=code, field=field, text=text, advice=advice, severity=Severity.ADVICE)


def utf16_units(text: str) -> int:
    """How the vendor counts: most emoji are 2 to 4."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _length(field: str, text: str | None, most: int) -> Iterator[Finding]:
    if text is None:
        return
    if any("\ud800" <= char <= "\udfff" for char in text):
        yield _error("broken_text", field, "it holds half a surrogate pair", "remove that character")
    if utf16_units(text) > most:
        yield _error("too_long", field, f"{utf16_units(text)} characters, at most {most}", "shorten it")


def _ranges(where: str, thing: Any) -> Iterator[Finding]:
    for name, allowed in _NUMBERS.items():
        value = getattr(thing, name, None)
        if value is not None and not allowed.least <= value <= allowed.most:
            text = f"{value}, but it must be {allowed.least} to {allowed.most} {allowed.unit}".rstrip()
            yield _error("out_of_range", where + name, text, "choose a value in that range")


def _content(draft: CampaignDraft | MessageDraft) -> Iterator[Finding]:
    yield from _length("text", draft.text, 160)
    if len(draft.cards) > _MOST_CARDS:
        yield _error(
            "too_many_cards", "cards", f"{len(draft.cards)}, at most {_MOST_CARDS}", "leave some out"
        )
    elif len(draft.cards) > _MOST_CARDS_IN_PROSE:
        text = f"{len(draft.cards)}, and some of the vendor's texts allow {_MOST_CARDS_IN_PROSE}"
        yield _advice("many_cards", "cards", text, "stay within 5, and ask what your tariff allows")
    for index, card in enumerate(draft.cards):
        yield from _card(f"cards[{index}].", card)


def _card(where: str, card: Card) -> Iterator[Finding]:
    yield from _length(where + "title", card.title, 200)
    yield from _length(where + "text", card.text, 1000)
    if card.media_url is not None:
        yield from _url(where + "media_url", card.media_url, 1000, {"http", "https"})
    field, count = where + "suggestions", len(card.suggestions)
    if count > _MOST_BUTTONS:
        yield _error("too_many_buttons", field, f"{count}, at most {_MOST_BUTTONS}", "leave some out")
    elif count > _MOST_BUTTONS_IN_PROSE:
        text = f"{count}, and some of the vendor's texts allow {_MOST_BUTTONS_IN_PROSE}"
        yield _advice("many_buttons", field, text, "stay within 2")
    for index, suggestion in enumerate(card.suggestions):
        yield from _button(f"{field}[{index}].", suggestion)


def _button(where: str, button: Suggestion) -> Iterator[Finding]:
    yield from _length(where + "text", button.text, 25)
    yield from _length(where + "postback_data", button.postback_data, 25)
    if button.url is not None:
        yield from _url(where + "url", button.url, 1000, {"http", "https"})


def _url(field: str, url: str, most: int, schemes: set[str]) -> Iterator[Finding]:
    yield from _length(field, url, most)
    try:
        parts = urlsplit(url)
        sound = parts.scheme in schemes and bool(parts.hostname)
    except ValueError:
        sound = False
    if not sound or any(char.isspace() for char in url):
        words = " or ".join(sorted(schemes))
        yield _error("no_url", field, f"it is no {words} address", "give a whole address")


def _callback_url(url: str) -> Iterator[Finding]:
    """The URL is not quoted: a part of it is a secret."""
    yield from _length("callback_url", url, 100)
    problem = callback_url_problem(url)
    if problem:
        yield _error("callback_url", "callback_url", problem, "give an https address on a public host")


def _sms(sms: SmsFallback) -> Iterator[Finding]:
    yield from _length("sms_fallback.text", sms.text, _MOST_SMS_CHARACTERS)
    yield from _length("sms_fallback.sender", sms.sender, 15)
    yield from _ranges("sms_fallback.", sms)
    if not sms.sender.isdigit() and len(sms.sender) > 11:
        text = f"{len(sms.sender)} characters, and a sender that is no number has at most 11"
        yield _advice("long_sms_sender", "sms_fallback.sender", text, "shorten it")
    if len(sms.text) > _MOST_SMS_CHARACTERS_OUTSIDE_GSM and not _GSM_ALPHABET.issuperset(sms.text):
        text = f"{len(sms.text)} characters, some outside the GSM alphabet"
        yield _advice("long_sms", "sms_fallback.text", text, "stay within 335, or the GSM alphabet")


def _audience(draft: CampaignDraft) -> Iterator[Finding]:
    for name, allowed in _COUNTS.items():
        count = len(getattr(draft, name))
        if count > allowed.most:
            text = f"{count} {allowed.unit}, at most {allowed.most}"
            yield _error("too_many_recipients", name, text, "make several campaigns of it")
    numbers = Counter(plain_number(recipient.number, "number") for recipient in draft.phones)
    twice = sum(count > 1 for count in numbers.values())
    if twice:
        yield _error(
            "number_twice", "phones", f"{twice} numbers stand there more than once", "leave one of each"
        )
    references = Counter(r.reference_id for r in draft.phones if r.reference_id is not None)
    if any(count > 1 for count in references.values()):
        text = "a reference_id stands there more than once"
        yield _error("reference_twice", "phones", text, "give each its own, or none")
    if any(group < 1 for group in draft.groups):
        yield _error("no_group", "groups", "an id is below 1", "give ids of contact lists")


def _start(draft: CampaignDraft, now: datetime) -> Iterator[Finding]:
    if draft.start_at is None:
        return
    start = draft.start_at if draft.start_at.tzinfo is not None else draft.start_at.replace(tzinfo=UTC)
    if start > now + timedelta(days=_DAYS_AHEAD + 1):
        text = f"more than {_DAYS_AHEAD} days ahead"
        yield _error("starts_too_late", "start_at", text, "schedule it later on")
