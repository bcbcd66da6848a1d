from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import campaign_reg

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.providers.sinch.sender_id.backend import SenderIdBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock


@pytest.fixture
async def senders(sandbox: Sandbox, clock: SharedClock) -> AsyncIterator[SenderIdBackend]:
    settings: dict[str, Any] = sandbox.settings("sinch-senderid")
    async with campaign_reg.connect("sinch-senderid", clock=clock, **settings) as backend:
        yield backend
