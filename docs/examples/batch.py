"""Resubmit many campaigns, with a journal: `python batch.py JOURNAL ID...`.

The same command again goes on where the last run stopped.
"""

from __future__ import annotations

import asyncio
import sys

import campaign_reg
from campaign_reg import Batch, BatchRow, Limits, Verdict


async def main(journal: str, ids: list[str]) -> None:
    rows = [BatchRow(name, {"mnos": ["ATT", "TMO"]}) for name in ids]
    async with (
        campaign_reg.connect("sinch") as sinch,
        Batch.open(journal, sinch, "resubmit", limits=Limits(in_flight=64, per_second=20)) as batch,
    ):
        report = await batch.add(rows)
        print(f"{report.rows} rows, {len(report.refused)} of them can never be sent")
        plan = await batch.plan()
        print(f"{plan.send} to send, {len(plan.skip)} to skip, {plan.begun} under way, {plan.ended} ended")
        async for result in batch.results():
            print(f"{result.id}: {result.outcome.verdict}, {result.outcome.reason}")
        summary = batch.summary()
    print(f"{summary.verdicts[Verdict.SUCCEEDED]} of {summary.rows} succeeded, {summary.open} are open")
    for group in summary.reasons:
        print(f"{group.rows} x {group.code} {group.field}: {group.text}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
