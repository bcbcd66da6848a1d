"""The parts of a write: what is prepared, intended, sent and answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.errors import ApiError, CampaignRegError
from campaign_reg.models.reading import Reading
from campaign_reg.rate import Departure


@attrs.frozen(kw_only=True)
class Timeouts:
    """How long to wait for what.

    Attributes:
        settle_seconds: How long a write whose answer was lost may still be applied late, in seconds.
        quiet_seconds: How long an acknowledged write may show no sign before it is given up as unknown, in seconds.
        preimage_seconds: Greatest age of a pre-image when a batched write leaves, in seconds.
    """

    settle_seconds: float = attrs.field(default=900.0, validator=attrs.validators.ge(0))
    quiet_seconds: float = attrs.field(default=86400.0, validator=attrs.validators.ge(0))
    preimage_seconds: float = attrs.field(default=30.0, validator=attrs.validators.gt(0))


@attrs.frozen(kw_only=True)
class Intent:
    """A write that is about to leave.

    Attributes:
        target: The campaign's id; empty for a create.
        preimage: The reading just taken; for a create the look that found no such campaign, None where the vendor
            offers no way to look.
        digest: SHA-256 of method, URL and body, in hexadecimal.
        at: Time of the local clock, aware UTC.
        departure: Says whether the write has left; `forbidden = True` keeps it from leaving.
        make_token: Function that makes `token`.
    """

    target: str
    preimage: Reading | None
    digest: str
    at: datetime
    departure: Departure = attrs.field(factory=Departure, repr=False, eq=False)
    make_token: Callable[[], str | None] = attrs.field(default=lambda: None, repr=False, eq=False)

    @property
    def token(self) -> str | None:
        """Text for `backend.action(token)`, good from now on; None for a create that cannot be recognized."""
        return self.make_token()


@attrs.frozen(kw_only=True)
class Answer:
    """What the vendor's acknowledgement of a write says.

    Attributes:
        target: The campaign's id.
        settled: Whether the answer itself says that what was asked for is done; otherwise reading will tell.
    """

    target: str
    settled: bool = False


@attrs.frozen
class NotApplied:
    """A write that is known not to have been applied: it never left, or the vendor refused it.

    Attributes:
        error: Why; what the caller gets.
    """

    error: CampaignRegError


@attrs.frozen(kw_only=True)
class PreparedWrite:
    """A write as data: everything that can be refused without I/O has been checked, and `Backend.send` sends it.

    Attributes:
        request_for: Builds the request from the reading just taken; None where a create has nothing to read. Pure.
        interpret: Reads what the vendor's acknowledgement says; what it raises leaves the outcome unknown. Pure.
        refused: Finds out what a refusal means that may be the echo of a write that has done its work; None where
            refusals mean what they say.
        mark: For a create, what distinguishes the new campaign from all others at the vendor; empty where nothing does.
    """

    request_for: Callable[[Reading | None], Any]
    interpret: Callable[[Any], Answer]
    refused: Callable[[ApiError], Awaitable[Answer | NotApplied]] | None = None
    mark: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Found:
    """What a look for campaigns that answer to a create's mark brought.

    Attributes:
        readings: The campaigns.
        vendor_time: The vendor's clock at the look's last answer, whole seconds; None where it did not say.
    """

    readings: tuple[Reading, ...] = ()
    vendor_time: datetime | None = None


BeforeSend = Callable[[Intent], Awaitable[None]]
