"""The neutral port: poller, batch and command use nothing else of a provider."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from campaign_reg.clock import Clock
from campaign_reg.enums import Verb
from campaign_reg.models.campaign import Campaign
from campaign_reg.models.finding import Finding
from campaign_reg.models.outcome import Feedback
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.action import Action
from campaign_reg.protocol.pager import Pager
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.protocol.schedule import Schedule
from campaign_reg.protocol.write import BeforeSend, Found, Waits
from campaign_reg.rate import Pace, Permit

C = TypeVar("C", bound=Campaign)


class CampaignBackend(Protocol[C]):
    """An open connection to one account at a provider.

    Poller, batch and command use only this. `Backend` implements most of it.
    """

    @property
    def provider(self) -> str:
        """Registered name."""
        ...

    @property
    def account(self) -> str:
        """What tells this account from others at the provider; no secret."""
        ...

    @property
    def verbs(self) -> frozenset[Verb]:
        """What this provider can be asked; every other verb raises `UnsupportedVerbError` before any I/O."""
        ...

    @property
    def pace(self) -> Pace:
        """The account's pace."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock that everything on this backend goes by."""
        ...

    @property
    def rng(self) -> random.Random:
        """The source of jitter."""
        ...

    @property
    def in_flight(self) -> int:
        """Requests that leave at once, at most."""
        ...

    @property
    def waits(self) -> Waits:
        """How long to wait for what."""
        ...

    @property
    def schedule(self) -> Schedule:
        """When to look for a settled action, unless the caller says otherwise."""
        ...

    def rule(self, verb: Verb | str) -> VerbRule:
        """What a writing verb means here.

        Raises:
            UnsupportedVerbError: The provider lacks it.
        """
        ...

    async def get(self, id: str) -> C:
        """Read one campaign.

        Raises:
            NotFoundError: The vendor does not know it.
        """
        ...

    def list(self, *_: Any, **filters: Any) -> Pager[C]:
        """List campaigns lazily; no I/O before it is iterated. Filters go by name, each provider has its own."""
        ...

    def everything(self) -> Pager[C]:
        """List every campaign of the account lazily, also where a plain `list` would not look back so far."""
        ...

    async def read(self, id: str, *, verb: Verb | None = None, permit: Permit | None = None) -> Reading:
        """Read one campaign and reduce it to what decides about a verb."""
        ...

    async def find(self, mark: Mapping[str, str], *, permit: Permit | None = None) -> Found:
        """The campaigns that answer to a create's mark."""
        ...

    def reading_of(self, campaign: C) -> Reading:
        """Reduce a campaign that came with a listing; it may be old."""
        ...

    def overview(self, verb: Verb) -> Pager[Reading] | None:
        """Every campaign as a listing shows it; None where no listing says of a verb what reading does."""
        ...

    async def perform(
        self,
        verb: Verb | str,
        target: str | None = None,
        params: object = None,
        *,
        key: str | None = None,
        preimage: Reading | None = None,
        before_send: BeforeSend | None = None,
    ) -> Action:
        """Do something: the one way to write."""
        ...

    def check(self, verb: Verb | str, target: str | None, params: object = None) -> Mapping[str, Any]:
        """Refuse what can be refused without I/O; returns the parameters in plain form."""
        ...

    def params(self, verb: Verb | str, params: object) -> Any:
        """Parameters as an instance of the verb's class."""
        ...

    def mark(self, params: object, key: str = "") -> Mapping[str, str]:
        """What tells the campaign that a create makes from all others; empty where nothing does."""
        ...

    def lint(self, verb: Verb | str, params: object = None) -> tuple[Finding, ...]:
        """What the vendor would refuse, or is known to refuse later, found without I/O."""
        ...

    async def feedback(self, id: str) -> tuple[Feedback, ...]:
        """The vendor's reasons for refusing a campaign."""
        ...

    def action(self, token: str) -> Action:
        """Take up an action again."""
        ...

    async def aclose(self) -> None:
        """Close connections and end owned tasks."""
        ...
