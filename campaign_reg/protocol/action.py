"""One change under way at a vendor, and how it ended."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Generic, Protocol

from campaign_reg.clock import Clock
from campaign_reg.enums import Verb, Verdict
from campaign_reg.errors import (
    ApiError,
    CampaignRegError,
    ConnectError,
    DecodeError,
    HeldBackError,
    InvalidInputError,
    NotFoundError,
    PollTimeoutError,
    RateLimitError,
    TransportError,
)
from campaign_reg.models.campaign import C_co
from campaign_reg.models.outcome import Feedback, Outcome
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.rules import Judgement, VerbRule
from campaign_reg.protocol.schedule import Schedule
from campaign_reg.protocol.track import Track, token_of
from campaign_reg.protocol.verdicts import lags_behind, new_matches, shows_effect
from campaign_reg.protocol.write import Found, Timeouts
from campaign_reg.rate import Reservation

_FEEDBACK_WAITS_SECONDS = (0.5, 2.0, 8.0)


class ActionBackend(Protocol):
    """What an action asks of its backend."""

    @property
    def provider(self) -> str:
        """Registered name."""
        ...

    @property
    def account(self) -> str:
        """What distinguishes this account from others at the provider; no secret."""
        ...

    @property
    def verbs(self) -> frozenset[Verb]:
        """What this provider can be asked; every other verb raises `UnsupportedVerbError` before any I/O."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock that everything on this backend goes by."""
        ...

    @property
    def rng(self) -> random.Random:
        """The source of jitter."""
        ...

    @property
    def timeouts(self) -> Timeouts:
        """How long to wait for what."""
        ...

    @property
    def schedule(self) -> Schedule:
        """When to look for a settled action, unless the caller says otherwise."""
        ...

    def rule(self, verb: Verb | str) -> VerbRule:
        """What a writing verb means here.

        Raises:
            UnsupportedVerbError: The provider lacks it.
        """
        ...

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        """Read one campaign and reduce it to what decides about a verb."""
        ...

    async def find(self, mark: Mapping[str, str], *, reservation: Reservation | None = None) -> Found:
        """The campaigns that answer to a create's mark."""
        ...

    def params(self, verb: Verb | str, params: object) -> Any:
        """Parameters as an instance of the verb's class."""
        ...

    async def feedback(self, id: str) -> tuple[Feedback, ...]:
        """The vendor's reasons for refusing a campaign."""
        ...


class Action(Generic[C_co]):
    """One change under way at a vendor.

    It lives at the vendor: dropping this object, cancelling a wait or ending the process stops nothing there. The
    token, kept anywhere, takes it up again.
    """

    def __init__(self, backend: ActionBackend, track: Track, outcome: Outcome[C_co] | None = None) -> None:
        self._backend = backend
        self._track = track
        self._outcome = outcome
        self._pending: tuple[Judgement, Reading] | None = None
        self._poll_task: asyncio.Task[Outcome[C_co]] | None = None
        self._waiting = 0
        self._taken_up = backend.clock.monotonic()

    def __repr__(self) -> str:
        state = self._outcome.verdict if self._outcome else self.status or "under way"
        return f"<Action {self.verb} {self.target or '?'} at {self._backend.provider}: {state}>"

    @property
    def verb(self) -> Verb:
        """What was done."""
        return self._track.verb

    @property
    def target(self) -> str:
        """The campaign's id; empty where a create was never answered."""
        return self._track.target

    @property
    def track(self) -> Track:
        """What is known of the write."""
        return self._track

    @property
    def status(self) -> str:
        """The vendor's last known word; no I/O."""
        return self._track.status

    @property
    def done(self) -> bool:
        """Whether the outcome is known."""
        return self._outcome is not None

    @property
    def outcome(self) -> Outcome[C_co] | None:
        """How it ended; None while it has not."""
        return self._outcome

    @property
    def token(self) -> str:
        """Text for `backend.action(token)`, which takes the action up again; versioned, without secrets."""
        return token_of(self._track, self._backend.provider, self._backend.account)

    async def refresh(self) -> Outcome[C_co] | None:
        """Read the campaign once; returns the outcome when this reading decides it.

        Raises:
            TransportError: No usable answer.
            ApiError: The vendor refused the reading.
        """
        if self._outcome is None and await self._adopt():
            self.take(await self._look())
            if self._pending is not None:
                self._outcome = await conclude(self._backend, self._track, *self._pending)
        return self._outcome

    async def _look(self) -> Reading:
        return await look_at(self._backend, self.target, self.verb, self._track.params)

    async def _adopt(self) -> bool:
        """Find the campaign of a create whose answer was lost; returns whether there is one to read."""
        track = self._track
        if track.target or track.preimage is None:
            return True
        found = await self._backend.find(track.mark)
        new = new_matches(self._backend.rule(track.verb), track.preimage, found.readings)
        if len(new) > 1:
            self._outcome = self._unknown(f"its answer was lost, and {several(new)}")
        elif new:
            track.target = new[0].target
        return bool(track.target)

    def take(self, reading: Reading) -> bool:
        """Take in one reading; returns whether it decides the outcome. No I/O."""
        settle_seconds = self._backend.timeouts.settle_seconds
        judgement = self._track.observe(self._backend.rule(self.verb), reading, settle_seconds)
        if judgement is not None:
            self._pending = (judgement, reading)
        return judgement is not None

    async def conclude(self) -> Outcome[C_co]:
        """The outcome, once a reading has decided it; fetches the vendor's feedback for a failure."""
        if self._outcome is None:
            if self._pending is None:
                raise InvalidInputError("nothing has decided this action yet; call refresh() or wait()")
            self._outcome = await conclude(self._backend, self._track, *self._pending)
        return self._outcome

    async def wait(self, timeout: float | None = None, schedule: Schedule | None = None) -> Outcome[C_co]:
        """Poll until the vendor has decided.

        Several callers share one poll. Cancelling a caller stops its waiting only; when the last one leaves, polling
        stops. The action goes on at the vendor either way.

        Args:
            timeout: Seconds to wait; None waits until the schedule's deadline.
            schedule: When to look; by default the backend's.

        Raises:
            PollTimeoutError: Time is up; the error carries the token, and nothing has ended.
            ApiError: The vendor refused the reading for good.
        """
        if self._outcome is not None:
            return self._outcome
        if self._poll_task is None:
            self._poll_task = asyncio.create_task(self._poll(schedule or self._backend.schedule))
            self._poll_task.add_done_callback(_mark_as_seen)
        task, clock = self._poll_task, self._backend.clock
        started, over = clock.monotonic(), asyncio.Event()
        task.add_done_callback(lambda _: over.set())
        self._waiting += 1
        try:
            await clock.wait(over, timeout)
            if task.done():
                return task.result()
            raise PollTimeoutError(self.token, self.status, clock.monotonic() - started)
        finally:
            self._waiting -= 1
            if self._waiting == 0:
                self._poll_task = None
                task.cancel()

    async def changes(self, schedule: Schedule | None = None) -> AsyncIterator[Reading]:
        """Every change of status as it is seen, ending with the one that decides.

        Raises:
            PollTimeoutError: The schedule's deadline passed.
        """
        plan, track = schedule or self._backend.schedule, self._track
        looks, started = 0, self._backend.clock.monotonic()
        before = track.readings[-1] if track.readings else track.preimage
        while self._outcome is None:
            await self._until_next_look(plan, looks, started)
            looks += 1
            try:
                if not await self._adopt():
                    if not self.done:
                        self.give_up()
                    continue
                reading = await self._look()
            except CampaignRegError as error:
                if not may_pass(error):
                    raise
                continue
            stale = lags_behind(self._backend.rule(self.verb), track.preimage, track.readings, reading)
            decided = self.take(reading)
            if not stale and (before is None or not reading.same_state(before)):
                before = reading
                yield reading
            if decided:
                await self.conclude()
            else:
                self.give_up()

    async def _poll(self, schedule: Schedule) -> Outcome[C_co]:
        looks, started = 0, self._backend.clock.monotonic()
        while True:
            await self._until_next_look(schedule, looks, started)
            looks += 1
            try:
                outcome = await self.refresh() or self.give_up()
            except CampaignRegError as error:
                if not may_pass(error):
                    raise
                continue
            if outcome is not None:
                return outcome

    def give_up(self) -> Outcome[C_co] | None:
        """The outcome `unknown`, once the bounded wait for any sign of the action is over; else None. No I/O."""
        if self.is_quiet:
            status = self._track.status or "unknown"
            self._outcome = self._unknown(
                f"no sign of it at the vendor for {self._patience_seconds:g} s (last status {status})"
            )
            return self._outcome
        return None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has been seen of the action for longer than that is waited for; no I/O."""
        track = self._track
        if shows_effect(self._backend.rule(track.verb), track.preimage, track.readings):
            return False
        return self._backend.clock.monotonic() - self._taken_up >= self._patience_seconds

    @property
    def _patience_seconds(self) -> float:
        timeouts = self._backend.timeouts
        return timeouts.quiet_seconds if self._track.acknowledged else 2 * timeouts.settle_seconds

    def _unknown(self, reason: str) -> Outcome[C_co]:
        words = f"{reason}: look there before doing it again"
        return Outcome.unknown(self._track.target, self._track.verb, words, self._backend.clock.now())

    async def _until_next_look(self, schedule: Schedule, looks: int, started: float) -> None:
        """Sleep; what was sent long ago is looked at at once, and the deadline brings a last look."""
        clock = self._backend.clock
        wait, waited = schedule.wait_seconds(looks, self._backend.rng), clock.monotonic() - started
        if looks == 0:
            wait = max(wait - max((clock.now() - self._track.sent_at).total_seconds(), 0.0), 0.0)
        if schedule.deadline_seconds is not None:
            if waited >= schedule.deadline_seconds:
                raise PollTimeoutError(self.token, self.status, waited)
            wait = min(wait, schedule.deadline_seconds - waited)
        await clock.sleep(wait)


def _mark_as_seen(task: asyncio.Task[Outcome[Any]]) -> None:
    """Keep asyncio from reporting an error that no caller waits for any more."""
    if not task.cancelled():
        task.exception()


def may_pass(error: CampaignRegError) -> bool:
    """Whether the same reading may succeed later: the network, the vendor's trouble or its limits."""
    if isinstance(error, ConnectError):
        return error.retryable or isinstance(error, HeldBackError)
    # By its class, not its status: some vendors throttle under 400 or 401.
    if isinstance(error, TransportError | DecodeError | RateLimitError):
        return True
    return isinstance(error, ApiError) and (error.status in {408, 429} or error.status >= 500)


async def look_at(
    backend: ActionBackend, target: str, verb: Verb, params: Mapping[str, Any] | None = None
) -> Reading:
    """One reading, in which a 404 is an answer and not an error.

    Args:
        backend: Where to read.
        target: The campaign.
        verb: What was or is to be done with it.
        params: What was asked for, plain; the reading says whether the campaign is like that.

    Raises:
        DecodeError: The answer is about another campaign.
    """
    rule = backend.rule(verb)
    try:
        reading = about(target, await backend.read(target, verb=verb))
    except NotFoundError:
        return Reading.gone(target, backend.clock.now())
    return reading if rule.wanted is None else rule.compare(reading, backend.params(verb, params))


def several(matches: Sequence[Reading]) -> str:
    """That more than one campaign may be the one that was created."""
    return f"{len(matches)} new campaigns are like it ({', '.join(match.target for match in matches)})"


def about(target: str, reading: Reading) -> Reading:
    """The reading, if it is about the campaign asked for: a cache may mix answers up, or an id have two spellings.

    Raises:
        DecodeError: It is about another one.
    """
    if reading.target != target:
        raise DecodeError("id", f"the vendor answered about {reading.target!r} when asked for {target!r}")
    return reading


async def conclude(
    backend: ActionBackend, track: Track, judgement: Judgement, reading: Reading
) -> Outcome[Any]:
    """Turn a judgement into an outcome: with changes, and with the vendor's feedback for a failure.

    Feedback that cannot be fetched is left out, and the reason says so: it must not hide the verdict.
    """
    feedback: tuple[Feedback, ...] = ()
    reason = judgement.reason
    wants_feedback = judgement.verdict in {Verdict.FAILED, Verdict.ACTION_REQUIRED} and not reading.missing
    if wants_feedback and Verb.FEEDBACK in backend.verbs:
        try:
            feedback = await _patient_feedback(backend, track.target)
        except CampaignRegError as error:
            reason = f"{reason}; its feedback could not be fetched ({type(error).__name__})"
    before = track.preimage
    order = backend.rule(track.verb).order
    return Outcome(
        target=track.target,
        verb=track.verb,
        verdict=judgement.verdict,
        evidence=judgement.evidence,
        reason=reason,
        campaign=reading.campaign,
        feedback=feedback,
        # A reading without any terms left them out; that every operator went is not what it says.
        changes=order.changes(before.terms, reading.terms)
        if before and not before.missing and reading.terms
        else (),
        settled_at=reading.taken_at,
    )


async def _patient_feedback(backend: ActionBackend, target: str) -> tuple[Feedback, ...]:
    """The vendor's reasons; what may pass is tried again, since they are not asked for a second time."""
    for wait_seconds in _FEEDBACK_WAITS_SECONDS:
        try:
            return await backend.feedback(target)
        except CampaignRegError as error:
            if not may_pass(error):
                raise
        await backend.clock.sleep(wait_seconds)
    return await backend.feedback(target)


def not_sent(verb: Verb, preimage: Reading, judgement: Judgement) -> Outcome[Any]:
    """The outcome of a write that was not sent, for a reason found by reading."""
    return Outcome(
        target=preimage.target,
        verb=verb,
        verdict=judgement.verdict,
        evidence=judgement.evidence,
        reason=judgement.reason,
        campaign=preimage.campaign,
        settled_at=preimage.taken_at,
    )
