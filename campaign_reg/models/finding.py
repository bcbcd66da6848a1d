"""What is wrong, or may be, with a draft that nobody has paid for yet."""

from __future__ import annotations

import enum

import attrs


class Severity(enum.StrEnum):
    """How sure it is that the vendor will refuse."""

    ERROR = "error"
    """It breaks a limit that the vendor has published: it is not sent."""
    ADVICE = "advice"
    """It is known to get campaigns rejected: it is sent as it is, if you insist."""


@attrs.frozen(kw_only=True)
class Finding:
    """One thing to look at before submitting.

    Attributes:
        code: Stable name of the rule.
        field: The draft's member.
        text: What is wrong with it.
        advice: What to do about it.
        severity: Whether it is refused here, or only pointed out.
    """

    code: str
    field: str
    text: str
    advice: str
    severity: Severity
