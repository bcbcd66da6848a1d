"""Resubmit one campaign under a timeout, without losing sight of it: `python timeout.py ID`."""

from __future__ import annotations

import asyncio
import sys

import campaign_reg
from campaign_reg import Intent


async def main(campaign_id: str, seconds: float = 2.0) -> int:
    kept: list[str] = []  # a database, in a service

    async def keep(intent: Intent) -> None:
        if intent.token is not None:  # a create that nothing tells from others has none
            kept.append(intent.token)

    async with campaign_reg.connect("sinch") as sinch:
        try:
            async with asyncio.timeout(seconds):
                await sinch.resubmit(campaign_id, before_send=keep)
        except TimeoutError:
            if not kept:
                print("nothing was sent")
                return 4
            print("no answer in time: it may have been applied, and is not sent again")
        outcome = await sinch.action(kept[0]).wait(timeout=3600)
    print(f"{outcome.target}: {outcome.verdict} ({outcome.reason})")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
