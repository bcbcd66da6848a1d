"""Every call of the Acme API, as data."""

from __future__ import annotations

from acme_campaigns.errors import ERRORS
from acme_campaigns.models import AcmeCampaign, CampaignPage, Remarks
from campaign_reg.wire.operation import Operation

_DOCS = "https://docs.acme.example/api/campaigns"
_CAMPAIGNS = "/v1/workspaces/{workspace}/campaigns"

GET = Operation(
    name="acme.campaigns.get",
    method="GET",
    path=_CAMPAIGNS + "/{ref}",
    safe=True,
    keep_alive=True,  # its answer names the campaign, and the backend compares it
    result=AcmeCampaign,
    errors=ERRORS,
    source=_DOCS + "#get",
)
SEARCH = Operation(
    name="acme.campaigns.search",
    method="POST",
    path=_CAMPAIGNS + "/search",
    safe=True,  # it only reads, whatever its method
    result=CampaignPage,
    errors=ERRORS,
    source=_DOCS + "#search",
)
CREATE = Operation(
    name="acme.campaigns.create",
    method="POST",
    path=_CAMPAIGNS,
    safe=False,
    success=frozenset({201}),
    result=AcmeCampaign,
    errors=ERRORS,
    source=_DOCS + "#create",
)
RENEW = Operation(
    name="acme.campaigns.renew",
    method="POST",
    path=_CAMPAIGNS + "/{ref}/renewals",
    safe=False,
    success=frozenset({202}),  # its body carries nothing: no result
    errors=ERRORS,
    source=_DOCS + "#renew",
)
SIGN_OFF = Operation(
    name="acme.campaigns.sign_off",
    method="PUT",
    path=_CAMPAIGNS + "/{ref}/sign-off",
    safe=False,
    result=AcmeCampaign,
    errors=ERRORS,
    source=_DOCS + "#sign-off",
)
APPEAL = Operation(
    name="acme.campaigns.appeal",
    method="POST",
    path=_CAMPAIGNS + "/{ref}/appeals",
    safe=False,
    success=frozenset({202}),
    errors=ERRORS,
    source=_DOCS + "#appeal",
)
REMARKS = Operation(
    name="acme.campaigns.remarks",
    method="GET",
    path=_CAMPAIGNS + "/{ref}/remarks",
    safe=True,
    result=Remarks,
    errors=ERRORS,
    source=_DOCS + "#remarks",
)
