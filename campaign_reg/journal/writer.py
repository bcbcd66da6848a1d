"""Group commit: one thread writes, and what comes in while a commit is on its way to the disk shares the next one."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from campaign_reg.errors import JournalError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_MOST_IN_A_COMMIT = 1024


class Writer:
    """The one thread that uses a connection; it ends with its owner and commits what it was given before it ends.

    Args:
        path: Of the file, for errors.
        connection: Used by the thread alone from now on, and closed by it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path, self._connection = path, connection
        self._closed = False
        self._broken: JournalError | None = None
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name=f"journal {path.name}", daemon=True)
        self._thread.start()

    async def do(self, work: Work[T]) -> T:
        """Run work in the thread; returns when it is committed.

        Cancelling the caller does not undo it: the work is done all the same.

        Raises:
            JournalError: It could not be committed, now or once before: nothing is written any more.
        """
        if self._broken is not None:
            raise self._broken
        if self._closed:
            raise JournalError(f"{self._path} was closed: open the batch again")
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, loop.create_future())
        self._jobs.put(job)
        result: T = await job.future
        return result

    async def aclose(self) -> None:
        """Finish what was begun; may be called twice."""
        self._closed = True
        if self._thread.is_alive():
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)

    def _write(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._commit([job, *self._waiting_jobs()])
        self._connection.close()

    def _waiting_jobs(self) -> Iterator[_Job]:
        with contextlib.suppress(queue.Empty):
            for _ in range(_MOST_IN_A_COMMIT):
                job = self._jobs.get_nowait()
                if job is None:
                    self._jobs.put(None)  # close after this commit
                    return
                yield job

    def _commit(self, jobs: list[_Job]) -> None:
        """Run jobs in one transaction; if any of it fails, none of them counts and nothing is written any more."""
        db, results = self._connection, []
        if self._broken is not None:
            _fail(jobs, self._broken)
            return
        try:
            db.execute("BEGIN IMMEDIATE")
            results = [job.work(db) for job in jobs]
            db.execute("COMMIT")
        except Exception as error:  # noqa: BLE001  (whatever it was, it must not count as durable)
            with contextlib.suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            self._broken = _cannot_write(self._path, error)
            _fail(jobs, self._broken)
            return
        _tell((job, job.succeed, result) for job, result in zip(jobs, results, strict=True))


class _Job:
    """Work for the writer's thread, and whom to tell."""

    __slots__ = ("future", "loop", "work")

    def __init__(
        self,
        work: Callable[[sqlite3.Connection], Any],
        loop: asyncio.AbstractEventLoop,
        future: asyncio.Future[Any],
    ) -> None:
        self.work, self.loop, self.future = work, loop, future

    def succeed(self, result: Any) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)


def _fail(jobs: Sequence[_Job], error: JournalError) -> None:
    _tell((job, job.fail, error) for job in jobs)


def _tell(news: Iterable[tuple[_Job, Callable[[Any], None], Any]]) -> None:
    """Wake the loop once for all that a commit decided."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Callable[[Any], None], Any]]] = defaultdict(list)
    for job, tell, what in news:
        by_loop[job.loop].append((tell, what))
    for loop, calls in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: no caller waits any more
            loop.call_soon_threadsafe(_call_each, calls)


def _call_each(calls: list[tuple[Callable[[Any], None], Any]]) -> None:
    for tell, what in calls:
        tell(what)


def _cannot_write(path: Path, error: Exception) -> JournalError:
    return JournalError(
        f"{path} cannot be written ({error}): stopped before sending anything unjournalled; "
        "make room or mend the disk, then resume"
    )
