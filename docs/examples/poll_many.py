"""Start several resubmissions and wait for all of them at once: `python poll_many.py ID...`.

Nothing is journalled here. For many campaigns, or where a crash must lose nothing, use a batch.
"""

from __future__ import annotations

import asyncio
import sys

import campaign_reg
from campaign_reg import Action, Poller


async def main(ids: list[str]) -> None:
    async with campaign_reg.connect("sinch") as sinch, Poller(sinch, concurrency=16) as poller:
        actions: list[Action] = [await sinch.resubmit(name) for name in ids]
        async for outcome in poller.watch(actions):
            print(f"{outcome.target}: {outcome.verdict}, {outcome.reason}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
