"""List active campaigns page by page, and go on from a saved cursor: `python listing.py CURSOR_FILE`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import campaign_reg


async def main(cursor_file: Path) -> None:
    saved = cursor_file.read_text() if cursor_file.exists() else None
    async with campaign_reg.connect("sinch") as sinch:
        pager = sinch.list(status=["ACTIVE"], page_size=100)  # no request yet
        async for page in pager.pages(cursor=saved):
            for campaign in page.items:
                print(campaign.id, campaign.state, campaign.vendor_status, campaign.name)
            if page.next_cursor is not None:
                cursor_file.write_text(page.next_cursor)
    cursor_file.unlink(missing_ok=True)  # the listing is complete


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
