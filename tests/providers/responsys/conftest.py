from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import campaign_reg

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.providers.responsys.backend import ResponsysBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock


@pytest.fixture
async def responsys(sandbox: Sandbox, clock: SharedClock) -> AsyncIterator[ResponsysBackend]:
    settings: dict[str, Any] = sandbox.settings("responsys")
    async with campaign_reg.connect("responsys", clock=clock, **settings) as responsys:
        yield responsys


@pytest.fixture
async def v13(sandbox: Sandbox, clock: SharedClock) -> AsyncIterator[ResponsysBackend]:
    settings: dict[str, Any] = sandbox.settings("responsys")
    async with campaign_reg.connect("responsys", clock=clock, api_version="v1.3", **settings) as responsys:
        yield responsys
