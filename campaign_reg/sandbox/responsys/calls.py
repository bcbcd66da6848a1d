"""Responsys' campaign operations, each a function from a call to a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.exchange import render
from campaign_reg.sandbox.responsys import shapes
from campaign_reg.sandbox.responsys.bodies import (
    CAMPAIGN_MEMBERS,
    CAMPAIGN_MEMBERS_V15,
    CAMPAIGN_NAME,
    COPY_MEMBERS,
    LONGEST_NAME,
    TYPES,
    check_name,
    check_paths,
    read_checked,
    read_choice,
    read_page,
    read_query,
)
from campaign_reg.sandbox.responsys.errors import invalid, refused
from campaign_reg.sandbox.responsys.shapes import V13, V15, close_links, page_links

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_reg.sandbox.exchange import Call, Reply
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.responsys.campaigns import Campaign, CampaignRegister
    from campaign_reg.sandbox.versions import Version

LARGEST_PAGE = 200
# The same absence is worded in three ways; which one depends on the endpoint.
ABSENT = "[ {} ] Campaign Not Found"
ABSENT_APPROVAL = "Campaign [{}] not found"
ABSENT_ORGANIZATIONS = "Campaign with the name {} not found"
LIST_TYPES = [campaign_type.lower() for campaign_type in TYPES]
PREVIEWS = {
    "html": "<html><body><p>Hello</p></body></html>\n",
    "text": "Hello\n",
}


class CampaignCalls:
    """The handlers of campaigns in both versions; they share the register and the ledger."""

    def __init__(self, register: CampaignRegister, ledger: Ledger) -> None:
        self._register = register
        self._ledger = ledger

    def get(self, call: Call) -> Reply:
        """Read one campaign, in the shape of the version asked for."""
        return render(200, shapes.campaign(find_version(self._register, call), root_of(call)))

    def list_page(self, call: Call) -> Reply:
        """List campaigns of one channel.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-get.htm
        """
        query = read_query(call)
        wanted = read_choice(query, "type", LIST_TYPES, "email") or "email"
        offset, limit = read_page(query, LARGEST_PAGE)
        found = [
            version
            for version in versions_at(self._register, call.at - call.lag_seconds)
            if version.members["type"] == wanted.upper()
        ]
        links = page_links(f"{V13}/campaigns", f"&type={wanted}", (offset, limit), len(found))
        shown = [shapes.campaign(version, V13) for version in found[offset : offset + limit]]
        return render(200, {"campaigns": shown, "links": links})

    def create(self, call: Call) -> Reply:
        """Create a campaign; the two versions differ in how they name the profile list."""
        required = ("name", "folderName", "dataSource") if root_of(call) == V15 else ("name", "folderName")
        body = read_checked(call, members_of(call), *required)
        self._check_new_name(body["name"])
        check_paths(body)
        campaign = self._register.create(body["name"], call.at, written(call, body))
        self._ledger.write(call.at, call.provider, call.operation, campaign.name, body)
        return render(200, shapes.campaign(campaign.newest, root_of(call)))

    def update(self, call: Call) -> Reply:
        """Replace a campaign; what another name would do is not published, so it is refused."""
        campaign = find_campaign(self._register, call)
        required = () if root_of(call) == V15 else ("name", "folderName")
        body = read_checked(call, members_of(call), *required)
        if body.get("name", campaign.name) != campaign.name:
            raise invalid("Campaign name cannot be changed")
        check_paths(body)
        self._register.replace(campaign, call.at, written(call, body))
        self._ledger.write(call.at, call.provider, call.operation, campaign.name, body)
        return render(200, shapes.campaign(campaign.newest, root_of(call)))

    def copy(self, call: Call) -> Reply:
        """Copy a campaign; what is null stays as it was.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-campaignName-actions-copy-post.htm
        """
        source = find_campaign(self._register, call)
        body = read_checked(call, COPY_MEMBERS, "newCampaignName")
        self._check_new_name(body["newCampaignName"])
        changed = {name: body[name] for name in ("description", "folderName") if body.get(name) is not None}
        campaign = self._register.copy(source, body["newCampaignName"], call.at, changed)
        noted = {**body, "campaignName": source.name}
        self._ledger.write(call.at, call.provider, call.operation, campaign.name, noted)
        return render(200, shapes.campaign(campaign.newest, root_of(call)))

    def close(self, call: Call) -> Reply:
        """Close a campaign for good; a second close is answered with 200 and status false.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-campaigns-campaignName-actions-close-put.htm
        """
        campaign = find_campaign(self._register, call)
        links = close_links(campaign.name)
        if campaign.members["campaignStatus"] == "CLOSED":
            return render(200, {"status": False, "message": "Campaign is already closed", "links": links})
        self._register.change(campaign, call.at, campaignStatus="CLOSED")
        self._ledger.write(call.at, call.provider, call.operation, campaign.name, {})
        return render(200, {"status": True, "message": "", "links": links})

    def preview(self, call: Call) -> Reply:
        """Render a campaign; the recipient's id is a number or a string."""
        members = find_version(self._register, call).members
        if members["type"] != "EMAIL":
            raise refused("CAMPAIGN_IS_INVALID")
        query = read_query(call)
        list_type = read_choice(query, "listType", ["ProofList", "ProfileList"], "ProofList")
        only = read_choice(query, "previewType", list(PREVIEWS), None)
        riid: int | str = query.get("riid", "126006727")
        if members["id"] % 2 and isinstance(riid, str) and riid.isascii() and riid.isdigit():
            riid = int(riid[:18])
        bodies = [{"type": kind, "data": data} for kind, data in PREVIEWS.items() if only in (None, kind)]
        return render(
            200, {"campaignName": members["name"], "listType": list_type, "riid": riid, "preview": bodies}
        )

    def _check_new_name(self, name: str) -> None:
        check_name(name)
        if name in self._register.by_name:
            raise refused("CAMPAIGN_ALREADY_EXISTS")


def find_campaign(register: CampaignRegister, call: Call, absent: str = ABSENT) -> Campaign:
    """Return the campaign that the path names.

    Args:
        register: Where to look.
        call: Its first segment is the name.
        absent: How this endpoint words that there is none.

    Raises:
        RefusedError: There is none, or there can be none of that name.
    """
    name = call.segments[0]
    if len(name) > LONGEST_NAME or not CAMPAIGN_NAME.fullmatch(name):
        raise invalid(f"Invalid characters in the Campaign name: {name}")
    if name not in register.by_name:
        raise refused("CAMPAIGN_NOT_FOUND", absent.format(name))
    return register.by_name[name]


def find_version(register: CampaignRegister, call: Call, absent: str = ABSENT) -> Version:
    """Return the version to show; a replica that lags may not know the campaign yet."""
    version = find_campaign(register, call, absent).version_at(call.at - call.lag_seconds)
    if version is None:
        raise refused("CAMPAIGN_NOT_FOUND", absent.format(call.segments[0]))
    return version


def versions_at(register: CampaignRegister, at: float) -> list[Version]:
    """List the versions that held at a virtual instant."""
    versions = (campaign.version_at(at) for campaign in register.by_name.values())
    return [version for version in versions if version is not None]


def root_of(call: Call) -> str:
    """Tell which version of the API is called."""
    return V15 if call.operation.endswith("V15") else V13


def members_of(call: Call) -> Mapping[str, Any]:
    """Return the table of the body that this version takes."""
    return CAMPAIGN_MEMBERS_V15 if root_of(call) == V15 else CAMPAIGN_MEMBERS


def written(call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a body sets: of a whole campaign that is sent back, only what can be written."""
    return {name: value for name, value in body.items() if name in members_of(call)}
