"""What the RCS platform takes in a body: rules, and the tables made of them.

A rule looks at a value and yields what is wrong with it, each with its path.
Paths are written as the vendor does, without separators: `phones0number`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Problem = tuple[str, str]
    Rule = Callable[[object, str], Iterator[Problem]]

BLANK = "This value should not be blank."
INVALID = "This value is not valid."
LARGEST_INTEGER = 2**63 - 1


def text(shortest: int = 0, longest: int | None = None, pattern: str | None = None) -> Rule:
    """Make a rule for a string; lengths count UTF-16 units, as the vendor's do."""

    def check(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield path, "This value should be of type string."
            return
        length = len(value.encode("utf-16-le", "surrogatepass")) // 2
        if length < shortest:
            yield path, BLANK
        elif longest is not None and length > longest:
            yield path, f"This value is too long. It should have {longest} characters or less."
        elif pattern is not None and not re.fullmatch(pattern, value, re.ASCII):
            yield path, INVALID

    return check


def whole(least: int, most: int = LARGEST_INTEGER) -> Rule:
    """Make a rule for an integer; 1.0 is one too, true is not."""

    def check(value: object, path: str) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            yield path, "This value should be of type integer."
        elif not least <= value <= most:
            yield path, f"This value should be between {least} and {most}."

    return check


def flag(value: object, path: str) -> Iterator[Problem]:
    """Rule for a boolean."""
    if not isinstance(value, bool):
        yield path, "This value should be of type boolean."


def null(value: object, path: str) -> Iterator[Problem]:
    """Rule for null."""
    if value is not None:
        yield path, "This value should be null."


def choice(*values: str) -> Rule:
    """Make a rule for a closed list of strings."""

    def check(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, str) or value not in values:
            yield path, "The value you selected is not a valid choice."

    return check


def link(longest: int) -> Rule:
    """Make a rule for a public http or https address."""
    is_text = text(1, longest)

    def check(value: object, path: str) -> Iterator[Problem]:
        problems = list(is_text(value, path))
        if not problems and not _is_link(str(value)):
            problems = [(path, "This value is not a valid URL.")]
        yield from problems

    return check


def array(item: Rule, least: int = 0, most: int | None = None) -> Rule:
    """Make a rule for a list."""

    def check(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield path, "This value should be of type array."
        elif len(value) < least:
            yield path, f"This collection should contain {least} element or more."
        elif most is not None and len(value) > most:
            yield path, f"This collection should contain {most} elements or less."
        else:
            for number, member in enumerate(value):
                yield from item(member, f"{path}{number}")

    return check


def record(members: Mapping[str, Rule], *, required: Sequence[str] = (), apart: Sequence[str] = ()) -> Rule:
    """Make a rule for an object; members that it does not name pass.

    Args:
        members: A rule for each.
        required: Those that must be there.
        apart: Those of which not all may be there together.
    """

    def check(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield path, "This value should be of type object."
            return
        for name in required:
            if name not in value:
                yield path + name, BLANK
        for name, rule in members.items():
            if name in value:
                yield from rule(value[name], path + name)
        if apart and all(name in value for name in apart):
            yield path + apart[-1], f"Give only one of {' and '.join(apart)}."

    return check


def any_of(*rules: Rule) -> Rule:
    """Make a rule that holds if one of several does; it complains as the first does."""

    def check(value: object, path: str) -> Iterator[Problem]:
        found = [list(rule(value, path)) for rule in rules]
        if all(found):
            yield from found[0]

    return check


def one_of(*rules: Rule) -> Rule:
    """Make a rule that holds if exactly one of several does."""

    def check(value: object, path: str) -> Iterator[Problem]:
        found = [list(rule(value, path)) for rule in rules]
        if all(found):
            yield from found[0]
        elif sum(not problems for problems in found) > 1:
            yield path, INVALID

    return check


def all_of(*rules: Rule) -> Rule:
    """Make a rule that holds if all of several do."""

    def check(value: object, path: str) -> Iterator[Problem]:
        for rule in rules:
            yield from rule(value, path)

    return check


def _is_link(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port_is_number = parts.port is None or parts.port >= 0
    except ValueError:
        return False
    plain = re.fullmatch(r"[!#-;=?-\[\]_a-z~]+", value, re.ASCII) is not None
    return plain and port_is_number and parts.scheme in ("http", "https") and bool(parts.hostname)


DATE = text(pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
NUMBER = text(1, 15, r"[0-9]{9,15}")
REFERENCE = text(1, 32, r"[A-Za-z0-9]+")
HOURS = whole(1, 72)
SECONDS = whole(30, 86_400)
SENDER = text(1, 40)
TARIFF = whole(0)
ID = whole(1)
RECIPIENT = record({"number": NUMBER, "reference_id": REFERENCE}, required=("number",))
SUGGESTION = one_of(
    record(
        {"type": choice("link"), "text": text(0, 25), "url": link(1000), "postback_data": text(0, 25)},
        required=("text", "url"),
    ),
    record(
        {"type": choice("call"), "text": text(0, 25), "phone": NUMBER, "postback_data": text(0, 25)},
        required=("text", "phone"),
    ),
)
MEDIA = record({"url": link(1000)}, required=("url",))
CARD = all_of(
    record(
        {
            "title": text(0, 200),
            "text": text(1, 1000),
            "media": MEDIA,
            "suggestions": array(SUGGESTION, 0, 4),
        }
    ),
    any_of(record({}, required=("text",)), record({}, required=("media",))),
)
OPTIONS = any_of(
    record({"text": text(1, 160)}, required=("text",)),
    record({"cards": array(CARD, 1, 10)}, required=("cards",)),
)
FALLBACK = record(
    {
        "sms": record(
            {
                "text": text(0, 765),
                "sender": text(0, 15),
                "validity": HOURS,
                "validity_seconds": any_of(SECONDS, null),
                "check_stop_list": flag,
            },
            required=("text", "sender"),
        )
    }
)
CHANNELS = array(choice("sms", "rcs", "viber", "voice", "telegram"), 1, 2)
UNIVERSAL = {
    "channels": CHANNELS,
    "rcs": all_of(OPTIONS, record({"sender": SENDER}, required=("sender",))),
    "sms": record(
        {
            "sender": text(0, 15),
            "text": text(0, 765),
            "transliterate": flag,
            "unsubscribe_caption": text(0, 50),
        },
        required=("sender", "text"),
    ),
    "tariff_code": TARIFF,
    "validity": HOURS,
    "add_to_contact_book": flag,
    "check_stop_list": flag,
    "dry_run": any_of(flag, null),
}
BODIES: dict[str, Rule] = {
    "createRcsCampaign": record(
        {
            "phones": array(RECIPIENT, 1, 5000),
            "sender": SENDER,
            "options": OPTIONS,
            "alternative_channel": FALLBACK,
            "start_at": DATE,
            "tariff_code": TARIFF,
            "validity": HOURS,
            "validity_seconds": SECONDS,
            "add_to_contact_book": flag,
            "check_stop_list": flag,
        },
        required=("phones", "sender", "options"),
        apart=("validity", "validity_seconds"),
    ),
    "createRcsCampaignByGroups": record(
        {
            "groups": array(ID, 1, 1000),
            "sender": SENDER,
            "options": OPTIONS,
            "alternative_channel": any_of(FALLBACK, null),
            "start_at": DATE,
            "tariff_code": TARIFF,
            "validity": HOURS,
            "add_to_contact_book": flag,
            "check_stop_list": flag,
        },
        required=("groups", "sender", "options"),
    ),
    "createUniversalCampaign": record(
        {
            **UNIVERSAL,
            "recipients": all_of(
                record({"phones": array(RECIPIENT, 1, 10_000), "groups": array(ID, 1, 1000)}),
                any_of(record({}, required=("phones",)), record({}, required=("groups",))),
            ),
            "start_at": DATE,
        },
        required=("channels", "recipients"),
    ),
    "sendRcsMessage": record(
        {
            "phone": RECIPIENT,
            "sender": SENDER,
            "options": OPTIONS,
            "alternative_channel": FALLBACK,
            "callback_url": link(100),
            "tariff_code": any_of(TARIFF, null),
            "validity": any_of(HOURS, null),
            "validity_seconds": any_of(SECONDS, null),
            "add_to_contact_book": flag,
            "check_stop_list": flag,
        },
        required=("phone", "sender", "options"),
        apart=("validity", "validity_seconds"),
    ),
    "sendUniversalMessage": record(
        {
            **UNIVERSAL,
            "phone": RECIPIENT,
            "callback_url": link(100),
            "validity_seconds": SECONDS,
            "respect_curfew": flag,
        },
        required=("channels", "phone"),
        apart=("validity", "validity_seconds"),
    ),
    "createStatJob": one_of(
        record(
            {"type": choice("message"), "message_id": array(whole(-LARGEST_INTEGER))},
            required=("type", "message_id"),
        ),
        record(
            {
                "type": choice("params"),
                **dict.fromkeys(("time_in_from", "time_in_to", "time_sent_from", "time_sent_to"), DATE),
                "phones": array(whole(-LARGEST_INTEGER)),
                "source": choice("api", "web", "smpp", "xml", "http", "json"),
                "country": text(),
                "operator_id": text(),
                "status": choice(
                    *["Delivered", "Rejected", "Scheduled", "Moderation", "Accepted", "Sending"],
                    *["Sent", "Expired", "Failed", "Undelivered", "Unknown"],
                ),
            },
            required=("type", "time_in_from", "time_in_to"),
        ),
    ),
}
