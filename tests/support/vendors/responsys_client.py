"""A client of the simulated Responsys that knows no more than HTTP."""

from __future__ import annotations

import contextlib
import copy
import functools
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp
import yarl

from tests.support.vendors.sinch_client import Answer, contract_document

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.sandbox import Sandbox

CONTRACT = "responsys.yaml"
LOGIN = "/rest/api/v1.3/auth/token"
CAMPAIGNS = "/rest/api/v1.3/campaigns"
CAMPAIGNS_V15 = "/rest/api/v1.5/campaigns"
APPROVALS = "/rest/api/v1.3/approval/campaigns"
ORGANIZATIONS = "/rest/api/v1.3/attributes/campaigns"
LIMITS = "/rest/api/ratelimit"


@functools.cache
def _parsed() -> dict[str, Any]:
    return contract_document(CONTRACT)


def responsys_document() -> dict[str, Any]:
    """The contract afresh, to be changed at will; it is parsed once, for that takes long."""
    return copy.deepcopy(_parsed())


def example_body(name: str) -> dict[str, Any]:
    """One of the contract's example bodies."""
    value: dict[str, Any] = responsys_document()["components"]["examples"][name]["value"]
    return value


class ResponsysApi:
    def __init__(self, session: aiohttp.ClientSession, sandbox: Sandbox) -> None:
        self.session = session
        self.url = sandbox.url
        self.account = sandbox.responsys.account
        self.token = ""

    async def send(self, method: str, path: str, **options: Any) -> Answer:
        """Send as it stands; nothing is added and nothing re-quoted."""
        url = yarl.URL(self.url + path, encoded=True)
        async with self.session.request(method, url, allow_redirects=False, **options) as response:
            return Answer(response.status, response.headers, await response.read())

    async def form(self, token: str = "", **members: str) -> Answer:
        return await self.send("POST", LOGIN, data=members, headers={"Authorization": token} if token else {})

    async def log_in(self, password: str | None = None) -> Answer:
        secret = self.account.password if password is None else password
        return await self.form(user_name=self.account.user_name, password=secret, auth_type="password")

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        if not self.token:
            self.token = (await self.log_in()).document["authToken"]
        return await self.send(method, path, headers={"Authorization": self.token}, **options)

    async def about(self, method: str, name: str, tail: str = "", **options: Any) -> Answer:
        """Call one campaign of v1.3, its name in one segment."""
        return await self.call(method, f"{CAMPAIGNS}/{segment(name)}{tail}", **options)

    async def approve(self, name: str, state: str = "APPROVED") -> Answer:
        return await self.call("PUT", f"{APPROVALS}/{segment(name)}", json={"approvalStatus": state})


def segment(name: str) -> str:
    return quote(name, safe="")


def code(answer: Answer) -> tuple[int, str]:
    """Status and errorCode of a refusal, whose envelope has all five members."""
    document = answer.document
    assert set(document) == {"type", "title", "errorCode", "detail", "errorDetails"}
    assert "Retry-After" not in answer.headers
    return answer.status, str(document["errorCode"])


@contextlib.asynccontextmanager
async def opened(sandbox: Sandbox) -> AsyncIterator[ResponsysApi]:
    # A connection per call: aiohttp repeats a PUT when a kept connection drops.
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield ResponsysApi(session, sandbox)
