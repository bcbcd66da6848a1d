"""What Sinch's campaign operations take, and how they refuse: one table per body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.bodies import BodyProblem, RefusedError, parse_object
from campaign_reg.sandbox.exchange import Reply, render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from campaign_reg.sandbox.exchange import Call

    Rule = Callable[[object], str | None]

STATUSES = [
    "SINCH_REVIEW",
    "SINCH_APPROVED",
    "SINCH_REJECTED",
    "SUBMITTED",
    "APPROVED",
    "ACTIVE",
    "EXPIRED",
    "REJECTED",
    "SUBMISSION_FAILED",
]
LAST_ACTIONS = [
    f"{action}_{end}"
    for action in ("CREATE", "DELETE", "RESUBMIT")
    for end in ("IN_PROGRESS", "SUCCESSFUL", "FAILED")
]
SUB_USE_CASES = [
    "2FA",
    "ACCOUNT_NOTIFICATION",
    "CUSTOMER_CARE",
    "DELIVERY_NOTIFICATION",
    "FRAUD_ALERT",
    "HIGHER_EDUCATION",
    "MARKETING",
    "POLLING_VOTING",
    "PUBLIC_SERVICE_ANNOUNCEMENT",
    "SECURITY_ALERT",
]
USE_CASES = (
    *SUB_USE_CASES,
    *[
        "LOW_VOLUME",
        "MIXED",
        "AGENTS_FRANCHISES",
        "CARRIER_EXEMPT",
        "CHARITY",
        "EMERGENCY",
        "K12_EDUCATION",
        "POLITICAL",
        "PROXY",
        "SOCIAL",
        "SWEEPSTAKE",
        "SOLE_PROPRIETOR",
    ],
)
MNO_KEYS = {"ATT": "10017", "TMO": "10035", "USC": "10037", "VZW": "10038"}
BRAND_ID = re.compile(r"B[A-Z0-9]{1,7}")
TCR_CAMPAIGN_ID = re.compile(r"C[A-Z0-9]{1,6}")
CAMPAIGN_ID = re.compile(r"[0-9A-Za-z_-]{1,26}")
PROJECT_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def failure(code: int, message: str, status: str, *details: Mapping[str, Any]) -> Reply:
    """Build the error envelope of the API."""
    error: dict[str, Any] = {"code": code, "message": message, "status": status}
    if details:
        error["details"] = details
    return render(code, {"error": error})


def bad_request(message: str, *violations: tuple[str, str]) -> RefusedError:
    """Refuse with 400; each violation is a field and what is wrong with it."""
    fields = [{"field": field, "description": description} for field, description in violations]
    return RefusedError(
        failure(400, message, "INVALID_ARGUMENT", {"type": "BadRequest", "fieldViolations": fields})
    )


def invalid(field: str, description: str = "invalid value") -> RefusedError:
    """Refuse one field the way most of the contract's samples do."""
    return bad_request(f"Invalid {field}", (field, description))


def resource_missing(code: int, status: str, message: str, kind: str, name: str, why: str) -> Reply:
    """Say that a resource is not there."""
    detail = {
        "type": "ResourceInfo",
        "resourceType": kind,
        "resourceName": name,
        "owner": "",
        "description": why,
    }
    return failure(code, message, status, detail)


def over_limit(headers: Mapping[str, str]) -> Reply:
    """Answer 429, whose body has neither status nor details.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration.md
    """
    reply = render(429, {"error": {"code": 429, "message": "Over limit"}})
    reply.headers.update(headers)
    return reply


def text(shortest: int = 0, longest: int | None = None, pattern: re.Pattern[str] | None = None) -> Rule:
    """Make a rule for a string; lengths are in characters."""

    def check(value: object) -> str | None:
        if not isinstance(value, str):
            return "must be a string"
        if len(value) < shortest or (longest is not None and len(value) > longest):
            return f"size must be between {shortest} and {longest}"
        return None if pattern is None or pattern.fullmatch(value) else "invalid value"

    return check


def choice(values: Sequence[object]) -> Rule:
    """Make a rule for a closed list of values."""

    def check(value: object) -> str | None:
        # 1 == True in Python, hence the comparison of types.
        known = any(value == known and type(value) is type(known) for known in values)
        return None if known else "invalid value"

    return check


def array(item: Rule, longest: int | None = None) -> Rule:
    """Make a rule for a list."""

    def check(value: object) -> str | None:
        if not isinstance(value, list):
            return "must be an array"
        if longest is not None and len(value) > longest:
            return f"size must be between 0 and {longest}"
        return next((problem for problem in map(item, value) if problem), None)

    return check


def flag(value: object) -> str | None:
    """Rule for a boolean."""
    return None if isinstance(value, bool) else "must be a boolean"


def record(members: Mapping[str, Rule]) -> Rule:
    """Make a rule for an object whose members are all optional; those that no rule knows pass."""

    def check(value: object) -> str | None:
        if not isinstance(value, dict):
            return "must be an object"
        problems = (rule(value[name]) for name, rule in members.items() if name in value)
        return next((problem for problem in problems if problem), None)

    return check


CREATE_MEMBERS: dict[str, Rule] = {
    "brandId": text(2, 8, BRAND_ID),
    "useCase": choice(USE_CASES),
    "campaignName": text(0, 128),
    "description": text(40, 4096),
    "sample1": text(20, 1024),
    "sample2": text(0, 1024),
    "sample3": text(0, 1024),
    "sample4": text(0, 1024),
    "stopMessage": text(20, 255),
    "optInMessage": text(20, 255),
    "helpMessage": text(20, 255),
    "autoRenewal": flag,
    "embeddedLink": flag,
    "embeddedPhone": flag,
    "affiliateMarketing": flag,
    "numberPool": flag,
    "ageGated": flag,
    "directLending": flag,
    "subscriberOptIn": flag,
    "subscriberOptOut": flag,
    "subscriberHelp": flag,
    "optinKeywords": text(0, 255),
    "optoutKeywords": text(0, 255),
    "helpKeywords": text(0, 255),
    "messageFlow": text(40, 2048),
    "subUseCases": array(choice(SUB_USE_CASES), 5),
    "terms_and_conditions_link": text(0, 255),
    "privacy_policy_link": text(0, 255),
    "attachments": flag,
    "vertical": text(),
}
CREATE_OPTIONAL = frozenset(
    ["sample4", "subUseCases", "terms_and_conditions_link", "privacy_policy_link", "attachments", "vertical"]
)
RESUBMIT_MEMBERS: dict[str, Rule] = {"mnos": array(choice(list(MNO_KEYS)))}
FILE_MEMBERS: dict[str, Rule] = {
    "fileName": text(),
    "fileContent": text(),
    "fileCategory": choice((1, 2, 3, 4, 5)),
}
UPLOAD_MEMBERS: dict[str, Rule] = {
    "projectId": text(),
    "campaignInternalId": text(),
    "file": record(FILE_MEMBERS),
    "submitCampaign": flag,
}
UPLOAD_OPTIONAL = frozenset({"projectId", "file"})


BODY_PROBLEMS = {
    BodyProblem.CONTENT_TYPE: ("Content-Type must be application/json", ("Content-Type", "invalid value")),
    BodyProblem.SYNTAX: ("Malformed JSON request", ("body", "malformed JSON")),
    BodyProblem.NOT_AN_OBJECT: ("Malformed JSON request", ("body", "must be an object")),
}


def read_object(call: Call) -> dict[str, Any]:
    """Parse the body of a call, which has to be a JSON object.

    Raises:
        RefusedError: It is not, or it is announced as something else.
    """
    return parse_object(call, lambda problem: bad_request(*BODY_PROBLEMS[problem]))


def check_members(body: Mapping[str, Any], rules: Mapping[str, Rule], optional: frozenset[str]) -> None:
    """Check a body against its table; members that no table knows pass.

    Raises:
        RefusedError: With a violation for each member that is missing or wrong.
    """
    violations = []
    for name, rule in rules.items():
        absent = None if name in optional else "must not be null"
        problem = rule(body[name]) if name in body else absent
        if problem:
            violations.append((name, problem))
    if violations:
        field, description = violations[0]
        raise bad_request(f"{field} {description}", *violations)
