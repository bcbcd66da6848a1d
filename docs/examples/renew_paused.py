"""Renew every RCS campaign that paused for lack of funds: `python renew_paused.py JOURNAL`."""

from __future__ import annotations

import asyncio
import sys

import campaign_reg
from campaign_reg import Batch, Verdict


async def main(journal: str) -> int:
    async with campaign_reg.connect("rcs") as rcs:
        funds = await rcs.balance()
        print(f"{funds.balance} {funds.currency} and {funds.credit} of credit")
        paused = [campaign.id async for campaign in rcs.everything() if campaign.vendor_status == "paused"]
        print(f"{len(paused)} campaigns are paused")
        async with Batch.open(journal, rcs, "renew") as batch:
            await batch.add(paused)
            async for result in batch.results():
                print(f"{result.id}: {result.outcome.verdict}, {result.outcome.reason}")
            summary = batch.summary()
    return 1 if summary.verdicts[Verdict.ACTION_REQUIRED] else 0  # these ran dry once more


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
