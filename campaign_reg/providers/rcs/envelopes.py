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
from campaign_reg.providers.rcs.message_models import MESSAGE_STATUS, MessageStatus, RcsMessage
from campaign_reg.providers.rcs.models import RcsCampaign, RcsCampaignDetail
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
    """Envelope of a campaign in the short form.

    Attributes:
        data: The campaign.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    data: RcsCampaign
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class DetailEnvelope:
    """Envelope of a campaign in the detail form.

    Attributes:
        data: The campaign.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    data: RcsCampaignDetail
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class MessageEnvelope:
    """Envelope of a message.

    Attributes:
        data: The message.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    data: RcsMessage
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class PageNumbers:
    """Position of a page in its listing. None means that the platform left a number out.

    Attributes:
        total: Records in all.
        offset: Records before the page.
        limit: Most records of a page, as the platform applied it.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    total: int | None = None
    offset: int | None = None
    limit: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class PageMeta:
    """Envelope of a page's numbers.

    Attributes:
        page: The numbers; None where the platform left them out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    page: PageNumbers | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class CampaignPage:
    """One page of campaigns.

    Attributes:
        data: The campaigns.
        meta: Position of the page; None where the platform left it out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/get-a-list-of-rcs-campaigns
    """

    data: tuple[RcsCampaign, ...]
    meta: PageMeta | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class MessagePage:
    """One page of messages.

    Attributes:
        data: The messages.
        meta: Position of the page; None where the platform left it out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/get-the-status-of-a-sent-rcs-message
    """

    data: tuple[RcsMessage, ...]
    meta: PageMeta | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Balance:
    """Balance of the account. Read it before a renew, which adds no funds.

    None means that the platform left a field out.

    Attributes:
        balance: Balance in `currency`; may be below zero.
        currency: Currency of both amounts, ISO 4217.
        credit: Amount that may be spent beyond the balance, in `currency`.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    balance: Decimal | None = attrs.field(default=None, metadata=written(MONEY))
    currency: str | None = None
    credit: Decimal | None = attrs.field(default=None, metadata=written(MONEY))
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class BalanceEnvelope:
    """Envelope of the balance.

    Attributes:
        data: The balance.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    data: Balance
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Tariff:
    """A tariff of the account. None means that the platform left a field out.

    Attributes:
        id: The platform's id of the tariff, which no draft takes.
        name: Name of the tariff.
        code: Code, for `tariff_code` of a draft.
        is_active: Whether the tariff is active.
        is_default: Whether it applies where a draft has no `tariff_code`.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    id: int | None = None
    name: str | None = None
    code: int | None = None
    is_active: bool | None = None
    is_default: bool | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class TariffPage:
    """One page of tariffs.

    Attributes:
        data: The tariffs.
        total: Tariffs in all; None where the platform left it out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    data: tuple[Tariff, ...]
    total: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ContactList:
    """A list of the contact book. None means that the platform left a field out.

    Attributes:
        id: Id, for `groups` of a draft.
        name: Name of the list.
        description: Free text.
        default: Whether it is the default list; may come as 0 or 1.
        created: Time of creation (`created_at`), as printed, without a zone.
        items: Number of contacts in it.
        stop_list_count: Number of these contacts that are on the stop list.
        zone: Zone of the times, from the setting `time_zone`; None where it is not set.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/receive-an-index-of-all-contact-lists
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
    """One page of contact lists.

    Attributes:
        data: The lists.
        total: Lists in all; None where the platform left it out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/receive-an-index-of-all-contact-lists
    """

    data: tuple[ContactList, ...]
    total: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class LegacyOutcome:
    """Outcome in every answer about export jobs, with HTTP 200 for success and failure alike.

    Attributes:
        error: 0, or a code of `LEGACY_CODES`; None where the platform left it out.
        error_description: Description (`errorDescription`); in one of the vendor's samples a failure is described here
            while `error` is 0. None where the platform left it out.
        key: Key of the job that was made; None in other answers.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
        https://bsg.world/documentations/rest-api/general-principles/api-errors/
    """

    error: int | None = attrs.field(default=None, metadata=written(CODE))
    error_description: str | None = attrs.field(default=None, metadata=written(None, "errorDescription"))
    key: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ExportJob:
    """An export of message statistics.

    Attributes:
        key: Key, which the other calls about the job take.
        request: The query, in the vendor's form; None where the platform left it out.
        status: State, as the vendor spells it, such as Done; None where the platform left it out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    key: str
    request: Mapping[str, Any] | None = None
    status: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ExportJobs(LegacyOutcome):
    """All export jobs of the account. Its other fields are those of `LegacyOutcome`.

    Attributes:
        result: The jobs.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    result: tuple[ExportJob, ...] = ()


@attrs.frozen(kw_only=True, slots=False)
class ExportRow:
    """One message of an export.

    None means that the platform left a field out; it does not describe the fields further. Times are as printed,
    without a zone.

    Attributes:
        message_id: Id of the message, as digits.
        message_type: Channel, as the vendor spells it.
        msisdn: Number of the recipient, E.164.
        country_name: Country of the recipient, as the vendor spells it.
        brand: Brand of the operator, as the vendor spells it; not documented by the vendor.
        mcc: Mobile country code.
        mnc: Mobile network code.
        originator: Sender of the message.
        price: Price of the message, in `currency`.
        currency: Currency, ISO 4217.
        time_in: Time at which the platform accepted it.
        time_sent: Time at which it left.
        time_delivered: Time of the delivery report (`time_dlr`).
        status: State of the message.
        body: Text of the message; left out of the repr.
        clicks: Clicks on its short link (`sl_clicks`).
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
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
    """Rows of a finished export job. Its other fields are those of `LegacyOutcome`.

    Attributes:
        result: The rows.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    result: tuple[ExportRow, ...] = ()
