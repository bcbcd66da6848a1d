"""How Responsys refuses: one envelope, and a table of codes with their status and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_reg.sandbox.bodies import RefusedError
from campaign_reg.sandbox.exchange import Reply, render

if TYPE_CHECKING:
    from collections.abc import Mapping

BAD_TOKEN_DETAIL = "Not a valid authentication token"  # noqa: S105
NO_ROLE_DETAIL = "Insufficient privileges to invoke this API"
WRONG_TYPE_DETAIL = "This Api is supported only for EMD Campaigns"

# code: status, title, detail. A code that is not here is answered as 400 without words: the set is open.
PROBLEMS: Mapping[str, tuple[int, str, str]] = {
    "INVALID_TOKEN": (401, "Not a valid token", BAD_TOKEN_DETAIL),
    "TOKEN_EXPIRED": (401, "Authentication token expired", "Token expired"),
    "UNEXPECTED_EXCEPTION": (500, "Unexpected exception", "Error on the backend"),
    "INVALID_USER_NAME_PASSWORD": (400, "Invalid username or password", ""),
    "PASSWORD_LOCKOUT": (401, "Password locked", ""),
    "PASSWORD_EXPIRED": (401, "Password expired", ""),
    "LOGIN_BLOCKED_TEMPORARILY": (401, "Login is blocked temporarily", ""),
    "LOGIN_BLOCKED_INVALID_IPRANGE": (401, "Login is blocked for this address", ""),
    "ACCOUNT_SUSPENDED": (401, "Account suspended", ""),
    "WS_ARG_DISABLED": (401, "Web services disabled", ""),
    "API_DISABLED_FOR_USER": (401, "API disabled for user", ""),
    "INSUFFICIENT_ACCESS": (401, "Insufficient access", NO_ROLE_DETAIL),
    # The title really ends with a blank.
    "UNAUTHORIZED": (401, "API disabled for user ", "Campaign Approval is not enabled for this account"),
    "API_LIMIT_EXCEEDED": (400, "Request limit exceeded", ""),
    "INTERNAL_CAPACITY_LIMIT_EXCEEDED": (400, "Internal capacity limit exceeded", ""),
    "API_BLOCKED": (400, "API blocked", ""),
    "DUPLICATE_API_REQUEST": (400, "Duplicate API request", ""),
    "INVALID_PARAMETER": (400, "Invalid request parameters", ""),
    "INVALID_DATE": (400, "Invalid date", ""),
    "CAMPAIGN_NOT_FOUND": (404, "Campaign not found", ""),
    "CAMPAIGN_ALREADY_EXISTS": (400, "Campaign already exists", ""),
    "CAMPAIGN_NAME_NOT_VALID": (400, "Campaign Name is not valid", ""),
    "CAMPAIGN_IS_INVALID": (400, "Not a valid campaign", WRONG_TYPE_DETAIL),
    "PATH_NOT_VALID": (400, "Object path not valid", ""),
    "UNABLE_TO_CREATE_CAMPAIGN": (500, "Unable to create campaign", ""),
    "INVALID_CAMPAIGN_TYPE": (400, "Invalid Campaign Type", WRONG_TYPE_DETAIL),
    "INVALID_CAMPAIGN_APPROVAL_STATE": (400, "Invalid Campaign Approval State", ""),
    "INVALID_CAMPAIGN_APPROVAL_WORKFLOW_STATE": (400, "Invalid Campaign Approval workflow State", ""),
    "CAMPAIGN_SCHEDULE_DUPLICATE": (400, "Campaign is already scheduled for launch", ""),
    "CURRENT_CAMPAIGN_SCHEDULE_AT_SAME_TIME": (
        400,
        "This Schedule is already scheduled to run at specified time",
        "",
    ),
    "CAMPAIGN_LAUNCH_SCHEDULE_DATE_PAST": (400, "Campaign launch date is past", ""),
    "INVALID_CAMPAIGN_SCHEDULE_TYPE": (400, "Campaign Schedule Type is not valid", ""),
    "INVALID_CAMPAIGN_SCHEDULE_TYPE_CHANGE": (400, "Campaign Schedule Type cannot be changed", ""),
    "CAMPAIGN_SCHEDULE_NOT_FOUND": (400, "Campaign Schedule not found", ""),
    "RESOURCE_NOT_FOUND": (404, "Resource not found", ""),
    "METHOD_NOT_ALLOWED": (405, "Method not allowed", ""),
}
# Reserved and normally an empty array, yet typed three ways: these keep clients honest.
ODD_DETAILS: Mapping[str, object] = {
    "INTERNAL_CAPACITY_LIMIT_EXCEEDED": "[]",
    "CAMPAIGN_SCHEDULE_NOT_FOUND": None,
}


def problem(code: str, detail: str | None = None, *, status: int | None = None) -> Reply:
    """Build the error envelope of a code.

    Args:
        code: Any errorCode; the table knows what most of them say.
        detail: Replaces the words of the table.
        status: Replaces the status of the table.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/cx-audience-rest-api/handlingError1.html
    """
    usual, title, words = PROBLEMS.get(code, (400, "", ""))
    envelope = {
        "type": "",
        "title": title,
        "errorCode": code,
        "detail": words if detail is None else detail,
        "errorDetails": ODD_DETAILS.get(code, []),
    }
    return render(usual if status is None else status, envelope)


def refused(code: str, detail: str | None = None) -> RefusedError:
    """Refuse with a code of the table."""
    return RefusedError(problem(code, detail))


def invalid(detail: str) -> RefusedError:
    """Refuse a body or a parameter."""
    return refused("INVALID_PARAMETER", detail)


def over_limit(operation: str, *, status: int = 400) -> Reply:
    """Throttle one function; no header says for how long.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Throttling.html
    """
    words = f"You exceeded your allowable limit to call the {operation} API function."
    return problem("API_LIMIT_EXCEEDED", f"{words} Please try again in a minute.", status=status)
