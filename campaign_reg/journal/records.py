"""What a journal holds of a batch: its header, rows and results, and the plain form of an outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.models.outcome import Feedback, Outcome
from campaign_reg.models.terms import Change, Direction


@attrs.frozen(kw_only=True)
class Header:
    """What a journal is about; it never changes."""

    provider: str
    account: str
    verb: str


@attrs.frozen(kw_only=True)
class RowRecord:
    """One row as the journal holds it.

    Attributes:
        n: Its place in the input, from 1.
        id: The campaign's id; of a create, the caller's name for the row.
        params: The verb's parameters, plain.
        phase: Where it stands.
        attempts: Writes that were, or may have been, applied.
        preimage: The reading before the newest write, plain.
        readings: Readings since that matter, plain.
        sent_at: When the newest write left, ISO 8601.
        target: The id of the campaign that a create has made, as soon as it is known.
        planned: The reading that a saved plan rests on, plain.
    """

    n: int
    id: str
    params: Mapping[str, Any] = attrs.field(factory=dict)
    phase: str = "ready"
    attempts: int = 0
    preimage: Mapping[str, Any] | None = None
    readings: Sequence[Mapping[str, Any]] = ()
    sent_at: str | None = None
    target: str | None = None
    planned: Mapping[str, Any] | None = None


@attrs.frozen(kw_only=True)
class ResultRecord:
    """How one row ended, as the journal holds it."""

    seq: int
    n: int
    id: str
    params: Mapping[str, Any]
    attempts: int
    document: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Totals:
    """All rows and results together.

    Attributes:
        rows: Rows in all.
        sent: Rows of which at least one write was, or may have been, applied.
        attempts: Writes that were, or may have been, applied.
        newest: Sequence number of the newest; 0 where there is none.
        verdicts: Rows by verdict.
        downgraded: Rows whose terms changed for the worse.
        reasons: Rows by code, field and text of what stopped them; of a row without feedback, by its reason alone.
    """

    rows: int = 0
    sent: int = 0
    attempts: int = 0
    newest: int
    verdicts: Mapping[str, int]
    downgraded: int
    reasons: Mapping[tuple[str, str, str], int]


@attrs.frozen(kw_only=True)
class RowResult:
    """How one row ended.

    Attributes:
        id: The row's id.
        params: The verb's parameters, plain.
        attempts: Writes that were, or may have been, applied: 0, 1, or 2 where a lost one was proven unapplied.
        outcome: How it ended; without the campaign itself. Its `target` is the campaign's id.
    """

    id: str
    params: Mapping[str, Any]
    attempts: int
    outcome: Outcome


def outcome_to_text(outcome: Outcome, row_id: str) -> str:
    """An outcome for the journal, without the campaign; the target only where it is not the row's id."""
    plain: dict[str, Any] = {
        "verdict": outcome.verdict,
        "evidence": outcome.evidence,
        "reason": outcome.reason,
    }
    if outcome.target != row_id:
        plain["target"] = outcome.target
    if outcome.settled_at is not None:
        plain["at"] = outcome.settled_at.isoformat(timespec="seconds")
    if outcome.feedback:
        plain["feedback"] = [attrs.asdict(item, filter=_is_said) for item in outcome.feedback]
    if outcome.changes:
        plain["changes"] = [attrs.astuple(change) for change in outcome.changes]
    return json.dumps(plain, separators=(",", ":"))


def _is_said(_: object, value: object) -> bool:
    """What is empty comes back by itself."""
    return bool(value)


def result_of(record: ResultRecord, verb: Verb) -> RowResult:
    """A result as it was journalled."""
    plain = record.document
    at = plain.get("at")
    outcome = Outcome(
        target=plain.get("target", record.id),
        verb=verb,
        verdict=Verdict(plain["verdict"]),
        evidence=Evidence(plain["evidence"]),
        reason=plain["reason"],
        feedback=tuple(Feedback(**item) for item in plain.get("feedback", ())),
        changes=tuple(_change(item) for item in plain.get("changes", ())),
        settled_at=None if at is None else datetime.fromisoformat(at),
    )
    return RowResult(id=record.id, params=record.params, attempts=record.attempts, outcome=outcome)


def _change(values: list[Any]) -> Change:
    operator, field, before, after, direction = values
    return Change(operator, field, before, after, Direction(direction))
