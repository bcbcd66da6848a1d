"""Every call of the Sinch 10DLC brand API, as data.

The writes cost money or send mail, so that not even a refusal at the door (429) has them sent again unasked.
"""

from __future__ import annotations

import attrs

from campaign_reg.enums import Applied
from campaign_reg.errors import RateLimitError
from campaign_reg.providers.sinch.errors import ERRORS
from campaign_reg.providers.sinch.ten_dlc.brand_models import (
    Brand,
    BrandFeedback,
    BrandList,
    CreatedBrand,
    VettingList,
)
from campaign_reg.wire.operation import Operation, Refusal

_REFERENCE = "https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/"
_BRANDS = "/v1/projects/{project_id}/brandRegistrations"
SENT_ONCE = attrs.evolve(ERRORS, by_status={429: Refusal(RateLimitError, Applied.NO)})

SUBMIT = Operation(
    name="sinch.brands.submit",
    method="POST",
    path=_BRANDS + ":submit",
    safe=False,
    result=CreatedBrand,
    errors=SENT_ONCE,
    source=_REFERENCE + "brandregistrationservice_createbrandregistrationrequest.md",
)
LIST = Operation(
    name="sinch.brands.list",
    method="GET",
    path=_BRANDS,
    safe=True,
    result=BrandList,
    errors=ERRORS,
    source=_REFERENCE + "brandregistrationservice_listbrandregistrationrequest.md",
)
GET = Operation(
    name="sinch.brands.get",
    method="GET",
    path=_BRANDS + "/{id}",
    safe=True,
    keep_alive=True,
    result=Brand,
    errors=ERRORS,
    source=_REFERENCE + "brandregistrationservice_getbrandregistrationrequest.md",
)
UPDATE = Operation(
    name="sinch.brands.update",
    method="PATCH",
    path=_BRANDS + "/{id}",
    safe=False,
    result=Brand,
    errors=SENT_ONCE,
    source=_REFERENCE + "brandregistrationservice_update10dlcbrand.md",
)
FEEDBACK = Operation(
    name="sinch.brands.feedback",
    method="GET",
    path=_BRANDS + "/{id}/feedback",
    safe=True,
    result=BrandFeedback,
    errors=ERRORS,
    source=_REFERENCE + "brandregistrationservice_getbrandregistrationfeedback.md",
)
GET_BY_TCR_ID = Operation(
    name="sinch.brands.get_by_tcr_id",
    method="GET",
    path=_BRANDS + ":fetchByTcrBrandId",
    safe=True,
    result=Brand,
    errors=ERRORS,
    source=_REFERENCE + "brandregistrationservice_fetchbrandregistrationrequest.md",
)
UPGRADE = Operation(
    name="sinch.brands.upgrade",
    method="POST",
    path=_BRANDS + "/{id}/upgrade",
    safe=False,
    result=Brand,
    errors=SENT_ONCE,
    source=_REFERENCE + "brandregistrationservice_upgrade10dlcbrandtofullregistration.md",
)
VETTINGS = Operation(
    name="sinch.brands.vettings",
    method="GET",
    path=_BRANDS + "/{id}/vettingInfo",
    safe=True,
    result=VettingList,
    errors=ERRORS,
    source=_REFERENCE + "brandregistrationservice_vettinginfo.md",
)
RESEND_2FA_EMAIL = Operation(
    name="sinch.brands.resend_2fa_email",
    method="POST",
    path=_BRANDS + "/{bundle_id}/resend2faEmail",
    safe=False,
    errors=SENT_ONCE,
    source=_REFERENCE + "resend2faemail.md",
)
