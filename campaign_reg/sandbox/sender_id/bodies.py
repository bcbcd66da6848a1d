"""What the sender-ID API takes, and how it refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from campaign_reg.sandbox.bodies import RefusedError
from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.sinch.bodies import array, record, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_reg.sandbox.sinch.bodies import Rule

TAG = re.compile(r"#[A-Za-z0-9-]+")


def rest_error(code: int, message: str, status: str, *details: Mapping[str, object]) -> Reply:
    """Build the error envelope; unlike the 10DLC API's it always has details, be it none."""
    error = {"code": code, "message": message, "status": status, "details": details}
    return render(code, {"error": error})


def missing(message: str) -> RefusedError:
    """Say that something is not there."""
    return RefusedError(rest_error(404, message, "NOT_FOUND"))


def registration_missing(registration_id: str) -> RefusedError:
    """Say that a registration is not there, in the words that only they have."""
    detail = {
        "type": "ResourceInfo",
        "resourceType": "Registration",
        "resourceName": registration_id,
        "description": "not found",
    }
    message = "The registration id introduced does not exist."
    return RefusedError(rest_error(404, message, "NOT_FOUND", detail))


def precondition(message: str) -> RefusedError:
    """Refuse what the present state does not allow."""
    return RefusedError(rest_error(400, message, "FAILED_PRECONDITION"))


def https_only(value: object) -> str | None:
    """Rule for where callbacks go: the public example lacks a scheme, so that is taken next to https."""
    if not isinstance(value, str):
        return "must be a string"
    scheme, separator, _ = value.partition("://")
    return "must be https" if separator and scheme.lower() != "https" else None


def free_object(value: object) -> str | None:
    """Rule for an object whose members only the policy knows."""
    return None if isinstance(value, dict) else "must be an object"


UPDATE_MEMBERS: dict[str, Rule] = {
    "callbackUrl": https_only,
    "notificationContacts": array(text()),
    "requestDetails": array(
        record({"additionalDetails": array(free_object), "senderIdDetails": array(free_object)})
    ),
    "tags": array(text(pattern=TAG)),
}
CREATE_MEMBERS: dict[str, Rule] = {"policyId": text(), **UPDATE_MEMBERS}
CREATE_OPTIONAL = frozenset({"callbackUrl", "notificationContacts", "tags"})
SECRET_MEMBERS: dict[str, Rule] = {"hmacSecret": text()}
