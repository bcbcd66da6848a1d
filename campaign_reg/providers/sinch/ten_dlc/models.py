"""Documents of the Sinch 10DLC campaign API, shaped as the vendor prints them.

Source:
    https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration.md
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs

from campaign_reg.enums import CampaignState, OpenEnum
from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.several import items_of
from campaign_reg.providers.sinch.ten_dlc.operator_models import Mno, OperatorTerms, QualifiedTerms
from campaign_reg.wire.codec import format_datetime


class CampaignStatus(OpenEnum):
    """Review state of a campaign."""

    SINCH_REVIEW = "SINCH_REVIEW"
    SINCH_APPROVED = "SINCH_APPROVED"
    SINCH_REJECTED = "SINCH_REJECTED"
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"
    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    SUBMISSION_FAILED = "SUBMISSION_FAILED"


class LastActionStatus(OpenEnum):
    """Progress of the newest create, delete or resubmit; independent of the campaign's status."""

    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    CREATE_SUCCESSFUL = "CREATE_SUCCESSFUL"
    CREATE_FAILED = "CREATE_FAILED"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    DELETE_SUCCESSFUL = "DELETE_SUCCESSFUL"
    DELETE_FAILED = "DELETE_FAILED"
    RESUBMIT_IN_PROGRESS = "RESUBMIT_IN_PROGRESS"
    RESUBMIT_SUCCESSFUL = "RESUBMIT_SUCCESSFUL"
    RESUBMIT_FAILED = "RESUBMIT_FAILED"


class UseCase(OpenEnum):
    """Main purpose of a campaign."""

    TWO_FACTOR = "2FA"
    ACCOUNT_NOTIFICATION = "ACCOUNT_NOTIFICATION"
    CUSTOMER_CARE = "CUSTOMER_CARE"
    DELIVERY_NOTIFICATION = "DELIVERY_NOTIFICATION"
    FRAUD_ALERT = "FRAUD_ALERT"
    HIGHER_EDUCATION = "HIGHER_EDUCATION"
    MARKETING = "MARKETING"
    POLLING_VOTING = "POLLING_VOTING"
    PUBLIC_SERVICE_ANNOUNCEMENT = "PUBLIC_SERVICE_ANNOUNCEMENT"
    SECURITY_ALERT = "SECURITY_ALERT"
    LOW_VOLUME = "LOW_VOLUME"
    MIXED = "MIXED"
    AGENTS_FRANCHISES = "AGENTS_FRANCHISES"
    CARRIER_EXEMPT = "CARRIER_EXEMPT"
    CHARITY = "CHARITY"
    EMERGENCY = "EMERGENCY"
    K12_EDUCATION = "K12_EDUCATION"
    POLITICAL = "POLITICAL"
    PROXY = "PROXY"
    SOCIAL = "SOCIAL"
    SWEEPSTAKE = "SWEEPSTAKE"
    SOLE_PROPRIETOR = "SOLE_PROPRIETOR"


@attrs.frozen(kw_only=True, slots=False)
class SinchCampaign:
    """A 10DLC campaign as Sinch returns it.

    Sinch declares no field as required. None, or an empty value, means that Sinch left the field out, above all
    before The Campaign Registry (TCR) has answered. Instants are aware UTC datetimes.

    Attributes:
        id: Sinch's id (`campaignRegistrationId`): a ULID of at most 26 characters, the one that calls take.
        tcr_id: TCR's id (`campaignId`), at most 7 characters; None until TCR accepted the campaign.
        campaign_name: Label inside Sinch (`campaignName`), at most 128 characters; TCR does not know it.
        created_at: Instant of the creation (`createDate`).
        updated_at: Instant of the last change (`modifiedDate`).
        created_by: Author (`createdBy`), at most 20 characters.
        modified_by: Last editor (`modifiedBy`), at most 20 characters.
        auto_renewal: True where the campaign renews by itself (`autoRenewal`).
        billed_at: Instant of the last billing (`billedDate`).
        brand_id: TCR's id of the brand (`brandId`), at most 8 characters.
        vertical: Industry, at most 20 characters; Sinch no longer asks for it on create.
        use_case: Main purpose (`useCase`).
        sub_use_cases: Further purposes (`subUseCases`), for the use cases that are made of several.
        description: Purpose of the campaign, at most 4096 characters.
        embedded_link: True where messages contain links (`embeddedLink`).
        embedded_phone: True where messages contain phone numbers (`embeddedPhone`).
        affiliate_marketing: True where an affiliate controls the content (`affiliateMarketing`).
        number_pool: True where the campaign is set up as a number pool (`numberPool`).
        age_gated: True where the content is age-restricted (`ageGated`).
        direct_lending: True where the content is about direct lending (`directLending`).
        subscriber_opt_in: True where opt-in is collected (`subscriberOptIn`).
        subscriber_opt_out: True where opt-out is honoured (`subscriberOptOut`).
        subscriber_help: True where HELP is answered (`subscriberHelp`).
        sample1: First sample message, at most 1024 characters.
        sample2: Second sample message, at most 1024 characters.
        sample3: Third sample message, at most 1024 characters.
        sample4: Fourth sample message, at most 1024 characters.
        stop_message: Answer to STOP (`stopMessage`), at most 255 characters.
        opt_in_message: First confirmation after opt-in (`optInMessage`), at most 255 characters.
        help_message: Answer to HELP (`helpMessage`), at most 255 characters.
        monthly_fee: Fee per month in US dollars (`monthlyFee`).
        setup_fee: One-time fee in US dollars (`setupFee`).
        status: Review state of the campaign.
        mno_metadata: Terms by operator network id (`mnoMetadata`), such as `10017`; ids not documented by the
            vendor.
        mock: True for a test campaign.
        last_action_status: Progress of the newest create, delete or resubmit (`lastActionStatus`).
        optin_keywords: Upper-case words joined by commas, without blanks (`optinKeywords`), at most 255
            characters.
        optout_keywords: The same for opt-out (`optoutKeywords`); Sinch takes STOP by default.
        help_keywords: The same for help (`helpKeywords`); Sinch takes HELP by default.
        message_flow: How people opt in (`messageFlow`), at most 2048 characters.
        next_renewal_or_expiration_date: Instant of the next renewal, or of the end
            (`nextRenewalOrExpirationDate`).
        extra: Fields that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_getcampaign.md
    """

    id: str
    tcr_id: str | None = None
    campaign_name: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    created_by: str | None = None
    modified_by: str | None = None
    auto_renewal: bool | None = None
    billed_at: datetime | None = None
    brand_id: str | None = None
    vertical: str | None = None
    use_case: UseCase | None = None
    sub_use_cases: tuple[UseCase, ...] = ()
    description: str | None = None
    embedded_link: bool | None = None
    embedded_phone: bool | None = None
    affiliate_marketing: bool | None = None
    number_pool: bool | None = None
    age_gated: bool | None = None
    direct_lending: bool | None = None
    subscriber_opt_in: bool | None = None
    subscriber_opt_out: bool | None = None
    subscriber_help: bool | None = None
    sample1: str | None = None
    sample2: str | None = None
    sample3: str | None = None
    sample4: str | None = None
    stop_message: str | None = None
    opt_in_message: str | None = None
    help_message: str | None = None
    monthly_fee: Decimal | None = None
    setup_fee: Decimal | None = None
    status: CampaignStatus | None = None
    mno_metadata: Mapping[str, OperatorTerms] = attrs.field(factory=dict)
    mock: bool | None = None
    last_action_status: LastActionStatus | None = None
    optin_keywords: str | None = None
    optout_keywords: str | None = None
    help_keywords: str | None = None
    message_flow: str | None = None
    next_renewal_or_expiration_date: datetime | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def provider(self) -> str:
        """Name of the provider."""
        return "sinch"

    @property
    def name(self) -> str:
        """The label inside Sinch."""
        return self.campaign_name or ""

    @property
    def vendor_status(self) -> str:
        """`status` as the vendor spells it."""
        return self.status or ""

    @property
    def state(self) -> CampaignState:
        """The status in words that fit every vendor."""
        return (
            CampaignState.UNKNOWN if self.status is None else _STATES.get(self.status, CampaignState.UNKNOWN)
        )

    @property
    def version(self) -> str | None:
        """`modifiedDate` byte for byte; whoever changes the campaign changes this."""
        raw = self.extra.get("modifiedDate")
        if isinstance(raw, str):
            return raw
        return None if self.updated_at is None else format_datetime(self.updated_at)


_STATES = {
    CampaignStatus.SINCH_REVIEW: CampaignState.IN_REVIEW,
    CampaignStatus.SINCH_APPROVED: CampaignState.IN_REVIEW,
    CampaignStatus.SUBMITTED: CampaignState.IN_REVIEW,
    CampaignStatus.APPROVED: CampaignState.APPROVED,
    CampaignStatus.ACTIVE: CampaignState.ACTIVE,
    CampaignStatus.EXPIRED: CampaignState.ENDED,
    CampaignStatus.SINCH_REJECTED: CampaignState.REJECTED,
    CampaignStatus.REJECTED: CampaignState.REJECTED,
    CampaignStatus.SUBMISSION_FAILED: CampaignState.REJECTED,
}


@attrs.frozen(kw_only=True, slots=False)
class CampaignDraft:
    """A campaign to be registered.

    Lengths are in characters, as the vendor states them. None means that the field is not sent. Fees may follow; see
    `SinchBackend.qualify`.

    Attributes:
        brand_id: TCR's id of the brand (`brandId`), which starts with B; at most 8. It is not the brand's
            registration id.
        use_case: Main purpose (`useCase`).
        campaign_name: Label inside Sinch (`campaignName`), at most 128.
        description: Who writes to whom, what and why; 40 to 4096.
        sample1: Sample message with brand name and opt-out words; 20 to 1024.
        sample2: Second sample message, at most 1024.
        sample3: Third sample message, at most 1024.
        stop_message: Answer to STOP (`stopMessage`); 20 to 255.
        opt_in_message: First confirmation after opt-in (`optInMessage`); 20 to 255.
        help_message: Answer to HELP (`helpMessage`); 20 to 255.
        optin_keywords: Upper-case words joined by commas, without blanks (`optinKeywords`); at most 255.
        optout_keywords: The same for opt-out (`optoutKeywords`).
        help_keywords: The same for help (`helpKeywords`).
        message_flow: How people opt in (`messageFlow`); 40 to 2048.
        affiliate_marketing: True where an affiliate controls the content (`affiliateMarketing`); the vendor has no
            default.
        auto_renewal: False lets the campaign expire after three months (`autoRenewal`).
        embedded_link: True where messages contain links (`embeddedLink`); public link shorteners are not allowed.
        embedded_phone: True where messages contain phone numbers (`embeddedPhone`).
        number_pool: True for more than 50 numbers (`numberPool`).
        age_gated: True for age-restricted content (`ageGated`).
        direct_lending: True for direct lending (`directLending`).
        subscriber_opt_in: True where opt-in is collected (`subscriberOptIn`).
        subscriber_opt_out: True where opt-out is honoured (`subscriberOptOut`).
        subscriber_help: True where HELP is answered (`subscriberHelp`).
        sample4: Fourth sample message, at most 1024.
        sub_use_cases: Two to five further purposes where the use case is `MIXED` (`subUseCases`).
        terms_and_conditions_link: URL of the terms, at most 255; also in snake case on the wire.
        privacy_policy_link: URL of the privacy policy, at most 255; also in snake case on the wire.
        attachments: True holds the submission back until files are uploaded.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_createtcrcampaign.md
    """

    brand_id: str
    use_case: UseCase
    campaign_name: str
    description: str
    sample1: str
    sample2: str
    sample3: str
    stop_message: str
    opt_in_message: str
    help_message: str
    optin_keywords: str
    optout_keywords: str
    help_keywords: str
    message_flow: str
    affiliate_marketing: bool
    auto_renewal: bool = True
    embedded_link: bool = False
    embedded_phone: bool = False
    number_pool: bool = False
    age_gated: bool = False
    direct_lending: bool = False
    subscriber_opt_in: bool = True
    subscriber_opt_out: bool = True
    subscriber_help: bool = True
    sample4: str | None = None
    sub_use_cases: tuple[UseCase, ...] = ()
    terms_and_conditions_link: str | None = None
    privacy_policy_link: str | None = None
    attachments: bool = False


@attrs.frozen(kw_only=True, slots=False)
class CreatedCampaign:
    """Answer to a registration."""

    id: str


def _some_operators(_: object, attribute: object, value: tuple[Mno, ...] | None) -> None:
    if value is not None and not value:
        raise InvalidInputError(
            "mnos is empty, which at Sinch would mean ALL operators: "
            "leave it out to mean all of them, or name the ones you want (ATT, TMO, USC, VZW)"
        )


def _operators(value: Iterable[Mno | str] | str | None) -> tuple[Mno, ...] | None:
    if value is None:
        return None
    parts = re.split(r"[\s,|]+", value) if isinstance(value, str) else value
    names = items_of(parts, str, "mnos", 'mnos=["ATT", "TMO"]')
    codes = tuple(Mno(name.strip().upper()) for name in names if name.strip())
    unknown = [str(code) for code in codes if not code.is_recognized]
    if unknown:
        raise InvalidInputError(f"mnos: {', '.join(unknown)} is none of ATT, TMO, USC, VZW")
    return tuple(sorted(set(codes)))


@attrs.frozen(kw_only=True, slots=False)
class Resubmission:
    """What to resubmit.

    Attributes:
        mnos: Operators to resubmit to; None means all of them. An empty list is refused, because Sinch takes it
            for all of them.

    Raises:
        InvalidInputError: `mnos` is empty or names an operator that Sinch does not list.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationservice_resubmitcampaignregistration.md
    """

    mnos: tuple[Mno, ...] | None = attrs.field(default=None, converter=_operators, validator=_some_operators)


@attrs.frozen(kw_only=True, slots=False)
class Deletion:
    """A deletion has no parameters; it cannot be undone."""


@attrs.frozen(kw_only=True, slots=False)
class TcrReason:
    """One reason that The Campaign Registry gave. None means that Sinch left the field out.

    Attributes:
        code: TCR's code of the reason; several may be joined by commas.
        field: TCR's name of the refused field.
        description: Text of the reason.
        extra: Fields that this release does not know, under the vendor's names.
    """

    code: str | None = None
    field: str | None = None
    description: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class SinchReason:
    """One reason that the Sinch review gave. None means that Sinch left the field out.

    Attributes:
        code: Sinch's code of the reason; values not documented by the vendor.
        description: Text of the reason.
        extra: Fields that this release does not know, under the vendor's names.
    """

    code: str | None = None
    description: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class CampaignFeedback:
    """The reasons why a campaign was refused. None or empty means that Sinch left the field out.

    Attributes:
        id: Sinch's id (`campaignRegistrationId`).
        tcr_id: TCR's id (`campaignId`).
        status: State of the campaign when it was refused.
        tcr_error_response: Reasons that TCR gave (`tcrErrorResponse`).
        internal_error_response: Reasons that the Sinch review gave (`internalErrorResponse`).
        extra: Fields that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationservice_getcampaignregistrationfeedback.md
    """

    id: str | None = None
    tcr_id: str | None = None
    status: str | None = None
    tcr_error_response: tuple[TcrReason, ...] = ()
    internal_error_response: tuple[SinchReason, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Qualification:
    """Terms and fees that a brand may expect for a use case. None means that Sinch left the field out.

    Attributes:
        use_case: Use case that was asked about (`useCase`).
        monthly_fee: Fee per month in US dollars (`monthlyFee`), charged from the fourth month on.
        setup_fee: One-time fee in US dollars (`setupFee`), charged on Sinch's approval; it covers three months.
        min_sub_use_cases: Smallest number of further purposes (`minSubUseCases`).
        max_sub_use_cases: Largest number of further purposes (`maxSubUseCases`).
        mno_metadata: Terms by operator network id (`mnoMetadata`), such as `10017`; ids not documented by the
            vendor.
        extra: Fields that this release does not know, under the vendor's names.

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


class FileCategory(enum.IntEnum):
    """Kind of an uploaded file."""

    PRIVACY_POLICY = 1
    TERMS = 2
    CALL_TO_ACTION = 3
    OPT_IN = 4
    MMS = 5


@attrs.frozen(kw_only=True, slots=False)
class UploadAnswer:
    """Answer to an upload; `status` is `success` or a failure word, with HTTP 200 either way."""

    status: str | None = None
    message: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class CampaignList:
    """One page of a listing."""

    campaign_registrations: tuple[SinchCampaign, ...] = ()
    next_page_token: str | None = None
    total_size: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
