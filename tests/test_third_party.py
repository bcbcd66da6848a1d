"""A third party's provider: a distribution of its own, built, installed and used without a change in campaign_reg."""

from __future__ import annotations

import ast
import asyncio
import importlib
import importlib.metadata
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from campaign_reg import Batch, BatchRow, CampaignState, Poller, RowResult, Verb, Verdict, connect, registry
from campaign_reg.enums import Evidence
from campaign_reg.errors import (
    ApiError,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    ConnectError,
    DecodeError,
    HeldBackError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    UnsupportedVerbError,
)
from campaign_reg.protocol.backend import Backend
from campaign_reg.providers.credentials import HeaderAuth
from campaign_reg.providers.registry import load_for
from campaign_reg.providers.sinch.config import SinchConfig
from campaign_reg.sandbox import Sandbox
from tests.support import command
from tests.support import provider_suite as contract
from tests.support.clocks import VirtualClock
from tests.support.stage import Stage
from tests.third_party.acme_server import KEY, WORKSPACE, AcmeServer
from tests.third_party.packages import ACME, copy_of_acme, install
from tests.third_party.stage import APPEAL, AcmeStage

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "contributing" / "adding-a-provider.md"
WHOLE = GUIDE.with_name("example-provider.md")
PRINTED = re.compile(r"```{literalinclude} (\S+)\n:caption: \"`(\S+)`\"\n:language: \w+\n```\n")
SOURCES = sorted(ACME.rglob("*.py"))


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Acme, built and unpacked once."""
    folder = tmp_path_factory.mktemp("acme")
    install(copy_of_acme(folder), folder / "site")
    return folder / "site"


@pytest.fixture
def site(tmp_path: Path, unpacked: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of installed packages; what is imported from it is forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    before = set(sys.modules)
    monkeypatch.chdir(tmp_path)  # away from a developer's campaign-reg.toml
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in set(sys.modules) - before:
        file = Path(getattr(sys.modules[name], "__file__", None) or "/")
        if file.is_relative_to(folder) or file.is_relative_to(unpacked):
            del sys.modules[name]


@pytest.fixture
def installed(site: Path, unpacked: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Acme, installed."""
    monkeypatch.syspath_prepend(str(unpacked))
    return unpacked


@pytest.fixture
async def server() -> AsyncIterator[AcmeServer]:
    async with AcmeServer() as running:
        yield running


@pytest.fixture
def clock() -> VirtualClock:
    """The client's; it moves on when the client has nothing to do but wait."""
    return VirtualClock(grace_seconds=0.01)


@pytest.fixture
async def acme(installed: Path, server: AcmeServer, clock: VirtualClock) -> AsyncIterator[Any]:
    async with opened(clock=clock, **{**server.settings, "settle_seconds": 60}) as backend:
        yield backend


def opened(**settings: Any) -> Any:
    connect_by_name: Any = connect  # type checkers know the settings of built-ins
    return connect_by_name("acme", **settings)


def models() -> Any:
    """What a user imports from the installed distribution."""
    return importlib.import_module("acme_campaigns.models")


async def carried(backend: Any, folder: Path, verb: str, rows: list[BatchRow]) -> dict[str, RowResult]:
    async with Batch.open(folder / f"{verb}.db", backend, verb) as batch:
        await batch.add(rows)
        return {result.id: result async for result in batch.results()}


def endings(results: dict[str, RowResult]) -> dict[str, tuple[str, str, int]]:
    return {
        id: (result.outcome.verdict.value, result.outcome.evidence.value, result.attempts)
        for id, result in results.items()
    }


# The distribution.


def test_it_is_a_distribution_of_its_own(installed: Path) -> None:
    found = importlib.metadata.distribution("acme-campaigns")
    assert (found.version, Path(str(found.locate_file("")))) == ("1.0", installed)
    assert registry.names()[-1] == "acme"
    provider = registry.load("acme")
    assert (provider.name, provider.title) == ("acme", "Acme campaigns")
    assert Path(sys.modules["acme_campaigns"].__file__ or "").is_relative_to(installed)


def imported(path: Path) -> Iterator[str]:
    """Modules that a file imports, those for type checkers too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module or ""


def promised() -> set[str]:
    """Modules that the guide lists; `campaign_reg.models.*` stands for all in it."""
    return set(re.findall(r"^\| `(campaign_reg[\w.]*(?:\.\*)?)` \|", GUIDE.read_text(), re.MULTILINE))


def test_it_imports_what_the_guide_lists_and_nothing_else() -> None:
    foreign = {"attrs", "cattrs", "acme_campaigns"}
    wholes = tuple(name.removesuffix("*") for name in promised() if name.endswith("*"))
    used = {name for path in SOURCES for name in imported(path)}
    ours = {name for name in used if name.partition(".")[0] == "campaign_reg"}
    assert len(ours) > 10
    assert {name for name in ours if name not in promised() and not name.startswith(wholes)} == set()
    others = {name.partition(".")[0] for name in used - ours}
    assert others - foreign - sys.stdlib_module_names == set()


def test_what_the_guide_lists_exists_and_is_used() -> None:
    assert {"campaign_reg", "campaign_reg.registry", "campaign_reg.wire.*"} <= promised()
    for name in promised():
        assert importlib.util.find_spec(name.removesuffix(".*")) is not None


def test_the_guide_shows_every_file() -> None:
    text = GUIDE.read_text()
    for path in [ACME / "pyproject.toml", *SOURCES]:
        assert f"third_party/acme-campaigns/{path.relative_to(ACME)}" in text, f"{path.name} is not shown"


def test_the_example_as_it_is_printed_is_one_that_works(site: Path, tmp_path: Path) -> None:
    """Whoever copies every file from the page into an empty folder has a provider, and a vendor to try it on."""
    project = tmp_path / "stranger"
    for source, name in PRINTED.findall(WHOLE.read_text()):
        file = project / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text((WHOLE.parent / source).read_text())
    assert WHOLE.read_text().count("{literalinclude}") == len(list(project.rglob("*.*")))
    (project / "src" / "acme_campaigns" / "py.typed").touch()
    install(project, site)
    assert registry.load("acme").title == "Acme campaigns"
    command = [sys.executable, "-u", "acme_server.py"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True) as vendor:
        assert vendor.stdout is not None
        assert vendor.stdout.readline() == f"export CAMPAIGN_REG_ACME_WORKSPACE='{WORKSPACE}'\n"
        vendor.terminate()


# Through connect().


class TestConnect:
    async def test_get(self, acme: Any, server: AcmeServer) -> None:
        [ref] = server.seed(sponsor="somebody", status="in-review")
        campaign = await acme.get(ref)
        assert (campaign.id, campaign.provider, campaign.version) == (ref, "acme", "1")
        assert (campaign.state, campaign.vendor_status) == (CampaignState.IN_REVIEW, "in-review")
        assert campaign.extra == {"sponsor": "somebody"}
        assert acme.converter.unstructure(campaign) == server.campaigns[ref]
        with pytest.raises(NotFoundError, match=r"acme\.campaigns\.get answered 404 no-such-campaign"):
            await acme.get("cmp_99")

    async def test_a_word_from_tomorrow(self, acme: Any, server: AcmeServer) -> None:
        [ref] = server.seed(status="on-hold")
        campaign = await acme.get(ref)
        assert (campaign.state, campaign.vendor_status) == (CampaignState.UNKNOWN, "on-hold")

    async def test_list_with_the_cursor_in_a_header(self, acme: Any, server: AcmeServer) -> None:
        refs = server.seed(5)
        server.seed(2, archived=True)
        [paused] = server.seed(status="paused")
        assert [campaign.id async for campaign in acme.list(page_size=2)] == [*refs, paused]
        assert [search["cursor"] for search in server.searches] == [None, "2", "4"]
        assert [campaign.id async for campaign in acme.list(status=["paused", "closed"])] == [paused]
        async for page in acme.list(page_size=4).pages():
            assert (len(page.items), page.next_cursor) == (4, "4")
            break
        rest = [page.items async for page in acme.list(page_size=4).pages(cursor="4")]
        assert [campaign.id for items in rest for campaign in items] == [refs[4], paused]

    async def test_a_search_is_sent_again_although_it_is_a_post(self, acme: Any, server: AcmeServer) -> None:
        [ref] = server.seed()
        server.trouble("search", "", "cut after")
        assert [campaign.id async for campaign in acme.list()] == [ref]

    async def test_an_action_from_start_to_end(self, acme: Any, server: AcmeServer) -> None:
        action = await acme.create(models().CampaignDraft(label="Spring", audience=5000))
        assert (action.done, action.target) == (False, "cmp_1")
        outcome = await action.wait(timeout=10)
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)
        assert server.campaigns["cmp_1"]["audience"] == 5000
        assert re.fullmatch(r"[0-9a-f]{24}", server.campaigns["cmp_1"]["reference"])

    async def test_a_refusal_by_the_reviewers_comes_with_their_reasons(self, acme: Any) -> None:
        outcome = await (await acme.perform("create", None, {"label": "forbidden goods"})).wait(timeout=10)
        assert outcome.verdict is Verdict.FAILED
        assert [(item.field, item.text) for item in outcome.feedback] == [("label", "Names no offer.")]
        assert outcome.feedback[0].raw["reviewer"] == 12

    async def test_a_token_takes_a_lost_renewal_up_in_another_connection(
        self, acme: Any, server: AcmeServer
    ) -> None:
        [ref] = server.seed(status="paused")
        server.trouble("renew", ref, "cut after")
        with pytest.raises(OutcomeUnknownError) as caught:
            await acme.renew(ref)
        assert KEY not in str(caught.value.token)
        async with opened(**server.settings) as another:
            outcome = await another.action(caught.value.token).wait(timeout=10)
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)
        assert outcome.campaign.state is CampaignState.ACTIVE
        assert server.applied("renew") == [ref]
        async with opened(**{**server.settings, "workspace": "elsewhere"}) as foreign:
            with pytest.raises(InvalidInputError, match="belongs to acme account shop 7"):
                foreign.action(caught.value.token)

    async def test_an_approval_is_done_with_its_answer(self, acme: Any, server: AcmeServer) -> None:
        [ref] = server.seed()
        action = await acme.approve(ref, models().SignOff.GRANTED, note="by phone")
        assert (action.done, action.outcome.evidence) == (True, Evidence.ACKNOWLEDGED)
        again = await acme.approve(ref, models().SignOff.GRANTED)
        assert (again.outcome.verdict, again.outcome.reason) == (Verdict.SKIPPED, "already as wanted")
        assert server.ledger == [("sign-off", ref)]

    async def test_what_is_not_paused_is_not_renewed(self, acme: Any, server: AcmeServer) -> None:
        [ref] = server.seed()
        outcome = (await acme.renew(ref)).outcome
        assert (outcome.verdict, server.ledger) == (Verdict.SKIPPED, [])

    @pytest.mark.parametrize("trouble", ["maintenance", "throttled"])
    async def test_known_not_applied_is_sent_again(self, acme: Any, server: AcmeServer, trouble: Any) -> None:
        [ref] = server.seed(status="paused")
        server.trouble("renew", ref, trouble)
        await acme.renew(ref)
        assert server.applied("renew") == [ref]

    async def test_a_refusal_in_the_vendors_words(self, acme: Any, server: AcmeServer) -> None:
        [ref] = server.seed(status="paused")
        stale = await acme.read(ref)
        server.campaigns[ref]["status"] = "running"
        with pytest.raises(ConflictError, match="409 not-paused: only a paused campaign"):
            await acme.perform("renew", ref, preimage=stale)
        draft = models().CampaignDraft(label="unfit words")
        with pytest.raises(InvalidRequestError, match=r"422 invalid: .* \(label: unfit\)"):
            await acme.create(draft)
        assert server.ledger == []

    async def test_no_io_for_what_can_never_be_sent(self, acme: Any, server: AcmeServer) -> None:
        for verb, target, params, words in [
            ("create", "cmp_1", {"label": "x"}, "a create takes no id"),
            ("create", None, {"label": " "}, "label must have 1 to 40 characters"),
            ("create", None, {"label": "x", "audience": "7"}, "audience must be a whole number"),
            ("create", None, {"name": "x"}, "needs label"),
            ("renew", None, None, "renew needs the campaign's id"),
            ("renew", "cmp_1", {"days": 1}, "has no days"),
            ("approve", "cmp_1", {"decision": "pending"}, "decision must be granted or refused"),
            ("approve", "cmp_1", {"decision": 7}, "decision must be granted or refused"),
        ]:
            with pytest.raises(InvalidInputError, match=words):
                await acme.perform(verb, target, params)
        with pytest.raises(UnsupportedVerbError, match="acme"):
            await acme.perform("resubmit", "cmp_1")
        own = {Verb.CREATE, Verb.RENEW, Verb.APPROVE, APPEAL}
        assert acme.verbs == {Verb.GET, Verb.LIST, Verb.FEEDBACK, *own}
        assert server.ledger == []

    async def test_the_key_goes_out_in_its_header_and_nowhere_else(
        self, installed: Path, server: AcmeServer
    ) -> None:
        async def fetch() -> str:
            return "acme-canary-wrong"

        async with opened(**{**server.settings, "api_key": fetch}) as acme:
            with pytest.raises(AuthenticationError, match="401 bad-key") as caught:
                await acme.get("cmp_1")
        assert "canary" not in str(caught.value)
        assert "canary" not in repr(registry.load("acme").config(workspace="w", api_key=KEY))


async def test_settings_of_every_type_come_from_the_environment(
    installed: Path, server: AcmeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**server.settings, "page_size": 2, "archived": "yes"}.items():
        monkeypatch.setenv(f"CAMPAIGN_REG_ACME_{name.upper()}", str(value))
    refs = server.seed(3, archived=True)
    async with opened() as acme:
        assert [campaign.id async for campaign in acme.list()] == refs
    assert [(search["limit"], search["archived"]) for search in server.searches] == [(2, True), (2, True)]
    for name, value, words in [
        ("PAGE_SIZE", "many", "page_size must be a whole number"),
        ("PAGE_SIZE", "201", "page_size must be a whole number from 1 to 200"),
        ("ARCHIVED", "perhaps", "archived must be true or false"),
        ("WORKSPACE", "", "workspace is missing"),
    ]:
        with monkeypatch.context() as patch:
            patch.setenv(f"CAMPAIGN_REG_ACME_{name}", value)
            with pytest.raises(ConfigurationError, match=words):
                opened()


async def test_its_config_object_opens_it(installed: Path, server: AcmeServer) -> None:
    config = registry.load("acme").config(**server.settings)
    assert load_for(config).name == "acme"
    connection: Any = connect(config)
    async with connection as acme:
        assert (acme.provider, acme.account) == ("acme", WORKSPACE)


# The suite that holds every provider to the protocol.


@pytest.fixture
def stage(installed: Path, server: AcmeServer, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(installed), str(ROOT)]))  # for child processes
    return AcmeStage(server)


@pytest.fixture
def sandbox() -> Sandbox:
    """Not Acme's affair; the suite sets its clock."""
    return Sandbox()


@pytest.fixture
async def backend(stage: Stage, clock: VirtualClock) -> AsyncIterator[Backend[Any]]:
    async with stage.connect(clock) as backend:
        yield backend


class TestContractOfReading(contract.TestReading):
    pass


class TestContractOfVerbs(contract.TestVerbs):
    pass


class TestContractOfLostAnswers(contract.TestLostAnswers):
    pass


# Through the poller and batches.


async def test_the_poller_watches_many(acme: Any, server: AcmeServer) -> None:
    paused = server.seed(3, status="paused")
    actions = [await acme.renew(ref) for ref in paused]
    actions.append(await acme.create(models().CampaignDraft(label="forbidden")))
    async with Poller(acme, concurrency=2) as poller:
        ended = {outcome.target: outcome.verdict async for outcome in poller.watch(actions)}
    assert ended == {**dict.fromkeys(paused, Verdict.SUCCEEDED), "cmp_4": Verdict.FAILED}


class TestBatch:
    async def test_renewals(self, acme: Any, server: AcmeServer, tmp_path: Path) -> None:
        refs = server.seed(6, status="paused")
        plain, after, before, delayed, twice, refused = refs
        [running] = server.seed()
        server.trouble("renew", after, "cut after")
        server.trouble("renew", before, "cut before")
        server.trouble("renew", delayed, "answer-delayed")
        server.trouble("renew", twice, "cut before", "cut before")
        server.trouble("renew", refused, "maintenance")
        rows = [BatchRow(id) for id in [*refs, running, "cmp_99"]]
        assert endings(await carried(acme, tmp_path, "renew", rows)) == {
            plain: ("succeeded", "acknowledged", 1),
            after: ("succeeded", "observed", 1),
            before: ("succeeded", "acknowledged", 2),  # the revision stood still: it was sent again
            delayed: ("succeeded", "observed", 1),
            twice: ("unknown", "inferred", 2),
            refused: ("succeeded", "acknowledged", 1),
            running: ("skipped", "observed", 0),
            "cmp_99": ("failed", "acknowledged", 0),
        }
        assert sorted(server.applied("renew")) == sorted([plain, after, before, delayed, refused])

    async def test_creates(self, acme: Any, server: AcmeServer, tmp_path: Path) -> None:
        labels = ["plain", "after", "before", "delayed", "forbidden", "unfit", "x" * 41]
        server.trouble("create", "after", "cut after")
        server.trouble("create", "before", "cut before")
        server.trouble("create", "delayed", "answer-delayed")
        rows = [BatchRow(f"row {label[:9]}", {"label": label}) for label in labels]
        results = await carried(acme, tmp_path, "create", rows)
        assert endings(results) == {
            "row plain": ("succeeded", "acknowledged", 1),
            "row after": ("succeeded", "observed", 1),  # found by its reference
            "row before": ("unknown", "inferred", 1),  # a create is never sent again
            "row delayed": ("succeeded", "observed", 1),
            "row forbidden": ("failed", "acknowledged", 1),
            "row unfit": ("failed", "acknowledged", 0),
            "row xxxxxxxxx": ("failed", "inferred", 0),
        }
        refs = server.applied("create")
        made = {
            result.outcome.target: row for row, result in results.items() if result.outcome.target in refs
        }
        assert made == {ref: f"row {server.campaigns[ref]['label']}" for ref in refs}
        assert results["row forbidden"].outcome.feedback[0].text == "Names no offer."

    async def test_approvals(self, acme: Any, server: AcmeServer, tmp_path: Path) -> None:
        plain, after, before, delayed, odd = server.seed(5)
        [there] = server.seed(signOff="refused")
        server.trouble("sign-off", after, "cut after")
        server.trouble("sign-off", before, "cut before")
        server.trouble("sign-off", delayed, "answer-delayed")
        rows = [BatchRow(id, {"decision": "refused"}) for id in (plain, after, before, delayed, there)]
        rows.append(BatchRow(odd, {"decision": "perhaps"}))
        assert endings(await carried(acme, tmp_path, "approve", rows)) == {
            plain: ("succeeded", "acknowledged", 1),
            after: ("succeeded", "observed", 1),
            before: ("unknown", "inferred", 1),
            delayed: ("succeeded", "observed", 1),
            there: ("skipped", "observed", 0),
            odd: ("failed", "inferred", 0),
        }
        assert sorted(server.applied("sign-off")) == sorted([plain, after, delayed])


class TestAVerbOfItsOwn:
    """What no other vendor has, `appeal`, goes everywhere that the others go."""

    async def test_one(self, acme: Any, server: AcmeServer) -> None:
        good, hopeless = server.seed(2, status="declined")
        outcome = await (await acme.appeal(good, "the offer is named now")).wait(timeout=10)
        assert (outcome.verb, outcome.verdict) == ("appeal", Verdict.SUCCEEDED)
        lost = await (await acme.perform("appeal", hopeless, {"reason": "hopeless"})).wait(timeout=10)
        assert lost.verdict is Verdict.FAILED
        [running] = server.seed()
        skipped = (await acme.appeal(running, "no need")).outcome
        assert skipped.reason == "the campaign is running: appeal is for one that is declined"
        assert server.ledger == [("appeal", good), ("appeal", hopeless)]

    async def test_a_token_takes_it_up_in_another_connection(self, acme: Any, server: AcmeServer) -> None:
        [ref] = server.seed(status="declined")
        server.trouble("appeal", ref, "cut after")
        with pytest.raises(OutcomeUnknownError) as caught:
            await acme.appeal(ref, "the offer is named now")
        async with opened(**server.settings) as another:
            action = another.action(caught.value.token)
            assert action.verb == APPEAL
            outcome = await action.wait(timeout=10)
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)
        assert server.applied("appeal") == [ref]

    async def test_a_token_of_a_verb_that_it_no_longer_has(
        self, acme: Any, server: AcmeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [ref] = server.seed(status="declined")
        token = (await acme.appeal(ref, "the offer is named now")).token
        rules = {verb: rule for verb, rule in acme.rules.items() if verb != APPEAL}
        monkeypatch.setattr(type(acme), "rules", rules)
        with pytest.raises(UnsupportedVerbError, match="acme has no verb 'appeal'"):
            acme.action(token)

    async def test_the_poller_watches_it(self, acme: Any, server: AcmeServer) -> None:
        refs = server.seed(3, status="declined")
        actions = [await acme.appeal(ref, "the offer is named now") for ref in refs]
        async with Poller(acme, concurrency=2) as poller:
            ended = {outcome.target: outcome.verdict async for outcome in poller.watch(actions)}
        assert ended == dict.fromkeys(refs, Verdict.SUCCEEDED)

    async def test_a_plan_and_a_batch(self, acme: Any, server: AcmeServer, tmp_path: Path) -> None:
        plain, after, before, delayed, hopeless = server.seed(5, status="declined")
        [running] = server.seed()
        server.trouble("appeal", after, "cut after")
        server.trouble("appeal", before, "cut before")
        server.trouble("appeal", delayed, "answer-delayed")
        rows = [BatchRow(id, {"reason": "named now"}) for id in (plain, after, before, delayed, running)]
        rows.append(BatchRow(hopeless, {"reason": "hopeless"}))
        async with Batch.open(tmp_path / "appeals.db", acme, "appeal") as batch:
            await batch.add(rows)
            plan = await batch.plan()
        assert (plan.send, [note.id for note in plan.skip]) == (5, [running])
        assert server.ledger == []
        async with Batch.open(tmp_path / "appeals.db", acme, APPEAL) as batch:
            results = {result.id: result async for result in batch.results()}
        assert endings(results) == {
            plain: ("succeeded", "acknowledged", 1),
            after: ("succeeded", "observed", 1),
            before: ("unknown", "inferred", 1),
            delayed: ("succeeded", "observed", 1),
            running: ("skipped", "observed", 0),
            hopeless: ("failed", "acknowledged", 1),
        }
        assert sorted(server.applied("appeal")) == sorted([plain, after, delayed, hopeless])

    async def test_a_batch_that_is_killed_goes_on(
        self, env: dict[str, str], server: AcmeServer, tmp_path: Path
    ) -> None:
        refs = server.seed(30, status="declined")
        lines = "\n".join(f"{ref},named now" for ref in refs)
        (tmp_path / "appeals.csv").write_text(f"id,reason\n{lines}\n")
        process = await command.start(
            "batch", "run", "acme", "appeal", "--input", "appeals.csv", "--journal", "appeals.db",
            "--per-second", "20", env=env, folder=tmp_path,
        )  # fmt: skip
        while len(server.ledger) < 5:
            assert process.returncode is None
            await asyncio.sleep(0.01)
        process.kill()
        await process.wait()
        assert len(server.ledger) < len(refs)
        resumed = await command.run("batch", "resume", "appeals.db", "--json", env=env, folder=tmp_path)
        assert resumed.last["open"] == 0
        verdicts = resumed.last["verdicts"]
        assert verdicts["succeeded"] + verdicts["unknown"] == len(refs)
        assert verdicts["unknown"] <= 1  # cut off as it was sent, and Acme's rule allows no second attempt
        applied = Counter(server.applied("appeal"))
        assert set(applied.values()) == {1}
        assert len(applied) >= verdicts["succeeded"]
        shown = await command.run("batch", "status", "appeals.db", "--json", env=env, folder=tmp_path)
        assert (shown.last["verb"], shown.last["rows"]) == ("appeal", len(refs))

    async def test_from_files_through_the_command(
        self, env: dict[str, str], server: AcmeServer, tmp_path: Path
    ) -> None:
        one, two, three = server.seed(3, status="declined")
        (tmp_path / "a.csv").write_text(f"id,reason\n{one},named now\n{two},\n")
        (tmp_path / "b.jsonl").write_text(json.dumps({"id": three, "reason": "named now"}))
        planned = await command.run(
            "batch", "plan", "acme", "appeal", "--input", "a.csv", "--json", env=env, folder=tmp_path
        )
        assert (planned.last["verb"], planned.last["send"]) == ("appeal", 1)
        assert "needs reason" in planned.err
        ran, objects = await asyncio.gather(
            *(command.run("batch", "run", "acme", "appeal", "--input", source, "--journal", f"{source}.db", "--json",
                          env=env, folder=tmp_path) for source in ("a.csv", "b.jsonl"))
        )  # fmt: skip
        assert (ran.last["verdicts"]["succeeded"], ran.last["verdicts"]["failed"]) == (1, 1)
        assert objects.code == 0
        assert sorted(server.applied("appeal")) == sorted([one, three])

    async def test_one_through_the_command(self, env: dict[str, str], server: AcmeServer) -> None:
        [ref] = server.seed(status="declined")
        done = await command.run(
            "perform", "acme", "appeal", ref, "--set", "reason=named now", "--json", env=env
        )
        assert (done.code, done.last["verb"], done.last["verdict"]) == (0, "appeal", "succeeded")
        assert server.ledger == [("appeal", ref)]
        shown = await command.run("providers", env=env)
        assert "appeal" in shown.out

    @pytest.mark.parametrize(
        "words",
        [
            ("perform", "acme", "nonsense", "cmp_1"),
            ("perform", "acme", "get", "cmp_1"),
            ("batch", "run", "acme", "nonsense", "--input", "a.csv", "--journal", "a.db"),
            ("batch", "plan", "acme", "nonsense", "--input", "a.csv"),
            ("batch", "run", "acme", "nonsense", "--all-paused", "--journal", "a.db"),
            ("lint", "acme", "--verb", "nonsense"),
        ],
        ids=" ".join,
    )
    async def test_a_verb_that_it_lacks_is_refused_before_any_io(
        self, env: dict[str, str], server: AcmeServer, tmp_path: Path, words: tuple[str, ...]
    ) -> None:
        server.seed(1, status="declined")
        (tmp_path / "a.csv").write_text("id\ncmp_1\n")
        refused = await command.run(*words, env=env, folder=tmp_path)
        verb = "get" if "get" in words else "nonsense"
        assert refused.code == 2
        assert f"acme has no verb '{verb}'; it has appeal, approve, create, renew" in refused.err
        assert (server.requests, (tmp_path / "a.db").exists()) == (0, False)


# Through the command.


@pytest.fixture
def env(installed: Path, server: AcmeServer) -> dict[str, str]:
    """Settings by environment variables, and the site folder as a virtual environment's would be."""
    settings = {**server.settings, "page_size": 2, "archived": "no"}
    ours = {f"CAMPAIGN_REG_ACME_{name.upper()}": str(value) for name, value in settings.items()}
    outside = command.environment()
    return outside | ours | {"PYTHONPATH": os.pathsep.join([str(installed), outside["PYTHONPATH"]])}


def broken(error: Exception) -> Callable[..., Any]:
    """A provider's function with a fault of its own."""

    def fail(*_: Any) -> Any:
        raise error

    return fail


@pytest.fixture
def careless_parser(acme: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error parser cannot read HTML, and says so by raising."""
    operations = importlib.import_module("acme_campaigns.operations")
    errors = attrs.evolve(operations.ERRORS, parse=broken(DecodeError("", "not JSON")))
    monkeypatch.setattr(operations, "RENEW", attrs.evolve(operations.RENEW, errors=errors))


FAULTS = (
    KeyError("campaign"),
    ConnectError("acme.other", "no connection"),
    HeldBackError("acme.other", "held back"),
    InvalidInputError("no campaign"),
    NotFoundError("acme.other", 404, "no such thing"),
    AuthenticationError("acme.other", 401, "who are you"),
    ConfigurationError("no proxy"),
    RecursionError(),
)


@pytest.mark.fault(103)
class TestAProvidersOwnFaults:
    """What fails once a write has left leaves its outcome unknown, whoever failed: it is never sent a second time."""

    async def test_an_error_parser_that_raises_in_a_batch(
        self, acme: Any, server: AcmeServer, tmp_path: Path, careless_parser: None
    ) -> None:
        refs = server.seed(20, status="paused")
        for _ in range(40):
            server.trouble("renew", "*", "gateway")
        results = await carried(acme, tmp_path, "renew", [BatchRow(ref) for ref in refs])
        assert Counter(server.applied("renew")) == dict.fromkeys(refs, 1)
        assert set(endings(results).values()) == {("succeeded", "observed", 1)}

    async def test_an_error_parser_that_raises_at_a_status_that_usually_says_no(
        self, acme: Any, server: AcmeServer, careless_parser: None
    ) -> None:
        """The code that would say otherwise was not read."""
        [ref] = server.seed(status="paused")
        server.trouble("renew", ref, "throttled", "throttled")
        with pytest.raises(OutcomeUnknownError) as caught:
            await acme.renew(ref)
        assert caught.value.token is not None
        assert server.requests == 2  # the reading and one write

    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
    async def test_in_reading_the_answer(
        self, acme: Any, server: AcmeServer, tmp_path: Path, fault: Exception
    ) -> None:
        prepare = acme.prepare
        acme.prepare = lambda *args, **more: attrs.evolve(prepare(*args, **more), interpret=broken(fault))
        single, *many = server.seed(6, status="paused")
        with pytest.raises(OutcomeUnknownError, match=type(fault).__name__) as caught:
            await acme.renew(single)
        outcome = await acme.action(caught.value.token).wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)
        results = await carried(acme, tmp_path, "renew", [BatchRow(ref) for ref in many])
        assert Counter(server.applied("renew")) == dict.fromkeys([single, *many], 1)
        assert set(endings(results).values()) == {("succeeded", "observed", 1)}

    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
    async def test_in_a_refusal_that_is_looked_into(
        self, acme: Any, server: AcmeServer, fault: Exception
    ) -> None:
        async def fail(_: Exception) -> Any:
            raise fault

        prepare = acme.prepare
        acme.prepare = lambda *args, **more: attrs.evolve(prepare(*args, **more), refused=fail)
        [ref] = server.seed(status="paused")
        for _ in range(4):  # as often as what was not applied is sent again
            server.trouble("renew", ref, "maintenance")
        with pytest.raises(OutcomeUnknownError) as caught:
            await acme.renew(ref)
        assert caught.value.token is not None
        told = (fault.status, fault.message) if isinstance(fault, ApiError) else (None, "")
        assert (caught.value.status, caught.value.message) == told

    async def test_in_a_hook_of_the_converter(self, acme: Any, server: AcmeServer) -> None:
        [ref] = server.seed()
        reading = await acme.read(ref)
        acme.converter.register_structure_hook(models().AcmeCampaign, broken(KeyError("note")))
        with pytest.raises(OutcomeUnknownError) as caught:
            await acme.perform("approve", ref, {"decision": "granted"}, preimage=reading)
        assert caught.value.token is not None
        assert server.applied("sign-off") == [ref]

    async def test_in_saying_that_a_token_has_expired(
        self, acme: Any, server: AcmeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fails = broken(ConnectError("acme.login", "no connection"))
        monkeypatch.setattr(HeaderAuth, "says_expired", fails)
        [ref] = server.seed(status="paused")
        server.trouble("renew", ref, "answer-delayed")
        with pytest.raises(OutcomeUnknownError):
            await acme.renew(ref)
        assert server.applied("renew") == [ref]


async def test_the_command_reads(env: dict[str, str], server: AcmeServer) -> None:
    refs = server.seed(3)
    server.seed(archived=True)
    listed, got = await asyncio.gather(
        command.run("list", "acme", "--status", "running", "--json", env=env),
        command.run("get", "acme", refs[0], "--json", env=env),
    )
    assert [json.loads(line)["id"] for line in listed.out.splitlines()] == refs
    assert (got.last["provider"], got.last["version"], got.last["state"]) == ("acme", "1", "active")


async def test_the_command_carries_batches_out(
    env: dict[str, str], server: AcmeServer, tmp_path: Path
) -> None:
    paused = server.seed(3, status="paused")
    server.trouble("renew", paused[1], "cut before")
    server.trouble("renew", paused[2], "cut after")
    (tmp_path / "renew.csv").write_text("\n".join(["id", *paused]))
    (tmp_path / "create.csv").write_text("id,label\none,Spring\ntwo,Summer\n")
    server.trouble("create", "Summer", "cut after")
    renewed, created = await asyncio.gather(
        *(command.run("batch", "run", "acme", verb, "--input", f"{verb}.csv", "--journal", f"{verb}.db", "--json",
                      env=env, folder=tmp_path) for verb in ("renew", "create"))
    )  # fmt: skip
    assert (renewed.code, created.code) == (0, 0), renewed.err + created.err
    assert sorted(server.applied("renew")) == paused
    assert sorted(server.campaigns[ref]["label"] for ref in server.applied("create")) == ["Spring", "Summer"]


# Beside others.


def test_a_built_in_is_not_replaced(site: Path, tmp_path: Path) -> None:
    install(copy_of_acme(tmp_path, distribution="evil-campaigns", name="sinch"), site)
    [point] = importlib.metadata.entry_points(group=registry.GROUP, name="sinch")
    assert point.load().title == "Acme campaigns"  # it is installed, and works
    assert registry.load("sinch").config is SinchConfig
    assert registry.names().count("sinch") == 1


def test_two_with_one_name_are_refused(installed: Path, site: Path, tmp_path: Path) -> None:
    install(copy_of_acme(tmp_path, distribution="other-campaigns"), site)
    assert registry.names().count("acme") == 1
    with pytest.raises(
        ConfigurationError, match=r"2 packages provide 'acme' .*: uninstall all but one"
    ) as caught:
        opened(workspace="w", api_key="k")
    assert "acme_campaigns:PROVIDER" in str(caught.value)
    assert "other_campaigns:PROVIDER" in str(caught.value)


def test_one_that_is_found_twice_is_one(installed: Path, site: Path, tmp_path: Path) -> None:
    install(copy_of_acme(tmp_path), site)
    assert registry.load("acme").title == "Acme campaigns"


async def test_a_broken_one_is_named_and_harms_no_other(
    env: dict[str, str], site: Path, tmp_path: Path, server: AcmeServer
) -> None:
    broken = copy_of_acme(tmp_path, distribution="broken-campaigns", name="broken")
    module = broken / "src" / "broken_campaigns" / "errors.py"
    module.write_text(module.read_text() + "\nimport acme_sdk_that_is_not_installed\n")
    install(broken, site)
    assert {"acme", "broken"} <= set(registry.names())
    with pytest.raises(
        ConfigurationError, match=r"'broken' \(broken_campaigns:PROVIDER\) cannot be imported"
    ) as caught:
        registry.load("broken")
    assert "No module named 'acme_sdk_that_is_not_installed'" in str(caught.value)
    config = registry.load("acme").config(**server.settings)
    assert load_for(config).name == "acme"
    env = env | {"PYTHONPATH": os.pathsep.join([str(site), env["PYTHONPATH"]])}
    shown = await command.run("providers", "--json", env=env)
    found = {item["name"]: item for item in shown.last["providers"]}
    assert "'broken' (broken_campaigns:PROVIDER) cannot be imported" in json.dumps(found["broken"])
    assert found["acme"]["verbs"] == ["create", "get", "list", "renew", "approve", "feedback", "appeal"]
    assert {"sinch", "acme", "broken"} <= set(found)
