"""The top of the report: one sentence, the counts, and the verdicts with what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_reg.batch.statistics import OPEN_WORDS, resume_line
from campaign_reg.enums import Evidence, Verdict
from campaign_reg.report.markup import badge, element, join, rows_in_words, section, share, table
from campaign_reg.text import Html, html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_reg.report.story import Story

_MEANINGS: Mapping[Verdict, str] = {
    Verdict.SUCCEEDED: "the vendor says that it ended well",
    Verdict.FAILED: "the vendor refused it, or it could never be sent",
    Verdict.ACTION_REQUIRED: "somebody must act at the vendor",
    Verdict.UNKNOWN: "reading cannot tell: somebody must look before it is sent again",
    Verdict.CANCELLED: "taken out before it was sent",
    Verdict.SKIPPED: "not sent, for the reason given with the row",
}
_TONES: Mapping[Verdict, str] = {
    Verdict.SUCCEEDED: "good",
    Verdict.FAILED: "bad",
    Verdict.ACTION_REQUIRED: "warn",
    Verdict.UNKNOWN: "doubt",
}


def banner(story: Story) -> Html:
    """The one sentence for those who read no further."""
    account = story.account
    counts = account.summary
    if not account.sealed:
        return _banner(
            "warn", "The input is not complete: run the batch again with the same input. Nothing was sent."
        )
    if counts.open:
        stopped = f" Stopped: {counts.hold.reason}." if counts.hold else ""
        words = f"{counts.open:,} of {counts.rows:,} rows are still open.{stopped} To go on, unless it is running:"
        return _banner("warn", words, Html(f"<code>{html(resume_line(story.journal, counts.hold))}</code>"))
    if unknown := counts.verdicts[Verdict.UNKNOWN]:
        return _banner(
            "bad", f"All rows have ended; {rows_in_words(unknown)} need somebody to look at the vendor."
        )
    if failed := counts.verdicts[Verdict.FAILED] + counts.verdicts[Verdict.ACTION_REQUIRED]:
        return _banner(
            "warn", f"All rows have ended; {rows_in_words(failed)} failed or need somebody to act."
        )
    if cancelled := counts.verdicts[Verdict.CANCELLED]:
        return _banner("warn", f"All rows have ended; {rows_in_words(cancelled)} were cancelled.")
    return _banner("good", f"All rows have ended well: {rows_in_words(counts.rows)}.")


def _banner(tone: str, *words: object) -> Html:
    return element("p", join(words, " "), f"banner {tone}")


def summary(story: Story) -> Html:
    """The counts, and the verdicts."""
    return section("Summary", element("ul", join(_tiles(story)), "tiles"), _verdicts(story))


def _tiles(story: Story) -> list[Html]:
    counts = story.account.summary
    tiles = [_tile(f"{counts.rows:,}", "rows")]
    tiles += [
        _tile(f"{rows:,}", verdict.replace("_", " "), _TONES.get(verdict, ""))
        for verdict, rows in counts.verdicts.items()
        if rows
    ]
    if counts.open:
        tiles.append(_tile(f"{counts.open:,}", "still open"))
    tiles.append(_tile(f"{counts.downgraded:,}", "with worse terms", "bad" if counts.downgraded else ""))
    tiles.append(_tile(f"{counts.attempts:,}", "attempts"))
    if story.account.resent:
        tiles.append(_tile(f"{story.account.resent:,}", "sent again, the first proven unapplied"))
    if story.fee is not None:
        tiles.append(_tile(f"{counts.attempts * story.fee:,}", f"billed at most, at {story.fee} an attempt"))
    return tiles


def _tile(number: str, words: str, tone: str = "") -> Html:
    return element("li", join((element("b", number), element("span", words)), ""), tone)


def _verdicts(story: Story) -> Html:
    """Verdicts with what they rest on, and where open rows stand."""
    account = story.account
    whole = account.summary.rows
    rows: list[tuple[object, ...]] = [
        (
            badge(verdict), f"{count:,}", share(count, whole),
            *(_count(story.evidence.get((verdict, kind), 0)) for kind in Evidence), _MEANINGS.get(verdict, ""),
        )
        for verdict, count in account.summary.verdicts.items()
        if count
    ]  # fmt: skip
    nothing = ["" for _ in Evidence]
    rows += [
        (badge("open"), f"{count:,}", share(count, whole), *nothing, OPEN_WORDS[phase])
        for phase, count in account.phases.items()
        if phase in OPEN_WORDS
    ]
    headings = ("verdict", "rows", "", *Evidence, "meaning")
    note = (
        "What a verdict rests on - acknowledged: the vendor answered that it took the write, or refused it; observed: "
        "the answer was lost, and the effect was seen by reading; inferred: neither, and the row's reason says how."
    )
    numbers = (1, *range(3, 3 + len(Evidence)))
    return join((table(headings, rows, numbers), element("p", note, "note")))


def _count(rows: int) -> str:
    return f"{rows:,}" if rows else ""
