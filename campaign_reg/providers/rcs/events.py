"""Typed events of callbacks; each is a hint, and only a reading decides.

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

from campaign_reg.providers.rcs.errors import LEGACY_CODES
from campaign_reg.providers.rcs.local_time import instant
from campaign_reg.providers.rcs.message_models import MESSAGE_STATUS, MessageStatus
from campaign_reg.providers.rcs.models import Amount
from campaign_reg.wire.spelling import CODE, ID_TEXT, MONEY_TEXT, PHONE_TEXT, UNWRITTEN, written


@attrs.frozen(kw_only=True, slots=False)
class StatusEvent:
    """A change of a message's status; the same event may come again, late or out of order.

    None means that the platform left a field out. Times are as printed, without a zone.

    Attributes:
        message_id: Id of the message (`id`), as digits. The platform does not name the campaign:
            `rcs.message(event.message_id)` does.
        status: State that the callback claims; read the message before you rely on it.
        reference_id: The caller's own id of the message (`reference`); None where the caller gave none.
        msisdn: Number of the recipient, E.164.
        error: 0, or a code of `LEGACY_CODES`.
        error_description: Description of the error (`errorDescription`).
        time_in: Time at which the platform accepted the message.
        time_sent: Time at which it left; None before that.
        time_delivered: Time of the delivery report (`time_dr`); None before that.
        price: Price of the message, in `currency`; see `amount`.
        currency: Currency, ISO 4217.
        zone: Zone of the times, from the setting `time_zone`; None where it is not set.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/introduction
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    message_id: str = attrs.field(metadata=written(ID_TEXT, "id"))
    status: MessageStatus = attrs.field(metadata=written(MESSAGE_STATUS))
    reference_id: str | None = attrs.field(default=None, metadata=written(None, "reference"))
    msisdn: str | None = attrs.field(default=None, metadata=written(PHONE_TEXT))
    error: int | None = attrs.field(default=None, metadata=written(CODE))
    error_description: str | None = attrs.field(default=None, metadata=written(None, "errorDescription"))
    time_in: datetime | None = None
    time_sent: datetime | None = None
    time_delivered: datetime | None = attrs.field(default=None, metadata=written(None, "time_dr"))
    price: Decimal | None = attrs.field(default=None, metadata=written(MONEY_TEXT))
    currency: str | None = None
    zone: ZoneInfo | None = attrs.field(default=None, repr=False, eq=False, metadata=UNWRITTEN)
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def amount(self) -> Amount | None:
        """Price with its currency; None where one of them is missing."""
        if self.price is None or self.currency is None:
            return None
        return Amount(value=self.price, currency=self.currency)

    @property
    def error_meaning(self) -> str:
        """Meaning of the code; empty for one that the vendor does not document."""
        return "" if self.error is None else LEGACY_CODES.get(self.error, "")

    @property
    def delivered_at(self) -> datetime | None:
        """When it arrived, aware UTC; None unless `time_zone` is set."""
        return instant(self.time_delivered, self.zone)


@attrs.frozen(kw_only=True, slots=False)
class ClickEvent:
    """A recipient pressed a button. None means that the platform left a field out.

    Attributes:
        message_id: Id of the message (`id`), as digits. The platform does not name the campaign:
            `rcs.message(event.message_id)` does.
        time_click: Time of the click, as printed, without a zone.
        reference_id: The caller's own id of the message (`reference`); None where the caller gave none.
        msisdn: Number of the recipient, E.164.
        text: Label of the button.
        postback: `postback_data` of the button; None where it has none.
        zone: Zone of the times, from the setting `time_zone`; None where it is not set.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/introduction
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    message_id: str = attrs.field(metadata=written(ID_TEXT, "id"))
    time_click: datetime
    reference_id: str | None = attrs.field(default=None, metadata=written(None, "reference"))
    msisdn: str | None = attrs.field(default=None, metadata=written(PHONE_TEXT))
    text: str | None = None
    postback: str | None = None
    zone: ZoneInfo | None = attrs.field(default=None, repr=False, eq=False, metadata=UNWRITTEN)
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def clicked_at(self) -> datetime | None:
        """When it was pressed, aware UTC; None unless `time_zone` is set."""
        return instant(self.time_click, self.zone)


Event = StatusEvent | ClickEvent
