"""Sends again what may be sent again, no sooner than asked, and never on an empty budget."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import attrs
import backoff

from campaign_reg.enums import Applied
from campaign_reg.errors import ConnectError, OutcomeUnknownError, RateLimitError, TransportError
from campaign_reg.wire.response import asked_wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from campaign_reg.clock import Clock
    from campaign_reg.rate import RateLimiter
    from campaign_reg.wire.message import Response
    from campaign_reg.wire.operation import Refusal
    from campaign_reg.wire.ports import Transport
    from campaign_reg.wire.request import Request

_FIRST_WAIT_SECONDS = 0.5
_LONGEST_OWN_WAIT_SECONDS = 20.0
_REPETITION_COSTS = 10  # successes; whole numbers, because ten tenths are not one
_LOGGER = logging.getLogger(__name__)


class RetryTransport:
    """Sends reads again after breaks and passing refusals, and writes only when they are known not applied.

    Each repetition costs what ten successes earn, so that a vendor that is down sees hardly more requests
    than a healthy one. A refusal that says "too many requests" pauses the whole account. Cancelling a waiting
    call sends nothing more.

    A refusal does not name what was asked for. One that decides something, such as a 404, and came over a connection
    that was used before, may be a surplus answer to another request: the read is sent once more over a connection of
    its own, at no cost to the budget.

    Args:
        inner: What sends.
        pace: The account's, to be paused.
        clock: Time.
        random: Source of the jitter.
        attempts: Sends per call, the first included.
        budget: Repetitions that can be saved up for, and are there at the start.
        max_wait_seconds: Asked to wait longer, a call gives up at once, while the account stays paused.
    """

    def __init__(
        self,
        inner: Transport,
        pace: RateLimiter,
        clock: Clock,
        *,
        random: Random,
        attempts: int = 4,
        budget: int = 10,
        max_wait_seconds: float = 60.0,
    ) -> None:
        self._inner = inner
        self._pace = pace
        self._clock = clock
        self._random = random
        self._attempts = attempts
        self._saved = self._most_saved = budget * _REPETITION_COSTS
        self._max_wait_seconds = max_wait_seconds

    async def send(self, request: Request) -> Response:
        """Send, and send again where that is safe; the last answer or error is what comes out.

        Raises:
            TransportError: What the inner transport raised last.
        """
        outcome = await self._attempt(request)
        if not isinstance(outcome, TransportError) and outcome.status < 400:
            if self._saved < self._most_saved:
                self._saved += 1
            return outcome
        try:
            return await self._insist(request, outcome)
        finally:
            del outcome  # an error that its own traceback refers to would live until the next collection

    async def _insist(self, request: Request, outcome: Response | TransportError) -> Response:
        waits = _own_waits()
        # A reservation's further slots belong to the caller's next requests, not to the repetitions of this one.
        again = attrs.evolve(request, reservation=None)
        try:
            if _may_answer_another(request, outcome):
                again.own_connection = True
                outcome = await self._attempt(again)
                if not isinstance(outcome, TransportError) and outcome.status < 400:
                    return outcome
            for _ in range(self._attempts - 1):
                if not await self._may_repeat(request, outcome, waits):
                    break
                outcome = await self._attempt(again)
                if not isinstance(outcome, TransportError) and outcome.status < 400:
                    return outcome
            else:
                self._heed(_refusal(request, outcome), outcome, 0.0)
            if isinstance(outcome, TransportError):
                raise outcome
            return outcome
        finally:
            del outcome

    async def _attempt(self, request: Request) -> Response | TransportError:
        try:
            return await self._inner.send(request)
        except TransportError as error:
            return error

    async def _may_repeat(
        self, request: Request, outcome: Response | TransportError, waits: Iterator[float]
    ) -> bool:
        """Whether to send once more; returns when the time for it has come, with the price paid."""
        refusal, own_wait = _refusal(request, outcome), self._random.uniform(0, next(waits))
        wait = self._heed(refusal, outcome, own_wait)
        # The limit is on what the vendor asks for: one minute, which is a common window, must not be a moment too long.
        if not _is_repeatable(request, outcome, refusal) or wait > self._max_wait_seconds + own_wait:
            return False
        if self._saved < _REPETITION_COSTS or (request.departure is not None and request.departure.forbidden):
            return False
        if request.leave_before is not None and self._clock.monotonic() + wait > request.leave_before:
            return False
        self._saved -= _REPETITION_COSTS
        if request.departure is not None:
            request.departure.left = False  # only what is known not to have been applied gets here
        _LOGGER.info("%s: sent again in %.2f s", request.operation.name, wait)
        await self._clock.sleep(wait)
        return True

    def _heed(self, refusal: Refusal | None, outcome: Response | TransportError, own_wait: float) -> float:
        """How long to wait, in seconds: what the vendor asked for, and our jitter.

        Pauses the account if the answer says "too many requests".
        """
        if refusal is None or isinstance(outcome, TransportError):
            return own_wait
        wait = (asked_wait(refusal, outcome.headers) or 0.0) + own_wait
        if issubclass(refusal.error, RateLimitError):
            self._pace.pause(wait)
        return wait


def _own_waits() -> Iterator[float]:
    """Upper bounds of our own waits, in seconds; the jitter is full, as `backoff.full_jitter` has it.

    That function draws from the process's random numbers, so the caller draws from its own instead.
    """
    waits = backoff.expo(factor=_FIRST_WAIT_SECONDS, max_value=_LONGEST_OWN_WAIT_SECONDS)
    # The first value only starts the generator: None in backoff 2.2, 0 in python-backoff 3.
    return (wait for wait in waits if wait)


def _refusal(request: Request, outcome: Response | TransportError) -> Refusal | None:
    if isinstance(outcome, TransportError):
        return None
    return request.operation.errors.explain(outcome)[1]


def _may_answer_another(request: Request, outcome: Response | TransportError) -> bool:
    """Whether a refusal decides something, and may be a surplus answer to another request."""
    if isinstance(outcome, TransportError) or not outcome.reused_connection or outcome.status == 401:
        return False  # a 401 brings a login, which has a connection of its own
    refusal = _refusal(request, outcome)
    return refusal is not None and not refusal.transient


def _is_repeatable(request: Request, outcome: Response | TransportError, refusal: Refusal | None) -> bool:
    """Whether sending it again can do no harm and may help."""
    if isinstance(outcome, ConnectError):
        return outcome.retryable
    if isinstance(outcome, OutcomeUnknownError):
        return False
    if refusal is None:
        return request.operation.safe
    return refusal.transient and (request.operation.safe or refusal.applied is Applied.NO)
