"""Batches at the vendor in memory, on virtual time."""

from __future__ import annotations

from typing import Any

from campaign_reg import Limits, OutcomeUnknownError, Schedule
from campaign_reg.enums import Verb
from campaign_reg.models.reading import Terms
from campaign_reg.protocol.write import Timeouts
from tests.support.backends import EveryVerbBackend
from tests.support.clocks import VirtualClock

SHORT = Schedule(first_seconds=5, factor=2, max_seconds=300, jitter=0)
TOP: Terms = {"TMO": {"tier": "TOP"}, "ATT": {"tpm": 240}}
LOW: Terms = {"TMO": {"tier": "LOW"}, "ATT": {"tpm": 240}}
LOST = OutcomeUnknownError("memory.resubmit", "cut")


def account(*ids: str, **options: Any) -> EveryVerbBackend:
    """A backend in memory, on virtual time that leaves the journal's thread a moment."""
    options = {
        "timeouts": Timeouts(settle_seconds=60, quiet_seconds=600),
        "schedule": SHORT,
        "limits": Limits(in_flight=4),
        **options,
    }
    backend = EveryVerbBackend(VirtualClock(), **options)
    for id in ids:
        backend.vendor.put(id, terms=TOP)
    return backend


def many(count: int) -> list[str]:
    return [f"c{n:03}" for n in range(count)]


def worsens(backend: EveryVerbBackend, *bad: str) -> None:
    """Resubmitting these campaigns leaves them with worse terms."""

    def on_write(verb: Verb, id: str) -> None:
        backend.vendor.run_for_a_minute(verb, id)
        if id in bad:
            backend.vendor.later(60, id, terms=LOW)

    backend.vendor.on_write = on_write


def written(backend: EveryVerbBackend) -> list[str]:
    return [id for _, id in backend.vendor.writes]
