from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import campaign_reg
from campaign_reg.sandbox import Sandbox
from tests.providers.sinch.conftest import START, SharedClock
from tests.sandbox.contracts import AsRequest, contract

from .contract import NAME

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.providers.rcs import RcsBackend


@pytest.fixture
async def sandbox(anyio_backend: str) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock_speed=0, start=START, record=True) as sandbox:
        yield sandbox
        for exchange in sandbox.exchanges:
            contract(NAME).validate_request(AsRequest(exchange))


@pytest.fixture
def clock(sandbox: Sandbox) -> SharedClock:
    return SharedClock(sandbox)


@pytest.fixture
async def rcs(sandbox: Sandbox, clock: SharedClock) -> AsyncIterator[RcsBackend]:
    settings: dict[str, Any] = sandbox.settings("rcs")
    async with campaign_reg.connect("rcs", clock=clock, **settings) as rcs:
        yield rcs


def calls(sandbox: Sandbox) -> list[str]:
    """Operations asked for so far, without logins."""
    logins = {"login", "refreshToken"}
    return [str(exchange.operation) for exchange in sandbox.exchanges if exchange.operation not in logins]
