"""`campaign-reg batch`: many campaigns of one provider and one verb, with a journal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from campaign_reg.cli.exits import EXIT_CODES, Exit
from campaign_reg.cli.options import Count, Flag, Money, Rate

if TYPE_CHECKING:
    from campaign_reg.cli.carry import Job
    from campaign_reg.pace import Limits

Source = Annotated[Path, Parameter(name="--input")]
Listed = Annotated[bool, Parameter(name="--all-paused", negative=(), show_default=False)]

app = App(
    name="batch",
    help="Many campaigns, with a journal: plan, run, resume, status, report, forget.",
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
    fee: Money | None = None,
    max_items: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
    max_fee: Money | None = None,
    in_flight: Count = 64,
    per_second: Rate | None = None,
    profile: str | None = None,
    json: Flag = False,
) -> int:
    """Say what a run would do and may cost; reads only.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        verb: Such as resubmit.
        source: CSV file (a header row with id and the verb's parameters), or .jsonl with one object a line.
        listed: Instead of a file: every campaign that a listing shows in a state that the verb is for.
        fee: Price of one attempt.
        max_items: Fail when more campaigns would be sent.
        max_fee: Fail when more would be paid; needs --fee.
        in_flight: Requests at once.
        per_second: Requests a second at most.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object for programs.
    """
    from campaign_reg.cli.carry import Caps, Job
    from campaign_reg.cli.planning import show_plan

    _one_of(source, listed=listed)
    return await show_plan(
        Job(
            provider=provider,
            verb=verb,
            journal=Path(),
            input=source,
            listed=listed,
            profile=profile,
            limits=_limits(in_flight, per_second),
            caps=Caps(fee=fee, max_items=max_items, max_fee=max_fee),
            as_json=json,
        )
    )


@app.command
async def run(
    provider: str,
    verb: str,
    /,
    *,
    source: Source | None = None,
    listed: Listed = False,
    journal: Path,
    fee: Money | None = None,
    max_items: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
    max_fee: Money | None = None,
    in_flight: Count = 64,
    per_second: Rate | None = None,
    accept_advice: Flag = False,
    no_resend: Flag = False,
    profile: str | None = None,
    json: Flag = False,
) -> int:
    """Carry every row out, once. The same command again, or `batch resume`, goes on after any stop.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        verb: Such as resubmit.
        source: CSV file (a header row with id and the verb's parameters; an empty cell leaves one out), or .jsonl
            with one object a line. For creates the id is your own name for the row, and may be left out.
        listed: Instead of a file: every campaign that a listing shows in a state that the verb is for.
        journal: File that records what was sent; made where there is none.
        fee: Price of one attempt.
        max_items: Send nothing at all when the input has more campaigns.
        max_fee: Send nothing at all when it could cost more; needs --fee.
        in_flight: Requests at once.
        per_second: Requests a second at most.
        accept_advice: Send creates although there is advice against them; `batch plan` shows it.
        no_resend: Never send a lost write again, even if it is proven that it was not applied.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object for programs.
    """
    from campaign_reg.cli.carry import Caps, Job, carry_out

    _one_of(source, listed=listed)
    return await carry_out(
        Job(
            provider=provider,
            verb=verb,
            journal=journal,
            input=source,
            listed=listed,
            profile=profile,
            limits=_limits(in_flight, per_second),
            resend="never" if no_resend else "proven",
            caps=Caps(fee=fee, max_items=max_items, max_fee=max_fee),
            accept_advice=accept_advice,
            as_json=json,
        )
    )


@app.command
async def resume(
    journal: Path,
    /,
    *,
    in_flight: Count = 64,
    per_second: Rate | None = None,
    no_resend: Flag = False,
    profile: str | None = None,
    json: Flag = False,
) -> int:
    """Go on with a batch that was stopped, cut off or killed; provider, verb and rows are in its journal.

    Args:
        journal: File that `batch run` made.
        in_flight: Requests at once.
        per_second: Requests a second at most.
        no_resend: Never send a lost write again, even if it is proven that it was not applied.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object for programs.
    """
    from campaign_reg.cli.carry import carry_out

    job = _resumed(journal, profile, _limits(in_flight, per_second), no_resend=no_resend, as_json=json)
    return await carry_out(job)


@app.command
def status(journal: Path, /, *, rows: Flag = False, json: Flag = False) -> int:
    """Say where a batch stands; reads its journal only, also while it runs.

    Args:
        journal: File that `batch run` made.
        rows: Every row that has ended, too: one object a line with --json.
        json: Print one object for programs, last.
    """
    from campaign_reg.cli.summary import document, exit_of, row_document, show_account, show_rows
    from campaign_reg.cli.words import say_json
    from campaign_reg.report.account import account, results

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
        output: The report: one HTML file that needs nothing else. A report that is there already is made anew.
        csv: The failed rows, in the input's own columns and with the reasons; never over a file that is there.
        jsonl: The same as JSON Lines, which hold what no cell can.
        fee: Price of one attempt, for the report.
        json: Print one object for programs.
    """
    from campaign_reg.cli.reporting import Wanted, write_reports

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
    from campaign_reg.cli.words import say, say_json
    from campaign_reg.engine.claims import forget as give_up

    held = give_up(journal)
    if json:
        say_json({"journal": str(journal), "forgotten": held})
    else:
        say(f"{held:,} campaigns of {journal} may be in another batch now")
    return Exit.DONE


def _limits(in_flight: int, per_second: Rate | None) -> Limits:
    from campaign_reg.pace import Limits

    return Limits(in_flight=in_flight, per_second=per_second)


def _resumed(journal: Path, profile: str | None, limits: Limits, *, no_resend: bool, as_json: bool) -> Job:
    from campaign_reg.cli.carry import Job
    from campaign_reg.engine.journal import read_header

    _must_exist(journal)
    header = read_header(journal)
    return Job(
        provider=header.provider,
        verb=header.verb,
        journal=journal,
        profile=profile,
        limits=limits,
        resend="never" if no_resend else "proven",
        as_json=as_json,
    )


def _one_of(source: Path | None, *, listed: bool) -> None:
    """Refuse a batch that nobody, or two, say the campaigns of."""
    from campaign_reg.errors import InvalidInputError

    if (source is None) is not listed:
        raise InvalidInputError("give either --input FILE or --all-paused, which takes them from a listing")


def _must_exist(journal: Path) -> None:
    from campaign_reg.errors import InvalidInputError

    if not journal.exists():
        raise InvalidInputError(f"there is no journal {journal}: `campaign-reg batch run` makes one")
