"""When to look again; pure."""

from __future__ import annotations

import random
from typing import Self

import attrs

_positive = attrs.validators.gt(0.0)


@attrs.frozen(kw_only=True)
class Schedule:
    """Looks soon at first, then at the vendor's pace.

    Attributes:
        first_seconds: Wait between the write and the first look, in seconds.
        factor: Factor by which each further wait is longer; at least 1.
        max_seconds: The longest wait, in seconds.
        deadline_seconds: Polling stops after this many seconds; None never stops. The action goes on at the vendor
            and can be taken up again.
        jitter: Share, from 0 to below 1, by which a wait is randomly longer or shorter, so that polls spread out.
    """

    first_seconds: float = attrs.field(default=5.0, validator=_positive)
    factor: float = attrs.field(default=2.0, validator=attrs.validators.ge(1))
    max_seconds: float = attrs.field(default=3600.0, validator=_positive)
    deadline_seconds: float | None = 14 * 86400.0
    jitter: float = attrs.field(default=0.1, validator=[attrs.validators.ge(0), attrs.validators.lt(1)])

    @classmethod
    def hourly(cls, *, days: float = 14) -> Self:
        """Every hour, as Sinch suggests, for this many days.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration.md
        """
        return cls(first_seconds=3600.0, factor=1.0, max_seconds=3600.0, deadline_seconds=days * 86400.0)

    def wait_seconds(self, looks: int, rng: random.Random) -> float:
        """How long to wait before the next look, after this many looks."""
        exponent = min(looks, 64)
        base = min(self.first_seconds * self.factor**exponent, self.max_seconds)
        return base * (1 + self.jitter * (2 * rng.random() - 1))
