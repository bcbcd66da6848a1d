"""Batches: many actions of one verb, each written at most once unless proven unapplied, each ending exactly once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from campaign_reg.batch.claims import Holdings
from campaign_reg.batch.context import BatchContext
from campaign_reg.batch.guardrails import Guardrails
from campaign_reg.batch.input import Arrivals, Intake, Rows, is_open_ended, is_sealed, open_up
from campaign_reg.batch.manual import cancel_rest, decide
from campaign_reg.batch.notifications import News
from campaign_reg.batch.plan import Plan, Planner, PlanRow
from campaign_reg.batch.results import AddReport, BatchRow, RowHandle, Summary, Tally
from campaign_reg.batch.runner import CHUNK, BatchRunner
from campaign_reg.batch.state_machine import Phase
from campaign_reg.batch.worker import RowWorker
from campaign_reg.enums import Verb
from campaign_reg.errors import BatchClosedError, BatchHaltedError, Halt, InvalidInputError, StateError
from campaign_reg.journal.records import Header, ResultRecord, RowResult, result_of
from campaign_reg.journal.sqlite import SqliteJournal
from campaign_reg.journal.store import JournalStore
from campaign_reg.protocol.ports import CampaignBackend
from campaign_reg.protocol.schedule import Schedule
from campaign_reg.rate import Limits

if TYPE_CHECKING:
    from typing import Unpack

    from campaign_reg.batch.guardrails import GuardrailSettings


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
        wait_seconds: float | None,
        open_ended: bool,
        guardrails: Guardrails,
    ) -> None:
        self._path, self._backend, self._verb = Path(path).resolve(), backend, verb
        self._limits, self._schedule, self._wait_seconds = limits, schedule, wait_seconds
        self._resend, self._given, self._open_ended, self._sealed = resend, guardrails, open_ended, False
        # Phases of rows that the last run left behind a guardrail, or that came in since.
        self._left: frozenset[str] = frozenset()
        self._opened: BatchContext | None = None
        self._arrivals: Arrivals | None = None
        self._run: BatchRunner | None = None
        self._going: asyncio.Task[None] | None = None
        self._told = News()
        self._read_up_to = 0
        self._closed, self._stopping = False, False
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
        wait_seconds: float | None = None,
        open_ended: bool = False,
        **guardrails: Unpack[GuardrailSettings],
    ) -> Batch:
        """A batch whose journal is at `path`; the file is made where there is none. I/O begins with `async with`.

        Args:
            path: The journal.
            backend: Whose campaigns.
            verb: What to do with them.
            limits: How hard to drive the account; the stricter of this and the backend's own wins.
            resend: Whether a lost write that is proven unapplied may be sent again, once.
            schedule: When to look for settled campaigns; by default the backend's.
            wait_seconds: How long a run waits for outcomes once everything has been sent; None waits for all of them.
                What is open then goes on at the vendor, and in the next run.
            open_ended: Take rows in by `submit` while it runs, until `seal`, instead of all at once by `add`.
            guardrails: What it may cost, and when it waits for a person: the members of
                `campaign_reg.batch.guardrails.Guardrails`. Those that the journal has hold as well.

        Raises:
            UnsupportedVerbError: The provider lacks the verb.
            InvalidInputError: The verb cannot be run as a batch, or an argument is out of its range.
        """
        rule = backend.rule(verb)
        if resend not in {"proven", "never"}:
            raise InvalidInputError(f"resend is 'proven' or 'never', not {resend!r}")
        if wait_seconds is not None and not wait_seconds >= 0:
            raise InvalidInputError(f"wait_seconds must be 0 or more, not {wait_seconds!r}")
        return cls(
            path,
            backend,
            rule.verb,
            limits=limits or Limits(),
            resend=resend == "proven",
            schedule=schedule or backend.schedule,
            wait_seconds=wait_seconds,
            open_ended=open_ended,
            guardrails=Guardrails(**guardrails),
        )

    async def __aenter__(self) -> Self:
        backend = self._backend
        header = Header(provider=backend.provider, account=backend.account, verb=self._verb.value)
        journal = await SqliteJournal.open(self._path, header)
        try:
            await self._load(journal)
            self._read_up_to = self._context.newest
            if self._open_ended:
                await open_up(journal)
        except BaseException:
            await journal.aclose()
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

        Nothing leaves any more. Writes on the wire get five seconds to end, unless this call is cancelled; what is cut
        off then is journalled as begun, and read before anything else is done about it.
        """
        self.stop()
        self._closed = True
        try:
            if self._going is not None:
                self._going.cancel()
                await asyncio.gather(self._going, return_exceptions=True)
        finally:
            self._loosen()
            self._told.tell_all()
            if self._opened is not None:
                await self._opened.journal.aclose()

    def stop(self) -> int:
        """Let no write leave from now on; no I/O.

        Rows that were not sent stay for the next run. What was sent is waited for as before, until the batch is closed.

        Returns:
            How many writes are on the wire.
        """
        self._stopping = True
        return self._run.stop() if self._run is not None and self._is_running() else 0

    async def add(self, rows: Rows, *, columns: Sequence[str] = ()) -> AddReport:
        """Take in the whole input: ids, or `BatchRow` objects, from any iterable or async iterable.

        The same input may be added again, after a crash for example. A campaign that is in it twice is sent once.
        A row that can never be sent ends `failed` with the reason, and the others run.

        Args:
            rows: The input.
            columns: What its columns are called, in their order, for a file of failed rows that looks like it.

        Raises:
            InvalidInputError: The same campaign twice with different parameters, no rows, one id instead of a list, or
                an item of another type; nothing was added.
            StateError: The batch is open-ended.
            JournalMismatchError: The journal was begun with another input.
            JournalError: The journal cannot be written.
        """
        report = await Intake(self._context).add(rows, columns)
        if not report.known:
            await self._load(self._context.journal)
        return report

    async def submit(self, row: str | BatchRow) -> RowHandle:
        """Hand one row to an open-ended batch, which runs from now on; the row is durable when this returns.

        The same row may be submitted again, after a crash for example: the handle is then of the row that is there.

        Raises:
            InvalidInputError: The row can never be sent, or is there with different parameters.
            BatchClosedError: The batch was closed or stopped, or its run is over.
            BatchHaltedError: A guardrail holds the batch.
            CampaignHeldError: Another open batch of this machine holds the campaign.
            StateError: The batch is not open-ended, or was sealed. After any of these, the row was not taken in.
            AuthenticationError: The credentials were refused; the batch can be resumed.
            JournalError: The journal cannot be written.
        """
        if not self._open_ended:
            raise StateError(
                "rows are submitted to Batch.open(..., open_ended=True); add(rows) takes all at once"
            )
        if self._stopping and not self._closed:
            raise BatchClosedError("this batch was stopped: open it again, its journal goes on")
        going = self._started()
        if going.done() and not self._sealed:
            going.result()
            raise self._over_error("nothing more is sent")
        record = await self._door().take(row)
        return RowHandle(record.id, self._result)

    async def seal(self) -> None:
        """Take no more rows into an open-ended batch: its run ends when all of them have.

        Raises:
            StateError: The batch is not open-ended: `add` seals it.
        """
        if not self._open_ended:
            raise StateError("only Batch.open(..., open_ended=True) is sealed; add(rows) does it by itself")
        await self._door().close()
        self._sealed = True
        self._wake()

    def notify(self, event: str | Any) -> bool:
        """Look at a campaign at once because a hint (a vendor's callback) says it changed.

        The hint decides nothing; only the reading does.

        Args:
            event: A campaign's id, or an event with a `target`.

        Returns:
            Whether a row of this campaign was waiting to be looked at.
        """
        target = event if isinstance(event, str) else str(event.target)
        return self._is_running() and self._run is not None and self._run.hasten(target)

    async def plan(self, *, save: bool = False, seen: Callable[[PlanRow], None] | None = None) -> Plan:
        """Read every row that has not been begun, and say what a run would do; sends nothing.

        Args:
            save: Keep it in the journal. Later plans say what has changed since, and the guardrails given to `open`
                bind every run from now on, in place of those that the journal had.
            seen: Called with each row as it has been read, so that a plan of a million rows need not be kept.

        Raises:
            AuthenticationError: The credentials were refused.
            InvalidInputError: There is a cap on the money and no price; nothing was kept.
        """
        if save:
            await self._context.enforce(self._given)
            self._wake()
        return await Planner(self._context, save=save, seen=seen).make(self._places)

    async def release(self) -> Summary:
        """Accept what there is for a person to accept by now: the canary, worse terms, unknown rows. Caps stay.

        A run under way goes on at once; after one that has ended, the next call begins another. What is still to come
        is not accepted: a canary that has not been sent yet is waited for as before.

        Raises:
            InvalidInputError: The guardrails given to `open` do not go with those of the journal.
        """
        await self._context.tighten(self._given)
        await self._context.accept_all()
        self._wake()
        return self.summary()

    async def cancel(self) -> Summary:
        """End every row that has not been sent as `cancelled`; those that were are waited for as before.

        When this returns, no such row can leave any more, in a later process neither. A write that was lost may still
        be sent again, on proof: `resend="never"` forbids that.
        """
        if self._run is not None:
            self._run.cancel()
        context = self._context
        context.tally.count(*await cancel_rest(context.journal, self._verb, self._backend.clock.now()))
        self._left -= {Phase.READY}
        self._told.tell_all()
        await self._give_up_holdings()
        return self.summary()

    async def decide(self, id: str, *, applied: bool, target: str | None = None) -> RowResult:
        """Say what a person found out about a row that ended `unknown`.

        Args:
            id: The row's.
            applied: Whether the vendor applied the write. If so, the row has `succeeded`; if not, it has `failed`, and
                may be sent in a batch of its own.
            target: The campaign that a create has made.

        Raises:
            InvalidInputError: There is no such row, or it made no campaign.
            StateError: The row is still open, or did not end `unknown`.
        """
        context, at = self._context, self._backend.clock.now()
        before, after = await decide(context.journal, self._verb, id, applied=applied, target=target, at=at)
        context.tally.count(before.outcome, -1)
        context.tally.count(after.outcome)
        await context.reload_accepted()
        self._told.tell_all()
        self._wake()
        return after

    def summary(self) -> Summary:
        """Counts of the batch, and what holds it; no I/O."""
        return Tally().summary() if self._opened is None else self._opened.tally.summary(self._hold)

    @property
    def _hold(self) -> Halt | None:
        """What keeps rows from being sent that the last run left; None once nothing does any more."""
        return self._context.gate.hold(first=Phase.READY in self._left) if self._left else None

    async def run(self) -> Summary:
        """Run until every row has ended, a guardrail holds the rest, or `wait_seconds` or the deadline is over.

        Cancelling stops waiting only; the run goes on until the `async with` is left.

        Raises:
            CampaignHeldError: Another open batch of this machine holds some of these campaigns; nothing was sent.
            StateError: There is no input yet.
            BatchClosedError: The batch was closed, before the run or during it.
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
        going, seq = self._started(), 0 if replay else self._read_up_to
        while not self._closed:
            over, news = going.done(), self._told.of_any()
            while records := await self._results_after(seq):
                for record in records:
                    seq = record.seq
                    self._read_up_to = max(self._read_up_to, seq)
                    yield result_of(record, self._verb)
            if over:
                break
            await news.wait()
        await self._over(going)

    async def _results_after(self, seq: int) -> list[ResultRecord]:
        """The next results; none of a batch that was closed while earlier ones were read."""
        return [] if self._closed else await self._context.journal.results(seq, CHUNK)

    @property
    def _context(self) -> BatchContext:
        if self._opened is None:
            raise StateError("open the batch first: async with Batch.open(...) as batch")
        return self._opened

    async def _load(self, journal: JournalStore) -> None:
        """Read what the journal knows of the batch."""
        self._opened = await BatchContext.load(
            journal, self._backend, self._verb, self._schedule, resend=self._resend
        )
        self._sealed = await is_sealed(journal)

    def _started(self) -> asyncio.Task[None]:
        if self._closed:
            raise BatchClosedError("this batch was closed: open it again, its journal goes on")
        if self._going is None or _never_began(self._going) or self._was_let_go():
            self._going = asyncio.create_task(self._go())
            self._going.add_done_callback(lambda _: self._told.tell_all())
        return self._going

    def _is_running(self) -> bool:
        return self._going is not None and not self._going.done()

    def _was_let_go(self) -> bool:
        """Whether the last run left rows that nothing holds any more."""
        going = self._going
        ended_well = (
            going is not None and going.done() and not going.cancelled() and going.exception() is None
        )
        return ended_well and bool(self._left) and self._hold is None

    async def _over(self, going: asyncio.Task[None]) -> None:
        """Wait for the run, and raise what ended it; cancelling the caller does not cancel the run."""
        await asyncio.wait([going])
        if not going.cancelled():
            going.result()
        elif not self._open_ended:
            raise BatchClosedError(
                "the batch was closed before its rows had ended: open it again, it goes on"
            )

    async def _go(self) -> None:
        context = self._context
        if not (self._sealed or await is_open_ended(context.journal)):
            raise StateError("the batch has no input yet: call add(rows) first")
        await self._holdings.take_open()
        await context.tighten(self._given)
        self._left = frozenset()
        worker = RowWorker(context, self._told.ended)
        worker.stopping = self._stopping
        self._run = run = BatchRunner(
            context,
            worker,
            places=self._places,
            wait_seconds=self._wait_seconds,
            is_open=lambda: self._open_ended and not self._sealed,
        )
        await run.go()
        waiting = frozenset((await context.journal.counts()).keys() & {Phase.READY, Phase.LOST})
        self._left = waiting if context.gate.hold(first=Phase.READY in waiting) is not None else frozenset()
        await self._give_up_holdings()

    def _door(self) -> Arrivals:
        if self._arrivals is None:
            self._arrivals = Arrivals(self._context, self._holdings.take, self._came_in)
        return self._arrivals

    def _came_in(self) -> None:
        self._context.tally.rows += 1
        self._left |= {Phase.READY}
        self._wake()

    def _wake(self) -> None:
        """Let the run see that something is different."""
        if self._is_running() and self._run is not None:
            self._run.wake()

    async def _result(self, id: str) -> RowResult:
        while not self._closed:
            going, ended = self._going, self._told.of(id)
            over = going is None or going.done()
            record = await self._context.journal.result(id)
            if record is not None:
                self._told.tell(id)  # for other callers that wait for it
                return result_of(record, self._verb)
            if over and going is not None:
                await self._over(going)
                raise self._over_error(f"row {id} is still open, and the run is over")
            await ended.wait()
        raise BatchClosedError(f"row {id} is still open, and the batch was closed: open it again, it goes on")

    def _over_error(self, what: str) -> StateError:
        hold = self._context.gate.hold()
        if hold is not None:
            return BatchHaltedError(f"{what}: {hold.reason}", hold)
        return BatchClosedError(f"{what}: open the batch again to go on")

    @property
    def _holdings(self) -> Holdings:
        return Holdings(self._context, self._path)

    async def _give_up_holdings(self) -> None:
        if self._context.tally.ended == self._context.tally.rows:
            await self._holdings.give_up()


def _nothing() -> None:
    """No limit to lift."""


def _never_began(going: asyncio.Task[None]) -> bool:
    """Whether a run was refused before it did anything, for want of an input for example."""
    refused = (InvalidInputError, StateError)
    return going.done() and not going.cancelled() and isinstance(going.exception(), refused)
