"""Every call of the Sinch 10DLC campaign API, as data.

Only the path of `delete` says `campaignRegistration` in the singular; the colon of custom verbs stays unescaped.
"""

from __future__ import annotations

from campaign_reg.providers.sinch.errors import ERRORS, QUALIFY_ERRORS
from campaign_reg.providers.sinch.ten_dlc.models import (
    CampaignFeedback,
    CampaignList,
    CreatedCampaign,
    SinchCampaign,
    UploadAnswer,
)
from campaign_reg.providers.sinch.ten_dlc.qualification_models import Qualification
from campaign_reg.wire.operation import Operation

_REFERENCE = "https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/"
_CAMPAIGNS = "/v1/projects/{project_id}/campaignRegistrations"

CREATE = Operation(
    name="sinch.campaigns.create",
    method="POST",
    path=_CAMPAIGNS + ":submit",
    safe=False,
    result=CreatedCampaign,
    errors=ERRORS,
    source=_REFERENCE + "campaignregistrationexternalservice_createtcrcampaign.md",
)
GET = Operation(
    name="sinch.campaigns.get",
    method="GET",
    path=_CAMPAIGNS + "/{id}",
    safe=True,
    keep_alive=True,
    result=SinchCampaign,
    errors=ERRORS,
    source=_REFERENCE + "campaignregistrationexternalservice_getcampaign.md",
)
GET_BY_TCR_ID = Operation(
    name="sinch.campaigns.get_by_tcr_id",
    method="GET",
    path=_CAMPAIGNS + ":fetchByTcrCampaignId",
    safe=True,
    result=SinchCampaign,
    errors=ERRORS,
    source=_REFERENCE + "campaignregistrationexternalservice_getcampaignbytcrcampaignid.md",
)
LIST = Operation(
    name="sinch.campaigns.list",
    method="GET",
    path=_CAMPAIGNS,
    safe=True,
    result=CampaignList,
    errors=ERRORS,
    source=_REFERENCE + "campaignregistrationservice_listcampaignregistrationrequest.md",
)
DELETE = Operation(
    name="sinch.campaigns.delete",
    method="DELETE",
    path="/v1/projects/{project_id}/campaignRegistration/{id}",
    safe=False,
    errors=ERRORS,
    source=_REFERENCE + "campaignregistrationexternalservice_deletecampaign.md",
)
FEEDBACK = Operation(
    name="sinch.campaigns.feedback",
    method="GET",
    path=_CAMPAIGNS + "/{id}/feedback",
    safe=True,
    result=CampaignFeedback,
    errors=ERRORS,
    source=_REFERENCE + "campaignregistrationservice_getcampaignregistrationfeedback.md",
)
RESUBMIT = Operation(
    name="sinch.campaigns.resubmit",
    method="PUT",
    path=_CAMPAIGNS + "/{id}/resubmit",
    safe=False,
    errors=ERRORS,
    source=_REFERENCE + "campaignregistrationservice_resubmitcampaignregistration.md",
)
QUALIFY = Operation(
    name="sinch.campaigns.qualify",
    method="GET",
    path=_CAMPAIGNS + ":qualify",
    safe=True,
    result=Qualification,
    errors=QUALIFY_ERRORS,
    source=_REFERENCE + "campaignregistrationexternalservice_qualifybrandbyusecase.md",
)
UPLOAD_FILE = Operation(
    name="sinch.campaigns.upload_file",
    method="POST",
    path="/v1/projects/{project_id}/",  # the last segment is a setting: Sinch's texts disagree on its spelling
    safe=False,
    result=UploadAnswer,
    errors=ERRORS,
    timeout_seconds=300.0,
    source=_REFERENCE + "campaignregistrationexternalservice_uploadcampaignfiles.md",
)
