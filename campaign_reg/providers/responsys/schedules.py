"""Launch schedules of a campaign. A launch sends mail: no write here is ever repeated."""

from __future__ import annotations

from datetime import datetime

from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.pager import Pager
from campaign_reg.providers.responsys import operations as ops
from campaign_reg.providers.responsys.calls import Calls, Listing
from campaign_reg.providers.responsys.schedule_models import (
    LaunchOptions,
    LaunchSchedule,
    ScheduleDraft,
    ScheduleType,
    wall_time,
)
from campaign_reg.wire.response import check_id


class Schedules(Calls):
    """The calls about launches."""

    def schedules(self, name: str, *, page_size: int = 200) -> Pager[LaunchSchedule]:
        """List the planned launches of a campaign, lazily; no I/O before it is iterated.

        Args:
            name: The campaign.
            page_size: Launches a page, from 1 to 200.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-get.htm
        """
        listing = Listing(
            operation=ops.LIST_SCHEDULES, member="schedules", path={"name": name}, page_size=page_size
        )
        return self._pager(listing, LaunchSchedule)

    async def get_schedule(self, name: str, schedule_id: str) -> LaunchSchedule:
        """Read one planned launch.

        Raises:
            NotFoundError: No such launch (which Responsys says with status 400), or no such campaign.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-scheduleId-get.htm
        """
        found: LaunchSchedule = await self._call(ops.GET_SCHEDULE, {"name": name, "schedule_id": schedule_id})
        check_id(ops.GET_SCHEDULE, schedule_id, found.id or None, "schedule")
        return found

    async def create_schedule(
        self,
        name: str,
        schedule_type: ScheduleType | str,
        *,
        scheduled_time: datetime | None = None,
        options: LaunchOptions | None = None,
    ) -> LaunchSchedule:
        """Plan a launch, or with NOW start one: that sends mail at once.

        Args:
            name: The campaign; it must be free of validation errors.
            schedule_type: NOW or ONCE.
            scheduled_time: For ONCE: the account's wall time, a whole minute without a time zone. The vendor does not
                say which zone that is.
            options: How it runs.

        Raises:
            OutcomeUnknownError: It may have been planned, or be running: list `schedules` before trying again. With NOW
                look at the account's launches, too, since one that runs is not listed for long.
            RateLimitError: Not applied; it was not sent again.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-post.htm
        """
        kind = _launchable(schedule_type)
        if (kind == ScheduleType.ONCE) != (scheduled_time is not None):
            raise InvalidInputError("scheduled_time is for ONCE, which needs it; NOW takes none")
        draft = ScheduleDraft(
            schedule_type=kind,
            scheduled_time=None if scheduled_time is None else wall_time(scheduled_time),
            launch_options=options,
        )
        made: LaunchSchedule = await self._call(
            ops.CREATE_SCHEDULE, {"name": name}, body=self._encoded(draft)
        )
        return made

    async def update_schedule(
        self,
        name: str,
        schedule_id: str,
        scheduled_time: datetime,
        *,
        schedule_type: ScheduleType | str = ScheduleType.ONCE,
    ) -> LaunchSchedule:
        """Move a planned launch to another time.

        Args:
            name: The campaign.
            schedule_id: `id` of the launch.
            scheduled_time: As for `create_schedule`.
            schedule_type: What it is already; Responsys refuses to change it.

        Raises:
            OutcomeUnknownError: It may have been moved: `get_schedule` before trying again.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-scheduleId-put.htm
        """
        draft = ScheduleDraft(
            schedule_type=_launchable(schedule_type), scheduled_time=wall_time(scheduled_time)
        )
        moved: LaunchSchedule = await self._call(
            ops.UPDATE_SCHEDULE,
            {"name": name, "schedule_id": schedule_id},
            body=self._encoded(draft),
        )
        check_id(ops.UPDATE_SCHEDULE, schedule_id, moved.id or None, "schedule")
        return moved

    async def delete_schedule(self, name: str, schedule_id: str) -> LaunchSchedule:
        """Take back a planned launch; returns it as it was.

        Raises:
            NotFoundError: No such launch: it is gone, or has run.
            OutcomeUnknownError: It may be gone: `get_schedule` before trying again.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-scheduleId-delete.htm
        """
        gone: LaunchSchedule = await self._call(
            ops.DELETE_SCHEDULE, {"name": name, "schedule_id": schedule_id}
        )
        check_id(ops.DELETE_SCHEDULE, schedule_id, gone.id or None, "schedule")
        return gone


def _launchable(kind: ScheduleType | str) -> ScheduleType:
    known = ScheduleType(kind)
    if known not in (ScheduleType.NOW, ScheduleType.ONCE):
        raise InvalidInputError(f"schedule_type {str(kind)!r} is neither NOW nor ONCE")
    return known
