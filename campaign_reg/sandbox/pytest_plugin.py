"""Fixtures for tests that talk to the simulated vendors.

The fixture is asynchronous: the test needs a plug-in that runs those, such as
anyio's (`@pytest.mark.anyio`), which is installed together with this library.

    @pytest.mark.anyio
    async def test_resubmit(campaign_reg_sandbox):
        [campaign_id] = campaign_reg_sandbox.sinch.seed(1, reject_share=0)
        async with connect("sinch", **campaign_reg_sandbox.settings("sinch")) as sinch:
            ...

pytest imports this module at the start of every run, so it imports no more than
it must: aiohttp only comes with the first test that wants a sandbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.sandbox.server import Sandbox


@pytest.fixture
async def campaign_reg_sandbox() -> AsyncIterator[Sandbox]:
    """Serve the simulated vendors on a free port of 127.0.0.1 for one test."""
    from campaign_reg.sandbox.server import Sandbox

    async with Sandbox() as sandbox:
        yield sandbox
