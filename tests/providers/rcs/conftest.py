from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import campaign_reg
from tests.support.vendors.contracts import AsRequest, contract
from tests.support.vendors.rcs_contract import NAME

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.providers.rcs.backend import RcsBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock


@pytest.fixture
async def sandbox(sandbox: Sandbox) -> AsyncIterator[Sandbox]:
    """Every request that was taken is held against the contract."""
    yield sandbox
    for exchange in sandbox.exchanges:
        contract(NAME).validate_request(AsRequest(exchange))


@pytest.fixture
async def rcs(sandbox: Sandbox, clock: SharedClock) -> AsyncIterator[RcsBackend]:
    settings: dict[str, Any] = sandbox.settings("rcs")
    async with campaign_reg.connect("rcs", clock=clock, **settings) as rcs:
        yield rcs


def calls(sandbox: Sandbox) -> list[str]:
    """Operations asked for so far, without logins."""
    logins = {"login", "refreshToken"}
    return [str(exchange.operation) for exchange in sandbox.exchanges if exchange.operation not in logins]
