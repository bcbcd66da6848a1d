"""Launches of Responsys, shaped as the vendor prints them.

Source:
    https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-post.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.enums import OpenEnum
from campaign_reg.errors import InvalidInputError
from campaign_reg.providers.responsys.models import Link


def _number() -> Any:
    """A member that must be there, and is a number or a text of digits."""
    return attrs.field(metadata={"text_number": True})


class ScheduleType(OpenEnum):
    """Kind of launch."""

    NOW = "NOW"
    ONCE = "ONCE"
    RECURRING = "RECURRING"


@attrs.frozen(kw_only=True, slots=False)
class LaunchOptions:
    """Options of a launch. None means not sent, or left out by the vendor.

    Attributes:
        progress_email_addresses: Email addresses that are informed of the progress (`progressEmailAddresses`); at least
            one for a normal launch.
        progress_chunk: Step of these reports (`progressChunk`): CHUNK_10K, CHUNK_50K, CHUNK_100K, CHUNK_500K or
            CHUNK_1M.
        proof_launch: Whether it is a proof (`proofLaunch`); email only.
        proof_launch_email: Email address for the proof (`proofLaunchEmail`).
        proof_launch_type: LAUNCH_TO_ADDRESS (`proofLaunchType`), LAUNCH_TO_PROOFLIST or
            LAUNCH_TO_ADDRESS_USING_PROOFLIST.
        recipient_limit: Largest number of recipients (`recipientLimit`).
        sampling_nth_selection: Selection of a sample (`samplingNthSelection`); not described further by the vendor.
        sampling_nth_offset: Offset of a sample (`samplingNthOffset`); not described further by the vendor.
        sampling_nth_interval: Interval of a sample (`samplingNthInterval`); not described further by the vendor.
        links: Related operations, where they came here instead of with the launch, as in one sample of the vendor.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-post.htm
    """

    progress_email_addresses: tuple[str, ...] | None = None
    progress_chunk: str | None = None
    proof_launch: bool | None = None
    proof_launch_email: str | None = None
    proof_launch_type: str | None = None
    recipient_limit: int | None = None
    sampling_nth_selection: int | None = None
    sampling_nth_offset: int | None = None
    sampling_nth_interval: int | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class LaunchSchedule:
    """A planned launch.

    Attributes:
        number: Number of the launch (`id`), also where it came as digits; None where it came as other text, see `id`.
        schedule_type: Kind of launch (`scheduleType`).
        scheduled_time: Start (`scheduledTime`), as `YYYY-MM-DD hh:mm AM|PM`; the time zone is not documented by the
            vendor. None where the vendor left it out.
        recurring_end_time: End of a recurring launch (`recurringEndTime`), as the vendor prints it; None where the
            vendor left it out.
        recurring_interval: Period of a recurring launch (`recurringInterval`), such as DAILY; None where the vendor
            left it out.
        launch_options: Options of the launch (`launchOptions`); None where the vendor left them out.
        links: Related operations; None where the vendor left them out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-get.htm
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-scheduleId-get.htm
    """

    number: int | None = _number()
    schedule_type: ScheduleType
    scheduled_time: str | None = None
    recurring_end_time: str | None = None
    recurring_interval: str | None = None
    launch_options: LaunchOptions | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def id(self) -> str:
        """What the other calls take."""
        return str(self.extra.get("id", "")) if self.number is None else str(self.number)


@attrs.frozen(kw_only=True, slots=False)
class ScheduleList:
    """One page of the planned launches; the vendor's schema calls the array `items`, its sample `schedules`.

    Attributes:
        schedules: Launches of the page; None where they came as `items`.
        items: Launches of the page; None where they came as `schedules`.
        links: Related operations; None where the vendor left them out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-get.htm
    """

    schedules: tuple[LaunchSchedule, ...] | None = None
    items: tuple[LaunchSchedule, ...] | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ScheduleDraft:
    """Body of a new or moved launch.

    Attributes:
        schedule_type: NOW or ONCE (`scheduleType`).
        scheduled_time: Start (`scheduledTime`), from `wall_time`; None for NOW.
        launch_options: Options of the launch (`launchOptions`); None for none, and where a launch is moved.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-schedule-post.htm
    """

    schedule_type: ScheduleType
    scheduled_time: str | None = None
    launch_options: LaunchOptions | None = None


def wall_time(moment: datetime) -> str:
    """`YYYY-MM-DD hh:mm AM|PM`, as schedules want it.

    Raises:
        InvalidInputError: It has a time zone (the vendor does not document which one it means) or seconds.
    """
    if moment.tzinfo is not None:
        raise InvalidInputError(
            "scheduled_time must have no time zone: Responsys takes the account's own wall time"
        )
    if moment.second or moment.microsecond:
        raise InvalidInputError("scheduled_time must be a whole minute")
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02} {moment.hour % 12 or 12:02}:{moment.minute:02} {half}"
