from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campaign_reg.enums import Verdict
from campaign_reg.journal.reader import open_reader
from campaign_reg.report.durations import Waits, span
from tests.support.journals import Line, write_journal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "under 1 s"), (1, "1 s"), (59.6, "1 min"), (61, "1 min 1 s"), (7200, "2 h"), (93_780, "1 d 2 h"),
        (15 * 3600 + 38, "15 h"),
        (14 * 86_400, "14 d"),
    ],
)  # fmt: skip
def test_lengths_of_time_in_words(seconds: float, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.anyio
async def test_rows_stand_in_the_bar_of_their_time(tmp_path: Path) -> None:
    times = (0.0, 1, 1.5, 8, 20 * 86_400, -0.4)
    lines = [Line(id=str(place), verdict=Verdict.SUCCEEDED, seconds=time) for place, time in enumerate(times)]
    lines += [Line(id="open"), Line(id="never sent", verdict=Verdict.FAILED, attempts=0)]
    waits = Waits()
    with open_reader(await write_journal(tmp_path / "a.db", lines)) as seen:
        for entry in seen.entries():
            waits.count(entry)
    assert len(waits) == 6
    bars = dict(waits.bars())
    assert (bars["≤ 1 s"], bars["≤ 2 s"], bars["≤ 5 s"], bars["≤ 10 s"], bars["> 14 d"]) == (4, 0, 0, 1, 1)
    assert sum(bars.values()) == 6
    assert (waits.share(0.5), waits.share(1.0)) == (1.0, 20 * 86_400)
    assert not Waits().bars()
