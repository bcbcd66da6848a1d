from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from campaign_reg.clock import SystemClock
from campaign_reg.rate import Limits
from campaign_reg.transport.aiohttp import AiohttpTransport
from tests.support.clocks import VirtualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def transport(anyio_backend: str) -> AsyncIterator[AiohttpTransport]:
    transport = AiohttpTransport(clock=SystemClock(), limits=Limits())
    yield transport
    await transport.aclose()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A client's context that knows our authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context
