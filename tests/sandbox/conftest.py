from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import aiohttp
import pytest

from campaign_reg.sandbox import Sandbox
from tests.support.vendors.sinch_client import Api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

START = datetime.datetime(2026, 4, 10, 8, 0, 0, tzinfo=datetime.UTC)


@pytest.fixture
async def sandbox(anyio_backend: str) -> AsyncIterator[Sandbox]:
    """A sandbox whose clock does not move until a test pushes it."""
    async with Sandbox(clock_speed=0, start=START, record=True) as sandbox:
        yield sandbox


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Api]:
    # A connection per call: aiohttp repeats a PUT when a kept connection drops.
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Api(session, sandbox)
