"""A sandbox and a connection to it that waits for moments, not for days."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

import campaign_reg
from campaign_reg import Limits
from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend
from campaign_reg.sandbox import Sandbox

Connect = Callable[..., AbstractAsyncContextManager[SinchBackend]]

QUICK: dict[str, Any] = {
    "settle_seconds": 1.0,
    "poll_first_seconds": 0.1,
    "poll_factor": 1.2,
    "poll_max_seconds": 0.5,
}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(seed=11, record=True) as running:
        yield running


@pytest.fixture
def connect(sandbox: Sandbox) -> Connect:
    """Opens a connection to the sandbox; keyword arguments are settings."""

    def opened(*, limits: Limits | None = None, **settings: Any) -> AbstractAsyncContextManager[SinchBackend]:
        return campaign_reg.connect(
            "sinch", limits=limits, **{**sandbox.settings("sinch"), **QUICK, **settings}
        )

    return opened
