"""The provider in `tests/third_party/beacon.py`, over the base that the built-in ones have."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from campaign_reg import Batch, Verb, Verdict, connect
from campaign_reg.enums import Evidence
from campaign_reg.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidInputError,
    OutcomeUnknownError,
    PaginationError,
)
from tests.third_party import beacon
from tests.third_party.beacon_server import PASSWORD, BeaconServer

pytestmark = pytest.mark.anyio
SOURCE = Path(beacon.__file__)


@pytest.fixture
async def server() -> AsyncIterator[BeaconServer]:
    async with BeaconServer() as server:
        yield server


@pytest.fixture(autouse=True)
def _registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Register it as an installed distribution does."""
    site = tmp_path / "site"
    (site / "beacon-1.dist-info").mkdir(parents=True)
    (site / "beacon-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: beacon\nVersion: 1\n")
    (site / "beacon-1.dist-info" / "entry_points.txt").write_text(
        "[campaign_reg.providers]\nbeacon = tests.third_party.beacon:PROVIDER\n"
    )
    monkeypatch.syspath_prepend(str(site))


@pytest.fixture
async def backend(server: BeaconServer) -> AsyncIterator[Any]:
    async with connect("beacon", **settings(server)) as backend:
        yield backend


def settings(server: BeaconServer, **more: Any) -> dict[str, Any]:
    waits = {"settle_seconds": 0.3, "poll_first_seconds": 0.05, "poll_max_seconds": 0.1}
    return {"base_url": server.url, "user": "jane", "password": PASSWORD, **waits, **more}


def test_it_is_short_and_imports_nothing_private() -> None:
    assert len(SOURCE.read_text().splitlines()) < 350
    for node in ast.walk(ast.parse(SOURCE.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("campaign_reg.transport")
            assert not [alias.name for alias in node.names if alias.name.startswith("_")]


async def test_the_account_is_the_vendor_s_name_for_it(backend: Any) -> None:
    assert backend.account == "harbor-lane"


async def test_a_wrong_password_is_refused_when_the_connection_opens(server: BeaconServer) -> None:
    with pytest.raises(AuthenticationError):
        async with connect("beacon", **settings(server, password="wrong")):
            raise AssertionError("opened")


async def test_a_user_name_with_a_colon_cannot_be_sent(server: BeaconServer) -> None:
    with pytest.raises(ConfigurationError, match="user name of Basic authentication cannot hold a colon"):
        await connect("beacon", **settings(server, user="jane:doe"))


async def test_reading_by_a_composite_id(server: BeaconServer, backend: Any) -> None:
    [id] = server.seed(1)
    assert (await backend.get(id)).id == id == "eu/1"
    assert (await backend.read(id, verb=Verb.RESUBMIT)).terms == {"TMO": {"daily": 2000}}
    for wrong in ("eu", "eu/1/2", "/1", "eu/", ""):
        with pytest.raises(InvalidInputError, match="region/number"):
            await backend.get(wrong)


async def test_pages_follow_the_vendor_s_links(server: BeaconServer, backend: Any) -> None:
    ids = server.seed(7)
    assert [campaign.id async for campaign in backend.list(page_size=3)] == ids
    first = await anext(backend.list(page_size=3).pages())
    later = [campaign.id async for campaign in backend.list(page_size=3).items(cursor=first.next_cursor)]
    assert later == ids[3:]


async def test_a_link_to_another_origin_is_not_followed(server: BeaconServer, backend: Any) -> None:
    server.seed(7)
    async with BeaconServer() as stranger:
        server.next_host = stranger.url
        with pytest.raises(PaginationError, match="another origin"):
            [campaign.id async for campaign in backend.list(page_size=3)]
        with pytest.raises(PaginationError, match="another origin"):
            [
                one
                async for one in backend.list().items(
                    cursor=f"http://jane@{server.url.removeprefix('http://')}/"
                )
            ]


async def test_a_resubmission_reports_worse_terms(server: BeaconServer, backend: Any) -> None:
    [id] = server.seed(1)
    outcome = await (await backend.resubmit(id, operators=["TMO", "ATT"])).wait(timeout=10)
    assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)
    assert [(change.before, change.after) for change in outcome.downgrades] == [(2000, 1000)]
    assert server.ledger == [("resubmit", id, {"operators": "TMO,ATT"})]


async def test_a_create_whose_answer_is_lost_is_found(server: BeaconServer, backend: Any) -> None:
    server.lose["create"] = 1
    with pytest.raises(OutcomeUnknownError) as caught:
        await backend.create(beacon.BeaconDraft(region="us", name="Spring & sale"))
    outcome = await backend.action(caught.value.token).wait(timeout=10)
    assert (outcome.verdict, outcome.evidence, outcome.target) == (
        Verdict.SUCCEEDED,
        Evidence.OBSERVED,
        "us/1",
    )
    assert server.campaigns["us/1"]["name"] == "Spring & sale"
    assert server.applied("create") == ["us/1"]


async def test_a_batch_applies_each_row_once(server: BeaconServer, backend: Any, tmp_path: Path) -> None:
    ids = server.seed(12)
    server.lose["resubmit"] = 3
    async with Batch.open(tmp_path / "batch.db", backend, "resubmit") as batch:
        await batch.add(ids)
        results = [result async for result in batch.results()]
    assert {result.outcome.verdict for result in results} == {Verdict.SUCCEEDED}
    assert sorted(server.applied("resubmit")) == sorted(ids)
