"""Claims of a batch's campaigns, so that no other batch of this machine writes to them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from campaign_reg.batch.input import kind_of_create
from campaign_reg.batch.state_machine import Phase
from campaign_reg.enums import Verb
from campaign_reg.journal.claims import Claims
from campaign_reg.journal.records import RowRecord
from campaign_reg.journal.store import JournalStore, MetaKey
from campaign_reg.protocol.ports import CampaignBackend

_CHUNK = 500


class Holdings:
    """Claims what the rows of a journal are about; the claims file is used by a thread."""

    def __init__(self, journal: JournalStore, backend: CampaignBackend[Any], verb: Verb, path: Path) -> None:
        self._journal, self._backend, self._verb, self._path = journal, backend, verb, path

    async def take_open(self) -> None:
        """Hold the campaigns of all rows that have not ended, all or none.

        Raises:
            CampaignHeldError: Another open batch holds at least one of them.
        """
        open_phases, after = [phase for phase in Phase if phase is not Phase.ENDED], 0
        held: list[str] = []
        while records := await self._journal.rows(open_phases, after, _CHUNK):
            held += map(self._what, records)
            after = records[-1].n
        await asyncio.to_thread((await self._claims()).take, held)

    async def take(self, record: RowRecord) -> None:
        """Hold one row's campaign.

        Raises:
            CampaignHeldError: Another open batch holds it.
        """
        await asyncio.to_thread((await self._claims()).take, [self._what(record)])

    async def give_up(self) -> None:
        """Let all of them go."""
        await asyncio.to_thread((await self._claims()).release)

    async def _claims(self) -> Claims:
        journal_id = await self._journal.meta(MetaKey.JOURNAL_ID) or ""
        return Claims(self._journal.header, journal_id, self._path)

    def _what(self, record: RowRecord) -> str:
        """What a row holds: its campaign, or what tells the one it creates from all others."""
        if not self._backend.rule(self._verb).creates:
            return record.id
        return kind_of_create(self._backend, record.params)
