"""One clock for client and sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.clocks import VirtualClock

if TYPE_CHECKING:
    import datetime

    from campaign_reg.sandbox import Sandbox


class SharedClock(VirtualClock):
    """The client's clock, with the vendor's beside it: both move when the client has nothing to do but wait."""

    def __init__(self, sandbox: Sandbox, start: datetime.datetime) -> None:
        super().__init__(start, grace_seconds=0.005)
        self._sandbox = sandbox

    def _move(self, seconds: float) -> None:
        super()._move(seconds)
        self._sandbox.clock.advance(seconds)
