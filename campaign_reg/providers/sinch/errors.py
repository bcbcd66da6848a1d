"""What Sinch's refusals mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.enums import Applied
from campaign_reg.errors import (
    DecodeError,
    ErrorDetail,
    FieldViolation,
    NotFoundError,
    RateLimitError,
    printable,
)
from campaign_reg.wire.codec import loads
from campaign_reg.wire.operation import ErrorBody, ErrorTable, Refusal

if TYPE_CHECKING:
    from campaign_reg.wire.message import Response


def parse_envelope(response: Response) -> ErrorBody:
    """Read `{"error": {code, message, status, details}}`; every member may be missing.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration.md
    """
    try:
        envelope = loads(response.body)
    except DecodeError:
        return ErrorBody()
    error = envelope.get("error") if isinstance(envelope, dict) else None
    if not isinstance(error, dict):
        return ErrorBody()
    return ErrorBody(
        code=_text(error.get("status")),
        message=_text(error.get("message")),
        details=_details(error.get("details")),
    )


def parse_qualify_envelope(response: Response) -> ErrorBody:
    """Likewise for `qualify`, which answers 500 for a brand that does not exist.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_qualifybrandbyusecase.md
    """
    body = parse_envelope(response)
    if response.status == 500 and body.message == "Brand not found":
        return attrs.evolve(body, code="BRAND_NOT_FOUND")
    return body


def _details(value: Any) -> tuple[ErrorDetail, ...]:
    """The vendor sends a list of objects."""
    found = value if isinstance(value, list) else [value]
    return tuple(_detail(item) for item in found if item not in (None, "", [], {}))


def _detail(value: Any) -> ErrorDetail:
    if not isinstance(value, dict):
        return ErrorDetail(description=value)
    rest = dict(value)
    members = {ours: rest.pop(theirs, None) for ours, theirs in _MEMBERS.items()}
    told = rest.pop("fieldViolations", None) or []
    violations = told if isinstance(told, list) else []
    strange = [item for item in violations if not _is_plain(item)] if violations else told
    if strange:
        rest["fieldViolations"] = strange
    return ErrorDetail(**members, field_violations=tuple(map(_violation, violations)), extra=rest)


def _violation(value: Any) -> FieldViolation:
    if not isinstance(value, dict):
        return FieldViolation(description=value)
    return FieldViolation(field=value.get("field"), description=value.get("description"))


def _is_plain(violation: Any) -> bool:
    """Whether a `FieldViolation` says all of it."""
    return not isinstance(violation, dict) or violation.keys() <= {"field", "description"}


_MEMBERS = {
    "type": "type",
    "resource_type": "resourceType",
    "resource_name": "resourceName",
    "owner": "owner",
    "description": "description",
}


def _text(value: Any) -> str:
    """A string, fit to be printed; anything else is empty."""
    return printable(value) if isinstance(value, str) else ""


# A 429 is refused at the door: nothing was applied.
ERRORS = ErrorTable(
    by_status={429: Refusal(RateLimitError, Applied.NO, transient=True)},
    parse=parse_envelope,
)
QUALIFY_ERRORS = attrs.evolve(
    ERRORS, by_code={"BRAND_NOT_FOUND": Refusal(NotFoundError)}, parse=parse_qualify_envelope
)
