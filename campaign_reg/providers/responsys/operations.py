"""Every call of Responsys' campaign and approval APIs, as data.

What only reads is safe to repeat, a search by POST included. What creates, copies, closes or schedules is sent once.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from campaign_reg.providers.responsys.approval_models import ApprovalList, CampaignApproval
from campaign_reg.providers.responsys.details import (
    CloseResult,
    DataSourcesAttribute,
    OrganizationAccess,
    Preview,
    ProofListAttribute,
    RateLimitList,
    SearchResult,
)
from campaign_reg.providers.responsys.errors import ERRORS, ERRORS_SENT_ONCE
from campaign_reg.providers.responsys.models import CampaignList, ResponsysCampaign
from campaign_reg.providers.responsys.schedule_models import LaunchSchedule, ScheduleList
from campaign_reg.wire.operation import Operation

_GUIDE = "https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/"
_REFERENCE = "https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/"
_CAMPAIGNS = "/rest/api/v1.3/campaigns"
_CAMPAIGN = _CAMPAIGNS + "/{name}"
_APPROVALS = "/rest/api/v1.3/approval/campaigns"

LIST = Operation(
    name="responsys.campaigns.list",
    method="GET",
    path=_CAMPAIGNS,
    safe=True,
    result=CampaignList,
    errors=ERRORS,
    source=_GUIDE + "api-v1.3-campaigns-get.htm",
)
SEARCH = Operation(
    name="responsys.campaigns.search",
    method="POST",
    path=_CAMPAIGNS + "/actions/search",
    safe=True,  # a read in spite of POST
    result=SearchResult,
    errors=ERRORS,
    source=_REFERENCE + "op-rest-api-v1.3-campaigns-actions-search-post.html",
)
GET_V15 = Operation(
    name="responsys.campaigns.get",
    method="GET",
    path="/rest/api/v1.5/campaigns/{name}",
    safe=True,
    keep_alive=True,
    result=ResponsysCampaign,
    errors=ERRORS,
    source=_GUIDE + "AdvancedAPI/api-v1.5-campaigns-campaignName-get.htm",
)
CREATE_V15 = Operation(
    name="responsys.campaigns.create",
    method="POST",
    path="/rest/api/v1.5/campaigns",
    safe=False,
    result=ResponsysCampaign,
    errors=ERRORS,
    source=_GUIDE + "AdvancedAPI/api-v1.5-campaigns-post.htm",
)
UPDATE_V15 = Operation(
    name="responsys.campaigns.update",
    method="PUT",
    path="/rest/api/v1.5/campaigns/{name}",
    safe=False,
    result=ResponsysCampaign,
    errors=ERRORS,
    source=_GUIDE + "AdvancedAPI/api-v1.5-campaigns-campaignName-put.htm",
)
COPY_V15 = Operation(
    name="responsys.campaigns.copy",
    method="POST",
    path="/rest/api/v1.5/campaigns/{name}/actions/copy",
    safe=False,
    result=ResponsysCampaign,
    errors=ERRORS_SENT_ONCE,
    source=_GUIDE + "AdvancedAPI/api-v1.5-campaigns-campaignName-actions-copy-post.htm",
)
CLOSE = Operation(
    name="responsys.campaigns.close",
    method="PUT",
    path=_CAMPAIGN + "/actions/close",
    safe=False,
    result=CloseResult,
    errors=ERRORS_SENT_ONCE,
    source=_GUIDE + "AdvancedAPI/api-v1.3-campaigns-campaignName-actions-close-put.htm",
)
# Of v1.3 only the answers' links and the page of `close` tell that these are there.
GET_V13 = attrs.evolve(
    GET_V15, path=_CAMPAIGN, source=_REFERENCE + "op-rest-api-v1.3-campaigns-campaignname-get.html"
)
CREATE_V13 = attrs.evolve(CREATE_V15, path=_CAMPAIGNS, source=CLOSE.source)
UPDATE_V13 = attrs.evolve(UPDATE_V15, path=_CAMPAIGN, source=CLOSE.source)
COPY_V13 = attrs.evolve(COPY_V15, path=_CAMPAIGN + "/actions/copy", source=CLOSE.source)

PREVIEW = Operation(
    name="responsys.campaigns.preview",
    method="GET",
    path=_CAMPAIGN + "/preview",
    safe=True,
    result=Preview,
    errors=ERRORS,
    source=_GUIDE + "api-v1.3-campaigns-campaignName-preview-get.htm",
)
LIST_SCHEDULES = Operation(
    name="responsys.schedules.list",
    method="GET",
    path=_CAMPAIGN + "/schedule",
    safe=True,
    result=ScheduleList,
    errors=ERRORS,
    source=_GUIDE + "api-v1.3-campaigns-campaignName-schedule-get.htm",
)
CREATE_SCHEDULE = Operation(
    name="responsys.schedules.create",
    method="POST",
    path=_CAMPAIGN + "/schedule",
    safe=False,
    result=LaunchSchedule,
    errors=ERRORS_SENT_ONCE,
    source=_GUIDE + "api-v1.3-campaigns-campaignName-schedule-post.htm",
)
GET_SCHEDULE = Operation(
    name="responsys.schedules.get",
    method="GET",
    path=_CAMPAIGN + "/schedule/{schedule_id}",
    safe=True,
    result=LaunchSchedule,
    errors=ERRORS,
    source=_GUIDE + "api-v1.3-campaigns-campaignName-schedule-scheduleId-get.htm",
)
UPDATE_SCHEDULE = Operation(
    name="responsys.schedules.update",
    method="PUT",
    path=_CAMPAIGN + "/schedule/{schedule_id}",
    safe=False,
    result=LaunchSchedule,
    errors=ERRORS_SENT_ONCE,
    source=_GUIDE + "api-v1.3-campaigns-campaignName-schedule-scheduleId-put.htm",
)
DELETE_SCHEDULE = Operation(
    name="responsys.schedules.delete",
    method="DELETE",
    path=_CAMPAIGN + "/schedule/{schedule_id}",
    safe=False,
    result=LaunchSchedule,
    errors=ERRORS_SENT_ONCE,
    source=_GUIDE + "api-v1.3-campaigns-campaignName-schedule-scheduleId-delete.htm",
)
GET_PROOF_LIST = Operation(
    name="responsys.proof_list.get",
    method="GET",
    path=_CAMPAIGN + "/attributes/proofList",
    safe=True,
    result=ProofListAttribute,
    errors=ERRORS,
    source=_REFERENCE + "op-rest-api-v1.3-campaigns-campaignname-attributes-prooflist-get.html",
)
SET_PROOF_LIST = Operation(
    name="responsys.proof_list.set",
    method="PUT",
    path=_CAMPAIGN + "/attributes/proofList",
    safe=False,
    result=ProofListAttribute,
    errors=ERRORS_SENT_ONCE,
    source=_REFERENCE + "op-rest-api-v1.3-campaigns-campaignname-attributes-prooflist-put.html",
)
GET_DATA_SOURCES = Operation(
    name="responsys.data_sources.get",
    method="GET",
    path=_CAMPAIGN + "/attributes/dataSources",
    safe=True,
    result=DataSourcesAttribute,
    errors=ERRORS,
    source=_REFERENCE + "op-rest-api-v1.3-campaigns-campaignname-attributes-datasources-get.html",
)
GET_ORGANIZATIONS = Operation(
    name="responsys.organizations.get",
    method="GET",
    path="/rest/api/v1.3/attributes/campaigns/{name}",
    safe=True,
    result=OrganizationAccess,
    errors=ERRORS,
    source=_REFERENCE + "op-rest-api-v1.3-attributes-campaigns-campaignname-get.html",
)
SET_ORGANIZATIONS = Operation(
    name="responsys.organizations.set",
    method="POST",
    path="/rest/api/v1.3/attributes/campaigns/{name}",
    safe=False,
    result=OrganizationAccess,
    errors=ERRORS_SENT_ONCE,
    source=_REFERENCE + "op-rest-api-v1.3-attributes-campaigns-campaignname-post.html",
)
LIST_APPROVALS = Operation(
    name="responsys.approvals.list",
    method="GET",
    path=_APPROVALS,
    safe=True,
    result=ApprovalList,
    errors=ERRORS,
    source=_GUIDE + "AdvancedAPI/api-v1.3-approvals-campaigns-get.htm",
)
GET_APPROVAL = Operation(
    name="responsys.approvals.get",
    method="GET",
    path=_APPROVALS + "/{name}",
    safe=True,
    keep_alive=True,
    result=CampaignApproval,
    errors=ERRORS,
    source=_GUIDE + "AdvancedAPI/api-v1.3-approvals-campaigns-campaignName-get.htm",
)
SET_APPROVAL = Operation(
    name="responsys.approvals.set",
    method="PUT",
    path=_APPROVALS + "/{name}",
    safe=False,
    result=CampaignApproval,
    errors=ERRORS,
    source=_GUIDE + "AdvancedAPI/api-v1.3-approvals-campaigns-campaignName-put.htm",
)
GET_RATE_LIMITS = Operation(
    name="responsys.rate_limits.get",
    method="GET",
    path="/rest/api/ratelimit",  # with a version in it: 404
    safe=True,
    result=RateLimitList,
    errors=ERRORS,
    source=_REFERENCE + "Throttling.html",
)


@attrs.frozen(kw_only=True)
class Version:
    """The calls that there are in two versions."""

    get: Operation
    create: Operation
    update: Operation
    copy: Operation


VERSIONS: Mapping[str, Version] = {
    "v1.5": Version(get=GET_V15, create=CREATE_V15, update=UPDATE_V15, copy=COPY_V15),
    "v1.3": Version(get=GET_V13, create=CREATE_V13, update=UPDATE_V13, copy=COPY_V13),
}
