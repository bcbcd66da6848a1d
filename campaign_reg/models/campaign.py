"""What every vendor's campaign can be asked."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from typing_extensions import TypeVar

from campaign_reg.enums import CampaignState


class Campaign(Protocol):
    """A campaign, whichever vendor holds it; the vendor's own model has more."""

    @property
    def id(self) -> str:
        """The vendor's identifier, the one that verbs take."""
        ...

    @property
    def provider(self) -> str:
        """Name of the provider."""
        ...

    @property
    def name(self) -> str:
        """Label given by people; may be empty."""
        ...

    @property
    def state(self) -> CampaignState:
        """Its state, in words that fit every vendor."""
        ...

    @property
    def vendor_status(self) -> str:
        """Its state, in the vendor's words."""
        ...

    @property
    def version(self) -> str | None:
        """Text that changes whenever the campaign does; None where the vendor shows none."""
        ...

    @property
    def created_at(self) -> datetime | None:
        """When it was created, aware UTC."""
        ...

    @property
    def updated_at(self) -> datetime | None:
        """When it last changed, aware UTC."""
        ...


C_co = TypeVar("C_co", bound=Campaign, covariant=True, default=Campaign)
"""The vendor's model of a campaign in what only returns it; plain `Outcome` means `Outcome[Campaign]`."""
