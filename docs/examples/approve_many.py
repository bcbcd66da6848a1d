"""Approve the Responsys campaigns named in a CSV file: `python approve_many.py JOURNAL FILE`.

The file has the columns `id` (the campaign's name) and `status` (such as APPROVED or REJECTED).
"""

from __future__ import annotations

import asyncio
import csv
import sys
from pathlib import Path

import campaign_reg
from campaign_reg import Batch, BatchRow


def read_rows(file: Path) -> list[BatchRow]:
    with file.open(encoding="utf-8-sig", newline="") as lines:  # so that the reader finds where records end
        records = csv.DictReader(lines, strict=True)
        return [BatchRow(record["id"], {"status": record["status"]}) for record in records]


async def main(journal: str, file: Path) -> None:
    async with campaign_reg.connect("responsys") as responsys:
        async with Batch.open(journal, responsys, "approve") as batch:
            await batch.add(read_rows(file))
            async for result in batch.results():
                print(f"{result.id}: {result.outcome.verdict}, {result.outcome.reason}")
        waiting = [approval.id async for approval in responsys.approvals(status="NEEDS_APPROVAL")]
    print(f"{len(waiting)} campaigns still wait for a decision")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
