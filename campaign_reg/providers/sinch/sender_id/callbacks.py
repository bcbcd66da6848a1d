"""Events that Sinch posts to a registration's callback URL.

An event is a hint. Order is not guaranteed, failed deliveries are repeated, and anybody who saw one can send it again:
only reading the registration tells where it stands.

Source:
    https://developers.sinch.com/docs/registration-api/api-reference/registrations/callback-configuration.md
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.enums import OpenEnum
from campaign_reg.providers.sinch.callbacks import verified_body
from campaign_reg.providers.sinch.sender_id.models import RegistrationState, RegistrationType
from campaign_reg.wire.codec import loads, make_converter, register_model


class EventType(OpenEnum):
    """What an event is about; Sinch names one."""

    REGISTRATION_STATUS_CHANGE = "REGISTRATION_STATUS_CHANGE"


@attrs.frozen(kw_only=True, slots=False)
class RegistrationEvent:
    """A registration changed its state, as Sinch says. Hand it to `poller.notify`.

    Attributes:
        resource_id: The registration.
        event_id: The same for each delivery of an event.
        comment: The reviewer's words.
        timestamp: When it changed; without an offset it is taken for UTC.
        extra: What this release does not know, under the vendor's names.
    """

    resource_id: str
    event_id: str | None = None
    event_type: EventType | None = None
    project_id: str | None = None
    resource_type: RegistrationType | None = None
    status: RegistrationState | None = None
    comment: str | None = None
    timestamp: datetime | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def target(self) -> str:
        """The registration's id."""
        return self.resource_id


@attrs.frozen(kw_only=True, slots=False)
class CallbackConfiguration:
    """A project's secret for callbacks, in clear: never log it."""

    project_id: str | None = None
    hmac_secret: str | None = attrs.field(default=None, repr=False)
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


_CONVERTER = make_converter()
register_model(_CONVERTER, RegistrationEvent)


def parse_callback(headers: Mapping[str, str], body: bytes, *, secret: str) -> RegistrationEvent:
    """Check that a callback is Sinch's and read it. No I/O, no framework.

    Answer 200 at once and work later; the `status` of a refusal raised here is what to answer instead (to a
    `DecodeError`: 400). Events repeat, by Sinch or by whoever saw one: `event_id` tells which were here before.

    Args:
        headers: Of the request; names compare without case.
        body: The raw bytes as they came. JSON that was parsed and written again has another signature.
        secret: The project's `hmac_secret`.

    Raises:
        ConfigurationError: The secret is missing: nothing is ever taken for signed by an empty one.
        InvalidInputError: The body is not bytes.
        InvalidRequestError: The body is over 1 MiB; it is not looked at.
        AuthenticationError: The signature is missing or wrong.
        DecodeError: It is signed, but no such event.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/callback-configuration.md
    """
    raw = verified_body("sinch-senderid.callback", headers, body, secret)
    event: RegistrationEvent = _CONVERTER.structure(loads(raw), RegistrationEvent)
    return event
