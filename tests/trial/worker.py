"""A process that runs a batch of resubmissions and may be told to die at a named step.

Run as `python -m tests.trial.worker JOURNAL TASK`; the task is a file with a JSON object: `settings` for `connect`,
`ids` (None to resume), `per_second` (None for no limit), and `die` (a name in `steps.EVERY`, and at which time of
passing it).
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import campaign_reg
from campaign_reg import Batch, Limits
from tests.trial.steps import EVERY, Fuse


async def main(path: str, task: dict[str, Any]) -> None:
    if task.get("die"):
        step, times = task["die"]
        EVERY[step].arm(Fuse(times))
    limits = Limits(in_flight=32, per_second=task.get("per_second"))
    async with campaign_reg.connect("sinch", **task["settings"]) as sinch:
        async with Batch.open(path, sinch, "resubmit", limits=limits) as batch:
            print("open", flush=True)
            if task.get("ids"):
                await batch.add(task["ids"])
            summary = await batch.run()
    print(json.dumps({"open": summary.open, "rows": summary.rows}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))))
