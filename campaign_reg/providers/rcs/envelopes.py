"""What wraps campaigns and messages on the wire, and the account's own documents.

Source:
    https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from campaign_reg.providers.rcs.local_time import instant
from campaign_reg.providers.rcs.models import (
    MESSAGE_STATUS,
    MessageStatus,
    RcsCampaign,
    RcsCampaignDetail,
    RcsMessage,
)
from campaign_reg.wire.spelling import (
    CODE,
    ID_TEXT,
    MONEY,
    MONEY_TEXT,
    PHONE_TEXT,
    UNWRITTEN,
    written,
)


@attrs.frozen(kw_only=True, slots=False)
class CampaignEnvelope:
    """One campaign, short form."""

    data: RcsCampaign
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class DetailEnvelope:
    """One campaign, detail form."""

    data: RcsCampaignDetail
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class MessageEnvelope:
    """One message."""

    data: RcsMessage
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class PageNumbers:
    """Where a page stands; the limit is the one that was applied."""

    total: int | None = None
    offset: int | None = None
    limit: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class PageMeta:
    """What wraps the page's numbers."""

    page: PageNumbers | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class CampaignPage:
    """One page of campaigns."""

    data: tuple[RcsCampaign, ...]
    meta: PageMeta | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class MessagePage:
    """One page of messages."""

    data: tuple[RcsMessage, ...]
    meta: PageMeta | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Balance:
    """What the account has; look here before a renew, which adds no funds.

    Attributes:
        balance: May be below zero.
        credit: What may be spent beyond it.
        currency: ISO 4217, of both.
    """

    balance: Decimal | None = attrs.field(default=None, metadata=written(MONEY))
    currency: str | None = None
    credit: Decimal | None = attrs.field(default=None, metadata=written(MONEY))
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class BalanceEnvelope:
    """What wraps the balance."""

    data: Balance
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Tariff:
    """A tariff of the account.

    Attributes:
        code: What `tariff_code` of a draft takes.
    """

    id: int | None = None
    name: str | None = None
    code: int | None = None
    is_active: bool | None = None
    is_default: bool | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class TariffPage:
    """One page of tariffs."""

    data: tuple[Tariff, ...]
    total: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ContactList:
    """A list of the contact book.

    Attributes:
        id: What `groups` of a draft takes.
        items: Contacts in it.
        stop_list_count: Of these, on the stop list.
        created: As printed, without a zone.
        zone: The setting `time_zone`.
    """

    id: int | None = None
    name: str | None = None
    description: str | None = None
    default: bool | None = None
    created: datetime | None = attrs.field(default=None, metadata=written(None, "created_at"))
    items: int | None = None
    stop_list_count: int | None = None
    zone: ZoneInfo | None = attrs.field(default=None, repr=False, eq=False, metadata=UNWRITTEN)
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def created_at(self) -> datetime | None:
        """When it was made, aware UTC; None unless `time_zone` is set."""
        return instant(self.created, self.zone)


@attrs.frozen(kw_only=True, slots=False)
class ContactListPage:
    """One page of contact lists."""

    data: tuple[ContactList, ...]
    total: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class LegacyOutcome:
    """What every answer about export jobs carries: HTTP 200 for success and failure alike.

    Attributes:
        error: 0, or a code of `LEGACY_CODES`.
        error_description: In words; in one of the vendor's samples a failure stands here while `error` is 0.
        key: Of the job that was made.
    """

    error: int | None = attrs.field(default=None, metadata=written(CODE))
    error_description: str | None = attrs.field(default=None, metadata=written(None, "errorDescription"))
    key: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ExportJob:
    """An export of message statistics.

    Attributes:
        key: What the other calls about it take.
        request: What was asked for, in the vendor's form.
        status: In the vendor's words, such as Done.
    """

    key: str
    request: Mapping[str, Any] | None = None
    status: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ExportJobs(LegacyOutcome):
    """All jobs of the account."""

    result: tuple[ExportJob, ...] = ()


@attrs.frozen(kw_only=True, slots=False)
class ExportRow:
    """One message of an export.

    Attributes:
        message_id: Digits.
        msisdn: E.164.
        time_in: When it was taken, as printed, without a zone; so are `time_sent` and `time_delivered`.
        clicks: On its short link.
    """

    message_id: str | None = attrs.field(default=None, metadata=written(ID_TEXT))
    message_type: str | None = None
    msisdn: str | None = attrs.field(default=None, metadata=written(PHONE_TEXT))
    country_name: str | None = None
    brand: str | None = None
    mcc: str | None = None
    mnc: str | None = None
    originator: str | None = None
    price: Decimal | None = attrs.field(default=None, metadata=written(MONEY_TEXT))
    currency: str | None = None
    time_in: datetime | None = None
    time_sent: datetime | None = None
    time_delivered: datetime | None = attrs.field(default=None, metadata=written(None, "time_dlr"))
    status: MessageStatus | None = attrs.field(default=None, metadata=written(MESSAGE_STATUS))
    body: str | None = attrs.field(default=None, repr=False)
    clicks: int | None = attrs.field(default=None, metadata=written(None, "sl_clicks"))
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ExportRows(LegacyOutcome):
    """The rows of a finished job."""

    result: tuple[ExportRow, ...] = ()
