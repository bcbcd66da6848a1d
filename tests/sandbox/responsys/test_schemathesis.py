"""Schemathesis against the simulated Responsys: what the contract allows, and what it does not."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from schemathesis import checks

from campaign_reg.sandbox.responsys.bodies import MESSAGE_PATHS, PATH_LISTS, PATHS
from tests.support.vendors import fuzzing as machinery
from tests.support.vendors.fuzzing import attack, served
from tests.support.vendors.responsys_client import LOGIN, responsys_document

if TYPE_CHECKING:
    from collections.abc import Container

    from campaign_reg.sandbox import Sandbox
    from campaign_reg.sandbox.responsys.campaigns import Campaign

__all__ = ["served"]

EXAMPLES = 12
# Query parameters that nobody knows are ignored; the bounds of those that are known, and the
# bodies of a search, are tested in test_calls.py and test_attributes.py.
OPEN_QUERY = (checks.negative_data_rejection,)
# Documented: this endpoint calls a bad token a server error.
BAD_TOKEN_AS_500 = (checks.ignored_auth, checks.not_a_server_error)
# By its nature: what was removed is not there the next time.
ONLY_ONCE = (checks.positive_data_acceptance,)
EXCLUDED: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(
        ("listCampaigns", "listSchedules", "listCampaignApprovals", "previewCampaign", "searchCampaigns"),
        OPEN_QUERY,
    ),
    "getRateLimits": BAD_TOKEN_AS_500,
    "deleteSchedule": ONLY_ONCE,
}
OPERATIONS = sorted(
    operation["operationId"]
    for path in responsys_document()["paths"].values()
    for method, operation in path.items()
    if method in ("get", "put", "post", "delete")
)


@pytest.fixture(autouse=True)
def fewer_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machinery, "EXAMPLES", EXAMPLES)
    monkeypatch.setattr(machinery, "EXCLUDED", EXCLUDED)


class Forgetful(dict[str, "Campaign"]):
    """Campaigns of which only some count as taken: a name may be created again and again."""

    def __init__(self, campaigns: dict[str, Campaign]) -> None:
        super().__init__(campaigns)
        self._lasting: Container[object] = frozenset(campaigns)

    def __contains__(self, name: object) -> bool:
        return name in self._lasting


def headers_of(sandbox: Sandbox) -> dict[str, str]:
    account = sandbox.responsys.account
    form = {"user_name": account.user_name, "password": account.password, "auth_type": "password"}
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{sandbox.url}{LOGIN}", body) as answer:
        return {"Authorization": json.load(answer)["authToken"]}


def narrowed(sandbox: Sandbox, operation_id: str) -> dict[str, Any]:
    """Return the contract with what only its prose says.

    A path names a folder and its object; a campaign's name has an alphabet and
    cannot be changed; a launch lies ahead; an approval has its state machine.
    """
    [name] = sandbox.responsys.seed(1, schedules=1)
    campaign = sandbox.responsys.register.by_name[name]
    document = responsys_document()
    for path in document["paths"].values():
        path.pop("servers", None)
    parameters, schemas = document["components"]["parameters"], document["components"]["schemas"]
    parameters["CampaignName"]["schema"]["enum"] = [name]
    parameters["ScheduleId"]["schema"]["enum"] = [str(number) for number in campaign.schedules]
    common = schemas["CampaignCommon"]["properties"]
    new_name = {"type": "string", "pattern": r"^[A-Za-z0-9 !\-=@_\[\]{}]{1,150}$"}
    common["name"] = {"enum": [name]} if operation_id.startswith("update") else new_name
    schemas["CampaignCopy"]["properties"]["newCampaignName"] = new_name
    object_path = {"type": "string", "pattern": r"^/?[A-Za-z]+(/[A-Za-z_.0-9]+)+$"}
    common |= dict.fromkeys((*PATHS, *MESSAGE_PATHS), object_path)
    common |= {member: {"type": "array", "items": object_path} for member in PATH_LISTS}
    schemas["ProofListUpdate"]["properties"]["attributeData"]["properties"]["name"] = {"enum": ["Other"]}
    narrow_times(schemas)
    schemas["CampaignApprovalUpdate"]["properties"]["approvalStatus"] = {"enum": ["APPROVAL_NOT_REQUIRED"]}
    narrow_logins(sandbox, schemas)
    return document


def narrow_times(schemas: dict[str, Any]) -> None:
    """Let launches lie ahead, and digits be those of ASCII."""
    ahead = {"enum": ["2098-12-01 9:00 AM", "2099-01-31 12:59 PM"]}
    create, update = schemas["ScheduleCreate"]["properties"], schemas["ScheduleUpdate"]["properties"]
    create["scheduleType"], create["scheduledTime"] = {"enum": ["NOW"]}, ahead
    update["scheduleType"], update["scheduledTime"] = {"enum": ["ONCE"]}, ahead
    filters = schemas["CampaignSearch"]["properties"]["filterCriteria"]["properties"]
    for day in ("createdOn", "modifiedOn"):
        filters[day]["pattern"] = "^[0-9]{2}-[0-9]{2}-[0-9]{4}$"


def narrow_logins(sandbox: Sandbox, schemas: dict[str, Any]) -> None:
    """Let credentials be the account's; a proof by certificate cannot be guessed at all."""
    account = sandbox.responsys.account
    for login in ("PasswordLogin", "CertificateServerStep"):
        schemas[login]["properties"]["user_name"] = {"enum": [account.user_name]}
    schemas["PasswordLogin"]["properties"]["password"] = {"enum": [account.password]}
    schemas["CertificateServerStep"]["properties"]["client_challenge"] = {"enum": ["Y2xpZW50LW5vbmNl"]}
    schemas["CertificateClientStep"] = {"not": {}}


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_operations(served: Sandbox, operation_id: str) -> None:
    served.responsys.tokens.lockout_after = None
    document, headers = narrowed(served, operation_id), headers_of(served)
    register = served.responsys.register
    register.by_name = Forgetful(register.by_name)
    attack(document, operation_id, served.url, headers)
    assert served.stats.requests[operation_id]
    assert served.stats.statuses[200] > 1
