"""The same campaign is not in two open batches of one machine."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from campaign_reg import Batch, CampaignHeldError, JournalError, StateError
from campaign_reg.journal.claims import DIRECTORY_VARIABLE, Claims, forget, state_directory
from campaign_reg.journal.records import Header
from campaign_reg.journal.schema import looking_on
from campaign_reg.sandbox import Sandbox
from tests.support.accounts import account
from tests.support.connections import Connect

pytestmark = pytest.mark.anyio

HEADER = Header(provider="sinch", account="p1", verb="resubmit")


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "state"))


@pytest.mark.fault(96)
async def test_refused_while_the_other_is_open_and_free_when_it_ended(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = sandbox.sinch.seed(6, settle_seconds=(60, 60), reject_share=0, downgrade_share=0)
    async with connect(poll_deadline_seconds=0.05) as hasty:
        async with Batch.open(tmp_path / "first.db", hasty, "resubmit") as first:
            await first.add(ids[:4])
            assert (await first.run()).open == 4
    async with connect() as sinch:
        async with Batch.open(tmp_path / "second.db", sinch, "resubmit") as second:
            await second.add(ids[2:])
            with pytest.raises(CampaignHeldError, match=r"2 of these campaigns .* open batch .*first\.db"):
                await second.run()
        assert sandbox.ledger.counts("resubmitCampaign")[ids[5]] == 0
        sandbox.clock.speed = 100.0
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


async def open_batch(path: Path, ids: list[str], connect: Connect) -> None:
    """Begin a batch and leave it open."""
    async with connect(poll_deadline_seconds=0.01) as hasty, Batch.open(path, hasty, "resubmit") as batch:
        await batch.add(ids)
        await batch.run()


async def test_a_renamed_journal_keeps_its_claims(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    ids = sandbox.sinch.seed(3, settle_seconds=(0.3, 0.3), reject_share=0)
    await open_batch(tmp_path / "spring.db", ids, connect)
    (tmp_path / "spring.db").rename(tmp_path / "april.db")
    async with connect() as sinch:
        async with Batch.open(tmp_path / "other.db", sinch, "resubmit") as other:
            await other.add(ids)
            with pytest.raises(CampaignHeldError, match=r"batch forget .*spring"):
                await other.run()
        async with Batch.open(tmp_path / "april.db", sinch, "resubmit") as renamed:
            assert (await renamed.run()).open == 0
    assert set(sandbox.ledger.counts("resubmitCampaign").values()) == {1}


async def test_a_copy_beside_the_original_is_refused(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = sandbox.sinch.seed(3, settle_seconds=(0.3, 0.3), reject_share=0)
    await open_batch(tmp_path / "spring.db", ids, connect)
    shutil.copy(tmp_path / "spring.db", tmp_path / "copy.db")
    async with connect() as sinch, Batch.open(tmp_path / "copy.db", sinch, "resubmit") as copy:
        with pytest.raises(CampaignHeldError, match="is a copy of"):
            await copy.run()


async def test_a_journal_that_was_given_up_can_be_forgotten(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    ids = sandbox.sinch.seed(2, settle_seconds=(2.0, 2.0), reject_share=0)
    await open_batch(tmp_path / "spring.db", ids, connect)
    with pytest.raises(StateError, match="still there"):
        forget(tmp_path / "spring.db")
    (tmp_path / "spring.db").unlink()
    assert forget(tmp_path / "spring.db") == 2
    async with connect() as sinch, Batch.open(tmp_path / "again.db", sinch, "resubmit") as again:
        await again.add(ids)
        assert (await again.run()).open == 0


def test_the_file_is_private(tmp_path: Path) -> None:
    Claims(HEADER, "j1", tmp_path / "j.db").take(["a"])
    assert stat.S_IMODE((state_directory() / "claims.db").stat().st_mode) == 0o600
    assert stat.S_IMODE(state_directory().stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "file"))
    with pytest.raises(JournalError, match=DIRECTORY_VARIABLE):
        Claims(HEADER, "j1", tmp_path / "j.db").take(["a"])


def test_the_user_s_state_directory_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DIRECTORY_VARIABLE)
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere")
    assert state_directory() == Path("/somewhere/campaign-reg")


async def test_one_that_is_just_being_handed_in(tmp_path: Path) -> None:
    """Between the claim and the row's place in the journal, no other batch gets the campaign."""
    header = Header(provider="memory", account="a1", verb="resubmit")
    path = tmp_path / "a.db"
    async with Batch.open(path, account(), "resubmit", open_ended=True):
        with looking_on(path) as db:
            [journal_id] = db.execute("SELECT value FROM meta WHERE key = 'journal_id'").fetchone()
        Claims(header, journal_id, path).take(["c000"])
        with pytest.raises(CampaignHeldError, match="in the open batch"):
            Claims(header, "another", tmp_path / "b.db").take(["c000"])
    Claims(header, "another", tmp_path / "b.db").take(["c000"])  # it never came to that
