"""What a journal holds of a batch: its header, rows and results, and the plain form of an outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.models.outcome import Feedback, Outcome
from campaign_reg.models.terms import Change, Direction, downgrades_of


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
class OutcomeGroup:
    """Results that count alike.

    Attributes:
        verdict: Their verdict.
        reason: Their reason; empty unless it is counted.
        feedback: The vendor's reasons, where they are counted.
        changes: Changes of their terms, if one of them is for the worse.
        rows: How many they are.
    """

    verdict: Verdict
    reason: str = ""
    feedback: tuple[Feedback, ...] = ()
    changes: tuple[Change, ...] = ()
    rows: int

    @property
    def downgrades(self) -> tuple[Change, ...]:
        """The changes for the worse."""
        return downgrades_of(self.changes)

    @classmethod
    def of(
        cls, verdict: str, reason: str | None, feedback: str | None, changes: str | None, rows: int
    ) -> OutcomeGroup:
        """Make a group from the values of a query; feedback and changes are JSON."""
        return cls(
            verdict=Verdict(verdict),
            reason=reason or "",
            feedback=_feedback(json.loads(feedback or "[]")),
            changes=_changes(json.loads(changes or "[]")),
            rows=rows,
        )


@attrs.frozen(kw_only=True)
class Totals:
    """All rows and results together.

    Attributes:
        rows: Rows in all.
        sent: Rows of which at least one write was, or may have been, applied.
        attempts: Writes that were, or may have been, applied.
        newest: Sequence number of the newest; 0 where there is none.
        results: All results, in groups that count alike.
    """

    rows: int = 0
    sent: int = 0
    attempts: int = 0
    newest: int
    results: tuple[OutcomeGroup, ...] = ()


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
        feedback=_feedback(plain.get("feedback", ())),
        changes=_changes(plain.get("changes", ())),
        settled_at=None if at is None else datetime.fromisoformat(at),
    )
    return RowResult(id=record.id, params=record.params, attempts=record.attempts, outcome=outcome)


def _feedback(items: Sequence[Mapping[str, Any]]) -> tuple[Feedback, ...]:
    return tuple(Feedback(**item) for item in items)


def _changes(items: Sequence[Sequence[Any]]) -> tuple[Change, ...]:
    return tuple(
        Change(operator, field, before, after, Direction(direction))
        for operator, field, before, after, direction in items
    )
