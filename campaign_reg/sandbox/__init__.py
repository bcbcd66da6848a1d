"""The vendors on loopback: written from their contracts, never from our client.

    async with Sandbox() as sandbox:
        ids = sandbox.sinch.seed(3)
        async with campaign_reg.connect("sinch", **sandbox.settings("sinch")) as sinch:
            ...

Nothing here is imported before it is asked for: pytest reads this package at
every start of every test run of our users, through the plug-in.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from campaign_reg.sandbox.bodies import RefusedError
    from campaign_reg.sandbox.exchange import Call, Reply, Route, Traits, render
    from campaign_reg.sandbox.scene import Scene
    from campaign_reg.sandbox.server import Sandbox
    from campaign_reg.sandbox.vendor import Vendor

__all__ = ["Call", "RefusedError", "Reply", "Route", "Sandbox", "Scene", "Traits", "Vendor", "render"]

_HOMES = {"RefusedError": "bodies", "Sandbox": "server", "Scene": "scene", "Vendor": "vendor"}


def __getattr__(name: str) -> Any:
    """Import a public name, and aiohttp with the server, when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'exchange')}"), name)
