"""Rows, handles, summaries and counts of a batch."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

import attrs

from campaign_reg.enums import Verdict
from campaign_reg.errors import Halt
from campaign_reg.journal.records import OutcomeGroup, RowResult, Totals
from campaign_reg.models.outcome import Outcome

KEY_CHARACTERS = 24


@attrs.frozen
class BatchRow:
    """One row of a batch's input.

    Attributes:
        id: The campaign's id; for a create a name of your own for the row, each used once.
        params: The verb's parameters.
        problem: Why the row cannot be sent, found while reading the input; it ends `failed` with this reason.
    """

    id: str
    params: Mapping[str, Any] = attrs.field(factory=dict)
    problem: str | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class RowHandle:
    """One row of an open-ended batch.

    Attributes:
        id: The row's.
    """

    id: str
    _wait: Callable[[str], Awaitable[RowResult]] = attrs.field(repr=False, eq=False)

    async def result(self) -> RowResult:
        """Wait until the row has ended. Cancelling stops the waiting only.

        Raises:
            BatchClosedError: The batch was closed, or its run is over, before that.
            BatchHaltedError: A guardrail holds the row.
            AuthenticationError: The credentials were refused; the batch can be resumed.
            JournalError: The journal cannot be written.
        """
        return await self._wait(self.id)


@attrs.frozen
class ReasonGroup:
    """One reason of the vendor's, and how many rows it stopped.

    Attributes:
        code: The vendor's code; empty where it gave none.
        field: What it is about, in the vendor's words; empty where it named nothing.
        text: The reason, in the vendor's words or ours.
        rows: How many rows ended for it.
    """

    code: str
    field: str
    text: str
    rows: int


@attrs.frozen(kw_only=True)
class Summary:
    """Progress of a batch.

    Attributes:
        rows: Rows in the input, each id once.
        open: Rows that have not ended.
        verdicts: Rows by verdict; every verdict is there.
        attempts: Writes that were, or may have been, applied, those of open rows too.
        downgraded: Rows whose terms changed for the worse.
        reasons: Why rows failed, the most frequent first.
        hold: What keeps the open rows from being sent; None where nothing does.
    """

    rows: int
    open: int
    verdicts: Mapping[Verdict, int]
    attempts: int
    downgraded: int
    reasons: tuple[ReasonGroup, ...] = ()
    hold: Halt | None = None


@attrs.frozen(kw_only=True)
class AddReport:
    """What became of an input.

    Attributes:
        rows: Rows in the batch.
        repeated: Rows that said the same as an earlier one; each campaign is sent once.
        refused: Ids and reasons of rows that can never be sent; they are in the batch, ended as `failed`.
        known: Whether the same input had been added before.
    """

    rows: int
    repeated: int
    refused: tuple[tuple[str, str], ...]
    known: bool


class Tally:
    """Counts rows, writes and results as they come.

    Attributes:
        rows: Rows in the batch.
        sent: Rows of which a write was, or may have been, applied.
        attempts: Writes that were, or may have been, applied.
        downgraded: Rows whose terms changed for the worse.
        verdicts: Rows by verdict.
    """

    def __init__(self, rows: int = 0, sent: int = 0, attempts: int = 0) -> None:
        self.rows, self.sent, self.attempts, self.downgraded = rows, sent, attempts, 0
        self.verdicts: Counter[Verdict] = Counter()
        self._reasons: Counter[tuple[str, str, str]] = Counter()

    @classmethod
    def of(cls, totals: Totals) -> Self:
        """Count what a journal has."""
        tally = cls(totals.rows, totals.sent, totals.attempts)
        for group in totals.results:
            tally.count(group, group.rows)
        return tally

    @property
    def ended(self) -> int:
        """Rows that have ended."""
        return self.verdicts.total()

    def count(self, outcome: Outcome | OutcomeGroup, rows: int = 1) -> None:
        """Take in one result, or the same one of this many rows; of -1 row, take it out again."""
        self.verdicts[outcome.verdict] += rows
        self.downgraded += rows * bool(outcome.downgrades)
        if outcome.verdict in {Verdict.FAILED, Verdict.ACTION_REQUIRED}:
            for key in {(item.code, item.field, item.text) for item in outcome.feedback} or {
                ("", "", outcome.reason)
            }:
                self._reasons[key] += rows

    def summary(self, hold: Halt | None = None) -> Summary:
        """Counts of the batch."""
        return Summary(
            rows=self.rows,
            open=self.rows - self.ended,
            verdicts={verdict: self.verdicts[verdict] for verdict in Verdict},
            attempts=self.attempts,
            downgraded=self.downgraded,
            reasons=tuple(ReasonGroup(*key, rows) for key, rows in self._reasons.most_common() if rows),
            hold=hold,
        )


def key_of(journal_id: str, row_id: str) -> str:
    """What stands for a create at a vendor that lets it carry a reference: the same after every restart."""
    return hashlib.sha256(f"{journal_id}\n{row_id}".encode()).hexdigest()[:KEY_CHARACTERS]
