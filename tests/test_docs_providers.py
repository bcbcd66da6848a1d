"""The pages about providers, held to the code: their examples and commands run, and their tables are the rules."""

from __future__ import annotations

import ast
import asyncio
import csv
import importlib.util
import inspect
import json
import os
import re
import shlex
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import attrs
import pytest
from aiohttp import web
from anyio.from_thread import start_blocking_portal

import campaign_reg
from campaign_reg import Poller, registry
from campaign_reg.cli import main as campaign_reg_command
from campaign_reg.enums import Verb
from campaign_reg.models.finding import Severity
from campaign_reg.protocol.config import ProviderConfig
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.providers.registry import _BUILT_IN
from campaign_reg.sandbox import Sandbox
from campaign_reg.sandbox.fault_actions import MODIFIERS
from campaign_reg.sandbox.sender_id.policies import PLAIN
from campaign_reg.settings import environment_prefix
from tests.support.pages import DOCS, EXAMPLES, README, ROOT, blocks

QUICK = {
    "settle_seconds": "0.5",
    "poll_first_seconds": "0.05",
    "poll_factor": "1.2",
    "poll_max_seconds": "0.2",
}
HOWTO = DOCS / "howto"
DRAFT = {
    "policy_id": PLAIN,
    "request_details": [
        {
            "additional_details": [{"companyName": "Harbor Lane Supply"}],
            "sender_id_details": [{"senderId": "HARBOR"}],
        }
    ],
}
_CODE = re.compile(r"`([^`]+)`")


# Examples and commands.


@pytest.fixture
async def sandbox(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        lead_to(running, monkeypatch)
        yield running


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The vendors in a thread of their own, for commands that run in this one."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Sandbox()) as running:
        lead_to(running, monkeypatch)
        yield running


def lead_to(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that lead to the sandbox, and none of the developer's own."""
    for name in set(os.environ) - {"CAMPAIGN_REG_STATE_DIR"}:
        if name.startswith("CAMPAIGN_REG_"):
            monkeypatch.delenv(name)
    sandbox.clock.speed = 20
    for provider in sandbox.vendors:
        for name, value in (sandbox.settings(provider) | QUICK).items():
            text = value if isinstance(value, str) else ",".join(value)
            monkeypatch.setenv(environment_prefix(provider) + name.upper(), text)


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{Path(name).stem}", EXAMPLES / name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def play(sandbox: Sandbox, name: str, *args: object) -> Any:
    """Run an example's `main` in this process: the vendors are those of the environment."""
    assert sandbox.url
    return await asyncio.wait_for(load(name).main(*args), 30)


@pytest.mark.anyio
async def test_create_from_file(sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        code = await play(sandbox, "create_from_file.py", tmp_path / "c.db", EXAMPLES / "campaigns.jsonl")
        out = capsys.readouterr().out
        assert code == 0
        assert sorted(line.partition(",")[0] for line in out.splitlines()) == [
            "order updates: succeeded",
            "refunds: succeeded",
        ]
    assert sorted(sandbox.ledger.counts("createCampaign").values()) == [1, 1]


@pytest.mark.anyio
async def test_create_from_file_says_what_would_be_refused(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "short.jsonl"
    first, *_ = (EXAMPLES / "campaigns.jsonl").read_text(encoding="utf-8").splitlines()
    file.write_text(first.replace('"BHL7Q2X"', '"01k5vgav26gt4gh3nfn9bvtxp8"'))
    assert await play(sandbox, "create_from_file.py", tmp_path / "c.db", file) == 2
    assert not sandbox.stats.requests
    assert "error: brand_id" in capsys.readouterr().out


@pytest.mark.anyio
async def test_create_from_file_takes_a_line_separator_for_text(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "separator.jsonl"
    first, *_ = (EXAMPLES / "campaigns.jsonl").read_text(encoding="utf-8").splitlines()
    draft = json.loads(first)
    draft["description"] += "\u2028Second line.\x85"
    file.write_text(json.dumps(draft, ensure_ascii=False) + "\r\n", encoding="utf-8", newline="")
    assert await play(sandbox, "create_from_file.py", tmp_path / "c.db", file) == 0
    [created] = [entry for entry in sandbox.ledger.entries if entry.operation == "createCampaign"]
    assert created.params["description"] == draft["description"]


@pytest.mark.anyio
async def test_renew_paused(sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = sandbox.rcs.seed(3)
    sandbox.rcs.seed(2, status="done")
    assert await play(sandbox, "renew_paused.py", tmp_path / "r.db") == 0
    assert "3 campaigns are paused" in capsys.readouterr().out
    assert sandbox.ledger.counts("renewCampaign") == dict.fromkeys(ids, 1)


@pytest.mark.anyio
async def test_approve_many(sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, _ = sandbox.responsys.seed(3)
    file = tmp_path / "decisions.csv"
    file.write_text(f"id,status\n{first},APPROVED\n{second},REJECTED\n")
    await play(sandbox, "approve_many.py", tmp_path / "a.db", file)
    assert "1 campaigns still wait" in capsys.readouterr().out
    states = [sandbox.responsys.campaigns[name]["approvalStatus"] for name in (first, second)]
    assert states == ["APPROVED", "REJECTED"]


@pytest.mark.anyio
async def test_approve_many_sends_nothing_of_a_file_with_an_open_quote(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    first, second = sandbox.responsys.seed(2)
    file = tmp_path / "decisions.csv"
    file.write_text(f'id,status,note\n{first},APPROVED,fine\n{second},APPROVED,"never closed\n')
    with pytest.raises(csv.Error, match="unexpected end of data"):
        await play(sandbox, "approve_many.py", tmp_path / "a.db", file)
    assert not sandbox.ledger.entries


@pytest.mark.anyio
async def test_attachments(sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [registration] = sandbox.senderid.seed(1, status="PENDING_ATTACHMENTS")
    file = tmp_path / "letter.pdf"
    file.write_bytes(b"%PDF-1.7 made up")
    await play(sandbox, "attachments.py", registration, file, tmp_path, 0.05)
    assert "letter.pdf: COMPLETED" in capsys.readouterr().out
    assert (tmp_path / "copy.pdf").read_bytes() == file.read_bytes()
    assert (tmp_path / "form.pdf").stat().st_size > 0


@pytest.mark.anyio
async def test_register_sender(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox.senderid.register.reject_share = 0
    await play(sandbox, "register_sender.py", "AU", "HARBOR")
    [made] = sandbox.ledger.counts("createRegistration")
    assert f"{made}: " in capsys.readouterr().out


@pytest.mark.anyio
@pytest.mark.parametrize("lost", [False, True])
async def test_send_rcs(sandbox: Sandbox, capsys: pytest.CaptureFixture[str], lost: bool) -> None:
    if lost:
        sandbox.faults.add("drop_after", "createRcsCampaign")
    await play(sandbox, "send_rcs.py", "acme_agent", ["12025550123", "12025550124"])
    evidence = "observed" if lost else "acknowledged"
    assert f"succeeded ({evidence})" in capsys.readouterr().out
    assert list(sandbox.ledger.counts("createRcsCampaign").values()) == [1]


@pytest.mark.anyio
async def test_responsys_campaign(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    await play(sandbox, "responsys_campaign.py", "Harbor Lane Spring")
    out = capsys.readouterr().out.splitlines()
    assert [line.partition(" (")[0] for line in out[:3]] == [
        "create: succeeded",
        "update: succeeded",
        "approve: succeeded",
    ]
    assert out[3] == "NEEDS_APPROVAL"


@pytest.mark.anyio
@pytest.mark.parametrize("lost", [False, True])
async def test_register_brand(sandbox: Sandbox, capsys: pytest.CaptureFixture[str], lost: bool) -> None:
    if lost:
        sandbox.faults.add("drop_after", "createBrand")
    await play(sandbox, "register_brand.py", "Harbor Lane Supply", 0.05)
    [made] = sandbox.ledger.counts("createBrand")
    assert (
        f"no answer; brands of this name: ['{made}']" if lost else f"{made} is "
    ) in capsys.readouterr().out


@pytest.mark.anyio
async def test_callbacks(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "7d0c1e1b6a2f4c55"
    monkeypatch.setenv("RCS_CALLBACK_SECRET", secret)
    [registration] = sandbox.senderid.seed(
        1, status="IN_QUEUE", reject_share=0, pending_share=0, hold_share=0
    )
    sandbox.clock.advance(60)
    [campaign] = sandbox.rcs.seed(1, status="done")
    [message, *_] = sandbox.rcs.message_ids(campaign)
    signed, body = sandbox.senderid.callbacks(registration)[0], sandbox.rcs.callback_body(message)
    is_json = {"Content-Type": "application/json"}
    forged = {**signed.headers, "X-Sinch-Signature": "0" * 40}
    posts: list[tuple[str, Mapping[str, str], bytes, int]] = [
        ("/callbacks/sender-id", signed.headers, signed.body, 200),
        ("/callbacks/sender-id", forged, signed.body, 401),
        (f"/callbacks/rcs/{secret}", is_json, body, 200),
        (f"/callbacks/rcs/{secret}", is_json, body.replace(str(message).encode(), b"99999999"), 200),
        ("/callbacks/rcs/somebody-elses-guess", is_json, body, 404),
    ]
    runner = web.AppRunner(load("callbacks.py").make_app())
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        out = ""
        async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
            for path, headers, content, status in posts:
                async with session.post(path, headers=headers, data=content) as answer:
                    assert answer.status == status, path
            async with asyncio.timeout(10):
                while len(out.splitlines()) < 2:
                    await asyncio.sleep(0.02)
                    out += capsys.readouterr().out
    finally:
        await runner.cleanup()
    assert f"{registration} is APPROVED" in out
    assert f"message {message} of campaign {campaign} is " in out


@pytest.mark.anyio
@pytest.mark.parametrize("provider", ["sinch-senderid", "rcs"])
async def test_a_hint_hurries_a_poller_up(sandbox: Sandbox, provider: str) -> None:
    """The two blocks on the page about callbacks."""
    of_sender_ids, of_rcs = blocks(HOWTO / "receive-callbacks.md", "python")
    connect: Any = campaign_reg.connect
    async with connect(provider, poll_first_seconds=3600) as backend, Poller(backend) as poller:
        if provider == "rcs":
            [target] = sandbox.rcs.seed(1, pause_again_share=0)
            action, block = await backend.renew(target), of_rcs
            [message, *_] = sandbox.rcs.message_ids(target)
            headers, body = {"Content-Type": "application/json"}, sandbox.rcs.callback_body(message)
            event = backend.parse_callback(headers, body, secret="s" * 16, presented="s" * 16)
        else:
            draft = backend.params("create", {**DRAFT, "callback_url": "https://hooks.harborlane.example/"})
            action, block = await backend.create(draft), of_sender_ids
            sandbox.clock.advance(60)
            told, target = sandbox.senderid.callbacks(action.target)[0], action.target
            event = backend.parse_callback(told.headers, told.body, secret=sandbox.senderid.secret)
        sandbox.clock.advance(60)
        first = asyncio.ensure_future(anext(poller.watch([action])))
        await asyncio.sleep(0.05)
        code = compile(block, "receive-callbacks.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        running = eval(code, {"poller": poller, "rcs": backend, "event": event})
        if running is not None:
            await running
        assert (await asyncio.wait_for(first, 5)).target == target


@pytest.mark.anyio
async def test_tests_of_users(sandbox: Sandbox) -> None:
    """Their fixture is our sandbox; each has one of its own."""
    assert sandbox.url
    for name, test in vars(load("test_vendors.py")).items():
        if name.startswith("test_"):
            async with Sandbox() as fresh:
                await test(fresh)


@pytest.mark.anyio
async def test_a_vendor_of_a_user() -> None:
    await vars(load("test_own_vendor.py"))["test_renewal"]()


@pytest.mark.anyio
async def test_the_test_on_the_page(sandbox: Sandbox) -> None:
    names: dict[str, Any] = {}
    exec(next(blocks(HOWTO / "test-your-code.md", "python")), names)
    await names["test_resubmit"](sandbox)


PAGES_WITH_COMMANDS = ["create-from-a-file", "renew-paused", "approve-many"]


@pytest.mark.parametrize("page", PAGES_WITH_COMMANDS)
def test_commands_on_pages_run(
    vendors: Sandbox, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("campaigns.jsonl").write_bytes((EXAMPLES / "campaigns.jsonl").read_bytes())
    vendors.rcs.seed(3, pause_again_share=0, stop_share=0)
    Path("decisions.csv").write_text(
        "".join(["id,status\n", *(f"{id},\n" for id in vendors.responsys.seed(2))])
    )
    for line in "".join(blocks(HOWTO / f"{page}.md", "sh")).splitlines():
        words = shlex.split(line)
        with monkeypatch.context() as patch:
            while "=" in words[0]:
                name, _, value = words.pop(0).partition("=")
                patch.setenv(name, value)
            assert words.pop(0) == "campaign-reg"
            assert campaign_reg_command(words) == 0, line
    assert set(vendors.ledger.counts().values()) == {1}


# Tables.


def tables(page: Path, after: str = "") -> list[dict[str, str]]:
    """Rows of the first table of a page after some text, by the names of its columns."""
    text = page.read_text(encoding="utf-8").partition(after)[2] if after else page.read_text(encoding="utf-8")
    lines = text[text.index("\n|") + 1 :].split("\n\n")[0].splitlines()
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [dict(zip(head, row, strict=True)) for row in rows]


def page_of(provider: str) -> Path:
    return DOCS / "providers" / f"{provider}.md"


def rules() -> Iterator[tuple[str, VerbRule]]:
    for provider in _BUILT_IN:
        backend: Any = registry.load(provider).backend
        for rule in backend.rules.values():
            yield provider, rule


def words_in(cell: str) -> set[str]:
    return set(_CODE.findall(cell))


def test_the_proofs_are_the_rules() -> None:
    rows = tables(DOCS / "explanation" / "never-pays-twice.md", "<!-- proofs")
    told = {(row["provider"], row["verb"]): row for row in rows}
    assert len(told) == len(rows)
    assert set(told) == {(provider, rule.verb.value) for provider, rule in rules()}
    for provider, rule in rules():
        row = told[provider, rule.verb.value]
        again = "once, on proof" if rule.resendable else "never"
        if rule.resend_within_seconds is not None:
            again += f", within {rule.resend_within_seconds:.0f} s"
        assert row["sent again"] == again, row
        unsent = row["nothing is sent if"]
        assert words_in(unsent) == (rule.allowed or frozenset()) | rule.ended, row
        assert ("an action is under way" in unsent) is bool(rule.busy), row
        assert ("as wanted" in unsent) is (rule.wanted is not None), row
        assert ("there" in unsent or "taken" in unsent) is rule.creates, row


def test_the_small_matrix_is_true() -> None:
    verbs = {(provider, rule.verb.value) for provider, rule in rules()}
    rows = tables(README, "a verdict for each campaign")
    told = {(row["provider"].strip("`"), verb) for row in rows for verb in row if row[verb] == "yes"}
    assert told == verbs
    assert set(rows[0]) - {"provider", "what it is"} == {verb for _, verb in verbs}


@pytest.mark.parametrize("provider", _BUILT_IN)
def test_the_words_that_end_a_verb_are_the_rules(provider: str) -> None:
    columns = {
        "under way": "in_progress",
        "succeeded": "succeeded",
        "failed": "failed",
        "a person must act": "action_required",
    }
    text = page_of(provider).read_text(encoding="utf-8")
    rows = {row["verb"]: row for row in tables(page_of(provider), text.partition("\n| verb | under way")[0])}
    assert set(rows) == {rule.verb.value for name, rule in rules() if name == provider}
    for _, rule in (found for found in rules() if found[0] == provider):
        for column, name in columns.items():
            expected = getattr(rule, name) - {"stored"}  # ours, for a campaign that can be read at all
            assert words_in(rows[rule.verb.value].get(column, "")) == expected, (rule.verb, column)


@pytest.mark.parametrize("provider", _BUILT_IN)
def test_every_setting_is_on_the_providers_page(provider: str) -> None:
    told = {row["setting"].strip("`"): row["default"] for row in tables(page_of(provider), "## Settings")}
    shared = {field.name for field in attrs.fields(ProviderConfig)}
    own = [field for field in attrs.fields(registry.load(provider).config) if field.name not in shared]
    assert set(told) == {field.name for field in own}
    for field in own:
        default: Any = field.default
        if default is attrs.NOTHING:
            assert told[field.name] == "required"
        elif default is None:
            assert told[field.name] == "none"
        elif isinstance(default, str | tuple):
            assert words_in(told[field.name]) == ({default} if isinstance(default, str) else set(default))


@pytest.mark.parametrize("provider", _BUILT_IN)
def test_every_write_that_is_no_verb_says_what_to_read(provider: str) -> None:
    """Those whose docstring speaks of a lost answer are on the page."""
    backend: Any = registry.load(provider).backend
    rows = tables(page_of(provider), "## Writes that are not verbs")
    told = {word for row in rows for word in words_in(row["method"])}
    verbs = {verb.value for verb in Verb}
    found = {
        prefix + name
        for prefix, kind in _rooms(provider, backend)
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") and "OutcomeUnknownError" in (method.__doc__ or "")
    }
    assert told == {name for name in found if name not in verbs | {"perform", "send"}}


def _rooms(provider: str, backend: Any) -> Iterator[tuple[str, Any]]:
    yield "", backend
    if provider == "sinch":
        from campaign_reg.providers.sinch.ten_dlc.brands import Brands
        from campaign_reg.providers.sinch.ten_dlc.toll_free import TollFree

        yield from (("brands.", Brands), ("toll_free.", TollFree))


@pytest.mark.parametrize("provider", _BUILT_IN)
def test_every_rule_of_lint_is_on_the_page(provider: str) -> None:
    folder = ROOT / "campaign_reg" / "providers" / _folder(provider)
    told: dict[str, set[str]] = {}
    for row in tables(page_of(provider), "## Lint"):
        for code in words_in(row["code"]):
            told[code] = set(row["severity"].split(", "))
    assert {severity for severities in told.values() for severity in severities} <= set(Severity)
    texts = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    made = set(re.findall(r"(?:_error|_advice|_Expected)\(\s*\"([\w.-]+)\"|code=\"([\w.-]+)\"", texts))
    codes = {first or second for first, second in made}
    if provider == "sinch":
        codes |= {"age-gated", "direct-lending", "affiliate-marketing"}  # after the flags
    assert set(told) == codes


def _folder(provider: str) -> str:
    return {"sinch": "sinch/ten_dlc", "sinch-senderid": "sinch/sender_id"}.get(provider, provider)


def test_every_fault_is_on_the_page() -> None:
    rows = tables(HOWTO / "test-your-code.md", "sandbox.faults.profile")
    assert {word for row in rows for word in words_in(row["faults"])} == {
        *Sandbox().faults.actions,
        *MODIFIERS,
    }


def test_every_seed_is_on_the_page() -> None:
    vendors = Sandbox().vendors
    rows = tables(HOWTO / "test-your-code.md", "## The vendors")
    assert {row["provider"].strip("`") for row in rows} == set(vendors)
    for row in rows:
        given = row["campaigns that are there before"]
        vendor = vendors[row["provider"].strip("`")]
        takes = set(inspect.signature(vendor.seed).parameters) - {"seed"}
        assert set(re.findall(r"(\w+)(?==|\b,)", given.replace("seed(count", "count"))) == takes


def test_the_map_is_the_tree() -> None:
    """Rooms and modules of the map are there, and those of the inner rooms are all on it."""
    shown = next(iter(blocks(DOCS / "explanation" / "architecture.md", "text")))
    package, path, told = ROOT / "campaign_reg", [""], set[str]()
    for line in shown.splitlines()[1:]:
        depth, name = (len(line) - len(line.lstrip())) // 2, line.split()[0]
        path = [*path[:depth], name.rstrip("/")]
        place = "/".join(path[1:])
        assert (package / place).exists(), place
        told.add(place)
    for room in ("", "wire", "transport", "protocol", "batch", "journal", "polling"):
        there = {str(module.relative_to(package)) for module in (package / room).glob("*.py")}
        assert {module for module in there if not module.endswith("/__init__.py")} <= told
    rooms = {str(init.parent.relative_to(package)) for init in package.rglob("__init__.py")} - {"."}
    assert rooms <= told
