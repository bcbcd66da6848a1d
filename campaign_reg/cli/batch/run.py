"""Carrying a batch out: run and resume, with one way of stopping."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import attrs

from campaign_reg.batch.batch import Batch
from campaign_reg.batch.guardrails import Guardrails
from campaign_reg.batch.plan import PlanNote
from campaign_reg.batch.runner import GRACE_SECONDS
from campaign_reg.batch.statistics import account, results, resume_line
from campaign_reg.cli.batch.input import FileInput, Input, ListedInput
from campaign_reg.cli.batch.status import has_input, has_plan
from campaign_reg.cli.batch.summary import document, exit_of, show_account, show_rows
from campaign_reg.cli.exit_codes import Exit, worst
from campaign_reg.cli.lint import groups_of, refuse_advice
from campaign_reg.cli.options import NO_GUARDRAILS, Driving, GuardrailOptions
from campaign_reg.cli.output import complain, note, safe, say, say_json
from campaign_reg.cli.progress import following
from campaign_reg.connection import connect
from campaign_reg.enums import Verdict
from campaign_reg.errors import CampaignRegError, InvalidInputError, StateError
from campaign_reg.rate import Limits

if TYPE_CHECKING:
    from campaign_reg.protocol.ports import CampaignBackend

_MOST_SHOWN = 50


@attrs.frozen(kw_only=True)
class Job:
    """One call of `batch run` or `batch resume`, or of `batch plan`.

    Attributes:
        provider: Registered name.
        verb: What to do.
        journal: Where the journal is.
        input: CSV or JSON Lines file; None resumes what the journal has.
        listed: Take the campaigns from a listing instead, unless the journal has its input.
        profile: Section of the settings file.
        limits: How hard to drive the account.
        resend: Whether a lost write that is proven unapplied may be sent again.
        wait_seconds: How long to wait once everything has been sent; None until all have settled.
        guardrails: What it may cost, and when it waits for a person.
        accept: Whether a person has looked at what stopped it.
        accept_advice: Whether creates are sent although there is advice against them.
        as_json: Print an object for programs.
    """

    provider: str
    verb: str
    journal: Path
    input: Path | None = None
    listed: bool = False
    profile: str | None = None
    limits: Limits = attrs.field(factory=Limits)
    resend: Literal["proven", "never"] = "proven"
    wait_seconds: float | None = None
    guardrails: GuardrailOptions = NO_GUARDRAILS
    accept: bool = False
    accept_advice: bool = False
    as_json: bool = False

    @classmethod
    def driven(cls, driving: Driving, **what: Any) -> Self:
        """A job, driven as the command's options say."""
        return cls(
            profile=driving.profile,
            limits=Limits(in_flight=driving.in_flight, per_second=driving.per_second),
            resend="never" if driving.no_resend else "proven",
            wait_seconds=driving.wait_seconds,
            as_json=driving.json,
            **what,
        )


async def carry_out(job: Job) -> int:
    """Run or resume, then show the counts of the batch and, unless all rows have ended, how to go on."""
    stopped, begun, running = None, False, False
    try:
        async with AsyncExitStack() as stack:
            backend, source = await open_input(job, stack)
            if isinstance(source, ListedInput) and not source.ids:
                return _nothing_to_do(job)
            _check_beforehand(job, backend, source)
            batch = await stack.enter_async_context(batch_of(job, backend))
            begun = True
            await take_in(batch, source)
            _check_input(job)
            note(f"{job.verb} at {job.provider}: Ctrl-C is safe, {resume_line(job.journal)} goes on")
            await stack.enter_async_context(following(job.journal))
            if job.accept:
                await batch.release()
            running = True
            await _run(batch)
    except asyncio.CancelledError:
        stopped = Exit.STOPPED
        note("stopped")
    except CampaignRegError as error:  # the credentials or the disk, for example: no fault of a row
        if not running or isinstance(error, InvalidInputError | StateError):  # what was asked for is at fault
            raise
        stopped = Exit.STOPPED
        complain(str(error))
    return _report(job, stopped) if begun else Exit.STOPPED


async def _run(batch: Batch) -> None:
    """Run until all has ended, or stop: nothing leaves from then on."""
    try:
        await batch.run()
    except asyncio.CancelledError:
        under_way = batch.stop()
        calls = "1 call" if under_way == 1 else f"{under_way} calls"
        ending = f", {GRACE_SECONDS:g} s to end; Ctrl-C again cuts them off" if under_way else ""
        note(f"stopping: {calls} under way{ending}")
        raise


def _report(job: Job, stopped: Exit | None) -> int:
    now = account(job.journal)
    code = worst([exit_of(now), *([] if stopped is None or not now.summary.open else [stopped])])
    if job.as_json:
        say_json(document(job.journal, now, code))
    else:
        show_account(job.journal, now)
        if now.summary.hold is not None and not now.summary.hold.by_cap:
            _show_to_be_looked_at(job)
    if now.summary.open and now.sealed:
        note(f"\nTo go on: {resume_line(job.journal, now.summary.hold)}")
    return code


def _show_to_be_looked_at(job: Job) -> None:
    """The rows that were sent and ended last: what a person is asked to look at before more are sent."""
    sent = deque((result for result in results(job.journal) if result.attempts), _MOST_SHOWN)
    say()
    show_rows(job.verb, sent)


def _nothing_to_do(job: Job) -> int:
    """An account without a campaign that waits for the verb is no error: tomorrow there may be one."""
    if job.as_json:
        verdicts = dict.fromkeys(Verdict, 0)
        counts = {"rows": 0, "open": 0, "verdicts": verdicts, "exit_code": int(Exit.DONE)}
        say_json({"journal": None, "provider": job.provider, "verb": job.verb} | counts)
    else:
        say(f"no campaign at {job.provider} waits for {job.verb}: nothing was sent, no journal was made")
    return Exit.DONE


async def open_input(job: Job, stack: AsyncExitStack) -> tuple[CampaignBackend[Any], Input | None]:
    """Connect and judge the input, before there is a journal."""
    connection = connect(job.provider, profile=job.profile, limits=job.limits)
    backend: CampaignBackend[Any] = await stack.enter_async_context(connection)
    if job.listed and not _has_input(job):
        note(f"listing the campaigns at {job.provider}")
        return backend, await ListedInput.read(backend, job.verb)
    if job.input is None:
        return backend, None
    return backend, stack.enter_context(FileInput.read(job.input, backend, job.verb))


def _has_input(job: Job) -> bool:
    """Whether an earlier run took its campaigns in: these are gone on with, and nothing is listed again."""
    return job.journal.is_file() and has_input(job.journal)


def _check_beforehand(job: Job, backend: CampaignBackend[Any], source: Input | None) -> None:
    """Refuse what must not even begin.

    Raises:
        InvalidInputError: It costs too much, or there is advice against it that was not accepted.
    """
    if source is not None and not (job.journal.is_file() and has_plan(job.journal)):
        Guardrails(**attrs.asdict(job.guardrails)).refuse(source.sendable())
    if source is not None:
        refuse_advice(groups_of(source.rows(), backend, job.verb), accepted=job.accept_advice)


def batch_of(job: Job, backend: CampaignBackend[Any]) -> Batch:
    """The job's batch, to be entered."""
    return Batch.open(
        job.journal,
        backend,
        job.verb,
        limits=Limits(in_flight=job.limits.in_flight),
        resend=job.resend,
        wait_seconds=job.wait_seconds,
        **attrs.asdict(job.guardrails),
    )


async def take_in(batch: Batch, source: Input | None) -> tuple[PlanNote, ...]:
    """Add the input; returns the rows that can never be sent."""
    if source is None:
        return ()
    report = await batch.add(source.rows(lambda problem: note(safe(problem))), columns=source.columns)
    if report.repeated:
        note(f"{report.repeated} rows repeat an earlier one: each campaign is sent once")
    return tuple(PlanNote(*refused) for refused in report.refused)


def _check_input(job: Job) -> None:
    if not has_input(job.journal):
        raise StateError(
            f"{job.journal} has no complete input, and nothing was sent: "
            "`campaign-reg batch run` again, with the same input"
        )
