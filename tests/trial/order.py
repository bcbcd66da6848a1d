"""The order of system calls of a batch: is each write's intent on the disk before its bytes leave?

A power loss keeps what was synced, and nothing else can be asked of a machine that has none. So strace watches a
worker, and `violations` reads what it saw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

CALLS = "pwrite64,pwritev,write,writev,sendto,sendmsg,fsync,fdatasync"
MOST_BYTES_SHOWN = 65536
"""Of each call's data: a whole page of the journal must be seen."""

_LINE = re.compile(r"(?P<thread>\d+) +(?P<rest>.*)", re.DOTALL)
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)", re.DOTALL)
_CALL = re.compile(r"(?P<name>\w+)\(\d+<(?P<file>[^>]*)>(?P<rest>.*)", re.DOTALL)
_PUT = re.compile(r'"PUT /[^ ]*/(?P<id>[0-9A-Za-z]{26})[:/]')


@attrs.frozen
class Event:
    """One end of a system call.

    Attributes:
        name: Of the call.
        file: What it is on.
        data: The arguments, as strace shows them.
        begins: The call is entered here.
        ends: It has returned here.
    """

    name: str
    file: str
    data: str
    begins: bool
    ends: bool


def events(trace: Path) -> Iterator[Event]:
    """Calls in the order in which they began and ended, over all threads."""
    under_way: dict[str, Event] = {}
    with trace.open(encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            found = _LINE.fullmatch(line.rstrip("\n"))
            if found is None:
                continue
            thread, rest = found["thread"], found["rest"]
            if _RESUMED.match(rest):
                if thread in under_way:
                    yield attrs.evolve(under_way.pop(thread), begins=False, ends=True)
                continue
            unfinished = rest.endswith(_UNFINISHED)
            call = _CALL.match(rest)
            if call is None:
                continue
            event = Event(call["name"], call["file"], call["rest"], begins=True, ends=not unfinished)
            if unfinished:
                under_way[thread] = event
            yield event


def violations(seen: Iterable[Event]) -> tuple[int, list[str]]:
    """Writes that left before their intent was synced.

    Returns:
        How many writes left in all, and in words those that left too early.
    """
    written: set[str] = set()  # into the log, but not synced
    syncing: set[str] = set()  # were written when the sync under way began
    durable: set[str] = set()
    left, early = 0, []
    for event in seen:
        if event.file.endswith("-wal"):
            if event.name in {"fsync", "fdatasync"}:
                if event.begins:
                    syncing = set(written)
                if event.ends:
                    durable |= syncing
            elif event.ends or event.begins:
                written |= set(_INTENT.findall(event.data))
        elif event.begins and (put := _PUT.search(event.data)):
            left += 1
            if put["id"] not in durable:
                early.append(f"{put['id']}: its bytes left before its intent was synced")
    return left, early


# As a row stands in a page of the journal: its id (a ULID), its parameters, and the phase.
_INTENT = re.compile(r"([0-9A-Za-z]{26})\{[^{}]{0,200}\}intent")
