from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.command import run

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
