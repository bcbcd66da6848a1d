"""Every call of the Sinch sender ID API, as data."""

from __future__ import annotations

from campaign_reg.providers.sinch.errors import ERRORS
from campaign_reg.providers.sinch.sender_id.callbacks import CallbackConfiguration
from campaign_reg.providers.sinch.sender_id.models import RegistrationList, SenderIdRegistration
from campaign_reg.providers.sinch.sender_id.policies import MarketList, MarketVersionList, Policy
from campaign_reg.wire.operation import Operation

_REFERENCE = "https://developers.sinch.com/docs/registration-api/api-reference/registrations/"
_TAGS = "https://developers.sinch.com/docs/registration-api/api-reference/registration-api/tag/"
PROJECT = "/v1/projects/{project_id}/"
_REGISTRATIONS = PROJECT + "registrations"
_ATTACHMENT = _REGISTRATIONS + "/{id}/attachments/{attachment_id}"
_MOST_FILE_BYTES = 1 << 40  # Sinch publishes no limit; a file streams to disk
_FILE_STEP_SECONDS = 300.0

CREATE = Operation(
    name="sinch-senderid.registrations.create",
    method="POST",
    path=_REGISTRATIONS,
    safe=False,
    result=SenderIdRegistration,
    errors=ERRORS,
    source=_TAGS + "registrations",
)
GET = Operation(
    name="sinch-senderid.registrations.get",
    method="GET",
    path=_REGISTRATIONS + "/{id}",
    safe=True,
    keep_alive=True,
    result=SenderIdRegistration,
    errors=ERRORS,
    source=_REFERENCE + "registrations/getregistration.md",
)
LIST = Operation(
    name="sinch-senderid.registrations.list",
    method="GET",
    path=_REGISTRATIONS,
    safe=True,
    result=RegistrationList,
    errors=ERRORS,
    source=_REFERENCE + "registrations/listregistrations.md",
)
UPDATE = Operation(
    name="sinch-senderid.registrations.update",
    method="PUT",
    path=_REGISTRATIONS + "/{id}",
    safe=False,
    result=SenderIdRegistration,
    errors=ERRORS,
    source=_REFERENCE + "registrations/updateregistration.md",
)
DELETE = Operation(
    name="sinch-senderid.registrations.delete",
    method="DELETE",
    path=_REGISTRATIONS + "/{id}",
    safe=False,
    errors=ERRORS,
    source=_TAGS + "registrations",
)
UPLOAD_ATTACHMENT = Operation(
    name="sinch-senderid.registrations.upload_attachment",
    method="POST",
    path=_ATTACHMENT,
    safe=False,
    errors=ERRORS,
    timeout_seconds=_FILE_STEP_SECONDS,
    source=_REFERENCE + "registrations/uploadregistrationattachment.md",
)
DOWNLOAD_ATTACHMENT = Operation(
    name="sinch-senderid.registrations.download_attachment",
    method="GET",
    path=_ATTACHMENT,
    safe=True,
    errors=ERRORS,
    max_body_bytes=_MOST_FILE_BYTES,
    source=_REFERENCE + "registrations/downloadregistrationattachment.md",
)
GET_POLICY = Operation(
    name="sinch-senderid.policies.get",
    method="GET",
    path=PROJECT + "policies/{id}",
    safe=True,
    result=Policy,
    errors=ERRORS,
    source=_REFERENCE + "policies/getpolicy.md",
)
DOWNLOAD_TEMPLATE = Operation(
    name="sinch-senderid.policies.download_template",
    method="GET",
    path=PROJECT,  # what follows is a setting: Sinch's public text gives only its ending
    safe=True,
    errors=ERRORS,
    max_body_bytes=_MOST_FILE_BYTES,
    source=_TAGS + "policies",
)
LIST_MARKETS = Operation(
    name="sinch-senderid.markets.list",
    method="GET",
    path=PROJECT + "markets/availability",
    safe=True,
    result=MarketList,
    errors=ERRORS,
    source=_REFERENCE + "markets/listavailablemarkets.md",
)
LIST_MARKET_VERSIONS = Operation(
    name="sinch-senderid.markets.list_versions",
    method="GET",
    path=PROJECT + "markets/details",
    safe=True,
    result=MarketVersionList,
    errors=ERRORS,
    source=_REFERENCE + "markets/listmarketversions.md",
)
GET_CALLBACK_CONFIGURATION = Operation(
    name="sinch-senderid.callbacks.get_configuration",
    method="GET",
    path=PROJECT + "callback-configuration",
    safe=True,
    result=CallbackConfiguration,
    errors=ERRORS,
    source=_REFERENCE + "callback-configuration.md",
)
UPDATE_CALLBACK_CONFIGURATION = Operation(
    name="sinch-senderid.callbacks.update_configuration",
    method="PUT",
    path=PROJECT + "callback-configuration",
    safe=False,
    result=CallbackConfiguration,
    errors=ERRORS,
    source=_REFERENCE + "callback-configuration/updatecallbackconfiguration.md",
)
