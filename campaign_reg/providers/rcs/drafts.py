"""What can be sent: a campaign, a single message, an export to be made.

What contradicts itself is refused when it is built. What exceeds a limit of the vendor's is found by `lint`, all of it
at once, and refused before it is sent.

Source:
    https://bsg.world/developers/rest-api/send-rcs-message
    https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.enums import OpenEnum
from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.params import make_params
from campaign_reg.protocol.several import check_members, items_of

_NUMBER = re.compile(r"\+?[0-9]{9,15}")
_REFERENCE = re.compile(r"[A-Za-z0-9]{1,32}")
_MESSAGE_ID = re.compile(r"[0-9]{1,18}")


def plain_number(text: object, name: str) -> str:
    """A phone number as the vendor takes it: country code and number, digits only.

    Raises:
        InvalidInputError: It is none.
    """
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise InvalidInputError(f"{name} must be a number with its country code, 9 to 15 digits")
    return text.removeprefix("+")


def _is_number(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None:
        plain_number(value, attribute.name)


def _is_reference(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (not isinstance(value, str) or not _REFERENCE.fullmatch(value)):
        raise InvalidInputError(f"{attribute.name} must be 1 to 32 letters and digits")


def _is_given(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidInputError(f"{attribute.name} is missing")


def _one_of(thing: object, *names: str) -> None:
    """Refuse a thing in which not exactly one of these members is set.

    Raises:
        InvalidInputError: None is, or several are.
    """
    if sum(bool(getattr(thing, name)) for name in names) != 1:
        raise InvalidInputError(f"{type(thing).__name__} needs either {' or '.join(names)}")


def _at_most_one(thing: object, *names: str) -> None:
    if sum(getattr(thing, name) is not None for name in names) > 1:
        raise InvalidInputError(f"{type(thing).__name__} takes {' or '.join(names)}, not both")


@attrs.frozen(kw_only=True, slots=False)
class Recipient:
    """One phone number.

    Attributes:
        number: E.164, with or without the plus.
        reference_id: Your own id of the message, 1 to 32 letters and digits, never used before: the platform rejects a
            repeat. Left out, one is made, so that a send whose answer is lost can be found again.
    """

    number: str = attrs.field(validator=_is_number)
    reference_id: str | None = attrs.field(default=None, validator=_is_reference)

    def __attrs_post_init__(self) -> None:
        plain_number(self.number, "number")


@attrs.frozen(kw_only=True, slots=False)
class Suggestion:
    """A button.

    Attributes:
        text: Label, at most 25 characters.
        url: Opened when it is pressed, at most 1000 characters; or
        phone: called. For Ukrainian recipients it must be Ukrainian.
        postback_data: Comes back in the click callback; at most 25 characters.
    """

    text: str = attrs.field(validator=_is_given)
    url: str | None = None
    phone: str | None = attrs.field(default=None, validator=_is_number)
    postback_data: str | None = None

    def __attrs_post_init__(self) -> None:
        _one_of(self, "url", "phone")


@attrs.frozen(kw_only=True, slots=False)
class Card:
    """One card; two or more make a carousel.

    Attributes:
        title: At most 200 characters.
        text: At most 1000 characters; may be left out where there are media.
        media_url: Public http or https address, fetched by the platform: images up to 2 MB, video up to 10 MB.
        suggestions: At most 4; some of the vendor's texts say 2.
    """

    title: str | None = attrs.field(default=None, repr=False)
    text: str | None = attrs.field(default=None, repr=False)
    media_url: str | None = None
    suggestions: tuple[Suggestion, ...] = ()

    def __attrs_post_init__(self) -> None:
        if not self.text and not self.media_url:
            raise InvalidInputError("Card needs text or media_url")


@attrs.frozen(kw_only=True, slots=False)
class SmsFallback:
    """The SMS sent to those whom RCS does not reach, at the price of an SMS.

    Attributes:
        text: At most 765 characters of the GSM alphabet; 335 otherwise.
        sender: A registered SMS sender: 11 letters or 15 digits at most.
        validity_hours: 1 to 72; or
        validity_seconds: 30 to 86400.
        check_stop_list: Whether numbers on the SMS stop list are skipped; the platform does so unless told otherwise.
    """

    text: str = attrs.field(validator=_is_given, repr=False)
    sender: str = attrs.field(validator=_is_given)
    validity_hours: int | None = None
    validity_seconds: int | None = None
    check_stop_list: bool | None = None

    def __attrs_post_init__(self) -> None:
        _at_most_one(self, "validity_hours", "validity_seconds")


def _recipients(value: Any) -> Any:
    """Recipients from numbers, mappings or a cell of a table (`12025550123|12025550124`)."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split("|") if part.strip()]
    given = items_of(value, (str, Recipient, Mapping), "phones", 'phones=["12025550123"]')
    return tuple(map(_recipient, given))


def _recipient(value: Any) -> Recipient:
    if isinstance(value, Recipient):
        return value
    if isinstance(value, Mapping):
        made: Recipient = make_params(Recipient, value)
        return made
    return Recipient(number=value)


@attrs.frozen(kw_only=True, slots=False)
class CampaignDraft:
    """A campaign to be created, for numbers or for lists of the contact book.

    The platform gives the campaign its name, and edits nothing afterwards.

    Attributes:
        sender: A registered, active RCS agent.
        phones: Numbers, no number twice, at most 5000; or
        groups: ids of contact lists, at most 1000, with at most 5000 contacts in all. Such a create cannot be
            recognised at the platform: one whose answer is lost ends as unknown.
        text: At most 160 UTF-16 units; or
        cards: at most 10; some of the vendor's texts say 5, and the tariff may allow fewer.
        sms_fallback: For those whom RCS does not reach.
        start_at: When to begin; left out, at once. Without a zone it is a time as the platform prints it; an instant
            needs the setting `time_zone`. At most 30 days ahead, today counted.
        tariff_code: Left out, the account's default.
        validity_hours: Until a message expires or falls back, 1 to 72; or
        validity_seconds: 30 to 86400, for numbers only.
        add_to_contact_book: Whether the recipients are stored there; the platform does so unless told otherwise.
        check_stop_list: Whether numbers on the RCS stop list are skipped; likewise.

    Raises:
        InvalidInputError: It contradicts itself.
    """

    sender: str = attrs.field(validator=_is_given)
    phones: tuple[Recipient, ...] = attrs.field(default=(), converter=_recipients)
    groups: tuple[int, ...] = ()
    text: str | None = attrs.field(default=None, repr=False)
    cards: tuple[Card, ...] = attrs.field(default=(), repr=False)
    sms_fallback: SmsFallback | None = None
    start_at: datetime | None = None
    tariff_code: int | None = None
    validity_hours: int | None = None
    validity_seconds: int | None = None
    add_to_contact_book: bool | None = None
    check_stop_list: bool | None = None

    def __attrs_post_init__(self) -> None:
        _one_of(self, "phones", "groups")
        _one_of(self, "text", "cards")
        _at_most_one(self, "validity_hours", "validity_seconds")
        if self.groups and self.validity_seconds is not None:
            raise InvalidInputError("a campaign for groups takes validity_hours only")


@attrs.frozen(kw_only=True, slots=False)
class MessageDraft:
    """One message to be sent at once, without a campaign.

    Attributes:
        phone: A number, or a `Recipient` with your own reference.
        callback_url: Where its callbacks go instead of the account's own address; https, on a public host, at most 100
            characters. Put something into it that nobody can guess: callbacks are not signed.

    The other attributes are those of `CampaignDraft`.

    Raises:
        InvalidInputError: It contradicts itself.
    """

    sender: str = attrs.field(validator=_is_given)
    phone: Recipient = attrs.field(converter=_recipient)
    text: str | None = attrs.field(default=None, repr=False)
    cards: tuple[Card, ...] = attrs.field(default=(), repr=False)
    sms_fallback: SmsFallback | None = None
    callback_url: str | None = attrs.field(default=None, repr=False)
    tariff_code: int | None = None
    validity_hours: int | None = None
    validity_seconds: int | None = None
    add_to_contact_book: bool | None = None
    check_stop_list: bool | None = None

    def __attrs_post_init__(self) -> None:
        _one_of(self, "text", "cards")
        _at_most_one(self, "validity_hours", "validity_seconds")


@attrs.frozen(kw_only=True, slots=False)
class Renewal:
    """A renew has no parameters. Top up first: it adds no funds."""


class ExportSource(OpenEnum):
    """Through which door the messages of an export came in."""

    API = "api"
    WEB = "web"
    SMPP = "smpp"
    XML = "xml"
    HTTP = "http"
    JSON = "json"


@attrs.frozen(kw_only=True, slots=False)
class ExportQuery:
    """Which messages an export is to hold: those named, or those of a period.

    Attributes:
        message_ids: As in `RcsMessage.id`; or
        time_in_from: taken at or after this, with
        time_in_to: at or before.
        time_sent_from: Left at or after.
        time_sent_to: Left at or before.
        phones: E.164.
        source: Through which door they came in.
        country: As the vendor spells it.
        operator_id: As the vendor spells it.
        status: A message status; capitalised for this call.
    """

    message_ids: tuple[str, ...] = ()
    time_in_from: datetime | None = None
    time_in_to: datetime | None = None
    time_sent_from: datetime | None = None
    time_sent_to: datetime | None = None
    phones: tuple[str, ...] = ()
    source: ExportSource | None = None
    country: str | None = None
    operator_id: str | None = None
    status: str | None = None

    def __attrs_post_init__(self) -> None:
        check_members(self)
        period = (self.time_in_from, self.time_in_to)
        if self.message_ids:
            others = [f.name for f in attrs.fields(type(self)) if f.name != "message_ids"]
            if any(getattr(self, name) for name in others):
                raise InvalidInputError("ExportQuery takes message_ids alone, or the others")
            if not all(_MESSAGE_ID.fullmatch(id) for id in self.message_ids):
                raise InvalidInputError("message_ids must be ids of messages, which are digits")
        elif None in period:
            raise InvalidInputError("ExportQuery needs message_ids, or time_in_from and time_in_to")
        for number in self.phones:
            plain_number(number, "phones")
