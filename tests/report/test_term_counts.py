from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campaign_reg.enums import Verdict
from campaign_reg.journal.reader import open_reader
from campaign_reg.models.terms import Change, Direction, TermsOrder
from campaign_reg.report.term_counts import Shift, TermsCount, changed
from tests.support.journals import Line, write_journal

if TYPE_CHECKING:
    from pathlib import Path

    from campaign_reg.models.reading import Terms

BEFORE: Terms = {"AT&T": {"tpm": 4500, "status": "APPROVED"}, "T-Mobile": {"brand_tier": "TOP"}}


def test_changes_lead_from_the_terms_before_to_those_after() -> None:
    after: Terms = {"AT&T": {"tpm": 75, "status": "APPROVED"}, "T-Mobile": {"brand_tier": "TOP"}}
    assert changed(BEFORE, TermsOrder().changes(BEFORE, after)) == after
    assert BEFORE["AT&T"]["tpm"] == 4500


def test_operators_come_and_go() -> None:
    after: Terms = {"AT&T": {"tpm": 4500, "status": "APPROVED"}, "Verizon": {"status": "APPROVED"}}
    # What a new operator grants is not said by the change.
    assert changed(BEFORE, TermsOrder().changes(BEFORE, after)) == {"AT&T": BEFORE["AT&T"], "Verizon": {}}


@pytest.mark.anyio
async def test_only_rows_whose_end_was_read_are_counted(tmp_path: Path) -> None:
    slower = Change("AT&T", "tpm", 4500, 75, Direction.WORSE)
    new = Change("Verizon", "operator", None, "present", Direction.BETTER)
    journal = await write_journal(
        tmp_path / "a.db",
        [
            Line(id="A", verdict=Verdict.SUCCEEDED, terms=BEFORE, changes=(slower, new)),
            Line(id="B", verdict=Verdict.FAILED, terms=BEFORE),
            Line(id="C", verdict=Verdict.UNKNOWN, terms=BEFORE),
            Line(id="D", terms=BEFORE),
            Line(id="E", verdict=Verdict.SUCCEEDED),
        ],
    )
    count = TermsCount()
    with open_reader(journal) as seen:
        for entry in seen.entries():
            count.count(entry)
    assert count.rows == 2
    assert count.operators() == (
        Shift("AT&T", "operator", None, 2, 2),
        Shift("T-Mobile", "operator", None, 2, 2),
        Shift("Verizon", "operator", None, 0, 1),
    )
    speeds = [shift for shift in count.values(9) if shift.field == "tpm"]
    assert speeds == [Shift("AT&T", "tpm", 4500, 2, 1), Shift("AT&T", "tpm", 75, 0, 1)]
    rest = [shift for shift in count.values(1) if shift.field == "tpm"]
    assert rest == [Shift("AT&T", "tpm", 4500, 2, 1), Shift("AT&T", "tpm", "1 other values", 0, 1)]
