"""A connection to a scripted Sinch, and what the sandbox was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaign_reg import connect
from tests.support.wire_server import WireServer

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from campaign_reg.sandbox.exchange import Exchange
    from tests.support.shared_clock import SharedClock


def last(sandbox: Sandbox, operation: str) -> Exchange:
    return next(exchange for exchange in reversed(sandbox.exchanges) if exchange.operation == operation)


def basic(server: WireServer, clock: SharedClock, **settings: Any) -> Any:
    """A connection to a scripted server, which sees no token calls."""
    options: dict[str, Any] = {
        "project_id": "p",
        "key_id": "k",
        "key_secret": "s",
        "auth": "basic",
        **settings,
    }
    return connect("sinch", clock=clock, base_url=server.origin, **options)
