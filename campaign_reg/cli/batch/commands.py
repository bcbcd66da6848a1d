"""`campaign-reg batch`: many campaigns of one provider and one verb, with a journal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from campaign_reg.cli.exit_codes import EXIT_CODES, Exit
from campaign_reg.cli.options import (
    DRIVING,
    NO_GUARDRAILS,
    Count,
    Driving,
    Flag,
    GuardrailOptions,
    Money,
    Rate,
)

if TYPE_CHECKING:
    from campaign_reg.journal.records import Header

Source = Annotated[Path, Parameter(name="--input")]
Listed = Annotated[bool, Parameter(name="--all-paused", negative=(), show_default=False)]

app = App(
    name="batch",
    help="Many campaigns, with a journal: plan, run, resume, look on, decide, report.",
    help_epilogue=EXIT_CODES,
)


@app.command
async def plan(
    provider: str,
    verb: str,
    /,
    *,
    source: Source | None = None,
    listed: Listed = False,
    journal: Path | None = None,
    guardrails: GuardrailOptions = NO_GUARDRAILS,
    in_flight: Count = 64,
    per_second: Rate | None = None,
    profile: str | None = None,
    rows: Flag = False,
    json: Flag = False,
) -> int:
    """Say what a run would do and may cost; reads only.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        verb: Such as resubmit.
        source: CSV file (a header row with id and the verb's parameters), or .jsonl with one object a line.
        listed: Instead of a file: every campaign that a listing shows in a state that the verb is for.
        journal: Save the plan there. `batch resume` runs it, within its caps; planning again says what has changed.
        guardrails: What it may cost, and when it waits for a person.
        in_flight: Requests at once.
        per_second: Requests a second at most.
        profile: Section of campaign-reg.toml to take settings from.
        rows: Every row, too: what would be done with it, and to which operators; one object a line with --json.
        json: Print one object for programs, last.
    """
    from campaign_reg.cli.batch.plan import show_plan
    from campaign_reg.cli.batch.run import Job
    from campaign_reg.rate import Limits

    _one_of(source, listed=listed)
    job = Job(
        provider=provider,
        verb=verb,
        journal=journal or Path(),
        input=source,
        listed=listed,
        profile=profile,
        limits=Limits(in_flight=in_flight, per_second=per_second),
        guardrails=guardrails,
        as_json=json,
    )
    return await show_plan(job, save=journal is not None, rows=rows)


@app.command
async def run(
    provider: str,
    verb: str,
    /,
    *,
    source: Source | None = None,
    listed: Listed = False,
    journal: Path,
    guardrails: GuardrailOptions = NO_GUARDRAILS,
    accept_advice: Flag = False,
    driving: Driving = DRIVING,
) -> int:
    """Carry every row out, once. The same command again, or `batch resume`, goes on after any stop.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        verb: Such as resubmit.
        source: CSV file (a header row with id and the verb's parameters; an empty cell leaves one out), or .jsonl
            with one object a line. For creates the id is your own name for the row, and may be left out.
        listed: Instead of a file: every campaign that a listing shows in a state that the verb is for.
        journal: File that records what was sent; made where there is none.
        guardrails: What it may cost, and when it waits for a person.
        accept_advice: Send creates although there is advice against them; `batch plan` shows it.
        driving: How hard to drive the account, and for how long.
    """
    from campaign_reg.cli.batch.run import Job, carry_out

    _one_of(source, listed=listed)
    job = Job.driven(
        driving,
        provider=provider,
        verb=verb,
        journal=journal,
        input=source,
        listed=listed,
        guardrails=guardrails,
        accept_advice=accept_advice,
    )
    return await carry_out(job)


@app.command
async def resume(
    journal: Path,
    /,
    *,
    accept: Flag = False,
    guardrails: GuardrailOptions = NO_GUARDRAILS,
    driving: Driving = DRIVING,
) -> int:
    """Go on with a batch that was stopped, cut off or killed; provider, verb and rows are in its journal.

    Args:
        journal: File that `batch run` or `batch plan --journal` made.
        accept: Go on although the canary, worse terms or unknown rows have stopped it: they have been looked at.
        guardrails: What it may cost, and when it waits for a person.
        driving: How hard to drive the account, and for how long.
    """
    from campaign_reg.cli.batch.run import Job, carry_out

    header = _header(journal)
    job = Job.driven(
        driving,
        provider=header.provider,
        verb=header.verb,
        journal=journal,
        guardrails=guardrails,
        accept=accept,
    )
    return await carry_out(job)


@app.command
def status(journal: Path, /, *, rows: Flag = False, json: Flag = False) -> int:
    """Show the counts of a batch; reads its journal only, also while it runs.

    Args:
        journal: File that `batch run` made.
        rows: Every row that has ended, too: one object a line with --json.
        json: Print one object for programs, last.
    """
    from campaign_reg.batch.statistics import account, results
    from campaign_reg.cli.batch.summary import document, exit_of, row_document, show_account, show_rows
    from campaign_reg.cli.output import say_json

    _must_exist(journal)
    now = account(journal)
    code: Exit = exit_of(now)
    if json:
        for result in results(journal) if rows else ():
            say_json(row_document(result))
        say_json(document(journal, now, code))
        return code
    show_account(journal, now)
    if rows:
        show_rows(now.header.verb, results(journal))
    return code


@app.command
async def cancel(journal: Path, /, *, json: Flag = False) -> int:
    """End the rows that have not been sent as cancelled; those under way go on at the vendor.

    Args:
        journal: File that `batch run` or `batch plan --journal` made. Stop a run first, with Ctrl-C.
        json: Print one object for programs.
    """
    from campaign_reg.cli.batch.resolve import cancel_rows

    return await cancel_rows(journal, _header(journal), as_json=json)


@app.command
async def decide(
    journal: Path,
    row: str,
    /,
    *,
    applied: Flag = False,
    not_applied: Flag = False,
    campaign: str | None = None,
    json: Flag = False,
) -> int:
    """Say what you found at the vendor about a row that ended unknown; sends nothing.

    Args:
        journal: File that `batch run` made.
        row: The row's id; `batch status` shows the unknown ones.
        applied: The vendor did what was asked: the row has succeeded.
        not_applied: The vendor did not: the row has failed, and may be sent in a batch of its own.
        campaign: Id of the campaign that a create has made, if it was applied.
        json: Print the row as one object for programs.
    """
    from campaign_reg.cli.batch.resolve import decide_row
    from campaign_reg.errors import InvalidInputError

    if applied is not_applied:
        raise InvalidInputError("say either --applied or --not-applied")
    return await decide_row(journal, _header(journal), row, applied=applied, campaign=campaign, as_json=json)


@app.command
async def report(
    journal: Path,
    /,
    *,
    output: Annotated[Path | None, Parameter(name=("--output", "-o"))] = None,
    csv: Path | None = None,
    jsonl: Path | None = None,
    fee: Money | None = None,
    json: Flag = False,
) -> int:
    """Write what a batch came to, for people, and its failed rows, to be corrected and run again.

    It reads the journal only, also while the batch runs. Unknown rows are in the report, and never in the files.

    Args:
        journal: File that `batch run` made.
        output: The report: one HTML file that needs nothing else. A report that is there already is made again.
        csv: The failed rows, in the input's own columns and with the reasons; never over a file that is there.
        jsonl: The same as JSON Lines, which hold what no cell can.
        fee: Price of one attempt, for the report.
        json: Print one object for programs.
    """
    from campaign_reg.cli.batch.report import Wanted, write_reports

    _must_exist(journal)
    return await write_reports(
        Wanted(journal=journal, page=output, csv=csv, jsonl=jsonl, fee=fee, as_json=json)
    )


@app.command
def forget(journal: Path, /, *, json: Flag = False) -> int:
    """Give up the campaigns held by a batch whose journal is gone for good.

    A campaign is in one open batch of a machine at a time. What that batch had sent is then known to the vendor only.

    Args:
        journal: Where the journal was.
        json: Print one object for programs.
    """
    from campaign_reg.cli.output import say, say_json
    from campaign_reg.journal.claims import forget as give_up

    held = give_up(journal)
    if json:
        say_json({"journal": str(journal), "forgotten": held})
    else:
        say(f"{held:,} campaigns of {journal} may be in another batch now")
    return Exit.DONE


def _header(journal: Path) -> Header:
    """What an existing journal is about."""
    from campaign_reg.journal.schema import read_header

    _must_exist(journal)
    return read_header(journal)


def _one_of(source: Path | None, *, listed: bool) -> None:
    """Refuse a batch with no source of its campaigns, or with two."""
    from campaign_reg.errors import InvalidInputError

    if (source is None) is not listed:
        raise InvalidInputError("give either --input FILE or --all-paused, which takes them from a listing")


def _must_exist(journal: Path) -> None:
    from campaign_reg.errors import InvalidInputError

    if not journal.exists():
        raise InvalidInputError(f"there is no journal {journal}: `campaign-reg batch run` makes one")
