"""How an action ended."""

from __future__ import annotations

from datetime import datetime

import attrs

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.models.campaign import Campaign
from campaign_reg.models.change import Change, Direction
from campaign_reg.models.feedback import Feedback


@attrs.frozen(kw_only=True)
class Outcome:
    """How an action ended, and what that rests on.

    Attributes:
        target: The campaign's id; empty where a create was never answered.
        verb: What was done.
        verdict: How it ended. A rejection is a verdict, not an exception.
        evidence: What the verdict rests on.
        reason: In words, for people.
        campaign: As last read; None where it was not read.
        feedback: The vendor's reasons, for a failure.
        changes: Terms that differ from before the write.
        settled_at: When we saw it, aware UTC.
    """

    target: str
    verb: Verb
    verdict: Verdict
    evidence: Evidence
    reason: str = ""
    campaign: Campaign | None = attrs.field(default=None, repr=False, eq=False)
    feedback: tuple[Feedback, ...] = ()
    changes: tuple[Change, ...] = ()
    settled_at: datetime | None = None

    @property
    def downgrades(self) -> tuple[Change, ...]:
        """The changes for the worse."""
        return tuple(change for change in self.changes if change.direction is Direction.WORSE)
