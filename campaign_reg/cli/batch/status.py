"""Where a batch stands, counted quickly and often, also while another process runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from campaign_reg.enums import Verdict
from campaign_reg.errors import JournalError
from campaign_reg.journal.reader import view
from campaign_reg.journal.schema import looking_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PHASES = "SELECT phase, attempts > 0, count(*) FROM rows GROUP BY phase, attempts > 0"
_VERDICTS = "SELECT verdict, count(*) FROM results GROUP BY verdict"


@attrs.frozen(kw_only=True)
class Standing:
    """A quick count.

    Attributes:
        rows: Rows in the input.
        sent: Rows whose write has left, or may have.
        ended: Rows with a verdict.
        in_doubt: Rows whose write left without an answer so far.
        verdicts: Rows by verdict.
    """

    rows: int = 0
    sent: int = 0
    ended: int = 0
    in_doubt: int = 0
    verdicts: Mapping[Verdict, int] = attrs.field(factory=dict)


def standing(path: Path) -> Standing:
    """Count quickly; nothing at all where there is no journal yet."""
    try:
        with looking_on(path) as db:
            phases, verdicts = db.execute(_PHASES).fetchall(), db.execute(_VERDICTS).fetchall()
    except JournalError:  # it is just being made
        return Standing()
    return Standing(
        rows=sum(rows for _, _, rows in phases),
        sent=sum(rows for _, sent, rows in phases if sent),
        ended=sum(rows for phase, _, rows in phases if phase == "ended"),
        in_doubt=sum(rows for phase, _, rows in phases if phase in {"intent", "lost"}),
        verdicts={Verdict(verdict): rows for verdict, rows in verdicts},
    )


def has_input(path: Path) -> bool:
    """Whether the journal holds a complete input.

    Raises:
        JournalMismatchError: There is no journal there, or it is of a newer version.
    """
    with view(path) as seen:
        return seen.sealed


def has_plan(path: Path) -> bool:
    """Whether caps were planned with, which were checked then and bind every run.

    Raises:
        JournalMismatchError: There is no journal there, or it is of a newer version.
    """
    with view(path) as seen:
        return seen.guardrails is not None
