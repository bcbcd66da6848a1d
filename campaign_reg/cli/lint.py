"""A campaign's parameters from a JSON file, and `campaign-reg lint`, which looks at them before anybody has paid."""

from __future__ import annotations

import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.cli.options import Draft, Flag, Members
from campaign_reg.cli.output import note, safe, say, show_table
from campaign_reg.errors import CampaignRegError, InvalidInputError
from campaign_reg.models.finding import Finding, Severity
from campaign_reg.protocol.params import params_from_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from campaign_reg.batch.results import BatchRow
    from campaign_reg.protocol.ports import CampaignBackend

_STANDARD_INPUT = "-"
_MOST_NAMED = 3
_MOST_SHOWN = 20


def lint(
    provider: str,
    /,
    *,
    source: Draft | None = None,
    settings: Members | None = None,
    verb: str = "create",
    profile: str | None = None,
    json: Flag = False,
) -> Coroutine[Any, Any, int]:
    """Say what the vendor would refuse of a draft, or is known to reject; no request is made.

    Ends with 1 when there are errors; advice alone ends with 0.

    Args:
        provider: Such as sinch; `campaign-reg providers` lists them.
        source: JSON file with the campaign's parameters; - reads standard input.
        settings: One parameter, as name=value, next to or instead of the file; may be repeated.
        verb: What the parameters are for.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object for programs.
    """
    from campaign_reg.cli.options import pairs

    order = Order(provider=provider, verb=verb, draft=read_draft(source), cells=pairs(settings, "--set"))
    return _lint(order, profile, as_json=json)


async def _lint(order: Order, profile: str | None, *, as_json: bool) -> int:
    from campaign_reg.cli.exit_codes import Exit
    from campaign_reg.cli.output import say_json
    from campaign_reg.connection import connect

    async with connect(order.provider, profile=profile) as backend:
        findings = _findings(order, backend)
    code = Exit.FAILED if has_errors(findings) else Exit.DONE
    if as_json:
        say_json({"findings": findings, "exit_code": int(code)})
        return code
    for finding in findings:
        say(finding_line(finding))
    if not findings:
        say("nothing to point out")
    return code


def _findings(order: Order, backend: CampaignBackend[Any]) -> list[Finding]:
    """The findings; of a create also what is refused without being one of them."""
    params = params_of(order, backend)
    findings = list(backend.lint(order.verb, params))
    if not backend.rule(order.verb).creates or has_errors(findings):
        return findings
    try:
        backend.check(order.verb, None, params)
    except InvalidInputError as error:
        refused = Finding(code="refused", field="", text=str(error), advice="", severity=Severity.ERROR)
        return [refused, *findings]
    return findings


def read_draft(source: str | None) -> dict[str, Any]:
    """The object in a JSON file, or on standard input for `-`; empty without one.

    Raises:
        InvalidInputError: It cannot be read, or holds no object.
    """
    from campaign_reg.cli.batch.input_formats import object_of

    if source is None:
        return {}
    name = "standard input" if source == _STANDARD_INPUT else source
    try:
        content = sys.stdin.buffer.read() if source == _STANDARD_INPUT else Path(source).read_bytes()
        return object_of(content.decode("utf-8-sig"))
    except OSError as error:
        raise InvalidInputError(f"{name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{name} is not UTF-8: save it as UTF-8") from error
    except ValueError as error:
        raise InvalidInputError(f"{name} is {error}: it must hold one JSON object, a draft") from error


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
    """What was found in this many rows in the same way.

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
        for key, finding in _findings_of_row(row, backend, verb).items():
            group = found.setdefault(key, _group(finding))
            group.count(row)
    return tuple(
        sorted(found.values(), key=lambda group: (group.severity is not Severity.ERROR, -group.rows))
    )


def _findings_of_row(
    row: BatchRow, backend: CampaignBackend[Any], verb: str
) -> dict[tuple[str, str, str], Finding]:
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


@attrs.frozen(kw_only=True)
class Order:
    """One write that was asked for.

    Attributes:
        provider: Registered name.
        verb: What to do.
        target: To which campaign; None for a create.
        draft: Parameters as JSON has them.
        cells: Parameters as text; they win over the draft.
        accept_advice: Whether a create goes on although there is advice against it.
    """

    provider: str
    verb: str
    target: str | None = None
    draft: Mapping[str, Any] = attrs.field(factory=dict)
    cells: Mapping[str, str] = attrs.field(factory=dict)
    accept_advice: bool = False


def params_of(order: Order, backend: CampaignBackend[Any]) -> dict[str, Any]:
    """The verb's parameters as plain values.

    Raises:
        UnsupportedVerbError: The provider lacks the verb.
        InvalidInputError: A text that cannot be read as its parameter's type.
    """
    return {**order.draft, **params_from_text(backend.rule(order.verb).params, order.cells)}
