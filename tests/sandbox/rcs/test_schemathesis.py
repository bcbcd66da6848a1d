"""Schemathesis against the simulated RCS platform: what the contract allows, and what it does not."""

from __future__ import annotations

import copy
import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from schemathesis import checks
from schemathesis.generation import GenerationMode

from tests.support.vendors import fuzzing as machinery
from tests.support.vendors.fuzzing import attack, served
from tests.support.vendors.sinch_client import contract_document

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox

__all__ = ["served"]

EXAMPLES = 8
# Documented: exports fail with HTTP 200.
LEGACY = (checks.negative_data_rejection,)
# Query parameters that nobody knows are ignored; those that are known have their bounds tested in test_calls.py.
OPEN_QUERY = (checks.negative_data_rejection,)
# By the state machine: a campaign that was renewed or stopped is refused the next time.
ONLY_ONCE = (checks.positive_data_acceptance,)
# Nothing can be sent to them that is forbidden.
WITHOUT_INPUT = {"getBalance", "listStatJobs", "refreshToken"}
EXCLUDED: dict[str, tuple[Any, ...]] = {
    "createStatJob": LEGACY,
    **dict.fromkeys(
        ("listCampaigns", "listCampaignsRcsPageForm", "listContactLists", "listMessages", "listTariffs"),
        OPEN_QUERY,
    ),
    **dict.fromkeys(("renewCampaign", "stopCampaignPatch", "stopCampaignPut"), ONLY_ONCE),
}
# Read once: it takes longer than to attack an operation.
CONTRACT = contract_document("rcs-platform.yaml")
OPERATIONS = sorted(
    operation["operationId"]
    for path in CONTRACT["paths"].values()
    for operation in path.values()
    if "operationId" in operation
)


@pytest.fixture(autouse=True)
def fewer_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machinery, "EXAMPLES", EXAMPLES)
    monkeypatch.setattr(machinery, "EXCLUDED", EXCLUDED)


def headers_of(sandbox: Sandbox) -> dict[str, str]:
    body = json.dumps({"api_key": sandbox.rcs.api_key}).encode()
    request = urllib.request.Request(
        f"{sandbox.url}/api/auth/login", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return {"Authorization": f"Bearer {json.load(answer)['bearer']}"}


def contract_of(sandbox: Sandbox) -> dict[str, Any]:
    """Return the contract with the ids that the account holds where the schema says "any integer"."""
    document = copy.deepcopy(CONTRACT)
    ids = [int(campaign_id) for campaign_id in sandbox.rcs.seed(6)]
    document["components"]["parameters"]["CampaignId"]["schema"]["enum"] = ids
    return document


def narrowed(sandbox: Sandbox) -> dict[str, Any]:
    """Return the contract with what only its prose says.

    Dates have to be days of the calendar and lie in a window; agents, tariffs and
    lists have to be the account's; numbers and references must not come twice;
    addresses are http or https, and lengths of texts count UTF-16 units.
    """
    document = contract_of(sandbox)
    parameters, schemas = document["components"]["parameters"], document["components"]["schemas"]
    now = sandbox.clock.now()
    dates = {"from": f"{now.year}-{now.month:02d}-01 00:00:00", "to": f"{now:%Y-%m-%d} 00:00:00"}
    parameters["CampaignFilterFrom"]["schema"] = {"enum": [dates["from"]]}
    parameters["CampaignFilterTo"]["schema"] = {"enum": [dates["to"]]}
    for parameter in document["paths"]["/api/messages"]["get"]["parameters"]:
        side = parameter.get("name", "")[7:-1]
        if side in dates:
            parameter["schema"] = {"enum": [dates[side]]}
    ascii_text = {"type": "string", "pattern": "^[ -~]{1,25}$"}
    schemas["LoginRequest"]["properties"]["api_key"] = {"enum": [sandbox.rcs.api_key]}
    schemas["RcsSender"] = {"enum": ["acme_agent"]}
    schemas["TariffCode"] = {"enum": [9, 11]}
    schemas["Recipient"]["properties"]["reference_id"] = False
    schemas["TextContent"]["properties"]["text"] = ascii_text
    for name in ("Card", "SuggestionLink", "SuggestionCall", "UniversalSms", "SmsFallback"):
        for member in ("title", "text", "postback_data"):
            if member in schemas[name]["properties"]:
                schemas[name]["properties"][member] = ascii_text
    schemas["SmsFallback"]["properties"]["sender"] = schemas["UniversalSms"]["properties"]["sender"] = {
        "enum": ["ACME"]
    }
    link = {"enum": ["https://cdn.example.com/offer.jpg", "https://shop.example.com/"]}
    schemas["Media"]["properties"]["url"] = schemas["SuggestionLink"]["properties"]["url"] = link
    # Carousels of ten take seconds to make up.
    schemas["CardsContent"]["properties"]["cards"]["maxItems"] = 2
    groups = {"type": "array", "minItems": 1, "items": {"enum": [1864280, 1864291]}}
    for name in ("RcsCampaignCreate", "RcsGroupCampaignCreate", "UniversalCampaignCreate"):
        schemas[name]["properties"]["start_at"] = {"enum": [f"{now:%Y-%m-%d} 23:59:59"]}
    schemas["RcsCampaignCreate"]["properties"]["phones"]["maxItems"] = 1
    schemas["RcsGroupCampaignCreate"]["properties"]["groups"] = groups
    to = schemas["UniversalCampaignCreate"]["properties"]["recipients"]["properties"]
    to["groups"], to["phones"]["maxItems"] = groups, 1
    for name in ("UniversalCampaignCreate", "UniversalMessageCreate"):
        schemas[name]["required"] += ["rcs", "sms"]
        schemas[name]["properties"]["channels"] = {"enum": [["rcs"], ["sms"], ["rcs", "sms"], ["sms", "rcs"]]}
    for name in ("RcsMessageCreate", "UniversalMessageCreate"):
        schemas[name]["properties"]["callback_url"] = link
    schemas["RcsMessageCreate"]["properties"]["tariff_code"] = {"enum": [9, None]}
    return document


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_what_is_allowed_is_taken(
    served: Sandbox, monkeypatch: pytest.MonkeyPatch, operation_id: str
) -> None:
    monkeypatch.setattr(machinery, "MODES", (GenerationMode.POSITIVE,))
    served.rcs.unanswered = frozenset()
    # The same body again is another matter: test_orders.py.
    served.rcs.orders.duplicate_seconds = 0
    attack(narrowed(served), operation_id, served.url, headers_of(served))
    assert served.stats.statuses[200] > 1


@pytest.mark.parametrize("operation_id", sorted({*OPERATIONS} - WITHOUT_INPUT))
def test_what_is_forbidden_is_refused(
    served: Sandbox, monkeypatch: pytest.MonkeyPatch, operation_id: str
) -> None:
    monkeypatch.setattr(machinery, "MODES", (GenerationMode.NEGATIVE,))
    served.rcs.unanswered = frozenset()
    attack(contract_of(served), operation_id, served.url, headers_of(served))
    assert served.stats.requests[operation_id]
