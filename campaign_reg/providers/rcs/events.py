"""Events that callbacks tell, typed; each is a hint, and only a reading decides.

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
from campaign_reg.providers.rcs.models import MESSAGE_STATUS, Amount, MessageStatus
from campaign_reg.wire.spelling import CODE, ID_TEXT, MONEY_TEXT, PHONE_TEXT, UNWRITTEN, written


@attrs.frozen(kw_only=True, slots=False)
class StatusEvent:
    """A message's status changed; the same may come again, late or out of order.

    Attributes:
        message_id: The message's. The platform does not name the campaign: `rcs.message(event.message_id)` does.
        reference_id: The caller's.
        msisdn: E.164.
        status: As told; not to be believed before it was read.
        error: 0, or a code of `LEGACY_CODES`.
        time_in: When the message was taken, as printed, without a zone; so are `time_sent` and `time_delivered`.
        price: See `amount`.
        zone: The setting `time_zone`.
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
        """The price with its currency, where both are told."""
        if self.price is None or self.currency is None:
            return None
        return Amount(value=self.price, currency=self.currency)

    @property
    def error_meaning(self) -> str:
        """What the code stands for; empty for one that nobody documented."""
        return "" if self.error is None else LEGACY_CODES.get(self.error, "")

    @property
    def delivered_at(self) -> datetime | None:
        """When it arrived, aware UTC; None unless `time_zone` is set."""
        return instant(self.time_delivered, self.zone)


@attrs.frozen(kw_only=True, slots=False)
class ClickEvent:
    """A recipient pressed a button.

    Attributes:
        message_id: The message's. The platform does not name the campaign: `rcs.message(event.message_id)` does.
        reference_id: The caller's.
        msisdn: E.164.
        text: Label of the button.
        postback: Its `postback_data`.
        time_click: As printed, without a zone.
        zone: The setting `time_zone`.
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
