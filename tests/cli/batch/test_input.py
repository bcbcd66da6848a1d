from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.cli.batch.run import Job, carry_out
from campaign_reg.sinch import SinchBackend
from tests.support.command import run
from tests.support.drafts import SINCH, text_cells

if TYPE_CHECKING:
    from pathlib import Path

    from campaign_reg.sandbox import Sandbox
    from tests.cli.conftest import Main

FAST = (0.1, 0.3)


def write(source: Path, content: bytes) -> None:
    source.write_bytes(content)


@pytest.mark.fault(71)
@pytest.mark.anyio
async def test_bad_rows_are_reported_by_line_and_the_rest_run(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path
) -> None:
    a, b, c, d, e = sandbox.sinch.seed(5, reject_share=0, settle_seconds=FAST)
    lines = [
        b"\xef\xbb\xbfid,mnos",  # 1
        f"{a},ATT TMO".encode(),
        f'{b},"ATT,TMO"'.encode(),
        f"{c},".encode(),
        f"{d},ATT,TMO".encode(),  # 5: too many cells
        b",TMO",
        b"..,TMO",
        f'{d},"TMO\r\nATT",X'.encode(),  # 8 and 9: too many cells
        b"caf\xe9,TMO",
        f"{d},XXX".encode(),  # 11: no such operator
        b"",
        f'{e}," , "'.encode(),  # 13: no operator at all
    ]
    write(source, b"\r\n".join(lines))
    words = ("batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal, "--json")
    ended = await run(*words, env=env)
    assert ended.code == 1
    assert ended.last["verdicts"]["succeeded"] == 3
    assert ended.last["verdicts"]["failed"] == 7
    for line in (5, 6, 7, 8, 10, 11, 13):
        assert f"campaigns.csv: line {line}: " in ended.err
    assert "put a cell that holds a comma in quotes" in ended.err
    ledger = {entry.target: entry.params for entry in sandbox.ledger.entries}
    assert set(ledger) == {a, b, c}
    again = await run(*words, env=env)
    assert again.last == ended.last


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("campaign,mnos\nX,TMO\n", "has no column 'id'"),
        ("id,operators\nX,TMO\n", "has an unknown column 'operators'"),
        ("id;mnos\nX;TMO\n", "has no column 'id'"),
        ("id,id\nX,Y\n", "names a column twice"),
        ("", "has no header"),
        ("id\n", "no rows"),
    ],
)
def test_a_bad_header_says_what_is_expected(
    offline: Main, source: Path, journal: Path, header: str, says: str
) -> None:
    source.write_text(header)
    ended = offline("batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal)
    assert ended.code == 2
    assert says in ended.err
    if says != "no rows":
        assert "line 1 must be the header: id, and if wanted mnos" in ended.err
        assert not journal.exists()


def test_a_missing_input_is_a_usage_error(offline: Main, source: Path, journal: Path) -> None:
    ended = offline("batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal)
    assert ended.code == 2
    assert "cannot be read: No such file or directory" in ended.err


@pytest.mark.anyio
async def test_a_campaign_that_stands_there_twice(
    sandbox: Sandbox, env: dict[str, str], source: Path, journal: Path
) -> None:
    [target] = sandbox.sinch.seed(1, reject_share=0, settle_seconds=FAST)
    words = ("batch", "run", "sinch", "resubmit", "--input", source, "--journal", journal)
    write(source, f"id,mnos\n{target},TMO\n{target},ATT\n".encode())
    refused = await run(*words, env=env)
    assert refused.code == 2
    assert "twice with different parameters" in refused.err
    write(source, f"id,mnos\n{target},TMO\n{target},tmo\n".encode())
    ended = await run(*words, env=env)
    assert ended.code == 0
    assert "1 rows repeat an earlier one" in ended.err
    assert sandbox.ledger.counts() == {target: 1}


_opened: list[str] | None = None


def _note_opens(event: str, args: tuple[object, ...]) -> None:
    if event == "open" and _opened is not None:
        _opened.append(str(args[0]))


sys.addaudithook(_note_opens)  # for good: Python cannot remove one


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Paths of all files that are opened during the test."""
    global _opened
    _opened = []
    yield _opened
    _opened = None


@pytest.mark.anyio
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
async def test_a_file_is_opened_once_and_each_row_checked_once(
    sandbox: Sandbox,
    env: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    opened: list[str],
    suffix: str,
) -> None:
    drafts = [{**SINCH, "campaign_name": f"Harbor Lane {number}"} for number in range(4)]
    source, journal = tmp_path / f"drafts.{suffix}", tmp_path / "drafts.db"
    if suffix == "csv":
        with source.open("w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, list(text_cells(SINCH)))
            rows.writeheader()
            rows.writerows(map(text_cells, drafts))
    else:
        source.write_text("\n".join(map(json.dumps, drafts)))
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    calls: Counter[str] = Counter()
    for name in ("check", "prepare"):
        monkeypatch.setattr(SinchBackend, name, counted(getattr(SinchBackend, name), name, calls))
    job = Job(
        provider="sinch", verb="create", journal=journal, input=source, wait_seconds=0, accept_advice=True
    )
    del opened[:]
    await carry_out(job)
    assert opened.count(str(source)) == 1
    assert calls["check"] == len(drafts)
    # Each row: one check, two looks at its mark at the input and two for its claim, and the write itself.
    assert calls["prepare"] == 6 * len(drafts)
    assert len(sandbox.ledger.entries) == len(drafts)


def counted(function: Callable[..., Any], name: str, calls: Counter[str]) -> Callable[..., Any]:
    def wrapped(*args: Any, **options: Any) -> Any:
        calls[name] += 1
        return function(*args, **options)

    return wrapped
