"""The base class of the sandbox's vendors, and the extension point for vendors of your own."""

from __future__ import annotations

import abc
import random
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.bodies import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campaign_reg.sandbox.clock import VirtualClock
    from campaign_reg.sandbox.exchange import Call, Reply, Route, Traits
    from campaign_reg.sandbox.ledger import Ledger


class Vendor(abc.ABC):
    """One account at a vendor, as the sandbox's server drives it.

    A subclass sets `handlers` and `traits` in its constructor and says which path is which operation. The server
    does the rest: clock, faults, ledger, rate limit and control API work for it as they do for the other vendors.

    Args:
        clock: The sandbox's clock; all times of the vendor are by it.
        ledger: Where handlers write each change that they apply.
        seed: Decides all that the vendor draws at random.

    Attributes:
        handlers: By operationId, what carries out a call: it returns a reply or raises `RefusedError`.
        traits: The vendor's name, and what faults have to know of its operations.
    """

    traits: Traits

    def __init__(self, clock: VirtualClock, ledger: Ledger, seed: int) -> None:
        self.clock = clock
        self.ledger = ledger
        self.handlers: Mapping[str, Callable[[Call], Reply]] = {}
        self._seed = seed
        self._seedings = 0

    @abc.abstractmethod
    def settings(self, url: str) -> dict[str, Any]:
        """Return what `connect(name, **settings)` takes; `url` is where the server listens."""

    @abc.abstractmethod
    def seed(self, count: int, *_: Any, **options: Any) -> list[str]:
        """Put in campaigns that were there before; returns their ids."""

    @abc.abstractmethod
    def route(self, method: str, path: str) -> Route | Reply | None:
        """Return the operation of a raw path; a Reply refuses the request, None leaves it to other vendors."""

    @abc.abstractmethod
    def refusal(self, call: Call, status: int, headers: Mapping[str, str]) -> Reply:
        """Return the vendor's own error for a status, for faults and rate limits."""

    def target(self, call: Call) -> str | None:
        """Return the id that a call is about, or None where it is unknown before the call is applied."""
        return call.segments[0] if call.segments else None

    def refuse(self, call: Call) -> Reply | None:
        """Return the answer to a call with bad credentials; None lets the call in."""
        return None

    def apply(self, call: Call) -> Reply:
        """Carry a call out at `call.at`; refusals of the handlers become replies."""
        try:
            return self.handlers[call.operation](call)
        except RefusedError as refusal:
            return refusal.reply

    def page_token_again(self, call: Call) -> str:
        """Return another token for the page that a listing asks for: its query, where pages go by offset."""
        return call.query

    def _next_seeding(self, seed: int | None) -> random.Random:
        """Return the generator of one call to `seed`; a seed makes the same campaigns in another sandbox."""
        self._seedings += 1
        drawn = f"{self._seed} {self._seedings}" if seed is None else f"seed {seed}"
        # Not for secrets that protect anything: runs have to repeat.
        return random.Random(f"{self.traits.name} {drawn}")  # noqa: S311
