"""Campaigns and messages of the RCS platform, in one shape for all the ways it writes them.

Times are as the platform prints them, which is without a zone: `created`, `start`, `real_start`, `finished` and the
like. Their namesakes ending in `_at` are instants in UTC, and None unless `time_zone` is set. Fields of one object
may be in different zones at the platform, so that one setting cannot be right for all; do not order by them.

Source:
    https://bsg.world/developers/rest-api/introduction
    https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from campaign_reg.enums import CampaignState, OpenEnum
from campaign_reg.providers.rcs.local_time import format_local, instant
from campaign_reg.wire.spelling import (
    ID,
    MONEY,
    MONEY_TEXT,
    PHONE,
    UNWRITTEN,
    Counters,
    several,
    word,
    written,
)


class CampaignStatus(OpenEnum):
    """Where a campaign stands."""

    CREATION = "creation"
    MODERATION = "moderation"
    SPAM = "spam"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class MessageStatus(OpenEnum):
    """Where one message stands; the platform does not say that the list is complete."""

    SCHEDULED = "scheduled"
    MODERATION = "moderation"
    ACCEPTED = "accepted"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    EXPIRED = "expired"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    UNKNOWN = "unknown"
    NOT_VIBER_USER = "not_viber_user"
    NOT_SERVICE_USER = "not_service_user"
    NOT_RCS_USER = "not_rcs_user"
    REJECTED = "rejected"
    """In exports only, whose words differ from those of the messages."""


class MessageType(OpenEnum):
    """The channel."""

    SMS = "sms"
    RCS = "rcs"
    VIBER = "viber"
    HLR = "hlr"
    WHATSAPP = "whatsapp"


class MessageSource(OpenEnum):
    """Through which door a message came in."""

    WEB = "web"
    REST = "rest"
    SMPP = "smpp"
    XML = "xml"
    TWOWAY = "twoway"
    TWOWAY_API = "twoway_api"
    TWO_FACTOR = "2fa"
    VOICEBOT = "voicebot"


MESSAGE_STATUS = word(MessageStatus, fold=True)
"""Lower case on the wire, upper case in the vendor's tables, capitalised in exports."""


@attrs.frozen(kw_only=True, slots=False)
class Amount:
    """Money.

    Attributes:
        value: None where the platform did not say.
        currency: ISO 4217.
    """

    value: Decimal | None = attrs.field(default=None, metadata=written(MONEY_TEXT))
    currency: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Totals(Counters):
    """Counters of the short form.

    Attributes:
        delivered: Delivered and read.
        sent: All that have left, whatever became of them, except those that were read: it falls when people read,
            and `delivered` may exceed it.
    """

    delivered: int | None = None
    sent: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class MessageCounts(Counters):
    """Counters of the detail form: messages now in each state, each message in one. Any may be missing."""

    scheduled: int | None = None
    moderation: int | None = None
    accepted: int | None = None
    sending: int | None = None
    sent: int | None = None
    delivered: int | None = None
    read: int | None = None
    expired: int | None = None
    failed: int | None = None
    undelivered: int | None = None
    unknown: int | None = None
    not_viber_user: int | None = None
    not_rcs_user: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def left(self) -> int:
        """Messages that have left, whatever became of them: the one number that only grows."""
        return sum(getattr(self, name) or 0 for name in _AFTER_LEAVING)


_WAITING = frozenset({"scheduled", "moderation", "extra"})
_AFTER_LEAVING = tuple(field.name for field in attrs.fields(MessageCounts) if field.name not in _WAITING)


@attrs.frozen(kw_only=True, slots=False)
class SmsTotals:
    """What became of the SMS sent in place of RCS messages."""

    statistics: Totals | None = attrs.field(default=None, metadata=written(None, "statistics", "statistic"))
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class SmsCounts:
    """The same in the detail form."""

    statistics: MessageCounts | None = attrs.field(
        default=None, metadata=written(None, "statistics", "statistic")
    )
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class FallbackTotals:
    """Channels used in place of RCS."""

    sms: SmsTotals | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class FallbackCounts:
    """The same in the detail form."""

    sms: SmsCounts | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class CampaignRecord:
    """What the two forms of a campaign have in common.

    Attributes:
        id: Digits.
        name: Made by the platform from the time of creation.
        sender: The RCS agent.
        created: As printed, without a zone.
        start: When it is to start, as printed; the platform has three names for it.
        real_start: When it did, as printed; two names.
        finished: When it ended, as printed; stays None for one stopped before it began.
        zone: The setting `time_zone`.
        extra: What this release does not know, and values as they were written, under the vendor's names.
    """

    id: str = attrs.field(metadata=written(ID))
    name: str = ""
    sender: str | None = None
    status: CampaignStatus | None = None
    message_type: MessageType | None = attrs.field(
        default=None, metadata=written(None, "message_type", "type")
    )
    created: datetime | None = attrs.field(default=None, metadata=written(None, "created_at"))
    start: datetime | None = attrs.field(
        default=None, metadata=written(None, "start_at", "started_at", "start_date")
    )
    real_start: datetime | None = attrs.field(
        default=None, metadata=written(None, "real_start_at", "actual_start_at")
    )
    finished: datetime | None = attrs.field(default=None, metadata=written(None, "finished_at"))
    currency: str | None = None
    zone: ZoneInfo | None = attrs.field(default=None, repr=False, eq=False, metadata=UNWRITTEN)
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def provider(self) -> str:
        """Name of the provider."""
        return "rcs"

    @property
    def vendor_status(self) -> str:
        """`status` as the vendor spells it."""
        return self.status or ""

    @property
    def state(self) -> CampaignState:
        """The status in words that fit every vendor."""
        unknown = CampaignState.UNKNOWN
        return unknown if self.status is None else _STATES.get(self.status, unknown)

    @property
    def created_at(self) -> datetime | None:
        """When it was created, aware UTC; None unless `time_zone` is set."""
        return instant(self.created, self.zone)

    @property
    def start_at(self) -> datetime | None:
        """When it is to start, aware UTC; None unless `time_zone` is set."""
        return instant(self.start, self.zone)

    @property
    def real_start_at(self) -> datetime | None:
        """When it started, aware UTC; None unless `time_zone` is set."""
        return instant(self.real_start, self.zone)

    @property
    def finished_at(self) -> datetime | None:
        """When it ended, aware UTC; None unless `time_zone` is set."""
        return instant(self.finished, self.zone)

    @property
    def updated_at(self) -> datetime | None:
        """The platform does not tell when a campaign changed."""
        return None

    def _version(self, sent: int | None) -> str | None:
        if sent is None:
            return None
        began = "" if self.real_start is None else format_local(self.real_start)
        return f"{self.vendor_status}|{sent}|{began}"


@attrs.frozen(kw_only=True, slots=False)
class RcsCampaign(CampaignRecord):
    """A campaign in the short form: what create, get, list, renew and stop answer.

    Attributes:
        statistics: Delivered and sent.
        calculated_price: An estimate, told by create alone; elsewhere it is 0 or None together with no currency,
            which does not mean free of charge. `price` leaves that out.
        alternative_channels: The SMS fallback; None where there was none.
    """

    statistics: Totals | None = None
    calculated_price: Decimal | None = attrs.field(default=None, metadata=written(MONEY))
    alternative_channels: FallbackTotals | None = None

    @property
    def price(self) -> Amount | None:
        """The estimate, where there is one."""
        if self.calculated_price is None or self.currency is None:
            return None
        return Amount(value=self.calculated_price, currency=self.currency)

    @property
    def version(self) -> str | None:
        """`status|sent|real start`; None where the platform did not count."""
        return self._version(None if self.statistics is None else self.statistics.sent)


@attrs.frozen(kw_only=True, slots=False)
class RcsCampaignDetail(CampaignRecord):
    """A campaign with a counter for each message state, and what it cost.

    Attributes:
        statistics: Messages by state.
        total_price: Charged so far, in `currency`; RCS is billed per delivered message.
        alternative_channels: The SMS fallback; None where there was none.
    """

    statistics: MessageCounts | None = None
    total_messages: int | None = None
    total_phones: int | None = None
    total_price: Decimal | None = attrs.field(default=None, metadata=written(MONEY_TEXT))
    alternative_channels: FallbackCounts | None = None

    @property
    def price(self) -> Amount | None:
        """What it cost so far, where the platform says so with a currency."""
        if self.total_price is None or self.currency is None:
            return None
        return Amount(value=self.total_price, currency=self.currency)

    @property
    def version(self) -> str | None:
        """`status|messages that have left|real start`: moves when a message leaves, and not when one is read."""
        return self._version(None if self.statistics is None else self.statistics.left)


_STATES = {
    CampaignStatus.CREATION: CampaignState.DRAFT,
    CampaignStatus.MODERATION: CampaignState.IN_REVIEW,
    CampaignStatus.SPAM: CampaignState.REJECTED,
    CampaignStatus.SCHEDULED: CampaignState.APPROVED,
    CampaignStatus.SENDING: CampaignState.ACTIVE,
    CampaignStatus.PAUSED: CampaignState.PAUSED,
    CampaignStatus.STOPPED: CampaignState.ENDED,
    CampaignStatus.DONE: CampaignState.ENDED,
}


@attrs.frozen(kw_only=True, slots=False)
class SmsParts:
    """The SMS sent in place of one RCS message.

    Attributes:
        ids: Of the SMS messages.
    """

    parts: int | None = None
    ids: tuple[str, ...] = attrs.field(default=(), metadata=written(several(ID), "id"))
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class MessageFallback:
    """Channels used in place of RCS for one message."""

    sms: SmsParts | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class RcsMessage:
    """One message. What a single send answers has no campaign, text, country and parts.

    Attributes:
        id: The message's, not a campaign's.
        campaign_id: None for one that was sent alone.
        reference_id: The caller's.
        phone: E.164.
        validity: Hours.
        created: As printed, without a zone; so are `sent` and `delivered`.
        rcs_options: What was sent, in the vendor's form.
        zone: The setting `time_zone`.
    """

    id: str = attrs.field(metadata=written(ID))
    campaign_id: str | None = attrs.field(default=None, metadata=written(ID))
    reference_id: str | None = None
    source: MessageSource | None = None
    type: MessageType | None = None
    phone: str | None = attrs.field(default=None, metadata=written(PHONE))
    status: MessageStatus | None = attrs.field(default=None, metadata=written(MESSAGE_STATUS))
    validity: int | None = None
    amount: Amount | None = None
    sender: str | None = None
    created: datetime | None = attrs.field(default=None, metadata=written(None, "created_at"))
    sent: datetime | None = attrs.field(default=None, metadata=written(None, "sent_at"))
    delivered: datetime | None = attrs.field(default=None, metadata=written(None, "delivered_at"))
    text: str | None = attrs.field(default=None, repr=False)
    country: str | None = None
    parts: int | None = None
    rcs_options: Mapping[str, Any] | None = attrs.field(default=None, repr=False)
    alternative_channels: MessageFallback | None = None
    zone: ZoneInfo | None = attrs.field(default=None, repr=False, eq=False, metadata=UNWRITTEN)
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def created_at(self) -> datetime | None:
        """When it was taken, aware UTC; None unless `time_zone` is set."""
        return instant(self.created, self.zone)

    @property
    def sent_at(self) -> datetime | None:
        """When it left, aware UTC; None unless `time_zone` is set."""
        return instant(self.sent, self.zone)

    @property
    def delivered_at(self) -> datetime | None:
        """When it arrived, aware UTC; None unless `time_zone` is set."""
        return instant(self.delivered, self.zone)
