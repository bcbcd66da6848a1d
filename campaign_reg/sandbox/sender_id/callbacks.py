"""The callbacks of the sender-ID API, built and signed, and left to the caller to deliver."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import hmac
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_reg.sandbox.sender_id.samples import Event


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One delivery: POST `body` with `headers` to `url`."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def build_callback(event: Event, project_id: str, secret: str) -> Callback:
    """Write an event's body and sign it.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/callback-configuration.md
    """
    document = {
        "comment": event.comment,
        "eventId": event.event_id,
        "eventType": "REGISTRATION_STATUS_CHANGE",
        "projectId": project_id,
        "resourceId": event.registration_id,
        "resourceType": event.registration_type,
        "status": event.status,
        "timestamp": microseconds(event.at),
    }
    # Spelt as no serialiser spells by default: a signature over parsed and dumped JSON fails.
    body = json.dumps(document, ensure_ascii=False, indent=1).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    headers = {"Content-Type": "application/json", "X-Sinch-Signature": signature}
    return Callback(url=event.url or "", headers=headers, body=body)


def microseconds(at: float) -> str:
    """Write an instant as callbacks do: UTC, microseconds, no offset."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
