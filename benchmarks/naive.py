"""The obvious stack of the same libraries: decorator, middlewares, anyio limiter and deadline, `json()`, cattrs."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import anyio
import backoff
import cattrs
import cattrs.gen
import cattrs.preconf.orjson
import orjson

from benchmarks.server import PROJECT
from campaign_reg.errors import NotFoundError, ServerError
from campaign_reg.providers.sinch.ten_dlc.codec import _CAMPAIGN_NAMES
from campaign_reg.providers.sinch.ten_dlc.models import CampaignList, OperatorTerms, SinchCampaign
from campaign_reg.wire.codec import camel

if TYPE_CHECKING:
    from campaign_reg.wire.message import Response
    from campaign_reg.wire.request import Request

M = TypeVar("M")
Handler = Callable[[M], Awaitable[Any]]


def plain_converter(*, detailed_validation: bool = True) -> cattrs.Converter:
    """`cattrs.preconf.orjson` with the members' wire names, and nothing else: unknown members are dropped."""
    converter = cattrs.preconf.orjson.make_converter(detailed_validation=detailed_validation)
    converter.register_structure_hook(Decimal, lambda value, _: Decimal(str(value)))  # it brings none
    for model, names in ((OperatorTerms, {}), (SinchCampaign, _CAMPAIGN_NAMES), (CampaignList, {})):
        _rename(converter, model, names)
    return converter


def _rename(converter: cattrs.Converter, model: type[Any], names: dict[str, str]) -> None:
    fields = [field.name for field in model.__attrs_attrs__ if field.name != "extra"]
    renames: Any = {name: cattrs.gen.override(rename=names.get(name, camel(name))) for name in fields}
    hook: Any = cattrs.gen.make_dict_structure_fn(
        model, converter, extra=cattrs.gen.override(omit=True), **renames
    )
    converter.register_structure_hook(model, hook)


def _chain(handler: Handler[M], *middlewares: Callable[[M, Handler[M]], Awaitable[Any]]) -> Handler[M]:
    """As aiohttp chains its client middlewares, anew for each call."""
    for middleware in reversed(middlewares):
        handler = functools.partial(_call, middleware, handler)
    return handler


async def _call(middleware: Any, handler: Handler[M], message: M) -> Any:
    return await middleware(message, handler)


def in_naive_policies(send: Callable[[Request], Awaitable[Response]], concurrency: int) -> Any:
    """Backoff decorator, capacity limiter, deadline and three middlewares around a transport's `send`."""
    limiter = anyio.CapacityLimiter(concurrency)

    async def authorize(request: Request, handler: Handler[Request]) -> Any:
        request.headers = {**request.headers, "Authorization": "Bearer benchmark"}
        return await handler(request)

    async def name_us(request: Request, handler: Handler[Request]) -> Any:
        request.headers = {**request.headers, "User-Agent": "benchmark"}
        return await handler(request)

    async def map_errors(request: Request, handler: Handler[Request]) -> Any:
        response = await handler(request)
        if response.status >= 500:
            raise ServerError(request.operation.name, response.status, "failed")
        return response

    @backoff.on_exception(backoff.expo, ServerError, max_tries=4)
    async def send_all(request: Request) -> Any:
        async with limiter:
            with anyio.fail_after(60):
                return await _chain(send, authorize, name_us, map_errors)(request)

    return send_all


class NaiveClient:
    """A client as one would write it in an afternoon."""

    def __init__(self, session: aiohttp.ClientSession, url: str, concurrency: int) -> None:
        self._session, self._url = session, f"{url}/v1/projects/{PROJECT}/campaignRegistrations"
        self._limiter = anyio.CapacityLimiter(concurrency)
        self._converter = plain_converter()

    async def get(self, id: str) -> SinchCampaign:
        """Read a campaign."""
        return self._converter.structure(await self._ask("GET", f"/{id}"), SinchCampaign)

    async def page(self, size: int) -> CampaignList:
        """Read a page."""
        return self._converter.structure(await self._ask("GET", f"?pageSize={size}"), CampaignList)

    async def resubmit(self, id: str) -> Any:
        """Resubmit a campaign."""
        return await self._ask("PUT", f"/{id}/resubmit", orjson.dumps({"mnos": ["TMO"]}))

    @backoff.on_exception(backoff.expo, ServerError, max_tries=4)
    async def _ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        async with self._limiter:
            with anyio.fail_after(60):
                headers = {} if body is None else {"Content-Type": "application/json"}
                async with self._session.request(
                    method,
                    self._url + path,
                    data=body,
                    headers=headers,
                    middlewares=(_authorize, _name_us, _map_errors),
                ) as answer:
                    return await answer.json()


async def _authorize(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    request.headers["Authorization"] = "Bearer benchmark"
    return await handler(request)


async def _name_us(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    request.headers["User-Agent"] = "benchmark"
    return await handler(request)


async def _map_errors(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    answer = await handler(request)
    if answer.status == 404:
        raise NotFoundError("naive", answer.status, "not found")
    if answer.status >= 500:
        raise ServerError("naive", answer.status, "failed")
    return answer
