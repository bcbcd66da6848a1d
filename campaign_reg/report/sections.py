"""The report's sections, in the order in which they are read; one that has nothing to tell is left out."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from campaign_reg.batch.statistics import OPEN_WORDS, resume_line
from campaign_reg.enums import Evidence, Verdict
from campaign_reg.report.charts import beams
from campaign_reg.report.durations import span
from campaign_reg.report.html import (
    badge,
    command,
    element,
    join,
    moment,
    rows_in_words,
    section,
    share,
    table,
)
from campaign_reg.text import Html, html, term_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from campaign_reg.batch.statistics import Reason
    from campaign_reg.journal.reader import Entry
    from campaign_reg.models.reading import TermValue
    from campaign_reg.report.data import Story
    from campaign_reg.report.term_counts import Shift

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

_MOST_LINES, _MOST_VALUES, _MOST_OPERATORS = 50, 12, 12


def sections(story: Story) -> Html:
    """All of them."""
    made = (
        summary(story), _downgrades(story), _doubts(story), _failures(story), _operators(story), _waits(story),
    )  # fmt: skip
    return join(part for part in made if part)


def _downgrades(story: Story) -> Html:
    """Terms that got worse."""
    found = story.account.downgrades
    if not found:
        return Html()
    rows = [
        (f"{item.rows:,}", item.operator, item.field, _move(item.before, item.after))
        for item in found[:_MOST_LINES]
    ]
    worse = rows_in_words(story.account.summary.downgraded)
    words = f"{worse} came back with worse terms. Each is marked in the table below."
    return section(
        "Worse terms than before", element("p", words),
        table(("rows", "operator", "term", "before → after"), rows, (0,)), _more(len(found), "ways"),
    )  # fmt: skip


def _move(before: TermValue, after: TermValue) -> str:
    return f"{term_text(before)} → {term_text(after)}"


def _doubts(story: Story) -> Html:
    """Rows that a person must decide, with the command that does so."""
    unknown = story.account.summary.verdicts[Verdict.UNKNOWN]
    if not unknown:
        return Html()
    words = (
        "Nothing will be sent again for these on its own, and they are left out of the file of failed rows. Look at "
        "each campaign at the vendor, in its console and on the bill: did something change after the time below? Then "
        "say which it is, by one of the two commands. Where nobody can tell, ask the vendor: sending it again may be "
        "paid twice."
    )
    shown = join(_doubt(story, entry) for entry in story.doubts)
    rest = unknown - len(story.doubts)
    more = f"and {rest:,} more: see unknown rows below, or `batch status --rows --json`" if rest else ""
    return section(f"Unknown: {rows_in_words(unknown)} to look at", element("p", words), shown, _note(more))


def _doubt(story: Story, entry: Entry) -> Html:
    outcome = entry.result.outcome if entry.result else None
    line = f"campaign-reg batch decide {quote(str(story.journal))} {quote(entry.id)}"
    return join(
        (
            element("h3", entry.id),
            element("p", outcome.reason if outcome else ""),
            element("p", join(("last sent", moment(entry.sent_at), "UTC"), " ")) if entry.sent_at else "",
            command(f"{line} --applied"),
            command(f"{line} --not-applied"),
        )
    )


def _failures(story: Story) -> Html:
    """Why rows failed, with what to do about it, and how to run them again."""
    found = story.account.reasons
    if not found:
        return Html()
    name = quote(str(story.journal))
    header = story.account.header
    again = f"campaign-reg batch run {header.provider} {header.verb} --input failed.csv --journal again.db"
    rows = [(f"{item.rows:,}", item.code, item.field, _reason(item)) for item in found[:_MOST_LINES]]
    return section(
        "Failures by reason",
        table(("rows", "code", "field", "reason and advice"), rows, (0,)),
        _more(len(found), "reasons"),
        element("p", "To correct them and run them again, with a journal of their own:"),
        command(f"campaign-reg batch report {name} --csv failed.csv"),
        command(again),
    )


def _reason(reason: Reason) -> Html:
    others = f" (and {reason.wordings - 1:,} more wordings)" if reason.wordings > 1 else ""
    advice = element("span", reason.advice, "advice") if reason.advice else ""
    return join((reason.text + others, advice), "")


def _operators(story: Story) -> Html:
    """Operators and their terms, before and after."""
    operators = story.terms.operators()
    if not operators:
        return Html()
    shown = sorted(operators, key=lambda item: -max(item.before, item.after))[:_MOST_OPERATORS]
    chart = beams(
        "Campaigns at each operator, before and after",
        [item.operator for item in shown],
        {"before": [item.before for item in shown], "after": [item.after for item in shown]},
    )
    words = f"From {rows_in_words(story.terms.rows)} that showed terms before they were sent, and whose end was read."
    values = story.terms.values(_MOST_VALUES)
    moved = {(shift.operator, shift.field) for shift in values if shift.before != shift.after}
    shifts = [*operators, *(shift for shift in values if (shift.operator, shift.field) in moved)]
    shifts.sort(key=lambda shift: (shift.operator, shift.field != "operator"))
    return section(
        "Operators before and after", element("p", words), element("figure", chart), _shifts(shifts),
        _unmoved([shift for shift in values if (shift.operator, shift.field) not in moved]),
    )  # fmt: skip


def _unmoved(shifts: Sequence[Shift]) -> Html:
    """Terms that stayed as they were, for those who want to see them."""
    if not shifts:
        return Html()
    rows = [(shift.operator, shift.field, term_text(shift.value), f"{shift.after:,}") for shift in shifts]
    listed = table(("operator", "term", "value", "rows"), rows, (3,))
    return element("details", join((element("summary", "Terms whose numbers stayed the same"), listed)))


def _shifts(shifts: Sequence[Shift]) -> Html:
    return table(
        ("operator, its terms", "before", "after", "change"), map(_shift, shifts), (1, 2, 3), narrow=True
    )


def _shift(shift: Shift) -> tuple[object, ...]:
    """An operator, or below it one value of one of its terms."""
    there = shift.field == "operator"
    words = f"{shift.field} {term_text(shift.value)}"
    move = shift.after - shift.before
    change = f"{move:+,}".replace("-", "\u2212") if move else ""
    name = element("b", shift.operator) if there else element("span", words, "term")
    return name, f"{shift.before:,}", f"{shift.after:,}", change


def _waits(story: Story) -> Html:
    """How long rows took."""
    waits = story.waits
    if not len(waits):
        return Html()
    half, most, last = (span(waits.share(part)) for part in (0.5, 0.9, 1.0))
    words = (
        f"{rows_in_words(len(waits))}, from the write to the end: half of them within {half}, nine in ten within "
        f"{most}, the last after {last}."
    )
    labels, rows = zip(*waits.bars(), strict=True)
    chart = beams("Rows by time from the write to its end", labels, {"rows": rows})
    note = (
        "Times are those at which the end was seen; between two looks at the vendor it may have come earlier."
    )
    return section("Time to settle", element("p", words), element("figure", chart), _note(note))


def _more(found: int, what: str) -> Html:
    return _note(
        f"and {found - _MOST_LINES:,} more {what}: see `batch status --json`" if found > _MOST_LINES else ""
    )


def _note(words: str) -> Html:
    return element("p", words, "note") if words else Html()


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
