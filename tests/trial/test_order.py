"""Power loss: an intent is synced before the bytes of its write leave, as the system calls show."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.trial.order import CALLS, MOST_BYTES_SHOWN, Event, events, violations
from tests.trial.stage import ROOT, Vendor, handed

pytestmark = pytest.mark.anyio

ROWS = 20


async def traced(vendor: Vendor, folder: Path) -> Path:
    """A whole batch under strace; returns the trace."""
    trace, journal = folder / "trace", folder / "b.db"
    task = {"settings": vendor.settings, "ids": vendor.ids, "per_second": None}
    process = await asyncio.create_subprocess_exec(
        "strace", "-f", "-y", "-qq", "-s", str(MOST_BYTES_SHOWN), "-e", f"trace={CALLS}", "-e", "signal=none",
        "-o", str(trace),
        sys.executable, "-m", "tests.trial.worker", str(journal), str(handed(task, journal)),
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, "strace could not run the batch: may this user trace processes here?"
    assert json.loads(told.splitlines()[-1]) == {"open": 0, "rows": len(vendor.ids)}
    return trace


@pytest.mark.fault(64)
@pytest.mark.trial
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not there (Debian package strace)")
async def test_every_intent_is_synced_before_its_bytes_leave(tmp_path: Path) -> None:
    async with Vendor.started(ROWS, faults=0) as vendor:
        trace = await traced(vendor, tmp_path)
        truth = await vendor.truth()
    left, early = violations(events(trace))
    print(f"\n{left} writes left, {len(early)} of them before their intent was synced")
    assert early == []
    assert left == sum(truth.applied.values()) == ROWS


ID = "01k4cxccbt519xa3ejty1r5jb4"
WAL = "/tmp/b.db-wal"
INTENT = Event(
    "pwrite64", WAL, rf', "\r\0{ID}{{\"mnos\":[\"TMO\"]}}intent\1{{\"s\"", 4096, 56) = 4096', True, True
)
SYNC = Event("fdatasync", WAL, ") = 0", True, True)
PUT = Event(
    "sendto",
    "TCP:[1->2]",
    f', "PUT /v1/projects/p/campaignRegistrations/{ID}/resubmit HTTP/1.1", 9',
    True,
    True,
)
SYNC_BEGINS = Event("fdatasync", WAL, "", True, False)
SYNC_ENDS = Event("fdatasync", WAL, "", False, True)


@pytest.mark.parametrize(
    ("calls", "early"),
    [
        ([INTENT, SYNC, PUT], 0),
        ([INTENT, SYNC_BEGINS, SYNC_ENDS, PUT], 0),
        ([INTENT, PUT], 1),
        ([PUT, INTENT, SYNC], 1),
        ([SYNC, INTENT, PUT], 1),
        ([INTENT, SYNC_BEGINS, PUT, SYNC_ENDS], 1),
        ([SYNC_BEGINS, INTENT, SYNC_ENDS, PUT], 1),
    ],
)
def test_the_checker_sees_what_is_early(calls: list[Event], early: int) -> None:
    left, found = violations(calls)
    assert (left, len(found)) == (1, early)


def test_calls_of_several_threads_are_told_apart(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    lines = (
        f'7 pwrite64(5<{WAL}>, "\\r{ID}{{}}intent", 9, 0) = 9',
        f"7 fdatasync(5<{WAL}> <unfinished ...>",
        f'8 sendto(6<TCP:[1->2]>, "PUT /v1/x/{ID}:resubmit HTTP/1.1", 9, 0, NULL, 0) = 9',
        "7 <... fdatasync resumed>) = 0",
    )
    trace.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [(event.name, event.begins, event.ends) for event in events(trace)] == [
        ("pwrite64", True, True),
        ("fdatasync", True, False),
        ("sendto", True, True),
        ("fdatasync", False, True),
    ]
    assert violations(events(trace)) == (1, [f"{ID}: its bytes left before its intent was synced"])
