from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from campaign_reg.sandbox import Sandbox
from tests.support.shared_clock import SharedClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

START = datetime.datetime(2026, 4, 10, 8, 0, 0, tzinfo=datetime.UTC)


@pytest.fixture
async def sandbox(anyio_backend: str) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock_speed=0, start=START, record=True) as sandbox:
        yield sandbox


@pytest.fixture
def clock(sandbox: Sandbox) -> SharedClock:
    return SharedClock(sandbox, START)
