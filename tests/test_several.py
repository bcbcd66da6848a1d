"""Where several values are taken, one is refused or is one: never its letters, and never a mapping's keys."""

from __future__ import annotations

import contextlib
import io
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import attrs
import pytest

import campaign_reg
from campaign_reg import Batch, BatchRow, ConfigurationError, InvalidInputError, Poller
from campaign_reg.protocol.backend import Backend
from campaign_reg.protocol.params import make_params
from campaign_reg.providers.rcs.drafts import CampaignDraft as RcsDraft
from campaign_reg.providers.rcs.drafts import Card, ExportQuery, MessageDraft
from campaign_reg.providers.registry import load
from campaign_reg.providers.responsys.details import SearchFilters
from campaign_reg.providers.responsys.models import CampaignDraft as ResponsysDraft
from campaign_reg.providers.responsys.models import DataSource
from campaign_reg.providers.responsys.schedule_models import LaunchOptions
from campaign_reg.providers.sinch.sender_id.models import RegistrationDraft, RequestDetails
from campaign_reg.providers.sinch.ten_dlc.models import CampaignDraft as SinchDraft
from campaign_reg.sandbox import Sandbox
from tests.support.drafts import SINCH
from tests.support.vendors.toll_free import draft as toll_free_draft

pytestmark = pytest.mark.anyio

ULID = "01k5vgav26gt4gh3nfn9bvtxp8"
SINGLE = {
    "text": ULID,
    "bytes": ULID.encode(),
    "mapping": {ULID: {}},
    "path": Path("ids.csv"),
    "file": io.StringIO(f"{ULID}\n"),
    "row": BatchRow(ULID),
    "number": 7,
}
WRONG_ITEMS = {"none": None, "number": 7.5, "bytes": ULID.encode(), "list": [ULID]}


@attrs.frozen
class Stage:
    """The vendors, an account at each, and a folder."""

    sandbox: Sandbox
    accounts: dict[str, Any]
    folder: Path

    def __getattr__(self, name: str) -> Any:
        return self.accounts[name.replace("_", "-")]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Sandbox() as sandbox, AsyncExitStack() as stack:
        accounts = {
            name: await stack.enter_async_context(campaign_reg.connect(name, **sandbox.settings(name)))
            for name in sandbox.vendors
        }
        yield Stage(sandbox, accounts, tmp_path)


async def add(stage: Stage, value: Any) -> None:
    async with Batch.open(stage.folder / "a.db", stage.sinch, "resubmit") as batch:
        try:
            await batch.add(value)
        finally:
            assert batch.summary().rows == 0
            assert (await batch.add([ULID])).known is False  # nothing was sealed


async def add_async(stage: Stage, value: Any) -> None:
    async def rows() -> AsyncIterator[Any]:
        for row in value:
            yield row

    await add(stage, rows())


async def columns(stage: Stage, value: Any) -> None:
    async with Batch.open(stage.folder / "a.db", stage.sinch, "resubmit") as batch:
        try:
            await batch.add([ULID], columns=value)
        finally:
            assert batch.summary().rows == 0


async def watch(stage: Stage, value: Any) -> None:
    async with Poller(stage.sinch) as poller:
        async for _ in poller.watch(value):
            pass


async def connect(stage: Stage, value: Any) -> None:
    settings = stage.sandbox.settings("responsys") | {"allowed_hosts": value}
    async with campaign_reg.connect("responsys", **settings):
        pass


def check(provider: str, verb: str, make: Callable[[Any], Any]) -> Callable[[Stage, Any], Awaitable[None]]:
    async def call(stage: Stage, value: Any) -> None:
        stage.accounts[provider].check(verb, "1", make(value))

    return call


def made(make: Callable[[Any], Any]) -> Callable[[Stage, Any], Awaitable[None]]:
    async def call(stage: Stage, value: Any) -> None:
        make(value)

    return call


def calls(call: Callable[[Stage, Any], Any]) -> Callable[[Stage, Any], Awaitable[None]]:
    async def run(stage: Stage, value: Any) -> None:
        found = call(stage, value)
        if isinstance(found, Awaitable):
            await found

    return run


async def update(stage: Stage, **change: Any) -> None:
    [id] = stage.sandbox.senderid.seed(1, status="IN_QUEUE")
    await stage.sinch_senderid.update(id, **change)


async def plan_launch(stage: Stage, value: Any) -> None:
    [name] = stage.sandbox.responsys.seed(1)
    options = LaunchOptions(progress_email_addresses=value)
    await stage.responsys.create_schedule(name, "NOW", options=options)


def rcs(**members: Any) -> RcsDraft:
    return RcsDraft(**{"sender": "acme_agent", "phones": ["12025550123"], "text": "Hello"} | members)


def responsys(**members: Any) -> ResponsysDraft:
    return ResponsysDraft(**{"name": "Spring", "folder_name": "Newsletters"} | members)


def cards(value: Any) -> RcsDraft:
    return rcs(text=None, cards=value)


def message(**members: Any) -> MessageDraft:
    return MessageDraft(**{"sender": "acme_agent", "phone": "12025550123"} | members)


def paths(name: str) -> Callable[[Stage, Any], Awaitable[None]]:
    return check("responsys", "create", lambda value: responsys(**{name: value}))


def senders(**members: Any) -> RegistrationDraft:
    return RegistrationDraft(policy_id="p", request_details=(RequestDetails(**members),))


def registration(**members: Any) -> RegistrationDraft:
    return RegistrationDraft(**{"policy_id": "p", "request_details": ()} | members)


# Those that refuse one text, and those that take it as one.
SEVERAL = {
    "add": add,
    "add columns": columns,
    "watch": watch,
    "toll_free images": calls(
        lambda stage, value: stage.sinch.toll_free.submit(toll_free_draft(opt_in_workflow_image_urls=value))
    ),
    "sinch sub_use_cases": check(
        "sinch", "create", lambda value: SinchDraft(**SINCH | {"use_case": "MIXED", "sub_use_cases": value})
    ),
    "update tags": lambda stage, value: update(stage, tags=value),
    "update contacts": lambda stage, value: update(stage, notification_contacts=value),
    "update details": lambda stage, value: update(stage, request_details=value),
    "senderid tags": made(lambda value: registration(tags=value)),
    "senderid contacts": made(lambda value: registration(notification_contacts=value)),
    "senderid details": made(lambda value: registration(request_details=value)),
    "senderid senders": check("sinch-senderid", "create", lambda value: senders(sender_id_details=value)),
    "senderid company": check("sinch-senderid", "create", lambda value: senders(additional_details=value)),
    "launch addresses": plan_launch,
    "data source fields": check(
        "responsys",
        "create",
        lambda value: responsys(data_source=(DataSource(path="a", type="PROFILE_LIST", fields=value),)),
    ),
    **{
        f"responsys {field.name}": paths(field.name)
        for field in attrs.fields(ResponsysDraft)
        if field.name.endswith("_paths")
    },
    "rcs groups": check("rcs", "create", lambda value: rcs(phones=(), groups=value)),
    "rcs cards": check("rcs", "create", cards),
    "rcs suggestions": check("rcs", "create", lambda value: cards((Card(text="a", suggestions=value),))),
    "rcs message cards": calls(lambda stage, value: stage.rcs.send_message(message(cards=value))),
    "rcs export messages": made(lambda value: ExportQuery(message_ids=value)),
    "rcs export phones": made(lambda value: ExportQuery(message_ids=("1",), phones=value)),
}
ONE_OR_SEVERAL = {
    "resubmit mnos": calls(lambda stage, value: stage.sinch.resubmit(ULID, mnos=value)),
    "sinch list": calls(lambda stage, value: stage.sinch.list(status=value)),
    "toll_free list": calls(lambda stage, value: stage.sinch.toll_free.list(statuses=value)),
    "senderid list status": calls(lambda stage, value: stage.sinch_senderid.list(status=value)),
    "senderid list tags": calls(lambda stage, value: stage.sinch_senderid.list(tags=value)),
    "organizations": calls(lambda stage, value: stage.responsys.set_organizations("Spring", value)),
    "search type": made(lambda value: SearchFilters(campaign_type=value)),
    "search status": made(lambda value: SearchFilters(campaign_status=value)),
    "search purpose": made(lambda value: SearchFilters(campaign_purpose=value)),
    "rcs phones": made(lambda value: rcs(phones=value)),
    "allowed hosts": connect,
}
ENTRIES = {"add async": add_async} | SEVERAL | ONE_OR_SEVERAL


@pytest.mark.fault(106)
@pytest.mark.parametrize("single", SINGLE)
@pytest.mark.parametrize("entry", [*SEVERAL, *ONE_OR_SEVERAL])
async def test_one_value_is_refused_or_is_one(stage: Stage, entry: str, single: str) -> None:
    if single == "text" and entry in ONE_OR_SEVERAL:
        return
    call = ENTRIES[entry]
    with pytest.raises((InvalidInputError, ConfigurationError), match=r"must be a (list|tuple)"):
        await call(stage, SINGLE[single])
    assert not stage.sandbox.ledger.entries


@pytest.mark.parametrize("wrong", WRONG_ITEMS)
@pytest.mark.parametrize("entry", ["add async", *SEVERAL, *ONE_OR_SEVERAL])
async def test_a_wrong_item_is_refused_with_its_place(stage: Stage, entry: str, wrong: str) -> None:
    call = ENTRIES[entry]
    with pytest.raises((InvalidInputError, ConfigurationError), match=r"\[0\]"):
        await call(stage, (WRONG_ITEMS[wrong], ULID))
    assert not stage.sandbox.ledger.entries


async def test_what_is_taken_as_one_is_one(stage: Stage) -> None:
    [id] = stage.sandbox.sinch.seed(1)
    await stage.sinch.resubmit(id, mnos="TMO")
    [entry] = stage.sandbox.ledger.entries
    assert entry.params == {"mnos": ["TMO"]}
    found = [campaign.id async for campaign in stage.sinch.list(status="ACTIVE")]
    assert found == [campaign.id async for campaign in stage.sinch.list(status=["ACTIVE"])] != []
    assert SearchFilters(campaign_type="email").campaign_type == ("email",)
    assert [recipient.number for recipient in rcs(phones="12025550123").phones] == ["12025550123"]


async def test_the_refusal_says_what_to_write(stage: Stage) -> None:
    async with Batch.open(stage.folder / "a.db", stage.sinch, "resubmit") as batch:
        with pytest.raises(
            InvalidInputError, match=r'rows must be a list, not text: write add\(\["01kh…"\]\)'
        ):
            await batch.add(ULID)
        with pytest.raises(InvalidInputError, match=r"rows\[1\] must be text or BatchRow, not None"):
            await batch.add([ULID, None])  # type: ignore[list-item]


async def test_one_action_is_no_list_of_actions(stage: Stage) -> None:
    [id] = stage.sandbox.sinch.seed(1)
    action = await stage.sinch.resubmit(id)
    with pytest.raises(InvalidInputError, match=r"not Action: write watch\(\[action\]\)"):
        await watch(stage, action)


async def test_a_wrong_row_after_many_leaves_none_in_the_journal(stage: Stage) -> None:
    path = stage.folder / "a.db"
    async with Batch.open(path, stage.sinch, "resubmit") as batch:
        with pytest.raises(InvalidInputError, match=r"rows\[2500\] must be text or BatchRow, not int"):
            await batch.add([*(f"{ULID[:-4]}{number:04}" for number in range(2500)), 7])  # type: ignore[list-item]
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM rows").fetchone() == (0,)


# Where a list is converted only once the other members are there.
NEEDED: dict[Any, dict[str, Any]] = {RcsDraft: {"sender": "acme_agent", "text": "Hello"}}


def lists_of_verbs() -> Iterator[Any]:
    """Every member of every verb's parameters that is a list."""
    for provider in ("sinch", "sinch-senderid", "rcs", "responsys"):
        backend = load(provider).backend
        assert isinstance(backend, type)
        assert issubclass(backend, Backend)
        for verb, rule in backend.rules.items():
            for field in attrs.fields(attrs.resolve_types(rule.params)):
                if "tuple" in str(field.type):
                    yield pytest.param(rule.params, field.name, id=f"{provider} {verb} {field.name}")


@pytest.mark.parametrize(("kind", "name"), list(lists_of_verbs()))
@pytest.mark.parametrize("single", [b"TMO", {"TMO": 1}, 7])
def test_no_member_of_a_row_takes_one_value_for_a_list(kind: Any, name: str, single: object) -> None:
    with pytest.raises(InvalidInputError, match=f"{name} must be a list"):
        make_params(kind, NEEDED.get(kind, {}) | {name: single})
