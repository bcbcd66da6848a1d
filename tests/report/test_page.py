"""The report: complete, self-contained, and deaf to whatever a vendor or an input says."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import sqlite3
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.journal.reader import open_reader
from campaign_reg.journal.records import Header
from campaign_reg.journal.sqlite import SqliteJournal
from campaign_reg.models.outcome import Feedback
from campaign_reg.models.terms import Change, Direction
from campaign_reg.report.page import is_report, page
from tests.support.journals import Line, write_journal

pytestmark = pytest.mark.anyio

HOSTILE = "</script><img src=x onerror=alert(1)>\x1b]0;owned\x07\x1b[2J\"'><!-- \u202e -->"
WORSE = Change("T-Mobile", "brand_tier", "TOP", "LOW", Direction.WORSE)


class Read(HTMLParser):
    """A page taken apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in {"script", "style"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            self.inside.setdefault(self._open[-1], []).append(data)
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def rows(self) -> list[str | None]:
        return [attrs.get("data-kind") for _, attrs in self.tags if attrs.get("class") == "row"]


async def report(journal: Path, *, most_rows: int = 100, fee: Decimal | None = None) -> str:
    with open_reader(journal) as seen:
        return "".join(page(seen, journal, fee, most_rows))


async def test_it_tells_the_whole_story(tmp_path: Path) -> None:
    advised = Feedback(
        code="502", field="sample1", text="Sample lacks opt-out words.", advice="Add: Reply STOP."
    )
    terms = {"T-Mobile": {"brand_tier": "TOP"}}
    journal = await write_journal(
        tmp_path / "it's spring.db",
        [
            Line(id="GOOD", verdict=Verdict.SUCCEEDED, terms=terms, changes=(WORSE,), seconds=93_780),
            Line(id="BAD", verdict=Verdict.FAILED, feedback=(advised,)),
            Line(
                id="lost one",
                verdict=Verdict.UNKNOWN,
                evidence=Evidence.INFERRED,
                reason="its answer was lost",
            ),
            Line(id="SKIPPED", verdict=Verdict.SKIPPED, reason="already under way", attempts=0),
            Line(id="OPEN"),
        ],
    )
    text = Read(await report(journal, fee=Decimal("15.00"))).text
    for words in (
        "Resubmit at sinch",
        "1 of 5 rows are still open",
        "60.00 billed at most, at 15.00 an attempt",
        "T-Mobile brand_tier TOP → LOW",
        "1 502 sample1 Sample lacks opt-out words. Add: Reply STOP.",
        "its answer was lost last sent 2026-04-10 08:00:00 UTC",
        "half of them within 1 min, nine in ten within 1 d 2 h",
        "already under way",
        "under way at the vendor",
    ):
        assert words in text
    quoted = "'" + str(journal).replace("'", "'\"'\"'") + "'"
    decide = f"campaign-reg batch decide {quoted} 'lost one'"
    assert f"{decide} --applied {decide} --not-applied" in text
    assert f"campaign-reg batch resume {quoted}" in text


@pytest.mark.fault(76)
async def test_whatever_others_say_is_only_text(tmp_path: Path) -> None:
    feedback = (Feedback(code=HOSTILE, field=HOSTILE, text=HOSTILE, advice=HOSTILE),)
    change = Change(HOSTILE, HOSTILE, HOSTILE, HOSTILE, Direction.WORSE)
    hostile = Line(
        id=HOSTILE, verdict=Verdict.FAILED, feedback=feedback, changes=(change,), target=HOSTILE,
        terms={HOSTILE: {HOSTILE: HOSTILE}},
    )  # fmt: skip
    lines = [hostile, Line(id=HOSTILE + "2", verdict=Verdict.UNKNOWN, reason=HOSTILE)]
    made = await report(await write_journal(tmp_path / 'a"<b>.db', lines, provider=HOSTILE))
    read = Read(made)
    assert not [tag for tag, _ in read.tags if tag in {"img", "iframe", "object", "link", "base", "a"}]
    assert [tag for tag, _ in read.tags].count("script") == 1
    for _, attributes in read.tags:
        assert not {name for name in attributes if name.startswith("on") or name in {"src", "href", "style"}}
    assert not [char for char in made if ord(char) < 32 and char != "\n"]
    assert "\u202e" not in made
    assert "\\x1b[2J" in read.text


async def test_nothing_is_loaded_and_nothing_runs_but_its_own_script(tmp_path: Path) -> None:
    made = await report(await write_journal(tmp_path / "a.db", [Line(id="A", verdict=Verdict.SUCCEEDED)]))
    read = Read(made)
    policy = next(attrs["content"] for _, attrs in read.tags if "http-equiv" in attrs) or ""
    assert policy.startswith("default-src 'none';")
    for kind in ("style", "script"):
        digest = hashlib.sha256("".join(read.inside[kind]).encode()).digest()
        assert f"{kind}-src 'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert "unsafe" not in policy
    outside = re.sub(r'xmlns="[^"]*"', "", made)
    assert not re.search(r"https?://|@import|url\(", outside)


async def test_a_long_table_is_cut_and_says_so_with_those_that_need_somebody_first(tmp_path: Path) -> None:
    lines = [Line(id=f"S{n}", verdict=Verdict.SUCCEEDED) for n in range(5)]
    lines += [
        Line(id="W", verdict=Verdict.SUCCEEDED, changes=(WORSE,)), Line(id="O"), Line(id="F", verdict=Verdict.FAILED),
        Line(id="A", verdict=Verdict.ACTION_REQUIRED), Line(id="U", verdict=Verdict.UNKNOWN),
    ]  # fmt: skip
    journal = await write_journal(tmp_path / "a.db", lines)
    read = Read(await report(journal, most_rows=6))
    assert read.rows() == ["unknown", "action_required", "failed", "open", "succeeded worse", "succeeded"]
    assert "The table holds 6 of 10 rows" in read.text
    assert len(Read(await report(journal)).rows()) == 10


async def test_sections_without_anything_to_tell_are_left_out(tmp_path: Path) -> None:
    read = Read(
        await report(await write_journal(tmp_path / "a.db", [Line(id="A", attempts=0)], sealed=False))
    )
    assert "The input is not complete" in read.text
    for title in ("Worse terms", "Unknown:", "Failures by reason", "Operators", "Time to settle"):
        assert title not in read.text
    done = [Line(id="A", verdict=Verdict.SUCCEEDED)]
    assert (
        "All rows have ended well: 1 row."
        in Read(await report(await write_journal(tmp_path / "b.db", done))).text
    )


async def test_parameters_are_not_in_it(tmp_path: Path) -> None:
    line = Line(id="A", verdict=Verdict.FAILED, params={"phones": ["12025550123"]}, reason="refused")
    journal = await write_journal(tmp_path / "a.db", [line], verb=Verb.CREATE, provider="rcs")
    assert "12025550123" not in await report(journal)


async def test_it_is_made_while_another_process_writes_and_shows_one_moment(tmp_path: Path) -> None:
    journal = await write_journal(tmp_path / "a.db", [Line(id="A", verdict=Verdict.SUCCEEDED), Line(id="B")])
    running = await SqliteJournal.open(journal, Header(provider="sinch", account="p", verb="resubmit"))
    with open_reader(journal) as seen:
        pieces = page(seen, journal)
        first = next(pieces)
        await running.end(2, "failed", 1, '{"verdict":"failed","evidence":"inferred","reason":"late"}')
        read = Read(first + "".join(pieces))
    assert read.rows() == ["open", "succeeded"]
    assert "late" not in read.text
    assert Read(await report(journal)).rows() == ["failed", "succeeded"]
    await running.aclose()


async def test_a_report_is_known_again(tmp_path: Path) -> None:
    journal = await write_journal(tmp_path / "a.db", [Line(id="A", verdict=Verdict.SUCCEEDED)])
    made = tmp_path / "report.html"
    made.write_text(await report(journal))
    assert is_report(made)
    assert not is_report(journal)
    assert not is_report(tmp_path)
    assert not is_report(tmp_path / "none.html")
    os.mkfifo(tmp_path / "pipe")
    assert not is_report(tmp_path / "pipe")  # and nobody waits for it


async def test_a_journal_of_an_older_release_is_read_as_it_is(tmp_path: Path) -> None:
    journal = await write_journal(tmp_path / "a.db", [Line(id="A", verdict=Verdict.SUCCEEDED)])
    with contextlib.closing(sqlite3.connect(journal)) as db:
        db.executescript(
            "ALTER TABLE rows DROP COLUMN target; DELETE FROM meta WHERE key = 'columns'; PRAGMA user_version = 1"
        )
    assert Read(await report(journal)).rows() == ["succeeded"]
    with open_reader(journal) as seen:
        assert seen.columns == ()
