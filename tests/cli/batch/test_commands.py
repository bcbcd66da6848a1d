from __future__ import annotations

import asyncio
import re
import signal
from typing import TYPE_CHECKING

import pytest

from campaign_reg.cli.batch.status import standing
from tests.support.command import Ended, end, environment, run, start

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Mapping
    from pathlib import Path

    from campaign_reg.sandbox import Sandbox

pytestmark = pytest.mark.anyio

SLOW = ("--per-second", "40", "--in-flight", "8")
QUICK_VENDOR = (0.1, 0.4)


def write(source: Path, ids: list[str]) -> None:
    source.write_text("\n".join(["id", *ids, ""]))


def read(file: Path) -> str:
    return file.read_text()


def exists(file: Path) -> bool:
    return file.exists()


async def run_until(sent: int, source: Path, journal: Path, env: Mapping[str, str]) -> Process:
    """A slow run, caught when it has sent so many."""
    process = await start(
        "batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal, *SLOW, env=env
    )
    while standing(journal).sent < sent:
        assert process.returncode is None
        await asyncio.sleep(0.02)
    return process


def check_ledger(sandbox: Sandbox, ids: list[str]) -> None:
    """Everything was applied exactly once."""
    sandbox.clock.advance(60)
    assert sandbox.ledger.counts("resubmitCampaign") == dict.fromkeys(ids, 1)


async def test_a_run_says_how_each_row_ended_and_status_and_resume_say_the_same(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path
) -> None:
    ids = sandbox.sinch.seed(12, reject_share=0.25, settle_seconds=QUICK_VENDOR)
    write(source, ids)
    first = await run(
        "batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal, "--json", env=env
    )
    assert first.code == 1
    assert first.last["rows"] == 12
    assert first.last["open"] == 0
    assert first.last["verdicts"] == {
        "succeeded": 9, "failed": 3, "action_required": 0, "unknown": 0, "cancelled": 0, "skipped": 0,
    }  # fmt: skip
    assert first.last["reasons"]
    status = await run("batch", "status", journal, "--json", env=environment())
    resumed = await run("batch", "resume", journal, "--json", env=env)
    again = await run(
        "batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal, "--json", env=env
    )
    assert status.last == resumed.last == again.last == first.last
    assert status.code == resumed.code == again.code == 1
    check_ledger(sandbox, ids)


async def test_status_tells_every_row_on_request(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path
) -> None:
    ids = sandbox.sinch.seed(3, reject_share=0, settle_seconds=QUICK_VENDOR)
    write(source, ids)
    ended = await run("batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal, env=env)
    assert ended.code == 0
    assert "succeeded   3" in ended.out
    status = await run("batch", "status", journal, "--rows", env=env)
    assert all(f"{name}   succeeded   acknowledged" in status.out for name in ids)
    as_json = await run("batch", "status", journal, "--rows", "--json", env=env)
    assert len(as_json.out.splitlines()) == 4
    assert as_json.last["rows"] == 3


async def test_the_second_process_on_a_journal_stops_and_status_looks_on(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path
) -> None:
    ids = sandbox.sinch.seed(20, reject_share=0, settle_seconds=(6.0, 6.5))  # longer than two starts take
    write(source, ids)
    process = await run_until(3, source, journal, env)
    second, status = await asyncio.gather(
        run("batch", "resume", journal, env=env), run("batch", "status", journal, "--json", env=env)
    )
    assert second.code == 5
    assert "in use by another process" in second.err
    assert status.code == 4
    assert status.last["rows"] == 20
    assert status.last["open"] > 0
    assert (await end(process)).code == 0
    check_ledger(sandbox, ids)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_stopping_leaves_everything_resumable(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path, number: int
) -> None:
    ids = sandbox.sinch.seed(16, reject_share=0, settle_seconds=QUICK_VENDOR)
    write(source, ids)
    process = await run_until(5, source, journal, env)
    process.send_signal(number)
    stopped = await end(process)
    assert stopped.code == 4
    assert f"campaign-reg batch resume {journal}" in stopped.err
    assert "still open" in stopped.out
    resumed = await run("batch", "resume", journal, env=env)
    assert resumed.code == 0, resumed.err
    check_ledger(sandbox, ids)


@pytest.mark.fault(102)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_from_the_signal_on_nothing_is_sent(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path, number: int
) -> None:
    """The 64 rows that wait for their turn stay, and the screen says how many calls are under way."""
    ids = sandbox.sinch.seed(120, reject_share=0, settle_seconds=QUICK_VENDOR)
    write(source, ids)
    sandbox.faults.add("slow", "resubmitCampaign", times=None, delay_seconds=1.0)
    process = await start(
        "batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal,
        "--per-second", "30", env=env,
    )  # fmt: skip
    while sandbox.stats.requests["resubmitCampaign"] < 6:
        await asyncio.sleep(0.01)
    before = sandbox.stats.requests["resubmitCampaign"]
    process.send_signal(number)
    stopped = await end(process)
    sent = sandbox.stats.requests["resubmitCampaign"]
    assert sent <= before + 3  # 30 a second would have been 60 and more in the two seconds that it has
    assert stopped.code == 4
    assert re.search(r"^stopping: [1-9]\d* calls? under way", stopped.err, re.MULTILINE), stopped.err
    assert standing(journal).sent == sent
    assert standing(journal).in_doubt == 0
    assert f"campaign-reg batch resume {journal}" in stopped.err
    sandbox.faults.clear()
    resumed = await run("batch", "resume", journal, env=env)
    assert resumed.code == 0, resumed.err
    check_ledger(sandbox, ids)


async def test_a_second_ctrl_c_cuts_off_what_is_on_the_wire(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path
) -> None:
    ids = sandbox.sinch.seed(12, reject_share=0, settle_seconds=QUICK_VENDOR)
    sandbox.faults.add("slow", "resubmitCampaign", times=None, delay_seconds=4)
    write(source, ids)
    process = await run_until(3, source, journal, env)
    process.send_signal(signal.SIGINT)
    await asyncio.sleep(0.3)
    assert process.returncode is None  # calls under way get a moment
    process.send_signal(signal.SIGINT)
    stopped = await asyncio.wait_for(end(process), 3)
    assert stopped.code == 4
    assert "Ctrl-C again cuts them off" in stopped.err
    assert f"campaign-reg batch resume {journal}" in stopped.err
    assert standing(journal).in_doubt > 0  # journalled as begun: read before anything else is done about them
    sandbox.faults.clear()
    resumed = await run("batch", "resume", journal, env=env)
    assert resumed.code == 0, resumed.out
    check_ledger(sandbox, ids)


async def test_a_killed_run_goes_on_without_sending_twice(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path
) -> None:
    ids = sandbox.sinch.seed(16, reject_share=0, settle_seconds=QUICK_VENDOR)
    write(source, ids)
    process = await run_until(5, source, journal, env)
    process.kill()
    await process.wait()
    assert (await run("batch", "status", journal, env=env)).code == 4
    resumed = await run("batch", "resume", journal, env=env)
    assert resumed.code == 0, resumed.out
    check_ledger(sandbox, ids)


async def test_refused_credentials_stop_a_run_that_can_be_resumed(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path
) -> None:
    ids = sandbox.sinch.seed(3, reject_share=0, settle_seconds=QUICK_VENDOR)
    write(source, ids)
    wrong = env | {"CAMPAIGN_REG_SINCH_KEY_SECRET": "not-the-secret"}
    stopped = await run(
        "batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal, "--json", env=wrong
    )
    assert stopped.code == 4
    assert stopped.last["open"] == 3
    assert "401" in stopped.err
    assert "not-the-secret" not in stopped.err + stopped.out
    assert (await run("batch", "resume", journal, env=env)).code == 0
    check_ledger(sandbox, ids)


async def test_a_plan_reads_only(sandbox: Sandbox, env: dict[str, str], source: Path) -> None:
    ids = sandbox.sinch.seed(3) + sandbox.sinch.seed(
        1, last_action="RESUBMIT_IN_PROGRESS", settle_seconds=(90, 90)
    )
    write(source, [*ids, "01k00000000000000000000000", ".."])
    command = ("batch", "plan", "sinch", "resubmit", "--input", source, "--fee", "15.00")
    plan = await run(*command, "--json", env=env)
    assert plan.code == 1
    assert plan.last["rows"] == 6
    assert plan.last["send"] == 3
    assert plan.last["cost"] == "45.00"
    assert [skipped["id"] for skipped in plan.last["skip"]] == [ids[3]]
    assert len(plan.last["fail"]) == 2
    text = await run(*command, env=env)
    assert "cost at 15.00 each   45.00" in text.out
    assert not sandbox.ledger.entries


@pytest.mark.parametrize(
    ("caps", "says"),
    [
        (("--max-items", "2"), "3 campaigns, but max_items is 2: nothing was sent"),
        (
            ("--fee", "15.00", "--max-fee", "44.99"),
            "3 x 15.00 = 45.00, but max_fee is 44.99: nothing was sent",
        ),
        (("--max-fee", "100"), "max_fee needs fee"),
    ],
)
async def test_caps_refuse_before_anything_is_sent(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path, caps: tuple[str, ...], says: str
) -> None:
    write(source, sandbox.sinch.seed(3))
    ended = await run(
        "batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal, *caps, env=env
    )
    assert ended.code == 2
    assert says in ended.err
    assert not exists(journal)
    assert not sandbox.ledger.entries


@pytest.mark.fault(72)
async def test_an_input_that_differs_is_refused(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path
) -> None:
    ids = sandbox.sinch.seed(3, reject_share=0, settle_seconds=QUICK_VENDOR)
    command = ("batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal)
    write(source, ids[:2])
    assert (await run(*command, env=env)).code == 0
    write(source, ids)
    other = await run(*command, env=env)
    assert other.code == 5
    assert "a journal of its own" in other.err


async def test_a_journal_of_another_account_is_refused(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path
) -> None:
    write(source, sandbox.sinch.seed(1, reject_share=0, settle_seconds=QUICK_VENDOR))
    assert (await _run(source, journal, env)).code == 0
    other = env | {"CAMPAIGN_REG_SINCH_PROJECT_ID": "00000000-0000-4000-8000-000000000000"}
    ended = await run("batch", "resume", journal, env=other)
    assert ended.code == 5
    assert "journal of another batch" in ended.err


async def test_a_file_that_is_no_journal_is_left_alone(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path
) -> None:
    write(source, sandbox.sinch.seed(1))
    write(journal, ["notes, not a journal"] * 300)
    for words in (("resume", journal), ("status", journal)):
        ended = await run("batch", *words, env=env)
        assert ended.code == 5
        assert "not a journal" in ended.err
    assert (await _run(source, journal, env)).code == 5
    assert read(journal).startswith("id\nnotes, not a journal")
    assert not sandbox.ledger.entries


async def _run(source: Path, journal: Path, env: Mapping[str, str]) -> Ended:
    return await run("batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal, env=env)


async def test_campaigns_of_a_batch_whose_journal_is_gone_must_be_given_up_first(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path, tmp_path: Path
) -> None:
    ids = sandbox.sinch.seed(20, reject_share=0, settle_seconds=QUICK_VENDOR)
    write(source, ids)
    process = await run_until(3, source, journal, env)
    process.kill()
    await process.wait()
    gone = journal.rename(tmp_path / "elsewhere.db")
    other = ("batch", "run", "sinch", "resubmit", "--input", source, "--journal", tmp_path / "other.db")
    refused = await run(*other, env=env)
    assert refused.code == 2
    assert sandbox.stats.requests["resubmitCampaign"] < 20
    assert f"batch forget {journal}" in refused.err
    gone.unlink()
    forgotten = await run("batch", "forget", journal, "--json", env=env)
    assert forgotten.last["forgotten"] == 20
    assert (await run(*other, env=env)).code in {0, 3}
