"""Campaigns of the RCS platform, in one shape for all the ways it writes them.

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
    UNWRITTEN,
    Counters,
    written,
)


class CampaignStatus(OpenEnum):
    """State of a campaign."""

    CREATION = "creation"
    MODERATION = "moderation"
    SPAM = "spam"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class MessageType(OpenEnum):
    """Channel of a message."""

    SMS = "sms"
    RCS = "rcs"
    VIBER = "viber"
    HLR = "hlr"
    WHATSAPP = "whatsapp"


@attrs.frozen(kw_only=True, slots=False)
class Amount:
    """An amount of money.

    Attributes:
        value: The amount; None where the platform left it out.
        currency: Currency, ISO 4217; None where the platform left it out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    value: Decimal | None = attrs.field(default=None, metadata=written(MONEY_TEXT))
    currency: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Totals(Counters):
    """Counters of the short form. None means that the platform left a counter out.

    Attributes:
        delivered: Messages delivered or read.
        sent: Messages that have left, in whatever state they are now, except those that were read: it falls when
            recipients read, and `delivered` may exceed it.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/get-general-information-about-the-rcs-campaign
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    delivered: int | None = None
    sent: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class MessageCounts(Counters):
    """Counters of the detail form: messages now in each state, each message in one.

    None means that the platform left a counter out; it does not define the states further.

    Attributes:
        scheduled: Messages that wait for their start.
        moderation: Messages under moderation.
        accepted: Messages accepted.
        sending: Messages being sent.
        sent: Messages sent, and in no later state.
        delivered: Messages delivered and not read.
        read: Messages read.
        expired: Messages not delivered within their validity.
        failed: Messages failed.
        undelivered: Messages not delivered.
        unknown: Messages whose state the platform does not know.
        not_viber_user: Messages to numbers without Viber.
        not_rcs_user: Messages to numbers without RCS.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/get-detailed-information-on-the-rcs-campaign
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

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
        """Messages that have left, in whatever state they are now; the only count that never falls."""
        return sum(getattr(self, name) or 0 for name in _AFTER_LEAVING)


_WAITING = frozenset({"scheduled", "moderation", "extra"})
_AFTER_LEAVING = tuple(field.name for field in attrs.fields(MessageCounts) if field.name not in _WAITING)


@attrs.frozen(kw_only=True, slots=False)
class SmsTotals:
    """Counters of the SMS sent in place of RCS messages, in the short form.

    Attributes:
        statistics: The counters (`statistics` or `statistic`); None where the platform left them out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/get-general-information-about-the-rcs-campaign
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    statistics: Totals | None = attrs.field(default=None, metadata=written(None, "statistics", "statistic"))
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class SmsCounts:
    """Counters of the SMS sent in place of RCS messages, in the detail form.

    Attributes:
        statistics: The counters (`statistics` or `statistic`); None where the platform left them out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/get-detailed-information-on-the-rcs-campaign
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    statistics: MessageCounts | None = attrs.field(
        default=None, metadata=written(None, "statistics", "statistic")
    )
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class FallbackTotals:
    """Channels used in place of RCS, in the short form.

    Attributes:
        sms: The SMS fallback; None where the platform left it out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/get-general-information-about-the-rcs-campaign
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    sms: SmsTotals | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class FallbackCounts:
    """Channels used in place of RCS, in the detail form.

    Attributes:
        sms: The SMS fallback; None where the platform left it out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/get-detailed-information-on-the-rcs-campaign
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    sms: SmsCounts | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class CampaignRecord:
    """Fields that the two forms of a campaign have in common. None means that the platform left a field out.

    Attributes:
        id: Id, as digits.
        name: Name, made by the platform from the time of creation; empty where the platform left it out.
        sender: Name of the RCS agent.
        status: State of the campaign.
        message_type: Channel (`message_type`, in the detail form `type`).
        created: Time of creation (`created_at`), as printed, without a zone.
        start: Planned start (`start_at`, `started_at` or `start_date`), as printed, without a zone.
        real_start: Time of the real start (`real_start_at` or `actual_start_at`), as printed, without a zone; None
            before it.
        finished: Time of the end (`finished_at`), as printed, without a zone; stays None for a campaign stopped before
            it began.
        currency: Currency of prices, ISO 4217; None except where a price is meant.
        zone: Zone of the times, from the setting `time_zone`; None where it is not set.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/get-general-information-about-the-rcs-campaign
        https://bsg.world/developers/rest-api/get-detailed-information-on-the-rcs-campaign
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
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
        """Always None, since the platform does not send it."""
        return None

    def _version(self, sent: int | None) -> str | None:
        if sent is None:
            return None
        began = "" if self.real_start is None else format_local(self.real_start)
        return f"{self.vendor_status}|{sent}|{began}"


@attrs.frozen(kw_only=True, slots=False)
class RcsCampaign(CampaignRecord):
    """A campaign in the short form, the answer of create, get, list, renew and stop.

    Its other fields are those of `CampaignRecord`.

    Attributes:
        statistics: Messages delivered and sent; None where the platform left them out.
        calculated_price: An estimate, from create alone; elsewhere it is 0 or None together with no currency, which
            does not mean free of charge. `price` leaves that out.
        alternative_channels: Counters of the SMS fallback; None where there was none.

    Source:
        https://bsg.world/developers/rest-api/send-rcs-message
        https://bsg.world/developers/rest-api/get-general-information-about-the-rcs-campaign
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
    """A campaign in the detail form, with a counter for each message state, and its price.

    Its other fields are those of `CampaignRecord`.

    Attributes:
        statistics: Messages by state; None where the platform left them out.
        total_messages: Number of messages; None where the platform left it out.
        total_phones: Number of phone numbers; None where the platform left it out.
        total_price: Charged so far, in `currency`; RCS is billed per delivered message. None where the platform left it
            out.
        alternative_channels: Counters of the SMS fallback; None where there was none.

    Source:
        https://bsg.world/developers/rest-api/get-detailed-information-on-the-rcs-campaign
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
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
