"""A client of the simulated RCS platform that knows no more than HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import yarl

from tests.support.vendors.sinch_client import Answer

if TYPE_CHECKING:
    import aiohttp

    from campaign_reg.sandbox import Sandbox

LISTS = {"bsg": "/api/campaigns", "wwt": "/api/campaign"}
STOPS = {"bsg": "PATCH", "wwt": "PUT"}


class RcsApi:
    def __init__(self, session: aiohttp.ClientSession, sandbox: Sandbox) -> None:
        self.session = session
        self.sandbox = sandbox
        self.url = sandbox.url
        self.headers: dict[str, str] = {}
        self._numbers = iter(range(10_000))

    async def send(self, method: str, path: str, **options: Any) -> Answer:
        """Send as it stands; nothing is added and nothing re-quoted."""
        url = yarl.URL(self.url + path, encoded=True)
        async with self.session.request(method, url, allow_redirects=False, **options) as response:
            return Answer(response.status, response.headers, await response.read())

    async def login(self, **body: Any) -> Answer:
        body = body or {"api_key": self.sandbox.settings("rcs")["api_key"]}
        return await self.send("POST", "/api/auth/login", json=body)

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        """Send with a JWT; the path follows /api."""
        if not self.headers:
            self.headers = {"Authorization": f"Bearer {(await self.login()).document['bearer']}"}
        options["headers"] = {**self.headers, **options.get("headers", {})}
        return await self.send(method, f"/api{path}", **options)

    async def data(self, method: str, path: str, **options: Any) -> Any:
        answer = await self.call(method, path, **options)
        assert answer.status == 200, answer.body
        return answer.document["data"]

    async def get(self, campaign_id: str | int) -> Any:
        return await self.data("GET", f"/campaigns/{campaign_id}")

    async def renew(self, campaign_id: str | int) -> Answer:
        return await self.call("PUT", f"/campaigns/{campaign_id}/renew")

    async def stop(self, campaign_id: str | int) -> Answer:
        return await self.call(STOPS[self.sandbox.rcs.brand], f"/campaigns/{campaign_id}/stop")

    async def list(self, **filters: Any) -> Any:
        query = urlencode({"filter[type]": "rcs"} | filters)
        return (await self.call("GET", f"{LISTS[self.sandbox.rcs.brand][4:]}?{query}")).document

    async def messages(self, **filters: Any) -> Any:
        return (await self.call("GET", f"/messages?{urlencode(filters)}")).document

    async def create(self, **members: Any) -> Answer:
        return await self.call("POST", "/campaigns/rcs/send", json=self.body(**members))

    def body(self, **members: Any) -> dict[str, Any]:
        """Make a body for numbers that differs from all before."""
        number = next(self._numbers)
        phone = {"number": f"1202555{number:04d}", "reference_id": f"reference{number}"}
        return {
            "phones": [phone],
            "sender": "acme_agent",
            "options": {"text": "Your parcel has arrived."},
        } | members
