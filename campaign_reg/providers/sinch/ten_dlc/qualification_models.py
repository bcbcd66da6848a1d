"""What a brand may expect: documents of the call `qualify`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs

from campaign_reg.providers.sinch.ten_dlc.models import BrandTier, TpmScope, UseCase
from campaign_reg.wire.codec import text_number


@attrs.frozen(kw_only=True, slots=False)
class QualifiedTerms:
    """Terms one operator would give.

    Attributes:
        mno: Operator name.
        mno_support: False: the operator does not take this use.
        mno_review: True: the operator reviews by hand.
        qualify: False: the brand does not qualify; vetting may help.
        min_msg_samples: Samples the operator wants.
        req_subscriber_opt_in: Whether the operator demands opt-in.
        req_subscriber_opt_out: Whether the operator demands opt-out.
        req_subscriber_help: Whether the operator demands an answer to HELP.
        no_embedded_link: True: links are forbidden.
        no_embedded_phone: True: phone numbers are forbidden.
        surcharge: Fee per message, US dollars.
        msg_class: AT&T message class; unordered.
        tpm: Messages per minute.
        tpm_scope: What `tpm` counts.
        brand_tier: T-Mobile volume tier.
        brand_daily_cap: Messages per day and brand; None with tier UNCAPPED.
        extra: Members that this release does not know, under the vendor's names.

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


@attrs.frozen(kw_only=True, slots=False)
class Qualification:
    """Terms and fees a brand may expect for a use case.

    Attributes:
        use_case: The use case that was asked for.
        monthly_fee: US dollars, from the fourth month on, when the campaign renews.
        setup_fee: US dollars, on Sinch's approval; covers three months.
        min_sub_use_cases: Least number of further purposes.
        max_sub_use_cases: Greatest number of further purposes.
        mno_metadata: Terms by operator network id.
        extra: Members that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_qualifybrandbyusecase.md
    """

    use_case: UseCase | None = None
    monthly_fee: Decimal | None = None
    setup_fee: Decimal | None = None
    min_sub_use_cases: Decimal | None = None
    max_sub_use_cases: Decimal | None = None
    mno_metadata: Mapping[str, QualifiedTerms] = attrs.field(factory=dict)
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
