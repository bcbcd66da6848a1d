"""Taking rows into an open-ended batch one by one, each durable before anybody is told that it was taken."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from campaign_reg.batch.input import Kinds, can_be_stored, is_sealed, seal
from campaign_reg.batch.results import BatchRow
from campaign_reg.batch.state_machine import Phase
from campaign_reg.enums import Verb
from campaign_reg.errors import InvalidInputError
from campaign_reg.journal.store import JournalStore, RowRecord
from campaign_reg.protocol.backend import CampaignBackend

_CHUNK = 500

Claim = Callable[[RowRecord], Awaitable[None]]


class Arrivals:
    """Checks rows as they come and writes them down, one after the other.

    Args:
        journal: Where.
        backend: Whose campaigns.
        verb: What will be done with them.
        claim: Holds a row's campaign against other batches, before the row is taken.
        taken: Called when a row is on its way to the disk: it gets there even if its caller is cancelled.
    """

    def __init__(
        self,
        journal: JournalStore,
        backend: CampaignBackend[Any],
        verb: Verb,
        claim: Claim,
        taken: Callable[[], None],
    ) -> None:
        self._journal, self._backend, self._verb = journal, backend, verb
        self._claim, self._taken = claim, taken
        self._creates = backend.rule(verb).creates
        self._turn = asyncio.Lock()  # between looking whether a row is there and adding it, nobody else may
        self._kinds: Kinds | None = None
        self._rows: int | None = None

    async def take(self, row: str | BatchRow) -> RowRecord:
        """The row as the journal has it.

        Raises:
            InvalidInputError: It can never be sent, is there with other parameters, or the batch was sealed.
        """
        row = row if isinstance(row, BatchRow) else BatchRow(row)
        if row.problem is not None:
            raise InvalidInputError(row.problem)
        if not can_be_stored(row.id):
            raise InvalidInputError(f"a row's id must be of whole characters, not {row.id!a}")
        params = json.loads(json.dumps(self._backend.check(self._verb, row.id, row.params)))
        async with self._turn:
            known = await self._journal.row(row.id)
            if known is not None:
                if known.params != params:
                    raise InvalidInputError(f"row {row.id} is in the batch already, with other parameters")
                return known
            if await is_sealed(self._journal):
                raise InvalidInputError("the batch was sealed: it takes no more rows")
            problem = (await self._known_kinds()).clash(row.id, params) if self._creates else None
            if problem is not None:
                raise InvalidInputError(problem)
            record = RowRecord(n=await self._next_place(), id=row.id, params=params)
            await self._claim(record)
            self._rows = record.n
            self._taken()
            await self._journal.add([record])
            return record

    async def close(self) -> None:
        """Take no more; a row that is being taken in comes before."""
        async with self._turn:
            await seal(self._journal)

    async def _next_place(self) -> int:
        if self._rows is None:
            self._rows = sum((await self._journal.counts()).values())
        return self._rows + 1

    async def _known_kinds(self) -> Kinds:
        if self._kinds is None:
            kinds, after = Kinds(self._backend), 0
            while records := await self._journal.rows([*Phase], after, _CHUNK):
                for record in records:
                    kinds.clash(record.id, record.params)
                after = records[-1].n
            self._kinds = kinds
        return self._kinds
