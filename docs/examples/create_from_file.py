"""Create campaigns from a file with one JSON object a line: `python create_from_file.py JOURNAL FILE`.

The same command again goes on where the last run stopped, and creates nothing twice.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import campaign_reg
from campaign_reg import Batch, BatchRow


def read_rows(file: Path) -> list[BatchRow]:
    """One row a line; `id` is your own name for it, all other members are the draft's."""
    with file.open(encoding="utf-8", newline="\n") as lines:
        drafts = [json.loads(line) for line in lines if line.strip()]
    return [BatchRow(draft.pop("id"), draft) for draft in drafts]


async def main(journal: str, file: Path) -> int:
    rows = read_rows(file)
    async with campaign_reg.connect("sinch") as sinch:
        findings = [(row, finding) for row in rows for finding in sinch.lint("create", row.params)]
        for row, finding in findings:  # costs nothing and asks nobody
            print(f"{row.id}: {finding.severity}: {finding.field} {finding.text}: {finding.advice}")
        if findings:
            return 2
        async with Batch.open(journal, sinch, "create") as batch:
            await batch.add(rows)
            async for result in batch.results(replay=True):
                outcome = result.outcome
                print(f"{result.id}: {outcome.verdict}, {outcome.target or 'no id'}: {outcome.reason}")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], Path(sys.argv[2]))))
