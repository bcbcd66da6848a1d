from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.command import end, run, start

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.cli.conftest import Main

FAST = (0.1, 0.3)


@pytest.mark.anyio
async def test_resubmit_waits_for_the_outcome(sandbox: Sandbox, env: dict[str, str]) -> None:
    [good] = sandbox.sinch.seed(1, reject_share=0, settle_seconds=FAST)
    [bad] = sandbox.sinch.seed(1, reject_share=1, settle_seconds=FAST)
    succeeded = await run("resubmit", "sinch", good, "--mnos", "ATT,TMO", "--json", env=env)
    assert succeeded.code == 0
    assert succeeded.last["verdict"] == "succeeded"
    failed = await run("resubmit", "sinch", bad, "--set", "mnos=TMO", env=env)
    assert failed.code == 1
    assert failed.out.startswith("failed")
    assert "reason" in failed.out
    assert sandbox.ledger.counts() == {good: 1, bad: 1}


@pytest.mark.anyio
async def test_not_waiting_prints_a_token_that_goes_on(sandbox: Sandbox, env: dict[str, str]) -> None:
    [target] = sandbox.sinch.seed(1, reject_share=0, settle_seconds=(900, 900))
    sent = await run("resubmit", "sinch", target, "--no-wait", env=env)
    assert sent.code == 0
    assert "campaign-reg wait sinch" in sent.err
    token = sent.out.strip()
    early = await run("wait", "sinch", token, "--timeout", "0.1", "--json", env=env)
    assert early.code == 4
    assert early.last["token"].startswith("cr1.")
    sandbox.clock.advance(1000)
    late = await run("wait", "sinch", token, "--json", env=env)
    assert late.code == 0
    assert late.last["verdict"] == "succeeded"
    assert sandbox.ledger.counts() == {target: 1}


@pytest.mark.anyio
async def test_a_lost_answer_is_unknown_and_comes_with_the_token(
    sandbox: Sandbox, env: dict[str, str]
) -> None:
    [target] = sandbox.sinch.seed(1, reject_share=0, settle_seconds=FAST)
    sandbox.faults.add("drop_after", "resubmitCampaign", times=1)
    lost = await run("resubmit", "sinch", target, env=env)
    assert lost.code == 3
    assert "do not send it again" in lost.err
    found = await run("wait", "sinch", lost.out.strip(), "--json", env=env)
    assert found.last["verdict"] == "succeeded"
    assert found.last["evidence"] == "observed"
    assert sandbox.ledger.counts() == {target: 1}


@pytest.mark.parametrize(
    ("words", "operation", "look"),
    [
        (
            ("create", "rcs", "--set=sender=acme_agent", "--set=phones=12025550123", "--set=text=Hello"),
            "createRcsCampaign",
            "list rcs",
        ),
        (("approve", "responsys", "{}"), "setCampaignApproval", "get responsys '{}'"),
    ],
)
@pytest.mark.anyio
async def test_ctrl_c_while_sending_says_where_to_look(
    sandbox: Sandbox, env: dict[str, str], words: tuple[str, ...], operation: str, look: str
) -> None:
    name = sandbox.responsys.seed(2)[1]
    sandbox.faults.add("slow", operation, times=None, delay_seconds=4)
    process = await start(*(word.format(name) for word in words), env=env)
    while not sandbox.stats.requests[operation]:
        assert process.returncode is None
        await asyncio.sleep(0.02)
    process.send_signal(signal.SIGINT)
    ended = await end(process)
    assert ended.code == 3
    assert (
        f"it may have been applied, so look before doing it again: campaign-reg {look.format(name)}\n"
        in ended.err
    )
    if operation == "setCampaignApproval":
        sandbox.faults.clear()
        found = await run("wait", words[1], ended.out.strip(), env=env)
        assert found.code == 0, found.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("resubmit", "sinch", "X", "--mnos", ""), "mnos"),
        (("resubmit", "sinch", "X", "--mnos", "XXX"), "none of ATT, TMO, USC, VZW"),
        (("resubmit", "sinch", "X", "--set", "colour=red"), "no colour"),
        (
            (
                "resubmit",
                "sinch",
                "..",
            ),
            "..",
        ),
        (("wait", "sinch", "nonsense"), "no action token"),
        (("resubmit", "nobody", "X"), "no provider is called 'nobody'; there are: sinch"),
    ],
)
def test_what_is_refused_before_anything_is_sent(offline: Main, words: tuple[str, ...], says: str) -> None:
    ended = offline(*words)
    assert ended.code == 2
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1
