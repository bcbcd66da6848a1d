"""Records of an input file: where they begin and end decides what is paid for."""

from __future__ import annotations

import csv
import io
import itertools
import json
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaign_reg.cli.batch.input_formats import csv_record, csv_records, open_records, original
from campaign_reg.enums import Verb
from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.backend import Backend
from campaign_reg.providers.registry import load
from tests.support.command import run
from tests.support.drafts import SINCH, text_cells
from tests.support.report_tables import table

if TYPE_CHECKING:
    from pathlib import Path

    from campaign_reg.protocol.rules import VerbRule
    from campaign_reg.sandbox import Sandbox
    from tests.cli.conftest import Main
    from tests.support.command import Ended

MEGABYTE = 1 << 20
NO_BORDER = "where the record that begins here ends is not clear"
NO_LINE_ENDS = ("\f", "\v", "\x1c", "\x85", "\u2028", "\u2029")


def rule_of(provider: str, verb: Verb) -> VerbRule:
    backend = load(provider).backend
    assert isinstance(backend, type)
    assert issubclass(backend, Backend)
    return backend.rules[verb]


def lines_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return file.readlines()


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def approve(here: Main, source: Path, journal: Path) -> Ended:
    return here("batch", "run", "responsys", "approve", "--input", source, "--journal", journal, "--json")


@pytest.mark.fault(101)
@pytest.mark.anyio
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_a_campaign_that_only_a_comment_names_is_not_approved(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path, end: str
) -> None:
    meant, named = sandbox.responsys.seed(2)
    write(
        source, f'id,#comment{end}{meant},"Legal is fine with this one.{end}{named}, wait for the price"{end}'
    )
    words = ("batch", "run", "responsys", "approve", "--input", source, "--journal", journal, "--json")
    ended = await run(*words, env=env)
    assert (ended.code, ended.last["rows"]) == (0, 1), ended.err
    assert sandbox.ledger.counts() == {meant: 1}
    again = await run(*words, env=env)
    assert again.last == ended.last
    assert sandbox.ledger.counts() == {meant: 1}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('id,#comment\n{0},fine\n{1},"never closed\n{2},\n', 3),
        ('id,#comment\n{0},fine\n{1},"closed by a later row\n{2},"that has one"\n', 3),
        ('id,#comment\n{0},"fine"\n\n{1},"text" after it\n{2},\n', 4),
        ('id,#comment\n{0},"two\nlines"\n{1},"escaped \\"so\\" is not"\n{2},\n', 4),
        ('id,#comment\n{0},he said "fine\n{1}, wait for the price"\n', 2),
        ('id,#comment\n{0},\t"fine\n{1}, wait for the price"\n', 2),
        ("id,#comment\n{0},fine\r{1}, wait for the price\n{2},\n", 2),
        ("id,#comment\r\n{0},fine\r\n{1},fine\r{2}, wait for the price\r\n", 3),
        ("id,#comment\r{0},fine\n{1}, wait for the price\r", 2),
        ("id,#comment\n{0},fine\n{1},a\0b\n{2},\n", 3),
        ('id,#comment\n{0},fine\n{1},"' + "long " * 30_000 + '"\n{2},\n', 3),
        ('id,"#comment\n{0},fine\n', 1),
    ],
)
def test_nothing_is_sent_of_a_file_where_it_is_not_clear_what_a_record_is(
    here: Main, vendors: Sandbox, source: Path, journal: Path, text: str, line: int
) -> None:
    write(source, text.format(*vendors.responsys.seed(3)))
    refused = approve(here, source, journal)
    assert refused.code == 2
    assert f"campaigns.csv: line {line}: {NO_BORDER}" in refused.err
    assert "put text with commas, quotes or line breaks in quotes" in refused.err
    assert not vendors.ledger.entries
    assert not journal.exists()
    planned = here("batch", "plan", "responsys", "approve", "--input", source)
    assert (planned.code, NO_BORDER in planned.err) == (2, True)


def test_a_journal_with_a_saved_plan_takes_no_row_of_such_a_file(
    here: Main, vendors: Sandbox, source: Path, journal: Path
) -> None:
    first, second = vendors.responsys.seed(2)
    write(source, f"id,#comment\n{first},fine\n{second},\n")
    assert here("batch", "plan", "responsys", "approve", "--input", source, "--journal", journal).code == 0
    write(source, f'id,#comment\n{first},fine\n{second},"\n')
    refused = approve(here, source, journal)
    assert (refused.code, NO_BORDER in refused.err) == (2, True)
    assert not vendors.ledger.entries


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_each_kind_of_line_end_is_one(
    here: Main, vendors: Sandbox, source: Path, journal: Path, end: str
) -> None:
    first, second, third = vendors.responsys.seed(3)
    write(source, f"id,#comment{end}{first},fine{end}{end}{second},{end}{third},last")
    assert approve(here, source, journal).code == 0
    assert vendors.ledger.counts() == dict.fromkeys((first, second, third), 1)


def test_files_that_were_put_together_may_have_both_common_line_ends(
    here: Main, vendors: Sandbox, source: Path, journal: Path
) -> None:
    first, second = vendors.responsys.seed(2)
    write(source, f"id,#comment\r\n{first},fine\n{second},\r\n")
    assert approve(here, source, journal).code == 0
    assert vendors.ledger.counts() == dict.fromkeys((first, second), 1)


@pytest.mark.parametrize("mark", NO_LINE_ENDS)
def test_only_line_ends_end_a_record(
    here: Main, vendors: Sandbox, tmp_path: Path, source: Path, journal: Path, mark: str
) -> None:
    meant, named = vendors.responsys.seed(2)
    write(source, f"id,#comment\n{meant},fine{mark}{named}\n")
    assert approve(here, source, journal).last["rows"] == 1
    lines = tmp_path / "rows.jsonl"
    comment = f"fine{mark}{named}" if mark > "\x1f" else "fine"
    write(lines, json.dumps({"id": named, "#comment": comment}, ensure_ascii=False) + "\r\n")
    assert approve(here, lines, tmp_path / "lines.db").last["verdicts"]["succeeded"] == 1
    assert vendors.ledger.counts() == {meant: 1, named: 1}


def test_a_bad_record_is_reported_by_the_line_on_which_it_begins(
    here: Main, vendors: Sandbox, tmp_path: Path, source: Path, journal: Path
) -> None:
    [good] = vendors.responsys.seed(1)
    lines = [
        "id,status,#comment",
        '"","APPROVED","two\nlines"',  # 2
        f'{good},"APPROVED","one\n\ntwo"',  # 4
        f'{good},APPROVED,"a\nb",too many',  # 7
        '"caf\udce9\n",APPROVED,',  # 9
        'X,"NO\nSUCH",',  # 11
    ]
    write(source, "\n".join(lines))
    ended = approve(here, source, journal)
    assert (ended.code, ended.last["verdicts"]["failed"]) == (1, 4)
    for line in (2, 7, 9, 11):
        assert f"campaigns.csv: line {line}: " in ended.err
    assert vendors.ledger.counts() == {good: 1}
    failed = tmp_path / "failed.csv"
    here("batch", "report", journal, "--csv", failed)
    found = [(row["id"], row["status"], row["#row"], row["#line"]) for row in table(failed)]
    assert found == [
        ("", "", "line 2", lines[1]),
        ("", "", f"line 7 ({good})", lines[3]),
        ("", "", "line 9", lines[4]),
        ("X", "NO\nSUCH", "X", ""),
    ]
    again = approve(here, failed, tmp_path / "again.db")
    assert again.last["verdicts"]["failed"] == 4, again.err
    second = tmp_path / "second.csv"
    here("batch", "report", tmp_path / "again.db", "--csv", second)
    assert [row["status"] for row in table(second)] == ["", "", "", "NO\nSUCH"]


def test_texts_of_several_lines_reach_the_vendor_as_they_are(
    here: Main, vendors: Sandbox, tmp_path: Path, source: Path, journal: Path
) -> None:
    flow = 'Shoppers tick a box:\r\n\r\n  1. "Yes", or\n  2. nothing.\rThen \u2028they order.\x85=1+1'
    names = "One", "Two"
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(SINCH))
    writer.writeheader()
    writer.writerows(text_cells(SINCH) | {"message_flow": flow, "campaign_name": name} for name in names)
    write(source, text.getvalue())
    vendors.sinch.register.reject_share = 1
    vendors.sinch.register.settle_seconds = (0.1, 0.2)
    words = ("batch", "run", "sinch", "create", "--accept-advice", "--json", "--input")
    ended = here(*words, source, "--journal", journal)
    assert ended.last["verdicts"]["failed"] == 2, ended.err
    sent = [entry.params["messageFlow"] for entry in vendors.ledger.entries]
    assert sent == [flow, flow]

    failed = tmp_path / "failed.csv"
    assert here("batch", "report", journal, "--csv", failed).code == 1
    found = table(failed)
    assert [row["message_flow"] for row in found] == [flow, flow]
    assert [row["#row"] for row in found] == ["line 2", "line 7"]
    again = here(*words, failed, "--journal", tmp_path / "again.db")
    assert again.last["rows"] == 2, again.err
    assert [entry.params["messageFlow"] for entry in vendors.ledger.entries] == [flow] * 4


@pytest.mark.parametrize(
    "line", ['{"id": "a\0b"}', '{"id": "X", "status": "' + "x" * 200_000 + '"}', "x" * 200_000]
)
def test_what_could_not_be_read_back_is_not_written(
    here: Main, vendors: Sandbox, tmp_path: Path, journal: Path, line: str
) -> None:
    lines = write(tmp_path / "rows.jsonl", f"{line}\n")
    approve(here, lines, journal)
    refused = here("batch", "report", journal, "--csv", tmp_path / "failed.csv")
    assert refused.code == 2
    assert "what is longer than 131,072 characters, or has a NUL character, cannot be a cell" in refused.err
    assert "--jsonl FILE" in refused.err
    assert not (tmp_path / "failed.csv").exists()


characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
cells = st.text(characters | st.sampled_from("\n\r\",;'\t \u2028\x85\f=#"), max_size=8)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=6)
)


@given(rows=tables, end=st.sampled_from(["\n", "\r\n", "\r"]))
@example(rows=[["id", "#comment"], ["a", "fine\nb,wait"]], end="\n")
@example(rows=[[""], ["\r"], ['"']], end="\r")
def test_every_table_comes_back_with_its_cells(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], end: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL)
        begins = []
        for row in rows:
            file.flush()
            begins.append(1 + len(lines_of(path)))
            writer.writerow(row)
    found = list(csv_records(path))
    assert [list(record.cells) for record in found] == rows
    assert [record.line for record in found] == begins


@given(rows=tables)
def test_every_table_that_the_command_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    rows = [[cell.strip() for cell in row] for row in rows]  # as those of parameters and notes are
    path = write(tmp_path_factory.getbasetemp() / "written.csv", "".join(map(csv_record, rows)))
    assert [[original(cell) for cell in record.cells] for record in csv_records(path)] == rows


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_a_large_file_is_read_in_pieces(tmp_path: Path, name: str) -> None:
    rows, text = 20_000, "a line of text\n" * 70
    path = tmp_path / name
    with path.open("w", encoding="utf-8", newline="") as file:
        if name.endswith("csv"):
            csv.writer(file).writerows([("id", "#comment"), *((f"row {n}", text) for n in range(rows))])
        else:
            file.writelines(json.dumps({"id": f"row {n}", "#comment": text}) + "\n" for n in range(rows))
    assert path.stat().st_size > 20 * MEGABYTE
    form, records = open_records(path, rule_of("responsys", Verb.APPROVE))
    tracemalloc.start()
    try:
        ids = (form.read(record)[0] for record in records)
        assert all(id == f"row {n}" for n, id in zip(itertools.count(), ids, strict=False))
        assert tracemalloc.get_traced_memory()[1] < MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_file_of_one_endless_cell_is_refused_soon(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write('id,#comment\nX,"')
        file.writelines(itertools.repeat("Y, wait for the price\n", 1_000_000))
    _, records = open_records(path, rule_of("responsys", Verb.APPROVE))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInputError, match="line 2: where the record"):
            list(records)
        assert tracemalloc.get_traced_memory()[1] < 2 * MEGABYTE
    finally:
        tracemalloc.stop()
