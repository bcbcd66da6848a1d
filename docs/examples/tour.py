"""The whole public face in one script: `python tour.py JOURNAL ID ID ID ID...`."""

from __future__ import annotations

import asyncio
import sys

import campaign_reg
from campaign_reg import Batch, BatchRow, Limits, Poller


async def main(journal: str, first: str, second: str, third: str, rest: list[str]) -> None:
    async with campaign_reg.connect("sinch") as sinch:
        campaign = await sinch.get(first)  # Sinch's typed campaign
        print(campaign.id, campaign.state, campaign.last_action_status, campaign.mno_metadata.keys())

        async for campaign in sinch.list(status=["ACTIVE"]):  # items, lazily
            print(campaign.name)
            break
        pager = sinch.list(page_size=2)  # no I/O, and it can be iterated again
        async for page in pager.pages():
            print(len(page.items), page.next_cursor, page.total)

        action = await sinch.resubmit(first, mnos=["TMO"])
        outcome = await action.wait(timeout=60)  # at the vendor: schedule=Schedule.hourly()
        print(outcome.verdict, outcome.evidence, outcome.feedback, outcome.changes, outcome.downgrades)

        action = await sinch.resubmit(second)
        async for reading in action.changes():  # every change of status as it is seen
            print(reading.status, reading.action_status, reading.version)
        print(action.outcome)

        action = await sinch.resubmit(third)
        again = sinch.action(action.token)  # the token is a string without secrets, to be stored anywhere
        async with Poller(sinch, concurrency=64) as poller:
            async for outcome in poller.watch([again]):
                print(outcome.target, outcome.verdict)

        limits = Limits(in_flight=64, per_second=20)
        async with Batch.open(journal, sinch, "resubmit", limits=limits) as batch:
            await batch.add([BatchRow(name, {"mnos": ["ATT"]}) for name in rest])
            async for result in batch.results():  # runs; each row's result as it ends
                print(result.id, result.attempts, result.outcome.verdict)
            print(batch.summary())


if __name__ == "__main__":
    path, one, two, three, *others = sys.argv[1:]
    asyncio.run(main(path, one, two, three, others))
