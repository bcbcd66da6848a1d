"""What a person says of rows: that they must not be sent, or what became of those that reading cannot decide."""

from __future__ import annotations

from datetime import datetime

import attrs

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.errors import InvalidInputError, StateError
from campaign_reg.journal.records import ResultRecord, RowResult, outcome_to_text, result_of
from campaign_reg.journal.store import JournalStore
from campaign_reg.models.outcome import Outcome

_SAID = "a person looked at the vendor: it was "
_BEFORE = "; before that: "


async def cancel_rest(journal: JournalStore, verb: Verb, at: datetime) -> tuple[Outcome, int]:
    """End every row that has not been sent; returns their outcome, and how many they are."""
    outcome = Outcome.cancelled("", verb, at)
    return outcome, await journal.cancel(outcome.verdict, outcome_to_text(outcome, ""))


async def decide(
    journal: JournalStore, verb: Verb, id: str, *, applied: bool, target: str | None, at: datetime
) -> tuple[RowResult, RowResult]:
    """Put a person's word in place of `unknown`; returns the result before, and the one after.

    A decision may be corrected by another one.

    Raises:
        InvalidInputError: There is no such row, or it made no campaign.
        StateError: The row is still open, did not end `unknown`, or was decided by another call in the meantime.
    """
    record = await _undecided(journal, verb, id)
    before = result_of(record, verb)
    if target is not None and not (applied and verb is Verb.CREATE):
        raise InvalidInputError("only a create that was applied has made a campaign: leave its id out")
    known = before.outcome
    if verb is Verb.CREATE and not applied:
        target = id  # also where it was said to have made one before
    word = _SAID + ("applied" if applied else "not applied")
    outcome = attrs.evolve(
        known,
        verdict=Verdict.SUCCEEDED if applied else Verdict.FAILED,
        evidence=Evidence.INFERRED,
        reason=f"{word}{_BEFORE}{known.reason.partition(_BEFORE)[2] or known.reason}",
        target=known.target if target is None else target,
        settled_at=at,
    )
    if not await journal.decide(record.seq, outcome.verdict, outcome_to_text(outcome, id)):
        raise StateError(f"row {id!r} was decided by another call in the meantime: look at it again")
    return before, attrs.evolve(before, outcome=outcome)


async def _undecided(journal: JournalStore, verb: Verb, id: str) -> ResultRecord:
    record = await journal.result(id)
    if record is None:
        if await journal.row(id) is None:
            raise InvalidInputError(
                f"the batch has no row {id!r}: `campaign-reg batch status --rows` lists them"
            )
        raise StateError(
            f"row {id!r} is still open: run or resume the batch, only what ends unknown is to be decided"
        )
    result = result_of(record, verb)
    if result.outcome.verdict is not Verdict.UNKNOWN and not result.outcome.reason.startswith(_SAID):
        raise StateError(
            f"row {id!r} ended {result.outcome.verdict} ({result.outcome.reason}): only unknown rows are to be decided"
        )
    return record
