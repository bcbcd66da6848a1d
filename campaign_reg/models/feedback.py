"""A vendor's reason for a refusal, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Feedback:
    """One reason.

    Attributes:
        code: The vendor's code; empty where it gave none.
        field: What it is about, in the vendor's words; empty where it named nothing.
        text: The vendor's words.
        advice: What to do about it; empty where we know nothing better than the vendor's words.
        raw: The reason as it came.
    """

    code: str = ""
    field: str = ""
    text: str = ""
    advice: str = ""
    raw: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
