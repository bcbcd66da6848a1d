"""The I/O of one row of a batch: calls to the vendor, and what is journalled before and after them.

The decisions are made by the pure functions in `state_machine`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from campaign_reg.batch.context import BatchContext
from campaign_reg.batch.results import key_of
from campaign_reg.batch.state_machine import (
    Acknowledged,
    Effect,
    End,
    Event,
    Intended,
    Look,
    Lost,
    NotApplied,
    Phase,
    Searched,
    Seen,
    SendAgain,
    State,
    advance,
    contradicts,
)
from campaign_reg.enums import Evidence, Verdict
from campaign_reg.errors import (
    ApiError,
    AuthenticationError,
    CampaignRegError,
    ConfigurationError,
    ConnectError,
    HeldBackError,
    InvalidInputError,
    JournalError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
)
from campaign_reg.journal.records import RowRecord, outcome_to_text
from campaign_reg.models.outcome import Outcome
from campaign_reg.models.reading import Reading
from campaign_reg.polling.scheduler import Entry
from campaign_reg.protocol.action import conclude, look_at, may_pass
from campaign_reg.protocol.rules import Judgement
from campaign_reg.protocol.track import Track
from campaign_reg.protocol.verdicts import shows_effect
from campaign_reg.protocol.write import Intent
from campaign_reg.rate import Departure

_MOST_DOUBTS = 3
_LONGEST_HOLD_SECONDS = 300.0
_STOPS_THE_BATCH = (AuthenticationError, ConfigurationError, JournalError)
_NOT_APPLIED = (ConnectError, ApiError, InvalidInputError)
"""What `perform` raises of a write that is known not to have been applied, besides what stops the batch."""


class _ContradictedError(Exception):
    """The pre-image taken for sending again shows that the first write was applied after all."""


class _HeldError(Exception):
    """A guardrail was reached, or the batch cancelled or stopped, while the row was being prepared."""


class Row(Entry):
    """One row that has been begun, or is about to be."""

    __slots__ = (
        "begun",
        "departure",
        "earlier",
        "id",
        "n",
        "params",
        "resumed",
        "sent_at",
        "state",
        "troubles",
        "undecided",
    )

    def __init__(self, record: RowRecord, begun: float, *, resumed: bool = False) -> None:
        super().__init__()
        self.begun, self.resumed = begun, resumed
        self.n, self.id, self.params, self.state = record.n, record.id, record.params, _state_of(record)
        self.sent_at = record.sent_at
        self.troubles, self.undecided = 0, False
        self.earlier: tuple[State, str | None, Mapping[str, Any] | None] | None = None
        self.departure: Departure | None = None

    @property
    def is_on_wire(self) -> bool:
        """Whether its write has left, and its answer is not journalled yet."""
        return self.departure is not None and self.departure.left


class RowWorker:
    """Does the work of a run, row by row; the run decides when.

    Args:
        context: The batch.
        ended: Called with the id of each row that ended.

    Attributes:
        cancelled: Whether rows that have not been sent end here.
        stopping: Whether no write may leave any more.
        undecided: Rows that were begun, of which it is not known yet whether they will be sent.
        held: Rows that a guardrail keeps from being sent.
    """

    def __init__(self, context: BatchContext, ended: Callable[[str], None]) -> None:
        self._journal, self._journal_id = context.journal, context.journal_id
        self._backend, self._verb, self._schedule = context.backend, context.verb, context.schedule
        self._rule, self._facts = context.rule, context.facts  # more facts are learnt on the way
        self._tally, self._gate, self._ended = context.tally, context.gate, ended
        self.cancelled, self.stopping, self.undecided = False, False, 0
        self.held: list[Row] = []
        self._answered = False
        self._hold_until, self._holds = 0.0, 0

    def begin(self, record: RowRecord) -> Row:
        """A row that has not been begun."""
        row = Row(record, self._backend.clock.monotonic())
        row.undecided = True
        self.undecided += 1
        return row

    async def take_up(self, record: RowRecord) -> Row:
        """A row that was begun by an earlier run; nothing is sent before it has been read."""
        now = self._backend.clock.monotonic()
        row = Row(record, now, resumed=True)
        age = max((self._backend.clock.now() - _sent_at(record)).total_seconds(), 0.0)
        row.state = attrs.evolve(row.state, left_at=now - age)
        if row.state.phase is Phase.SENT:
            row.state = attrs.evolve(row.state, since=now - age)
        else:  # a write that was cut off: its answer is lost, and the window starts now
            await self._journal.phase(row.n, Phase.LOST, row.state.attempts)
            row.state, _ = self._advance(row, Lost())
        return row

    async def carry(self, row: Row) -> float | None:
        """One step of one row; returns the seconds until the next, or None when there is none in this run."""
        try:
            delay = await (self._begin(row) if row.state.phase is Phase.READY else self._read(row))
        finally:
            row.departure = None
        if row.undecided and (delay is None or row.state.phase is not Phase.READY):
            row.undecided = False
            self.undecided -= 1
        return 0.0 if delay and self._is_cancelled(row) else delay

    def _is_cancelled(self, row: Row) -> bool:
        """Whether a row that is still to be sent for the first time shall not be."""
        return self.cancelled and row.state.phase is Phase.READY and not row.state.attempts

    async def _begin(self, row: Row) -> float | None:
        """Send the row's write, unless something holds it."""
        if self._is_cancelled(row):
            await self._end(row, Outcome.cancelled(row.id, self._verb, self._backend.clock.now()))
            return None
        if self.stopping or self._gate.hold(first=not row.state.attempts) is not None:
            self.held.append(row)  # in the journal it is one to be sent, or to be proven unapplied
            return None
        held = self.held_seconds()
        return held * (1 + self._backend.rng.random()) if held else await self._send(row)

    def look_again(self, row: Row) -> float | None:
        """Count a look by which a row is as it was; the seconds until the next, or None when it must be read."""
        state, now = row.state, self._backend.clock.monotonic()
        is_shown = shows_effect(self._rule, state.preimage, state.readings)
        if not is_shown and now - state.since >= self._facts.quiet_seconds:
            return None
        row.state = attrs.evolve(state, looks=state.looks + 1)
        return self._next_look(row)

    def held_seconds(self) -> float:
        """How long nothing new is begun, because the vendor is in trouble."""
        return max(self._hold_until - self._backend.clock.monotonic(), 0.0)

    def _note_trouble(self) -> None:
        """Begin nothing new for a while, longer each time: rows that fail one by one would double the load."""
        if not self.held_seconds():
            self._holds += 1
            wait = self._schedule.wait_seconds(self._holds - 1, self._backend.rng)
            self._hold_until = self._backend.clock.monotonic() + min(wait, _LONGEST_HOLD_SECONDS)

    def _note_answer(self) -> None:
        self._answered, self._holds = True, 0

    async def _send(self, row: Row) -> float | None:
        try:
            action = await self._backend.perform(
                self._verb,
                None if self._rule.creates else row.id,
                row.params,
                key=key_of(self._journal_id, row.id),
                before_send=lambda intent: self._intend(row, intent),
            )
        except _ContradictedError as contradiction:
            return await self._contradicted(row, *contradiction.args)
        except _HeldError:
            return 0.0
        except asyncio.CancelledError:
            if not row.is_on_wire:
                await self._step_back(row)
            raise
        except OutcomeUnknownError:
            return await self._step(row, Lost())
        except PermissionDeniedError as error:
            await self._step_back(row)
            if self._answered:
                return await self._not_sent(row, error)  # this campaign's own, since others were answered
            return self._wait_or_raise(row, error)
        except _STOPS_THE_BATCH:
            await self._step_back(row)
            raise
        except Exception as error:
            if row.state.phase is Phase.INTENT and not isinstance(error, _NOT_APPLIED):
                return await self._step(row, Lost())  # by whichever code: the write may have been applied
            if not isinstance(error, CampaignRegError):
                raise
            return await self._not_sent(row, error)
        self._note_answer()
        if action.outcome is None or not action.track.skipped:
            return await self._step(row, Acknowledged(action.target, settled=action.done))
        if row.state.attempts and action.track.preimage is not None:
            return await self._contradicted(row, action.track.preimage)
        row.troubles += 1
        if action.outcome.verdict is not Verdict.SKIPPED and row.troubles < _MOST_DOUBTS:
            return self._wait_after_trouble(row)  # one odd reading is not the last word
        await self._end(row, action.outcome)
        return None

    async def _intend(self, row: Row, intent: Intent) -> None:
        """Make it durable that the write is about to leave, and what the campaign looked like."""
        preimage = intent.preimage
        if preimage is not None and contradicts(row.state, preimage, self._rule):
            raise _ContradictedError(preimage)
        if row.state.attempts:  # of the write that was never answered: taken up again if this one is refused
            row.earlier = row.state, row.sent_at, await self._journal.preimage(row.n)
        if self.stopping or self._is_cancelled(row) or not self._gate.admit(first=not row.state.attempts):
            raise _HeldError
        row.state, _ = self._advance(row, Intended(preimage))
        text = _dump(None if preimage is None else preimage.to_plain())
        row.sent_at, row.departure = intent.at.isoformat(), intent.departure
        await self._journal.intent(row.n, row.state.attempts, text, intent.digest, row.sent_at)

    async def _contradicted(self, row: Row, preimage: Reading) -> float | None:
        """The write that seemed unapplied was applied after all: go on reading, send nothing."""
        state, _ = self._advance(row, Lost())
        row.state = state
        return await self._step(row, Seen(preimage))

    async def _not_sent(self, row: Row, error: CampaignRegError) -> float | None:
        """The vendor refused, or the write never left: known not applied."""
        await self._step_back(row)
        row.troubles += 1
        if isinstance(error, ConnectError) and not may_pass(error):
            raise error  # a certificate that was refused: no row can be sent
        if isinstance(error, NotFoundError) and row.troubles < _MOST_DOUBTS:
            return self._wait_after_trouble(row)  # a replica that lags may not know it yet
        if not may_pass(error):
            self._note_answer()
            await self._end(row, self._refused(row, error))
            return None
        if not isinstance(error, RateLimitError | HeldBackError):
            self._note_trouble()
        wait = self._wait_after_trouble(row)
        return None if wait is None else max(wait, getattr(error, "retry_after_seconds", None) or 0.0)

    def _refused(self, row: Row, error: CampaignRegError) -> Outcome:
        if row.state.attempts:  # an earlier write of this row was never answered
            reason = f"its answer was lost; sending it again was refused ({error}): look at the vendor"
            return self._outcome(row, Verdict.UNKNOWN, Evidence.INFERRED, reason)
        evidence = Evidence.ACKNOWLEDGED if isinstance(error, ApiError) else Evidence.INFERRED
        return self._outcome(row, Verdict.FAILED, evidence, f"not applied: {error}")

    async def _step_back(self, row: Row) -> None:
        """Take back an intent whose write is known not to have been applied.

        With an earlier write still unanswered, the journal is about that one again: a later run must prove again that
        it may be resent, and in the time that is left since it was sent.
        """
        if row.state.phase is not Phase.INTENT:
            return
        state, _ = self._advance(row, NotApplied())
        self._gate.take_back(first=not state.attempts)
        if row.earlier is None:
            row.state = state
            if self.cancelled:  # at once: a process that dies in between must not leave it to be sent
                await self._end(row, Outcome.cancelled(row.id, self._verb, self._backend.clock.now()))
            else:
                await self._journal.phase(row.n, Phase.READY, state.attempts)
            return
        row.state, row.sent_at, preimage = row.earlier
        row.earlier = None
        await self._journal.take_back(row.n, Phase.LOST, row.state.attempts, _dump(preimage), row.sent_at)

    async def _read(self, row: Row) -> float | None:
        try:
            event = await self._look(row)
        except PermissionDeniedError as error:
            return self._wait_or_raise(row, error)
        except _STOPS_THE_BATCH:
            raise
        except CampaignRegError:
            row.troubles += 1
            return self._wait_after_trouble(row)
        row.troubles = 0
        self._note_answer()
        return await self._step(row, event)

    async def _look(self, row: Row) -> Event:
        """Read the row's campaign; where a create's is not known yet, look for it."""
        if self._rule.creates and not row.state.target:
            return await self._search(row)
        return Seen(await look_at(self._backend, row.state.target or row.id, self._verb, row.params))

    async def _search(self, row: Row) -> Searched:
        try:
            mark = self._backend.mark(row.params, key_of(self._journal_id, row.id))
        except InvalidInputError as error:  # settings, limits or the time of day are not those of the write
            return Searched(blind=f"it can be looked for no more ({error})")
        return Searched((await self._backend.find(mark)).readings if mark else ())

    def _wait_or_raise(self, row: Row, error: PermissionDeniedError) -> float | None:
        """A refusal is the account's only if nothing else is answered in the meantime."""
        row.troubles += 1
        if not self._answered and row.troubles >= _MOST_DOUBTS:
            raise error
        return self._wait_after_trouble(row)

    async def _step(self, row: Row, event: Event) -> float | None:
        """Advance a row, journal what must outlive this process, and do what follows."""
        before = row.state
        state, effect = self._advance(row, event)
        if isinstance(event, Acknowledged | Lost) and state.phase is not Phase.ENDED:
            made = state.target if self._rule.creates else ""  # all others have their id already
            await self._journal.phase(row.n, state.phase, state.attempts, made or None)
        elif state.target != before.target and state.phase is not Phase.ENDED:  # the result goes with the end
            await self._journal.phase(row.n, state.phase, state.attempts, state.target)
        elif state.readings != before.readings and self._is_news(before, state):
            plain = json.dumps([reading.to_plain() for reading in state.readings])
            await self._journal.observed(row.n, state.phase, plain)
        row.state = state
        if not row.resumed:
            await self._learn(before, state)
        return await self._follow(row, effect, event)

    def _is_news(self, before: State, state: State) -> bool:
        """Whether the effect shows for the first time, in a way that a later process could not find out by itself."""
        if state.phase is Phase.ENDED or shows_effect(self._rule, before.preimage, before.readings):
            return False
        preimage = state.preimage
        dated = preimage is not None and preimage.vendor_time is not None and self._rule.time_of(preimage)
        if state.acknowledged and dated:
            return False  # the version will tell
        return shows_effect(self._rule, state.preimage, state.readings)

    def _advance(self, row: Row, event: Event) -> tuple[State, Effect | None]:
        return advance(row.state, event, self._rule, self._facts, self._backend.clock.monotonic())

    async def _follow(self, row: Row, effect: Effect | None, event: Event) -> float | None:
        match effect:
            case End(judgement):
                reading = event.reading if isinstance(event, Seen) else None
                await self._end(row, await self._conclude(row, judgement, reading))
                return None
            case SendAgain():
                return 0.0
            case Look(after_seconds) if after_seconds is not None:
                return after_seconds
            case _:
                return self._next_look(row)

    def _next_look(self, row: Row) -> float | None:
        """The schedule's next wait; None once its deadline has passed, which leaves the row open."""
        return self._wait(row.state.looks, row.state.since)

    def _wait_after_trouble(self, row: Row) -> float | None:
        return self._wait(row.troubles, row.begun if row.state.phase is Phase.READY else row.state.since)

    def _wait(self, tries: int, since: float) -> float | None:
        deadline = self._schedule.deadline_seconds
        if deadline is not None and self._backend.clock.monotonic() - since >= deadline:
            return None
        return self._schedule.wait_seconds(tries, self._backend.rng)

    async def _learn(self, before: State, state: State) -> None:
        """Remember what an acknowledged write shows of the account: that versions move, and how late."""
        if not state.shown or before.shown:
            return
        lag = state.lag_seconds
        is_longer = lag is not None and lag > self._facts.longest_lag_seconds
        if self._facts.version_moves and not is_longer:
            return
        longest = max(self._facts.longest_lag_seconds, lag or 0.0)
        self._facts = attrs.evolve(self._facts, version_moves=True, longest_lag_seconds=longest)
        await self._journal.learn(version_moves=True, lag_seconds=lag if is_longer else None)

    async def _conclude(self, row: Row, judgement: Judgement, reading: Reading | None) -> Outcome:
        if reading is None:
            return self._outcome(row, judgement.verdict, judgement.evidence, judgement.reason)
        plain = await self._journal.preimage(row.n)
        track = Track(
            verb=self._verb,
            target=row.state.target or row.id,
            preimage=None if plain is None else Reading.from_plain(row.id, plain),
            acknowledged=row.state.acknowledged,
            sent_at=datetime.fromisoformat(row.sent_at) if row.sent_at else self._backend.clock.now(),
        )
        return await conclude(self._backend, track, judgement, reading)

    def _outcome(self, row: Row, verdict: Verdict, evidence: Evidence, reason: str) -> Outcome:
        return Outcome(
            target=row.state.target or row.id,
            verb=self._verb,
            verdict=verdict,
            evidence=evidence,
            reason=reason,
            settled_at=self._backend.clock.now(),
        )

    async def _end(self, row: Row, outcome: Outcome) -> None:
        text = outcome_to_text(outcome, row.id)
        try:
            is_news = await self._journal.end(row.n, outcome.verdict, row.state.attempts, text)
        except asyncio.CancelledError:  # it is written all the same
            self._count(row, outcome)
            raise
        if is_news:
            self._count(row, outcome)

    def _count(self, row: Row, outcome: Outcome) -> None:
        self._tally.count(outcome)
        self._ended(row.id)


def _dump(plain: object) -> str:
    return json.dumps(plain, separators=(",", ":"))


def _sent_at(record: RowRecord) -> datetime:
    return datetime.fromisoformat(record.sent_at) if record.sent_at else datetime.now(UTC)


def _state_of(record: RowRecord) -> State:
    preimage = (
        None if record.preimage is None else Reading.from_plain(record.id, record.preimage).without_details()
    )
    return State(
        phase=Phase(record.phase),
        attempts=record.attempts,
        preimage=preimage,
        readings=tuple(Reading.from_plain(record.id, plain) for plain in record.readings),
        acknowledged=record.phase == Phase.SENT,
        target=record.target or "",
    )
