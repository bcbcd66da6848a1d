"""Every call of the RCS platform, as data.

The two brands' texts disagree on the list's path and on the method of stop: both forms stand here, and the settings say
which is asked first.
"""

from __future__ import annotations

import attrs

from campaign_reg.providers.rcs.envelopes import (
    BalanceEnvelope,
    CampaignEnvelope,
    CampaignPage,
    ContactListPage,
    DetailEnvelope,
    ExportJobs,
    ExportRows,
    LegacyOutcome,
    MessageEnvelope,
    MessagePage,
    TariffPage,
)
from campaign_reg.providers.rcs.errors import CREATE_ERRORS, ERRORS, GET_ERRORS, STATE_ERRORS
from campaign_reg.wire.operation import Operation

_PAGES = "https://bsg.world/developers/rest-api/"
_WWT_PAGES = "https://telcowwt.com/documentations/rest-api/rcs-api/"
_DESCRIPTION = "https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml"

CREATE = Operation(
    name="rcs.campaigns.create",
    method="POST",
    path="/api/campaigns/rcs/send",
    safe=False,
    result=CampaignEnvelope,
    errors=CREATE_ERRORS,
    timeout_seconds=120.0,
    source=_PAGES + "send-rcs-message",
)
CREATE_BY_GROUPS = attrs.evolve(
    CREATE,
    name="rcs.campaigns.create_by_groups",
    path="/api/campaigns/rcs/send-groups",
    source=_PAGES + "sending-an-rcs-message-to-a-group-of-contacts",
)
GET = Operation(
    name="rcs.campaigns.get",
    method="GET",
    path="/api/campaigns/{id}",
    safe=True,
    keep_alive=True,
    result=CampaignEnvelope,
    errors=GET_ERRORS,
    source=_PAGES + "get-general-information-about-the-rcs-campaign",
)
DETAIL = Operation(
    name="rcs.campaigns.detail",
    method="GET",
    path="/api/campaigns/{id}/detail",
    safe=True,
    keep_alive=True,
    result=DetailEnvelope,
    errors=GET_ERRORS,
    source=_PAGES + "get-detailed-information-on-the-rcs-campaign",
)
LIST = Operation(
    name="rcs.campaigns.list",
    method="GET",
    path="/api/campaigns",
    safe=True,
    result=CampaignPage,
    errors=ERRORS,
    source=_DESCRIPTION,
)
LIST_SINGULAR = attrs.evolve(LIST, path="/api/campaign", source=_WWT_PAGES + "get-a-list-of-rcs-campaigns/")
RENEW = Operation(
    name="rcs.campaigns.renew",
    method="PUT",
    path="/api/campaigns/{id}/renew",
    safe=False,
    result=CampaignEnvelope,
    errors=STATE_ERRORS,
    source=_WWT_PAGES + "restore-rcs-campaigns/",
)
STOP_PUT = Operation(
    name="rcs.campaigns.stop",
    method="PUT",
    path="/api/campaigns/{id}/stop",
    safe=False,
    result=CampaignEnvelope,
    errors=STATE_ERRORS,
    source=_WWT_PAGES + "canceling-an-rcs-campaign/",
)
STOP_PATCH = attrs.evolve(STOP_PUT, method="PATCH", source=_DESCRIPTION)
SEND_MESSAGE = Operation(
    name="rcs.messages.send",
    method="POST",
    path="/api/messages/rcs/send",
    safe=False,
    result=MessageEnvelope,
    errors=CREATE_ERRORS,
    source=_PAGES + "single-rcs-message-sending",
)
LIST_MESSAGES = Operation(
    name="rcs.messages.list",
    method="GET",
    path="/api/messages",
    safe=True,
    result=MessagePage,
    errors=ERRORS,
    source=_PAGES + "get-the-status-of-a-sent-rcs-message",
)
BALANCE = Operation(
    name="rcs.account.balance",
    method="GET",
    path="/api/accounts/balance",
    safe=True,
    result=BalanceEnvelope,
    errors=ERRORS,
    source=_DESCRIPTION,
)
LIST_TARIFFS = Operation(
    name="rcs.account.tariffs",
    method="GET",
    path="/api/accounts/tariff",
    safe=True,
    result=TariffPage,
    errors=ERRORS,
    source=_DESCRIPTION,
)
LIST_CONTACT_LISTS = Operation(
    name="rcs.account.contact_lists",
    method="GET",
    path="/api/groups",
    safe=True,
    result=ContactListPage,
    errors=ERRORS,
    source=_PAGES + "receive-an-index-of-all-contact-lists",
)
CREATE_EXPORT = Operation(
    name="rcs.exports.create",
    method="POST",
    path="/api/stat/jobs",
    safe=False,
    result=LegacyOutcome,
    errors=ERRORS,
    source=_DESCRIPTION,
)
LIST_EXPORTS = Operation(
    name="rcs.exports.list",
    method="GET",
    path="/api/stat/jobs",
    safe=True,
    result=ExportJobs,
    errors=ERRORS,
    source=_DESCRIPTION,
)
GET_EXPORT = Operation(
    name="rcs.exports.get",
    method="GET",
    path="/api/stat/jobs/{key}",
    safe=True,
    result=ExportRows,
    errors=ERRORS,
    timeout_seconds=300.0,
    source=_DESCRIPTION,
)
DELETE_EXPORT = Operation(
    name="rcs.exports.delete",
    method="DELETE",
    path="/api/stat/jobs/{key}",
    safe=False,
    result=LegacyOutcome,
    errors=ERRORS,
    source=_DESCRIPTION,
)
