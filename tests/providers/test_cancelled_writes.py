"""A write that is cut off by its caller: what the caller has to go on with."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import pytest

import campaign_reg
from campaign_reg import Evidence, Verdict
from campaign_reg.protocol.write import Intent
from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend
from campaign_reg.sandbox import Sandbox

pytestmark = pytest.mark.anyio

CALL = "resubmitCampaign"
QUICK: dict[str, Any] = {"settle_seconds": 0.4, "poll_first_seconds": 0.1, "poll_max_seconds": 0.2}
TOKEN = re.compile(r"cr1\.\S+")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(seed=7) as running:
        yield running


@pytest.fixture
async def sinch(sandbox: Sandbox) -> AsyncIterator[SinchBackend]:
    async with campaign_reg.connect("sinch", **{**sandbox.settings("sinch"), **QUICK}) as backend:
        yield backend


@pytest.fixture
def slow(sandbox: Sandbox) -> str:
    """A campaign whose resubmission is taken, and answered much later."""
    [id] = sandbox.sinch.seed(1, reject_share=0, settle_seconds=(0.1, 0.2))
    sandbox.faults.add("slow", CALL, times=None, delay_seconds=30)
    return id


def asked_for(sandbox: Sandbox, call: str = CALL) -> Callable[[], Awaitable[None]]:
    """Waits until the vendor has got a call."""

    async def wait() -> None:
        while not sandbox.stats.requests[call]:
            await asyncio.sleep(0.01)

    return wait


Asked = Callable[[], Awaitable[None]]


async def by_timeout(write: Awaitable[Any], asked: Asked) -> None:
    async with asyncio.timeout(2):
        await write


async def by_wait_for(write: Awaitable[Any], asked: Asked) -> None:
    await asyncio.wait_for(write, 2)


async def by_cancel(write: Awaitable[Any], asked: Asked) -> None:
    task = asyncio.ensure_future(write)
    await asked()
    task.cancel()
    await task


async def by_fail_after(write: Awaitable[Any], asked: Asked) -> None:
    with anyio.fail_after(2):
        await write


def notes_of(error: BaseException | None) -> list[str]:
    """Notes of an error and of what it came from."""
    found: list[str] = []
    while error is not None:
        found += getattr(error, "__notes__", [])
        error = error.__cause__ or error.__context__
    return found


@pytest.mark.fault(105)
@pytest.mark.parametrize("cut", [by_timeout, by_wait_for, by_cancel, by_fail_after])
async def test_a_note_has_the_token_and_the_token_finds_out(
    sinch: SinchBackend, sandbox: Sandbox, slow: str, cut: Callable[..., Awaitable[None]]
) -> None:
    with pytest.raises((asyncio.CancelledError, TimeoutError)) as caught:
        await cut(sinch.resubmit(slow), asked_for(sandbox))
    [token] = [match.group() for note in notes_of(caught.value) for match in TOKEN.finditer(note)]
    sandbox.faults.clear()
    outcome = await sinch.action(token).wait(timeout=20)
    applied = sandbox.ledger.counts(CALL)
    assert max(applied.values(), default=0) <= 1
    assert (outcome.verdict is Verdict.SUCCEEDED) == bool(applied)


async def test_the_token_is_given_before_the_write_leaves(
    sinch: SinchBackend, sandbox: Sandbox, slow: str
) -> None:
    kept: list[str] = []

    async def keep(intent: Intent) -> None:
        assert sandbox.stats.requests[CALL] == 0
        assert not intent.departure.left
        assert intent.token is not None
        kept.append(intent.token)

    with pytest.raises(asyncio.CancelledError):
        await by_cancel(sinch.resubmit(slow, before_send=keep), asked_for(sandbox))
    sandbox.faults.clear()
    async with campaign_reg.connect("sinch", **{**sandbox.settings("sinch"), **QUICK}) as another:
        outcome = await another.action(kept[0]).wait(timeout=20)
    applied = sandbox.ledger.counts(CALL)
    assert (outcome.verdict is Verdict.SUCCEEDED) == (applied[slow] == 1)
    assert outcome.verdict is Verdict.UNKNOWN or outcome.evidence is Evidence.OBSERVED


async def test_what_had_not_left_has_no_note(sinch: SinchBackend, sandbox: Sandbox, slow: str) -> None:
    """Cancelled while the campaign is read: nothing was sent, and nothing says that it may have been."""
    sandbox.faults.add("slow", "getCampaign", times=None, delay_seconds=30)
    with pytest.raises(asyncio.CancelledError) as caught:
        await by_cancel(sinch.resubmit(slow), asked_for(sandbox, "getCampaign"))
    assert notes_of(caught.value) == []
    assert sandbox.stats.requests[CALL] == 0


async def test_a_write_without_an_action_says_that_it_may_have_been_applied(
    sinch: SinchBackend, sandbox: Sandbox, slow: str
) -> None:
    sandbox.faults.add("slow", "uploadCampaignFile", times=None, delay_seconds=30)
    with pytest.raises(asyncio.CancelledError) as caught:
        await by_cancel(sinch.submit_files(slow), asked_for(sandbox, "uploadCampaignFile"))
    assert any("may have been applied" in note for note in notes_of(caught.value))
