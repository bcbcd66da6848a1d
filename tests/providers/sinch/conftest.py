from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import campaign_reg

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock


@pytest.fixture
async def sinch(sandbox: Sandbox, clock: SharedClock) -> AsyncIterator[SinchBackend]:
    settings: dict[str, Any] = sandbox.settings("sinch")
    async with campaign_reg.connect("sinch", clock=clock, **settings) as sinch:
        yield sinch
