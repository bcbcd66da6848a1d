"""How fast one account may be asked.

A `RateLimiter` belongs to one account and is shared by all its callers. It gives out slots, moments at which one
request may leave; a `Reservation` holds the slots that were reserved together, so that a write can follow its
pre-image without queueing again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

import attrs


@attrs.frozen(kw_only=True)
class Limits:
    """Concurrency and request rate of one account.

    Attributes:
        in_flight: Requests on the wire at once; at least 1.
        per_second: Requests per second, above 0; None sets no rate of our own, and the vendor's 429 slows us down.
    """

    in_flight: int = attrs.field(default=64, validator=attrs.validators.ge(1))
    per_second: float | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.gt(0))
    )


class Reservation:
    """Slots reserved together, in order.

    A slot is the monotonic time, in seconds, before which the request must not leave. A pause voids the reservations
    that were made before it.

    Attributes:
        epoch: Number of pauses when the slots were reserved; void where the limiter's `epoch` is higher.
    """

    __slots__ = ("_slots", "epoch")

    def __init__(self, slots: Iterable[float], epoch: int) -> None:
        self._slots = deque(slots)
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def next_slot(self) -> float:
        """The next slot's time; it stays."""
        return self._slots[0]

    def take(self) -> float:
        """Use up the next slot and return its time."""
        return self._slots.popleft()

    def renew(self, other: Reservation) -> None:
        """Take over another reservation's slots instead of one's own."""
        self._slots, self.epoch = other._slots, other.epoch


class Departure:
    """Whether one write has left, shared by the transport that sends it and the caller that may stop it.

    Attributes:
        left: Whether the write may have reached the vendor. False again once an answer has shown that it was not
            applied, while it waits to be repeated.
        forbidden: Whether it must not leave any more.
    """

    __slots__ = ("forbidden", "left")

    def __init__(self) -> None:
        self.left = self.forbidden = False


class RateLimiter(Protocol):
    """The rate of one account; the strictest of its limits wins."""

    @property
    def epoch(self) -> int:
        """Number of pauses so far; a reservation of an older epoch has lapsed."""
        ...

    async def reserve(self, count: int = 1) -> Reservation:
        """Reserve `count` consecutive slots, without waiting for them to come."""
        ...

    def pause(self, seconds: float) -> None:
        """Hand out no slot for this long: the vendor asked for it."""
        ...

    def tighten(self, per_second: float) -> Callable[[], None]:
        """Hold the account to this rate as well, until the returned function is called."""
        ...

    def paused_seconds(self) -> float:
        """How long the present pause still lasts, in seconds; 0 when there is none."""
        ...
