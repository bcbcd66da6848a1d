"""Events that Sinch posts to a registration's callback URL.

An event is a hint. Order is not guaranteed, failed deliveries are repeated, and everyone who saw one can send it again:
only a reading shows the registration's state.

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
    """Kind of event; Sinch names one."""

    REGISTRATION_STATUS_CHANGE = "REGISTRATION_STATUS_CHANGE"


@attrs.frozen(kw_only=True, slots=False)
class RegistrationEvent:
    """A registration changed its state, according to Sinch. Pass it to `poller.notify`.

    None means that Sinch left a field out.

    Attributes:
        resource_id: Id of the registration (`resourceId`).
        event_id: Id of the event (`eventId`), the same for each delivery of it.
        event_type: Kind of event (`eventType`).
        project_id: Id of the project (`projectId`).
        resource_type: Kind of sender (`resourceType`).
        status: State that the event claims; read the registration before you rely on it.
        comment: Text of the reviewer.
        timestamp: Time of the change, aware UTC; without an offset it is taken for UTC, which is not documented by
            Sinch.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/callback-configuration.md
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
    """Secret of a project for callbacks, in clear: never log it. None means that Sinch left a field out.

    Attributes:
        project_id: Id of the project (`projectId`).
        hmac_secret: Key of the signature of callbacks (`hmacSecret`); left out of the repr.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/callback-configuration.md
    """

    project_id: str | None = None
    hmac_secret: str | None = attrs.field(default=None, repr=False)
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


_CONVERTER = make_converter()
register_model(_CONVERTER, RegistrationEvent)


def parse_callback(headers: Mapping[str, str], body: bytes, *, secret: str) -> RegistrationEvent:
    """Check that a callback is Sinch's and read it. No I/O, no framework.

    Answer 200 at once and work later; the `status` of a refusal raised here is what to answer instead (to a
    `DecodeError`: 400). Events repeat: `event_id` is the same for each delivery.

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
