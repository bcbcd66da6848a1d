"""Batches: many actions of one verb, each written at most once unless proven unapplied, each ending exactly once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import attrs

from campaign_reg.engine.carrier import Carrier, Row
from campaign_reg.engine.claims import Claims
from campaign_reg.engine.intake import Intake, Rows, is_sealed, kind_of_create
from campaign_reg.engine.journal import SqliteJournal
from campaign_reg.engine.plan import Plan, make_plan
from campaign_reg.engine.records import AddReport, RowResult, Summary, Tally, result_of
from campaign_reg.engine.rounds import Rounds
from campaign_reg.engine.row import (
    Facts,
    Phase,
)
from campaign_reg.engine.store import Header, JournalStore, RowRecord
from campaign_reg.enums import Verb
from campaign_reg.errors import (
    InvalidInputError,
)
from campaign_reg.pace import Limits
from campaign_reg.protocol.backend import CampaignBackend
from campaign_reg.protocol.schedule import Schedule

_CHUNK = 500
_GRACE_SECONDS = 5.0


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
        self._facts = Facts(
            settle_seconds=backend.waits.settle_seconds,
            quiet_seconds=backend.waits.quiet_seconds,
            resend=resend,
        )
        self._header = Header(provider=backend.provider, account=backend.account, verb=verb.value)
        self._journal_: JournalStore | None = None
        self._rounds: Rounds[Row] | None = None
        self._run: asyncio.Task[None] | None = None
        self._tally = Tally(0, 0)
        self._hungry, self._news = asyncio.Event(), asyncio.Event()
        self._read_up_to = 0
        self._closed = False
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

    async def add(self, rows: Rows, *, columns: Sequence[str] = ()) -> AddReport:
        """Take in the whole input: ids, or `BatchRow` objects, from any iterable or async iterable.

        The same input may be added again, after a crash for example. A campaign that stands in it twice is sent once.
        A row that can never be sent ends `failed` with the reason, and the others run.

        Args:
            rows: The input.
            columns: What its columns are called, in their order, for a file of failed rows that looks like it.

        Raises:
            InvalidInputError: The same campaign twice with different parameters, or no rows; nothing was added.
            JournalMismatchError: The journal was begun with another input.
            JournalError: The journal cannot be written.
        """
        report = await Intake(self._journal, self._backend, self._verb).add(rows, columns)
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
        counts, totals = await self._journal.counts(), await self._journal.totals()
        self._tally = Tally.of(sum(counts.values()), await self._journal.attempts(), totals)
        self._facts = attrs.evolve(
            self._facts,
            version_moves=await self._journal.meta("version_moves") is not None,
            longest_lag_seconds=float(await self._journal.meta("longest_lag_seconds") or 0),
        )
        return totals.newest

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
        journal, backend = self._journal, self._backend
        carrier = Carrier(
            journal,
            await self._journal_id(),
            backend,
            self._verb,
            self._schedule,
            self._facts,
            self._tally,
            self._news.set,
        )

        async def look(row: Row) -> float | None:
            self._hungry.set()
            return await carrier.carry(row)

        self._rounds = rounds = Rounds(backend.clock, look, self._places, self._hungry.set)
        await self._resume(rounds, carrier)
        await self._feed(rounds, carrier)
        await rounds.wait_idle()
        if self._tally.ended == self._tally.rows:
            await asyncio.to_thread((await self._claims()).release)

    async def _journal_id(self) -> str:
        return await self._journal.meta("journal_id") or ""

    async def _claims(self) -> Claims:
        return Claims(self._header, await self._journal_id(), self._path)

    async def _claim(self) -> None:
        """Hold the campaigns of this batch against other batches of this machine."""
        begun_or_ready = [phase for phase in Phase if phase is not Phase.ENDED]
        ids, after = [], 0
        while records := await self._journal.rows(begun_or_ready, after, _CHUNK):
            ids += [self._claimed(record) for record in records]
            after = records[-1].n
        await asyncio.to_thread((await self._claims()).take, ids)

    def _claimed(self, record: RowRecord) -> str:
        """What a row holds against other batches: its campaign, or what tells the one it creates from all others."""
        if not self._backend.rule(self._verb).creates:
            return record.id
        return kind_of_create(self._backend, record.params)

    async def _resume(self, rounds: Rounds[Row], carrier: Carrier) -> None:
        """Take up the rows that were begun before, spread so that they do not all come at once."""
        after, rng = 0, self._backend.rng
        begun = (Phase.INTENT, Phase.LOST, Phase.SENT)
        while records := await self._journal.rows(begun, after, _CHUNK):
            for record in records:
                rounds.add(await carrier.take_up(record), rng.random() * self._schedule.first_seconds)
            after = records[-1].n

    async def _feed(self, rounds: Rounds[Row], carrier: Carrier) -> None:
        """Begin rows as workers get free, so that a million rows do not sit in memory."""
        after = 0
        while records := await self._journal.rows((Phase.READY,), after, _CHUNK):
            for record in records:
                while rounds.ready >= self._places or carrier.held_seconds() > 0:
                    self._hungry.clear()
                    await self._backend.clock.wait(self._hungry, carrier.held_seconds() or None)
                    rounds.check()
                rounds.add(carrier.begin(record))
            after = records[-1].n


def _nothing() -> None:
    """No limit to lift."""


def _never_began(run: asyncio.Task[None]) -> bool:
    """Whether a run was refused before it did anything, for want of an input for example."""
    return run.done() and not run.cancelled() and isinstance(run.exception(), InvalidInputError)
