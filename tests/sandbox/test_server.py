from __future__ import annotations

import asyncio
import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import aiohttp
import pytest

from campaign_reg.sandbox import Sandbox
from campaign_reg.sandbox.server import TokenBucket
from tests.support.vendors.sinch_client import Api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio


@pytest.fixture
async def narrow(anyio_backend: str) -> AsyncIterator[Sandbox]:
    async with Sandbox(rate_limit=5) as sandbox:
        yield sandbox


async def test_it_listens_on_loopback_only(sandbox: Sandbox) -> None:
    assert sandbox.url.startswith("http://127.0.0.1:")
    assert not sandbox.url.endswith(":0")
    with pytest.raises(ValueError, match="no nobody"):
        sandbox.settings("nobody")


async def test_two_at_once_do_not_meet(sandbox: Sandbox) -> None:
    async with Sandbox(seed=8) as other:
        assert other.url != sandbox.url
        assert other.settings("sinch")["project_id"] != sandbox.settings("sinch")["project_id"]


async def test_a_port_can_be_asked_for_again() -> None:
    async with Sandbox() as first:
        port = int(first.url.rpartition(":")[2])
    async with Sandbox(port=port) as second:
        assert second.url == first.url


async def test_every_reply_is_dated_by_the_virtual_clock(sandbox: Sandbox, api: Api) -> None:
    sandbox.clock.advance(86_400 * 30)
    answers = [
        await api.token(),
        await api.call("GET", "/campaignRegistrations"),
        await api.call("GET", "/nothing"),
        await api.send("GET", "/nowhere"),
    ]
    wanted = datetime.datetime(2026, 5, 10, 8, 0, 0, tzinfo=datetime.UTC)
    assert [parsedate_to_datetime(answer.headers["Date"]) for answer in answers] == [wanted] * 4
    assert [answer.status for answer in answers] == [200, 200, 404, 404]


async def test_the_limit_is_kept_and_counted(narrow: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        api = Api(session, narrow)
        await api.authorize()
        answers = await asyncio.gather(*(api.call("GET", "/campaignRegistrations") for _ in range(12)))
    refused = [answer for answer in answers if answer.status == 429]
    assert narrow.stats.over_limit == len(refused) > 0
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
    assert narrow.stats.requests == {"createToken": 1, "listCampaigns": 12}
    assert 5 < narrow.stats.peak_per_second <= 12
    assert narrow.stats.statuses == {200: 13 - len(refused), 429: len(refused)}


async def test_tokens_are_not_limited(narrow: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        answers = [await Api(session, narrow).token() for _ in range(10)]
    assert {answer.status for answer in answers} == {200}


async def test_connections_and_requests_in_flight_are_counted(sandbox: Sandbox) -> None:
    sandbox.faults.add("slow", times=None, delay_seconds=0.3)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=6)) as session:
        api = Api(session, sandbox)
        await api.authorize()
        await asyncio.gather(*(api.call("GET", "/campaignRegistrations") for _ in range(12)))
    assert sandbox.stats.peak_connections == sandbox.stats.peak_in_flight == 6
    for _ in range(50):
        await asyncio.sleep(0.01)
        if not sandbox.stats.open_connections:
            break
    assert sandbox.stats.open_connections == sandbox.stats.in_flight == 0


async def test_exchanges_are_recorded(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    await api.resubmit(campaign_id, json={"mnos": ["TMO"]})
    exchange = sandbox.exchanges[-1]
    assert exchange.operation == "resubmitCampaign"
    assert (exchange.method, exchange.status) == ("PUT", 200)
    assert exchange.target == f"{api.campaigns}/{campaign_id}/resubmit"
    assert exchange.request_body == b'{"mnos": ["TMO"]}'
    assert exchange.response_headers["Date"] == "Fri, 10 Apr 2026 08:00:00 GMT"
    assert exchange.response_body == b"{}"


async def test_nothing_is_kept_unless_asked(narrow: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        await Api(session, narrow).token()
    assert narrow.exchanges == []


async def test_a_body_that_is_too_large_is_refused(api: Api) -> None:
    await api.authorize()
    head = f"POST {api.project}/uploadCampaignFile:submit HTTP/1.1\r\nHost: x\r\n"
    head += "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", int(api.url.rpartition(":")[2]))
    writer.write(head.encode())
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    for _ in range(34):
        writer.write(chunk)
        await writer.drain()
    assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    writer.transport.abort()


async def test_it_ends_while_somebody_still_waits() -> None:
    async with aiohttp.ClientSession() as session:
        async with Sandbox() as sandbox:
            api = Api(session, sandbox)
            await api.authorize()
            sandbox.faults.add("slow", delay_seconds=30)
            call = asyncio.create_task(api.call("GET", "/campaignRegistrations"))
            for _ in range(500):
                if sandbox.stats.in_flight:
                    break
                await asyncio.sleep(0.01)
        with pytest.raises(aiohttp.ClientError):
            await call


async def test_it_can_wait_for_ever(sandbox: Sandbox) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sandbox.serve_forever(), 0.01)


def test_the_bucket_holds_at_least_one() -> None:
    bucket = TokenBucket(0.001)
    assert bucket.take()
    assert not bucket.take()


async def test_a_port_in_use_is_told(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="address already in use"):
        async with Sandbox(port=int(sandbox.url.rpartition(":")[2])):
            pass


async def test_a_client_may_ask_before_it_sends_a_body(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    assert (await api.resubmit(campaign_id, json={}, expect100=True)).status == 200
