"""Work that an event loop has given to threads: while there is some, a virtual clock must not move."""

from __future__ import annotations

import asyncio
import functools
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from anyio import to_thread

from campaign_reg.journal.writer import Writer

if TYPE_CHECKING:
    import pytest

P = ParamSpec("P")
T = TypeVar("T")

_under_way: Counter[asyncio.AbstractEventLoop] = Counter()
_waiting: defaultdict[asyncio.AbstractEventLoop, list[Callable[[], None]]] = defaultdict(list)


def when_idle(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> bool:
    """Return True if no thread works for the loop; else call `callback` in the loop once that is so."""
    if not _under_way[loop]:
        return True
    _waiting[loop].append(callback)
    return False


def count_work_in_threads(patch: pytest.MonkeyPatch) -> None:
    """Count the journal's jobs and calls in threads, from the call until the caller has its result."""
    patch.setattr(Writer, "do", _counted(Writer.do))
    patch.setattr(asyncio, "to_thread", _counted(asyncio.to_thread))
    patch.setattr(to_thread, "run_sync", _counted(to_thread.run_sync))


def _counted(call: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    @functools.wraps(call)
    async def counted(*args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        _under_way[loop] += 1
        try:
            return await call(*args, **kwargs)
        finally:
            _under_way[loop] -= 1
            if not _under_way[loop]:
                del _under_way[loop]
                for callback in _waiting.pop(loop, []):
                    loop.call_soon(callback)

    return counted
