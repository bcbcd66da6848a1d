"""List active campaigns page by page, and go on from a saved cursor: `python listing.py CURSOR_FILE`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import campaign_reg


async def main(saved: str | None, save: Callable[[str | None], object]) -> None:
    async with campaign_reg.connect("sinch") as sinch:
        pager = sinch.list(status=["ACTIVE"], page_size=100)  # no request yet
        async for page in pager.pages(cursor=saved):
            for campaign in page.items:
                print(campaign.id, campaign.state, campaign.vendor_status, campaign.name)
            save(page.next_cursor)  # None after the last page: the listing is complete


if __name__ == "__main__":
    file = Path(sys.argv[1])
    cursor = file.read_text() if file.exists() else ""
    asyncio.run(main(cursor or None, lambda text: file.write_text(text or "")))
