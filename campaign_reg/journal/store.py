"""What a batch asks of the place where it keeps its truth; the journal in one SQLite file is one such place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import attrs

GUARDRAILS, ACCEPTED = "brakes", "accepted"
"""Facts under which a journal keeps what holds its batch, and what no longer does."""


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


class JournalStore(Protocol):
    """Where a batch keeps its truth. Every method returns only when what it says is durable.

    All raise `JournalError` when it cannot be written; nothing may be sent after that.
    """

    @property
    def header(self) -> Header:
        """What the journal is about."""
        ...

    async def meta(self, key: str) -> str | None:
        """A remembered fact."""
        ...

    async def remember(self, key: str, value: str) -> None:
        """Remember a fact."""
        ...

    async def clear(self) -> None:
        """Forget all rows of an input that was never sealed."""
        ...

    async def add(self, rows: Sequence[RowRecord]) -> None:
        """Add rows, all or none."""
        ...

    async def rows(self, phases: Sequence[str], after: int, most: int) -> list[RowRecord]:
        """Rows in these phases beyond place `after`, in order, at most so many."""
        ...

    async def row(self, id: str) -> RowRecord | None:
        """The row of this id."""
        ...

    async def planned(self, plans: Sequence[tuple[int, str]]) -> None:
        """What rows, by their place, looked like when the run was planned."""
        ...

    async def intent(self, n: int, attempts: int, preimage: str, digest: str, at: str) -> None:
        """A write is about to leave."""
        ...

    async def phase(self, n: int, phase: str, attempts: int, target: str | None = None) -> None:
        """A row changed phase, and perhaps its campaign got an id."""
        ...

    async def take_back(self, n: int, phase: str, attempts: int, preimage: str, sent_at: str | None) -> None:
        """A write that was about to leave was not applied: the row is about an earlier one again."""
        ...

    async def observed(self, n: int, phase: str, readings: str) -> None:
        """Something was seen that decides later on."""
        ...

    async def end(self, n: int, verdict: str, attempts: int, document: str) -> bool:
        """A row ended; saying so twice changes nothing. Returns whether it is news."""
        ...

    async def cancel(self, verdict: str, document: str) -> int:
        """End every row that has not been sent, all alike; returns how many."""
        ...

    async def decide(self, n: int, verdict: str, document: str) -> None:
        """Put a person's word in place of a row's result, as the newest one."""
        ...

    async def result(self, id: str) -> ResultRecord | None:
        """How the row of this id ended; None while it has not."""
        ...

    async def results(self, after: int, most: int) -> list[ResultRecord]:
        """Results beyond sequence number `after`, in order, at most so many."""
        ...

    async def totals(self) -> Totals:
        """All rows and results together, however many they are."""
        ...

    async def counts(self) -> dict[str, int]:
        """How many rows are in each phase."""
        ...

    async def preimage(self, n: int) -> Mapping[str, Any] | None:
        """A row's whole pre-image."""
        ...

    async def aclose(self) -> None:
        """Finish what was begun and let go."""
        ...
