"""What a batch asks of the place where it keeps its truth; the journal in one SQLite file is one such place."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from campaign_reg.journal.records import Header, ResultRecord, RowRecord, Totals


class MetaKey(enum.StrEnum):
    """Names of the facts that a journal keeps about its batch as a whole; journals on disk have these values."""

    JOURNAL_ID = "journal_id"
    """Identity of the journal, the same after it was moved or copied."""
    INPUT = "input"
    """Hash of the input; present once the input is complete."""
    OPEN_ENDED = "open_ended"
    """Present where rows come in one by one."""
    COLUMNS = "columns"
    """Names of the input's columns, as JSON."""
    GUARDRAILS = "brakes"
    """What the batch may cost, and when it waits for a person."""
    ACCEPTED = "accepted"
    """What a person has accepted so far."""
    VERSION_MOVES = "version_moves"
    """Present once a version was seen to move after a write."""
    LONGEST_LAG_SECONDS = "longest_lag_seconds"
    """The longest that an acknowledged write was seen to stay invisible, in seconds."""


class JournalStore(Protocol):
    """Where a batch keeps its truth. Every method returns only when what it says is durable.

    Each method is one transaction. None rests on what a process remembers of an earlier call, so that several processes
    may use one store where it allows that. All raise `JournalError` when the store cannot be written; nothing may be
    sent after that.
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

    async def learn(self, *, version_moves: bool, lag_seconds: float | None) -> None:
        """Merge what a write has shown of the account into what is known: the longest lag counts."""
        ...

    async def clear(self) -> bool:
        """Forget all rows of an input that was cut short; returns False if the batch is sealed or open-ended."""
        ...

    async def open_up(self) -> bool:
        """Make it the journal of an open-ended batch, without rows; returns False if it has its whole input.

        One that is open-ended already keeps its rows.
        """
        ...

    async def add(self, rows: Sequence[RowRecord]) -> None:
        """Add rows, all or none."""
        ...

    async def append(self, id: str, params: Mapping[str, Any]) -> tuple[RowRecord | None, bool]:
        """Add one row in the next place, unless its id is there or the batch is sealed.

        Returns:
            The row as the journal has it, and whether it was added; no row where the batch is sealed.
        """
        ...

    async def seal(
        self, digest: str, columns: str | None = None, ended: Sequence[tuple[int, str, str]] = ()
    ) -> bool:
        """Take no more rows; returns False if it was sealed before, which changes nothing.

        Args:
            digest: Hash of the input, or `open_ended`.
            columns: Names of the input's columns, as JSON.
            ended: Place, verdict and document of rows that can never be sent.
        """
        ...

    async def rows(self, phases: Sequence[str], after: int, most: int) -> list[RowRecord]:
        """Rows in these phases beyond place `after`, in order, at most this many."""
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

    async def decide(self, seq: int, verdict: str, document: str) -> bool:
        """Put a person's word in place of the result with this number, as the newest one.

        In place of `unknown`, one unknown row less counts as accepted: another one that ends unknown later is not among
        those that a person has seen.

        Returns:
            False if there is no such result (any more): another decision replaced it.
        """
        ...

    async def result(self, id: str) -> ResultRecord | None:
        """How the row of this id ended; None while it has not."""
        ...

    async def results(self, after: int, most: int) -> list[ResultRecord]:
        """Results beyond sequence number `after`, in order, at most this many."""
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
