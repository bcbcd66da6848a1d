"""The documentation, held to the code: examples run, commands and links exist, the matrix and the names are true."""

from __future__ import annotations

import ast
import asyncio
import importlib
import os
import re
import shlex
import socket
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import attrs
import pytest

import campaign_reg
from campaign_reg import Verb, registry
from campaign_reg.cli import main as campaign_reg_command
from campaign_reg.cli.app import app
from campaign_reg.protocol.config import ProviderConfig
from campaign_reg.providers.registry import _BUILT_IN, verbs_of
from campaign_reg.sandbox import Sandbox
from campaign_reg.settings import FILE_VARIABLE, environment_prefix
from tests.support.pages import _FENCE, DOCS, EXAMPLES, README, ROOT, blocks

PAGES = [README, *sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)]

PUBLIC_MODULES = [
    "campaign_reg",
    "campaign_reg.rcs",
    "campaign_reg.responsys",
    "campaign_reg.sender_id",
    "campaign_reg.sinch",
]

DEMO = "python3 -m venv .venv && .venv/bin/pip install --quiet -e '.[cli]' && .venv/bin/campaign-reg demo"
TESTS = (
    "python3 -m venv --upgrade-deps .venv && .venv/bin/pip install --quiet -e '.[all]' --group test && "
    ".venv/bin/python -m pytest -n auto"
)
QUICK = {
    "SETTLE_SECONDS": "1",
    "POLL_FIRST_SECONDS": "0.2",
    "POLL_FACTOR": "1.2",
    "POLL_MAX_SECONDS": "0.5",
}
_INLINE = re.compile(r"`(campaign-reg(?: [^`]*)?)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_WORD = re.compile(r"[a-z][a-z-]*")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


# Examples.


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(seed=20260711) as running:  # ids of its own: other tests leave batches open
        yield running


def environment(sandbox: Sandbox) -> dict[str, str]:
    """Settings that lead to the sandbox, and none of the developer's own."""
    prefix = environment_prefix("sinch")
    foreign = (prefix, FILE_VARIABLE)
    others = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    settings = {key.upper(): value for key, value in sandbox.settings("sinch").items()}
    return others | {prefix + key: value for key, value in (settings | QUICK).items()}


def seed(sandbox: Sandbox, count: int) -> list[str]:
    return sandbox.sinch.seed(count, reject_share=0, downgrade_share=0, settle_seconds=(0.3, 0.6))


async def start(sandbox: Sandbox, script: str, *args: object) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", str(EXAMPLES / script), *map(str, args),
        env=environment(sandbox), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


async def run(sandbox: Sandbox, script: str, *args: object) -> str:
    """What an example prints; it must end well and complain about nothing."""
    process = await start(sandbox, script, *args)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert err.decode() == ""
    assert process.returncode == 0
    return out.decode()


@pytest.mark.anyio
async def test_resubmit_one(sandbox: Sandbox) -> None:
    [campaign] = seed(sandbox, 1)
    assert f"{campaign}: succeeded (acknowledged)" in await run(sandbox, "resubmit_one.py", campaign)
    assert sandbox.ledger.counts("resubmitCampaign") == {campaign: 1}


@pytest.mark.anyio
async def test_resubmit_one_without_an_answer(sandbox: Sandbox) -> None:
    [campaign] = seed(sandbox, 1)
    sandbox.faults.add("drop_after", "resubmitCampaign")
    out = await run(sandbox, "resubmit_one.py", campaign)
    assert "do not send it again" in out
    assert f"{campaign}: succeeded (observed)" in out
    assert sandbox.ledger.counts("resubmitCampaign") == {campaign: 1}


@pytest.mark.anyio
async def test_timeout(sandbox: Sandbox) -> None:
    [campaign] = seed(sandbox, 1)
    sandbox.faults.add("slow", "resubmitCampaign", delay_seconds=60)
    out = await run(sandbox, "timeout.py", campaign)
    assert "no answer in time" in out
    assert f"{campaign}: succeeded" in out
    assert sandbox.ledger.counts("resubmitCampaign") == {campaign: 1}


@pytest.mark.anyio
async def test_batch(sandbox: Sandbox, tmp_path: Path) -> None:
    ids = seed(sandbox, 5)
    out = await run(sandbox, "batch.py", tmp_path / "spring.db", *ids)
    assert "5 to send, 0 to skip, 0 under way, 0 ended" in out
    assert "5 of 5 succeeded, 0 are open" in out
    again = await run(sandbox, "batch.py", tmp_path / "spring.db", *ids)
    assert "0 to send, 0 to skip, 0 under way, 5 ended" in again
    assert sandbox.ledger.counts("resubmitCampaign") == dict.fromkeys(ids, 1)


@pytest.mark.anyio
async def test_poll_many(sandbox: Sandbox) -> None:
    ids = seed(sandbox, 4)
    lines = (await run(sandbox, "poll_many.py", *ids)).splitlines()
    assert sorted(line.split(",")[0] for line in lines) == sorted(f"{target}: succeeded" for target in ids)


@pytest.mark.anyio
async def test_listing(sandbox: Sandbox, tmp_path: Path) -> None:
    ids, file = seed(sandbox, 230), tmp_path / "cursor"
    out = await run(sandbox, "listing.py", file)
    assert [line.split()[0] for line in out.splitlines()] == ids
    assert file.read_text() == ""
    async with campaign_reg.connect("sinch", **_settings(sandbox)) as sinch:
        async for page in sinch.list(status=["ACTIVE"], page_size=100).pages():
            file.write_text(page.next_cursor or "")
            break
    out = await run(sandbox, "listing.py", file)
    assert [line.split()[0] for line in out.splitlines()] == ids[100:]


def _settings(sandbox: Sandbox) -> Any:
    return sandbox.settings("sinch")


@pytest.mark.anyio
async def test_web_service(sandbox: Sandbox) -> None:
    [campaign] = seed(sandbox, 1)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await start(sandbox, "webservice.py", port)
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            sent = await _post_until_up(session, f"/campaigns/{campaign}/resubmit")
            assert sent["sent"] == "yes"
            found: dict[str, Any] = {"verdict": None, "token": sent["token"]}
            async with asyncio.timeout(30):
                while found["verdict"] is None:
                    await asyncio.sleep(0.2)
                    async with session.get(f"/actions/{found['token']}") as answer:
                        found = await answer.json()
            assert (found["verdict"], found["evidence"]) == ("succeeded", "acknowledged")
            async with session.post("/campaigns/01k5vgav26gt4gh3nfn9bvtxp8/resubmit") as answer:
                assert answer.status == 404
    finally:
        process.terminate()
        _, err = await asyncio.wait_for(process.communicate(), 30)
    assert err.decode() == ""
    assert sandbox.ledger.counts("resubmitCampaign") == {campaign: 1}


@pytest.mark.anyio
async def test_durable_service(sandbox: Sandbox, tmp_path: Path) -> None:
    """What it has taken survives its end, and is not sent again by the next process."""
    first, second = seed(sandbox, 2)
    for campaign in (first, second):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        process = await start(sandbox, "durable_service.py", port, tmp_path / "service.db")
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
                await _until_up(session)
                for asked in (campaign, first):
                    async with session.put(f"/campaigns/{asked}/resubmission") as answer:
                        assert answer.status == 202
                async with session.put("/campaigns/%20/resubmission") as answer:
                    assert answer.status == 422
                if campaign == first:
                    continue  # it is stopped while the first is under way
                async with asyncio.timeout(30):
                    for asked in (first, second):
                        while (await _get(session, f"/campaigns/{asked}/resubmission"))["verdict"] is None:
                            await asyncio.sleep(0.1)
        finally:
            process.terminate()
            _, err = await asyncio.wait_for(process.communicate(), 30)
        assert err.decode() == ""
    assert sandbox.ledger.counts("resubmitCampaign") == {first: 1, second: 1}


async def _until_up(session: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await _get(session, "/campaigns/none/resubmission")
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.1)
            else:
                return


async def _get(session: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    async with session.get(path) as answer:
        document: dict[str, Any] = await answer.json()
        return document


async def _post_until_up(session: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            try:
                async with session.post(path) as answer:
                    assert answer.status == 202
                    document: dict[str, Any] = await answer.json()
                    return document
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.1)


@pytest.mark.anyio
async def test_tour(sandbox: Sandbox, tmp_path: Path) -> None:
    ids = seed(sandbox, 5)
    out = await run(sandbox, "tour.py", tmp_path / "spring.db", *ids)
    assert "RESUBMIT_SUCCESSFUL" in out
    assert f"{ids[4]} 1 succeeded" in out
    assert sandbox.ledger.counts("resubmitCampaign") == dict.fromkeys(ids, 1)


def test_every_example_is_run_here_and_shown() -> None:
    here = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_docs*.py"))
    shown = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for example in EXAMPLES.glob("*.py"):
        assert f'"{example.name}"' in here, f"{example.name} is not run"
        assert f"examples/{example.name}" in shown, f"{example.name} is not shown"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_code_on_pages_compiles(page: Path) -> None:
    for text in blocks(page, "python"):
        code = f"_ = {{\n{text}\n}}" if text.startswith("Verb.") else text
        compile(code, name(page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


# README.


def test_readme_has_its_two_commands() -> None:
    text = README.read_text(encoding="utf-8")
    assert f"<!-- demo -->\n```sh\n{DEMO}\n```" in text
    assert f"<!-- tests -->\n```sh\n{TESTS}\n```" in text


def test_the_ci_finds_the_test_command() -> None:
    """`.ci/run` extracts it with sed."""
    script = "sed -n '/<!-- tests -->/,/```$/p' README.md | sed -n '/^```sh$/,/^```$/p' | sed '1d;$d'"
    assert script in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    found = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == TESTS


# The verb matrix, and the names.


def matrix() -> dict[str, dict[str, bool]]:
    """Provider to verb to whether the page says that it is there."""
    text = (DOCS / "providers" / "index.md").read_text(encoding="utf-8").partition("<!-- matrix")[2]
    table = re.search(r"^\| verb \|.*?\n\n", text, re.MULTILINE | re.DOTALL)
    assert table is not None
    heading, _, *rows = (
        [cell.strip() for cell in line.strip("|").split("|")] for line in table[0].split("\n") if line
    )
    assert {cell for row in rows for cell in row[1:]} <= {"yes", "-"}
    return {
        provider: {row[0]: row[place] == "yes" for row in rows}
        for place, provider in enumerate(heading)
        if place
    }


def test_the_matrix_has_every_provider_and_verb() -> None:
    assert set(matrix()) == set(_BUILT_IN)
    assert all(list(verbs) == [verb.value for verb in Verb] for verbs in matrix().values())


@pytest.mark.parametrize("provider", _BUILT_IN)
def test_the_matrix_is_true(provider: str) -> None:
    there = verbs_of(registry.load(provider))
    assert there is not None
    assert {verb for verb, has in matrix()[provider].items() if has} == {verb.value for verb in there}


@pytest.mark.parametrize("provider", _BUILT_IN)
def test_every_provider_has_its_page(provider: str) -> None:
    assert (DOCS / "providers" / f"{provider}.md").is_file()


@pytest.mark.parametrize("module", PUBLIC_MODULES)
def test_every_public_name_is_in_the_reference(module: str) -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md"))
    found = set(
        re.findall(
            rf"(?:autoclass|autofunction|autoexception|autodata|py:module):: {module}\.(\w+)\b(?!\.)", text
        )
    )
    exported = set(importlib.import_module(module).__all__)
    elsewhere = set() if module == "campaign_reg" else set(campaign_reg.__all__)
    assert exported - elsewhere - found == set()


def imported_modules(source: str) -> Iterator[str]:
    """Modules of the package that a script imports."""
    for node in ast.walk(ast.parse(textwrap.dedent(source))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def scripts() -> Iterator[tuple[Path, str]]:
    """Every script that readers see, save for those for authors of providers."""
    for page in PAGES:
        if "contributing" not in page.parts:
            yield from ((page, block) for block in blocks(page, "python", "py"))
    for example in sorted(EXAMPLES.glob("*.py")):
        yield example, example.read_text(encoding="utf-8")


def test_docs_and_examples_import_public_modules() -> None:
    public = {*PUBLIC_MODULES, "campaign_reg.registry", "campaign_reg.sandbox"}
    deeper = {
        (name(path), module)
        for path, source in scripts()
        for module in imported_modules(source)
        if module.startswith("campaign_reg") and module not in public
    }
    assert deeper == set()


def test_the_reference_uses_public_paths() -> None:
    """The classes of a running sandbox are its attributes: they are never imported."""
    for page in sorted((DOCS / "reference").glob("*.md")):
        for path in re.findall(r":: (campaign_reg\.[\w.]+)", page.read_text(encoding="utf-8")):
            module = path if path in {*PUBLIC_MODULES, "campaign_reg.registry"} else path.rpartition(".")[0]
            known = {*PUBLIC_MODULES, "campaign_reg.registry", "campaign_reg.errors"}
            assert module in known or page.stem == "sandbox", f"{name(page)}: {path}"


@pytest.mark.parametrize("provider", _BUILT_IN)
def test_every_setting_is_documented(provider: str) -> None:
    text = (DOCS / "howto" / "settings-and-secrets.md").read_text(encoding="utf-8")
    shared = {field.name for field in attrs.fields(ProviderConfig)}
    for field in attrs.fields(registry.load(provider).config):
        prefix = "CAMPAIGN_REG_..._" if field.name in shared else environment_prefix(provider)
        assert f"| `{field.name}` | `{prefix}{field.name.upper()}` |" in text


# Links and commands.


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        other = page if not path else (page.parent / path).resolve()
        assert other.is_file(), f"{name(page)}: {target}"
        assert not anchor or anchor in anchors(other), f"{name(page)}: {target}"


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def typed_commands(page: Path) -> Iterator[list[str]]:
    """Every `campaign-reg` line of a page's shell blocks, without its name."""
    for text in blocks(page, "sh", "console"):
        for line in text.replace("\\\n", " ").splitlines():
            for part in re.split(r"&&|\|", line):
                words = shlex.split(part, comments=True)
                if words and Path(words[0]).name == "campaign-reg":
                    yield words[1:]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_on_pages_parse(page: Path) -> None:
    for words in typed_commands(page):
        if words != ["--help"]:
            app.parse_args(words, print_error=False, exit_on_error=False)


def named_commands() -> dict[tuple[str, ...], set[str]]:
    """Every command that a page names, with the options it is named with."""
    found: dict[tuple[str, ...], set[str]] = {}
    for page in PAGES:
        inline = _INLINE.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
        for words in [*typed_commands(page), *(shlex.split(text)[1:] for text in inline)]:
            known = _known(words)
            options = {word for word in words if word.startswith("--") and word != "--help"}
            found.setdefault(known, set()).update(options)
    return found


def _known(words: list[str]) -> tuple[str, ...]:
    """The command's own words: one, or two after `batch`."""
    plain = [word for word in words if _WORD.fullmatch(word)]
    return tuple(plain[: 2 if plain[:1] == ["batch"] else 1])


@pytest.mark.parametrize("words", sorted(named_commands()), ids=" ".join)
def test_named_commands_exist(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign_reg_command([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Usage: campaign-reg {' '.join(words)}".rstrip() in shown
    for option in named_commands()[words]:
        assert option in shown


def test_every_command_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "command.md").read_text(encoding="utf-8")
    for command in (name for name in app if not name.startswith("-")):
        inner = [inner for inner in app[command] if not inner.startswith("-")]
        for words in [f"{command} {name}" for name in inner] or [command]:
            assert f"| `campaign-reg {words}` |" in text


def test_files_that_the_architecture_names_are_there() -> None:
    page = (DOCS / "explanation" / "architecture.md").read_text(encoding="utf-8")
    table = page.partition("## Where to change what")[2].partition("\n## ")[0]
    package = DOCS.parent / "campaign_reg"
    named = set(re.findall(r"`([\w/]+\.py)`", table))
    assert len(named) > 20
    for name in named:
        pattern = name.replace("providers/x/", "providers/**/")
        assert list(package.glob(pattern)), name
