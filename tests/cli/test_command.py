from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from campaign_reg.cli.exit_codes import Exit, exit_of_verdicts, worst
from campaign_reg.cli.output import safe
from campaign_reg.enums import Verdict
from tests.support.command import end, environment, run, start

if TYPE_CHECKING:
    from tests.cli.conftest import Main


@pytest.mark.parametrize("words", [("--help",), ("batch", "run", "--help"), ("demo", "--help"), ()])
def test_help_lists_the_exit_codes(offline: Main, words: tuple[str, ...]) -> None:
    ended = offline(*words)
    assert ended.code == 0
    assert "5  the journal is in use, or not ours" in ended.out
    assert "4  stopped, and can be resumed" in ended.out


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom campaign_reg.cli import main\n"
        "assert 'rich' not in sys.modules\nmain(['--help'])\n"
        "print(sorted({'aiohttp', 'campaign_reg.batch.batch', 'campaign_reg.connection'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


def test_without_the_extra_it_says_what_to_install() -> None:
    program = (
        "import importlib.util, sys\nimport campaign_reg.cli as cli\n"
        "cli.find_spec = lambda name: None\nsys.exit(cli.main([]))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr == "campaign-reg needs two more packages: pip install 'campaign_reg[cli]'\n"


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("batch", "run", "sinch"),
        ("batch", "run", "sinch", "resubmit", "--input", "x", "--journal", "y", "--fee", "-1"),
        ("batch", "run", "sinch", "resubmit", "--input", "x", "--journal", "y", "--in-flight", "0"),
        ("batch", "resume", "missing.db"),
        ("demo", "--campaigns", "0"),
        ("get", "sinch", "X", "--colour"),
    ],
)
def test_wrong_usage_is_one_line_and_2(offline: Main, words: tuple[str, ...]) -> None:
    ended = offline(*words)
    assert ended.code == 2
    assert ended.err.startswith("campaign-reg: ")
    assert len(ended.err.splitlines()) == 1


def test_a_command_of_a_test_keeps_its_claims_where_the_test_does(tmp_path: Path) -> None:
    """Or it would write into the developer's own state."""
    folder = Path(environment()["CAMPAIGN_REG_STATE_DIR"])
    assert folder == Path(os.environ["CAMPAIGN_REG_STATE_DIR"])
    assert tmp_path.parent in folder.parents
    assert not folder.exists(), "each test has a state of its own"


@pytest.mark.anyio
async def test_missing_credentials_are_named(tmp_path: Path) -> None:
    ended = await run("get", "sinch", "X", env=environment(), folder=tmp_path)
    assert ended.code == 2
    assert "CAMPAIGN_REG_SINCH_KEY_SECRET" in ended.err


def test_a_verb_that_the_provider_lacks(offline: Main, source: Path, journal: Path) -> None:
    source.write_text("id\nX\n")
    ended = offline("batch", "run", "sinch", "renew", "--input", source, "--journal", journal)
    assert ended.code == 2
    assert "sinch has no verb 'renew'" in ended.err


@pytest.mark.anyio
async def test_the_sandbox_serves_until_ctrl_c(tmp_path: Path) -> None:
    process = await start("sandbox", "--port", "0", "--campaigns", "2", "--faults", "demo", env=environment())
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode() for _ in range(22)]
    exports = dict(
        shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in lines if "export" in line
    )
    gets = [line.split("campaign-reg ")[1] for line in lines if "campaign-reg get" in line]
    assert [get.split()[1] for get in gets] == ["sinch", "sinch-senderid", "rcs", "responsys"]
    ended = await run(*shlex.split(gets[-1]), env=environment() | exports, folder=tmp_path)
    assert ended.code == 0, ended.err
    process.send_signal(signal.SIGINT)
    assert (await end(process)).code == 0


@pytest.mark.anyio
async def test_the_sandbox_tells_programs_everything_at_once() -> None:
    process = await start("sandbox", "--port", "0", "--campaigns", "2", "--json", env=environment())
    assert process.stdout is not None
    told = json.loads(await process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    assert (await end(process)).code == 0
    assert {name: len(ids) for name, ids in told["campaigns"].items()} == dict.fromkeys(
        ("sinch", "sinch-senderid", "rcs", "responsys"), 2
    )
    assert (
        told["rcs"]["base_url"] == told["sinch"]["auth_url"] == told["responsys"]["login_url"] == told["url"]
    )


def test_of_several_exit_codes_the_worst_counts() -> None:
    assert worst([Exit.FAILED, Exit.UNKNOWN, Exit.DONE]) is Exit.UNKNOWN
    assert worst([Exit.STOPPED, Exit.USAGE]) is Exit.USAGE
    assert worst([Exit.STOPPED, Exit.JOURNAL, Exit.USAGE]) is Exit.JOURNAL
    assert worst([]) is Exit.DONE
    assert exit_of_verdicts({Verdict.SUCCEEDED: 3, Verdict.SKIPPED: 1}) is Exit.DONE
    assert exit_of_verdicts({Verdict.ACTION_REQUIRED: 1}) is Exit.FAILED
    assert exit_of_verdicts({Verdict.UNKNOWN: 1, Verdict.FAILED: 5}) is Exit.UNKNOWN
    assert exit_of_verdicts({Verdict.UNKNOWN: 1}, still_open=1) is Exit.STOPPED


@pytest.mark.fault(76)
def test_text_of_others_is_made_harmless() -> None:
    assert safe("a\nb\tc") == "a b c"
    assert safe("\x1b[31mred\x07\x9b") == "\\x1b[31mred\\x07\\x9b"
    assert safe("zero\u200bwidth \ud800") == "zero\\u200bwidth \\ud800"
    assert safe("Grüße, 東京") == "Grüße, 東京"
