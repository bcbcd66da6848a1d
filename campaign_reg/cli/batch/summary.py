"""What a batch came to: for people, and as one object for programs."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any

from campaign_reg.batch.statistics import OPEN_WORDS
from campaign_reg.cli.exit_codes import Exit, exit_of_verdicts
from campaign_reg.cli.output import say, show_table
from campaign_reg.enums import Verb, Verdict
from campaign_reg.text import term_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal
    from pathlib import Path

    from campaign_reg.batch.statistics import Account, Downgrade, Reason
    from campaign_reg.journal.records import RowResult

_MOST_SHOWN = 10


def document(path: Path, account: Account, code: Exit) -> dict[str, Any]:
    """The account as an object."""
    summary = account.summary
    return {
        "journal": path,
        "provider": account.header.provider,
        "account": account.header.account,
        "verb": account.header.verb,
        "rows": summary.rows,
        "open": summary.open,
        "verdicts": summary.verdicts,
        "evidence": account.evidence,
        "attempts": account.summary.attempts,
        "resent": account.resent,
        "downgraded": summary.downgraded,
        "reasons": account.reasons,
        "downgrades": account.downgrades,
        "phases": account.phases,
        "brakes": account.guardrails,
        "hold": summary.hold,
        "unknown": account.unknown,
        "changed_since_plan": account.changed_since_plan,
        "exit_code": int(code),
    }


def exit_of(account: Account) -> Exit:
    """The exit code of a batch in this state."""
    return exit_of_verdicts(account.summary.verdicts, account.summary.open or not account.sealed)


def show_account(path: Path, account: Account, fee: Decimal | None = None) -> None:
    """Print an account for people."""
    summary, header = account.summary, account.header
    say(f"{header.verb} at {header.provider}, journal {path}")
    say()
    show_table(("", ""), _counts(account, fee or account.guardrails.fee), right=(1,))
    show_reasons(account.reasons)
    show_downgrades(account.downgrades)
    show_unknown(path, account)
    if summary.open:
        phases = ", ".join(
            f"{rows} {OPEN_WORDS[phase]}" for phase, rows in account.phases.items() if phase in OPEN_WORDS
        )
        say(f"\n{summary.open} rows are still open: {phases}")
    if summary.hold is not None:
        say(f"\nStopped: {summary.hold.reason}")
    if not account.sealed:
        say("\nThe input is not complete: run the batch again with the same input")


def _counts(account: Account, fee: Decimal | None) -> list[tuple[object, ...]]:
    summary = account.summary
    counts: list[tuple[object, ...]] = [("rows", f"{summary.rows:,}")]
    counts += [(verdict.replace("_", " "), f"{rows:,}") for verdict, rows in summary.verdicts.items() if rows]
    if summary.open:
        counts.append(("still open", f"{summary.open:,}"))
    if account.resent:
        counts.append(("sent again, the first proven unapplied", f"{account.resent:,}"))
    if account.changed_since_plan:
        counts.append(("changed between plan and write", f"{account.changed_since_plan:,}"))
    if summary.downgraded:
        counts.append(("with worse terms than before", f"{summary.downgraded:,}"))
    if fee is not None:
        counts.append(
            (f"at most billed, {account.summary.attempts:,} x {fee}", f"{account.summary.attempts * fee:,}")
        )
    return counts


def show_reasons(reasons: tuple[Reason, ...]) -> None:
    """Print why rows failed, the vendor's reasons grouped by code and field, with what to do about them."""
    if not reasons:
        return
    say()
    shown = reasons[:_MOST_SHOWN]
    advised = any(reason.advice for reason in shown)
    rows = [
        (reason.rows, reason.code, reason.field, reason.text, *([reason.advice] if advised else []))
        for reason in shown
    ]
    show_table(("rows", "code", "field", "reason", *(["advice"] if advised else [])), rows, right=(0,))
    _say_more(len(reasons), "reasons")


def show_downgrades(downgrades: tuple[Downgrade, ...]) -> None:
    """Print which terms got worse."""
    if not downgrades:
        return
    say()
    rows = [
        (item.rows, item.operator, item.field, f"{term_text(item.before)} -> {term_text(item.after)}")
        for item in downgrades[:_MOST_SHOWN]
    ]
    show_table(("rows", "operator", "worse term", "before -> after"), rows, right=(0,))
    _say_more(len(downgrades), "ways")


def show_unknown(path: Path, account: Account) -> None:
    """Print which rows a person has to decide, and the command that does."""
    if not account.unknown:
        return
    say()
    show_table(("unknown", "why"), [(row.id, row.reason) for row in account.unknown[:_MOST_SHOWN]])
    _say_more(account.summary.verdicts[Verdict.UNKNOWN], "rows")
    row = account.unknown[0].id
    say("Look at the vendor, then say for each what you found, for example:")
    say(f"  campaign-reg batch decide {quote(str(path))} {quote(row)} --applied    (or --not-applied)")


def _say_more(found: int, what: str) -> None:
    if found > _MOST_SHOWN:
        say(f"and {found - _MOST_SHOWN} more {what}: see --json")


def show_rows(verb: str, results: Iterable[RowResult]) -> None:
    """Print how rows ended; those of creates with the campaign that was made, or blocked it."""
    if verb == Verb.CREATE:
        made = ((row.id, campaign_of(row), *_ending(row)) for row in results)
        show_table(("row", "campaign", "verdict", "evidence", "reason"), made)
    else:
        ended = ((row.id, *_ending(row)) for row in results)
        show_table(("id", "verdict", "evidence", "reason"), ended)


def _ending(result: RowResult) -> tuple[object, ...]:
    return result.outcome.verdict, result.outcome.evidence, result.outcome.reason


def campaign_of(result: RowResult) -> str | None:
    """The campaign that a row is about; None for a create that is not known to have made one."""
    outcome = result.outcome
    if outcome.verb is not Verb.CREATE or outcome.target != result.id:
        return outcome.target or None
    # Where a row is called like its campaign, only these verdicts say that there is one.
    return outcome.target if outcome.verdict in {Verdict.SUCCEEDED, Verdict.SKIPPED} else None


def row_document(result: RowResult) -> dict[str, Any]:
    """One row's result as an object."""
    outcome = result.outcome
    return {
        "id": result.id,
        "target": campaign_of(result),
        "params": result.params,
        "attempts": result.attempts,
        "verdict": outcome.verdict,
        "evidence": outcome.evidence,
        "reason": outcome.reason,
        "feedback": outcome.feedback,
        "changes": outcome.changes,
        "settled_at": outcome.settled_at,
    }
