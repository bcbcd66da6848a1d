"""What a run would do, found by reading only."""

from __future__ import annotations

from typing import Any

import attrs

from campaign_reg.engine.rounds import Entry, Rounds
from campaign_reg.engine.row import Phase
from campaign_reg.engine.store import JournalStore, RowRecord
from campaign_reg.enums import Verb
from campaign_reg.errors import AuthenticationError, CampaignRegError, PermissionDeniedError
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.action import may_pass
from campaign_reg.protocol.backend import CampaignBackend

_CHUNK = 500
_MOST_TRIES = 3


@attrs.frozen
class PlanNote:
    """A row that a run would not simply send.

    Attributes:
        id: The campaign's id.
        reason: Why.
    """

    id: str
    reason: str


@attrs.frozen(kw_only=True)
class Plan:
    """What a run would do.

    Attributes:
        rows: Rows in the batch.
        send: Rows that would be sent; a lost write that is proven unapplied may be sent once more.
        skip: Rows that would be skipped, with the reason.
        fail: Rows that cannot work, with the reason.
        begun: Rows that were sent earlier and are waited for.
        ended: Rows that have ended.
    """

    rows: int
    send: int
    skip: tuple[PlanNote, ...] = ()
    fail: tuple[PlanNote, ...] = ()
    begun: int = 0
    ended: int = 0


class _Candidate(Entry):
    __slots__ = ("id", "params", "tries")

    def __init__(self, record: RowRecord) -> None:
        super().__init__()
        self.id, self.params, self.tries = record.id, record.params, 0


async def _look(backend: CampaignBackend[Any], verb: Verb, row: _Candidate) -> Reading:
    """The campaign as a run would find it; for a create, one that stands in its way, or none."""
    rule = backend.rule(verb)
    if not rule.creates:
        params = backend.params(verb, row.params) if rule.wanted is not None else None
        return rule.compare(await backend.read(row.id, verb=verb), params)
    mark = backend.mark(row.params)
    matches = (await backend.find(mark)).readings if mark else ()
    in_the_way = (match for match in matches if rule.refuses(match) is not None)
    return next(in_the_way, Reading.gone("", backend.clock.now()))


async def make_plan(journal: JournalStore, backend: CampaignBackend[Any], verb: Verb, in_flight: int) -> Plan:
    """Read every row that has not been begun.

    Raises:
        AuthenticationError: The credentials were refused.
        PermissionDeniedError: They may not read these campaigns.
    """
    rule, skip, fail, send = backend.rule(verb), [], [], 0

    async def look(row: _Candidate) -> float | None:
        nonlocal send
        row.tries += 1
        try:
            reading = await _look(backend, verb, row)
        except (AuthenticationError, PermissionDeniedError):
            raise
        except CampaignRegError as error:
            if may_pass(error) and row.tries < _MOST_TRIES:
                return 1.0
            fail.append(PlanNote(row.id, str(error)))
            return None
        refusal = rule.refuses(reading)
        if refusal is None:
            send += 1
        else:
            skip.append(PlanNote(row.id, refusal.reason))
        return None

    rounds = Rounds(backend.clock, look, in_flight)
    try:
        after = 0
        while records := await journal.rows((Phase.READY,), after, _CHUNK):
            for record in records:
                rounds.add(_Candidate(record))
            after = records[-1].n
            await rounds.wait_idle()
    finally:
        await rounds.aclose()
    counts = await journal.counts()
    ended = counts.get(Phase.ENDED, 0)
    ready = send + len(skip) + len(fail)
    return Plan(
        rows=sum(counts.values()),
        send=send,
        skip=tuple(skip),
        fail=tuple(fail),
        begun=sum(counts.values()) - ended - ready,
        ended=ended,
    )
