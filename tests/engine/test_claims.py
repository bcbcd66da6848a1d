"""The same campaign is not in two open batches of one machine."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from campaign_reg import Batch, InvalidInputError, JournalError
from campaign_reg.engine.claims import DIRECTORY_VARIABLE, Claims, state_directory
from campaign_reg.engine.journal import Header
from campaign_reg.sandbox import Sandbox
from tests.engine.conftest import Connect

pytestmark = pytest.mark.anyio

HEADER = Header(provider="sinch", account="p1", verb="resubmit")


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "state"))


async def test_refused_while_the_other_is_open_and_free_when_it_ended(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = sandbox.sinch.seed(6, settle_seconds=(0.1, 0.2), reject_share=0, downgrade_share=0)
    async with connect(poll_deadline_seconds=0.05) as hasty:
        async with Batch.open(tmp_path / "first.db", hasty, "resubmit") as first:
            await first.add(ids[:4])
            assert (await first.run()).open == 4
    async with connect() as sinch:
        async with Batch.open(tmp_path / "second.db", sinch, "resubmit") as second:
            await second.add(ids[2:])
            with pytest.raises(InvalidInputError, match=r"2 of these campaigns .* open batch .*first\.db"):
                await second.run()
        assert sandbox.ledger.counts("resubmitCampaign")[ids[5]] == 0
        async with Batch.open(tmp_path / "first.db", sinch, "resubmit") as first:
            await first.run()
        async with Batch.open(tmp_path / "second.db", sinch, "resubmit") as second:
            await second.run()
    assert sandbox.ledger.counts("resubmitCampaign")[ids[5]] == 1


async def test_a_plan_claims_nothing_and_another_verb_is_another_claim(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = sandbox.sinch.seed(1, settle_seconds=(0.1, 0.2), reject_share=0)
    async with connect() as sinch:
        async with Batch.open(tmp_path / "plan.db", sinch, "resubmit") as planned:
            await planned.add(ids)
            await planned.plan()
            async with Batch.open(tmp_path / "first.db", sinch, "resubmit") as first:
                await first.add(ids)
                await first.run()
        async with Batch.open(tmp_path / "second.db", sinch, "delete") as second:
            await second.add(ids)
            await second.run()


def test_claims_of_a_journal_that_is_gone_count_for_nothing(tmp_path: Path) -> None:
    Claims(HEADER, tmp_path / "gone.db").take(["a", "b"])
    Claims(HEADER, tmp_path / "here.db").take(["b", "c"])
    Claims(HEADER, tmp_path / "here.db").release()


def test_the_file_is_private(tmp_path: Path) -> None:
    Claims(HEADER, tmp_path / "j.db").take(["a"])
    assert stat.S_IMODE((state_directory() / "claims.db").stat().st_mode) == 0o600
    assert stat.S_IMODE(state_directory().stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "file"))
    with pytest.raises(JournalError, match=DIRECTORY_VARIABLE):
        Claims(HEADER, tmp_path / "j.db").take(["a"])


def test_the_user_s_state_directory_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DIRECTORY_VARIABLE)
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere")
    assert state_directory() == Path("/somewhere/campaign-reg")
