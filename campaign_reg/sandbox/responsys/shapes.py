"""How Responsys shows its records: two shapes of a campaign, approvals, schedules, and their links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.responsys.campaigns import OWN_MEMBERS

if TYPE_CHECKING:
    from campaign_reg.sandbox.responsys.campaigns import Campaign, Schedule
    from campaign_reg.sandbox.versions import Version

V13 = "/rest/api/v1.3"
V15 = "/rest/api/v1.5"
PRINTABLE = "https://responsys.example/emd/c/campaigndesigner/email/request/printableview?campaignId="


def link(rel: str, href: str, method: str = "GET", *, bare: bool = False) -> dict[str, str]:
    """Write a link as it is published: without a host, with raw blanks, at times without its first slash."""
    return {"rel": rel, "href": href[1:] if bare else href, "method": method}


def number(id: int) -> int | str:
    """Write an id: a JSON number in most places, a string in some."""
    return str(id) if id % 5 == 4 else id


def campaign(version: Version, root: str) -> dict[str, Any]:
    """Write a campaign in the shape of v1.3 or v1.5."""
    return campaign_v15(version) if root == V15 else campaign_v13(version)


def campaign_v13(version: Version) -> dict[str, Any]:
    """Write a campaign as v1.3 does: it names the profile list, and no data source."""
    members = version.members
    shape = {"id": number(members["id"]), "name": members["name"], **_written(version)}
    shape["campaignStatus"] = members["campaignStatus"]
    profiles = [source for source in members["dataSource"] if source["type"] == "PROFILE_LIST"]
    if profiles:
        shape["listName"] = profiles[0]["path"].rpartition("/")[2]
    for name in ("dataSource", "supplementaryLookupDataSource"):
        shape.pop(name, None)
    return shape | {"links": _campaign_links(version, V13)}


def campaign_v15(version: Version) -> dict[str, Any]:
    """Write a campaign as v1.5 does; the published draft has no campaignStatus."""
    members = version.members
    shape = {"id": number(members["id"]), "name": members["name"], **_written(version)}
    if members["campaignStatus"] != "DRAFT":
        shape["campaignStatus"] = members["campaignStatus"]
    return shape | {"links": _campaign_links(version, V15)}


def approval(version: Version, method: str) -> dict[str, Any]:
    """Write one campaign's approval state, as the answer to `method`."""
    members = version.members
    path = f"{V13}/approval/campaigns/{members['name']}"
    others = {"GET": ("setCampaignApprovalStatus", "PUT"), "PUT": ("getCampaignApprovalStatus", "GET")}
    links = [
        link("self", path, method),
        link(others[method][0], path, others[method][1]),
        link("getAllCampaignsApprovalStatus", f"{V13}/approval/campaigns"),
    ]
    return approval_item(version, members["type"]) | {"links": links}


def approval_item(version: Version, campaign_type: str = "Email") -> dict[str, Any]:
    """Write an approval state as the list has it, where the type is spelled another way."""
    return {
        "approvalStatus": version.members["approvalStatus"],
        "campaignName": version.members["name"],
        "campaignType": campaign_type,
        "printableLink": f"{PRINTABLE}{version.members['id']}",
    }


def schedule(owner: Campaign, planned: Schedule) -> dict[str, Any]:
    """Write one schedule; its links stand inside launchOptions at times.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-get.htm
    """
    all_of_them = f"{V13}/campaigns/{owner.name}/schedule"
    path = f"{all_of_them}/{planned.id}"
    links = [link("self", path)]
    if planned.members["scheduleType"] != "RECURRING":
        # Published verbs are swapped at times.
        change, removal = ("PUT", "DELETE") if planned.id % 2 else ("DELETE", "PUT")
        links += [
            link("deleteSchedule", path, removal),
            link("updateSchedule", path, change),
            link("createSchedule", all_of_them, "POST"),
        ]
    shape = {"id": number(planned.id), **planned.members}
    if planned.id % 3:
        return shape | {"links": links}
    return shape | {"launchOptions": {**shape["launchOptions"], "links": links}}


def close_links(name: str) -> list[dict[str, str]]:
    """Write the links of a close; two of them share a rel."""
    all_of_them = f"{V13}/campaigns"
    one = f"{all_of_them}/{name}"
    return [
        link("self", f"{one}/actions/close", "PUT"),
        link("searchCampaign", f"{all_of_them}/actions/search", "POST"),
        link("copyCampaign", f"{one}/actions/copy", "POST"),
        link("get", all_of_them),
        link("get", one),
        link("update", one, "PUT"),
        link("create", all_of_them, "POST"),
    ]


def page_links(path: str, query: str, page: tuple[int, int], total: int) -> list[dict[str, str]]:
    """Write self, prev and next of a page.

    Args:
        path: The listing's path.
        query: What follows limit and offset, if anything.
        page: Offset and limit.
        total: How many there are.
    """
    offset, limit = page
    bare = offset // limit % 2 == 1
    places = {"self": offset}
    if offset > 0:
        places["prev"] = max(0, offset - limit)
    if offset + limit < total:
        places["next"] = offset + limit
    return [
        link(rel, f"{path}?limit={limit}&offset={place}{query}", bare=bare and rel == "next")
        for rel, place in places.items()
    ]


def _written(version: Version) -> dict[str, Any]:
    """Return the members that a client can write; unset ones are left out."""
    return {name: value for name, value in version.members.items() if name not in OWN_MEMBERS}


def _campaign_links(version: Version, root: str) -> list[dict[str, str]]:
    name, bare = version.members["name"], version.members["id"] % 4 == 3
    return [
        link("self", f"{root}/campaigns/{name}", bare=bare),
        link("update", f"{root}/campaigns/{name}", "PUT", bare=bare),
        link("create", f"{root}/campaigns", "POST", bare=bare),
    ]
