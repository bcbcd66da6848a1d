from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.batch.batch import Batch
from campaign_reg.cli.demo.audit import audit
from campaign_reg.connection import connect
from tests.support.command import environment, run

if TYPE_CHECKING:
    from pathlib import Path

    from campaign_reg.sandbox import Sandbox

pytestmark = pytest.mark.anyio


async def test_the_demo_loses_nothing_and_pays_nothing_twice(tmp_path: Path) -> None:
    ended = await run(
        "demo", "--campaigns", "60", "--seed", "3", "--json", "--keep", tmp_path / "kept",
        env=environment() | {"CAMPAIGN_REG_SINCH_AUTH": "basic"},  # not the demo's business
    )  # fmt: skip
    told = ended.last
    assert ended.code == told["exit_code"] == 0, ended.err
    assert told["campaigns"] == told["rows"] == 60
    assert told["killed"] is True
    assert told["applied_twice"] == told["lost"] == told["disagreements"] == told["open"] == 0
    assert told["applied"] == told["applied_once"] >= 60 - told["unknown"]
    assert sum(told["verdicts"].values()) == 60
    assert told["verdicts"]["failed"] >= 15
    assert told["never_applied"] <= told["unknown"]
    assert "SIGKILL with" in ended.err
    assert "<!doctype html>" in (tmp_path / "kept" / "report.html").read_text()[:200].lower()
    status = await run("batch", "status", tmp_path / "kept" / "demo.db", "--json", env=environment())
    assert status.last["verdicts"] == told["verdicts"]


async def test_the_audit_sees_what_is_wrong(sandbox: Sandbox, journal: Path) -> None:
    ids = sandbox.sinch.seed(4, reject_share=0, settle_seconds=(0.1, 0.2))
    settings: Any = sandbox.settings("sinch")
    async with connect("sinch", **settings, poll_first_seconds=0.2, poll_max_seconds=0.4) as sinch:
        async with Batch.open(journal, sinch, "resubmit") as batch:
            await batch.add(ids[:3])
            await batch.run()
        clean = audit(sandbox, journal, ids[:3])
        assert clean.clean
        assert (clean.applied_once, clean.applied_twice, clean.lost) == (3, 0, 0)
        await sinch.resubmit(ids[0])
        sandbox.sinch.change(ids[1], lastActionStatus="RESUBMIT_FAILED")
    found = audit(sandbox, journal, ids)
    assert not found.clean
    assert (found.applied_once, found.applied_twice, found.never_applied, found.lost) == (2, 1, 1, 1)
    assert len(found.disagreements) == 2
