"""The report: one HTML file that needs nothing else, piece by piece, so that its size is not in memory."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from importlib.resources import files
from itertools import chain, islice
from string import Template
from typing import TYPE_CHECKING

from campaign_reg.batch.statistics import OPEN_WORDS, reasons_of
from campaign_reg.enums import Verdict
from campaign_reg.journal.reader import TO_CORRECT, Entry, JournalReader
from campaign_reg.report.data import gather
from campaign_reg.report.html import badge, element, join, moment
from campaign_reg.report.sections import banner, sections
from campaign_reg.text import Html, html, term_text

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from campaign_reg.models.outcome import Feedback
    from campaign_reg.models.terms import Change
    from campaign_reg.report.data import Story

MOST_ROWS = 10_000
MARK = b'<meta name="generator" content="campaign-reg batch report">'
"""A mark near the beginning of every report."""

_BEGINNING_BYTES = 1000
_ROWS_IN_A_CHUNK = 100
_ROWS_HERE = "<!-- rows -->"


def page(
    seen: JournalReader, journal: Path, fee: Decimal | None = None, most_rows: int = MOST_ROWS
) -> Iterator[str]:
    """The report's text.

    Args:
        seen: The journal.
        journal: What it is called; commands in the report name it so.
        fee: Price of one attempt.
        most_rows: Rows in the table at most; where there are more, the page says where to find them.
    """
    story = gather(seen, journal, fee)
    before, after = _frame(story, most_rows).split(_ROWS_HERE)
    yield before
    entries = seen.entries(most_rows)
    while chunk := list(islice(entries, _ROWS_IN_A_CHUNK)):
        yield element("div", join(map(_row, chunk)), "chunk") + "\n"
    yield after


def is_report(path: Path) -> bool:
    """Whether a file was made by this module, and so may be made again."""
    try:
        if not path.is_file():  # a pipe would keep us waiting
            return False
        with path.open("rb") as file:
            return MARK in file.read(_BEGINNING_BYTES)
    except OSError:
        return False


def _frame(story: Story, most_rows: int) -> str:
    """The page without its rows."""
    header, style, script = story.account.header, _part("page.css"), _part("page.js")
    facts = (
        element("span", f"Journal {story.journal.name}, account {header.account}. As of"),
        moment(story.written_at),
        "UTC.",
    )
    return Template(_part("page.html")).substitute(
        policy=_policy(style, script),
        title=html(f"{header.verb.capitalize()} at {header.provider}"),
        style=style,
        script=script,
        facts=join(facts, " "),
        banner=banner(story),
        sections=sections(story),
        cap=_cap(story, most_rows),
        kinds=_kinds(story),
        footer=html(
            f"Made by campaign_reg {version('campaign_reg')} from the journal alone. The rows' parameters are not in "
            "here, and no credentials."
        ),
    )


def _part(name: str) -> str:
    return (files("campaign_reg.report") / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing is loaded from anywhere, and nothing runs but our own script."""
    ours = f"style-src {_hash(style)}; script-src {_hash(script)}"
    return f"default-src 'none'; {ours}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _cap(story: Story, most_rows: int) -> Html:
    rows = story.account.summary.rows
    if rows <= most_rows:
        return html("Those that need somebody come first, each kind in the order of the input.")
    return html(
        f"The table holds {most_rows:,} of {rows:,} rows: those that need somebody come first, each kind in the order "
        f"of the input. Every row that has ended is in `campaign-reg batch status --rows --json`, and every failed one "
        "in the file that `campaign-reg batch report --csv` writes."
    )


def _kinds(story: Story) -> Html:
    counts = story.account.summary
    kinds = [
        (verdict.value, verdict.replace("_", " "), rows) for verdict, rows in counts.verdicts.items() if rows
    ]
    kinds += [("open", "open", counts.open)] if counts.open else []
    kinds += [("worse", "with worse terms", counts.downgraded)] if counts.downgraded else []
    return join(Html(f'<option value="{kind}">{words} ({rows:,})</option>') for kind, words, rows in kinds)


def _row(entry: Entry) -> Html:
    outcome = None if entry.result is None else entry.result.outcome
    kind = "open" if outcome is None else outcome.verdict.value
    kinds = f"{kind} worse" if outcome is not None and outcome.downgrades else kind
    return Html(
        f'<div class="row" role="row" data-kind="{kinds}"><div role="cell">{_name(entry)}</div>'
        f'<div role="cell">{badge(kind)}{_basis(entry)}</div><div role="cell">{_why(entry)}</div>'
        f'<div role="cell">{_times(entry)}</div></div>'
    )


def _name(entry: Entry) -> Html:
    target = entry.result.outcome.target if entry.result else ""
    made = f", campaign {target}" if target and target != entry.id else ""
    return join((element("span", entry.id, "id"), element("small", f"row {entry.n:,}{made}")), "")


def _basis(entry: Entry) -> Html:
    words = entry.result.outcome.evidence.value if entry.result else ""
    attempts = f"{entry.attempts} attempts" if entry.attempts > 1 else ""
    return element("small", ", ".join(filter(None, (words, attempts))))


def _why(entry: Entry) -> Html:
    if entry.result is None:
        return html(OPEN_WORDS.get(entry.phase, entry.phase))
    outcome = entry.result.outcome
    failed = outcome.verdict in TO_CORRECT
    said: Iterable[Html] = map(_reason, reasons_of(entry.result)) if failed else [html(outcome.reason)]
    if outcome.verdict is Verdict.SUCCEEDED and outcome.changes:
        said = ()  # the changes say more
    return join(chain(said, map(_change, outcome.changes)), "")


def _reason(reason: Feedback) -> Html:
    """Without the advice, which is with the group."""
    where = " ".join(filter(None, (reason.code, reason.field)))
    return element("div", f"{where}: {reason.text}" if where else reason.text)


def _change(change: Change) -> Html:
    words = f"{change.operator}, {change.field}: {term_text(change.before)} → {term_text(change.after)}"
    return element("div", words, change.direction.value)


def _times(entry: Entry) -> Html:
    ended_at = None if entry.result is None else entry.result.outcome.settled_at
    return join((moment(entry.sent_at, "sent"), moment(ended_at, "ended")), " ")
