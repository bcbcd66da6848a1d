"""What a run would do, found by reading only."""

from __future__ import annotations

import enum
import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from campaign_reg.batch.context import BatchContext
from campaign_reg.batch.runner import CHUNK
from campaign_reg.batch.state_machine import Phase
from campaign_reg.errors import AuthenticationError, CampaignRegError, PermissionDeniedError
from campaign_reg.journal.records import RowRecord
from campaign_reg.models.reading import Reading, TermValue
from campaign_reg.polling.scheduler import Entry, PollScheduler
from campaign_reg.protocol.action import may_pass

_MOST_TRIES = 3


class Step(enum.StrEnum):
    """What a run would do with a row."""

    SEND = "send"
    SKIP = "skip"
    """Nothing to be done: already in order, or under way."""
    FAIL = "fail"
    """It cannot work."""


@attrs.frozen
class PlanNote:
    """Something to be said of one row.

    Attributes:
        id: The row's.
        reason: In words.
    """

    id: str
    reason: str


@attrs.frozen(kw_only=True)
class PlanRow:
    """What a run would do with one row.

    Attributes:
        id: The row's.
        step: What would be done.
        reason: Why it would not be sent; empty where it would.
        operators: To which operators it would go; none where the vendor has none.
        at_risk: Terms that it has now and that can get worse: operator, field and value.
        changed: What is different from the saved plan, in words; empty where nothing is, or there was none.
    """

    id: str
    step: Step
    reason: str = ""
    operators: tuple[str, ...] = ()
    at_risk: tuple[tuple[str, str, TermValue], ...] = ()
    changed: str = ""


@attrs.frozen
class Risk:
    """A term that can get worse, and how many of the rows to be sent have it.

    Attributes:
        operator: The operator, as the vendor names it.
        field: The term.
        value: Its value now.
        rows: Rows to be sent that have it.
    """

    operator: str
    field: str
    value: TermValue
    rows: int


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
        operators: Rows to be sent, by operator.
        at_risk: Terms that can get worse by sending, those of most rows first.
        changed: Rows that are not what the saved plan saw, with the difference.
    """

    rows: int
    send: int
    skip: tuple[PlanNote, ...] = ()
    fail: tuple[PlanNote, ...] = ()
    begun: int = 0
    ended: int = 0
    operators: Mapping[str, int] = attrs.field(factory=dict)
    at_risk: tuple[Risk, ...] = ()
    changed: tuple[PlanNote, ...] = ()


class _Candidate(Entry):
    __slots__ = ("record", "tries")

    def __init__(self, record: RowRecord) -> None:
        super().__init__()
        self.record, self.tries = record, 0


class Planner:
    """Reads the rows of a journal that have not been begun.

    Args:
        journal: Where they are.
        backend: Whose campaigns.
        verb: What a run would do.
        save: Write down what was seen, for the next plan to compare with.
        seen: Called with each row.
    """

    def __init__(
        self,
        context: BatchContext,
        *,
        save: bool = False,
        seen: Callable[[PlanRow], None] | None = None,
    ) -> None:
        self._journal, self._backend, self._verb = context.journal, context.backend, context.verb
        self._rule, self._save, self._seen = context.rule, save, seen
        self._sends = 0
        self._notes: dict[Step, list[PlanNote]] = {Step.SKIP: [], Step.FAIL: []}
        self._changed: list[PlanNote] = []
        self._operators: Counter[str] = Counter()
        self._risks: Counter[tuple[str, str, TermValue]] = Counter()
        self._saved: list[tuple[int, str]] = []

    async def make(self, in_flight: int) -> Plan:
        """Read every row that has not been begun, so many at once.

        Raises:
            AuthenticationError: The credentials were refused.
            PermissionDeniedError: They may not read these campaigns.
        """
        rounds, after = PollScheduler(self._backend.clock, self._look, in_flight), 0
        try:
            while records := await self._journal.rows((Phase.READY,), after, CHUNK):
                for record in records:
                    rounds.add(_Candidate(record))
                after = records[-1].n
                await rounds.wait_idle()
                await self._journal.planned(self._saved)
                self._saved.clear()
        finally:
            await rounds.aclose()
        return self._plan(await self._journal.counts())

    def _plan(self, counts: Mapping[str, int]) -> Plan:
        rows, ended = sum(counts.values()), counts.get(Phase.ENDED, 0)
        return Plan(
            rows=rows,
            send=self._sends,
            skip=tuple(self._notes[Step.SKIP]),
            fail=tuple(self._notes[Step.FAIL]),
            begun=rows - ended - counts.get(Phase.READY, 0),
            ended=ended,
            operators=dict(sorted(self._operators.items())),
            at_risk=tuple(Risk(*term, rows) for term, rows in self._risks.most_common()),
            changed=tuple(self._changed),
        )

    async def _look(self, candidate: _Candidate) -> float | None:
        candidate.tries += 1
        record = candidate.record
        try:
            reading = await self._read(record)
        except (AuthenticationError, PermissionDeniedError):
            raise
        except CampaignRegError as error:
            if may_pass(error) and candidate.tries < _MOST_TRIES:
                return 1.0
            self._note(PlanRow(id=record.id, step=Step.FAIL, reason=str(error)))
            return None
        self._note(self._row(record, reading))
        if self._save:
            self._saved.append((record.n, json.dumps(_remembered(reading), separators=(",", ":"))))
        return None

    async def _read(self, record: RowRecord) -> Reading:
        """The campaign as a run would find it; for a create, one that stands in its way, or none."""
        backend, rule = self._backend, self._rule
        if not rule.creates:
            params = backend.params(self._verb, record.params) if rule.wanted is not None else None
            return rule.compare(await backend.read(record.id, verb=self._verb), params)
        mark = backend.mark(record.params)
        matches = (await backend.find(mark)).readings if mark else ()
        in_the_way = (match for match in matches if rule.refuses(match) is not None)
        return next(in_the_way, Reading.gone("", backend.clock.now()))

    def _row(self, record: RowRecord, reading: Reading) -> PlanRow:
        refusal = self._rule.refuses(reading)
        changed = "" if record.planned is None else difference(record.planned, _remembered(reading))
        if refusal is not None:
            return PlanRow(id=record.id, step=Step.SKIP, reason=refusal.reason, changed=changed)
        return PlanRow(
            id=record.id,
            step=Step.SEND,
            operators=self._rule.operators(self._backend.params(self._verb, record.params)),
            at_risk=tuple(self._rule.order.at_risk(reading.terms)),
            changed=changed,
        )

    def _note(self, row: PlanRow) -> None:
        if row.step is Step.SEND:
            self._sends += 1
            self._operators.update(row.operators)
            self._risks.update(row.at_risk)
        else:
            self._notes[row.step].append(PlanNote(row.id, row.reason))
        if row.changed:
            self._changed.append(PlanNote(row.id, row.changed))
        if self._seen is not None:
            self._seen(row)


def _remembered(reading: Reading) -> dict[str, Any]:
    """What a plan keeps of a reading, under the short names that the journal has for them."""
    return {name: value for name, value in reading.to_plain().items() if name in _COMPARED}


_COMPARED = {"v": "version", "s": "status", "a": "action status", "w": "as wanted", "x": "missing"}


def difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What changed between two looks at a campaign, in words; empty where nothing did.

    Args:
        before: What a saved plan saw, as the journal has it.
        now: A later reading, as the journal has it.
    """
    return ", ".join(
        f"{words} {before.get(name) or 'none'} -> {now.get(name) or 'none'}"
        for name, words in _COMPARED.items()
        if before.get(name) != now.get(name)
    )
