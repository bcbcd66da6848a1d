"""Operation class x fault script -> calls made, as in Google's storage conformance tables."""

from __future__ import annotations

import asyncio
import itertools
from random import Random
from typing import TYPE_CHECKING

import attrs
import backoff
import pytest

from campaign_reg.enums import Applied
from campaign_reg.errors import (
    ConnectError,
    HeldBackError,
    InvalidRequestError,
    OutcomeUnknownError,
    RateLimitError,
    RequestTimeoutError,
    TransportError,
)
from campaign_reg.rate import Limits
from campaign_reg.transport.limiter import GcraLimiter, LimiterTransport
from campaign_reg.transport.retry import RetryTransport
from campaign_reg.wire.message import Response
from campaign_reg.wire.operation import ErrorBody, ErrorTable, Refusal
from tests.support.stack import GET, PUT, Script, answer, get, no_errors_in_circles, put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaign_reg.wire.request import Request
    from tests.support.clocks import VirtualClock

pytestmark = pytest.mark.anyio

REFUSED = ConnectError("t", "connection refused")
CERTIFICATE = ConnectError("t", "certificate", retryable=False)
TIMEOUT = RequestTimeoutError("t", "no answer")
BROKEN = TransportError("t", "cut short")
UNKNOWN = OutcomeUnknownError("t", "lost")
OK = answer()

Outcome = Response | Exception


def stack(
    clock: VirtualClock, *entries: Outcome, budget: int = 10
) -> tuple[RetryTransport, Script, GcraLimiter]:
    script = Script(clock, list(entries))
    pace = GcraLimiter(Limits(), clock)
    limited = LimiterTransport(script, pace, clock, 64)
    return RetryTransport(limited, pace, clock, random=Random(3), budget=budget), script, pace


async def outcome_of(transport: RetryTransport, request: Request) -> object:
    try:
        return (await transport.send(request)).status
    except TransportError as error:
        return type(error)


@pytest.mark.fault(13, 21, 22)
@pytest.mark.parametrize(
    ("first", "read_calls", "write_calls"),
    [
        (OK, 1, 1),
        (answer(204), 1, 1),
        (REFUSED, 2, 2),
        (CERTIFICATE, 1, 1),
        (TIMEOUT, 2, None),
        (BROKEN, 2, None),
        (UNKNOWN, None, 1),
        (answer(429), 2, 2),
        (answer(408), 2, 1),
        (answer(500), 2, 1),
        (answer(502, b"<html>"), 2, 1),
        (answer(503), 2, 1),
        (answer(503, Retry_After="1"), 2, 1),
        (answer(400), 1, 1),
        (answer(401), 1, 1),
        (answer(403), 1, 1),
        (answer(404), 1, 1),
        (answer(409), 1, 1),
        (answer(422), 1, 1),
        (answer(302), 1, 1),
    ],
    ids=str,
)
async def test_what_is_sent_again(
    clock: VirtualClock, first: Outcome, read_calls: int | None, write_calls: int | None
) -> None:
    for request, calls in ((get(), read_calls), (put(), write_calls)):
        if calls is None:
            continue  # the socket never answers this to such an operation
        transport, script, _ = stack(clock, first, OK)
        outcome = await outcome_of(transport, request)
        assert len(script.sent) == calls
        if calls == 2:
            assert outcome == 200
        else:
            assert outcome == (first.status if isinstance(first, Response) else type(first))


@pytest.mark.parametrize("error", [TIMEOUT, BROKEN])
async def test_an_error_meant_for_reads_never_repeats_a_write(clock: VirtualClock, error: Exception) -> None:
    transport, script, _ = stack(clock, error, OK)
    await outcome_of(transport, put())
    assert len(script.sent) == 1


@pytest.mark.fault(18)
async def test_a_429_that_may_mean_applied_is_not_repeated(clock: VirtualClock) -> None:
    """RCS: to a POST it is the duplicate guard."""
    guard = attrs.evolve(PUT, errors=ErrorTable())
    transport, script, pace = stack(clock, answer(429, Retry_After="9"), OK)
    assert await outcome_of(transport, put(operation=guard)) == 429
    assert len(script.sent) == 1
    assert pace.paused_seconds() >= 9


@pytest.mark.fault(18)
async def test_a_code_may_say_more_than_the_status(clock: VirtualClock) -> None:
    """Responsys throttles by a code, under 400 or 401."""
    errors = ErrorTable(
        by_code={
            "LIMIT": Refusal(RateLimitError, Applied.NO, transient=True),
            "BAD": Refusal(InvalidRequestError),
        },
        parse=lambda response: ErrorBody(code=response.body.decode()),
    )
    for body, calls in ((b"LIMIT", 2), (b"BAD", 1)):
        transport, script, pace = stack(clock, answer(401, body), OK)
        await outcome_of(transport, put(operation=attrs.evolve(PUT, errors=errors)))
        assert len(script.sent) == calls
        assert (pace.epoch > 0) == (calls == 2)


async def test_four_attempts_and_no_more(clock: VirtualClock) -> None:
    transport, script, _ = stack(clock, answer(503))
    assert await outcome_of(transport, get()) == 503
    assert len(script.sent) == 4
    transport, script, _ = stack(clock, REFUSED)
    assert await outcome_of(transport, put()) is ConnectError
    assert len(script.sent) == 4


async def test_the_last_outcome_comes_out(clock: VirtualClock) -> None:
    transport, script, _ = stack(clock, REFUSED, answer(429), UNKNOWN, OK)
    assert await outcome_of(transport, put()) is OutcomeUnknownError
    assert len(script.sent) == 3
    transport, _, _ = stack(clock, BROKEN, answer(500), answer(404))
    assert await outcome_of(transport, get()) == 404


async def test_own_waits_grow_with_full_jitter(clock: VirtualClock) -> None:
    bounds = [0.5, 1.0, 2.0]
    seen: list[list[float]] = [[], [], []]
    for _ in range(200):
        transport, _, _ = stack(clock, BROKEN)
        transport._random = Random(len(seen[0]))
        clock.slept.clear()
        await outcome_of(transport, get())
        for index, wait in enumerate(clock.slept):
            seen[index].append(wait)
    for waits, bound in zip(seen, bounds, strict=True):
        assert 0 <= min(waits) < bound * 0.1
        assert bound * 0.9 < max(waits) <= bound


async def test_jitter_is_drawn_from_the_given_random(clock: VirtualClock) -> None:
    waits = []
    for _ in range(2):
        transport, _, _ = stack(clock, BROKEN)
        clock.slept.clear()
        await outcome_of(transport, get())
        waits.append(list(clock.slept))
    assert waits[0] == waits[1]


async def test_both_lines_of_backoff_work(clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The original starts with None, python-backoff 3 with 0."""

    def expo(*, factor: float, max_value: float) -> Iterator[float]:
        return itertools.chain([0.0], (min(factor * 2**n, max_value) for n in itertools.count()))

    transport, script, _ = stack(clock, BROKEN)
    await outcome_of(transport, get())
    monkeypatch.setattr(backoff, "expo", expo)
    waits = list(clock.slept)
    clock.slept.clear()
    transport, script, _ = stack(clock, BROKEN)
    await outcome_of(transport, get())
    assert clock.slept == waits
    assert len(script.sent) == 4


DATE = "Mon, 02 Mar 2026 14:00:00 GMT"


@pytest.mark.fault(18, 19, 20)
@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"Retry_After": "7"}, 7),
        ({"Retry_After": "0"}, 0),
        ({"Retry_After": "1.5"}, 1.5),
        ({"Retry_After": "Mon, 02 Mar 2026 14:00:30 GMT", "Date": DATE}, 30),
        ({"Retry_After": "Mon, 02 Mar 2026 13:59:30 GMT", "Date": DATE}, 0),
        ({"Retry_After": "Mon, 02 Mar 2026 14:00:30 GMT"}, 0),
        ({"Retry_After": "-5"}, 0),
        ({"Retry_After": "nan"}, 0),
        ({"Retry_After": "inf"}, 0),
        ({"Retry_After": "1e3"}, 0),
        ({"Retry_After": "9" * 40}, 0),
        ({"Retry_After": "soon"}, 0),
        ({}, 0),
    ],
    ids=str,
)
@pytest.mark.parametrize("status", [429, 503])
async def test_never_sooner_than_asked(
    clock: VirtualClock, status: int, headers: dict[str, str], asked: float
) -> None:
    transport, script, _ = stack(clock, answer(status, b"{}", **headers), OK)
    await transport.send(get())
    gap = script.times[1] - script.times[0]
    assert asked <= gap <= asked + 0.5 + 1e-9


@pytest.mark.fault(18)
async def test_the_whole_account_waits(clock: VirtualClock) -> None:
    transport, script, pace = stack(clock, answer(429, Retry_After="30"), OK)
    first = asyncio.create_task(transport.send(put()))
    await script.until_sent()
    assert pace.paused_seconds() >= 30
    await asyncio.gather(first, *(transport.send(get()) for _ in range(50)))
    assert min(script.times[1:]) >= script.times[0] + 30


@pytest.mark.fault(18)
async def test_without_a_time_the_account_pauses_as_long_as_the_call(clock: VirtualClock) -> None:
    transport, script, pace = stack(clock, answer(429), OK)
    await transport.send(get())
    assert pace.epoch == 1
    assert script.times[1] - script.times[0] == pytest.approx(clock.slept[0])


async def test_only_a_429_pauses_the_account(clock: VirtualClock) -> None:
    transport, _, pace = stack(clock, answer(503, Retry_After="5"), OK)
    await transport.send(get())
    assert pace.epoch == 0


@pytest.mark.fault(20)
async def test_asked_to_wait_a_day_the_call_ends_and_the_account_waits(clock: VirtualClock) -> None:
    transport, script, pace = stack(clock, answer(429, Retry_After="86400"), OK)
    assert await outcome_of(transport, put()) == 429
    assert (len(script.sent), clock.slept) == (1, [])
    assert pace.paused_seconds() >= 86400


async def test_a_last_429_pauses_the_account_too(clock: VirtualClock) -> None:
    transport, script, pace = stack(clock, *[answer(429)] * 3, answer(429, Retry_After="50"))
    assert await outcome_of(transport, get()) == 429
    assert len(script.sent) == 4
    assert pace.paused_seconds() == 50


async def test_a_wait_past_leave_before_is_not_begun(clock: VirtualClock) -> None:
    transport, script, _ = stack(clock, answer(429, Retry_After="10"), OK)
    assert await outcome_of(transport, put(leave_before=clock.monotonic() + 9)) == 429
    assert (len(script.sent), clock.slept) == (1, [])
    transport, script, _ = stack(clock, REFUSED, OK)
    assert await outcome_of(transport, put(leave_before=clock.monotonic())) is ConnectError
    assert len(script.sent) == 1


async def test_what_is_held_back_surfaces_at_once(clock: VirtualClock) -> None:
    transport, script, pace = stack(clock, OK)
    reservation = await pace.reserve()
    pace.pause(5)
    assert await outcome_of(transport, put(reservation=reservation)) is HeldBackError
    assert (script.sent, clock.slept) == ([], [])


async def test_a_repetition_leaves_the_permit_to_the_caller(clock: VirtualClock) -> None:
    transport, script, pace = stack(clock, BROKEN, OK)
    reservation = await pace.reserve(2)
    await transport.send(get(reservation=reservation))
    assert len(script.sent) == 2
    assert len(reservation) == 1, "the write's slot is still there"


@pytest.mark.fault(16)
async def test_a_vendor_that_is_down_sees_hardly_more_requests(clock: VirtualClock) -> None:
    """Healthy, then ten minutes of 503 while 20 calls a second go on, then healthy."""
    transport, script, _ = stack(clock, OK)
    started = clock.monotonic()

    def up_or_down(_: Request) -> Response:
        return answer(503) if 60 <= clock.monotonic() - started < 660 else OK

    script.entries = [up_or_down]

    async def call(number: int) -> None:
        await clock.sleep(number / 5)
        await outcome_of(transport, get())

    calls = 5 * 720
    await asyncio.gather(*(call(number) for number in range(calls)))
    assert calls < len(script.sent) <= 1.1 * calls
    back = [time for time in script.times if 660 <= time - started < 661]
    assert len(back) <= 7, "no burst on return"


async def test_the_budget_is_earned_back_by_successes(clock: VirtualClock) -> None:
    transport, script, _ = stack(clock, answer(503), budget=2)
    assert await outcome_of(transport, get()) == 503
    assert len(script.sent) == 3, "the budget ran out before the attempts did"
    await outcome_of(transport, get())
    assert len(script.sent) == 4
    script.entries, script.sent = [OK], []
    for _ in range(10):
        await transport.send(get())
    script.entries, script.sent = [answer(503)], []
    await outcome_of(transport, get())
    assert len(script.sent) == 2, "ten successes earn one repetition"


async def test_cancelled_while_waiting_nothing_more_is_sent(clock: VirtualClock) -> None:
    transport, script, _ = stack(clock, answer(429, Retry_After="30"), OK)
    call = asyncio.create_task(transport.send(get()))
    await script.until_sent()
    await asyncio.sleep(0)
    assert clock.sleepers == 1
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert len(script.sent) == 1


@pytest.mark.fault(91)
@pytest.mark.parametrize("statuses", [0, 1])
async def test_errors_leave_no_circle_behind(clock: VirtualClock, statuses: int) -> None:
    transport, script, _ = stack(clock, OK)
    script.entries = [*[answer(429)] * statuses, lambda _: OutcomeUnknownError("t", "lost")]
    with no_errors_in_circles():
        await outcome_of(transport, put())
    assert len(script.sent) == 1 + statuses


async def test_errors_of_the_vendor_s_envelope_are_read_once_per_answer(clock: VirtualClock) -> None:
    transport, script, _ = stack(clock, answer(500), OK)
    await transport.send(get(operation=attrs.evolve(GET, errors=ErrorTable())))
    assert len(script.sent) == 2
