"""The programs that are compared, each made to do the same work: ours, bare aiohttp, and SDKs of others.

Libraries that only a comparison needs are imported by name, so that a missing one costs its figures and no more.
"""

from __future__ import annotations

import contextlib
import importlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson

from benchmarks.naive import NaiveClient
from benchmarks.server import PROJECT
from campaign_reg import Limits, SinchConfig, connect

if TYPE_CHECKING:
    from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend

Call = Callable[[str], Awaitable[object]]
IDS = [f"01k4cxccbt519xa3ejty{n:06d}" for n in range(1000)]
RESUBMISSION = {"mnos": ["TMO"]}
# On, so that its cost is there, and never the bound.
_UNREACHED_RATE = 1e6


def installed(name: str) -> Any:
    """A library that may be missing; None then."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


@contextlib.asynccontextmanager
async def ours(url: str, concurrency: int) -> AsyncIterator[SinchBackend]:
    """`campaign_reg` with every policy on: OAuth, retry, limiter, timeout, error mapping."""
    limits = Limits(in_flight=concurrency, per_second=_UNREACHED_RATE)
    config = SinchConfig(
        project_id=PROJECT, key_id="benchmark", key_secret="benchmark", base_url=url, auth_url=url
    )
    async with connect(config, limits=limits) as sinch:
        yield sinch


@contextlib.asynccontextmanager
async def bare(concurrency: int, *, keep_alive: bool = True) -> AsyncIterator[aiohttp.ClientSession]:
    """aiohttp as it comes, or with a connection for each request."""
    connector = aiohttp.TCPConnector(limit=concurrency, force_close=not keep_alive)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


def bare_get(session: aiohttp.ClientSession, url: str) -> Call:
    """A GET that reads bytes and does nothing with them."""

    async def get(id: str) -> bytes:
        async with session.get(f"{url}/v1/projects/{PROJECT}/campaignRegistrations/{id}") as answer:
            return await answer.read()

    return get


def bare_put(session: aiohttp.ClientSession, url: str) -> Call:
    """A PUT whose body is serialised each time."""
    headers = {"Content-Type": "application/json"}

    async def put(id: str) -> bytes:
        path = f"{url}/v1/projects/{PROJECT}/campaignRegistrations/{id}/resubmit"
        async with session.put(path, data=orjson.dumps(RESUBMISSION), headers=headers) as answer:
            return await answer.read()

    return put


@contextlib.asynccontextmanager
async def naive(url: str, concurrency: int) -> AsyncIterator[NaiveClient]:
    """The same libraries, put together the obvious way."""
    async with bare(concurrency) as session:
        yield NaiveClient(session, url, concurrency)


@contextlib.asynccontextmanager
async def telnyx(url: str) -> AsyncIterator[Any]:
    """Telnyx's async client on aiohttp; None where it is not installed with that extra."""
    module, extra = installed("telnyx"), installed("httpx_aiohttp")
    if module is None or extra is None:
        yield None
        return
    client = module.AsyncTelnyx(api_key="benchmark", base_url=url, http_client=module.DefaultAioHttpClient())
    async with client:
        yield client


class _Credential:
    """A token that needs no fetching, in the form azure-core wants it."""

    async def get_token(self, *_: str, **__: Any) -> Any:
        return importlib.import_module("azure.core.credentials").AccessToken(
            "benchmark", int(time.time()) + 86400
        )


@contextlib.asynccontextmanager
async def azure_get(url: str) -> AsyncIterator[Call | None]:
    """A GET through azure-core with the policies its SDKs use, to plain dictionaries; None if not installed."""
    core = installed("azure.core")
    if core is None:
        yield None
        return
    policies = importlib.import_module("azure.core.pipeline.policies")
    transport = importlib.import_module("azure.core.pipeline.transport")
    request_class = importlib.import_module("azure.core.rest").HttpRequest
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            core.AsyncPipelineClient(
                url,
                transport=transport.AioHttpTransport(),
                policies=[
                    policies.RequestIdPolicy(),
                    policies.HeadersPolicy(),
                    policies.UserAgentPolicy("benchmark"),
                    policies.ContentDecodePolicy(),
                    policies.AsyncRedirectPolicy(),
                    policies.AsyncRetryPolicy(),
                    policies.AsyncBearerTokenCredentialPolicy(_Credential(), "scope"),
                    policies.CustomHookPolicy(),
                    policies.NetworkTraceLoggingPolicy(),
                    policies.DistributedTracingPolicy(),
                    policies.HttpLoggingPolicy(),
                ],
            )
        )

        async def get(id: str) -> object:
            request = request_class("GET", f"{url}/v1/projects/{PROJECT}/campaignRegistrations/{id}")
            answer = await client.send_request(request, enforce_https=False)
            answer.raise_for_status()
            return answer.json()

        yield get
