"""A simulated Beacon on loopback: forms, links to the next page, a ledger of what was applied, and lost answers."""

from __future__ import annotations

from typing import Any, Self

import aiohttp
from aiohttp import web

PASSWORD = "beacon-canary-password"


class BeaconServer:
    """One account at Beacon.

    Attributes:
        campaigns: By id, as they are shown.
        ledger: Verb and id of each write that was applied, and the form it came with.
        lose: For each verb, how many next answers are lost after the write was applied.
        next_host: Origin of the links to the next page; None for this server's own.
    """

    def __init__(self) -> None:
        self.campaigns: dict[str, dict[str, Any]] = {}
        self.ledger: list[tuple[str, str, dict[str, str]]] = []
        self.lose = {"create": 0, "resubmit": 0}
        self.next_host: str | None = None
        app = web.Application(middlewares=[_authenticated])
        app.router.add_get("/v2/account", self._account)
        app.router.add_get("/v2/campaigns", self._list)
        app.router.add_get("/v2/{region}/campaigns/{number}", self._get)
        app.router.add_get("/v2/{region}/campaigns/{number}/terms", self._terms)
        app.router.add_post("/v2/{region}/campaigns", self._create)
        app.router.add_post("/v2/{region}/campaigns/{number}/resubmissions", self._resubmit)
        self._runner = web.AppRunner(app, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    def seed(self, count: int) -> list[str]:
        return [self._add("eu", status="live")["id"] for _ in range(count)]

    def applied(self, verb: str) -> list[str]:
        return [id for name, id, _ in self.ledger if name == verb]

    def _add(self, region: str, **members: Any) -> dict[str, Any]:
        number = str(len(self.campaigns) + 1)
        id = f"{region}/{number}"
        self.campaigns[id] = {
            "id": id,
            "region": region,
            "number": number,
            "rev": 1,
            "daily": 2000,
            **members,
        }
        return self.campaigns[id]

    async def _account(self, _: web.Request) -> web.Response:
        return web.json_response({"account": "harbor-lane"})

    async def _list(self, request: web.Request) -> web.Response:
        reference, size = request.query.get("reference"), int(request.query.get("size", 50))
        start = int(request.query.get("start", 0))
        found = [each for each in self.campaigns.values() if reference in (None, each.get("reference"))]
        page: dict[str, Any] = {"campaigns": [_shown(each) for each in found[start : start + size]]}
        if start + size < len(found):
            link = request.rel_url.update_query({"start": str(start + size)})
            page["next_page_url"] = f"{self.next_host or self.url}{link}"
        return web.json_response(page)

    def _of(self, request: web.Request) -> dict[str, Any]:
        id = f"{request.match_info['region']}/{request.match_info['number']}"
        if id not in self.campaigns:
            raise web.HTTPNotFound(text="{}")
        return self.campaigns[id]

    async def _get(self, request: web.Request) -> web.Response:
        campaign = self._of(request)
        answer = _shown(campaign)
        if campaign["status"] == "review":  # settles after it was seen once
            campaign.update(status="live", rev=campaign["rev"] + 1)
        return web.json_response(answer)

    async def _terms(self, request: web.Request) -> web.Response:
        return web.json_response({"operators": [{"operator": "TMO", "daily": self._of(request)["daily"]}]})

    async def _create(self, request: web.Request) -> web.Response:
        form = await _form(request)
        campaign = self._add(request.match_info["region"], status="review", **form)
        return self._applied(request, "create", campaign, form)

    async def _resubmit(self, request: web.Request) -> web.Response:
        campaign, form = self._of(request), await _form(request)
        campaign.update(status="review", rev=campaign["rev"] + 1, daily=1000)
        return self._applied(request, "resubmit", campaign, form)

    def _applied(
        self, request: web.Request, verb: str, campaign: dict[str, Any], form: dict[str, str]
    ) -> web.Response:
        self.ledger.append((verb, campaign["id"], form))
        if self.lose[verb] > 0:
            self.lose[verb] -= 1
            assert request.transport is not None
            request.transport.close()
        return web.json_response(_shown(campaign))


def _shown(campaign: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in campaign.items() if name not in {"id", "daily"}}


async def _form(request: web.Request) -> dict[str, str]:
    assert request.content_type == "application/x-www-form-urlencoded"
    return {name: str(value) for name, value in (await request.post()).items()}


@web.middleware
async def _authenticated(request: web.Request, handler: Any) -> web.StreamResponse:
    auth = aiohttp.BasicAuth.decode(request.headers.get("Authorization", "Basic Og=="))
    if (auth.login, auth.password) != ("jane", PASSWORD):
        raise web.HTTPUnauthorized(text='{"reason": "wrong password"}')
    answer: web.StreamResponse = await handler(request)
    return answer
