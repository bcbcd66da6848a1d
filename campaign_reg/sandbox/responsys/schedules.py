"""Responsys' launch schedules: when a campaign is sent."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.responsys.bodies import (
    LAUNCH_OPTIONS,
    TEXT,
    read_checked,
    read_page,
    read_query,
)
from campaign_reg.sandbox.responsys.calls import LARGEST_PAGE, find_campaign
from campaign_reg.sandbox.responsys.campaigns import LAUNCH_SECONDS
from campaign_reg.sandbox.responsys.errors import invalid, refused
from campaign_reg.sandbox.responsys.shapes import V13, page_links, schedule

if TYPE_CHECKING:
    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.responsys.bodies import Rule
    from campaign_reg.sandbox.responsys.campaigns import Campaign, CampaignRegister, Schedule

TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{1,2}:\d{2} (AM|PM)", re.ASCII)
TIME_FORMAT = "%Y-%m-%d %I:%M %p"
MEMBERS: dict[str, Rule] = {"scheduleType": TEXT, "scheduledTime": TEXT, "launchOptions": LAUNCH_OPTIONS}


class ScheduleCalls:
    """The handlers of schedules; times are taken as UTC, for their zone is not documented."""

    def __init__(self, register: CampaignRegister, ledger: Ledger) -> None:
        self._register = register
        self._ledger = ledger

    def list_page(self, call: Call) -> Reply:
        """List the launches that are to come or under way."""
        campaign = find_campaign(self._register, call)
        offset, limit = read_page(read_query(call), LARGEST_PAGE)
        active = campaign.active_schedules(call.at)
        shown = [schedule(campaign, planned) for planned in active[offset : offset + limit]]
        path = f"{V13}/campaigns/{campaign.name}/schedule"
        return render(200, {"schedules": shown, "links": page_links(path, "", (offset, limit), len(active))})

    def create(self, call: Call) -> Reply:
        """Plan a launch, or launch at once; there is no way to ask for the same one only once.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-post.htm
        """
        campaign = find_campaign(self._register, call)
        body = read_checked(call, MEMBERS, "scheduleType")
        options = {"proofLaunch": False} | body.get("launchOptions", {})
        options.pop("links", None)
        _check_type(body)
        if "scheduledTime" in body:
            _check_time(body["scheduledTime"])
        if body["scheduleType"] == "NOW":
            at = call.at
        else:
            at = _read_time(body.get("scheduledTime"), call.at)
            _check_free(campaign, call.at, at, options)
        members = {
            "scheduleType": body["scheduleType"],
            "scheduledTime": write_time(at),
            "launchOptions": options,
        }
        planned = self._register.schedule(campaign, at, at + LAUNCH_SECONDS, members)
        self._ledger.write(call.at, call.provider, call.operation, campaign.name, body)
        return render(200, schedule(campaign, planned))

    def get(self, call: Call) -> Reply:
        """Read one schedule."""
        campaign = find_campaign(self._register, call)
        return render(200, schedule(campaign, _find(campaign, call)))

    def update(self, call: Call) -> Reply:
        """Move a launch to another time; its type stays."""
        campaign = find_campaign(self._register, call)
        planned = _find(campaign, call)
        body = read_checked(call, MEMBERS, "scheduleType", "scheduledTime")
        _check_type(body)
        if body["scheduleType"] != planned.members["scheduleType"]:
            raise refused("INVALID_CAMPAIGN_SCHEDULE_TYPE_CHANGE")
        at = _read_time(body["scheduledTime"], call.at)
        _check_free(campaign, call.at, at, planned.members["launchOptions"], but=planned)
        planned.at, planned.ends = at, at + LAUNCH_SECONDS
        planned.members = planned.members | {"scheduledTime": write_time(at)}
        self._ledger.write(call.at, call.provider, call.operation, campaign.name, {**body, "id": planned.id})
        return render(200, schedule(campaign, planned))

    def delete(self, call: Call) -> Reply:
        """Take a launch out; the answer shows it a last time."""
        campaign = find_campaign(self._register, call)
        planned = _find(campaign, call)
        del campaign.schedules[planned.id]
        self._ledger.write(call.at, call.provider, call.operation, campaign.name, {"id": planned.id})
        return render(200, schedule(campaign, planned))


def write_time(at: float) -> str:
    """Write a time of the virtual clock as Responsys does, with AM or PM."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime(TIME_FORMAT)


def read_time(text: str) -> float | None:
    """Read such a time; None when it is none."""
    try:
        naive = datetime.datetime.strptime(text, TIME_FORMAT)  # noqa: DTZ007
    except ValueError:
        return None
    return naive.replace(tzinfo=datetime.UTC).timestamp()


def _read_time(text: str | None, now: float) -> float:
    if text is None:
        raise invalid("scheduledTime is null OR empty")
    _check_time(text)
    at = read_time(text)
    if at is None:
        raise refused("INVALID_DATE")
    if at < now:
        raise refused("CAMPAIGN_LAUNCH_SCHEDULE_DATE_PAST")
    return at


def _check_time(text: str) -> None:
    if not TIME.fullmatch(text):
        raise refused("INVALID_DATE")


def _check_type(body: dict[str, Any]) -> None:
    if body["scheduleType"] not in ("NOW", "ONCE"):
        raise refused("INVALID_CAMPAIGN_SCHEDULE_TYPE")


def _check_free(
    campaign: Campaign, now: float, at: float, options: dict[str, Any], but: Schedule | None = None
) -> None:
    """Refuse a second launch at the same minute; the very same launch has a code of its own."""
    for planned in campaign.active_schedules(now):
        if planned is but or planned.at != at:
            continue
        same = planned.members["launchOptions"] == options and but is None
        raise refused("CAMPAIGN_SCHEDULE_DUPLICATE" if same else "CURRENT_CAMPAIGN_SCHEDULE_AT_SAME_TIME")


def _find(campaign: Campaign, call: Call) -> Schedule:
    """Return the schedule that the path names; one that is over cannot be found."""
    active = {str(planned.id): planned for planned in campaign.active_schedules(call.at)}
    if call.segments[1] not in active:
        raise refused("CAMPAIGN_SCHEDULE_NOT_FOUND")
    return active[call.segments[1]]
