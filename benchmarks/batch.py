"""A whole batch on the sandbox, held back by its quota alone; and what a row in flight costs in memory."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import attrs

from benchmarks.bench import Bench
from benchmarks.report import Figure, Result
from benchmarks.server import cores, new_folder, on_core
from campaign_reg import Batch, Limits, Schedule, Verdict, connect

TITLE = "a batch on the sandbox, quota-bound"
_PER_SECOND = 250.0
_IN_FLIGHT = 64
# The pretended vendor takes one to four seconds; looking once afterwards is what must be.
_SCHEDULE = Schedule(first_seconds=4.2, factor=1.5, max_seconds=10.0, jitter=0.04)
_LONG = Schedule(first_seconds=600.0, factor=1.0, max_seconds=600.0)
_MEMORY_ROWS = 2000


@attrs.frozen
class _Sandbox:
    """A sandbox in its own process.

    Attributes:
        settings: For `connect`.
        ids: Its campaigns.
    """

    url: str
    settings: dict[str, Any]
    ids: list[str]

    async def requests(self) -> dict[str, int]:
        """How many requests of each kind it has seen."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/_sandbox/stats") as answer:
            counted: dict[str, int] = (await answer.json())["requests"]
            return counted


@contextlib.asynccontextmanager
async def _sandbox(campaigns: int) -> AsyncIterator[_Sandbox]:
    command = [sys.executable, "-m", "campaign_reg.cli", "sandbox", "--port", "0", "--json"]
    process = subprocess.Popen(  # noqa: ASYNC220  (it starts before anything is measured)
        on_core(cores()[1], *command, "--campaigns", campaigns), stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        told = json.loads(await asyncio.to_thread(process.stdout.readline))
        yield _Sandbox(told["url"], told["sinch"], told["campaigns"]["sinch"])
    finally:
        process.terminate()
        process.wait(10)


async def run(bench: Bench) -> Result:
    """Measure: wall clock, so that one run is enough for what the quota decides."""
    wall, floor, requests, verdicts = await _quota_bound(bench.batch_rows)
    grown = await _in_fresh_process()
    return Result(
        name="batch",
        title=f"{TITLE}, {bench.batch_rows:,} rows at {_PER_SECOND:.0f} requests/s",
        figures=[
            Figure("wall over the quota's floor", wall / floor, note=f"{wall:.1f} s; floor {floor:.1f} s"),
            Figure("memory per row in flight", grown, unit="B"),
        ],
        medians={
            "requests": requests["getCampaign"] + requests["resubmitCampaign"],
            "polls beyond those that must be": requests["getCampaign"] - 2.0 * bench.batch_rows,
            "feedback": requests.get("getCampaignFeedback", 0),
            **{str(verdict): count for verdict, count in verdicts.items() if count},
        },
    )


async def _quota_bound(rows: int) -> tuple[float, float, dict[str, int], dict[Verdict, int]]:
    limits = Limits(in_flight=_IN_FLIGHT, per_second=_PER_SECOND)
    with new_folder() as folder:
        async with _sandbox(rows) as vendor, connect("sinch", limits=limits, **vendor.settings) as sinch:
            await sinch.get(vendor.ids[0])  # the token
            before = await vendor.requests()
            path = Path(folder) / "batch.db"
            async with Batch.open(path, sinch, "resubmit", limits=limits, schedule=_SCHEDULE) as batch:
                await batch.add(vendor.ids)
                started = time.perf_counter()
                summary = await batch.run()
                wall = time.perf_counter() - started
            after = await vendor.requests()
    requests = {name: count - before.get(name, 0) for name, count in after.items()}
    assert requests["resubmitCampaign"] == rows, requests
    # Pre-image, write and one poll of each row, and the feedback of those that failed.
    must_be = 3 * rows + requests.get("getCampaignFeedback", 0)
    return wall, must_be / _PER_SECOND, requests, dict(summary.verdicts)


async def _in_fresh_process() -> float:
    """`_bytes_per_row` where no other row has left free memory behind that growth could hide in."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.batch", stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    return float(told)


async def _bytes_per_row() -> float:
    """Growth of resident memory between few and many rows in flight, all written and none looked at yet."""
    limits = Limits(in_flight=_IN_FLIGHT)
    with new_folder() as folder:
        async with (
            _sandbox(_MEMORY_ROWS) as vendor,
            connect("sinch", limits=limits, **vendor.settings) as sinch,
        ):
            path = Path(folder) / "memory.db"
            async with Batch.open(path, sinch, "resubmit", limits=limits, schedule=_LONG) as batch:
                await batch.add(vendor.ids)
                running = asyncio.create_task(batch.run())
                few, before = await _written(vendor, _MEMORY_ROWS // 4)
                many, after = await _written(vendor, _MEMORY_ROWS)
                running.cancel()
                await asyncio.wait([running])
    return (after - before) / (many - few)


async def _written(vendor: _Sandbox, rows: int) -> tuple[int, int]:
    """Rows written, once there are so many, and this process's resident bytes then."""
    while True:
        done = (await vendor.requests()).get("resubmitCampaign", 0)
        if done >= rows:
            gc.collect()
            return done, _resident_bytes()
        await asyncio.sleep(0.05)


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096


if __name__ == "__main__":
    print(asyncio.run(_bytes_per_row()))
