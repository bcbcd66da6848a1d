"""Batches: many actions of one verb, each written at most once unless proven unapplied, each ending exactly once."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import attrs

from campaign_reg.engine.claims import Claims
from campaign_reg.engine.intake import Intake, Rows, is_sealed
from campaign_reg.engine.journal import Header, JournalStore, RowRecord, SqliteJournal
from campaign_reg.engine.plan import Plan, make_plan
from campaign_reg.engine.records import AddReport, RowResult, Summary, Tally, outcome_to_text, result_of
from campaign_reg.engine.rounds import Entry, Rounds
from campaign_reg.engine.row import (
    Acknowledged,
    Effect,
    End,
    Event,
    Facts,
    Intended,
    Look,
    Lost,
    NotApplied,
    Phase,
    Seen,
    SendAgain,
    State,
    advance,
    contradicts,
)
from campaign_reg.enums import Evidence, Verb, Verdict
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
from campaign_reg.models.outcome import Outcome
from campaign_reg.models.reading import Reading
from campaign_reg.pace import Limits
from campaign_reg.protocol.action import Track, conclude, may_pass, read_or_gone
from campaign_reg.protocol.backend import CampaignBackend, Intent
from campaign_reg.protocol.judge import Judgement, shows_effect
from campaign_reg.protocol.schedule import Schedule

_CHUNK = 500
_GRACE_SECONDS = 5.0
_MOST_DOUBTS = 3
_LONGEST_HOLD_SECONDS = 300.0
_MOST_SPREAD_SECONDS = 0.5
_STOPS_THE_BATCH = (AuthenticationError, ConfigurationError, JournalError)


class _ContradictedError(Exception):
    """The pre-image taken for sending again shows that the first write was applied after all."""


class _Row(Entry):
    """One row that has been begun, or is about to be."""

    __slots__ = ("begun", "id", "n", "params", "resumed", "sent_at", "state", "troubles")

    def __init__(self, record: RowRecord, state: State, begun: float, *, resumed: bool = False) -> None:
        super().__init__()
        self.begun, self.resumed = begun, resumed
        self.n, self.id, self.params, self.state = record.n, record.id, record.params, state
        self.sent_at = record.sent_at
        self.troubles = 0


class Batch:
    """Many actions of one verb on one account, with a journal.

    Made by `Batch.open`. The run belongs to the `async with`: leaving a loop over `results` stops nothing, leaving the
    `async with` stops the run, and the journal goes on from there in any later process.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        backend: CampaignBackend[Any],
        verb: Verb,
        *,
        limits: Limits,
        resend: bool,
        schedule: Schedule,
    ) -> None:
        self._path, self._backend, self._verb = Path(path).resolve(), backend, verb
        self._limits, self._schedule = limits, schedule
        self._rule = backend.rule(verb)
        self._facts = Facts(
            settle_seconds=backend.waits.settle_seconds,
            quiet_seconds=backend.waits.quiet_seconds,
            resend=resend,
        )
        self._header = Header(provider=backend.provider, account=backend.account, verb=verb.value)
        self._journal_: JournalStore | None = None
        self._rounds: Rounds[_Row] | None = None
        self._run: asyncio.Task[None] | None = None
        self._tally = Tally(0, 0)
        self._hungry, self._news = asyncio.Event(), asyncio.Event()
        self._read_up_to = 0
        self._closed = self._answered = False
        self._hold_until, self._holds = 0.0, 0
        # More workers than the backend lets out at once would only hold permits.
        self._places = min(limits.in_flight, backend.in_flight)
        self._loosen: Callable[[], None] = _nothing

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        backend: CampaignBackend[Any],
        verb: Verb | str,
        *,
        limits: Limits | None = None,
        resend: Literal["proven", "never"] = "proven",
        schedule: Schedule | None = None,
    ) -> Batch:
        """A batch whose journal is at `path`; the file is made where there is none. I/O begins with `async with`.

        Args:
            path: The journal.
            backend: Whose campaigns.
            verb: What to do with them.
            limits: How hard to drive the account; the stricter of this and the backend's own wins.
            resend: Whether a lost write that is proven unapplied may be sent again, once.
            schedule: When to look for settled campaigns; by default the backend's.

        Raises:
            UnsupportedVerbError: The provider lacks the verb.
            InvalidInputError: The verb cannot be run as a batch, or `resend` is neither of its two values.
        """
        rule = backend.rule(verb)
        if not rule.reads_first:
            raise InvalidInputError(
                f"{rule.verb} cannot be run as a batch: it has no campaign to read beforehand"
            )
        if resend not in {"proven", "never"}:
            raise InvalidInputError(f"resend is 'proven' or 'never', not {resend!r}")
        return cls(
            path,
            backend,
            rule.verb,
            limits=limits or Limits(),
            resend=resend == "proven",
            schedule=schedule or backend.schedule,
        )

    async def __aenter__(self) -> Self:
        backend = self._backend
        self._journal_ = await SqliteJournal.open(self._path, self._header)
        try:
            self._read_up_to = await self._load()
        except BaseException:
            await self._journal_.aclose()
            raise
        if self._limits.per_second is not None:
            self._loosen = backend.pace.tighten(self._limits.per_second)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop the run and close the journal; may be called twice.

        Calls under way get a few seconds to end; what is cut off then is journalled as begun, and read before anything
        else is done about it.
        """
        self._closed = True
        try:
            if self._run is not None:
                self._run.cancel()
                await asyncio.gather(self._run, return_exceptions=True)
            if self._rounds is not None:
                await self._rounds.aclose(grace_seconds=_GRACE_SECONDS)
        finally:
            self._loosen()
            self._news.set()
            if self._journal_ is not None:
                await self._journal_.aclose()

    async def add(self, rows: Rows) -> AddReport:
        """Take in the whole input: ids, or `BatchRow` objects, from any iterable or async iterable.

        The same input may be added again, after a crash for example. A campaign that stands in it twice is sent once.
        A row that can never be sent ends `failed` with the reason, and the others run.

        Raises:
            InvalidInputError: The same campaign twice with different parameters, or no rows; nothing was added.
            JournalMismatchError: The journal was begun with another input.
            JournalError: The journal cannot be written.
        """
        report = await Intake(self._journal, self._backend, self._verb).add(rows)
        if not report.known:
            await self._load()
        return report

    async def plan(self) -> Plan:
        """Read every row that has not been begun, and say what a run would do; sends nothing.

        Raises:
            AuthenticationError: The credentials were refused.
        """
        return await make_plan(self._journal, self._backend, self._verb, self._places)

    def summary(self) -> Summary:
        """Where the batch stands; no I/O."""
        return self._tally.summary()

    async def run(self) -> Summary:
        """Run to the end: until every row has ended or the schedule's deadline has passed.

        Cancelling stops waiting only; the run goes on until the `async with` is left.

        Raises:
            InvalidInputError: There is no input yet, or another open batch of this machine holds some of these
                campaigns; nothing was sent.
            AuthenticationError: The credentials were refused; the batch can be resumed.
            JournalError: The journal cannot be written; nothing unjournalled was sent.
        """
        await self._over(self._started())
        return self.summary()

    async def results(self, *, replay: bool = False) -> AsyncIterator[RowResult]:
        """Run, and yield each row's result as it ends.

        Results are read from the journal, so nothing is lost by reading late or not at all.

        Args:
            replay: Begin with the results of earlier runs, too.

        Raises:
            AuthenticationError: The credentials were refused; the batch can be resumed.
            JournalError: The journal cannot be written; nothing unjournalled was sent.
        """
        run, seq = self._started(), 0 if replay else self._read_up_to
        while True:
            over = run.done()
            self._news.clear()
            while records := await self._journal.results(seq, _CHUNK):
                for record in records:
                    seq = record.seq
                    self._read_up_to = max(self._read_up_to, seq)
                    yield result_of(record, self._verb)
            if over:
                await self._over(run)
                return
            await self._news.wait()

    @property
    def _journal(self) -> JournalStore:
        if self._journal_ is None:
            raise InvalidInputError("open the batch first: async with Batch.open(...) as batch")
        return self._journal_

    async def _load(self) -> int:
        """Count what the journal says; returns the newest result's number."""
        counts = await self._journal.counts()
        self._tally, seq = Tally(sum(counts.values()), await self._journal.attempts()), 0
        while records := await self._journal.results(seq, _CHUNK):
            for record in records:
                self._tally.count(result_of(record, self._verb).outcome)
            seq = records[-1].seq
        self._facts = attrs.evolve(
            self._facts,
            version_moves=await self._journal.meta("version_moves") is not None,
            longest_lag_seconds=float(await self._journal.meta("longest_lag_seconds") or 0),
        )
        return seq

    def _started(self) -> asyncio.Task[None]:
        if self._closed:
            raise InvalidInputError("this batch was closed: open it again, its journal goes on")
        if self._run is None or _never_began(self._run):
            self._run = asyncio.create_task(self._go())
            self._run.add_done_callback(lambda _: self._news.set())
        return self._run

    async def _over(self, run: asyncio.Task[None]) -> None:
        """Wait for the run, and raise what ended it; cancelling the caller does not cancel the run."""
        await asyncio.wait([run])
        if run.cancelled():
            raise InvalidInputError(
                "the batch was closed before its rows had ended: open it again, it goes on"
            )
        run.result()

    async def _go(self) -> None:
        if not await is_sealed(self._journal):
            raise InvalidInputError("the batch has no input yet: call add(rows) first")
        await self._claim()
        rounds = Rounds(self._backend.clock, self._look, self._places, self._hungry.set)
        self._rounds = rounds
        await self._resume(rounds)
        await self._feed(rounds)
        await rounds.wait_idle()
        if self._tally.ended == self._tally.rows:
            await asyncio.to_thread((await self._claims()).release)

    async def _claims(self) -> Claims:
        journal_id = await self._journal.meta("journal_id")
        return Claims(self._header, journal_id or "", self._path)

    async def _claim(self) -> None:
        """Hold the campaigns of this batch against other batches of this machine."""
        begun_or_ready = [phase for phase in Phase if phase is not Phase.ENDED]
        ids, after = [], 0
        while records := await self._journal.rows(begun_or_ready, after, _CHUNK):
            ids += [record.id for record in records]
            after = records[-1].n
        await asyncio.to_thread((await self._claims()).take, ids)

    async def _resume(self, rounds: Rounds[_Row]) -> None:
        """Take up the rows that were begun before, spread so that they do not all come at once."""
        after, rng, now = 0, self._backend.rng, self._backend.clock.monotonic()
        begun = (Phase.INTENT, Phase.LOST, Phase.SENT)
        while records := await self._journal.rows(begun, after, _CHUNK):
            for record in records:
                row = _Row(record, _state_of(record), now, resumed=True)
                if row.state.phase is Phase.SENT:
                    age = (self._backend.clock.now() - _sent_at(record)).total_seconds()
                    row.state = attrs.evolve(row.state, since=now - max(age, 0.0))
                else:  # a write that was cut off: its answer is lost, and the window starts now
                    await self._journal.phase(row.n, Phase.LOST, row.state.attempts)
                    row.state, _ = advance(row.state, Lost(), self._rule, self._facts, now)
                rounds.add(row, rng.random() * self._schedule.first_seconds)
            after = records[-1].n

    async def _feed(self, rounds: Rounds[_Row]) -> None:
        """Begin rows as workers get free, so that a million rows do not sit in memory."""
        after = 0
        while records := await self._journal.rows((Phase.READY,), after, _CHUNK):
            for record in records:
                while rounds.ready >= self._places or self._held_seconds() > 0:
                    await self._until_hungry()
                    rounds.check()
                rounds.add(_Row(record, _state_of(record), self._backend.clock.monotonic()))
            after = records[-1].n

    async def _until_hungry(self) -> None:
        self._hungry.clear()
        await self._backend.clock.wait(self._hungry, self._held_seconds() or None)

    async def _look(self, row: _Row) -> float | None:
        """One step of one row; returns the seconds until the next, or None when it has ended."""
        self._hungry.set()
        if row.state.phase is Phase.READY:
            held = self._held_seconds()
            return held * (1 + self._backend.rng.random()) if held else await self._send(row)
        return await self._read(row)

    def _held_seconds(self) -> float:
        """How long nothing new is begun, because the vendor is in trouble."""
        return max(self._hold_until - self._backend.clock.monotonic(), 0.0)

    def _note_trouble(self) -> None:
        """Begin nothing new for a while, longer each time: rows that fail one by one would double the load."""
        if not self._held_seconds():
            self._holds += 1
            wait = self._schedule.wait_seconds(self._holds - 1, self._backend.rng)
            self._hold_until = self._backend.clock.monotonic() + min(wait, _LONGEST_HOLD_SECONDS)

    def _note_answer(self) -> None:
        self._answered, self._holds = True, 0

    async def _send(self, row: _Row) -> float | None:
        try:
            action = await self._backend.perform(
                self._verb, row.id, row.params, before_send=lambda intent: self._intend(row, intent)
            )
        except _ContradictedError as contradiction:
            return await self._contradicted(row, *contradiction.args)
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
        except CampaignRegError as error:
            return await self._not_sent(row, error)
        self._note_answer()
        if action.outcome is None:
            return await self._step(row, Acknowledged())
        if row.state.attempts and action.track.preimage is not None:
            return await self._contradicted(row, action.track.preimage)
        row.troubles += 1
        if action.outcome.verdict is not Verdict.SKIPPED and row.troubles < _MOST_DOUBTS:
            return self._wait_after_trouble(row)  # one odd reading is not the last word
        await self._end(row, action.outcome)
        return None

    async def _intend(self, row: _Row, intent: Intent) -> None:
        """Make it durable that the write is about to leave, and what the campaign looked like."""
        preimage = intent.preimage
        if preimage is not None and contradicts(row.state, preimage, self._rule):
            raise _ContradictedError(preimage)
        state, _ = self._advance(row, Intended(preimage))
        text = "null" if preimage is None else json.dumps(preimage.to_plain(), separators=(",", ":"))
        row.sent_at = intent.at.isoformat()
        await self._journal.intent(row.n, state.attempts, text, intent.digest, row.sent_at)
        self._tally.attempts += 1
        row.state = state

    async def _contradicted(self, row: _Row, preimage: Reading) -> float | None:
        """The write that seemed unapplied was applied after all: go on reading, send nothing."""
        state, _ = self._advance(row, Lost())
        row.state = state
        return await self._step(row, Seen(preimage))

    async def _not_sent(self, row: _Row, error: CampaignRegError) -> float | None:
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

    def _refused(self, row: _Row, error: CampaignRegError) -> Outcome:
        if row.state.attempts:  # an earlier write of this row was never answered
            reason = f"its answer was lost; sending it again was refused ({error}): look at the vendor"
            return self._outcome(row, Verdict.UNKNOWN, Evidence.INFERRED, reason)
        evidence = Evidence.ACKNOWLEDGED if isinstance(error, ApiError) else Evidence.INFERRED
        return self._outcome(row, Verdict.FAILED, evidence, f"not applied: {error}")

    async def _step_back(self, row: _Row) -> None:
        """Take back an intent whose write is known not to have been applied.

        With an earlier write still unanswered, the journal says so: a later run must prove anew that it may be resent.
        """
        if row.state.phase is Phase.INTENT:
            state, _ = self._advance(row, NotApplied())
            phase = Phase.LOST if state.attempts else Phase.READY
            await self._journal.phase(row.n, phase, state.attempts)
            self._tally.attempts -= 1
            row.state = state

    async def _read(self, row: _Row) -> float | None:
        try:
            reading = await read_or_gone(self._backend, row.id)
        except PermissionDeniedError as error:
            return self._wait_or_raise(row, error)
        except _STOPS_THE_BATCH:
            raise
        except CampaignRegError:
            row.troubles += 1
            return self._wait_after_trouble(row)
        row.troubles = 0
        self._note_answer()
        return await self._step(row, Seen(reading))

    def _wait_or_raise(self, row: _Row, error: PermissionDeniedError) -> float | None:
        """A refusal is the account's only if nothing else is answered in the meantime."""
        row.troubles += 1
        if not self._answered and row.troubles >= _MOST_DOUBTS:
            raise error
        return self._wait_after_trouble(row)

    async def _step(self, row: _Row, event: Event) -> float | None:
        """Advance a row, journal what must outlive this process, and do what follows."""
        before = row.state
        state, effect = self._advance(row, event)
        if isinstance(event, Acknowledged | Lost):
            await self._journal.phase(row.n, state.phase, state.attempts)
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

    def _advance(self, row: _Row, event: Event) -> tuple[State, Effect | None]:
        return advance(row.state, event, self._rule, self._facts, self._backend.clock.monotonic())

    async def _follow(self, row: _Row, effect: Effect | None, event: Event) -> float | None:
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

    def _next_look(self, row: _Row) -> float | None:
        """The schedule's next wait; None once its deadline has passed, which leaves the row open."""
        return self._wait(row.state.looks, row.state.since)

    def _wait_after_trouble(self, row: _Row) -> float | None:
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
        if not self._facts.version_moves:
            self._facts = attrs.evolve(self._facts, version_moves=True)
            await self._journal.remember("version_moves", "1")
        if state.lag_seconds is not None and state.lag_seconds > self._facts.longest_lag_seconds:
            self._facts = attrs.evolve(self._facts, longest_lag_seconds=state.lag_seconds)
            await self._journal.remember("longest_lag_seconds", repr(state.lag_seconds))

    async def _conclude(self, row: _Row, judgement: Judgement, reading: Reading | None) -> Outcome:
        if reading is None:
            return self._outcome(row, judgement.verdict, judgement.evidence, judgement.reason)
        plain = await self._journal.preimage(row.n)
        track = Track(
            verb=self._verb,
            target=row.id,
            preimage=None if plain is None else Reading.from_plain(row.id, plain),
            acknowledged=row.state.acknowledged,
            sent_at=datetime.fromisoformat(row.sent_at) if row.sent_at else self._backend.clock.now(),
        )
        return await conclude(self._backend, track, judgement, reading)

    def _outcome(self, row: _Row, verdict: Verdict, evidence: Evidence, reason: str) -> Outcome:
        return Outcome(
            target=row.id,
            verb=self._verb,
            verdict=verdict,
            evidence=evidence,
            reason=reason,
            settled_at=self._backend.clock.now(),
        )

    async def _end(self, row: _Row, outcome: Outcome) -> None:
        await self._journal.end(row.n, outcome.verdict, row.state.attempts, outcome_to_text(outcome))
        self._tally.count(outcome)
        self._news.set()


def _nothing() -> None:
    """No limit to lift."""


def _never_began(run: asyncio.Task[None]) -> bool:
    """Whether a run was refused before it did anything, for want of an input for example."""
    return run.done() and not run.cancelled() and isinstance(run.exception(), InvalidInputError)


def _sent_at(record: RowRecord) -> datetime:
    return datetime.fromisoformat(record.sent_at) if record.sent_at else datetime.now(UTC)


def _state_of(record: RowRecord) -> State:
    preimage = None if record.preimage is None else Reading.from_plain(record.id, record.preimage).glimpse()
    return State(
        phase=Phase(record.phase),
        attempts=record.attempts,
        preimage=preimage,
        readings=tuple(Reading.from_plain(record.id, plain) for plain in record.readings),
        acknowledged=record.phase == Phase.SENT,
    )
