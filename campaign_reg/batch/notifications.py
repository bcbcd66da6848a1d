"""Telling those who wait for rows to end."""

from __future__ import annotations

import asyncio


class News:
    """Events for callers that wait for any row, or for a certain one.

    Each event is set once and replaced: a caller that holds one misses nothing that came after it was taken.
    """

    def __init__(self) -> None:
        self._any = asyncio.Event()
        self._rows: dict[str, asyncio.Event] = {}

    def of_any(self) -> asyncio.Event:
        """Set when the next row ends, or all are woken."""
        return self._any

    def of(self, id: str) -> asyncio.Event:
        """Set when this row ends, or all are woken."""
        return self._rows.setdefault(id, asyncio.Event())

    def ended(self, id: str) -> None:
        """A row has ended."""
        self._any.set()
        self._any = asyncio.Event()
        self.tell(id)

    def tell(self, id: str) -> None:
        """Tell those who wait for this row."""
        if (waited_for := self._rows.pop(id, None)) is not None:
            waited_for.set()

    def tell_all(self) -> None:
        """Wake all callers: a run is over, or a person decided about rows."""
        for id in [*self._rows, ""]:
            self.ended(id)
