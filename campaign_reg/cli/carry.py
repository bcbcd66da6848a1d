"""Carrying a batch out: plan, run, resume, with one way of stopping."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import attrs

from campaign_reg.cli.exits import Exit, worst
from campaign_reg.cli.progress import following
from campaign_reg.cli.rows import CsvInput
from campaign_reg.cli.standing import account, has_input
from campaign_reg.cli.summary import document, exit_of, resume_line, show_account
from campaign_reg.cli.words import complain, note, safe, say, say_json, show_table
from campaign_reg.connection import connect
from campaign_reg.engine.batch import Batch
from campaign_reg.engine.plan import Plan, PlanNote
from campaign_reg.errors import CampaignRegError, InvalidInputError
from campaign_reg.pace import Limits

if TYPE_CHECKING:
    from decimal import Decimal

    from campaign_reg.protocol.backend import CampaignBackend

_MOST_NOTES = 10


@attrs.frozen(kw_only=True)
class Caps:
    """What a batch may cost at most.

    Attributes:
        fee: Of one attempt, in the account's currency.
        max_items: Most campaigns to send.
        max_fee: Most to pay.
    """

    fee: Decimal | None = None
    max_items: int | None = None
    max_fee: Decimal | None = None

    @property
    def any(self) -> bool:
        """Whether there is a cap at all."""
        return self.max_items is not None or self.max_fee is not None

    def check(self, items: int) -> None:
        """Refuse a batch that is too big.

        Raises:
            InvalidInputError: It is above a cap, or a cap cannot be checked.
        """
        if self.max_items is not None and items > self.max_items:
            raise InvalidInputError(
                f"{items:,} campaigns, but --max-items is {self.max_items:,}: nothing was sent"
            )
        if self.max_fee is None:
            return
        if self.fee is None:
            raise InvalidInputError("--max-fee needs --fee, the price of one attempt: nothing was sent")
        if items * self.fee > self.max_fee:
            cost = f"{items:,} x {self.fee} = {items * self.fee:,}"
            raise InvalidInputError(f"{cost}, but --max-fee is {self.max_fee:,}: nothing was sent")


@attrs.frozen(kw_only=True)
class Job:
    """One call of `batch run` or `batch resume`, or of `batch plan` with a journal that is thrown away.

    Attributes:
        provider: Registered name.
        verb: What to do.
        journal: Where the journal is.
        input: CSV file; None resumes what the journal has.
        profile: Section of the settings file.
        limits: How hard to drive the account.
        resend: Whether a lost write that is proven unapplied may be sent again.
        caps: What it may cost.
        as_json: Print an object for programs.
    """

    provider: str
    verb: str
    journal: Path
    input: Path | None = None
    profile: str | None = None
    limits: Limits = attrs.field(factory=Limits)
    resend: Literal["proven", "never"] = "proven"
    caps: Caps = attrs.field(factory=Caps)
    as_json: bool = False


async def carry_out(job: Job) -> int:
    """Run or resume, then say where the batch stands and, unless all rows have ended, how to go on."""
    stopped, begun, running = None, False, False
    try:
        async with AsyncExitStack() as stack:
            backend, source = await _open_input(job, stack)
            if source is not None and job.caps.any:
                job.caps.check(source.sendable())
            batch = await stack.enter_async_context(_batch(job, backend))
            begun = True
            await _take_in(batch, source)
            _check_input(job)
            note(f"{job.verb} at {job.provider}: Ctrl-C is safe, {resume_line(job.journal)} goes on")
            await stack.enter_async_context(following(job.journal))
            running = True
            await batch.run()
    except asyncio.CancelledError:
        stopped = Exit.STOPPED
        note("stopped")
    except CampaignRegError as error:  # the credentials or the disk, for example: no fault of a row
        if not running:
            raise
        stopped = Exit.STOPPED
        complain(str(error))
    return _report(job, stopped) if begun else Exit.STOPPED


def _report(job: Job, stopped: Exit | None) -> int:
    now = account(job.journal)
    code = worst([exit_of(now), *([] if stopped is None or not now.summary.open else [stopped])])
    if job.as_json:
        say_json(document(job.journal, now, code))
    else:
        show_account(job.journal, now, job.caps.fee)
    if now.summary.open and now.sealed:
        note(f"\nTo go on: {resume_line(job.journal)}")
    return code


async def show_plan(job: Job) -> int:
    """Read every campaign of the input and say what a run would do; sends nothing."""
    with tempfile.TemporaryDirectory(prefix="campaign-reg-") as folder:
        job = attrs.evolve(job, journal=Path(folder, "plan.db"))
        async with AsyncExitStack() as stack:
            backend, source = await _open_input(job, stack)
            batch = await stack.enter_async_context(_batch(job, backend))
            refused = await _take_in(batch, source)
            note(f"reading {batch.summary().open:,} campaigns at {job.provider}; nothing is sent")
            plan = await batch.plan()
    fail = (*refused, *plan.fail)
    if job.as_json:
        say_json(_plan_document(job, plan, fail))
    else:
        _show_plan(job, plan, fail)
    job.caps.check(plan.send)
    return Exit.FAILED if fail else Exit.DONE


async def _open_input(job: Job, stack: AsyncExitStack) -> tuple[CampaignBackend[Any], CsvInput | None]:
    """Connect and judge the input, before there is a journal."""
    connection = connect(job.provider, profile=job.profile, limits=job.limits)
    backend: CampaignBackend[Any] = await stack.enter_async_context(connection)
    if job.input is None:
        return backend, None
    return backend, CsvInput.open(job.input, backend, job.verb)


def _batch(job: Job, backend: CampaignBackend[Any]) -> Batch:
    return Batch.open(
        job.journal, backend, job.verb, limits=Limits(in_flight=job.limits.in_flight), resend=job.resend
    )


async def _take_in(batch: Batch, source: CsvInput | None) -> tuple[PlanNote, ...]:
    if source is None:
        return ()
    report = await batch.add(source.rows(lambda problem: note(safe(problem))))
    if report.repeated:
        note(f"{report.repeated} rows repeat an earlier one: each campaign is sent once")
    return tuple(PlanNote(*note) for note in report.refused)


def _check_input(job: Job) -> None:
    if not has_input(job.journal):
        raise InvalidInputError(
            f"{job.journal} has no complete input, and nothing was sent: "
            "`campaign-reg batch run` again, with the same input"
        )


def _plan_document(job: Job, plan: Plan, fail: tuple[PlanNote, ...]) -> dict[str, Any]:
    fee = job.caps.fee
    return {
        "provider": job.provider,
        "verb": job.verb,
        "rows": plan.rows,
        "send": plan.send,
        "skip": plan.skip,
        "fail": fail,
        "fee": fee,
        "cost": None if fee is None else plan.send * fee,
    }


def _show_plan(job: Job, plan: Plan, fail: tuple[PlanNote, ...]) -> None:
    counts: list[tuple[object, ...]] = [
        ("rows", f"{plan.rows:,}"),
        ("would be sent", f"{plan.send:,}"),
        ("would be skipped", f"{len(plan.skip):,}"),
        ("cannot work", f"{len(fail):,}"),
    ]
    if job.caps.fee is not None:
        counts.append((f"cost at {job.caps.fee} each", f"{plan.send * job.caps.fee:,}"))
    say(f"{job.verb} at {job.provider}: a plan, nothing was sent\n")
    show_table(("", ""), counts, right=(1,))
    for heading, notes in (("would be skipped", plan.skip), ("cannot work", fail)):
        if notes:
            say()
            show_table((heading, "reason"), [(item.id, item.reason) for item in notes[:_MOST_NOTES]])
        if len(notes) > _MOST_NOTES:
            say(f"and {len(notes) - _MOST_NOTES} more: see --json")
