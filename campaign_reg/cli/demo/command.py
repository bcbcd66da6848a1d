"""`campaign-reg demo`: the whole story on loopback, told honestly from the vendor's own ledger."""

from __future__ import annotations

import shutil
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from campaign_reg.cli.options import Count, Flag

if TYPE_CHECKING:
    from campaign_reg.cli.demo.environment import Stage


FEE = Decimal("15.00")
KILL_AT_SHARE = 0.4
_LATE_SECONDS = 1.5
_MOST_429 = 6


async def demo(
    *,
    campaigns: Count = 500,
    seed: int = 7,
    keep: Path | None = None,
    json: Flag = False,
) -> int:
    """Resubmit campaigns at a vendor that misbehaves, lose the worker half-way, resume, and compare.

    Ends with 0 when every campaign has its verdict, none was applied twice and no verdict contradicts the vendor's
    ledger; with 1 otherwise. Refused and unknown campaigns are part of the story.

    Args:
        campaigns: How many.
        seed: Decides campaigns, fates and faults.
        keep: Folder in which input, journal, report and the worker's output are kept.
        json: Print one object for programs, last; the story goes to stderr.
    """
    from campaign_reg.cli.demo.environment import Stage
    from campaign_reg.cli.output import note, say

    folder = _empty(keep) if keep else Path(tempfile.mkdtemp(prefix="campaign-reg-demo-"))
    try:
        async with Stage.set_up(folder, campaigns, seed, note if json else say) as stage:
            return await _play(stage, kept=keep is not None, as_json=json)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _empty(folder: Path) -> Path:
    from campaign_reg.errors import InvalidInputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError(f"{folder} cannot be made: {error.strerror}") from error
    if any(folder.iterdir()):
        raise InvalidInputError(f"{folder} is not empty: give --keep another folder")
    return folder


async def _play(stage: Stage, *, kept: bool, as_json: bool) -> int:
    from campaign_reg.batch.statistics import account
    from campaign_reg.cli.batch.summary import document, show_account
    from campaign_reg.cli.demo.audit import audit, audit_document, show_audit
    from campaign_reg.cli.exit_codes import Exit
    from campaign_reg.cli.output import say, say_json

    started = time.monotonic()
    await _plan(stage)
    _sabotage(stage)
    killed = await _run_and_kill(stage)
    await _resume(stage)
    await _report(stage, kept=kept)
    seconds = time.monotonic() - started
    now = account(stage.journal)
    found = audit(stage.sandbox, stage.journal, stage.ids)
    # Refused and unknown campaigns are part of the story; only a broken promise fails it.
    code = Exit.DONE if found.clean and not now.summary.open else Exit.FAILED
    if as_json:
        story = audit_document(found) | {"killed": killed, "seconds": round(seconds, 1), "seed": stage.seed}
        say_json(document(stage.journal, now, code) | story)
        return code
    stage.tell("Done", f"in {seconds:.0f} s")
    say()
    show_account(stage.journal, now, FEE)
    show_audit(found, now)
    return code


async def _plan(stage: Stage) -> None:
    plan = await stage.plan()
    stage.tell("Plan", f"{plan.send:,} to send, {len(plan.skip)} to skip, {len(plan.fail)} cannot work")
    stage.tell("", f"at an example fee of {FEE} each: {plan.send * FEE:,}")


def _sabotage(stage: Stage) -> None:
    """Switch faults on; refusals for going too fast are few, since each stops the account for a second."""
    for rule in stage.sandbox.faults.profile("demo", late_seconds=_LATE_SECONDS, lag_seconds=1.0):
        if rule.action == "status_429":
            rule.times = _MOST_429
    stage.tell("Faults", "on: cut connections, late writes, lagging reads, 429, 500, 503, expired tokens")


async def _run_and_kill(stage: Stage) -> bool:
    """Run until a good part has been sent, then kill the worker without warning."""
    command = ("batch", "run", "sinch", "resubmit", "--input", stage.input, "--journal", stage.journal)
    worker = await stage.start("Run", *command)
    target = max(1, round(KILL_AT_SHARE * len(stage.ids)))
    if not await stage.watch(worker, lambda now: now.sent >= target):
        stage.tell("Kill", "the worker had ended before it could be killed")
        return False
    worker.kill()
    await worker.wait()
    now = stage.standing()
    doubt = f"{now.in_doubt} writes are without an answer"
    stage.tell("Kill", f"SIGKILL with {now.sent:,} of {now.rows:,} sent and {now.ended:,} ended; {doubt}")
    return True


async def _resume(stage: Stage) -> None:
    if stage.standing().ended == len(stage.ids):
        return
    worker = await stage.start("Resume", "batch", "resume", stage.journal)
    await stage.watch(worker, lambda _: False)


async def _report(stage: Stage, *, kept: bool) -> None:
    from campaign_reg.cli.batch.report import keep
    from campaign_reg.journal.reader import open_reader
    from campaign_reg.report.page import page

    path = stage.folder / "report.html"
    with open_reader(stage.journal) as seen:
        await keep(path, page(seen, stage.journal, FEE))
    command = f"campaign-reg batch report {stage.journal.name} -o report.html"
    stage.tell("Report", str(path) if kept else f"{command}   (kept, with all the rest, by --keep FOLDER)")
