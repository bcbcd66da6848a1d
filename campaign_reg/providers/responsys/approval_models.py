"""Approvals of Responsys' email campaigns, shaped as the vendor prints them.

Source:
    https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-get.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.enums import CampaignState, OpenEnum
from campaign_reg.errors import InvalidInputError
from campaign_reg.providers.responsys.models import Link


class ApprovalStatus(OpenEnum):
    """Approval state of an email campaign."""

    NEEDS_APPROVAL = "NEEDS_APPROVAL"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    APPROVAL_NOT_REQUIRED = "APPROVAL_NOT_REQUIRED"


@attrs.frozen(kw_only=True, slots=False)
class CampaignApproval:
    """State of the approval of an email campaign.

    Attributes:
        campaign_name: Name of the campaign (`campaignName`).
        approval_status: One of the four states (`approvalStatus`).
        campaign_type: Channel (`campaignType`): `EMAIL` where one is read, `Email` in a listing; None where the vendor
            left it out.
        printable_link: URL of the printable view (`printableLink`), for a browser and not for the API; None where the
            vendor left it out.
        links: Related operations; None in a listing.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-campaignName-get.htm
    """

    campaign_name: str
    approval_status: ApprovalStatus
    campaign_type: str | None = None
    printable_link: str | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def id(self) -> str:
        """The campaign's name, which is what every call takes."""
        return self.campaign_name

    @property
    def provider(self) -> str:
        """Name of the provider."""
        return "responsys"

    @property
    def name(self) -> str:
        """The campaign's name."""
        return self.campaign_name

    @property
    def vendor_status(self) -> str:
        """`approvalStatus` as the vendor spells it."""
        return self.approval_status

    @property
    def state(self) -> CampaignState:
        """The approval in words that fit every vendor."""
        return _APPROVAL_STATES.get(self.approval_status, CampaignState.UNKNOWN)

    @property
    def version(self) -> str | None:
        """Always None, since no field of an approval changes with every write."""
        return None

    @property
    def created_at(self) -> datetime | None:
        """Always None, since Responsys does not send it."""
        return None

    @property
    def updated_at(self) -> datetime | None:
        """Always None, since Responsys does not send it."""
        return None


_APPROVAL_STATES: Mapping[str, CampaignState] = {
    "NEEDS_APPROVAL": CampaignState.IN_REVIEW,
    "APPROVED": CampaignState.APPROVED,
    "REJECTED": CampaignState.REJECTED,
    "APPROVAL_NOT_REQUIRED": CampaignState.APPROVED,
}


def _approval_status(value: object) -> ApprovalStatus:
    status = ApprovalStatus(value.strip().upper()) if isinstance(value, str) else None
    if status is None or not status.is_recognized:
        raise InvalidInputError(f"status must be one of {', '.join(ApprovalStatus)}")
    return status


@attrs.frozen(kw_only=True, slots=False)
class Approval:
    """The approval state that a campaign is to have.

    Attributes:
        status: APPROVED grants, REJECTED refuses, NEEDS_APPROVAL asks for approval, APPROVAL_NOT_REQUIRED waives it.

    Raises:
        InvalidInputError: It is none of the four.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-campaignName-put.htm
    """

    status: ApprovalStatus = attrs.field(default=ApprovalStatus.APPROVED, converter=_approval_status)


@attrs.frozen(kw_only=True, slots=False)
class ApprovalList:
    """All approvals asked for, in one answer.

    Attributes:
        campaigns: The approvals; None where they came as `items`.
        items: The approvals; None where they came as `campaigns`. Not documented by the vendor for this call.
        links: Related operations; None where the vendor left them out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-get.htm
    """

    campaigns: tuple[CampaignApproval, ...] | None = None
    items: tuple[CampaignApproval, ...] | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
