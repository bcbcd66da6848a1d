"""Claims of a batch's campaigns, so that no other batch of this machine writes to them."""

from __future__ import annotations

from pathlib import Path

from anyio import to_thread

from campaign_reg.batch.context import BatchContext
from campaign_reg.batch.input import kind_of_create
from campaign_reg.batch.state_machine import Phase
from campaign_reg.journal.claims import Claims
from campaign_reg.journal.records import RowRecord

_CHUNK = 500


class Holdings:
    """Claims what the rows of a journal are about; the claims file is used by a thread."""

    def __init__(self, context: BatchContext, path: Path) -> None:
        self._context, self._journal, self._path = context, context.journal, path

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
        await to_thread.run_sync(self._claims().take, held)

    async def take(self, record: RowRecord) -> None:
        """Hold one row's campaign.

        Raises:
            CampaignHeldError: Another open batch holds it.
        """
        await to_thread.run_sync(self._claims().take, [self._what(record)])

    async def give_up(self) -> None:
        """Let all of them go."""
        await to_thread.run_sync(self._claims().release)

    def _claims(self) -> Claims:
        return Claims(self._journal.header, self._context.journal_id, self._path)

    def _what(self, record: RowRecord) -> str:
        """What a row holds: its campaign, or what distinguishes the one it creates from all others."""
        if not self._context.rule.creates:
            return record.id
        return kind_of_create(self._context.backend, record.params)
