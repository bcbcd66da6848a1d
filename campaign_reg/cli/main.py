"""From arguments to an exit code: the one place with an event loop, signal handlers and last words."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from cyclopts import CycloptsError

from campaign_reg.cli.app import app
from campaign_reg.cli.exit_codes import Exit, exit_of_error
from campaign_reg.cli.output import complain, safe
from campaign_reg.errors import CampaignRegError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence


def execute(tokens: Sequence[str]) -> int:
    """Parse arguments, run the command, and turn what it raises into one message and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        command, bound, _ = app.parse_args(tokens, print_error=False, exit_on_error=False)
        return _run(command(*bound.args, **bound.kwargs))
    except CycloptsError as error:
        complain(f"{' '.join(str(error).split())} See: campaign-reg {_path(error)}--help")
        return Exit.USAGE
    except CampaignRegError as error:
        complain(str(error))
        return exit_of_error(error)
    except KeyboardInterrupt:
        return Exit.STOPPED
    except BrokenPipeError:  # the reader of our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.STOPPED


def _path(error: CycloptsError) -> str:
    return "".join(f"{safe(name)} " for name in error.command_chain or ())


def _run(result: object) -> int:
    if inspect.iscoroutine(result):
        import asyncio

        result = asyncio.run(_until_stopped(result))
    sys.stdout.flush()
    return int(result) if isinstance(result, int) else Exit.DONE


async def _until_stopped(command: Coroutine[Any, Any, int]) -> int:
    """Run a command; the first Ctrl-C or SIGTERM stops it, the second cuts its calls, the third ends the process."""
    import asyncio

    task, loop = asyncio.ensure_future(command), asyncio.get_running_loop()

    def stop() -> None:
        if task.cancelling() > 1:
            os._exit(Exit.STOPPED)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: asyncio.run sees to Ctrl-C
            loop.add_signal_handler(number, stop)
    try:
        return await task
    except asyncio.CancelledError:
        complain("stopped")
        return Exit.STOPPED
