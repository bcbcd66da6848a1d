"""What Responsys' operations take: a table per body, and the queries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from campaign_reg.sandbox.bodies import BodyProblem, parse_object
from campaign_reg.sandbox.responsys.errors import invalid, refused
from campaign_reg.sandbox.sinch.bodies import array, choice, flag, text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from campaign_reg.sandbox.exchange import Call

    Rule = Callable[[object], str | None]

CAMPAIGN_NAME = re.compile(r"[A-Za-z0-9 !\-=@_\[\]{}]+")
LONGEST_NAME = 150
# The folder and the object that it holds; whether they exist is not simulated.
OBJECT_PATH = re.compile(r".*[^/]/[^/]+", re.DOTALL)
PATHS = ("proofListPath", "seedListPath", "refiningDataSourcePath", "linkTablePath")
MESSAGE_PATHS = ("htmlMessagePath", "textMessagePath")
PATH_LISTS = (
    "filterPaths",
    "segmentPaths",
    "suppressionListPaths",
    "supplementaryCampaignDataSourcePaths",
    "supplementaryProofDataSourcePaths",
    "supplementarySeedDataSourcePaths",
    "supplementaryLookupDataSourcePaths",
    "attachmentPaths",
)
TYPES = ["EMAIL", "PUSH", "SMS", "MMS", "PUSHIOCAMPAIGN"]
APPROVAL_STATES = ["NEEDS_APPROVAL", "APPROVED", "REJECTED", "APPROVAL_NOT_REQUIRED"]


def entity(members: Mapping[str, Rule], *required: str, most: int | None = None) -> Rule:
    """Make a rule for an object; members that no rule knows pass."""

    def check(value: object) -> str | None:
        if not isinstance(value, dict):
            return "must be an object"
        if most is not None and len(value) > most:
            return f"takes at most {most} keys"
        return problem_of(value, members, required)

    return check


def problem_of(
    value: Mapping[str, Any], members: Mapping[str, Rule], required: Collection[str]
) -> str | None:
    """Say which member is missing or wrong, if any."""
    for name in required:
        if name not in value:
            return f"{name} is null OR empty"
    problems = ((name, rule(value[name])) for name, rule in members.items() if name in value)
    return next((f"{name} {problem}" for name, problem in problems if problem), None)


def nullable(rule: Rule) -> Rule:
    """Make a rule that takes null too."""

    def check(value: object) -> str | None:
        return None if value is None else rule(value)

    return check


def texts_by_name(value: object) -> str | None:
    """Rule for an object whose members are strings."""
    if not isinstance(value, dict):
        return "must be an object"
    return None if all(isinstance(item, str) for item in value.values()) else "must hold strings"


def whole(value: object) -> str | None:
    """Rule for an integer; JSON knows no difference between 3 and 3.0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "must be an integer"
    return None if isinstance(value, int) or value.is_integer() else "must be an integer"


TEXT: Rule = text()
CAMPAIGN_MEMBERS: dict[str, Rule] = {
    **dict.fromkeys((*PATHS, *MESSAGE_PATHS), TEXT),
    **dict.fromkeys(PATH_LISTS, array(TEXT)),
    **dict.fromkeys(
        [
            "name",
            "folderName",
            "listName",
            "channelList",
            "marketingStrategy",
            "marketingProgram",
            "subject",
            "fromName",
            "fromEmail",
            "replyToEmail",
            "bccEmail",
            "locale",
            "externalCampaignCode",
            "salesForceCampaignId",
            "segmentTrackingColumnName",
            "unsubscribeFormName",
            "autoCloseValue",
            "closedCampaignURL",
        ],
        TEXT,
    ),
    **dict.fromkeys(
        [
            "useUTF8",
            "enableLinkTracking",
            "enableExternalTracking",
            "sendTextIfHTMLUnknown",
            "trackHTMLOpens",
            "trackConversions",
        ],
        flag,
    ),
    "description": nullable(TEXT),
    "type": choice(TYPES),
    "purpose": choice(["PROMOTIONAL", "TRANSACTIONAL"]),
    "unsubscribeOption": choice(["NO_OPTOUT_BUTTON", "OPTOUT_SINGLE_CLICK", "OPTOUT_FORM"]),
    "autoCloseOption": choice(
        [
            "NO_AUTO_CLOSE",
            "AUTO_CLOSE_X_DAYS_AFTER_LAUNCH",
            "AUTO_CLOSE_X_DAYS_AFTER_LAST_RESPONSE",
            "AUTO_CLOSE_ON_DATE",
        ]
    ),
    "externalTrackingParams": texts_by_name,
    "campaignVariables": texts_by_name,
}
FIELD = entity(
    {"name": TEXT, "alias": TEXT, "lookUpKey": flag, "defaultValue": nullable(TEXT)},
    "name",
)
DATA_SOURCE = entity(
    {
        "path": TEXT,
        "alias": TEXT,
        "fields": array(FIELD),
        "type": TEXT,
        "defaultValue": nullable(TEXT),
        "default": nullable(TEXT),
    },
    "path",
    "fields",
    "type",
)
CAMPAIGN_MEMBERS_V15: dict[str, Rule] = {
    **{name: rule for name, rule in CAMPAIGN_MEMBERS.items() if name != "listName"},
    "dataSource": array(DATA_SOURCE),
    "supplementaryLookupDataSource": array(DATA_SOURCE),
}
COPY_MEMBERS: dict[str, Rule] = {
    "newCampaignName": TEXT,
    "description": nullable(TEXT),
    "folderName": nullable(TEXT),
}
LAUNCH_OPTIONS = entity(
    {
        "progressEmailAddresses": array(TEXT),
        "progressChunk": choice(["CHUNK_10K", "CHUNK_50K", "CHUNK_100K", "CHUNK_500K", "CHUNK_1M"]),
        "proofLaunch": flag,
        "proofLaunchEmail": TEXT,
        "proofLaunchType": choice(
            ["LAUNCH_TO_ADDRESS", "LAUNCH_TO_PROOFLIST", "LAUNCH_TO_ADDRESS_USING_PROOFLIST"]
        ),
        "links": array(entity({"rel": TEXT, "href": TEXT, "method": TEXT}, "rel", "href", "method")),
        **dict.fromkeys(
            ("recipientLimit", "samplingNthSelection", "samplingNthOffset", "samplingNthInterval"), whole
        ),
    }
)


BODY_PROBLEMS = {
    BodyProblem.CONTENT_TYPE: "Content-Type must be application/json",
    BodyProblem.SYNTAX: "Request body is not valid JSON",
    BodyProblem.NOT_AN_OBJECT: "Request body is not a JSON object",
}


def read_object(call: Call) -> dict[str, Any]:
    """Parse the body of a call, which has to be a JSON object.

    Raises:
        RefusedError: It is not, or it is announced as something else.
    """
    return parse_object(call, lambda problem: invalid(BODY_PROBLEMS[problem]))


def read_checked(call: Call, members: Mapping[str, Rule], *required: str) -> dict[str, Any]:
    """Parse a body and check it against its table.

    Raises:
        RefusedError: A member is missing or wrong.
    """
    body = read_object(call)
    problem = problem_of(body, members, required)
    if problem:
        raise invalid(problem)
    return body


def check_name(name: str) -> None:
    """Check the name of a campaign that is to be.

    Raises:
        RefusedError: It is empty, too long, or holds a forbidden character.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-user/CampaignWizName.htm
    """
    if len(name) > LONGEST_NAME or not CAMPAIGN_NAME.fullmatch(name):
        raise refused("CAMPAIGN_NAME_NOT_VALID")


def check_paths(body: Mapping[str, Any]) -> None:
    """Check that every path names a folder and an object.

    Raises:
        RefusedError: One does not.
    """
    paths = [body[name] for name in (*PATHS, *MESSAGE_PATHS) if name in body]
    paths += [path for name in PATH_LISTS for path in body.get(name, ())]
    if not all(OBJECT_PATH.fullmatch(path) for path in paths):
        raise refused("PATH_NOT_VALID")


def read_query(call: Call) -> dict[str, str]:
    """Parse the query; the first of repeated keys counts."""
    return dict(reversed(parse_qsl(call.query, keep_blank_values=True, errors="replace")))


def read_choice(
    query: Mapping[str, str], name: str, values: Sequence[str], default: str | None
) -> str | None:
    """Read a parameter that takes one of a few values.

    Raises:
        RefusedError: It has another one.
    """
    value = query.get(name, default)
    if value is not None and value not in values:
        raise invalid(f"{name} is not valid")
    return value


def read_page(query: Mapping[str, str], most: int) -> tuple[int, int]:
    """Read offset and limit; the limit is `most` unless it is given.

    Raises:
        RefusedError: One is not a number, or outside its bounds.
    """
    offset, limit = (query.get("offset", "0"), query.get("limit", str(most)))
    for name, value in (("offset", offset), ("limit", limit)):
        if not re.fullmatch(r"[0-9]{1,4000}", value):  # no bound is published, but int() has one
            raise invalid(f"{name} is not a number")
    if not 1 <= int(limit) <= most:
        raise invalid(f"limit must be between 1 and {most}")
    return int(offset), int(limit)
