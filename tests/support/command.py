"""The command as a person runs it: a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.settings import environment_prefix

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Mapping

    from campaign_reg.sandbox import Sandbox

QUICK = {
    "SETTLE_SECONDS": "0.4",
    "POLL_FIRST_SECONDS": "0.3",
    "POLL_FACTOR": "1.2",
    "POLL_MAX_SECONDS": "0.6",
    "POLL_DEADLINE_SECONDS": "60",
}


@attrs.frozen
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> dict[str, Any]:
        """The object on its last line."""
        document = json.loads(self.out.strip().splitlines()[-1])
        assert isinstance(document, dict)
        return document


def environment(sandbox: Sandbox | None = None, **more: str) -> dict[str, str]:
    """The process's environment: no settings but the sandbox's, the test's state, warnings are errors."""
    outside = {
        name: value
        for name, value in os.environ.items()
        if name == "CAMPAIGN_REG_STATE_DIR" or not name.startswith("CAMPAIGN_REG_")
    }
    ours = {
        environment_prefix(provider) + name.upper(): value if isinstance(value, str) else ",".join(value)
        for provider, settings in _settings(sandbox)
        for name, value in settings.items()
    }
    return outside | ours | {"PYTHONWARNINGS": "error", "PYTHONPATH": str(Path(__file__).parents[2])} | more


def _settings(sandbox: Sandbox | None) -> list[tuple[str, dict[str, Any]]]:
    """Of every vendor that the sandbox has."""
    if sandbox is None:
        return []
    return [(name, sandbox.settings(name) | QUICK) for name in sandbox.vendors]


async def start(*words: object, env: Mapping[str, str], folder: Path | None = None) -> Process:
    """Start a command."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "campaign_reg.cli", *map(str, words), env=env, cwd=folder,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def end(process: Process) -> Ended:
    """Wait for a command's end; its output must not hold a traceback or a secret."""
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    ended = Ended(process.returncode, out.decode(), err.decode())
    assert "Traceback" not in ended.err, ended.err
    return ended


async def run(*words: object, env: Mapping[str, str], folder: Path | None = None) -> Ended:
    """Run a command to its end."""
    return await end(await start(*words, env=env, folder=folder))
