"""Documents of the Acme API, and the parameters of its verbs.

Source:
    https://docs.acme.example/api/campaigns
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.enums import CampaignState, OpenEnum
from campaign_reg.errors import InvalidInputError

LONGEST_LABEL = 40


class AcmeStatus(OpenEnum):
    """Where a campaign stands."""

    IN_REVIEW = "in-review"
    DECLINED = "declined"
    APPEALED = "appealed"
    RUNNING = "running"
    PAUSED = "paused"
    RESUMING = "resuming"
    CLOSED = "closed"


class SignOff(OpenEnum):
    """What the advertiser said; independent of the campaign's status."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"


_STATES = {
    AcmeStatus.IN_REVIEW: CampaignState.IN_REVIEW,
    AcmeStatus.DECLINED: CampaignState.REJECTED,
    AcmeStatus.APPEALED: CampaignState.IN_REVIEW,
    AcmeStatus.RUNNING: CampaignState.ACTIVE,
    AcmeStatus.PAUSED: CampaignState.PAUSED,
    AcmeStatus.RESUMING: CampaignState.PAUSED,
    AcmeStatus.CLOSED: CampaignState.ENDED,
}


@attrs.frozen(kw_only=True, slots=False)
class AcmeCampaign:
    """A campaign as Acme shows it.

    Attributes:
        id: Acme's `ref`.
        revision: Counts the campaign's changes.
        reference: The caller's own, given with the create.
        extra: What this release does not know, under Acme's names.
    """

    id: str
    revision: int
    status: AcmeStatus
    sign_off: SignOff = SignOff.PENDING
    label: str | None = None
    reference: str | None = None
    audience: int | None = None
    created_at: datetime | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def provider(self) -> str:
        """Registered name."""
        return "acme"

    @property
    def name(self) -> str:
        """The label."""
        return self.label or ""

    @property
    def state(self) -> CampaignState:
        """The status, in words that fit every vendor."""
        return _STATES.get(self.status, CampaignState.UNKNOWN)

    @property
    def vendor_status(self) -> str:
        """The status, in Acme's words."""
        return str(self.status)

    @property
    def version(self) -> str:
        """The revision."""
        return str(self.revision)

    @property
    def updated_at(self) -> datetime | None:
        """Acme does not say."""
        return None


@attrs.frozen(kw_only=True, slots=False)
class CampaignPage:
    """One page of a search."""

    campaigns: tuple[AcmeCampaign, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True, slots=False)
class Remark:
    """One reason of Acme's reviewers."""

    topic: str | None = None
    text: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True, slots=False)
class Remarks:
    """All reasons of Acme's reviewers."""

    remarks: tuple[Remark, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict)


def _fits(_: object, attribute: attrs.Attribute[Any], value: str) -> None:
    if not value.strip() or len(value) > LONGEST_LABEL:
        raise InvalidInputError(f"{attribute.name} must have 1 to {LONGEST_LABEL} characters")


def _decision(value: SignOff | str) -> SignOff:
    if value not in {SignOff.GRANTED.value, SignOff.REFUSED.value}:
        raise InvalidInputError("decision must be granted or refused")
    return SignOff(value)


@attrs.frozen(kw_only=True, slots=False)
class CampaignDraft:
    """A campaign to be created.

    Attributes:
        label: Up to 40 characters.
        audience: Receivers at most; None leaves it to Acme.
    """

    label: str = attrs.field(validator=_fits)
    audience: int | None = None


@attrs.frozen(kw_only=True, slots=False)
class Renewal:
    """A renewal takes no parameters."""


@attrs.frozen(kw_only=True, slots=False)
class Approval:
    """What the advertiser says to a campaign.

    Attributes:
        decision: `granted` or `refused`.
        note: For the record.
    """

    decision: SignOff = attrs.field(converter=_decision)
    note: str | None = None


@attrs.frozen(kw_only=True, slots=False)
class Appeal:
    """Why Acme's reviewers should look again.

    Attributes:
        reason: For the reviewers, up to 40 characters.
    """

    reason: str = attrs.field(validator=_fits)
