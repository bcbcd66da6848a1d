"""List active campaigns page by page, and go on from a saved cursor: `python listing.py CURSOR_FILE`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import campaign_reg


def load(file: Path) -> str | None:
    """The cursor of a listing that was left early; None begins afresh."""
    return file.read_text() or None if file.exists() else None


def save(file: Path, cursor: str | None) -> None:
    """Keep the cursor; None, after the last page, leaves nothing to go on with."""
    file.write_text(cursor or "")


async def main(cursor_file: Path) -> None:
    async with campaign_reg.connect("sinch") as sinch:
        pager = sinch.list(status=["ACTIVE"], page_size=100)  # no request yet
        async for page in pager.pages(cursor=load(cursor_file)):
            for campaign in page.items:
                print(campaign.id, campaign.state, campaign.vendor_status, campaign.name)
            save(cursor_file, page.next_cursor)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
