from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.errors import ConnectError, HeldBackError
from campaign_reg.rate import Limits, Reservation
from campaign_reg.transport.limiter import GcraLimiter, LimiterTransport
from tests.support.clocks import VirtualClock
from tests.support.stack import TOKEN, Script, answer, get, put

if TYPE_CHECKING:
    from campaign_reg.wire.request import Request

pytestmark = pytest.mark.anyio


def limiter(
    clock: VirtualClock, *, per_second: float | None = None, in_flight: int = 64, latency_seconds: float = 0.0
) -> tuple[LimiterTransport, Script, GcraLimiter]:
    pace = GcraLimiter(Limits(per_second=per_second), clock)
    script = Script(clock, [answer()], latency_seconds=latency_seconds)
    return LimiterTransport(script, pace, clock, in_flight), script, pace


def slots(reservation: Reservation) -> list[float]:
    return [reservation.take() for _ in range(len(reservation))]


async def send_all(transport: LimiterTransport, requests: list[Request]) -> list[object]:
    return await asyncio.gather(*(transport.send(request) for request in requests), return_exceptions=True)


async def test_slots_are_spaced_strictly(clock: VirtualClock) -> None:
    pace = GcraLimiter(Limits(per_second=4), clock)
    assert slots(await pace.reserve(3)) == [1000.0, 1000.25, 1000.5]
    assert slots(await pace.reserve()) == [1000.75]
    clock.advance(60)
    assert slots(await pace.reserve(2)) == [1060.0, 1060.25], "idle time saves up no burst"
    assert len(await pace.reserve(0)) == 0
    assert slots(await pace.reserve()) == [1060.5]


async def test_a_pause_lapses_permits_and_starts_again_evenly(clock: VirtualClock) -> None:
    pace = GcraLimiter(Limits(per_second=10), clock)
    before = await pace.reserve(100)
    pace.pause(5)
    assert before.epoch != pace.epoch
    assert pace.paused_seconds() == 5
    after = await pace.reserve(2)
    assert (after.epoch, slots(after)) == (pace.epoch, [1005.0, 1005.1])
    clock.advance(6)
    assert pace.paused_seconds() == 0


async def test_a_pause_is_never_shortened(clock: VirtualClock) -> None:
    pace = GcraLimiter(Limits(), clock)
    pace.pause(30)
    reservation = await pace.reserve()
    pace.pause(10)
    pace.pause(0)
    pace.pause(-1)
    assert reservation.epoch == pace.epoch, "a pause that changes nothing lapses nothing"
    assert slots(reservation) == [1030.0]
    pace.pause(40)
    assert pace.paused_seconds() == 40


async def test_a_short_pause_does_not_bring_slots_together(clock: VirtualClock) -> None:
    pace = GcraLimiter(Limits(per_second=1), clock)
    assert slots(await pace.reserve()) == [1000.0]
    pace.pause(0.01)
    assert slots(await pace.reserve()) == [1001.0]


async def test_without_a_rate_only_pauses_hold(clock: VirtualClock) -> None:
    pace = GcraLimiter(Limits(), clock)
    assert slots(await pace.reserve(3)) == [1000.0] * 3
    pace.pause(7)
    assert slots(await pace.reserve(2)) == [1007.0] * 2


async def test_the_strictest_rate_wins_until_it_is_let_go(clock: VirtualClock) -> None:
    pace = GcraLimiter(Limits(per_second=10), clock)
    assert slots(await pace.reserve()) == [1000.0]
    loosen, looser = pace.tighten(2), pace.tighten(5)
    assert slots(await pace.reserve(2)) == [1000.5, 1001.0]
    loosen()
    loosen()
    clock.advance(10)
    assert slots(await pace.reserve(2)) == pytest.approx([1010.0, 1010.2])
    looser()
    clock.advance(10)
    assert slots(await pace.reserve(2)) == pytest.approx([1020.0, 1020.1])


async def test_an_unlimited_account_can_be_tightened(clock: VirtualClock) -> None:
    pace = GcraLimiter(Limits(), clock)
    pace.tighten(4)()
    assert slots(await pace.reserve(2)) == [1000.0, 1000.0]
    pace.tighten(4)
    assert slots(await pace.reserve(3)) == [1000.25, 1000.5, 1000.75]


@given(
    st.floats(0.5, 500),
    st.lists(st.tuples(st.sampled_from(["reserve", "pause", "advance"]), st.floats(0, 20)), max_size=40),
)
async def test_valid_slots_keep_their_distance_and_every_pause(
    rate: float, steps: list[tuple[str, float]]
) -> None:
    clock = VirtualClock()
    pace = GcraLimiter(Limits(per_second=rate), clock)
    left: list[float] = []
    held: list[tuple[int, float]] = []
    paused_until = 0.0
    for step, amount in [*steps, ("advance", 10_000.0)]:
        if step == "reserve":
            reservation = await pace.reserve(int(amount) % 4)
            held += [(reservation.epoch, slot) for slot in slots(reservation)]
        elif step == "pause":
            pace.pause(amount)
            paused_until = max(paused_until, clock.monotonic() + amount)
            held = [entry for entry in held if entry[0] == pace.epoch]
            assert all(slot >= paused_until for _, slot in held)
        else:
            clock.advance(amount)
            left += [slot for _, slot in held if slot <= clock.monotonic()]
            held = [entry for entry in held if entry[1] > clock.monotonic()]
    assert all(later - earlier >= 1 / rate - 1e-6 for earlier, later in pairwise(left))


async def test_no_second_sees_more_than_the_rate(clock: VirtualClock) -> None:
    transport, script, _ = limiter(clock, per_second=20, latency_seconds=0.3)
    started = clock.monotonic()
    await send_all(transport, [get() for _ in range(200)])
    for index, time in enumerate(script.times):
        assert sum(time <= other < time + 1 for other in script.times[index:]) <= 21
    assert clock.monotonic() - started <= 199 / 20 + 0.3 + 1e-6, "and none goes slower than it must"


async def test_no_more_in_flight_than_allowed_in_order_of_arrival(clock: VirtualClock) -> None:
    busy = most = 0

    class Counting(Script):
        async def send(self, request: Request) -> object:  # type: ignore[override]
            nonlocal busy, most
            busy += 1
            most = max(busy, most)
            try:
                return await super().send(request)
            finally:
                busy -= 1

    script = Counting(clock, [answer()], latency_seconds=1.0)
    transport = LimiterTransport(script, GcraLimiter(Limits(), clock), clock, 3)  # type: ignore[arg-type]
    requests = [get(url=f"https://api.example.com/{number}") for number in range(20)]
    await send_all(transport, requests)
    assert most == 3
    assert script.sent == requests


@pytest.mark.fault(32, 90)
async def test_cancelled_waiters_give_their_place_on(clock: VirtualClock) -> None:
    transport, script, _ = limiter(clock, in_flight=2, latency_seconds=1.0)
    calls = [asyncio.create_task(transport.send(get())) for _ in range(1000)]
    await asyncio.sleep(0)
    for call in calls[::2]:
        call.cancel()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(result, asyncio.CancelledError) for result in results) == 500
    assert 500 <= len(script.sent) <= 502
    await send_all(transport, [get(), get()])  # both places are free again


async def test_a_place_handed_over_at_the_moment_of_cancelling_is_not_lost() -> None:
    clock = VirtualClock(auto=False)
    transport, script, _ = limiter(clock, in_flight=1, latency_seconds=1.0)
    first, second, third = (asyncio.create_task(transport.send(get())) for _ in range(3))
    await clock.pass_time(0)
    clock.advance(1)
    while not first.done():
        await asyncio.sleep(0)
    second.cancel()  # its turn has come, but it has not run yet
    await clock.pass_time(2)
    assert second.cancelled()
    assert (await third).status == 200
    assert len(script.sent) == 2


async def test_a_place_is_free_again_after_an_error(clock: VirtualClock) -> None:
    transport, script, _ = limiter(clock, in_flight=1)
    script.entries = [ConnectError("t.put", "refused"), answer()]
    assert isinstance((await send_all(transport, [put()]))[0], ConnectError)
    assert (await transport.send(put())).status == 200


async def test_a_permit_of_the_caller_is_used_first(clock: VirtualClock) -> None:
    transport, script, pace = limiter(clock, per_second=1)
    reservation = await pace.reserve(2)
    await pace.reserve(10)
    await transport.send(get(reservation=reservation))
    await transport.send(put(reservation=reservation))
    assert script.times == [1000.0, 1001.0]
    await transport.send(put(reservation=reservation))
    assert script.times[2] == 1012.0, "used up, it reserves afresh"


async def test_a_pause_holds_back_a_write_and_only_delays_a_read(clock: VirtualClock) -> None:
    transport, script, pace = limiter(clock, per_second=1)
    for_write, for_read = await pace.reserve(), await pace.reserve()
    pace.pause(30)
    with pytest.raises(HeldBackError, match="held back: the account is paused") as caught:
        await transport.send(put(reservation=for_write))
    assert not caught.value.retryable
    assert script.sent == []
    await transport.send(get(reservation=for_read))
    await transport.send(put())
    assert script.times == [1030.0, 1031.0]


async def test_a_pause_that_begins_while_a_request_waits() -> None:
    clock = VirtualClock(auto=False)
    transport, script, pace = limiter(clock, per_second=1)
    await pace.reserve(5)
    reservation = await pace.reserve()
    write, read = (
        asyncio.create_task(transport.send(put(reservation=reservation))),
        asyncio.create_task(transport.send(get())),
    )
    await clock.pass_time(2)
    pace.pause(10)
    await clock.pass_time(20)
    with pytest.raises(HeldBackError, match="paused"):
        await write
    await read
    assert script.times == [1012.0]


@pytest.mark.fault(60)
async def test_after_a_pause_there_is_no_burst(clock: VirtualClock) -> None:
    transport, script, pace = limiter(clock, per_second=5)
    pace.pause(60)
    await send_all(transport, [get() for _ in range(10)])
    assert script.times == pytest.approx([1060 + number / 5 for number in range(10)])


async def test_a_slot_after_leave_before_is_not_waited_for(clock: VirtualClock) -> None:
    transport, script, pace = limiter(clock, per_second=1)
    reservation = await pace.reserve(10)
    for _ in range(9):
        reservation.take()
    with pytest.raises(HeldBackError, match="held back") as caught:
        await transport.send(put(reservation=reservation, leave_before=1005.0))
    assert not caught.value.retryable
    assert (clock.slept, script.sent) == ([], [])


async def test_writes_whose_slots_have_gone_by_make_no_burst(clock: VirtualClock) -> None:
    transport, script, pace = limiter(clock, per_second=4)
    permits = [await pace.reserve() for _ in range(20)]
    clock.advance(60)
    await send_all(transport, [put(reservation=reservation, leave_before=1090.0) for reservation in permits])
    assert script.times == pytest.approx([1060 + number / 4 for number in range(20)])


async def test_a_slot_just_due_is_used_as_it_is(clock: VirtualClock) -> None:
    transport, script, pace = limiter(clock, per_second=1)
    reservation = await pace.reserve()
    clock.advance(0.2)
    await transport.send(put(reservation=reservation, leave_before=1000.5))
    assert script.times == [1000.2]
    assert slots(await pace.reserve()) == [1001.0], "no second slot was taken for it"


async def test_a_fresh_slot_that_comes_too_late_holds_the_write_back(clock: VirtualClock) -> None:
    transport, script, pace = limiter(clock, per_second=1)
    reservation = await pace.reserve()
    clock.advance(5)
    await pace.reserve(10)
    with pytest.raises(HeldBackError, match="too old"):
        await transport.send(put(reservation=reservation, leave_before=1010.0))
    assert (clock.slept, script.sent) == ([], [])


async def test_a_stale_write_without_a_rate_leaves_at_once(clock: VirtualClock) -> None:
    transport, script, pace = limiter(clock)
    reservation = await pace.reserve()
    clock.advance(5)
    await transport.send(put(reservation=reservation, leave_before=1010.0))
    assert (clock.slept, script.times) == ([], [1005.0])


def login() -> Request:
    return get(operation=attrs.evolve(TOKEN, unpaced=True))


@pytest.mark.fault(32)
async def test_a_login_does_not_queue_behind_reserved_slots(clock: VirtualClock) -> None:
    transport, script, pace = limiter(clock, per_second=1)
    await pace.reserve(500)
    await transport.send(login())
    assert script.times == [1000.0]
    assert slots(await pace.reserve()) == [1500.0], "it takes no slot either"


@pytest.mark.fault(32)
async def test_a_login_takes_the_next_place(clock: VirtualClock) -> None:
    transport, script, _ = limiter(clock, in_flight=2, latency_seconds=1.0)
    await send_all(transport, [*(get() for _ in range(10)), login()])
    assert [index for index, request in enumerate(script.sent) if request.operation.unpaced] == [2]


@pytest.mark.fault(18)
async def test_a_login_waits_for_the_end_of_every_pause(clock: VirtualClock) -> None:
    transport, script, pace = limiter(clock, per_second=1)
    pace.pause(30)
    call = asyncio.create_task(transport.send(login()))
    await asyncio.sleep(0)
    pace.pause(45)
    await call
    assert script.times == [1045.0]
