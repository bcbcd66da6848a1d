"""Waiting for many actions at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from types import TracebackType
from typing import Any, Self

from campaign_reg.enums import Verb
from campaign_reg.errors import CampaignRegError, InvalidInputError, PollTimeoutError, StateError
from campaign_reg.models.campaign import C_co
from campaign_reg.models.outcome import Outcome
from campaign_reg.models.reading import Reading
from campaign_reg.polling.bulk import BulkPoller
from campaign_reg.polling.scheduler import Entry, PollScheduler
from campaign_reg.protocol.action import Action, may_pass
from campaign_reg.protocol.ports import CampaignBackend
from campaign_reg.protocol.schedule import Schedule
from campaign_reg.protocol.several import checked_item, items_of


class _Watch:
    """The finished actions of one `watch`, waiting to be read."""

    def __init__(self) -> None:
        self.ended: deque[Outcome[Any]] = deque()
        self.errors: list[CampaignRegError] = []
        self.open = 0
        self.news = asyncio.Event()


class _Pending(Entry):
    """One action that is waited for."""

    __slots__ = ("action", "looks", "started", "watch")

    def __init__(self, action: Action[Any], watch: _Watch, started: float) -> None:
        super().__init__()
        self.action, self.watch, self.started, self.looks = action, watch, started, 0


class Poller:
    """Polls many actions of one backend, with bounded concurrency, one timer, and no task per action.

    Its tasks belong to the `async with`: leaving it stops the polling, and nothing at the vendor.

    Args:
        backend: Whose actions.
        concurrency: Readings at once.
        schedule: When to look; by default the backend's.
    """

    def __init__(
        self, backend: CampaignBackend[Any], *, concurrency: int = 64, schedule: Schedule | None = None
    ) -> None:
        if concurrency < 1:
            raise InvalidInputError("concurrency must be 1 or more")
        self._backend, self._concurrency = backend, concurrency
        self._schedule = schedule or backend.schedule
        self._rounds: PollScheduler[_Pending] | None = None
        self._watches: set[_Watch] = set()
        self._sweeps: dict[Verb, BulkPoller[_Pending] | None] = {}

    async def __aenter__(self) -> Self:
        self._rounds = PollScheduler(self._backend.clock, self._look, self._concurrency, self._wake)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop polling; the actions go on at the vendor. A `watch` under way ends with an error."""
        if self._rounds is not None:
            await self._rounds.aclose()
        for sweep in filter(None, self._sweeps.values()):  # last: a look could begin another listing
            await sweep.aclose()
        self._wake()

    async def watch(
        self, actions: Iterable[Action[C_co]] | AsyncIterable[Action[C_co]]
    ) -> AsyncIterator[Outcome[C_co]]:
        """Wait for actions and yield each outcome as it is decided.

        Readings that fail for a passing reason are repeated by the schedule. Leaving the loop stops nothing: the
        poller goes on until it is closed.

        Raises:
            InvalidInputError: It is one action, or an item of another type; nothing is waited for.
            StateError: The poller was not opened, or was closed meanwhile.
            PollTimeoutError: After all others were yielded: the schedule's deadline passed for at least one action;
                its token goes on. Notes on the error tell how many more.
            ApiError: Likewise, the vendor refused a reading for good.
        """
        rounds = self._running()
        watch = _Watch()
        self._watches.add(watch)
        try:
            if isinstance(actions, AsyncIterable):
                place = 0
                async for action in actions:
                    checked_item(action, Action, "actions", place)
                    self._add(rounds, watch, action, self._backend.clock.monotonic())
                    place += 1
            else:
                started = self._backend.clock.monotonic()  # one object, however many actions
                for action in items_of(actions, Action, "actions", "watch([action])"):
                    self._add(rounds, watch, action, started)
            while watch.open or watch.ended:
                while watch.ended:
                    yield watch.ended.popleft()
                if watch.open:
                    watch.news.clear()
                    await watch.news.wait()
                    rounds.check()
        finally:
            self._watches.discard(watch)
        if watch.errors:
            first, *more = watch.errors
            if more:
                first.add_note(f"{len(more)} more actions are undecided as well")
            raise first

    def notify(self, event: str | Any) -> bool:
        """Look at a campaign at once because a hint (a vendor's callback) says it changed.

        The hint decides nothing; only the reading does.

        Args:
            event: A campaign's id, or an event with a `target`.

        Returns:
            Whether the campaign was waiting to be looked at.
        """
        target = event if isinstance(event, str) else str(event.target)
        rounds = self._running()
        hastened = [rounds.hasten(pending) for pending in rounds.waiting() if pending.action.target == target]
        return any(hastened)

    def _wake(self) -> None:
        for watch in self._watches:
            watch.news.set()

    def _running(self) -> PollScheduler[_Pending]:
        if self._rounds is not None:
            self._rounds.check()
        else:
            raise StateError("open the poller first: async with Poller(backend) as poller")
        return self._rounds

    def _add(
        self, rounds: PollScheduler[_Pending], watch: _Watch, action: Action[Any], started: float
    ) -> None:
        if action.outcome is not None:
            watch.ended.append(action.outcome)
            return
        pending = _Pending(action, watch, started)
        watch.open += 1
        # What was sent long ago, and taken up again, is looked at soon.
        age = (self._backend.clock.now() - action.track.sent_at).total_seconds()
        rounds.add(pending, max(self._schedule.wait_seconds(0, self._backend.rng) - max(age, 0.0), 0.0))

    async def _look(self, pending: _Pending) -> float | None:
        sweep = self._sweep_for(pending.action.verb)
        if sweep is not None:
            wait = self._schedule.wait_seconds(pending.looks, self._backend.rng)
            delay = sweep.instead(pending, wait)
            if delay is not None:
                return delay
        delay = await self._read(pending)
        if sweep is not None:
            sweep.check(pending, _last_seen(pending))
        return delay

    def _sweep_for(self, verb: Verb) -> BulkPoller[_Pending] | None:
        if verb not in self._sweeps:
            self._sweeps[verb] = BulkPoller.of(self._backend, verb, self._running(), _known, self._again)
        return self._sweeps[verb]

    async def _read(self, pending: _Pending) -> float | None:
        pending.looks += 1
        try:
            outcome = await pending.action.refresh() or pending.action.give_up()
        except CampaignRegError as error:
            if not may_pass(error):
                self._end(pending, error)
                return None
            outcome = None
        if outcome is not None:
            self._end(pending, outcome)
            return None
        waited = self._waited(pending)
        if self._is_over(waited):
            self._end(pending, PollTimeoutError(pending.action.token, pending.action.status, waited))
            return None
        return self._schedule.wait_seconds(pending.looks, self._backend.rng)

    def _again(self, pending: _Pending) -> float | None:
        """Count a look by which an action is as it was; None when it must be read."""
        if self._is_over(self._waited(pending)) or pending.action.is_quiet:
            return None
        pending.looks += 1
        return self._schedule.wait_seconds(pending.looks, self._backend.rng)

    def _waited(self, pending: _Pending) -> float:
        return self._backend.clock.monotonic() - pending.started

    def _is_over(self, waited: float) -> bool:
        deadline = self._schedule.deadline_seconds
        return deadline is not None and waited >= deadline

    def _end(self, pending: _Pending, result: Outcome[Any] | CampaignRegError) -> None:
        watch = pending.watch
        if isinstance(result, Outcome):
            watch.ended.append(result)
        else:
            watch.errors.append(result)
        watch.open -= 1
        watch.news.set()


def _known(pending: _Pending) -> tuple[str, Reading | None] | None:
    """The campaign of an action that was acknowledged, and how it was last seen; one that was lost must be read."""
    track = pending.action.track
    if not track.acknowledged:
        return None
    return track.target, _last_seen(pending)


def _last_seen(pending: _Pending) -> Reading | None:
    track = pending.action.track
    return track.readings[-1] if track.readings else track.preimage
