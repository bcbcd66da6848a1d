"""One run of a batch: takes up what an earlier run began, begins what was not, and waits for all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from campaign_reg.batch.context import BatchContext
from campaign_reg.batch.state_machine import Phase
from campaign_reg.batch.worker import Row, RowWorker
from campaign_reg.models.reading import Reading
from campaign_reg.polling.bulk import BulkPoller
from campaign_reg.polling.scheduler import PollScheduler

CHUNK = 500
"""Rows read from a journal at once."""

GRACE_SECONDS = 5.0
"""How long writes on the wire get to end when a batch stops, in seconds."""


class BatchRunner:
    """Feeds rows to workers as these get free, so that a million rows do not sit in memory.

    Args:
        context: The batch.
        worker: Does the work, row by row.
        places: Workers.
        wait_seconds: How long to wait for outcomes once everything has been sent; None waits for all of them.
        is_open: Whether more rows may still be submitted.
    """

    def __init__(
        self,
        context: BatchContext,
        worker: RowWorker,
        *,
        places: int,
        wait_seconds: float | None,
        is_open: Callable[[], bool],
    ) -> None:
        backend = context.backend
        self._journal, self._backend, self._schedule = context.journal, backend, context.schedule
        self._gate, self._worker, self._places = context.gate, worker, places
        self._wait_seconds, self._is_open = wait_seconds, is_open
        self._hungry, self._arrived = asyncio.Event(), asyncio.Event()
        self._fed, self._all_begun = 0, False
        self._rounds: PollScheduler[Row] = PollScheduler(backend.clock, self._look, places, self.wake)
        self._sweep = BulkPoller.of(backend, context.verb, self._rounds, known_of, worker.look_again)

    async def go(self) -> None:
        """Run until every row has ended, nothing more may be sent, or time is up.

        Raises:
            AuthenticationError: The credentials were refused; the batch can be resumed.
            JournalError: The journal cannot be written; nothing unjournalled was sent.
        """
        try:
            await self._take_up()
            goes_on = True
            while goes_on:
                await self._feed()
                if self._is_open() and self._may_send():
                    await self._arrival()
                else:
                    await self._settle()
                    goes_on = self._may_go_on()
        finally:
            await self._stop()

    def wake(self) -> None:
        """More rows are in the journal, or there will be no more, or a guardrail was let go, or a look has raised."""
        self._hungry.set()
        self._arrived.set()
        self._rounds.nudge()

    def cancel(self) -> None:
        """Send nothing more of what was not sent; such rows as this run has begun end by themselves."""
        self._worker.cancelled = True
        for row in self._rounds.waiting():
            if row.state.phase is Phase.READY:
                self._rounds.hasten(row)
        self.wake()

    def hasten(self, target: str) -> bool:
        """Look at a campaign at once; returns whether one of this id was waiting to be looked at."""
        for row in self._rounds.waiting():
            # One that is still to be sent waits because the vendor said so.
            if target == (row.state.target or row.id) and row.state.phase is not Phase.READY:
                return self._rounds.hasten(row)
        return False

    def stop(self) -> int:
        """Let no write leave from now on; returns how many are on the wire."""
        self._worker.stopping = True
        on_wire = [row for row in self._rounds.looking() if row.is_on_wire]
        for row in on_wire:
            assert row.departure is not None  # noqa: S101  (or it would not be on the wire)
            row.departure.forbidden = True
        self.wake()
        return len(on_wire)

    async def _stop(self) -> None:
        """Stop; writes on the wire get a few seconds to end, and are journalled as begun in any case."""
        self.stop()
        await self._rounds.aclose(grace_seconds=GRACE_SECONDS, unless=lambda row: row.is_on_wire)
        if self._sweep is not None:  # last: a look could begin another listing
            await self._sweep.aclose()

    def _may_send(self) -> bool:
        worker = self._worker
        return not (worker.cancelled or worker.stopping) and self._gate.hold() is None

    def _may_go_on(self) -> bool:
        """Whether held rows have room again: what was counted was refused, or the halt was released."""
        return self._may_send() and not (self._all_begun and not self._worker.held)

    async def _look(self, row: Row) -> float | None:
        self._hungry.set()
        if self._sweep is not None:
            wait = self._schedule.wait_seconds(row.state.looks, self._backend.rng)
            delay = self._sweep.instead(row, wait)
            if delay is not None:
                return delay
        delay = await self._worker.carry(row)
        if self._sweep is not None:
            self._sweep.check(row, _last_seen(row))
        self._hungry.set()  # its room may be another's, or it was the last that may be sent
        if self._may_go_on():
            self.wake()
        return delay

    async def _take_up(self) -> None:
        """Take up the rows that were begun before, spread so that they do not all come at once."""
        after, rng = 0, self._backend.rng
        begun = (Phase.INTENT, Phase.LOST, Phase.SENT)
        while records := await self._journal.rows(begun, after, CHUNK):
            for record in records:
                row = await self._worker.take_up(record)
                self._rounds.add(row, rng.random() * self._schedule.first_seconds)
            after = records[-1].n

    async def _feed(self) -> None:
        """Begin rows as long as there are any that may be begun, those first that were held."""
        self._all_begun = False
        while self._worker.held and self._may_send():
            self._rounds.add(self._worker.held.pop())
        while records := await self._journal.rows((Phase.READY,), self._fed, CHUNK):
            for record in records:
                if not await self._may_begin():
                    return
                self._fed = record.n
                self._rounds.add(self._worker.begin(record))
        self._all_begun = True

    async def _may_begin(self) -> bool:
        """Wait for a free worker, and for room under the guardrails; returns whether there is any."""
        while self._may_send():
            busy = self._rounds.ready >= self._places or self._worker.held_seconds() > 0
            if not busy and self._gate.has_room(self._worker.undecided):
                return True
            await self._look_done()
        return False

    async def _look_done(self) -> None:
        """Wait until something was looked at, or the vendor may be asked again."""
        self._rounds.check()  # nothing wakes anybody any more after that
        self._hungry.clear()
        await self._backend.clock.wait(self._hungry, self._worker.held_seconds() or None)

    async def _arrival(self) -> None:
        await self._arrived.wait()
        self._arrived.clear()
        self._rounds.check()

    async def _settle(self) -> None:
        """Wait until what was sent has ended, time is up, or more may be sent."""
        while self._wait_seconds is not None and self._worker.undecided:
            await self._look_done()
        await self._rounds.wait_idle(self._wait_seconds, until=self._may_go_on)


def known_of(row: Row) -> tuple[str, Reading | None] | None:
    """The campaign of a row that was acknowledged, and how it was last seen; one that was lost must be read."""
    state = row.state
    if state.phase is not Phase.SENT:
        return None
    return state.target or row.id, _last_seen(row)


def _last_seen(row: Row) -> Reading | None:
    return row.state.readings[-1] if row.state.readings else row.state.preimage
