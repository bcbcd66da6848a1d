"""`campaign-reg batch plan`: what a run would do and may cost, found by reading only."""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.batch.guardrails import Guardrails
from campaign_reg.batch.plan import Plan, PlanNote, PlanRow
from campaign_reg.batch.statistics import resume_line
from campaign_reg.cli.batch.input import ListedInput
from campaign_reg.cli.batch.run import Job, batch_of, open_input, take_in
from campaign_reg.cli.exit_codes import Exit
from campaign_reg.cli.lint import FindingGroup, groups_of, show_groups
from campaign_reg.cli.output import note, safe, say, say_json, show_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

_MOST_NOTES = 10


async def show_plan(job: Job, *, save: bool = False, rows: bool = False) -> int:
    """Read every campaign of the input and say what a run would do; sends nothing.

    Args:
        job: What would be run.
        save: Keep the plan in the job's journal, which then binds every run; else the journal is thrown away.
        rows: Say it of every row, too.
    """
    guardrails = Guardrails(**attrs.asdict(job.guardrails))
    guardrails.check()
    with tempfile.TemporaryDirectory(prefix="campaign-reg-") as folder:
        job = job if save else attrs.evolve(job, journal=Path(folder, "plan.db"))
        plan, refused, found = await _read(job, save=save, each=_show_row(job) if rows else None)
    fail = (*refused, *plan.fail)
    if job.as_json:
        say_json(_document(job, plan, fail, found))
    else:
        _show(job, plan, fail, found)
    guardrails.refuse(plan.send)
    if save and not job.as_json and plan.rows:
        note(f"\nTo run it: {resume_line(job.journal)}")
    return Exit.FAILED if fail else Exit.DONE


async def _read(
    job: Job, *, save: bool, each: Callable[[PlanRow], None] | None
) -> tuple[Plan, tuple[PlanNote, ...], tuple[FindingGroup, ...]]:
    """The plan, the rows that can never be sent, and what was found in drafts."""
    async with AsyncExitStack() as stack:
        backend, source = await open_input(job, stack)
        if isinstance(source, ListedInput) and not source.ids:
            return Plan(rows=0, send=0), (), ()
        batch = await stack.enter_async_context(batch_of(job, backend))
        refused = await take_in(batch, source)
        note(f"reading {batch.summary().open:,} campaigns at {job.provider}; nothing is sent")
        plan = await batch.plan(save=save, seen=each)
        found = () if source is None else groups_of(source.rows(), backend, job.verb)
    return plan, refused, found


def _show_row(job: Job) -> Callable[[PlanRow], None]:
    def show(row: PlanRow) -> None:
        if job.as_json:
            say_json(attrs.asdict(row))
        else:
            words = (row.reason, " ".join(row.operators), row.changed and f"since the plan: {row.changed}")
            say(f"{row.step:<5} {safe(row.id)}  {safe('; '.join(filter(None, words)))}".rstrip())

    return show


def _document(
    job: Job, plan: Plan, fail: Sequence[PlanNote], found: Sequence[FindingGroup]
) -> dict[str, Any]:
    fee = job.guardrails.fee
    return {
        "provider": job.provider,
        "verb": job.verb,
        "rows": plan.rows,
        "send": plan.send,
        "skip": plan.skip,
        "fail": fail,
        "begun": plan.begun,
        "ended": plan.ended,
        "operators": plan.operators,
        "at_risk": plan.at_risk,
        "changed": plan.changed,
        "findings": found,
        "fee": fee,
        "cost": None if fee is None else plan.send * fee,
    }


def _show(job: Job, plan: Plan, fail: Sequence[PlanNote], found: Sequence[FindingGroup]) -> None:
    say(f"{job.verb} at {job.provider}: a plan, nothing was sent\n")
    show_table(("", ""), _counts(plan, len(fail), job.guardrails.fee), right=(1,))
    for heading, notes in (
        ("would be skipped", plan.skip),
        ("cannot work", fail),
        ("changed since the saved plan", plan.changed),
    ):
        if notes:
            say()
            show_table((heading, "reason"), [(item.id, item.reason) for item in notes[:_MOST_NOTES]])
        if len(notes) > _MOST_NOTES:
            say(f"and {len(notes) - _MOST_NOTES} more: see --json")
    if plan.at_risk:
        risks = [(risk.rows, risk.operator, risk.field, risk.value) for risk in plan.at_risk[:_MOST_NOTES]]
        say()
        show_table(("rows", "operator", "may get worse", "is now"), risks, right=(0,))
        if len(plan.at_risk) > _MOST_NOTES:
            say(f"and {len(plan.at_risk) - _MOST_NOTES} more terms: see --json")
    show_groups(found)


def _counts(plan: Plan, fail: int, fee: Decimal | None) -> list[tuple[object, ...]]:
    counts: list[tuple[object, ...]] = [
        ("rows", f"{plan.rows:,}"),
        ("would be sent", f"{plan.send:,}"),
        *((f"  to {operator}", f"{rows:,}") for operator, rows in plan.operators.items()),
        ("would be skipped", f"{len(plan.skip):,}"),
        ("cannot work", f"{fail:,}"),
    ]
    counts += [
        (what, f"{rows:,}") for what, rows in (("under way", plan.begun), ("ended", plan.ended)) if rows
    ]
    if fee is not None:
        counts.append((f"cost at {fee} each", f"{plan.send * fee:,}"))
    return counts
