"""Journals as a run leaves them, written through the journal itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.journal.records import Header, RowRecord, outcome_to_text
from campaign_reg.journal.sqlite import SqliteJournal
from campaign_reg.models.outcome import Outcome
from campaign_reg.models.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from campaign_reg.models.outcome import Feedback
    from campaign_reg.models.reading import Terms
    from campaign_reg.models.terms import Change

SENT_AT = datetime(2026, 4, 10, 8, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class Line:
    """One row; without a verdict it is open, and without attempts it was never sent."""

    id: str
    params: dict[str, Any] = attrs.field(factory=dict)
    verdict: Verdict | None = None
    evidence: Evidence = Evidence.ACKNOWLEDGED
    reason: str = ""
    feedback: tuple[Feedback, ...] = ()
    changes: tuple[Change, ...] = ()
    terms: Terms = attrs.field(factory=dict)
    seconds: float = 60.0
    attempts: int = 1
    target: str | None = None


async def write_journal(
    path: Path,
    lines: Iterable[Line],
    *,
    verb: Verb = Verb.RESUBMIT,
    provider: str = "sinch",
    columns: Sequence[str] = (),
    sealed: bool = True,
) -> Path:
    """Write a journal, and let it go."""
    journal = await SqliteJournal.open(path, Header(provider=provider, account="p", verb=verb.value))
    listed = list(lines)
    await journal.add([RowRecord(n=n, id=line.id, params=line.params) for n, line in enumerate(listed, 1)])
    for n, line in enumerate(listed, 1):
        await _write(journal, n, line, verb)
    if sealed:
        await journal.seal("0", json.dumps(list(columns)))
    await journal.aclose()
    return path


async def _write(journal: SqliteJournal, n: int, line: Line, verb: Verb) -> None:
    if line.attempts:
        preimage = Reading(
            target=line.id, version="1", status="ACTIVE", terms=line.terms, taken_at=SENT_AT
        ).to_plain()
        await journal.intent(n, 1, json.dumps(preimage), "00", SENT_AT.isoformat())
        await journal.phase(n, "sent", line.attempts, line.target)
    if line.verdict is not None:
        outcome = Outcome(
            target=line.target or line.id,
            verb=verb,
            verdict=line.verdict,
            evidence=line.evidence,
            reason=line.reason,
            feedback=line.feedback,
            changes=line.changes,
            settled_at=SENT_AT + timedelta(seconds=line.seconds),
        )
        await journal.end(n, line.verdict, line.attempts, outcome_to_text(outcome, line.id))
