"""What Sinch's refusals mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.enums import Applied
from campaign_reg.errors import DecodeError, NotFoundError, RateLimitError
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
        violations=_violations(error.get("details")),
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


def _violations(details: Any) -> tuple[str, ...]:
    found: list[str] = []
    for detail in details if isinstance(details, list) else ():
        violations = detail.get("fieldViolations") if isinstance(detail, dict) else None
        found += [
            f"{_text(violation.get('field'))}: {_text(violation.get('description'))}"
            for violation in (violations if isinstance(violations, list) else ())
            if isinstance(violation, dict)
        ]
    return tuple(found)


def _text(value: Any) -> str:
    """A string, fit to be printed; anything else is empty."""
    return (
        "".join(char if char.isprintable() else " " for char in value)[:500] if isinstance(value, str) else ""
    )


# A 429 is refused at the door: nothing was applied.
ERRORS = ErrorTable(
    by_status={429: Refusal(RateLimitError, Applied.NO, transient=True)},
    parse=parse_envelope,
)
QUALIFY_ERRORS = attrs.evolve(
    ERRORS, by_code={"BRAND_NOT_FOUND": Refusal(NotFoundError)}, parse=parse_qualify_envelope
)
