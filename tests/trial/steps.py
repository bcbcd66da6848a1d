"""The steps between which a process may die, each with a way to make it die just there."""

from __future__ import annotations

import asyncio.selector_events
import inspect
import os
import signal
from collections.abc import Callable
from typing import Any

import attrs

from campaign_reg.batch.batch import Batch
from campaign_reg.batch.runner import BatchRunner
from campaign_reg.batch.worker import RowWorker
from campaign_reg.journal import writer
from campaign_reg.journal.claims import Claims
from campaign_reg.journal.sqlite import SqliteJournal
from campaign_reg.transport.aiohttp import AiohttpTransport

_SOCKET: Any = asyncio.selector_events._SelectorSocketTransport  # type: ignore[attr-defined]


class Fuse:
    """Kills the process, as nothing can be caught or cleaned up after, when it has burnt so many times."""

    def __init__(self, times: int) -> None:
        self._left = times

    def burn(self) -> bool:
        """Count one passing; True when it is the one to die at."""
        self._left -= 1
        return self._left == 0

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def die_at(self, sql: str, beginning: str) -> None:
        """Die as a statement with this beginning is about to be carried out, if it is the time for it."""
        if sql.startswith(beginning) and self.burn():
            self.die()


Arm = Callable[[Fuse], None]


@attrs.frozen
class Step:
    """A named step.

    Attributes:
        arm: Makes the process die there.
        often: Passed for nearly every row, so that it can be the twentieth time.
        first: Passed only while the journal is begun.
    """

    arm: Arm
    often: bool = True
    first: bool = False


def _always(*_: Any) -> bool:
    return True


def around(owner: Any, name: str, when: str, only: Callable[..., bool] = _always) -> Arm:
    """Before or after a function, for calls with certain arguments."""

    def arm(fuse: Fuse) -> None:
        found = inspect.getattr_static(owner, name)
        original = found.__func__ if isinstance(found, classmethod) else found

        def entering(args: Any) -> bool:
            dies = only(*args) and fuse.burn()
            if dies and when == "before":
                fuse.die()
            return dies

        async def deadly_async(*args: Any, **named: Any) -> Any:
            dies = entering(args)
            result = await original(*args, **named)
            if dies:
                fuse.die()
            return result

        def deadly(*args: Any, **named: Any) -> Any:
            dies = entering(args)
            result = original(*args, **named)
            if dies:
                fuse.die()
            return result

        replacement: Any = deadly_async if inspect.iscoroutinefunction(original) else deadly
        setattr(owner, name, classmethod(replacement) if isinstance(found, classmethod) else replacement)

    return arm


def statement(beginning: str) -> Arm:
    """Inside a transaction, as a statement is about to be carried out."""

    def arm(fuse: Fuse) -> None:
        original: Any = SqliteJournal.__init__

        def traced(self: SqliteJournal, path: Any, connection: Any, *rest: Any) -> None:
            connection.set_trace_callback(lambda sql: fuse.die_at(sql, beginning))
            original(self, path, connection, *rest)

        SqliteJournal.__init__ = traced  # type: ignore[method-assign, assignment]

    return arm


def wire(bytes_left: float) -> Arm:
    """As a write's bytes leave: none of them, half of them, or all."""

    def arm(fuse: Fuse) -> None:
        write = _SOCKET.write

        def send(self: Any, data: Any) -> None:
            if not (bytes(data[:4]) == b"PUT " and fuse.burn()):
                write(self, data)
                return
            write(self, bytes(data)[: int(len(data) * bytes_left)])
            fuse.die()

        _SOCKET.write = send
        _SOCKET.writelines = lambda self, chunks: send(self, b"".join(chunks))

    return arm


def _second(_: Any, n: int, attempts: int, *rest: Any) -> bool:
    return attempts == 2


def _to(phase: str) -> Callable[..., bool]:
    return lambda _, n, to, *rest: to == phase


STEPS = {
    "before the input is added": Step(around(SqliteJournal, "add", "before"), often=False, first=True),
    "in the middle of the input": Step(around(SqliteJournal, "add", "after"), often=False, first=True),
    "before the seal": Step(around(SqliteJournal, "seal", "before"), often=False, first=True),
    "after the seal": Step(around(SqliteJournal, "seal", "after"), often=False, first=True),
    "before the claims": Step(around(Claims, "take", "before"), often=False),
    "after the claims": Step(around(Claims, "take", "after"), often=False),
    "before the first fact": Step(around(SqliteJournal, "learn", "before"), often=False, first=True),
    "after the first fact": Step(around(SqliteJournal, "learn", "after"), often=False, first=True),
    "before the intent": Step(around(SqliteJournal, "intent", "before")),
    "after the intent": Step(around(SqliteJournal, "intent", "after")),
    "before the bytes leave": Step(wire(0)),
    "half of the bytes have left": Step(wire(0.5)),
    "after the bytes have left": Step(wire(1)),
    "after the answer": Step(
        around(AiohttpTransport, "send", "after", lambda _, request: not request.operation.safe)
    ),
    "before the acknowledgement is journalled": Step(around(SqliteJournal, "phase", "before", _to("sent"))),
    "after the acknowledgement is journalled": Step(around(SqliteJournal, "phase", "after", _to("sent"))),
    "before a loss is journalled": Step(around(SqliteJournal, "phase", "before", _to("lost")), often=False),
    "after a loss is journalled": Step(around(SqliteJournal, "phase", "after", _to("lost")), often=False),
    "before the first reading": Step(
        around(RowWorker, "_read", "before", lambda _, row: row.state.looks == 0)
    ),
    "after a reading": Step(around(RowWorker, "_look", "after")),
    "before the second intent": Step(around(SqliteJournal, "intent", "before", _second), often=False),
    "after the second intent": Step(around(SqliteJournal, "intent", "after", _second), often=False),
    "before the result": Step(around(SqliteJournal, "end", "before")),
    "between a row's end and its result": Step(statement("INSERT OR IGNORE INTO results")),
    "after the result": Step(around(SqliteJournal, "end", "after")),
    "in a transaction": Step(statement("UPDATE rows SET phase")),
    "before a commit": Step(statement("COMMIT")),
    "after a commit that nobody knows of": Step(around(writer, "_tell", "before")),
    "resuming: the journal is open": Step(around(SqliteJournal, "_open", "after"), often=False),
    "resuming: all is counted": Step(around(Batch, "_load", "after"), often=False),
    "resuming: before a row is taken up": Step(around(RowWorker, "take_up", "before"), often=False),
    "resuming: after a row is taken up": Step(around(RowWorker, "take_up", "after"), often=False),
    "resuming: all is taken up": Step(around(BatchRunner, "_take_up", "after"), often=False),
}
LAST = {
    "before the claims are given up": Step(around(Claims, "release", "before"), often=False),
    "after the claims are given up": Step(around(Claims, "release", "after"), often=False),
}
EVERY = STEPS | LAST
