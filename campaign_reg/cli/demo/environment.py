"""What the demo plays on: a sandbox in this process, a folder, and worker processes."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.batch.batch import Batch
from campaign_reg.cli.batch.status import standing
from campaign_reg.cli.exit_codes import Exit
from campaign_reg.cli.progress import display
from campaign_reg.connection import connect
from campaign_reg.errors import ConfigurationError
from campaign_reg.journal.claims import DIRECTORY_VARIABLE
from campaign_reg.journal.reader import Standing
from campaign_reg.rate import Limits
from campaign_reg.sandbox import Sandbox
from campaign_reg.settings import FILE_NAME, FILE_VARIABLE, environment_prefix

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable

    from campaign_reg.batch.plan import Plan

_LOOK_SECONDS = 0.05
_CALLS_A_CAMPAIGN, _AIM_SECONDS = 4.2, 15.0
_SLOWEST, _FASTEST = 60.0, 400.0
_WAITS = {
    "SETTLE_SECONDS": "3",  # longer than a late write takes, or no proof would hold
    "POLL_FIRST_SECONDS": "0.8",
    "POLL_FACTOR": "1.5",
    "POLL_MAX_SECONDS": "2.5",
    "POLL_DEADLINE_SECONDS": "120",
}


@attrs.frozen(kw_only=True)
class Stage:
    """One showing.

    Attributes:
        folder: Where input, journal and the workers' output are.
        sandbox: The simulated vendor.
        ids: Its campaigns.
        seed: What decided all of it.
        rate: Requests a second that the vendor allows.
        out: Where the story goes.
    """

    folder: Path
    sandbox: Sandbox
    ids: list[str]
    seed: int
    rate: float
    out: Callable[[str], None]

    @classmethod
    @asynccontextmanager
    async def set_up(
        cls, folder: Path, campaigns: int, seed: int, out: Callable[[str], None]
    ) -> AsyncIterator[Stage]:
        """Start the vendor, fill it, and write the input."""
        rate = rate_for(campaigns)
        os.environ[DIRECTORY_VARIABLE] = str(folder / "state")  # leave no trace among the user's own batches
        async with Sandbox(seed=seed, rate_limit=rate) as sandbox:
            ids = sandbox.sinch.seed(campaigns)
            stage = cls(folder=folder, sandbox=sandbox, ids=ids, seed=seed, rate=rate, out=out)
            stage.tell("Vendor", f"a simulated Sinch at {sandbox.url}, {rate:.0f} requests a second")
            stage.input.write_text("\n".join(["id", *ids, ""]), encoding="utf-8")
            fates = "the vendor will refuse a third, and give a tenth worse terms"
            stage.tell("Input", f"{campaigns:,} campaigns in {stage.input}")
            stage.tell("", fates)
            yield stage

    @property
    def input(self) -> Path:
        """The CSV file."""
        return self.folder / "campaigns.csv"

    @property
    def journal(self) -> Path:
        """The batch's journal."""
        return self.folder / "demo.db"

    def tell(self, scene: str, text: str) -> None:
        """One line of the story."""
        self.out(f"{scene:<8}{text}")

    def standing(self) -> Standing:
        """What the journal says."""
        return standing(self.journal)

    async def plan(self) -> Plan:
        """Read every campaign; the journal of the plan is thrown away."""
        settings: Any = self.sandbox.settings("sinch")
        path, limits = self.folder / "plan.db", Limits(in_flight=16, per_second=self.rate)
        async with connect("sinch", limits=limits, **settings) as sinch:
            async with Batch.open(path, sinch, "resubmit", limits=Limits(in_flight=16)) as batch:
                await batch.add(self.ids)
                plan = await batch.plan()
        for left in self.folder.glob("plan.db*"):
            left.unlink()
        return plan

    async def start(self, scene: str, *command: object) -> Process:
        """Start a worker process: the same command that a person would type."""
        words = [str(word) for word in command]
        with (self.folder / "worker.log").open("ab") as log:
            worker = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "campaign_reg.cli", *words, "--per-second", str(self.rate),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment(),
            )  # fmt: skip
        typed = " ".join(word.name if isinstance(word, Path) else str(word) for word in command)
        self.tell(scene, f"campaign-reg {typed}   (process {worker.pid})")
        return worker

    def _environment(self) -> dict[str, str]:
        """The worker's settings, and none of the user's own."""
        prefix = environment_prefix("sinch")
        others = {name: value for name, value in os.environ.items() if not name.startswith(prefix)}
        settings = self.sandbox.settings("sinch") | _WAITS
        ours = {prefix + name.upper(): value for name, value in settings.items()}
        file = self.folder / FILE_NAME
        file.touch()
        return others | ours | {FILE_VARIABLE: str(file)}

    async def watch(self, worker: Process, reached: Callable[[Standing], bool]) -> bool:
        """Show how the journal fills until a point is reached (True) or the worker has ended (False).

        Raises:
            ConfigurationError: The worker could not work at all.
        """
        screen = display()
        try:
            while worker.returncode is None:
                now = await asyncio.to_thread(self.standing)
                screen.show(now)
                if reached(now):
                    return True
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            screen.close()
            await _end_if_cancelled(worker)
        if worker.returncode not in {Exit.DONE, Exit.FAILED, Exit.UNKNOWN, Exit.STOPPED}:
            log = (self.folder / "worker.log").read_text(encoding="utf-8", errors="replace")
            raise ConfigurationError(f"the worker ended with {worker.returncode}: {log[-500:]}")
        return False


def rate_for(campaigns: int) -> float:
    """Requests a second at which a run takes long enough to be watched, and no longer."""
    return min(max(campaigns * _CALLS_A_CAMPAIGN / _AIM_SECONDS, _SLOWEST), _FASTEST)


async def _end_if_cancelled(worker: Process) -> None:
    """Do not leave a worker behind when the demo itself is stopped."""
    task = asyncio.current_task()
    if task is not None and task.cancelling() and worker.returncode is None:
        worker.terminate()
        await worker.wait()
