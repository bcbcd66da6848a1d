"""Balance, tariffs, contact lists and exports, against the sandbox."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import campaign_reg
from campaign_reg.errors import (
    ApiError,
    ConflictError,
    DecodeError,
    InvalidInputError,
    NotFoundError,
    OutcomeUnknownError,
    TransportError,
)
from campaign_reg.providers.rcs.drafts import ExportQuery, ExportSource
from tests.providers.rcs.conftest import calls
from tests.support.wire_server import WireServer, reply

if TYPE_CHECKING:
    from campaign_reg.providers.rcs.backend import RcsBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock

pytestmark = pytest.mark.anyio


async def test_the_balance(rcs: RcsBackend, sandbox: Sandbox) -> None:
    sandbox.rcs.register.balance = -50.25
    balance = await rcs.balance()
    assert (balance.balance, balance.credit, balance.currency) == (Decimal("-50.25"), Decimal("125.0"), "USD")


async def test_tariffs(rcs: RcsBackend) -> None:
    pages = [page async for page in rcs.tariffs(page_size=15).pages()]
    [page] = pages
    assert [tariff.code for tariff in page.items] == [9, 11, 3]
    assert page.total == 3


async def test_a_listing_of_several_pages() -> None:
    def page(first: int, count: int) -> bytes:
        lists = [{"id": first + n} for n in range(count)]
        return reply(body=json.dumps({"data": lists, "total": 17}).encode())

    async with (
        WireServer(reply(body=b'{"bearer":"t"}'), page(1, 15), page(16, 2)) as server,
        campaign_reg.connect("rcs", api_key="live_x", brand="bsg", base_url=server.origin) as rcs,
    ):
        assert [found.id async for found in rcs.contact_lists(page_size=15)] == list(range(1, 18))
    queries = [request.target.partition("?")[2] for request in server.requests[1:]]
    assert queries == [f"page%5Boffset%5D={offset}&page%5Blimit%5D=15" for offset in (0, 15)]


async def test_contact_lists(rcs: RcsBackend) -> None:
    lists = {found.id: found async for found in rcs.contact_lists()}
    assert lists[1864275].items == 4200
    assert {type(found.items) for found in lists.values()} == {int}
    assert {type(found.default) for found in lists.values()} <= {bool, type(None)}


@pytest.mark.parametrize("page_size", [14, 501, 0])
async def test_page_sizes(rcs: RcsBackend, page_size: int) -> None:
    for listing in (rcs.tariffs, rcs.contact_lists):
        with pytest.raises(InvalidInputError, match="15 to 500"):
            listing(page_size=page_size)


class TestExports:
    async def test_from_start_to_end(self, rcs: RcsBackend, sandbox: Sandbox, clock: SharedClock) -> None:
        [id] = sandbox.rcs.seed(1, status="done")
        ids = tuple(str(id) for id in sandbox.rcs.message_ids(id))
        key = await rcs.create_export(ExportQuery(message_ids=ids))
        with pytest.raises(ConflictError, match="not ready"):
            await rcs.export(key)
        await clock.sleep(5)
        rows = await rcs.export(key)
        assert [row.message_id for row in rows] == list(ids)
        assert {type(row.price) for row in rows} == {Decimal}
        assert all(row.status is not None and row.status.is_recognized for row in rows)
        [job] = await rcs.exports()
        assert job.key == key
        await rcs.delete_export(key)
        assert await rcs.exports() == ()
        for call in (rcs.export, rcs.delete_export):
            with pytest.raises(NotFoundError, match="90: File not found"):
                await call(key)

    async def test_of_a_period(self, rcs: RcsBackend, clock: SharedClock) -> None:
        now = clock.now().replace(tzinfo=None)
        query = ExportQuery(
            time_in_from=now - timedelta(days=30),
            time_in_to=now,
            phones=("+12025550123",),
            source=ExportSource.API,
            status="delivered",
        )
        assert await rcs.create_export(query)

    async def test_one_too_many_is_refused_with_the_code_of_success(
        self, rcs: RcsBackend, sandbox: Sandbox
    ) -> None:
        sandbox.rcs.jobs.most_jobs = 0
        with pytest.raises(ApiError, match="Maximum count of exports reached") as caught:
            await rcs.create_export(ExportQuery(message_ids=("1",)))
        assert (caught.value.status, caught.value.code) == (200, "")

    async def test_an_instant_needs_the_zone(
        self, rcs: RcsBackend, sandbox: Sandbox, clock: SharedClock
    ) -> None:
        query = ExportQuery(time_in_from=clock.now(), time_in_to=datetime(2026, 5, 1))  # noqa: DTZ001
        with pytest.raises(InvalidInputError, match="time_in_from has a zone"):
            await rcs.create_export(query)
        assert sandbox.exchanges == []

    @pytest.mark.parametrize("fault", ["drop_after", "status_500", "malformed_json"])
    async def test_one_request_whatever_happens(self, rcs: RcsBackend, sandbox: Sandbox, fault: str) -> None:
        for operation in ("createStatJob", "deleteStatJob"):
            sandbox.faults.add(fault, operation, provider="rcs")
        with pytest.raises(OutcomeUnknownError):
            await rcs.create_export(ExportQuery(message_ids=("1",)))
        with pytest.raises(OutcomeUnknownError):
            await rcs.delete_export("1")
        assert calls(sandbox) == ["createStatJob", "deleteStatJob"]

    @pytest.mark.parametrize("key", ["", "..", "a\nb"])
    async def test_keys_that_cannot_be(self, rcs: RcsBackend, sandbox: Sandbox, key: str) -> None:
        for call in (rcs.export, rcs.delete_export):
            with pytest.raises(InvalidInputError):
                await call(key)
        assert sandbox.exchanges == []

    async def test_keys_are_one_segment(self, rcs: RcsBackend, sandbox: Sandbox) -> None:
        with pytest.raises(NotFoundError):
            await rcs.export("a/b?c")
        assert sandbox.exchanges[-1].target == "/api/stat/jobs/a%2Fb%3Fc"


@pytest.mark.parametrize("fault", ["not_json_200", "malformed_json", "empty_body", "html_502"])
async def test_hostile_answers(rcs: RcsBackend, sandbox: Sandbox, fault: str) -> None:
    for operation in ("getBalance", "listTariffs", "listContactLists", "listStatJobs", "getStatJob"):
        sandbox.faults.add(fault, operation, provider="rcs", times=9)
    for call in (rcs.balance, rcs.exports, lambda: rcs.export("k")):
        with pytest.raises((DecodeError, TransportError, ApiError)):
            await call()
    for listing in (rcs.tariffs, rcs.contact_lists):
        with pytest.raises((DecodeError, TransportError, ApiError)):
            await anext(listing().pages())
