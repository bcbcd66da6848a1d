"""The verbs as methods, the same on every backend."""

from __future__ import annotations

from typing import Any, Protocol

from campaign_reg.enums import Verb
from campaign_reg.protocol.action import Action
from campaign_reg.protocol.rules import VerbRule


class VerbMethods(Protocol):
    """One method for each verb that changes a campaign.

    A provider overrides those of its verbs with typed signatures. The others raise `UnsupportedVerbError` before any
    I/O, whatever their arguments. Where a provider has the verb and no method of its own, the arguments are the
    campaign's id (not for a create), the parameters, and the keyword arguments of `perform`.
    """

    def rule(self, verb: Verb | str) -> VerbRule:
        """What a writing verb means here.

        Raises:
            UnsupportedVerbError: The provider lacks it.
        """
        ...

    async def perform(self, *args: Any, **kwargs: Any) -> Action[Any]:
        """Do something: the one way to write."""
        ...

    async def create(self, *args: Any, **kwargs: Any) -> Action[Any]:
        """Create a campaign."""
        return await self.perform(self.rule(Verb.CREATE).verb, None, *args, **kwargs)

    async def update(self, *args: Any, **kwargs: Any) -> Action[Any]:
        """Change a campaign."""
        return await self.perform(self.rule(Verb.UPDATE).verb, *args, **kwargs)

    async def delete(self, *args: Any, **kwargs: Any) -> Action[Any]:
        """Delete a campaign."""
        return await self.perform(self.rule(Verb.DELETE).verb, *args, **kwargs)

    async def resubmit(self, *args: Any, **kwargs: Any) -> Action[Any]:
        """Resubmit a campaign."""
        return await self.perform(self.rule(Verb.RESUBMIT).verb, *args, **kwargs)

    async def renew(self, *args: Any, **kwargs: Any) -> Action[Any]:
        """Renew a campaign."""
        return await self.perform(self.rule(Verb.RENEW).verb, *args, **kwargs)

    async def approve(self, *args: Any, **kwargs: Any) -> Action[Any]:
        """Approve a campaign."""
        return await self.perform(self.rule(Verb.APPROVE).verb, *args, **kwargs)
