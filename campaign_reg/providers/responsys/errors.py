"""What Responsys' refusals mean: its codes tell, since the same code comes with different statuses.

Source:
    https://docs.oracle.com/en/cloud/saas/marketing/cx-audience-rest-api/handlingError1.html
    https://docs.oracle.com/en/cloud/saas/marketing/cx-audience-rest-api/handlingError3.html
    https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Throttling.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.enums import Applied
from campaign_reg.errors import (
    AuthenticationError,
    ConflictError,
    DecodeError,
    ErrorDetail,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    printable,
)
from campaign_reg.wire.codec import loads
from campaign_reg.wire.operation import ErrorBody, ErrorTable, Refusal

if TYPE_CHECKING:
    from campaign_reg.wire.message import Response

DEAD_TOKEN = frozenset({"INVALID_TOKEN", "TOKEN_EXPIRED"})
"""Codes after which a new token will do, and nothing was applied."""

_BAD_TOKEN_DETAIL = "not a valid authentication token"  # noqa: S105  (the vendor's words)
_MINUTE, _TEN_MINUTES = 60.0, 600.0


def parse_envelope(response: Response) -> ErrorBody:
    """Read `{type, title, errorCode, detail, errorDetails}`; every member may be missing.

    A dead token has a third disguise: status 500 and UNEXPECTED_EXCEPTION, of which only the detail says that it is
    the token. It comes out as INVALID_TOKEN.
    """
    try:
        envelope = loads(response.body)
    except DecodeError:
        return ErrorBody()
    if not isinstance(envelope, dict):
        return ErrorBody()
    code, detail = _text(envelope.get("errorCode")), _text(envelope.get("detail"))
    if code == "UNEXPECTED_EXCEPTION" and detail.lower().rstrip(".") == _BAD_TOKEN_DETAIL:
        code = "INVALID_TOKEN"
    title = _text(envelope.get("title"))
    return ErrorBody(
        code=code,
        message=": ".join(part for part in (title, detail) if part),
        details=(*_unseen_state(code, detail), *_details(envelope.get("errorDetails"))),
    )


def _unseen_state(code: str, detail: str) -> tuple[ErrorDetail, ...]:
    """The vendor's texts disagree on the name of the one property of an approval; a null hints at the wrong one."""
    if code == "INVALID_CAMPAIGN_APPROVAL_STATE" and "[null]" in detail.lower():
        advice = "the vendor did not see the wanted state: try the other setting of approval_member"
        return (ErrorDetail(description=advice),)
    return ()


def _details(value: Any) -> tuple[ErrorDetail, ...]:
    """Reserved by the vendor: an empty array so far, and once the text `[]`."""
    if isinstance(value, str):
        value = [] if value.strip() in {"", "[]"} else [value]
    found = value if isinstance(value, list) else [value]
    return tuple(ErrorDetail(description=item) for item in found if item not in (None, "", [], {}))


def _text(value: Any) -> str:
    """A string, fit to be printed; anything else is empty."""
    return printable(value).strip() if isinstance(value, str) else ""


_AFTER_LOGIN = Refusal(AuthenticationError)
_FORBIDDEN = Refusal(PermissionDeniedError)
_BAD = Refusal(InvalidRequestError)
_MISSING = Refusal(NotFoundError)
_CONFLICT = Refusal(ConflictError)
_FAILED = Refusal(ServerError, Applied.MAYBE, transient=True)

_BY_CODE: Mapping[str, Refusal] = {
    "INVALID_TOKEN": _AFTER_LOGIN,
    "TOKEN_EXPIRED": _AFTER_LOGIN,
    "INVALID_USER_NAME_PASSWORD": Refusal(AuthenticationError),
    "PASSWORD_LOCKOUT": Refusal(AuthenticationError),
    "PASSWORD_EXPIRED": Refusal(AuthenticationError),
    "LOGIN_BLOCKED_TEMPORARILY": Refusal(AuthenticationError),
    "LOGIN_BLOCKED_INVALID_IPRANGE": Refusal(AuthenticationError),
    "ACCOUNT_SUSPENDED": Refusal(AuthenticationError),
    "WS_ARG_DISABLED": Refusal(ServerError, Applied.NO, transient=True),
    "API_DISABLED_FOR_USER": _FORBIDDEN,
    "INSUFFICIENT_ACCESS": _FORBIDDEN,
    "UNAUTHORIZED": _FORBIDDEN,
    "API_BLOCKED": _FORBIDDEN,
    "API_LIMIT_EXCEEDED": Refusal(RateLimitError, Applied.NO, transient=True, retry_after_seconds=_MINUTE),
    "INTERNAL_CAPACITY_LIMIT_EXCEEDED": Refusal(
        RateLimitError, Applied.NO, transient=True, retry_after_seconds=_TEN_MINUTES
    ),
    "UNEXPECTED_EXCEPTION": _FAILED,
    "UNABLE_TO_CREATE_CAMPAIGN": _FAILED,
    "DUPLICATE_API_REQUEST": _CONFLICT,
    "CAMPAIGN_ALREADY_EXISTS": _CONFLICT,
    "INVALID_CAMPAIGN_APPROVAL_WORKFLOW_STATE": _CONFLICT,
    "CAMPAIGN_SCHEDULE_DUPLICATE": _CONFLICT,
    "CURRENT_CAMPAIGN_SCHEDULE_AT_SAME_TIME": _CONFLICT,
    "CAMPAIGN_NOT_FOUND": _MISSING,
    "CAMPAIGN_SCHEDULE_NOT_FOUND": _MISSING,  # with status 400
    "RESOURCE_NOT_FOUND": _MISSING,
    **dict.fromkeys(
        (
            "INVALID_PARAMETER",
            "INVALID_DATE",
            "INVALID_NUMBER",
            "INVALID_FIELD_NAME",
            "INVALID_OBJECT",
            "CAMPAIGN_NAME_NOT_VALID",
            "CAMPAIGN_IS_INVALID",
            "PATH_NOT_VALID",
            "INVALID_CAMPAIGN_TYPE",
            "INVALID_CAMPAIGN_APPROVAL_STATE",
            "CAMPAIGN_LAUNCH_SCHEDULE_DATE_PAST",
            "INVALID_CAMPAIGN_SCHEDULE_TYPE_CHANGE",
            "INVALID_CAMPAIGN_SCHEDULE_TYPE",
        ),
        _BAD,
    ),
}

# A 429 without the code may be a gateway's, and it is not documented what is behind it.
ERRORS = ErrorTable(
    by_code=_BY_CODE,
    by_status={429: Refusal(RateLimitError, Applied.MAYBE, transient=True, retry_after_seconds=_MINUTE)},
    parse=parse_envelope,
)

ERRORS_SENT_ONCE = attrs.evolve(
    ERRORS,
    by_code={code: attrs.evolve(refusal, transient=False) for code, refusal in _BY_CODE.items()},
)
"""For writes that are never sent again by themselves, even when they are known not to have been applied."""
