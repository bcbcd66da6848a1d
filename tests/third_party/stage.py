"""The simulated Acme as the contract suite sees every vendor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import attrs

import campaign_reg
from campaign_reg.clock import Clock
from campaign_reg.enums import Verb
from campaign_reg.protocol.backend import Backend
from tests.third_party.acme_server import AcmeServer, Trouble

APPEAL = Verb("appeal")
_CALLS = {Verb.CREATE: "create", Verb.RENEW: "renew", Verb.APPROVE: "sign-off", APPEAL: "appeal"}
_SEEDED = {Verb.RENEW: "paused", APPEAL: "declined"}


@attrs.define(eq=False)
class AcmeStage:
    """One workspace at the simulated Acme."""

    server: AcmeServer
    name: str = "acme"
    unknown_id: str = "cmp_0"

    def settings(self) -> dict[str, Any]:
        return self.server.settings

    def connect(
        self, clock: Clock | None = None, **settings: Any
    ) -> AbstractAsyncContextManager[Backend[Any]]:
        opened: Any = campaign_reg.connect
        made: AbstractAsyncContextManager[Backend[Any]] = opened(
            self.name, clock=clock, **{**self.settings(), **settings}
        )
        return made

    def seed(self, count: int, verb: Verb | None = None) -> list[str]:
        return self.server.seed(count, status="running" if verb is None else _SEEDED.get(verb, "running"))

    def params(self, verb: Verb, number: int = 0) -> Mapping[str, Any]:
        params: Mapping[Verb, Mapping[str, Any]] = {
            Verb.CREATE: {"label": f"Harbor Lane {number}", "audience": 500},
            Verb.RENEW: {},
            Verb.APPROVE: {"decision": "granted", "note": "by phone"},
            APPEAL: {"reason": f"offer {number} is named now"},
        }
        return params[verb]

    def typed(self, verb: Verb) -> Callable[[Any, str, Mapping[str, Any]], Any]:
        return {
            Verb.CREATE: lambda backend, id, params: backend.create(backend.params(Verb.CREATE, params)),
            Verb.RENEW: lambda backend, id, params: backend.renew(id),
            Verb.APPROVE: lambda backend, id, params: backend.approve(id, **params),
            APPEAL: lambda backend, id, params: backend.appeal(id, **params),
        }[verb]

    def lose(self, verb: Verb, *, applied: bool, times: int = 1) -> None:
        trouble: Trouble = "cut after" if applied else "cut before"
        self.server.trouble(_CALLS[verb], "*", *[trouble] * times)

    def expire_token(self) -> None:
        """Acme's keys do not expire: nothing happens."""

    def applied(self, verb: Verb) -> Counter[str]:
        return Counter(self.server.applied(_CALLS[verb]))

    def requests(self) -> int:
        return self.server.requests

    def open_connections(self) -> int:
        return self.server.open_connections
