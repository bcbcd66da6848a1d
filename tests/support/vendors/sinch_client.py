"""A client that knows no more than HTTP: the sandbox is not tested with our own."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import functools
import json
import pathlib
from typing import TYPE_CHECKING, Any

import aiohttp
import yaml  # type: ignore[import-untyped, unused-ignore]
import yarl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_reg.sandbox import Sandbox

CONTRACTS = pathlib.Path(__file__).parents[2] / "contracts"
CREATE_BODY: dict[str, Any] = {
    "brandId": "BHL7Q2X",
    "useCase": "DELIVERY_NOTIFICATION",
    "campaignName": "Harbor Lane order updates",
    "description": "Harbor Lane Supply texts customers who opted in at checkout with delivery progress.",
    "messageFlow": "Shoppers tick an unticked consent box next to the phone field before placing an order.",
    "sample1": "Harbor Lane: order 48213 has shipped. Reply STOP to stop.",
    "sample2": "Harbor Lane: order 48213 is out for delivery today. Reply STOP to stop.",
    "sample3": "Harbor Lane: order 48213 was delivered at 14:02. Reply STOP to stop.",
    "stopMessage": "Harbor Lane: you are unsubscribed and will get no further texts.",
    "optInMessage": "Harbor Lane: you will get order updates. Reply HELP for help, STOP to stop.",
    "helpMessage": "Harbor Lane: write to help@harborlane.example. Reply STOP to stop.",
    "optinKeywords": "START,YES",
    "optoutKeywords": "STOP,QUIT,END",
    "helpKeywords": "HELP,INFO",
    "autoRenewal": True,
    "embeddedLink": True,
    "embeddedPhone": False,
    "affiliateMarketing": False,
    "numberPool": False,
    "ageGated": False,
    "directLending": False,
    "subscriberOptIn": True,
    "subscriberOptOut": True,
    "subscriberHelp": True,
}


def contract_document(name: str) -> dict[str, Any]:
    """Load one of the contracts, as a copy to be changed at will."""
    return copy.deepcopy(_parsed(name))


@functools.cache
def _parsed(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((CONTRACTS / name).read_text())
    return document


@dataclasses.dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        return str(self.document["error"]["message"])

    @property
    def violations(self) -> dict[str, str]:
        [detail] = self.document["error"]["details"]
        return {violation["field"]: violation["description"] for violation in detail["fieldViolations"]}


class Api:
    def __init__(self, session: aiohttp.ClientSession, sandbox: Sandbox) -> None:
        self.session = session
        self.settings = sandbox.settings("sinch")
        self.url = sandbox.url
        self.project = f"/v1/projects/{self.settings['project_id']}"
        self.campaigns = f"{self.project}/campaignRegistrations"
        self.headers: dict[str, str] = {}

        self.basic = self.basic_of(sandbox)

    @staticmethod
    def basic_of(sandbox: Sandbox) -> str:
        account = sandbox.sinch.account
        return aiohttp.encode_basic_auth(account.key_id, account.key_secret)

    async def send(self, method: str, path: str, **options: Any) -> Answer:
        """Send as it stands; nothing is added and nothing re-quoted."""
        url = yarl.URL(self.url + path, encoded=True)
        async with self.session.request(method, url, allow_redirects=False, **options) as response:
            return Answer(response.status, response.headers, await response.read())

    async def token(self, **options: Any) -> Answer:
        options = {"data": {"grant_type": "client_credentials"}, "headers": {}, **options}
        options["headers"] = {"Authorization": self.basic, **options["headers"]}
        return await self.send("POST", "/oauth2/token", **options)

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        """Send with a bearer token; the path follows the project."""
        await self.authorize()
        options["headers"] = {**self.headers, **options.get("headers", {})}
        return await self.send(method, self.project + path, **options)

    async def get(self, campaign_id: str) -> Any:
        return (await self.call("GET", f"/campaignRegistrations/{campaign_id}")).document

    async def list(self, query: str = "") -> Any:
        return (await self.call("GET", f"/campaignRegistrations?{query}")).document

    async def resubmit(self, campaign_id: str, **options: Any) -> Answer:
        return await self.call("PUT", f"/campaignRegistrations/{campaign_id}/resubmit", **options)

    async def authorize(self) -> None:
        if not self.headers:
            token = (await self.token()).document["access_token"]
            self.headers = {"Authorization": f"Bearer {token}"}

    async def raw_resubmit(self, campaign_id: str) -> tuple[bytes, bool]:
        """Resubmit over a bare socket; returns what came back, and whether it ended in a reset."""
        await self.authorize()
        return await self.raw("PUT", f"{self.campaigns}/{campaign_id}/resubmit", b"{}")

    async def raw_close(self, method: str, path: str) -> tuple[bytes, bool]:
        """Send a request without a body that asks for the connection to be closed."""
        return await self.raw(method, path, b"", "Connection: close")

    async def raw(self, method: str, path: str, body: bytes, *more: str) -> tuple[bytes, bool]:
        port = int(self.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(body)}", *(": ".join(item) for item in self.headers.items()), *more]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        received = b""
        try:
            while chunk := await asyncio.wait_for(reader.read(65536), 5):
                received += chunk
        except ConnectionResetError:
            return received, True
        else:
            return received, False
        finally:
            writer.transport.abort()
