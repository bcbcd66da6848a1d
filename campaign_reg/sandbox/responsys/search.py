"""Responsys' search across channels: a read in spite of its POST."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.responsys.bodies import TEXT, entity, read_checked, read_page, read_query
from campaign_reg.sandbox.responsys.errors import invalid
from campaign_reg.sandbox.responsys.shapes import V13, number, page_links
from campaign_reg.sandbox.sinch.bodies import array, choice, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.responsys.bodies import Rule
    from campaign_reg.sandbox.responsys.campaigns import Campaign, CampaignRegister

MOST_HITS = 20
DAY = text(0, None, re.compile(r"\d{2}-\d{2}-\d{4}", re.ASCII))
MOBILE_TEMPLATES = [
    "Broadcast",
    "EmailAcquisition",
    "Custom",
    "SmsOptIn",
    "SmsOptOut",
    "TextForResponse",
    "SmsNotification",
    "TextForCustomerCare",
    "DirectAPINotification",
    "LMS",
]
FILTER_MEMBERS: dict[str, Rule] = {
    "campaignType": array(choice(["email", "sms", "mms", "inapp", "push", "webpush"])),
    "campaignStatus": array(choice(["active", "closed", "draft", "scheduled"])),
    "campaignPurpose": array(choice(["Transactional", "Promotional"])),
    "createdOn": DAY,
    "modifiedOn": DAY,
    "mobileCampaignTemplate": choice(MOBILE_TEMPLATES),
    **dict.fromkeys(
        [
            "createdBy",
            "modifiedBy",
            "folderName",
            "profileList",
            "filter",
            "marketingStrategy",
            "marketingProgram",
            "shortCodeAndLongCode",
        ],
        TEXT,
    ),
}
# What a sort field reads; channel and type are one thing here.
SORT_MEMBERS = {
    "campaignName": "name",
    "campaignType": "type",
    "campaignStatus": "campaignStatus",
    "channelType": "type",
    "modifiedBy": "modifiedBy",
    "modifiedOn": "modified",
    "createdBy": "createdBy",
    "createdOn": "created",
}
MEMBERS: dict[str, Rule] = {
    "searchCriteria": entity(
        {"keyword": entity({"key": choice(["campaignName"]), "value": TEXT}, "key", "value")}
    ),
    "filterCriteria": entity(FILTER_MEMBERS, most=2),
    "sortCriteria": entity({"field": choice(list(SORT_MEMBERS)), "order": choice(["asc", "desc"])}),
}


class SearchCalls:
    """The handler of the search."""

    def __init__(self, register: CampaignRegister) -> None:
        self._register = register

    def search(self, call: Call) -> Reply:
        """Find campaigns by keyword and at most two filters, newest change first.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-actions-search-post.html
        """
        body = read_checked(call, MEMBERS)
        offset, limit = read_page(read_query(call), MOST_HITS)
        filters = body.get("filterCriteria", {})
        if "filter" in filters and "profileList" not in filters:
            raise invalid("filter requires profileList")
        keyword = body.get("searchCriteria", {}).get("keyword", {}).get("value", "").lower()
        found = [
            campaign
            for campaign in self._register.by_name.values()
            if _mentions(campaign.members, keyword)
            and all(_passes(campaign, call.at, name, wanted) for name, wanted in filters.items())
        ]
        order = body.get("sortCriteria", {})
        member = SORT_MEMBERS[order.get("field", "modifiedOn")]
        found.sort(
            key=lambda campaign: campaign.members[member], reverse=order.get("order", "desc") == "desc"
        )
        links = page_links(f"{V13}/campaigns/actions/search", "", (offset, limit), len(found))
        for each in links:
            each["method"] = "POST"
        hits = [_hit(campaign.members) for campaign in found[offset : offset + limit]]
        return render(200, {"campaigns": hits, "links": links})


def _hit(members: dict[str, Any]) -> dict[str, Any]:
    """Write a hit; its shape is unpublished, so the name goes by two names."""
    called = "campaignName" if members["id"] % 2 else "name"
    return {"id": number(members["id"]), called: members["name"]} | {
        name: members[name] for name in ("folderName", "type")
    }


def _mentions(members: dict[str, Any], keyword: str) -> bool:
    return keyword in members["name"].lower() or keyword in members.get("description", "").lower()


def _passes(campaign: Campaign, now: float, name: str, wanted: Any) -> bool:
    """Tell whether a campaign passes one filter; an unknown one filters nothing."""
    members = campaign.members
    read = READERS.get(name)
    if read is not None:
        return bool(wanted == read(members))
    if name == "campaignStatus":
        scheduled = "scheduled" in wanted and bool(campaign.active_schedules(now))
        return scheduled or members["campaignStatus"].lower() in wanted
    if name == "campaignType":
        return members["type"].lower() in wanted
    if name == "campaignPurpose":
        return members.get("purpose", "").title() in wanted
    if name == "profileList":
        return any(source["path"].endswith(f"/{wanted}") for source in members["dataSource"])
    if name == "filter":
        return any(wanted in (path, path.rpartition("/")[2]) for path in members.get("filterPaths", ()))
    return name not in FILTER_MEMBERS


def _day(at: float) -> str:
    return time.strftime("%m-%d-%Y", time.gmtime(at))


READERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "createdOn": lambda members: _day(members["created"]),
    "modifiedOn": lambda members: _day(members["modified"]),
    "createdBy": lambda members: members["createdBy"],
    "modifiedBy": lambda members: members["modifiedBy"],
    "folderName": lambda members: members["folderName"],
    "marketingStrategy": lambda members: members.get("marketingStrategy"),
    "marketingProgram": lambda members: members.get("marketingProgram"),
}
