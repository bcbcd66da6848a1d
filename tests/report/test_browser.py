"""The report of a sandbox batch in a real browser; `nox -s browser` runs it, and needs Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import campaign_reg
from campaign_reg import Batch
from campaign_reg.enums import Verdict
from campaign_reg.journal.reader import open_reader
from campaign_reg.report.page import page
from campaign_reg.sandbox import Sandbox
from tests.support.chromium import Tab, chromium
from tests.support.command import QUICK
from tests.support.journals import Line, write_journal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.anyio]

PHONE, DESK = 390, 1280
_SEARCH = """(async () => {
  const box = document.getElementById("search");
  const kind = document.getElementById("kind");
  [box.value, kind.value] = %r;
  const begun = performance.now();
  (box.value ? box : kind).dispatchEvent(new Event(box.value ? "input" : "change"));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const shown = Array.from(document.querySelectorAll(".row")).filter((row) => row.offsetParent !== null);
  return {shown: shown.length, found: document.getElementById("found").textContent, took: performance.now() - begun};
})()"""


async def search(tab: Tab, words: str = "", kind: str = "") -> dict[str, Any]:
    """Type into the search, and say what is seen then."""
    found = await tab.value(_SEARCH % [words, kind])
    assert isinstance(found, dict)
    return found


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    async with chromium(tmp_path / "profile") as tab:
        yield tab


@pytest.fixture
async def report(tmp_path: Path) -> Path:
    """Of a batch with rejections, worse terms and a lost write."""
    journal = tmp_path / "spring.db"
    async with Sandbox() as sandbox:
        ids = sandbox.sinch.seed(40, reject_share=0.2, downgrade_share=0.3, settle_seconds=(0.1, 0.4))
        sandbox.faults.add("drop_before", "resubmitCampaign", times=2)
        settings: Any = sandbox.settings("sinch")
        quick: Any = {name.lower(): float(value) for name, value in QUICK.items()}
        async with campaign_reg.connect("sinch", **settings, **quick) as sinch:
            async with Batch.open(journal, sinch, "resubmit", resend="never") as batch:
                await batch.add(ids)
                summary = await batch.run()
    assert summary.verdicts[Verdict.UNKNOWN] == 2
    return write_page(journal, tmp_path / "report.html")


def write_page(journal: Path, file: Path) -> Path:
    with open_reader(journal) as seen:
        file.write_text("".join(page(seen, journal)))
    return file


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_it_fits_is_complete_and_nobody_complains(
    tab: Tab, report: Path, *, width: int, dark: bool
) -> None:
    await tab.open(report, width=width, dark=dark)
    assert await tab.value("document.documentElement.scrollWidth") <= width
    for title in (
        "Summary",
        "Worse terms",
        "Unknown: 2 rows",
        "Failures by reason",
        "Operators",
        "Time to settle",
    ):
        assert await tab.value(f"document.body.innerText.includes({title!r})"), title
    assert await tab.value("document.querySelectorAll('.row').length") == 40
    paper = await tab.value("getComputedStyle(document.documentElement).backgroundColor")
    assert (sum(map(int, paper[4:-1].split(","))) < 3 * 128) is dark
    bars = "Array.from(document.querySelectorAll('.bars rect'), (bar) => getComputedStyle(bar).fill)"
    assert "rgb(0, 0, 0)" not in await tab.value(bars)
    assert tab.complaints == []
    assert {address.partition(":")[0] for address in tab.requests} <= {"file"}


async def test_rows_are_found(tab: Tab, report: Path) -> None:
    await tab.open(report, width=DESK)
    name = await tab.value("document.querySelectorAll('.row .id')[20].textContent")
    assert (await search(tab, name.upper()))["shown"] == 1
    assert (await search(tab, kind="unknown"))["found"] == "2 of 40 rows"
    failed = await tab.value("document.querySelectorAll('[data-kind=failed]').length")
    assert 0 < (await search(tab, "ended", "failed"))["shown"] == failed < 40
    assert (await search(tab, "no such thing"))["found"] == "0 of 40 rows"
    assert (await search(tab))["shown"] == 40
    assert tab.complaints == []


async def test_without_script_every_row_is_there_and_no_control(tab: Tab, report: Path) -> None:
    await tab.open(report, width=PHONE, script=False)
    root = (await tab.call("DOM.getDocument"))["root"]["nodeId"]
    rows = await tab.call("DOM.querySelectorAll", nodeId=root, selector=".row:not([hidden])")
    assert len(rows["nodeIds"]) == 40
    controls = await tab.call("DOM.querySelectorAll", nodeId=root, selector="#controls[hidden]")
    assert len(controls["nodeIds"]) == 1


async def test_what_others_wrote_does_nothing(tab: Tab, tmp_path: Path) -> None:
    hostile = "</script><script>document.title='owned'</script><img src=//x.test/ onerror=alert(1)>"
    lines = [Line(id=hostile, verdict=Verdict.UNKNOWN, reason=hostile)]
    journal = await write_journal(tmp_path / "a.db", lines)
    await tab.open(write_page(journal, tmp_path / "a.html"), width=DESK)
    assert await tab.value("document.title") == "Resubmit at sinch"
    assert await tab.value("document.querySelectorAll('img, .row script').length") == 0
    assert tab.complaints == []


async def test_eight_thousand_rows_stay_quick(tab: Tab, tmp_path: Path) -> None:
    lines = [
        Line(id=f"C{n:05}", verdict=Verdict.SUCCEEDED, reason="RESUBMIT_SUCCESSFUL") for n in range(8000)
    ]
    journal = await write_journal(tmp_path / "a.db", lines)
    await tab.open(write_page(journal, tmp_path / "a.html"), width=PHONE)
    found = await search(tab, "c0123")
    assert found["found"] == "10 of 8,000 rows"
    assert found["took"] < 2000  # 60 ms on a laptop; here only what nobody would bear is refused
    assert await tab.value("document.documentElement.scrollWidth") <= PHONE
