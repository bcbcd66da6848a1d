"""The vendor's ledger next to the journal: what was really applied, and whether each verdict is true."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.batch.statistics import Account, results
from campaign_reg.cli.output import say, show_table
from campaign_reg.enums import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from campaign_reg.journal.records import RowResult
    from campaign_reg.sandbox import Sandbox

_LONGER_THAN_ANY_FAULT_SECONDS = 3600.0
_VENDOR_WORD = {Verdict.SUCCEEDED: "RESUBMIT_SUCCESSFUL", Verdict.FAILED: "RESUBMIT_FAILED"}
_MOST_SHOWN = 10


@attrs.frozen(kw_only=True)
class Audit:
    """What the comparison found.

    Attributes:
        campaigns: Rows of the input.
        applied: Resubmissions in the vendor's ledger.
        applied_once: Campaigns that stand in it once.
        applied_twice: Campaigns that stand in it more than once.
        never_applied: Campaigns that do not stand in it.
        lost: Campaigns without a verdict.
        unknown: Campaigns whose verdict is unknown.
        disagreements: Verdicts that the ledger contradicts, with the reason.
        over_limit: Requests that the vendor refused as too many a second.
    """

    campaigns: int
    applied: int
    applied_once: int
    applied_twice: int
    never_applied: int
    lost: int
    unknown: int
    disagreements: tuple[str, ...]
    over_limit: int

    @property
    def clean(self) -> bool:
        """Whether nothing was paid twice, lost or misreported."""
        return not (self.applied_twice or self.lost or self.disagreements)


def audit(sandbox: Sandbox, journal: Path, ids: Sequence[str]) -> Audit:
    """Compare; the vendor's clock is pushed on first, so that no late write can still be on its way."""
    sandbox.clock.advance(_LONGER_THAN_ANY_FAULT_SECONDS)
    applied, ended = sandbox.ledger.counts("resubmitCampaign"), {row.id: row for row in results(journal)}
    verdicts = Counter(row.outcome.verdict for row in ended.values())
    records = sandbox.sinch.campaigns
    objections = (_objection(row, applied[row.id], records) for row in ended.values())
    return Audit(
        campaigns=len(ids),
        applied=applied.total(),
        applied_once=sum(applied[name] == 1 for name in ids),
        applied_twice=sum(times > 1 for times in applied.values()),
        never_applied=sum(applied[name] == 0 for name in ids),
        lost=sum(name not in ended for name in ids),
        unknown=verdicts[Verdict.UNKNOWN],
        disagreements=tuple(text for text in objections if text),
        over_limit=sandbox.stats.over_limit,
    )


def _objection(row: RowResult, applied: int, records: Mapping[str, Mapping[str, Any]]) -> str:
    """Why a row's verdict cannot be true; empty where it can."""
    verdict = row.outcome.verdict
    if verdict is Verdict.UNKNOWN:
        return ""
    if applied > row.attempts:
        return f"{row.id} {verdict} after {row.attempts} attempts, but the vendor applied {applied}"
    if row.attempts and not applied:
        return f"{row.id} {verdict}, but the vendor applied nothing"
    word, expected = records[row.id].get("lastActionStatus"), _VENDOR_WORD.get(verdict)
    if applied and word != expected:
        return f"{row.id} {verdict}, but the vendor says {word}"
    if verdict is Verdict.SUCCEEDED and not applied:
        return f"{row.id} {verdict} without an attempt"
    return ""


def audit_document(found: Audit) -> dict[str, Any]:
    """The comparison as an object."""
    document = {field.name: getattr(found, field.name) for field in attrs.fields(Audit)}
    return document | {"disagreements": len(found.disagreements), "disagreeing": found.disagreements}


def show_audit(found: Audit, account: Account) -> None:
    """Print the comparison, its last line being the one that matters."""
    say()
    evidence = [(kind, rows, _EVIDENCE[kind.value]) for kind, rows in account.evidence.items() if rows]
    show_table(("evidence", "rows", ""), evidence, right=(1,))
    say("\nThe vendor's ledger beside the journal:")
    for text in found.disagreements[:_MOST_SHOWN]:
        say(f"  disagreement: {text}")
    if found.disagreements:
        say(f"  {len(found.disagreements)} verdicts disagree with the ledger")
    never = f", {found.never_applied} never applied" if found.never_applied else ""
    say(
        f"{found.campaigns} campaigns: {found.applied_once} applied once, {found.applied_twice} twice, "
        f"{found.lost} lost, {found.unknown} unknown{never}"
    )


_EVIDENCE = {
    "acknowledged": "the vendor answered",
    "observed": "the answer was lost, the effect was seen",
    "inferred": "neither",
}
