"""One page of a listing."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

import attrs

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Page(Generic[T]):
    """One page.

    Attributes:
        items: What is on it; may be empty in the middle of a listing.
        next_cursor: Opaque text that resumes after it; None on the last page.
        total: Matches in all, where the vendor says so.
        vendor_time: The vendor's clock when it answered, whole seconds; None where it did not say.
    """

    items: tuple[T, ...]
    next_cursor: str | None = None
    total: int | None = None
    vendor_time: datetime | None = None
