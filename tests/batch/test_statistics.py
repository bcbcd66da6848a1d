from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campaign_reg.batch.statistics import Downgrade, Reason, account, results
from campaign_reg.enums import Evidence, Verdict
from campaign_reg.errors import JournalMismatchError
from campaign_reg.models.outcome import Feedback
from campaign_reg.models.terms import Change, Direction
from tests.support.journals import Line, write_journal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

OPT_OUT = Feedback(code="502", field="sample1", text="Sample lacks opt-out words.", advice="Add: Reply STOP.")


def failed(name: str, *feedback: Feedback, reason: str = "RESUBMIT_FAILED") -> Line:
    return Line(id=name, verdict=Verdict.FAILED, feedback=feedback, reason=reason)


async def test_reasons_are_grouped_by_code_and_field_with_what_to_do(tmp_path: Path) -> None:
    other_words = Feedback(code="502", field="sample1", text="No opt-out.")
    other_field = Feedback(code="502", field="sample2", text="Sample lacks opt-out words.")
    journal = await write_journal(
        tmp_path / "a.db",
        [
            failed("A", other_words),
            failed("B", OPT_OUT, OPT_OUT),
            failed("C", OPT_OUT, other_field),
            Line(id="D", verdict=Verdict.ACTION_REQUIRED, feedback=(OPT_OUT,)),
            failed("E", reason="never sent: line 5: the id is empty"),
            Line(id="F", verdict=Verdict.UNKNOWN, reason="its answer was lost"),
        ],
    )
    found = account(journal)
    assert found.reasons == (
        Reason(code="502", field="sample1", text=OPT_OUT.text, advice=OPT_OUT.advice, rows=4, wordings=2),
        Reason(code="502", field="sample2", text=OPT_OUT.text, advice="", rows=1, wordings=1),
        Reason(code="", field="", text="never sent: line 5: the id is empty", advice="", rows=1, wordings=1),
    )


async def test_advice_is_found_even_if_the_most_frequent_words_came_without(tmp_path: Path) -> None:
    bare = Feedback(code="502", field="sample1", text="No opt-out.")
    journal = await write_journal(
        tmp_path / "a.db", [failed("A", bare), failed("B", bare), failed("C", OPT_OUT)]
    )
    [reason] = account(journal).reasons
    assert (reason.text, reason.advice) == ("No opt-out.", OPT_OUT.advice)


async def test_reasons_without_a_code_are_told_apart_by_their_words(tmp_path: Path) -> None:
    said = [Feedback(field="brand", text="Too new."), Feedback(field="brand", text="Unknown.")]
    journal = await write_journal(tmp_path / "a.db", [failed("A", said[0]), failed("B", said[1])])
    assert {reason.text for reason in account(journal).reasons} == {"Too new.", "Unknown."}


async def test_downgrades_evidence_and_open_rows_are_counted(tmp_path: Path) -> None:
    worse = Change("T-Mobile", "brand_tier", "TOP", "LOW", Direction.WORSE)
    better = Change("AT&T", "tpm", 75, 4500, Direction.BETTER)
    journal = await write_journal(
        tmp_path / "a.db",
        [
            Line(id="A", verdict=Verdict.SUCCEEDED, changes=(worse, better)),
            Line(id="B", verdict=Verdict.SUCCEEDED, changes=(worse,), evidence=Evidence.OBSERVED, attempts=2),
            Line(id="C"),
            Line(id="D", attempts=0),
        ],
        sealed=False,
    )
    found = account(journal)
    expected = Downgrade(operator="T-Mobile", field="brand_tier", before="TOP", after="LOW", rows=2)
    assert found.downgrades == (expected,)
    assert found.summary.downgraded == 2
    assert found.summary.open == 2
    assert found.phases == {"ended": 2, "sent": 1, "ready": 1}
    assert found.evidence == {Evidence.ACKNOWLEDGED: 1, Evidence.OBSERVED: 1, Evidence.INFERRED: 0}
    assert found.resent == 1
    assert not found.sealed
    assert [result.id for result in results(journal)] == ["A", "B"]


def test_no_journal_is_no_account(tmp_path: Path) -> None:
    with pytest.raises(JournalMismatchError, match="no such journal"):
        account(tmp_path / "none.db")
