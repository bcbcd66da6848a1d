from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest

import campaign_reg
from campaign_reg.sandbox import Sandbox
from tests.clocks import VirtualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.providers.responsys import ResponsysBackend

START = datetime.datetime(2026, 4, 10, 8, 0, 0, tzinfo=datetime.UTC)


class SharedClock(VirtualClock):
    """The client's clock, with the vendor's beside it: both move when the client has nothing to do but wait."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(START, grace_seconds=0.005)
        self._sandbox = sandbox

    def _move(self, seconds: float) -> None:
        super()._move(seconds)
        self._sandbox.clock.advance(seconds)


@pytest.fixture
async def sandbox(anyio_backend: str) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock_speed=0, start=START, record=True) as sandbox:
        yield sandbox


@pytest.fixture
def clock(sandbox: Sandbox) -> SharedClock:
    return SharedClock(sandbox)


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
