"""A disk that runs full under a batch: it stops before any unjournalled write, and goes on when there is room."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from campaign_reg.cli.exit_codes import Exit
from campaign_reg.journal.schema import looking_on
from campaign_reg.settings import environment_prefix
from tests.trial.audit import objections, told
from tests.trial.stage import ROOT, Trial, Vendor

pytestmark = [pytest.mark.anyio, pytest.mark.trial]

ROWS = 300
BYTES = 640 * 1024
COMMAND = f"{sys.executable} -m campaign_reg.cli batch"

# In a mount namespace of its own: nobody else sees the small disk, and it goes when the shell goes.
SMALL_DISK = f"""
mount -t tmpfs -o size={BYTES},mode=700 none "$DISK" || exit 99
{COMMAND} run sinch resubmit --input "$INPUT" --journal "$DISK/b.db" --json
echo "stopped $?"
cp -r "$DISK/." "$STOPPED"
{COMMAND} resume "$DISK/b.db" --json
echo "still $?"
read go
mount -o remount,size=64m "$DISK"
{COMMAND} resume "$DISK/b.db" --json
echo "ended $?"
cp -r "$DISK/." "$ENDED"
"""
# Where nothing can be mounted: no file may grow beyond the quota.
QUOTA = f"""
prlimit --fsize={BYTES} {COMMAND} run sinch resubmit --input "$INPUT" --journal "$DISK/b.db" --json
echo "stopped $?"
cp -r "$DISK/." "$STOPPED"
read go
{COMMAND} resume "$DISK/b.db" --json
echo "ended $?"
cp -r "$DISK/." "$ENDED"
"""
UNSHARE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--mount", "--map-root-user")


def may_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    trying = (*UNSHARE, "mount", "-t", "tmpfs", "none", "/mnt")
    return subprocess.run(trying, check=False, capture_output=True).returncode == 0


def environment(vendor: Vendor, folder: Path) -> dict[str, str]:
    settings = {
        environment_prefix("sinch") + name.upper(): str(value) for name, value in vendor.settings.items()
    }
    folders = {name.upper(): str(folder / name) for name in ("disk", "stopped", "ended")}
    for name in folders.values():
        Path(name).mkdir()
    return os.environ | settings | folders | {"PYTHONPATH": str(ROOT), "INPUT": str(folder / "ids.csv")}


async def until(lines: asyncio.StreamReader, word: str) -> tuple[int, dict[str, Any]]:
    """Read on to the exit code; returns it with the last object that was printed before."""
    document: dict[str, Any] = {}
    while line := (await lines.readline()).decode():
        if line.startswith(word):
            return int(line.split()[1]), document
        if line.startswith("{"):
            document = json.loads(line)
    raise AssertionError(f"the shell ended before it came to {word}")


def begun(journal: Path) -> set[str]:
    with looking_on(journal) as db:
        return {row[0] for row in db.execute("SELECT id FROM rows WHERE attempts > 0")}


@pytest.mark.fault(65)
@pytest.mark.parametrize("small", ["disk", "quota"])
async def test_stops_before_anything_unjournalled_and_goes_on(tmp_path: Path, small: str) -> None:
    if small == "disk" and not may_mount():
        pytest.skip("nothing can be mounted here (needs root, or user namespaces)")
    if small == "quota" and shutil.which("prlimit") is None:
        pytest.skip("prlimit is not there (Debian package util-linux)")
    errors = tmp_path / "stderr"
    async with Vendor.started(ROWS, faults=0) as vendor:
        (tmp_path / "ids.csv").write_text("\n".join(["id", *vendor.ids]), encoding="utf-8")
        with errors.open("wb") as written:
            process = await asyncio.create_subprocess_exec(
                *(UNSHARE if small == "disk" else ()), "sh", "-c", SMALL_DISK if small == "disk" else QUOTA,
                cwd=ROOT, env=environment(vendor, tmp_path), stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE, stderr=written,
            )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        code, document = await until(process.stdout, "stopped")
        words, at = errors.read_text(encoding="utf-8"), time.time()
        truth = await vendor.truth()
        print(f"\nstopped with {code} after {len(truth.writes)} of {ROWS} writes: {words.strip()}")
        assert "Traceback" not in words
        assert "cannot be written" in words
        assert "make room" in words
        assert code == Exit.STOPPED
        assert document["open"] > 0
        assert 0 < len(truth.writes) < ROWS
        assert truth.writes.keys() <= begun(tmp_path / "stopped" / "b.db"), (
            "a write that the journal does not know"
        )
        if small == "disk":  # to go on without making room is of no use, and does no harm
            code, document = await until(process.stdout, "still")
            assert code == Exit.STOPPED
            assert document["open"] > 0
        process.stdin.write(b"go\n")
        code, document = await until(process.stdout, "ended")
        trial = Trial(vendor, tmp_path / "ended" / "b.db")
        truth, results = await vendor.truth(), trial.results()
        print(told(results, truth))
        await process.wait()
        assert objections(vendor.ids, results, truth, [at]) == []
        assert code in {Exit.FAILED, Exit.UNKNOWN}
        assert document["open"] == 0
        assert trial.is_sound()
