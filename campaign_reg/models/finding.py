"""What is wrong, or may be, with a draft that is not paid for yet."""

from __future__ import annotations

import enum
from collections.abc import Iterable

import attrs

from campaign_reg.errors import InvalidInputError


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

    def __str__(self) -> str:
        advice = f" - {self.advice}" if self.advice else ""
        return f"{self.field}: {self.text}{advice}" if self.field else f"{self.text}{advice}"


def refuse_errors(findings: Iterable[Finding]) -> None:
    """Let pass what breaks no published limit; advice passes.

    Raises:
        InvalidInputError: It breaks some; the message names them all, with what to do.
    """
    wrong = [finding for finding in findings if finding.severity is Severity.ERROR]
    if wrong:
        raise InvalidInputError("; ".join(map(str, wrong)))
