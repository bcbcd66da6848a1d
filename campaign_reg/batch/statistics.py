"""The whole account of a batch: counts, reasons with what to do about them, and terms that got worse."""

from __future__ import annotations

from collections import Counter, defaultdict
from shlex import quote
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.batch.guardrails import Accepted, Guardrails
from campaign_reg.batch.plan import PlanNote, difference
from campaign_reg.batch.results import Summary, Tally
from campaign_reg.batch.state_machine import Phase
from campaign_reg.enums import Evidence, Verdict
from campaign_reg.errors import Halt
from campaign_reg.journal.reader import TO_CORRECT, JournalReader, open_reader
from campaign_reg.journal.records import Header, RowResult
from campaign_reg.models.outcome import Feedback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_MOST_WORDINGS, _MOST_UNKNOWN = 100, 100

OPEN_WORDS: Mapping[str, str] = {
    "ready": "not sent yet",
    "intent": "cut off while sending",
    "lost": "without an answer",
    "sent": "under way at the vendor",
}
"""Phase of an open row, in words."""


@attrs.frozen(kw_only=True)
class Reason:
    """Why rows failed: one code of the vendor's about one field, or one sentence where there is no code.

    Attributes:
        code: The vendor's code; empty where it gave none.
        field: What it is about; empty where nothing was named.
        text: The vendor's words; the most frequent ones where they differ.
        advice: What to do about it; empty where nothing better is known than the vendor's words.
        rows: How many rows it stopped.
        wordings: In how many ways the vendor put it; from a hundred on, they are not counted.
    """

    code: str
    field: str
    text: str
    advice: str
    rows: int
    wordings: int


@attrs.frozen(kw_only=True)
class Downgrade:
    """A term that got worse, the same way for this many rows."""

    operator: str
    field: str
    before: str | int | None
    after: str | int | None
    rows: int


@attrs.frozen(kw_only=True)
class Account:
    """The whole account of a batch.

    Attributes:
        header: What the journal is about.
        sealed: Whether the input is complete, or rows are submitted one by one.
        guardrails: What the batch may cost, and when it waits for a person.
        summary: Counts, and what holds the open rows.
        phases: Rows by their state.
        resent: Rows sent a second time, the first being proven unapplied.
        evidence: Ended rows by what the verdict rests on.
        reasons: Why rows failed, the most frequent first.
        downgrades: What got worse, the most frequent first.
        unknown: The first rows that a person has to decide, with the reason.
        changed_since_plan: Rows that were not at the write what the saved plan had seen.
    """

    header: Header
    sealed: bool
    guardrails: Guardrails
    summary: Summary
    phases: Mapping[str, int]
    resent: int
    evidence: Mapping[Evidence, int]
    reasons: tuple[Reason, ...]
    downgrades: tuple[Downgrade, ...]
    unknown: tuple[PlanNote, ...]
    changed_since_plan: int


class Counting:
    """Counts results one by one, so that a million of them need no memory."""

    def __init__(self, seen: JournalReader) -> None:
        self._view, self._phases = seen, seen.phases()
        sent, attempts, self._resent = seen.written()
        self._tally = Tally(sum(self._phases.values()), sent, attempts)
        self._unknown: list[PlanNote] = []
        self._evidence: Counter[Evidence] = Counter()
        self._rows: Counter[tuple[str, ...]] = Counter()
        self._wordings: defaultdict[tuple[str, ...], Counter[tuple[str, str]]] = defaultdict(Counter)
        self._downgrades: Counter[tuple[Any, ...]] = Counter()

    def count(self, result: RowResult) -> None:
        """Take in one row."""
        outcome = result.outcome
        self._tally.count(outcome)
        self._evidence[outcome.evidence] += 1
        for change in outcome.downgrades:
            self._downgrades[change.operator, change.field, change.before, change.after] += 1
        if outcome.verdict is Verdict.UNKNOWN and len(self._unknown) < _MOST_UNKNOWN:
            self._unknown.append(PlanNote(result.id, outcome.reason))
        if outcome.verdict in TO_CORRECT:
            self._count_reasons(reasons_of(result))

    def account(self) -> Account:
        """What it came to."""
        guardrails = Guardrails.from_text(self._view.guardrails)
        return Account(
            header=self._view.header,
            sealed=self._view.sealed,
            guardrails=guardrails,
            summary=self._tally.summary(self._hold(guardrails)),
            phases=self._phases,
            resent=self._resent,
            evidence={kind: self._evidence[kind] for kind in Evidence},
            reasons=tuple(self._reason(key, rows) for key, rows in self._rows.most_common()),
            downgrades=tuple(
                Downgrade(operator=operator, field=field, before=before, after=after, rows=rows)
                for (operator, field, before, after), rows in self._downgrades.most_common()
            ),
            unknown=tuple(self._unknown),
            changed_since_plan=sum(bool(difference(*seen)) for seen in self._view.plans()),
        )

    def _hold(self, guardrails: Guardrails) -> Halt | None:
        waiting = self._phases.keys() & {Phase.READY, Phase.LOST}
        first = Phase.READY in waiting
        return (
            guardrails.hold(self._tally, Accepted.from_text(self._view.accepted), first=first)
            if waiting
            else None
        )

    def _count_reasons(self, reasons: tuple[Feedback, ...]) -> None:
        """A row that says the same thing twice counts once."""
        by_key = {_group(reason): reason for reason in reasons}
        self._rows.update(by_key.keys())
        for key, reason in by_key.items():
            words, known = (reason.text, reason.advice), self._wordings[key]
            if words in known or len(known) < _MOST_WORDINGS:
                known[words] += 1

    def _reason(self, key: tuple[str, ...], rows: int) -> Reason:
        wordings = self._wordings[key].most_common()
        text, advice = wordings[0][0]
        code, field, *_ = key
        return Reason(
            code=code,
            field=field,
            text=text,
            advice=advice or next((other for (_, other), _ in wordings if other), ""),
            rows=rows,
            wordings=len(wordings),
        )


def resume_line(path: Path, hold: Halt | None = None) -> str:
    """The command that goes on with a batch, after a person has looked at what holds it."""
    if hold is not None and hold.by_cap:
        return "plan it again with other caps (campaign-reg batch plan ... --journal), or cancel the rest"
    return f"campaign-reg batch resume {quote(str(path))}{' --accept' if hold else ''}"


def reasons_of(result: RowResult) -> tuple[Feedback, ...]:
    """Why a row ended as it did: the vendor's reasons, or ours where the vendor gave none."""
    return result.outcome.feedback or (Feedback(text=result.outcome.reason),)


def _group(reason: Feedback) -> tuple[str, ...]:
    key = (reason.code, reason.field)
    return key if reason.code else (*key, reason.text)


def account(path: Path) -> Account:
    """Read everything that a summary shows.

    Raises:
        JournalMismatchError: There is not a journal there, or it is of a newer version.
    """
    with open_reader(path) as seen:
        return account_of(seen)


def account_of(seen: JournalReader) -> Account:
    """Count what a journal says."""
    counting = Counting(seen)
    for result in seen.results():
        counting.count(result)
    return counting.account()


def results(path: Path) -> Iterator[RowResult]:
    """Every row that has ended, in the order of ending.

    Raises:
        JournalMismatchError: There is not a journal there, or it is of a newer version.
    """
    with open_reader(path) as seen:
        yield from seen.results()
