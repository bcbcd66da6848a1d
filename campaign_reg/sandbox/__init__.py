"""The vendors on loopback: written from their contracts, never from our client.

    async with Sandbox() as sandbox:
        ids = sandbox.sinch.seed(3)
        async with campaign_reg.connect("sinch", **sandbox.settings("sinch")) as sinch:
            ...

Nothing here is imported before it is asked for: pytest reads this package at
every start of every test run of our users, through the plug-in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from campaign_reg.sandbox.server import Sandbox

__all__ = ["Sandbox"]


def __getattr__(name: str) -> Any:
    """Import the server when it is first named, and aiohttp with it."""
    if name == "Sandbox":
        from campaign_reg.sandbox.server import Sandbox

        return Sandbox
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
