"""`batch report`: the page and the failed rows, from a real batch to the run of the corrected file."""

from __future__ import annotations

import asyncio
import json
import stat
from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.models.outcome import Feedback
from tests.support.command import environment, run
from tests.support.journals import Line, write_journal
from tests.support.report_tables import table

if TYPE_CHECKING:
    from pathlib import Path

    from campaign_reg.sandbox import Sandbox
    from tests.cli.conftest import Main

FAST = (0.1, 0.3)
NOTES = ["#row", "#verdict", "#code", "#field", "#reason", "#advice", "#line"]


def text_of(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "surrogateescape")


def write(file: Path, text: str) -> None:
    file.write_bytes(text.encode("utf-8", "surrogateescape"))


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def journal_of(path: Path, lines: list[Line], **more: Any) -> Path:
    return asyncio.run(write_journal(path, lines, **more))


@pytest.mark.anyio
async def test_failed_rows_are_corrected_and_run_again(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path, tmp_path: Path
) -> None:
    good, mended, torn, lost = sandbox.sinch.seed(4, reject_share=0, settle_seconds=FAST)
    [refused] = sandbox.sinch.seed(1, reject_share=1, settle_seconds=FAST)
    sandbox.faults.add("drop_before", "resubmitCampaign", target=lost)
    lines = [
        "mnos,#mine,id",
        f"TMO,,{good}",
        f"TMO,,{lost}",
        f'"ATT,TMO",,{refused}',
        f"XXX,,{mended}",
        f"ATT,TMO,,{torn}",  # 6
        "caf\udce9,,x",  # 7
        "TMO,,=1+1",
    ]
    write(source, "\n".join(lines))
    words = ("batch", "run", "sinch", "resubmit")
    first = await run(*words, "--input", source, "--journal", journal, "--no-resend", "--json", env=env)
    assert (first.last["verdicts"]["failed"], first.last["verdicts"]["unknown"]) == (5, 1), first.err

    page, failed, as_lines = (tmp_path / name for name in ("report.html", "failed.csv", "failed.jsonl"))
    told = await run(
        "batch", "report", journal, "-o", page, "--csv", failed, "--jsonl", as_lines, env=environment()
    )
    assert told.code == first.code == 3
    assert f"{failed}: 5 failed rows" in told.out
    assert "Left out: 1 unknown rows, which may have been applied" in told.err
    assert [mode(file) for file in (page, failed, as_lines)] == [0o600] * 3
    assert sandbox.settings("sinch")["key_secret"] not in text_of(page) + text_of(failed) + text_of(as_lines)

    found = table(failed)
    assert list(found[0]) == ["mnos", "id", *NOTES]
    assert [(row["mnos"], row["id"], row["#line"]) for row in found] == [
        ("ATT|TMO", refused, ""),
        ("XXX", mended, ""),
        ("", "", f"ATT,TMO,,{torn}"),
        ("", "", "caf\udce9,,x"),
        ("TMO", "'=1+1", ""),
    ]
    assert {row["#verdict"] for row in found} == {"failed"}
    assert all(row["#reason"] for row in found)
    assert lost not in text_of(failed) + text_of(as_lines)

    objects = [json.loads(line) for line in text_of(as_lines).splitlines()]
    assert [item.get("id") for item in objects] == [refused, mended, None, None, "=1+1"]
    assert objects[2]["#line"] == f"ATT,TMO,,{torn}"
    uncorrected = await run(
        *words, "--input", as_lines, "--journal", tmp_path / "lines.db", "--json", env=env
    )
    assert uncorrected.last["verdicts"]["failed"] == 5

    # Somebody corrects two of them, and nothing else is needed to run it.
    corrected = text_of(failed).replace("XXX,", "TMO,").replace("\n,,line 6", f'\n"ATT,TMO",{torn},line 6')
    write(failed, corrected)
    again = await run(*words, "--input", failed, "--journal", tmp_path / "again.db", "--json", env=env)
    assert (again.last["verdicts"]["succeeded"], again.last["verdicts"]["failed"]) == (2, 3), again.err
    status = await run("batch", "status", tmp_path / "again.db", "--rows", "--json", env=env)
    ended = {row["id"]: row["verdict"] for row in map(json.loads, status.out.splitlines()[:-1])}
    assert (ended[mended], ended[torn], ended["=1+1"]) == ("succeeded", "succeeded", "failed")
    applied = {
        entry.target: entry.params for entry in sandbox.ledger.entries if entry.target in {mended, torn}
    }
    assert set(applied) == {mended, torn}


def test_rows_without_names_and_with_members_of_their_own_go_there_and_back(
    offline: Main, tmp_path: Path
) -> None:
    draft = {
        "sender": "acme_agent",
        "phones": [{"number": "+12025550123", "reference_id": "a1"}],
        "cards": [{"title": "=SUM(1)", "text": "one\ntwo"}],
        "start_at": "2026-05-01T08:00:00",
        "check_stop_list": True,
    }
    lines = [
        Line(id="line 2", params=draft, verdict=Verdict.FAILED, reason="refused"),
        Line(
            id="mine", params={"sender": "a", "groups": [7, 8], "text": "+1"}, verdict=Verdict.ACTION_REQUIRED
        ),
    ]
    journal = journal_of(
        tmp_path / "a.db", lines, verb=Verb.CREATE, provider="rcs", columns=("id", "text", "sender")
    )
    failed, as_lines = tmp_path / "failed.csv", tmp_path / "failed.jsonl"
    assert offline("batch", "report", journal, "--csv", failed, "--jsonl", as_lines).code == 1
    first, second = table(failed)
    assert list(first)[:6] == ["id", "text", "sender", "phones", "cards", "start_at"]
    assert (first["id"], first["#row"], first["check_stop_list"]) == ("", "line 2", "true")
    assert json.loads(first["phones"]) == draft["phones"]
    assert json.loads(first["cards"]) == draft["cards"]
    assert (second["id"], second["groups"], second["text"]) == ("mine", "7|8", "'+1")
    objects = [json.loads(line) for line in text_of(as_lines).splitlines()]
    assert "id" not in objects[0]
    assert {name: objects[0][name] for name in draft} == draft
    assert objects[1]["#verdict"] == "action_required"


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"sender": "a", "text": "one\ntwo\n"}, "text cannot be a cell"),
        ({"sender": "a", "text": None}, "text cannot be a cell"),
        ({"sender": "a", "groups": "7", "text": ["a"]}, "text cannot be a cell"),
        ({"sender": "a", "txet": "a"}, "txet cannot be a column"),
    ],
)
def test_what_no_cell_can_hold_is_refused_with_a_way_out(
    offline: Main, tmp_path: Path, params: dict[str, Any], says: str
) -> None:
    line = Line(id="mine", params=params, verdict=Verdict.FAILED)
    journal = journal_of(tmp_path / "a.db", [line], verb=Verb.CREATE, provider="rcs")
    failed, as_lines = tmp_path / "failed.csv", tmp_path / "failed.jsonl"
    refused = offline("batch", "report", journal, "--csv", failed)
    assert refused.code == 2
    assert f"row mine: {says}" in refused.err
    assert "--jsonl FILE" in refused.err
    assert list(tmp_path.glob("*failed*")) == []
    assert list(tmp_path.glob(".campaign-reg-*")) == []
    assert offline("batch", "report", journal, "--jsonl", as_lines).code == 1
    assert params.items() <= json.loads(text_of(as_lines)).items()


def test_reasons_of_a_vendor_stay_in_their_cells_and_do_nothing(offline: Main, tmp_path: Path) -> None:
    feedback = (
        Feedback(code="=1", field="+f", text="@SUM(A1)\nsecond \x1b[31mline", advice="-1"),
        Feedback(code="2", text="plain"),
    )
    lines = [Line(id="A", verdict=Verdict.FAILED, feedback=feedback)]
    journal = journal_of(tmp_path / "a.db", lines)
    failed = tmp_path / "failed.csv"
    assert offline("batch", "report", journal, "--csv", failed).code == 1
    [row] = table(failed)
    assert row["#code"] == "'=1 | 2"
    assert row["#field"] == "'+f"
    assert row["#reason"] == "'@SUM(A1) second \\x1b[31mline | plain"
    assert row["#advice"] == "'-1"
    assert len(text_of(failed).splitlines()) == 2


def test_only_failed_rows_are_in_the_file_and_the_others_are_named(offline: Main, tmp_path: Path) -> None:
    lines = [Line(id=verdict.value, verdict=verdict, evidence=Evidence.INFERRED) for verdict in Verdict]
    journal = journal_of(tmp_path / "a.db", [*lines, Line(id="open")])
    failed = tmp_path / "failed.csv"
    told = offline("batch", "report", journal, "--csv", failed, "--json")
    assert [row["id"] for row in table(failed)] == ["failed", "action_required"]
    assert told.last["failed_rows"] == 2
    assert told.last["csv"] == str(failed)
    assert told.code == told.last["exit_code"] == 4
    words = offline("batch", "report", journal, "--csv", tmp_path / "other.csv").err
    for left_out in ("1 unknown rows", "1 cancelled rows", "1 rows that are still open"):
        assert f"Left out: {left_out}" in words


def test_only_a_report_is_written_over(offline: Main, tmp_path: Path) -> None:
    journal = journal_of(tmp_path / "a.db", [Line(id="A", verdict=Verdict.SUCCEEDED)])
    page, notes, failed = tmp_path / "report.html", tmp_path / "notes.html", tmp_path / "failed.csv"
    write(notes, "my notes")
    assert offline("batch", "report", journal, "-o", page, "--csv", failed).code == 0
    assert offline("batch", "report", journal, "-o", page).code == 0
    for words, says in (
        (("-o", notes), "is there already and is no report"),
        (("-o", journal), "is there already and is no report"),
        (("-o", tmp_path), "is there already and is no report"),
        (("--csv", failed), "is there already and may hold corrections"),
        (("--jsonl", page), "is there already and may hold corrections"),
        (("-o", tmp_path / "none" / "report.html"), "no such folder"),
        ((), "say what to write"),
    ):
        refused = offline("batch", "report", journal, *words)
        assert (refused.code, says in refused.err) == (2, True), refused.err
    assert text_of(notes) == "my notes"


def test_without_a_journal_there_is_no_report(offline: Main, tmp_path: Path) -> None:
    ended = offline("batch", "report", tmp_path / "none.db", "-o", tmp_path / "report.html")
    assert ended.code == 2
    assert "there is no journal" in ended.err
