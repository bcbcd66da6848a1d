"""What the platform's refusals mean.

Only the text distinguishes them, and the statuses of most refusals are not documented: what decides is
the operation and the status.

Source:
    https://bsg.world/documentations/rest-api/general-principles/api-errors/
    https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from campaign_reg.enums import Applied
from campaign_reg.errors import (
    ApiError,
    AuthenticationError,
    ConflictError,
    DecodeError,
    ErrorDetail,
    FieldViolation,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    printable,
)
from campaign_reg.wire.codec import loads
from campaign_reg.wire.operation import ErrorBody, ErrorTable, Refusal

if TYPE_CHECKING:
    from campaign_reg.providers.rcs.envelopes import LegacyOutcome
    from campaign_reg.wire.message import Response

LEGACY_CODES: Mapping[int, str] = {
    0: "success",
    1: "API key not valid",
    2: "account blocked",  # the older page swaps 2 and 3
    3: "parameters missing",
    4: "function not supported",
    5: "unknown failure",
    6: "no such tariff",
    7: "parameters not valid",
    8: "balance too low",
    9: "tariff not active",
    10: "sending time not valid",
    11: "too many messages in progress at once",
    12: "batch too large",
    80: "message id not valid",
    81: "message type not valid",
    82: "source type not valid",
    83: "status not valid",
    84: "country id not valid",
    85: "click comparison not valid",
    86: "time frame not valid",
    87: "phone not valid",
    90: "file not found",
    91: "file not ready",
    92: "too many files",
    93: "file empty",
}
"""Codes of API 1.0, which live on in status callbacks and in exports."""

_LEGACY_ERRORS: Mapping[int, type[ApiError]] = {
    1: AuthenticationError,
    2: PermissionDeniedError,
    **dict.fromkeys((3, 7, 10, *range(80, 88)), InvalidRequestError),
    90: NotFoundError,
    91: ConflictError,
}


def parse_error(response: Response) -> ErrorBody:
    """Read an error body in any of its shapes: current, legacy, or the authentication layer's."""
    try:
        body = loads(response.body)
    except DecodeError:
        return ErrorBody()
    if not isinstance(body, dict):
        return ErrorBody()
    code = _code(body.get("error", body.get("code")))
    message = _text(body.get("message")) or _text(body.get("errorDescription"))
    if not message and code.isdigit():
        message = LEGACY_CODES.get(int(code), "")
    violations = tuple(_violations(body.get("errors")))
    return ErrorBody(
        code="" if code in {"0", str(response.status)} else code,
        message=message,
        details=(ErrorDetail(field_violations=violations),) if violations else (),
    )


def _code(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value)


def _violations(errors: Any) -> Iterator[FieldViolation]:
    """One for each problem; the vendor sends a list, or an object of lists by flattened path."""
    if isinstance(errors, dict):
        for path, told in errors.items():
            yield from (FieldViolation(field=path, description=str(inner)) for inner in _violations(told))
    elif isinstance(errors, list):
        for told in errors:
            yield from _violations(told)
    elif errors is not None:
        yield FieldViolation(description=errors)


def _text(value: Any) -> str:
    """A string, fit to be printed; anything else is empty."""
    return printable(value) if isinstance(value, str) else ""


def legacy_error(operation: str, outcome: LegacyOutcome) -> ApiError:
    """The error that an answer about an export job carries inside its HTTP 200."""
    code = outcome.error or 0
    kind = _LEGACY_ERRORS.get(code, ApiError)
    meaning = LEGACY_CODES.get(code, "") if code else ""
    message = _text(outcome.error_description) or meaning or "the job was not made"
    return kind(operation, 200, message, code=str(code) if code else "")


# Too many requests, to all that the vendor does not say otherwise of: reads, and writes that make nothing.
ERRORS = ErrorTable(
    by_status={429: Refusal(RateLimitError, Applied.MAYBE, transient=True)},
    parse=parse_error,
)
# The same POST came twice within a short time: a guard and no quota, so that the account need not wait, but the first
# one may have been taken.
CREATE_ERRORS = ErrorTable(by_status={429: Refusal(ConflictError, Applied.MAYBE)}, parse=parse_error)
# Ids are checked before they are sent: what is refused here does not exist.
GET_ERRORS = ErrorTable(by_status={**ERRORS.by_status, 422: Refusal(NotFoundError)}, parse=parse_error)
# "Invalid campaign status".
STATE_ERRORS = ErrorTable(by_status={**ERRORS.by_status, 422: Refusal(ConflictError)}, parse=parse_error)
# A key that does not look like one is refused as invalid input.
LOGIN_ERRORS = ErrorTable(
    by_status={429: Refusal(RateLimitError, Applied.NO, transient=True), 422: Refusal(AuthenticationError)},
    parse=parse_error,
)
