"""How far a batch is: bars on a terminal, a plain line every few seconds elsewhere; always to stderr."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from anyio import sleep, to_thread

from campaign_reg.cli.batch.status import standing
from campaign_reg.cli.output import console, note
from campaign_reg.journal.reader import Standing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from rich.progress import TaskID

LINE_SECONDS = 5.0
_BAR_SECONDS = 0.25
_SHARE_FOR_LOOKING = 0.05


class Display(Protocol):
    """Shows a standing."""

    def show(self, now: Standing) -> None:
        """Take in the newest standing."""
        ...

    def close(self) -> None:
        """Clear what moves."""
        ...


class Lines:
    """A plain line now and then."""

    def __init__(self) -> None:
        self._next = time.monotonic() + LINE_SECONDS

    def show(self, now: Standing) -> None:
        """Print a line when it is time."""
        if time.monotonic() >= self._next and now.rows:
            self._next = time.monotonic() + LINE_SECONDS
            note(f"{now.sent}/{now.rows} sent, {now.ended} ended{_counts(now)}")

    def close(self) -> None:
        """Nothing moves."""


class Bars:
    """Two bars, sent and ended, that vanish at the end."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            TextColumn("{task.description:<5}", markup=False),
            BarColumn(bar_width=36),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[words]}", style="dim", markup=False),
            console=console(stderr=True),
            transient=True,
        )
        self._sent: TaskID = self._progress.add_task("sent", total=None, words="")
        self._ended: TaskID = self._progress.add_task("ended", total=None, words="")
        self._progress.start()

    def show(self, now: Standing) -> None:
        """Move the bars."""
        doubt = f"{now.in_doubt} without an answer yet" if now.in_doubt else ""
        self._progress.update(self._sent, total=now.rows or None, completed=now.sent, words=doubt)
        words = _counts(now).removeprefix(": ")
        self._progress.update(self._ended, total=now.rows or None, completed=now.ended, words=words)

    def close(self) -> None:
        """Clear the bars."""
        self._progress.stop()


def display() -> Display:
    """Bars on a terminal, lines elsewhere."""
    return Bars() if sys.stderr.isatty() else Lines()


@asynccontextmanager
async def following(path: Path) -> AsyncIterator[None]:
    """Show how the batch of a journal goes on for as long as the block lasts."""
    screen = display()
    task = asyncio.create_task(_follow(path, screen))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        screen.close()


async def _follow(path: Path, screen: Display) -> None:
    while True:
        started = time.monotonic()
        screen.show(await to_thread.run_sync(standing, path))
        took = time.monotonic() - started
        # A huge journal is counted less often.
        await sleep(max(_BAR_SECONDS, took / _SHARE_FOR_LOOKING))


def _counts(now: Standing) -> str:
    words = ", ".join(f"{rows} {verdict.replace('_', ' ')}" for verdict, rows in now.verdicts.items() if rows)
    return f": {words}" if words else ""
