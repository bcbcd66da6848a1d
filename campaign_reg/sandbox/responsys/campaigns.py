"""Responsys' campaigns and their approval as a state machine over the virtual clock; no HTTP in here."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.responsys.samples import (
    ORGANIZATIONS,
    USER,
    draw_name,
    profile_source,
    sample_campaign,
)
from campaign_reg.sandbox.versions import History, Version

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from campaign_reg.sandbox.clock import VirtualClock

FIRST_ID = 4_200_017
FIRST_SCHEDULE_ID = 307_357
# A launch under way stays in the list of schedules for so long.
LAUNCH_SECONDS = 3600.0
# What an empty dataSource array does not remove.
KEPT_SOURCES = ("PROFILE_LIST", "SEGMENT_GROUP")
ANY_STATE = frozenset({"NEEDS_APPROVAL", "APPROVED", "REJECTED", "APPROVAL_NOT_REQUIRED"})
# Wanted state: the states it may come from. A grant or a refusal may be repeated, a request may not.
APPROVAL_EDGES: Mapping[str, frozenset[str]] = {
    "NEEDS_APPROVAL": ANY_STATE - {"NEEDS_APPROVAL"},
    "APPROVED": frozenset({"NEEDS_APPROVAL", "APPROVED"}),
    "REJECTED": frozenset({"NEEDS_APPROVAL", "REJECTED"}),
    "APPROVAL_NOT_REQUIRED": ANY_STATE,
}


@dataclasses.dataclass(slots=True, kw_only=True)
class Schedule:
    """A launch to come.

    Attributes:
        at: When it is launched, in virtual seconds since the epoch.
        ends: When it leaves the list.
        members: What the vendor shows of it, next to its id and links.
    """

    id: int
    at: float
    ends: float
    members: dict[str, Any]


class Campaign(History):
    """One campaign: its recent versions, and its schedules by id."""

    def __init__(self, name: str, first: Version) -> None:
        super().__init__(first)
        self.name = name
        self.schedules: dict[int, Schedule] = {}

    def active_schedules(self, at: float) -> list[Schedule]:
        """List the launches that are to come or under way."""
        return [schedule for schedule in self.schedules.values() if at < schedule.ends]


class CampaignRegister:
    """All campaigns of the account, and the moves they make.

    Attributes:
        initial_approval: State of a campaign that a client created; not documented.
        approver_seconds: From and to, in virtual seconds: how long a person takes to decide
            about a request for approval. None: no person does, and a client has to.
        reject_share: Probability that this person refuses.
    """

    def __init__(self, clock: VirtualClock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._schedule_ids = 0
        self._ids = 0
        self.by_name: dict[str, Campaign] = {}
        self.initial_approval = "APPROVAL_NOT_REQUIRED"
        self.approver_seconds: tuple[float, float] | None = None
        self.reject_share = 0.0

    def seed(self, rng: random.Random, campaign_type: str, status: str, approval: str) -> Campaign:
        """Put in one campaign that was there before."""
        name = draw_name(rng, self._ids)
        while name in self.by_name:
            name = draw_name(rng, self._ids)
        now = self._clock.timestamp()
        members = sample_campaign(rng, campaign_type, now)
        state = {"campaignStatus": status, "approvalStatus": approval}
        campaign = self._add(name, float("-inf"), members | state)
        if approval == "NEEDS_APPROVAL":
            self._await_decision(campaign, now)
        return campaign

    def create(self, name: str, at: float, members: Mapping[str, Any]) -> Campaign:
        """Take in a new campaign, as a draft."""
        state = {
            "campaignStatus": "DRAFT",
            "approvalStatus": self.initial_approval,
            "created": at,
            "modified": at,
        }
        first: dict[str, Any] = {"type": "EMAIL", "dataSource": []}
        campaign = self._add(name, at, first | with_sources([], members) | state)
        if self.initial_approval == "NEEDS_APPROVAL":
            self._await_decision(campaign, at)
        return campaign

    def replace(self, campaign: Campaign, at: float, members: Mapping[str, Any]) -> None:
        """Put other members in place of all that a client can write.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-campaignName-put.htm
        """
        old = campaign.members
        kept = {name: old[name] for name in (*OWN_MEMBERS, "type", "folderName", "dataSource") if name in old}
        if "supplementaryLookupDataSource" in old:
            kept["supplementaryLookupDataSource"] = old["supplementaryLookupDataSource"]
        changed = kept | with_sources(old["dataSource"], members) | {"modified": at}
        campaign.versions.append(Version(at, changed))

    def copy(self, source: Campaign, name: str, at: float, members: Mapping[str, Any]) -> Campaign:
        """Make a new draft from a campaign; `members` replace its own."""
        own = {key: value for key, value in source.members.items() if key not in OWN_MEMBERS}
        return self.create(name, at, {**own, **members})

    def change(self, campaign: Campaign, at: float, **members: object) -> None:
        """Replace single members."""
        campaign.change(at, **{"modified": at, **members})

    def decide(self, campaign: Campaign, at: float, wanted: str) -> bool:
        """Move the approval state; False when there is no such way.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-campaignName-put.htm
        """
        if campaign.members["approvalStatus"] not in APPROVAL_EDGES[wanted]:
            return False
        self.change(campaign, at, approvalStatus=wanted)
        if wanted == "NEEDS_APPROVAL":
            self._await_decision(campaign, at)
        return True

    def schedule(self, campaign: Campaign, at: float, ends: float, members: dict[str, Any]) -> Schedule:
        """Plan a launch; `at` and `ends` are virtual seconds since the epoch."""
        number = FIRST_SCHEDULE_ID + self._schedule_ids
        self._schedule_ids += 1
        campaign.schedules[number] = Schedule(id=number, at=at, ends=ends, members=members)
        return campaign.schedules[number]

    def _add(self, name: str, at: float, members: dict[str, Any]) -> Campaign:
        number = FIRST_ID + self._ids
        self._ids += 1
        fixed = {
            "id": number,
            "name": name,
            "createdBy": USER,
            "modifiedBy": USER,
            "organizations": list(ORGANIZATIONS),
        }
        self.by_name[name] = Campaign(name, Version(at, members | fixed))
        return self.by_name[name]

    def _await_decision(self, campaign: Campaign, at: float) -> None:
        """Let a person decide about a request, if there is one who does."""
        if self.approver_seconds is None:
            return
        wanted = "REJECTED" if self._rng.random() < self.reject_share else "APPROVED"
        decision = campaign.begin(lambda due: self._settle(campaign, due, wanted))
        self._clock.call_at(at + self._rng.uniform(*self.approver_seconds), decision)

    def _settle(self, campaign: Campaign, at: float, wanted: str) -> None:
        if campaign.members["approvalStatus"] == "NEEDS_APPROVAL":
            self.decide(campaign, at, wanted)


# What a client's body never replaces.
OWN_MEMBERS = (
    "id",
    "name",
    "campaignStatus",
    "approvalStatus",
    "created",
    "modified",
    "createdBy",
    "modifiedBy",
    "organizations",
)


def with_sources(old: list[dict[str, Any]], members: Mapping[str, Any]) -> dict[str, Any]:
    """Work the data sources out that a body means; v1.3 knows the name of the profile list only."""
    changed = {name: value for name, value in members.items() if value is not None and name != "listName"}
    if "listName" in members:
        others = [source for source in old if source["type"] != "PROFILE_LIST"]
        changed["dataSource"] = [profile_source(members["listName"]), *others]
    elif "dataSource" in members and not members["dataSource"]:
        changed["dataSource"] = [source for source in old if source["type"] in KEPT_SOURCES]
    return changed
