"""Messages of the RCS platform, in one shape for all the ways it writes them.

Times are without a zone, as in a campaign; their namesakes ending in `_at` are instants in UTC, and None unless
`time_zone` is set.

Source:
    https://bsg.world/developers/rest-api/get-the-status-of-a-sent-rcs-message
    https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from campaign_reg.enums import OpenEnum
from campaign_reg.providers.rcs.local_time import instant
from campaign_reg.providers.rcs.models import Amount, MessageType
from campaign_reg.wire.spelling import ID, PHONE, UNWRITTEN, several, word, written


class MessageStatus(OpenEnum):
    """State of one message; the platform does not promise that the list is complete."""

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


class MessageSource(OpenEnum):
    """Interface through which a message came in."""

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
class SmsParts:
    """The SMS sent in place of one RCS message.

    Attributes:
        parts: Number of parts of the SMS; None where the platform left it out.
        ids: Ids of the SMS messages (`id`), as digits; empty where the platform left them out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/get-the-status-of-a-sent-rcs-message
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    parts: int | None = None
    ids: tuple[str, ...] = attrs.field(default=(), metadata=written(several(ID), "id"))
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class MessageFallback:
    """Channels used in place of RCS for one message.

    Attributes:
        sms: The SMS fallback; None where the platform left it out.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/get-the-status-of-a-sent-rcs-message
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """

    sms: SmsParts | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class RcsMessage:
    """One message. The answer of a single send has no campaign, text, country and parts.

    None means that the platform left a field out. Times are as printed, without a zone.

    Attributes:
        id: Id of the message, as digits; not the id of a campaign.
        campaign_id: Id of its campaign, as digits; None for a message sent without one.
        reference_id: The caller's own id of the message; None where the caller gave none.
        source: Interface through which it came in.
        type: Channel.
        phone: Number of the recipient, E.164.
        status: State of the message.
        validity: Hours until it expires or falls back.
        amount: Price of the message.
        sender: Name of the RCS agent.
        created: Time at which the platform accepted it (`created_at`).
        sent: Time at which it left (`sent_at`); None before that.
        delivered: Time at which it arrived (`delivered_at`); None before that.
        text: Text of the message; left out of the repr.
        country: Country of the recipient, ISO 3166-1 alpha-2.
        parts: Number of parts.
        rcs_options: Content as it was sent, text or cards, in the vendor's form; left out of the repr.
        alternative_channels: The SMS fallback; None where there was none.
        zone: Zone of the times, from the setting `time_zone`; None where it is not set.
        extra: What this release does not know, and values as they were written, under the vendor's names.

    Source:
        https://bsg.world/developers/rest-api/get-the-status-of-a-sent-rcs-message
        https://bsg.world/developers/rest-api/single-rcs-message-sending
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
