"""The neutral port: poller, batch and command use nothing else of a provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from campaign_reg.enums import Verb
from campaign_reg.models.campaign import Campaign
from campaign_reg.models.finding import Finding
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.action import Action, ActionBackend
from campaign_reg.protocol.pager import Pager
from campaign_reg.protocol.verbs import VerbMethods
from campaign_reg.protocol.write import BeforeSend
from campaign_reg.rate import RateLimiter

C = TypeVar("C", bound=Campaign)


class CampaignBackend(ActionBackend, VerbMethods, Protocol[C]):
    """An open connection to one account at a provider.

    Poller, batch and command use only this. `Backend` implements most of it.
    """

    @property
    def pace(self) -> RateLimiter:
        """The account's pace."""
        ...

    @property
    def in_flight(self) -> int:
        """Requests that leave at once, at most."""
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
    ) -> Action[C]:
        """Do something: the one way to write."""
        ...

    def check(self, verb: Verb | str, target: str | None, params: object = None) -> Mapping[str, Any]:
        """Refuse what can be refused without I/O; returns the parameters in plain form."""
        ...

    def mark(self, params: object, key: str = "") -> Mapping[str, str]:
        """What distinguishes the campaign that a create makes from all others; empty where nothing does."""
        ...

    def lint(self, verb: Verb | str, params: object = None) -> tuple[Finding, ...]:
        """What the vendor would refuse, or is known to refuse later, found without I/O."""
        ...

    def action(self, token: str) -> Action[C]:
        """Take up an action again."""
        ...

    async def aclose(self) -> None:
        """Close connections and end owned tasks."""
        ...
