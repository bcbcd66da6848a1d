"""A vendor with an account of ours, as the contract suite sees every provider: the same few questions for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import attrs

import campaign_reg
from campaign_reg.clock import Clock
from campaign_reg.enums import Verb
from campaign_reg.protocol.backend import Backend
from campaign_reg.providers.sinch.sender_id.models import RegistrationUpdate
from campaign_reg.providers.sinch.ten_dlc.models import CampaignDraft as SinchDraft
from campaign_reg.sandbox import Sandbox
from campaign_reg.sandbox.sender_id.policies import PLAIN
from tests.support.vendors.sinch_client import CREATE_BODY


class Stage(Protocol):
    """What the suite asks of a simulated vendor."""

    @property
    def name(self) -> str:
        """The provider's registered name."""
        ...

    @property
    def unknown_id(self) -> str:
        """The id of a campaign that there is not, in the vendor's form."""
        ...

    def settings(self) -> dict[str, Any]:
        """What `connect` takes."""
        ...

    def connect(
        self, clock: Clock | None = None, **settings: Any
    ) -> AbstractAsyncContextManager[Backend[Any]]:
        """Another connection to the same account."""
        ...

    def seed(self, count: int, verb: Verb | None = None) -> list[str]:
        """Put in campaigns that a verb may be performed on."""
        ...

    def params(self, verb: Verb, number: int = 0) -> Mapping[str, Any]:
        """Plain parameters of a verb; of creates, one set for each number."""
        ...

    def typed(self, verb: Verb) -> Callable[[Any, str, Mapping[str, Any]], Any]:
        """From backend, id and plain parameters to a call of the typed method."""
        ...

    def lose(self, verb: Verb, *, applied: bool, times: int = 1) -> None:
        """Lose the answers of the next writes, after or before they are applied."""
        ...

    def expire_token(self) -> None:
        """Refuse the next reading because the token has expired."""
        ...

    def applied(self, verb: Verb) -> Counter[str]:
        """How often a verb was applied, by campaign."""
        ...

    def requests(self) -> int:
        """How many requests came."""
        ...

    def open_connections(self) -> int:
        """How many connections are open."""
        ...


@attrs.frozen(kw_only=True)
class SandboxPlan:
    """What is a provider's own in the sandbox.

    Attributes:
        unknown_id: The id of a campaign that there is not, in the vendor's form.
        operations: The contract's operation for each writing verb.
        params: Parameters for each writing verb.
        typed: The typed method for each verb whose arguments are not just the id.
        seeds: Options of the sandbox's seed for each verb, so that it ends well.
        has_tokens: Whether its tokens can expire.
    """

    unknown_id: str
    operations: Mapping[Verb, str]
    params: Mapping[Verb, Callable[[int], Mapping[str, Any]]]
    typed: Mapping[Verb, Callable[[Any, str, Mapping[str, Any]], Any]]
    seeds: Mapping[Verb, Mapping[str, Any]]


def _from_draft(backend: Any, id: str, params: Mapping[str, Any]) -> Any:
    return backend.create(backend.params(Verb.CREATE, params))


def _sinch_draft(number: int) -> Mapping[str, Any]:
    names = {"brandId": "brand_id", "optinKeywords": "optin_keywords", "optoutKeywords": "optout_keywords"}
    snake = {
        names.get(name) or "".join(f"_{char.lower()}" if char.isupper() else char for char in name): value
        for name, value in CREATE_BODY.items()
    }
    known = {field.name for field in attrs.fields(SinchDraft)}
    assert snake.keys() <= known
    return {**snake, "campaign_name": f"Harbor Lane {number}"}


def _details(number: int) -> list[dict[str, Any]]:
    company = [{"companyName": "Harbor Lane Supply", "website": "https://harborlane.example"}]
    return [{"additional_details": company, "sender_id_details": [{"senderId": f"HARBOR{number}"}]}]


def _update(number: int) -> Mapping[str, Any]:
    members = {field.name: None for field in attrs.fields(RegistrationUpdate)}
    return {**members, "tags": ["#harbor"]}


def _no_params(number: int) -> Mapping[str, Any]:
    return {}


PLANS: Mapping[str, SandboxPlan] = {
    "sinch": SandboxPlan(
        unknown_id="01k4cxccbt519xa3ejty1r5jb4",
        operations={
            Verb.RESUBMIT: "resubmitCampaign",
            Verb.DELETE: "deleteCampaign",
            Verb.CREATE: "createCampaign",
        },
        params={
            Verb.RESUBMIT: lambda _: {"mnos": ["TMO"]},
            Verb.DELETE: _no_params,
            Verb.CREATE: _sinch_draft,
        },
        typed={
            Verb.RESUBMIT: lambda backend, id, params: backend.resubmit(id, **params),
            Verb.CREATE: _from_draft,
        },
        seeds={Verb.RESUBMIT: {"reject_share": 0}, Verb.DELETE: {"reject_share": 0}},
    ),
    "sinch-senderid": SandboxPlan(
        unknown_id="01k4cxccbt519xa3ejty1r5jb4",
        operations={
            Verb.UPDATE: "updateRegistration",
            Verb.DELETE: "deleteRegistration",
            Verb.CREATE: "createRegistration",
        },
        params={
            Verb.UPDATE: _update,
            Verb.DELETE: _no_params,
            Verb.CREATE: lambda number: {"policy_id": PLAIN, "request_details": _details(number)},
        },
        typed={
            Verb.UPDATE: lambda backend, id, params: backend.update(id, tags=params["tags"]),
            Verb.CREATE: _from_draft,
        },
        seeds={Verb.UPDATE: {"status": "PENDING"}, Verb.DELETE: {"status": "PENDING"}},
    ),
    "rcs": SandboxPlan(
        unknown_id="99999998",
        operations={Verb.RENEW: "renewCampaign", Verb.CREATE: "createRcsCampaign"},
        params={
            Verb.RENEW: _no_params,
            Verb.CREATE: lambda number: {
                "sender": "acme_agent",
                "phones": [{"number": f"1202555{number:04}"}],
                "text": "Hello",
            },
        },
        typed={Verb.CREATE: _from_draft},
        seeds={Verb.RENEW: {"pause_again_share": 0, "stop_share": 0}},
    ),
    "responsys": SandboxPlan(
        unknown_id="Nobody Knows",
        operations={
            Verb.APPROVE: "setCampaignApproval",
            Verb.UPDATE: "updateCampaignV15",
            Verb.CREATE: "createCampaignV15",
        },
        params={
            Verb.APPROVE: lambda _: {"status": "APPROVED"},
            Verb.UPDATE: lambda _: {"description": "Changed by the suite"},
            Verb.CREATE: lambda number: {
                "name": f"Harbor Lane {number}",
                "folder_name": "Autumn",
                "data_source": [
                    {"type": "PROFILE_LIST", "path": "Lists/MEMBERS", "fields": [{"name": "EMAIL_ADDRESS_"}]}
                ],
            },
        },
        typed={
            Verb.APPROVE: lambda backend, id, params: backend.approve(id, **params),
            Verb.UPDATE: lambda backend, id, params: backend.update(id, backend.params(Verb.UPDATE, params)),
            Verb.CREATE: _from_draft,
        },
        seeds={},
    ),
}


@attrs.define(eq=False)
class SandboxStage:
    """A built-in provider's vendor in the sandbox."""

    name: str
    sandbox: Sandbox

    @property
    def plan(self) -> SandboxPlan:
        return PLANS[self.name]

    @property
    def unknown_id(self) -> str:
        return self.plan.unknown_id

    def settings(self) -> dict[str, Any]:
        return self.sandbox.settings(self.name)

    def connect(
        self, clock: Clock | None = None, **settings: Any
    ) -> AbstractAsyncContextManager[Backend[Any]]:
        opened: Any = campaign_reg.connect
        made: AbstractAsyncContextManager[Backend[Any]] = opened(
            self.name, clock=clock, **{**self.settings(), **settings}
        )
        return made

    def seed(self, count: int, verb: Verb | None = None) -> list[str]:
        options = {} if verb is None else self.plan.seeds.get(verb, {})
        return self.sandbox.vendor(self.name).seed(count, **options)

    def params(self, verb: Verb, number: int = 0) -> Mapping[str, Any]:
        return self.plan.params[verb](number)

    def typed(self, verb: Verb) -> Callable[[Any, str, Mapping[str, Any]], Any]:
        return self.plan.typed.get(verb) or (lambda backend, id, params: getattr(backend, verb.value)(id))

    def lose(self, verb: Verb, *, applied: bool, times: int = 1) -> None:
        action = "drop_after" if applied else "drop_before"
        self.sandbox.faults.add(action, self.plan.operations[verb], provider=self.name, times=times)

    def expire_token(self) -> None:
        self.sandbox.faults.add("expired_token", provider=self.name)

    def applied(self, verb: Verb) -> Counter[str]:
        return self.sandbox.ledger.counts(self.plan.operations[verb], self.name)

    def requests(self) -> int:
        return self.sandbox.stats.requests.total()

    def open_connections(self) -> int:
        return self.sandbox.stats.open_connections
