"""What a person says of a batch's rows, written into its journal; nothing is asked of the vendor."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaign_reg.batch import manual
from campaign_reg.batch.state_machine import Phase
from campaign_reg.cli.batch.summary import row_document
from campaign_reg.cli.exit_codes import Exit
from campaign_reg.cli.output import safe, say, say_json
from campaign_reg.enums import Verb
from campaign_reg.journal.claims import Claims
from campaign_reg.journal.sqlite import SqliteJournal
from campaign_reg.journal.store import MetaKey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from campaign_reg.journal.records import Header


@asynccontextmanager
async def _opened(path: Path, header: Header) -> AsyncIterator[SqliteJournal]:
    journal = await SqliteJournal.open(path, header)
    try:
        yield journal
    finally:
        await journal.aclose()


async def cancel_rows(path: Path, header: Header, *, as_json: bool) -> int:
    """Cancel what was not sent, and let go of the campaigns if nothing is open any more."""
    async with _opened(path, header) as journal:
        _, rows = await manual.cancel_rest(journal, Verb(header.verb), datetime.now(UTC))
        counts = await journal.counts()
        left = sum(counts.values()) - counts.get(Phase.ENDED, 0)
        if not left:
            Claims(header, await journal.meta(MetaKey.JOURNAL_ID) or "", journal.path).release()
    if as_json:
        say_json({"journal": str(path), "cancelled": rows, "open": left})
    else:
        say(f"{rows:,} rows of {path} are cancelled, {left:,} were sent and are still open")
    return Exit.DONE


async def decide_row(
    path: Path, header: Header, row: str, *, applied: bool, campaign: str | None, as_json: bool
) -> int:
    """Write down what became of a row that readings could not decide."""
    async with _opened(path, header) as journal:
        _, after = await manual.decide(
            journal, Verb(header.verb), row, applied=applied, target=campaign, at=datetime.now(UTC)
        )
    if as_json:
        say_json(row_document(after))
    else:
        say(f"{safe(row)}: {after.outcome.verdict} ({safe(after.outcome.reason)})")
    return Exit.DONE
