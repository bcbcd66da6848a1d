"""Responsys' approval operations: who may send, and who decides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.bodies import RefusedError
from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.responsys.bodies import APPROVAL_STATES, read_object, read_query
from campaign_reg.sandbox.responsys.calls import ABSENT_APPROVAL, find_campaign, find_version, versions_at
from campaign_reg.sandbox.responsys.errors import invalid, problem, refused
from campaign_reg.sandbox.responsys.shapes import V13, approval, approval_item, link

if TYPE_CHECKING:
    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.responsys.campaigns import CampaignRegister

ALL = f"{V13}/approval/campaigns"


class ApprovalCalls:
    """The handlers of approvals.

    Attributes:
        enabled: False is an account without this feature.
        member: What a body calls the wanted state; the vendor's texts disagree on `approvalStatus` and `status`.
    """

    def __init__(self, register: CampaignRegister, ledger: Ledger) -> None:
        self._register = register
        self._ledger = ledger
        self.enabled = True
        self.member = "approvalStatus"

    def list_all(self, call: Call) -> Reply:
        """List every email campaign with its state, all at once.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-get.htm
        """
        self._check_enabled()
        wanted = read_query(call).get("status")
        if wanted is not None:
            _read_state(wanted)
        found = [
            approval_item(version)
            for version in versions_at(self._register, call.at - call.lag_seconds)
            if version.members["type"] == "EMAIL" and wanted in (None, version.members["approvalStatus"])
        ]
        links = [
            link("self", ALL if wanted is None else f"{ALL}?status={wanted}"),
            link("setCampaignApprovalStatus", f"{ALL}/<campaignName>", "PUT"),
            link("getCampaignApprovalStatus", f"{ALL}/<campaignName>"),
        ]
        return render(200, {"campaigns": found, "links": links})

    def get(self, call: Call) -> Reply:
        """Read one campaign's state."""
        self._check_enabled()
        version = find_version(self._register, call, ABSENT_APPROVAL)
        _check_type(version.members)
        return render(200, approval(version, "GET"))

    def set(self, call: Call) -> Reply:
        """Request, grant, refuse or waive; a body without the right member asks for "null".

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-campaignName-put.htm
        """
        self._check_enabled()
        campaign = find_campaign(self._register, call, ABSENT_APPROVAL)
        _check_type(campaign.members)
        body = read_object(call)
        wanted = _read_state(body.get(self.member))
        if len(body) > 1:
            raise invalid(f"{self.member} is the only property")
        if not self._register.decide(campaign, call.at, wanted):
            raise _no_way(campaign.name, wanted)
        self._ledger.write(call.at, call.provider, call.operation, campaign.name, body)
        return render(200, approval(campaign.newest, "PUT"))

    def _check_enabled(self) -> None:
        if not self.enabled:
            raise refused("UNAUTHORIZED")


def _check_type(members: dict[str, Any]) -> None:
    if members["type"] != "EMAIL":
        raise refused("INVALID_CAMPAIGN_TYPE")


def _read_state(wanted: object) -> str:
    """Refuse what is none of the four states; the words echo it, and end with a blank."""
    if isinstance(wanted, str) and wanted in APPROVAL_STATES:
        return wanted
    echo = wanted if isinstance(wanted, str) else json.dumps(wanted)
    raise refused("INVALID_CAMPAIGN_APPROVAL_STATE", f"Campaign Approval State [{echo}] is not valid ")


def _no_way(name: str, wanted: str) -> RefusedError:
    """Refuse a move; what is said when no request is open is not published."""
    words = f"No approval request for the EMD email campaign {name} is open"
    if wanted == "NEEDS_APPROVAL":
        words = f"An approval request for the EMD email campaign {name} has already been created"
    return RefusedError(problem("INVALID_CAMPAIGN_APPROVAL_WORKFLOW_STATE", words))
