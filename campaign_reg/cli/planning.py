"""`campaign-reg batch plan`: what a run would do and may cost, found by reading only."""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.cli.carry import Job, batch_of, open_input, take_in
from campaign_reg.cli.exits import Exit
from campaign_reg.cli.findings import FindingGroup, groups_of, show_groups
from campaign_reg.cli.rows import ListedInput
from campaign_reg.cli.words import note, say, say_json, show_table
from campaign_reg.engine.plan import Plan, PlanNote

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_NOTES = 10


async def show_plan(job: Job) -> int:
    """Read every campaign of the input and say what a run would do; sends nothing."""
    refused: tuple[PlanNote, ...] = ()
    found: tuple[FindingGroup, ...] = ()
    with tempfile.TemporaryDirectory(prefix="campaign-reg-") as folder:
        job = attrs.evolve(job, journal=Path(folder, "plan.db"))
        async with AsyncExitStack() as stack:
            backend, source = await open_input(job, stack)
            if isinstance(source, ListedInput) and not source.ids:
                plan = Plan(rows=0, send=0)
            else:
                batch = await stack.enter_async_context(batch_of(job, backend))
                refused = await take_in(batch, source)
                note(f"reading {batch.summary().open:,} campaigns at {job.provider}; nothing is sent")
                plan = await batch.plan()
            if source is not None:
                found = groups_of(source.rows(), backend, job.verb)
    fail = (*refused, *plan.fail)
    if job.as_json:
        say_json(_document(job, plan, fail, found))
    else:
        _show(job, plan, fail, found)
    job.caps.check(plan.send)
    return Exit.FAILED if fail else Exit.DONE


def _document(
    job: Job, plan: Plan, fail: Sequence[PlanNote], found: Sequence[FindingGroup]
) -> dict[str, Any]:
    fee = job.caps.fee
    return {
        "provider": job.provider,
        "verb": job.verb,
        "rows": plan.rows,
        "send": plan.send,
        "skip": plan.skip,
        "fail": fail,
        "findings": found,
        "fee": fee,
        "cost": None if fee is None else plan.send * fee,
    }


def _show(job: Job, plan: Plan, fail: Sequence[PlanNote], found: Sequence[FindingGroup]) -> None:
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
    show_groups(found)
