"""One account, one pace: the in-memory rate and the cap on requests in flight."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from campaign_reg.errors import HeldBackError
from campaign_reg.rate import Reservation

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaign_reg.clock import Clock
    from campaign_reg.rate import Limits, RateLimiter
    from campaign_reg.wire.message import Response
    from campaign_reg.wire.ports import Transport
    from campaign_reg.wire.request import Request


_STALE_SECONDS = 0.25


class GcraLimiter:
    """The rate of one account within one process: a reserving GCRA without burst.

    Slots are `1 / per_second` apart, in the order of the calls. A pause lets every reservation taken before it
    lapse and starts again, evenly, at its end.

    Args:
        limits: Of these, the rate.
        clock: Time.
    """

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._own_interval = 0.0 if limits.per_second is None else 1.0 / limits.per_second
        self._interval = self._own_interval
        self._tightened: dict[object, float] = {}
        self._clock = clock
        self._next = 0.0
        self._paused_until = 0.0
        self._epoch = 0

    @property
    def epoch(self) -> int:
        """Number of pauses so far; a reservation of an older epoch has lapsed."""
        return self._epoch

    async def reserve(self, count: int = 1) -> Reservation:
        """Reserve `count` consecutive slots, without waiting for them to come."""
        first = max(self._next, self._clock.monotonic())
        self._next = first + count * self._interval
        if count == 1:
            return Reservation((first,), self._epoch)
        return Reservation([first + index * self._interval for index in range(count)], self._epoch)

    def pause(self, seconds: float) -> None:
        """Hand out no slot for this long; never shortens a pause under way."""
        now = self._clock.monotonic()
        until = now + seconds
        if seconds <= 0 or until <= self._paused_until:
            return
        self._paused_until = until
        # What was reserved has lapsed, except the slot that may just have been used.
        self._next = max(until, now + self._interval)
        self._epoch += 1

    def tighten(self, per_second: float) -> Callable[[], None]:
        """Hold the account to this rate as well, until the returned function is called.

        The strictest rate wins. Slots that are reserved already stay as they are.
        """
        handle = object()
        self._tightened[handle] = 1.0 / per_second
        before, self._interval = self._interval, max(self._interval, 1.0 / per_second)
        # The next slot keeps the new distance from the last one, too.
        self._next += self._interval - before

        def loosen() -> None:
            self._tightened.pop(handle, None)
            self._interval = max(self._own_interval, *self._tightened.values(), 0.0)

        return loosen

    def paused_seconds(self) -> float:
        """How long the present pause still lasts, in seconds; 0 when there is none."""
        return max(0.0, self._paused_until - self._clock.monotonic())


class LimiterTransport:
    """Lets a request leave when fewer than `in_flight` are on the wire and its slot has come.

    The order is that of arrival. Cancelling a waiting call gives its place to the next; its slot stays
    unused. A slot that is long gone is no right to leave, because many such at once would be a burst: a fresh
    one is reserved, for a write only if it comes in time.

    An `unpaced` operation (a login, on which everything else waits) takes the next place and no slot. It waits for
    the end of a pause like all others: the 429 may have been the token endpoint's own, and no caller could use the
    token sooner anyway.

    Args:
        inner: What sends.
        pace: The account's rate, shared with everything else that uses the account.
        clock: Time.
        in_flight: Requests on the wire at once.
    """

    def __init__(self, inner: Transport, pace: RateLimiter, clock: Clock, in_flight: int) -> None:
        self._inner = inner
        self._pace = pace
        self._clock = clock
        # While a place is free, no caller waits.
        self._free = in_flight
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def send(self, request: Request) -> Response:
        """Send when it is the request's turn.

        Raises:
            HeldBackError: The account was paused after the caller took the reservation of a write, or the slot
                comes after `leave_before`.
            TransportError: What the inner transport raised.
        """
        if self._free:
            self._free -= 1
        else:
            await self._queue(first=request.operation.unpaced)
        try:
            if request.operation.unpaced:
                await self._await_pause()
            else:
                await self._await_slot(request)
            return await self._inner.send(request)
        finally:
            self._leave()

    async def _await_slot(self, request: Request) -> None:
        pace, held = self._pace, request.reservation
        reservation = held or await pace.reserve()
        while True:
            slot = reservation.take()
            # A lapsed reservation's slot means nothing, neither a wait nor a right.
            if reservation.epoch == pace.epoch:
                wait = slot - self._clock.monotonic()
                if wait > 0:
                    _refuse_if_late(request, slot)
                    await self._clock.sleep(wait)
                fresh = reservation.epoch == pace.epoch
                if fresh and wait > -_STALE_SECONDS:
                    return
                if fresh and reservation is held:
                    reservation.renew(await pace.reserve(1 + len(reservation)))
                    continue
            if reservation is held and not request.operation.safe:
                raise HeldBackError(request.operation.name, "held back: the account is paused")
            reservation = await pace.reserve()

    async def _await_pause(self) -> None:
        while (left := self._pace.paused_seconds()) > 0:
            await self._clock.sleep(left)

    async def _queue(self, *, first: bool) -> None:
        place = asyncio.get_running_loop().create_future()
        (self._waiting.appendleft if first else self._waiting.append)(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():  # it was handed over in the same moment
                self._leave()
            elif place in self._waiting:
                self._waiting.remove(place)
            raise

    def _leave(self) -> None:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._free += 1


def _refuse_if_late(request: Request, slot: float) -> None:
    if request.leave_before is not None and slot > request.leave_before:
        raise HeldBackError(
            request.operation.name, "held back: its turn comes after the reading it rests on is too old"
        )
