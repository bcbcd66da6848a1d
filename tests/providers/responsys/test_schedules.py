"""Launches over real sockets: a launch sends mail, so that nothing here is ever sent twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.errors import (
    ConflictError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PaginationError,
    RateLimitError,
)
from campaign_reg.providers.responsys.schedule_models import LaunchOptions, ScheduleType
from tests.support.vendors.responsys_contract import check_request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from campaign_reg.providers.responsys.backend import ResponsysBackend
    from campaign_reg.sandbox import Sandbox

pytestmark = pytest.mark.anyio

NINE = datetime.fromisoformat("2026-12-01T09:00")
ONE = datetime.fromisoformat("2026-12-01T13:00")
OPTIONS = LaunchOptions(progress_email_addresses=("ops@example.com",), progress_chunk="CHUNK_10K")


def calls(sandbox: Sandbox) -> list[str]:
    return [str(exchange.operation) for exchange in sandbox.exchanges if exchange.operation != "authToken"]


async def test_planned_moved_read_and_taken_back(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    [name] = sandbox.responsys.seed(1)
    made = await responsys.create_schedule(name, "ONCE", scheduled_time=NINE, options=OPTIONS)
    assert (made.schedule_type, made.scheduled_time) == (ScheduleType.ONCE, "2026-12-01 09:00 AM")
    assert made.launch_options is not None
    assert made.launch_options.progress_chunk == "CHUNK_10K"
    moved = await responsys.update_schedule(name, made.id, ONE)
    assert (moved.id, moved.scheduled_time) == (made.id, "2026-12-01 01:00 PM")
    assert (await responsys.get_schedule(name, made.id)).scheduled_time == "2026-12-01 01:00 PM"
    assert [schedule.id async for schedule in responsys.schedules(name)] == [made.id]
    assert (await responsys.delete_schedule(name, made.id)).id == made.id
    assert [schedule async for schedule in responsys.schedules(name)] == []
    for call in (responsys.get_schedule, responsys.delete_schedule):
        with pytest.raises(NotFoundError, match="answered 400 CAMPAIGN_SCHEDULE_NOT_FOUND"):
            await call(name, made.id)
    for exchange in sandbox.exchanges:
        check_request(exchange)
    assert len(sandbox.ledger.entries) == 3


async def test_now(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    [name] = sandbox.responsys.seed(1)
    options = LaunchOptions(
        proof_launch=True,
        proof_launch_email="qa@example.com",
        proof_launch_type="LAUNCH_TO_ADDRESS",
        recipient_limit=1,
        progress_email_addresses=("ops@example.com",),
    )
    made = await responsys.create_schedule(name, ScheduleType.NOW, options=options)
    assert made.schedule_type is ScheduleType.NOW
    assert json.loads(sandbox.exchanges[-1].request_body) == {
        "scheduleType": "NOW",
        "launchOptions": {
            "progressEmailAddresses": ["ops@example.com"],
            "proofLaunch": True,
            "proofLaunchEmail": "qa@example.com",
            "proofLaunchType": "LAUNCH_TO_ADDRESS",
            "recipientLimit": 1,
        },
    }
    check_request(sandbox.exchanges[-1])


def writes(responsys: ResponsysBackend, name: str, id: str) -> list[tuple[str, Callable[[], Awaitable[Any]]]]:
    return [
        ("createSchedule", lambda: responsys.create_schedule(name, "NOW", options=OPTIONS)),
        ("createSchedule", lambda: responsys.create_schedule(name, "ONCE", scheduled_time=NINE)),
        ("updateSchedule", lambda: responsys.update_schedule(name, id, ONE)),
        ("deleteSchedule", lambda: responsys.delete_schedule(name, id)),
    ]


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(
    "fault",
    ["drop_before", "drop_after", "status_500", "status_503_applied", "empty_body", "html_502", "throttled"],
)
async def test_nothing_is_repeated(
    responsys: ResponsysBackend, sandbox: Sandbox, number: int, fault: str
) -> None:
    [name] = sandbox.responsys.seed(1, schedules=1)
    [planned] = [schedule async for schedule in responsys.schedules(name)]
    operation, write = writes(responsys, name, planned.id)[number]
    sandbox.faults.add(fault, operation, times=None)
    with pytest.raises(RateLimitError if fault == "throttled" else OutcomeUnknownError):
        await write()
    assert calls(sandbox).count(operation) == 1


async def test_pages_whose_links_hold_raw_blanks(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    names = sandbox.responsys.seed(12)
    name = next(name for name in names if " " in name)
    for day in range(1, 6):
        sandbox.responsys.add_schedule(name, day * 86400.0)
    ids = [schedule.id async for schedule in responsys.schedules(name, page_size=2)]
    assert len(set(ids)) == len(ids) == 5
    assert calls(sandbox) == ["listSchedules"] * 3


@pytest.mark.fault(54)
async def test_a_link_to_another_campaign_is_not_followed(
    responsys: ResponsysBackend, sandbox: Sandbox
) -> None:
    [name] = sandbox.responsys.seed(1, schedules=3)
    sandbox.faults.add("next_link", "listSchedules", href="/rest/api/v1.3/campaigns/other/schedule?offset=2")
    with pytest.raises(PaginationError):
        [schedule async for schedule in responsys.schedules(name, page_size=2)]


async def test_what_the_vendor_refuses(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    [name] = sandbox.responsys.seed(1, schedules=1)
    for code, error in (
        ("CAMPAIGN_SCHEDULE_DUPLICATE", ConflictError),
        ("CURRENT_CAMPAIGN_SCHEDULE_AT_SAME_TIME", ConflictError),
        ("CAMPAIGN_LAUNCH_SCHEDULE_DATE_PAST", InvalidRequestError),
    ):
        sandbox.faults.add("refused_by_code", "createSchedule", code=code)
        with pytest.raises(error, match=code):
            await responsys.create_schedule(name, "NOW", options=OPTIONS)
    assert sandbox.ledger.entries == ()


@pytest.mark.parametrize(
    "values",
    [
        {"schedule_type": "ONCE"},
        {"schedule_type": "NOW", "scheduled_time": NINE},
        {"schedule_type": "RECURRING", "scheduled_time": NINE},
        {"schedule_type": "LATER"},
        {"schedule_type": ""},
        {"schedule_type": "ONCE", "scheduled_time": NINE.replace(tzinfo=UTC)},
        {"schedule_type": "ONCE", "scheduled_time": NINE.replace(second=1)},
        {"schedule_type": "NOW", "options": LaunchOptions(recipient_limit="many")},  # type: ignore[arg-type]
    ],
)
async def test_refused_before_any_io(
    responsys: ResponsysBackend, sandbox: Sandbox, values: dict[str, Any]
) -> None:
    kind = values.pop("schedule_type")
    with pytest.raises(InvalidInputError):
        await responsys.create_schedule("Spring", kind, **values)
    assert sandbox.exchanges == []


async def test_ids_that_cannot_stand_in_a_path(responsys: ResponsysBackend, sandbox: Sandbox) -> None:
    for id in ("", "..", "a\nb"):
        with pytest.raises(InvalidInputError):
            await responsys.delete_schedule("Spring", id)
    assert sandbox.exchanges == []
