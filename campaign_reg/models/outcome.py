"""How an action ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic

import attrs

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.models.campaign import C_co
from campaign_reg.models.terms import Change, downgrades_of


@attrs.frozen(kw_only=True)
class Feedback:
    """One reason.

    Attributes:
        code: The vendor's code; empty where it gave none.
        field: What it is about, in the vendor's words; empty where it named nothing.
        text: The vendor's words.
        advice: What to do about it; empty where we know nothing better than the vendor's words.
        raw: The reason as it came.
    """

    code: str = ""
    field: str = ""
    text: str = ""
    advice: str = ""
    raw: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True)
class Outcome(Generic[C_co]):
    """How an action ended, and what that rests on.

    Attributes:
        target: The campaign's id; empty where a create was never answered.
        verb: What was done.
        verdict: How it ended. A rejection is a verdict, not an exception.
        evidence: What the verdict rests on.
        reason: In words, for people.
        campaign: The vendor's model as last read; None where it was not read.
        feedback: The vendor's reasons, for a failure.
        changes: Terms that differ from before the write.
        settled_at: When we saw it, aware UTC.
    """

    target: str
    verb: Verb
    verdict: Verdict
    evidence: Evidence
    reason: str = ""
    campaign: C_co | None = attrs.field(default=None, repr=False, eq=False)
    feedback: tuple[Feedback, ...] = ()
    changes: tuple[Change, ...] = ()
    settled_at: datetime | None = None

    @property
    def downgrades(self) -> tuple[Change, ...]:
        """The changes for the worse."""
        return downgrades_of(self.changes)

    @classmethod
    def unknown(cls, target: str, verb: Verb, reason: str, at: datetime) -> Outcome[Any]:
        """Make the outcome of an action that readings cannot decide."""
        return cls._inferred(target, verb, Verdict.UNKNOWN, reason, at)

    @classmethod
    def acknowledged(cls, target: str, verb: Verb, at: datetime) -> Outcome[Any]:
        """Make the outcome of a write whose answer says that it is done."""
        return cls(
            target=target,
            verb=verb,
            verdict=Verdict.SUCCEEDED,
            evidence=Evidence.ACKNOWLEDGED,
            reason="the vendor answered that it is done",
            settled_at=at,
        )

    @classmethod
    def cancelled(cls, target: str, verb: Verb, at: datetime) -> Outcome[Any]:
        """Make the outcome of a row that was cancelled before it was sent."""
        return cls._inferred(target, verb, Verdict.CANCELLED, "cancelled before it was sent", at)

    @classmethod
    def never_sent(cls, target: str, verb: Verb, reason: str) -> Outcome[Any]:
        """Make the outcome of a row that can never be sent."""
        return cls._inferred(target, verb, Verdict.FAILED, f"never sent: {reason}", None)

    @classmethod
    def _inferred(
        cls, target: str, verb: Verb, verdict: Verdict, reason: str, at: datetime | None
    ) -> Outcome[Any]:
        return cls(
            target=target,
            verb=verb,
            verdict=verdict,
            evidence=Evidence.INFERRED,
            reason=reason,
            settled_at=at,
        )
