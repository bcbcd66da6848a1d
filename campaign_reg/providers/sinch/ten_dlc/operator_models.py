"""Terms that mobile operators grant to a Sinch 10DLC campaign, shaped as the vendor prints them.

Source:
    https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration.md
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs

from campaign_reg.enums import OpenEnum
from campaign_reg.wire.codec import text_number


class Mno(OpenEnum):
    """Short operator code, used only when resubmitting."""

    ATT = "ATT"
    TMO = "TMO"
    USC = "USC"
    VZW = "VZW"


class BrandTier(OpenEnum):
    """T-Mobile volume tier, worst first."""

    LOW = "LOW"
    LOWER_MID = "LOWER_MID"
    UPPER_MID = "UPPER_MID"
    TOP = "TOP"
    UNCAPPED = "UNCAPPED"


class TpmScope(OpenEnum):
    """What a messages-per-minute limit counts."""

    CAMPAIGN = "CAMPAIGN"
    PHONE_NUMBER = "PHONE_NUMBER"


@attrs.frozen(kw_only=True, slots=False)
class OperatorTerms:
    """Terms that one operator gave to a campaign. None means that Sinch left the field out.

    Attributes:
        mno: Name of the operator.
        status: State of the campaign at the operator; values not documented by the vendor.
        msg_class: AT&T message class (`msgClass`); the classes have no order.
        tpm: Messages per minute; text on the wire.
        tpm_scope: What `tpm` counts by: campaign or phone number (`tpmScope`).
        brand_tier: T-Mobile volume tier of the brand (`brandTier`).
        brand_daily_cap: T-Mobile limit, in messages per day and brand (`brandDailyCap`; text on the wire); None
            with tier `UNCAPPED` too.
        extra: Fields that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_getcampaign.md
    """

    mno: str | None = None
    status: str | None = None
    msg_class: str | None = None
    tpm: int | None = text_number()
    tpm_scope: TpmScope | None = None
    brand_tier: BrandTier | None = None
    brand_daily_cap: int | None = text_number()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class QualifiedTerms:
    """Terms that one operator would give. None means that Sinch left the field out.

    Attributes:
        mno: Name of the operator.
        mno_support: False where the operator does not take this use case (`mnoSupport`).
        mno_review: True where the operator reviews by hand (`mnoReview`).
        qualify: False where the brand does not qualify; vetting may help.
        min_msg_samples: Number of sample messages that the operator requires (`minMsgSamples`; text on the wire).
        req_subscriber_opt_in: True where the operator requires opt-in (`reqSubscriberOptIn`).
        req_subscriber_opt_out: True where the operator requires opt-out (`reqSubscriberOptOut`).
        req_subscriber_help: True where the operator requires an answer to HELP (`reqSubscriberHelp`).
        no_embedded_link: True where the operator forbids links (`noEmbeddedLink`).
        no_embedded_phone: True where the operator forbids phone numbers (`noEmbeddedPhone`).
        surcharge: Fee per message in US dollars.
        msg_class: AT&T message class (`msgClass`); the classes have no order.
        tpm: Messages per minute; text on the wire.
        tpm_scope: What `tpm` counts by: campaign or phone number (`tpmScope`).
        brand_tier: T-Mobile volume tier of the brand (`brandTier`).
        brand_daily_cap: T-Mobile limit, in messages per day and brand (`brandDailyCap`; text on the wire); None
            with tier `UNCAPPED` too.
        extra: Fields that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_qualifybrandbyusecase.md
    """

    mno: str | None = None
    mno_support: bool | None = None
    mno_review: bool | None = None
    qualify: bool | None = None
    min_msg_samples: int | None = text_number()
    req_subscriber_opt_in: bool | None = None
    req_subscriber_opt_out: bool | None = None
    req_subscriber_help: bool | None = None
    no_embedded_link: bool | None = None
    no_embedded_phone: bool | None = None
    surcharge: Decimal | None = None
    msg_class: str | None = None
    tpm: int | None = text_number()
    tpm_scope: TpmScope | None = None
    brand_tier: BrandTier | None = None
    brand_daily_cap: int | None = text_number()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
