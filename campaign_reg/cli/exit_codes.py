"""Exit codes: what they mean, and which one an error or a batch gets."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from campaign_reg.enums import Verdict
from campaign_reg.errors import (
    AuthenticationError,
    CampaignRegError,
    ConfigurationError,
    InvalidInputError,
    JournalError,
    JournalInUseError,
    JournalMismatchError,
    OutcomeUnknownError,
    PermissionDeniedError,
    PollTimeoutError,
    StateError,
    UnsupportedVerbError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Exit(enum.IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    UNKNOWN = 3
    STOPPED = 4
    JOURNAL = 5


EXIT_CODES = """\
Exit codes (of several, the first in 5, 2, 4, 3, 1, 0):
  0  all rows ended, and succeeded or were skipped
  1  some failed, or need somebody to act at the vendor
  2  usage or settings
  3  some are unknown: look at the vendor before doing them again
  4  stopped, and can be resumed
  5  the journal is in use, or not ours"""

_WEIGHT = (Exit.JOURNAL, Exit.USAGE, Exit.STOPPED, Exit.UNKNOWN, Exit.FAILED, Exit.DONE)
_OF_VERDICT = {
    Verdict.SUCCEEDED: Exit.DONE,
    Verdict.SKIPPED: Exit.DONE,
    Verdict.FAILED: Exit.FAILED,
    Verdict.ACTION_REQUIRED: Exit.FAILED,
    Verdict.CANCELLED: Exit.FAILED,
    Verdict.UNKNOWN: Exit.UNKNOWN,
}
_OF_ERROR: tuple[tuple[type[CampaignRegError], Exit], ...] = (
    (JournalInUseError, Exit.JOURNAL),
    (JournalMismatchError, Exit.JOURNAL),
    (JournalError, Exit.STOPPED),
    (ConfigurationError, Exit.USAGE),
    (InvalidInputError, Exit.USAGE),
    (StateError, Exit.USAGE),
    (UnsupportedVerbError, Exit.USAGE),
    (AuthenticationError, Exit.USAGE),
    (PermissionDeniedError, Exit.USAGE),
    (OutcomeUnknownError, Exit.UNKNOWN),
    (PollTimeoutError, Exit.STOPPED),
)


def worst(codes: Iterable[Exit]) -> Exit:
    """The one of several exit codes that counts."""
    found = set(codes)
    return next((code for code in _WEIGHT if code in found), Exit.DONE)


def exit_of_verdicts(verdicts: Mapping[Verdict, int], still_open: int = 0) -> Exit:
    """The exit code of a batch in this state."""
    ended = {_OF_VERDICT[verdict] for verdict, rows in verdicts.items() if rows}
    return worst(ended | {Exit.STOPPED} if still_open else ended)


def exit_of_error(error: CampaignRegError) -> Exit:
    """The exit code of a command that an error ended."""
    return next((code for kind, code in _OF_ERROR if isinstance(error, kind)), Exit.FAILED)
