"""A process that runs a batch and may be told to die at a named step; run by test_crash.py.

Arguments: journal path, then a JSON object with `settings`, `ids` (None to resume), and `die` (step name, and at which
time of passing it).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import campaign_reg
from campaign_reg import Batch, Limits
from campaign_reg.journal.sqlite import SqliteJournal

STEPS = {
    "before intent": (SqliteJournal, "intent", "before"),
    "after intent": (SqliteJournal, "intent", "after"),
    "before acknowledgement is journalled": (SqliteJournal, "phase", "before"),
    "after acknowledgement is journalled": (SqliteJournal, "phase", "after"),
    "before the result": (SqliteJournal, "end", "before"),
    "after the result": (SqliteJournal, "end", "after"),
    "before the seal": (SqliteJournal, "seal", "before"),
    "before the fact": (SqliteJournal, "learn", "before"),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(step: str, times: int) -> None:
    """Make the process kill itself when a step is passed for the given time."""
    owner, name, when = STEPS[step]
    original: Callable[..., Awaitable[Any]] = getattr(owner, name)
    calls = itertools.count(1)

    async def deadly(*args: Any, **named: Any) -> Any:
        this = next(calls)
        if when == "before" and this == times:
            die()
        result = await original(*args, **named)
        if when == "after" and this == times:
            die()
        return result

    setattr(owner, name, deadly)


async def main(path: str, task: dict[str, Any]) -> None:
    if task.get("die"):
        arm(*task["die"])
    async with campaign_reg.connect("sinch", **task["settings"]) as sinch:
        async with Batch.open(path, sinch, "resubmit", limits=Limits(in_flight=16)) as batch:
            if task.get("ids"):
                await batch.add(task["ids"])
            summary = await batch.run()
    print(json.dumps({"open": summary.open, "rows": summary.rows}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
