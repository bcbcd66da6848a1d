"""What the journal says of all results together is what counting them one by one says."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from campaign_reg import Verdict
from campaign_reg.batch.results import Tally
from campaign_reg.batch.statistics import account
from campaign_reg.enums import Evidence, Verb
from campaign_reg.journal.reader import open_reader
from campaign_reg.journal.records import Header, RowRecord, outcome_to_text, result_of
from campaign_reg.journal.sqlite import SqliteJournal
from campaign_reg.models.outcome import Feedback, Outcome
from campaign_reg.models.terms import Change, Direction

pytestmark = pytest.mark.anyio

HEADER = Header(provider="memory", account="a1", verb="resubmit")
ODD = Feedback(code="502", field='it\'s "worse"', text="Wörter, and a \\ and a\nline")
PLAIN = Feedback(code="", field="", text="no field")
WORSE = Change("TMO", "tier", "TOP", "LOW", Direction.WORSE)
BETTER = Change("TMO", "tpm", "worse", 9, Direction.BETTER)
ENDED = Outcome(
    target="", verb=Verb.RESUBMIT, verdict=Verdict.FAILED, evidence=Evidence.ACKNOWLEDGED, reason="refused"
)


def outcomes() -> list[Outcome]:
    return [
        attrs.evolve(ENDED, verdict=verdict, feedback=feedback, changes=changes, reason=reason)
        for verdict in Verdict
        for feedback in ((), (ODD,), (ODD, PLAIN), (ODD, ODD), (Feedback(),))
        for changes in ((), (WORSE,), (BETTER,), (BETTER, WORSE, WORSE))
        for reason in ("refused", "it timed out", "")
    ]


async def test_totals_are_the_sum_of_the_results(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "b.db", HEADER)
    try:
        assert (await journal.totals()).newest == 0
        ended = outcomes()
        await journal.add([RowRecord(n=n, id=f"c{n}") for n in range(1, len(ended) + 1)])
        for n, outcome in enumerate(ended, 1):
            await journal.end(n, outcome.verdict, 1, outcome_to_text(outcome, f"c{n}"))
        one_by_one = Tally(len(ended), sent=0, attempts=len(ended))
        for record in await journal.results(0, len(ended)):
            one_by_one.count(result_of(record, Verb.RESUBMIT).outcome)
        totals = await journal.totals()
    finally:
        await journal.aclose()
    said, counted = Tally.of(totals).summary(), one_by_one.summary()
    assert totals.newest == len(ended)
    assert attrs.evolve(said, reasons=()) == attrs.evolve(counted, reasons=())
    assert set(said.reasons) == set(counted.reasons)
    assert len(said.reasons) == len(counted.reasons)
    seen = account(tmp_path / "b.db")
    assert attrs.evolve(seen.summary, reasons=()) == attrs.evolve(counted, reasons=(), attempts=len(ended))
    assert set(seen.summary.reasons) == set(counted.reasons)
    with open_reader(tmp_path / "b.db") as reader:
        assert reader.standing().verdicts == counted.verdicts
