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
        number: Number, E.164, 9 to 15 digits, with or without the plus.
        reference_id: Your own id of the message, 1 to 32 letters and digits, never used before: the platform rejects a
            repeat. None means that one is made, so that a send whose answer is lost can be found again.

    Raises:
        InvalidInputError: It contradicts itself, or a member has the wrong form.

    Source:
        https://bsg.world/developers/rest-api/send-rcs-message
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    number: str = attrs.field(validator=_is_number)
    reference_id: str | None = attrs.field(default=None, validator=_is_reference)

    def __attrs_post_init__(self) -> None:
        plain_number(self.number, "number")


@attrs.frozen(kw_only=True, slots=False)
class Suggestion:
    """A button, which opens a URL or calls a number: exactly one of the two.

    Attributes:
        text: Label, at most 25 characters.
        url: http or https URL that it opens, at most 1000 characters; None for a button that calls.
        phone: Number that it calls, E.164; for Ukrainian recipients it must be Ukrainian. None for a button that opens.
        postback_data: Text that comes back in the click callback, at most 25 characters; None for none.

    Raises:
        InvalidInputError: It has neither URL nor number, or both.

    Source:
        https://bsg.world/developers/rest-api/send-rcs-message
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    text: str = attrs.field(validator=_is_given)
    url: str | None = None
    phone: str | None = attrs.field(default=None, validator=_is_number)
    postback_data: str | None = None

    def __attrs_post_init__(self) -> None:
        _one_of(self, "url", "phone")


@attrs.frozen(kw_only=True, slots=False)
class Card:
    """One card; two or more make a carousel. Lengths are in UTF-16 units.

    Attributes:
        title: Title, at most 200 characters; None for none.
        text: Text, at most 1000 characters; may be None where there are media.
        media_url: Public http or https URL (`media.url`), fetched by the platform, at most 1000 characters: images up
            to 2 MB, video up to 10 MB. None for none.
        suggestions: Buttons, at most 4; some of the vendor's texts say 2.

    Raises:
        InvalidInputError: It has neither text nor media.

    Source:
        https://bsg.world/developers/rest-api/send-rcs-message
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
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
    """The SMS sent to recipients whom RCS does not reach, at the price of an SMS.

    Attributes:
        text: Text, at most 765 characters of the GSM alphabet; 335 otherwise (355 in some of the vendor's texts).
        sender: A registered SMS sender: 11 letters or 15 digits at most.
        validity_hours: Hours until the SMS expires (`validity`), 1 to 72; None for the platform's 72, or with
            `validity_seconds`.
        validity_seconds: Seconds until the SMS expires, 30 to 86400; None with `validity_hours`.
        check_stop_list: Whether numbers on the SMS stop list are skipped; None for the platform's default, which is to
            skip.

    Raises:
        InvalidInputError: It has both validities, or lacks text or sender.

    Source:
        https://bsg.world/developers/rest-api/send-rcs-message
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
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
    """A campaign to be created, for numbers or for lists of the contact book, with text or with cards.

    The platform gives the campaign its name, and edits nothing afterwards.

    Attributes:
        sender: Name of a registered, active RCS agent, at most 40 characters.
        phones: Recipients, no number twice, at most 5000; empty with `groups`. Plain numbers become recipients.
        groups: Ids of contact lists, at most 1000, with at most 5000 contacts in all; empty with `phones`. Such a
            create cannot be recognised at the platform: one whose answer is lost ends as unknown.
        text: Text (`options.text`), at most 160 UTF-16 units; None with `cards`.
        cards: Cards (`options.cards`), at most 10; some of the vendor's texts say 5, and the tariff may allow fewer.
            Empty with `text`.
        sms_fallback: SMS for recipients whom RCS does not reach (`alternative_channel.sms`); None for none.
        start_at: Start, at most 30 days ahead, today counted; None for at once. Without a zone it is a time as the
            platform prints it; an instant needs the setting `time_zone`.
        tariff_code: Code of a connected, active tariff, from 0; None for the account's default.
        validity_hours: Hours until a message expires or falls back (`validity`), 1 to 72; None for the platform's 72,
            or with `validity_seconds`.
        validity_seconds: Seconds until a message expires or falls back, 30 to 86400; for numbers only. None with
            `validity_hours`.
        add_to_contact_book: Whether recipients are stored in the contact book; None for the platform's default, which
            is to store them.
        check_stop_list: Whether numbers on the RCS stop list are skipped; None for the platform's default, which is to
            skip.

    Raises:
        InvalidInputError: It contradicts itself.

    Source:
        https://bsg.world/developers/rest-api/send-rcs-message
        https://bsg.world/developers/rest-api/sending-an-rcs-message-to-a-group-of-contacts
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
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
    """One message to be sent at once, without a campaign, with text or with cards.

    Attributes:
        sender: Name of a registered, active RCS agent, at most 40 characters.
        phone: Recipient. A plain number becomes one; a `Recipient` may have your own reference.
        text: Text (`options.text`), at most 160 UTF-16 units; None with `cards`.
        cards: Cards (`options.cards`), at most 10; see `CampaignDraft`. Empty with `text`.
        sms_fallback: SMS if RCS does not reach the recipient (`alternative_channel.sms`); None for none.
        callback_url: URL for its callbacks instead of the account's own; https, on a public host, at most 100
            characters. Put a secret that cannot be guessed into it: callbacks are not signed. Left out of the repr.
            None for the account's own.
        tariff_code: Code of a connected, active tariff, from 0; None for the account's default.
        validity_hours: Hours until the message expires or falls back (`validity`), 1 to 72; None for the platform's 72,
            or with `validity_seconds`.
        validity_seconds: Seconds until the message expires or falls back, 30 to 86400; None with `validity_hours`.
        add_to_contact_book: Whether the recipient is stored in the contact book; None for the platform's default, which
            is to store it.
        check_stop_list: Whether a number on the RCS stop list is skipped; None for the platform's default, which is to
            skip.

    Raises:
        InvalidInputError: It contradicts itself.

    Source:
        https://bsg.world/developers/rest-api/single-rcs-message-sending
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
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
    """A renew, which has no parameters. Top up first: it adds no funds.

    Source:
        https://bsg.world/developers/rest-api/restore-rcs-campaigns
    """


class ExportSource(OpenEnum):
    """Interface through which the messages of an export came in."""

    API = "api"
    WEB = "web"
    SMPP = "smpp"
    XML = "xml"
    HTTP = "http"
    JSON = "json"


@attrs.frozen(kw_only=True, slots=False)
class ExportQuery:
    """Messages that an export is to hold: those named, or those of a period.

    Times without a zone are as the platform prints them; an instant needs the setting `time_zone`.

    Attributes:
        message_ids: Ids of messages (`message_id`), as in `RcsMessage.id`; no other field is given with them. Empty for
            a period.
        time_in_from: First time of acceptance; None with `message_ids`.
        time_in_to: Last time of acceptance; None with `message_ids`.
        time_sent_from: First time of sending; None for any.
        time_sent_to: Last time of sending; None for any.
        phones: Numbers, E.164; empty for all.
        source: Interface through which the messages came in; None for any.
        country: Country, as the vendor spells it; None for any.
        operator_id: Id of the operator, as the vendor spells it; None for any.
        status: A message status, capitalised for this call; None for any.

    Raises:
        InvalidInputError: It names neither messages nor a period, or both, or a member has the wrong form.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
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
