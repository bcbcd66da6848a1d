"""Counts of a batch, counted quickly and often, also while another process runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_reg.errors import JournalError
from campaign_reg.journal.reader import Standing, open_reader

if TYPE_CHECKING:
    from pathlib import Path


def standing(path: Path) -> Standing:
    """Count quickly; nothing at all where there is not a journal yet."""
    try:
        with open_reader(path) as reader:
            return reader.standing()
    except JournalError:  # it is just being made
        return Standing()


def has_input(path: Path) -> bool:
    """Whether the journal holds a complete input.

    Raises:
        JournalMismatchError: There is not a journal there, or it is of a newer version.
    """
    with open_reader(path) as reader:
        return reader.sealed


def has_plan(path: Path) -> bool:
    """Whether caps were planned with, which were checked then and bind every run.

    Raises:
        JournalMismatchError: There is not a journal there, or it is of a newer version.
    """
    with open_reader(path) as reader:
        return reader.guardrails is not None
