"""Side attributes of Responsys' campaigns, and the account's limits."""

from __future__ import annotations

import time
import zlib
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.responsys.bodies import TEXT, entity, read_checked
from campaign_reg.sandbox.responsys.calls import ABSENT_ORGANIZATIONS, find_campaign
from campaign_reg.sandbox.responsys.errors import refused
from campaign_reg.sandbox.responsys.samples import LIMITS, ORGANIZATIONS, USER
from campaign_reg.sandbox.responsys.shapes import number
from campaign_reg.sandbox.sinch.bodies import array, choice

if TYPE_CHECKING:
    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.responsys.bodies import Rule
    from campaign_reg.sandbox.responsys.campaigns import Campaign, CampaignRegister

DEFAULT_PROOF_LIST = "Proofs/Default"
PROOF_MEMBERS: dict[str, Rule] = {
    "attributeName": choice(["proofList"]),
    "attributeData": entity({"name": TEXT}, "name"),
}
ORGANIZATION_MEMBERS: dict[str, Rule] = {
    "attributes": entity(
        {"organizations": entity({"attributeValues": array(entity({"name": TEXT}, "name"))})}
    )
}


class AttributeCalls:
    """The handlers; they share the register and the ledger."""

    def __init__(self, register: CampaignRegister, ledger: Ledger) -> None:
        self._register = register
        self._ledger = ledger

    def get_proof_list(self, call: Call) -> Reply:
        """Read the proof list, as far as its path shows it."""
        members = find_campaign(self._register, call).members
        folder, _, name = members.get("proofListPath", DEFAULT_PROOF_LIST).rpartition("/")
        told = {
            "name": name,
            "description": "QA",
            "folderName": folder,
            "createdBy": USER,
            "createdDate": _day(members["created"]),
            "modifiedBy": USER,
            "modifiedDate": _day(members["modified"]),
        }
        return render(200, {"attributeName": "proofList", "attributeData": told})

    def set_proof_list(self, call: Call) -> Reply:
        """Attach another proof list of the same folder."""
        campaign = find_campaign(self._register, call)
        body = read_checked(call, PROOF_MEMBERS, "attributeName", "attributeData")
        name = body["attributeData"]["name"]
        if not name or "/" in name:
            raise refused("PATH_NOT_VALID")
        folder = campaign.members.get("proofListPath", DEFAULT_PROOF_LIST).rpartition("/")[0]
        self._register.change(campaign, call.at, proofListPath=f"{folder}/{name}")
        self._ledger.write(call.at, call.provider, call.operation, campaign.name, body)
        return render(200, {"attributeName": "proofList", "attributeData": {"name": name}})

    def get_data_sources(self, call: Call) -> Reply:
        """Read the data sources; a default has another name here than in a campaign.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-campaignname-attributes-datasources-get.html
        """
        shown = []
        for source in find_campaign(self._register, call).members["dataSource"]:
            told = {name: value for name, value in source.items() if name != "defaultValue"}
            shown.append({"default": source.get("defaultValue"), **told})
        return render(200, {"attributeName": "dataSources", "attributeData": {"dataSources": shown}})

    def get_organizations(self, call: Call) -> Reply:
        """Read who has access."""
        return _organizations(find_campaign(self._register, call, ABSENT_ORGANIZATIONS))

    def set_organizations(self, call: Call) -> Reply:
        """Replace who has access; an organization is known by its name, whatever it is."""
        campaign = find_campaign(self._register, call, ABSENT_ORGANIZATIONS)
        body = read_checked(call, ORGANIZATION_MEMBERS, "attributes")
        wanted = body["attributes"].get("organizations", {}).get("attributeValues")
        if wanted is not None:
            held = [_organization(value["name"]) for value in wanted]
            self._register.change(campaign, call.at, organizations=held)
        self._ledger.write(call.at, call.provider, call.operation, campaign.name, body)
        return _organizations(campaign)


def rate_limits(call: Call) -> Reply:
    """List the limits a minute of every function.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Throttling.html
    """
    names = ("api", "limit", "resource_path", "verb", "description")
    return render(200, [dict(zip(names, limit, strict=True)) for limit in LIMITS])


def _organization(name: str) -> dict[str, Any]:
    known = next((entry for entry in ORGANIZATIONS if entry["name"] == name), None)
    made_up = zlib.crc32(name.encode("utf-8", "replace")) % 10_000
    return known or {"id": made_up, "name": name, "lineage": f"7:{made_up}"}


def _organizations(campaign: Campaign) -> Reply:
    values = [{**held, "id": number(held["id"])} for held in campaign.members["organizations"]]
    return render(200, {"attributes": {"organizations": {"attributeValues": values}}})


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))
