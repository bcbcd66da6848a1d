"""A simulated Acme on loopback, written from its documentation: a ledger of what was applied, and lost answers."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Self

from aiohttp import web

Trouble = Literal["cut before", "cut after", "answer-delayed", "gateway", "maintenance", "throttled"]

KEY = "acme-canary-key"
WORKSPACE = "shop 7"
_CAMPAIGNS = "/v1/workspaces/{workspace}/campaigns"
_REFUSED_BEFORE = {"maintenance": 503, "throttled": 429}


class ProblemError(Exception):
    """A refusal in Acme's words."""

    def __init__(self, status: int, slug: str, detail: str = "", **more: Any) -> None:
        super().__init__(status, slug)
        self.response = web.json_response({"slug": slug, "detail": detail, **more}, status=status)


class AcmeServer:
    """One workspace at Acme.

    A campaign moves on each time that it is read by its ref, so that nothing here depends on the clock.

    Attributes:
        campaigns: By ref, as they are shown.
        ledger: Call and ref of each write, in the order they were applied.
        searches: Bodies of searches, in their order.
        requests: How many came.
    """

    def __init__(self) -> None:
        self.campaigns: dict[str, dict[str, Any]] = {}
        self.ledger: list[tuple[str, str]] = []
        self.searches: list[dict[str, Any]] = []
        self.requests = 0
        self._coming: dict[str, deque[str]] = {}
        self._troubles: dict[tuple[str, str], deque[Trouble]] = {}
        self._numbers = itertools.count(1)
        app = web.Application()
        app.router.add_post(_CAMPAIGNS + "/search", self._carry_out("search", self._search))
        app.router.add_post(_CAMPAIGNS, self._carry_out("create", self._create))
        app.router.add_get(_CAMPAIGNS + "/{ref}", self._carry_out("get", self._get))
        app.router.add_get(_CAMPAIGNS + "/{ref}/remarks", self._carry_out("remarks", self._remarks))
        app.router.add_post(_CAMPAIGNS + "/{ref}/renewals", self._carry_out("renew", self._renew))
        app.router.add_post(_CAMPAIGNS + "/{ref}/appeals", self._carry_out("appeal", self._appeal))
        app.router.add_put(_CAMPAIGNS + "/{ref}/sign-off", self._carry_out("sign-off", self._sign_off))
        self._runner = web.AppRunner(app, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that lead here, with waits fit for a test."""
        host, port = self._runner.addresses[0][:2]
        return {
            "workspace": WORKSPACE,
            "api_key": KEY,
            "base_url": f"http://{host}:{port}",
            "settle_seconds": 0.2,
            "poll_first_seconds": 0.05,
            "poll_max_seconds": 0.1,
            "poll_deadline_seconds": 3600,
        }

    @property
    def open_connections(self) -> int:
        """How many there are now."""
        assert self._runner.server is not None
        return len(self._runner.server.connections)

    def seed(self, count: int = 1, **members: Any) -> list[str]:
        """Add campaigns that run since yesterday; returns their refs."""
        return [self._add("2026-03-01T09:00:00Z", **members) for _ in range(count)]

    def trouble(self, call: str, subject: str, *troubles: Trouble) -> None:
        """What is to happen to the next calls about a campaign: one trouble each.

        Args:
            call: Such as `renew`.
            subject: The campaign's ref; the label for a create, and nothing for a search. `*` is any.
            troubles: In their order.
        """
        self._troubles.setdefault((call, subject), deque()).extend(troubles)

    def applied(self, call: str) -> list[str]:
        """Refs that a write was applied to, as often as it was."""
        return [ref for name, ref in self.ledger if name == call]

    def _add(self, created_at: str, **members: Any) -> str:
        ref = f"cmp_{next(self._numbers)}"
        plain = {"ref": ref, "revision": 1, "status": "running", "signOff": "pending", "label": f"No. {ref}"}
        self.campaigns[ref] = {**plain, "createdAt": created_at, **members}
        return ref

    def _change(self, ref: str, **members: Any) -> None:
        campaign = self.campaigns[ref]
        campaign.update(members, revision=campaign["revision"] + 1)

    def _carry_out(
        self, call: str, apply: Callable[[str, dict[str, Any]], web.Response]
    ) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.requests += 1
            try:
                self._admit(request)
                body, ref = (
                    await request.json() if request.can_read_body else {},
                    request.match_info.get("ref", ""),
                )
                troubles = self._troubles.get((call, ref or body.get("label", ""))) or self._troubles.get(
                    (call, "*")
                )
                return self._answer(
                    request, troubles.popleft() if troubles else None, lambda: apply(ref, body)
                )
            except ProblemError as problem:
                return problem.response

        return handle

    def _admit(self, request: web.Request) -> None:
        if request.headers.get("X-Acme-Key") != KEY:
            raise ProblemError(
                401, "bad-key", f"no workspace has the key {request.headers.get('X-Acme-Key')}"
            )
        if request.match_info["workspace"] != WORKSPACE:
            raise ProblemError(403, "not-yours", "this key is another workspace's")

    def _answer(
        self, request: web.Request, trouble: Trouble | None, apply: Callable[[], web.Response]
    ) -> web.Response:
        if trouble in _REFUSED_BEFORE:
            raise ProblemError(_REFUSED_BEFORE[trouble], trouble, "try again")
        if trouble == "cut before":
            return _cut(request)
        answer = apply()
        if trouble == "answer-delayed":
            raise ProblemError(504, trouble, "the change was made; its answer is late")
        if trouble == "gateway":
            return web.Response(
                status=504, text="<html>504 Gateway Time-out</html>", content_type="text/html"
            )
        return _cut(request) if trouble == "cut after" else answer

    def _known(self, ref: str) -> dict[str, Any]:
        if ref not in self.campaigns:
            raise ProblemError(404, "no-such-campaign", f"there is no campaign {ref}")
        return self.campaigns[ref]

    def _get(self, ref: str, _: Mapping[str, Any]) -> web.Response:
        shown = web.json_response(self._known(ref))
        if coming := self._coming.get(ref):
            self._change(ref, status=coming.popleft())
        return shown

    def _remarks(self, ref: str, _: Mapping[str, Any]) -> web.Response:
        declined = self._known(ref)["status"] == "declined"
        remarks = [{"topic": "label", "text": "Names no offer.", "reviewer": 12}] if declined else []
        return web.json_response({"remarks": remarks})

    def _search(self, _: str, body: dict[str, Any]) -> web.Response:
        self.searches.append(body)
        found = [campaign for campaign in self.campaigns.values() if _answers(campaign, body)]
        start, size = int(body["cursor"] or 0), body.get("limit", 2)
        end = start + size
        headers = {"Acme-Next-Cursor": str(end)} if end < len(found) else {}
        return web.json_response({"campaigns": found[start:end]}, headers=headers)

    def _create(self, _: str, body: dict[str, Any]) -> web.Response:
        if set(body) - {"label", "audience", "reference"} or "unfit" in body["label"]:
            raise ProblemError(422, "invalid", "the draft cannot be taken", invalid={"label": "unfit"})
        now = datetime.now(UTC).isoformat(timespec="seconds")
        ref = self._add(now, status="in-review", **body)
        self._coming[ref] = deque(["declined" if "forbidden" in body["label"] else "running"])
        self.ledger.append(("create", ref))
        return web.json_response(self.campaigns[ref], status=201)

    def _renew(self, ref: str, _: Mapping[str, Any]) -> web.Response:
        if self._known(ref)["status"] != "paused":
            raise ProblemError(409, "not-paused", "only a paused campaign can be renewed")
        self._change(ref, status="resuming")
        self._coming[ref] = deque(["running"])
        self.ledger.append(("renew", ref))
        return web.Response(status=202)

    def _appeal(self, ref: str, body: dict[str, Any]) -> web.Response:
        if self._known(ref)["status"] != "declined":
            raise ProblemError(409, "not-declined", "only a declined campaign can be appealed for")
        self._change(ref, status="appealed")
        self._coming[ref] = deque(["closed" if "hopeless" in body["reason"] else "running"])
        self.ledger.append(("appeal", ref))
        return web.Response(status=202)

    def _sign_off(self, ref: str, body: dict[str, Any]) -> web.Response:
        self._known(ref)
        self._change(ref, signOff=body["decision"], note=body.get("note"))
        self.ledger.append(("sign-off", ref))
        return web.json_response(self.campaigns[ref])


def _answers(campaign: Mapping[str, Any], search: Mapping[str, Any]) -> bool:
    return (
        (search["archived"] or not campaign.get("archived"))
        and campaign["status"] in (search.get("status") or [campaign["status"]])
        and search.get("reference") in {None, campaign.get("reference")}
    )


def _cut(request: web.Request) -> web.Response:
    """End the connection without a byte of an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def serve() -> None:
    """Pretend to be Acme, with some campaigns that run and some that paused, until it is interrupted."""
    async with AcmeServer() as acme:
        acme.seed(3)
        acme.seed(2, status="paused")
        for name, value in acme.settings.items():
            print(f"export CAMPAIGN_REG_ACME_{name.upper()}='{value}'", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
