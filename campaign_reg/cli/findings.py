"""What was found in drafts before anybody has paid: one finding a line, or counted over the rows of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.cli.output import note, safe, say, show_table
from campaign_reg.errors import CampaignRegError, InvalidInputError
from campaign_reg.models.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from campaign_reg.batch.results import BatchRow
    from campaign_reg.protocol.backend import CampaignBackend

_MOST_NAMED = 3
_MOST_SHOWN = 20


def finding_line(finding: Finding) -> str:
    """One finding in words: its severity, then `field: text - advice`."""
    place = f"{finding.field}: " if finding.field else ""
    advice = f" - {finding.advice}" if finding.advice else ""
    return safe(f"{finding.severity}: {place}{finding.text}{advice}")


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether something breaks a limit of the vendor's."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def has_advice(findings: Iterable[Finding]) -> bool:
    """Whether something is known to be rejected."""
    return any(finding.severity is Severity.ADVICE for finding in findings)


def refusal_words(findings: Sequence[Finding]) -> str:
    """Why nothing is sent, and what to do."""
    if has_errors(findings):
        return "the vendor would refuse it: correct the errors; nothing was sent"
    return "there is advice against it: change the draft, or give --accept-advice; nothing was sent"


@attrs.define(kw_only=True)
class FindingGroup:
    """What was found in so many rows in the same way.

    Attributes:
        severity: Whether the rows are refused, or only pointed out.
        field: The parameter.
        code: Stable name of the rule.
        text: What is wrong in the first of them.
        advice: What to do.
        rows: How many; a row counts once.
        first: Names of the first few.
        sendable: How many of them would be sent.
    """

    severity: Severity
    field: str
    code: str
    text: str
    advice: str
    rows: int = 0
    first: list[str] = attrs.field(factory=list)
    sendable: int = 0

    def count(self, row: BatchRow) -> None:
        """Take in one row."""
        self.rows += 1
        self.sendable += row.problem is None
        if len(self.first) < _MOST_NAMED:
            self.first.append(row.id)


def groups_of(rows: Iterable[BatchRow], backend: CampaignBackend[Any], verb: str) -> tuple[FindingGroup, ...]:
    """Findings of a batch of creates by field and rule, errors and the most frequent first; none of other verbs."""
    if not backend.rule(verb).creates:
        return ()
    found: dict[tuple[str, str, str], FindingGroup] = {}
    for row in rows:
        for key, finding in _findings(row, backend, verb).items():
            group = found.setdefault(key, _group(finding))
            group.count(row)
    return tuple(
        sorted(found.values(), key=lambda group: (group.severity is not Severity.ERROR, -group.rows))
    )


def _findings(row: BatchRow, backend: CampaignBackend[Any], verb: str) -> dict[tuple[str, str, str], Finding]:
    try:
        findings = backend.lint(verb, row.params)
    except CampaignRegError:  # not of the verb's form: the row's own problem says so
        return {}
    return {(finding.severity, finding.field, finding.code): finding for finding in reversed(findings)}


def _group(finding: Finding) -> FindingGroup:
    return FindingGroup(
        severity=finding.severity,
        field=finding.field,
        code=finding.code,
        text=finding.text,
        advice=finding.advice,
    )


def show_groups(groups: Sequence[FindingGroup]) -> None:
    """Print what was found in a batch."""
    if not groups:
        return
    say()
    rows = [
        (group.severity, f"{group.rows:,}", group.field, group.code, _names(group), group.advice)
        for group in groups[:_MOST_SHOWN]
    ]
    show_table(("found", "rows", "field", "rule", "in", "what to do"), rows, right=(1,))
    if len(groups) > _MOST_SHOWN:
        say(f"and {len(groups) - _MOST_SHOWN} more kinds: see --json")


def refuse_advice(groups: Sequence[FindingGroup], *, accepted: bool) -> None:
    """Say what advice there is against rows that would be sent.

    Raises:
        InvalidInputError: There is some, and it was not accepted.
    """
    against = [group for group in groups if group.severity is Severity.ADVICE and group.sendable]
    for group in against:
        rows = f"{group.sendable:,} row{'s' if group.sendable > 1 else ''} ({_names(group)})"
        note(safe(f"advice for {rows}: {group.field}: {group.text} - {group.advice}"))
    if against and not accepted:
        raise InvalidInputError(
            "there is advice against some rows: change them, or give --accept-advice; nothing was sent"
        )


def _names(group: FindingGroup) -> str:
    return ", ".join(group.first) + (", ..." if group.rows > len(group.first) else "")
