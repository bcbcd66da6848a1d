"""Example campaigns: the plain data the simulated Responsys is filled with.

All of it is made up in the likeness of the contract's examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

DAY_SECONDS = 86_400.0
# Names are ids: every character that is allowed occurs in them.
NAME_PATTERNS = (
    "Harbor_Lane_{:06d}",
    "[TEST] Harbor Lane {:06d}",
    "Harbor Lane {:06d} =Sale!=",
    "{{spring}} @home-{:06d}",
    "Harbor-Lane_{:06d} [A] {{B}}",
)
FOLDERS = ("Newsletters", "Harbor Lane/2026", "Lifecycle")
STRATEGIES = ("Retention", "Acquisition", "Win back")
PROFILE_LIST = "CONTACTS_LIST"
USER = "api_user"
EMAIL_FIELD = {"name": "EMAIL_ADDRESS_", "alias": "EMAIL_ADDRESS_", "lookUpKey": False, "defaultValue": None}
ORGANIZATIONS = ({"id": 7, "name": "USA", "lineage": "7:"}, {"id": 8, "name": "Asia", "lineage": "7:10005"})
# Functions with a limit a minute: the published figures, and a made-up one for the rest.
LIMITS = (
    ("login", 10, "/auth/token", "POST", "Login"),
    ("getAllCampaigns", 200, "/campaigns", "GET", "Get All Campaigns"),
    ("getCampaign", 200, "/campaigns/{campaignName}", "GET", "Get Campaign"),
    ("createCampaign", 100, "/campaigns", "POST", "Create Campaign"),
    ("updateCampaign", 100, "/campaigns/{campaignName}", "PUT", "Update Campaign"),
    ("setCampaignApprovalStatus", 100, "/approval/campaigns/{campaignName}", "PUT", "Set Approval Status"),
    ("getProfileLists", 100, "/lists", "GET", "Retrieve Profile Lists"),
)


def draw_name(rng: random.Random, number: int) -> str:
    """Draw a name; the number decides what is awkward about it."""
    return NAME_PATTERNS[number % len(NAME_PATTERNS)].format(rng.randrange(10**6))


def profile_source(list_name: str) -> dict[str, Any]:
    """Write a profile list as a data source."""
    return {
        "path": f"Lists/{list_name}",
        "alias": list_name,
        "fields": [EMAIL_FIELD],
        "type": "PROFILE_LIST",
        "defaultValue": None,
    }


def sample_campaign(rng: random.Random, campaign_type: str, present: float) -> dict[str, Any]:
    """Write the members of a campaign; all dates lie before `present`, in seconds since the epoch."""
    created = present - rng.uniform(40, 80) * DAY_SECONDS
    sources = [profile_source(PROFILE_LIST)]
    if rng.random() < 0.3:
        field = {"name": "CITY", "lookUpKey": True}
        sources.append({"path": "Lists/PLACES", "fields": [field], "type": "SUPPLEMENTAL_TABLE"})
    members: dict[str, Any] = {
        "folderName": rng.choice(FOLDERS),
        "type": campaign_type,
        "purpose": rng.choice(("PROMOTIONAL", "TRANSACTIONAL")),
        "description": "Spring range",
        "marketingStrategy": rng.choice(STRATEGIES),
        "marketingProgram": "Broadcast",
        "proofListPath": "Proofs/Internal",
        "seedListPath": "Seeds/Internal",
        "filterPaths": ["Newsletters/Active_90d"],
        "htmlMessagePath": "/contentlibrary/spring/body.htm",
        "subject": "Hello spring",
        "fromName": "Harbor Lane Supply",
        "fromEmail": "news@harborlane.example",
        "replyToEmail": "reply@harborlane.example",
        "useUTF8": True,
        "locale": "en",
        "enableLinkTracking": True,
        "linkTablePath": "Newsletters/Spring_LT",
        "enableExternalTracking": False,
        "trackHTMLOpens": True,
        "trackConversions": True,
        "sendTextIfHTMLUnknown": False,
        "unsubscribeOption": "OPTOUT_SINGLE_CLICK",
        "autoCloseOption": "AUTO_CLOSE_X_DAYS_AFTER_LAST_RESPONSE",
        "autoCloseValue": "30",
        "campaignVariables": {"SEASON": "spring"},
        "dataSource": sources,
        "created": created,
        "modified": created + rng.uniform(1, 30) * DAY_SECONDS,
    }
    if rng.random() < 0.2:  # unset properties are left out
        for name in ("description", "proofListPath", "filterPaths", "campaignVariables"):
            del members[name]
    return members
