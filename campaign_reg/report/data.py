"""Everything that the report shows, gathered in one pass over the journal."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs

from campaign_reg.batch.statistics import Account, Counting
from campaign_reg.enums import Evidence, Verdict
from campaign_reg.journal.reader import Entry, JournalReader
from campaign_reg.report.durations import Waits
from campaign_reg.report.term_counts import TermsCount

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from pathlib import Path

MOST_DOUBTS = 200


@attrs.frozen(kw_only=True)
class Story:
    """What there is to tell.

    Attributes:
        journal: The journal, as it was named.
        account: Counts, reasons and downgrades.
        evidence: Rows by verdict and what it rests on.
        terms: Operators before and after.
        waits: How long rows took.
        doubts: Rows that are unknown, the first this many of them.
        fee: Price of one attempt, where it was said.
        written_at: When, aware UTC.
    """

    journal: Path
    account: Account
    evidence: Mapping[tuple[Verdict, Evidence], int]
    terms: TermsCount
    waits: Waits
    doubts: tuple[Entry, ...]
    fee: Decimal | None
    written_at: datetime


def gather(seen: JournalReader, journal: Path, fee: Decimal | None = None) -> Story:
    """Read every row once."""
    counting, terms, waits = Counting(seen), TermsCount(), Waits()
    evidence: Counter[tuple[Verdict, Evidence]] = Counter()
    doubts: list[Entry] = []
    for entry in seen.entries():
        if entry.result is None:
            continue
        outcome = entry.result.outcome
        counting.count(entry.result)
        terms.count(entry)
        waits.count(entry)
        evidence[outcome.verdict, outcome.evidence] += 1
        if outcome.verdict is Verdict.UNKNOWN and len(doubts) < MOST_DOUBTS:
            doubts.append(entry)
    account = counting.account()
    return Story(
        journal=journal,
        account=account,
        evidence=evidence,
        terms=terms,
        waits=waits,
        doubts=tuple(doubts),
        fee=account.guardrails.fee if fee is None else fee,
        written_at=datetime.now(UTC),
    )
