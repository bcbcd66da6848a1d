"""Plans that are kept, guardrails that hold, and what a person says: by the command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from campaign_reg.batch.statistics import account
from campaign_reg.cli.options import _seconds
from campaign_reg.enums import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from campaign_reg.sandbox import Sandbox
    from tests.support.command import Ended

    Main = Callable[..., Ended]

RUN = ("batch", "run", "sinch", "resubmit", "--input", "campaigns.csv", "--json")
PLAN = ("batch", "plan", "sinch", "resubmit", "--input", "campaigns.csv", "--json")


@pytest.fixture
def seed(vendors: Sandbox, source: Path) -> Callable[..., list[str]]:
    def seeded(count: int, **options: Any) -> list[str]:
        calm = {"reject_share": 0, "downgrade_share": 0, "settle_seconds": (0.1, 0.3)}
        ids = vendors.sinch.seed(count, **{**calm, **options})
        source.write_text("\n".join(["id,mnos", *(f"{id},TMO|ATT" for id in ids), ""]))
        return ids

    return seeded


class TestPlan:
    def test_names_operators_and_terms_at_risk_of_every_row(
        self, here: Main, seed: Callable[..., list[str]]
    ) -> None:
        ids = seed(5)
        told = here(*PLAN, "--rows", "--fee", "15.00")
        rows = [json.loads(line) for line in told.out.splitlines()]
        assert [row["id"] for row in rows[:-1]] == ids
        assert {row["step"] for row in rows[:-1]} == {"send"}
        assert {tuple(row["operators"]) for row in rows[:-1]} == {("ATT", "TMO")}
        assert any(row["at_risk"] for row in rows[:-1])
        assert told.last["operators"] == {"ATT": 5, "TMO": 5}
        assert told.last["at_risk"]
        assert told.last["cost"] == "75.00"
        text = here(*PLAN[:-1], "--rows")
        assert f"send  {ids[0]}  ATT TMO" in text.out
        assert "may get worse" in text.out

    def test_is_run_later_within_its_caps(
        self, here: Main, seed: Callable[..., list[str]], vendors: Sandbox, journal: Path
    ) -> None:
        ids = seed(5)
        saved = here(*PLAN[:-1], "--journal", journal, "--fee", "15", "--max-fee", "75", "--canary", "2")
        assert saved.code == 0
        assert f"To run it: campaign-reg batch resume {journal}" in saved.err
        vendors.sinch.change(ids[0], description="Somebody has edited it.")
        again = here(*PLAN, "--journal", journal, "--fee", "15", "--max-fee", "75", "--canary", "2")
        assert [note["id"] for note in again.last["changed"]] == [ids[0]]
        assert again.last["changed"][0]["reason"].startswith("version ")
        resumed = here("batch", "resume", journal, "--json")
        assert resumed.code == 4
        assert (resumed.last["open"], resumed.last["attempts"]) == (3, 2)
        assert resumed.last["hold"] == {
            "reason": "the canary was sent, 2 of the campaigns: look at how it ended", "by_cap": False,
        }  # fmt: skip
        assert f"To go on: campaign-reg batch resume {journal} --accept" in resumed.err
        # The same command is no consent, and neither is the first one.
        assert here("batch", "resume", journal, "--json").last["attempts"] == 2
        assert here(*RUN, "--journal", journal).last["attempts"] == 2
        accepted = here("batch", "resume", journal, "--accept", "--json")
        assert (accepted.code, accepted.last["changed_since_plan"]) == (
            0,
            0,
        )  # the new plan has seen the edit
        assert vendors.ledger.counts("resubmitCampaign") == dict.fromkeys(ids, 1)

    def test_what_changed_between_plan_and_write_is_counted(
        self, here: Main, seed: Callable[..., list[str]], vendors: Sandbox, journal: Path
    ) -> None:
        ids = seed(3)
        assert here(*PLAN, "--journal", journal).code == 0
        vendors.sinch.change(ids[1], description="Somebody has edited it.")
        assert here("batch", "resume", journal, "--json").last["changed_since_plan"] == 1
        assert "changed between plan and write   1" in here("batch", "status", journal).out

    def test_is_not_kept_where_it_is_above_its_caps(
        self, here: Main, seed: Callable[..., list[str]], journal: Path
    ) -> None:
        seed(3)
        refused = here(*PLAN, "--journal", journal, "--max-items", "2")
        assert refused.code == 2
        assert "3 campaigns, but max_items is 2" in refused.err
        assert (
            here("batch", "resume", journal, "--json").last["attempts"] == 2
        )  # and no more, if it is run all the same

    def test_a_cap_without_a_price_makes_no_journal(
        self, here: Main, seed: Callable[..., list[str]], journal: Path
    ) -> None:
        seed(3)
        refused = here(*PLAN, "--journal", journal, "--max-fee", "100")
        assert refused.code == 2
        assert "max_fee needs fee" in refused.err
        assert not journal.exists()

    def test_another_price_is_a_fault_of_usage(
        self, here: Main, seed: Callable[..., list[str]], journal: Path
    ) -> None:
        seed(3)
        assert here(*PLAN, "--journal", journal, "--fee", "15").code == 0
        refused = here("batch", "resume", journal, "--fee", "10")
        assert refused.code == 2
        assert "planned at 15 an attempt" in refused.err
        assert here("batch", "status", journal, "--json").last["attempts"] == 0


class TestHeld:
    def test_a_cap_is_lifted_by_a_new_plan_only(
        self, here: Main, seed: Callable[..., list[str]], journal: Path
    ) -> None:
        seed(4)
        held = here(*RUN[:-1], "--journal", journal, "--canary", "1", "--max-items", "4")
        assert held.code == 4
        assert "Stopped: the canary was sent, 1 of the campaigns" in held.out
        assert "   succeeded   acknowledged   the vendor says RESUBMIT_SUCCESSFUL" in held.out
        capped = here("batch", "resume", journal, "--accept", "--max-items", "2")
        assert "Stopped: sent so far: 2, and max_items is 2" in capped.out
        assert "plan it again with other caps" in capped.err
        assert here("batch", "resume", journal, "--accept").code == 4
        assert here(*PLAN, "--journal", journal).code == 0
        assert here("batch", "resume", journal).code == 0

    def test_downgrades(self, here: Main, seed: Callable[..., list[str]], journal: Path) -> None:
        seed(30, downgrade_share=1)
        held = here(
            *RUN, "--journal", journal, "--stop-on-downgrades", "--in-flight", "1", "--per-second", "12"
        )
        assert held.code == 4
        assert 0 < held.last["attempts"] < 30
        assert "worse terms" in held.last["hold"]["reason"]

    def test_no_wait(self, here: Main, seed: Callable[..., list[str]], journal: Path) -> None:
        ids = seed(3, settle_seconds=(5, 6))
        sent = here(*RUN, "--journal", journal, "--no-wait")
        assert (sent.code, sent.last["open"], sent.last["attempts"]) == (4, 3, 3)
        assert here("batch", "resume", journal, "--json", "--wait", "0.5s").last["open"] == 3
        ended = here("batch", "resume", journal, "--json", "--wait", "1m")
        assert (ended.code, ended.last["verdicts"]["succeeded"]) == (0, len(ids))

    def test_cancel(self, here: Main, seed: Callable[..., list[str]], journal: Path) -> None:
        seed(4)
        here(*RUN, "--journal", journal, "--canary", "1")
        cancelled = here("batch", "cancel", journal, "--json")
        assert cancelled.last == {"journal": str(journal), "cancelled": 3, "open": 0}
        now = account(journal)
        assert (now.summary.open, now.summary.verdicts[Verdict.CANCELLED]) == (0, 3)
        assert here("batch", "status", journal).code == 1
        again = here("batch", "cancel", journal)
        assert f"0 rows of {journal} are cancelled, 0 were sent and are still open" in again.out


class TestDecide:
    @pytest.fixture
    def unknown(self, here: Main, seed: Callable[..., list[str]], vendors: Sandbox, journal: Path) -> str:
        id, *_ = seed(2)
        vendors.faults.add(action="drop_before", operation="resubmitCampaign", target=id, times=None)
        assert here(*RUN, "--journal", journal, "--no-resend").code == 3
        return id

    def test_unknown_rows_are_listed_with_what_decides_them(
        self, here: Main, unknown: str, journal: Path
    ) -> None:
        status = here("batch", "status", journal)
        assert unknown in status.out
        assert f"campaign-reg batch decide {journal} {unknown} --applied" in status.out

    def test_decided(self, here: Main, unknown: str, journal: Path) -> None:
        decided = here("batch", "decide", journal, unknown, "--not-applied", "--json")
        assert (decided.code, decided.last["verdict"]) == (0, "failed")
        assert here("batch", "status", journal).code == 1
        text = here("batch", "decide", journal, unknown, "--applied")
        assert text.out.startswith(f"{unknown}: succeeded (a person looked at the vendor: it was applied")
        assert here("batch", "status", journal).code == 0

    @pytest.mark.parametrize("said", [(), ("--applied", "--not-applied")])
    def test_one_of_two(self, here: Main, unknown: str, journal: Path, said: tuple[str, ...]) -> None:
        refused = here("batch", "decide", journal, unknown, *said)
        assert refused.code == 2
        assert "say either --applied or --not-applied" in refused.err

    def test_what_is_there_to_be_decided(self, here: Main, unknown: str, journal: Path) -> None:
        assert "has no row 'x'" in here("batch", "decide", journal, "x", "--applied").err
        assert "there is no journal" in here("batch", "decide", "none.db", unknown, "--applied").err


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("0.5s", 0.5), ("30m", 1800), ("2h", 7200), ("14d", 14 * 86400)]
)
def test_times_are_told_with_their_unit(here: Main, text: str, seconds: float) -> None:
    class Given:
        value = text

    assert _seconds(float, [Given()]) == seconds  # type: ignore[list-item]


@pytest.mark.parametrize("text", ["soon", "-1", "1w", "nan", "1e3", ""])
def test_what_is_no_time(offline: Main, text: str) -> None:
    refused = offline("batch", "run", "sinch", "resubmit", "--input", "x", "--journal", "j", "--wait", text)
    assert refused.code == 2
    assert "wait" in refused.err
