"""The suite for every provider, at the sandbox's vendors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import provider_suite
from tests.support.stage import PLANS, SandboxStage, Stage

if TYPE_CHECKING:
    from campaign_reg.protocol.backend import Backend
    from campaign_reg.sandbox import Sandbox
    from tests.support.clocks import VirtualClock

pytestmark = pytest.mark.anyio


@pytest.fixture(params=list(PLANS))
def stage(request: pytest.FixtureRequest, sandbox: Sandbox) -> Stage:
    return SandboxStage(request.param, sandbox)


@pytest.fixture
async def backend(stage: Stage, clock: VirtualClock) -> AsyncIterator[Backend[Any]]:
    async with stage.connect(clock) as backend:
        yield backend


class TestReading(provider_suite.TestReading):
    pass


class TestVerbs(provider_suite.TestVerbs):
    pass


class TestLostAnswers(provider_suite.TestLostAnswers):
    pass
