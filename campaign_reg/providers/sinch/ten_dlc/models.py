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
from campaign_reg.wire.codec import format_datetime, text_number


class CampaignStatus(OpenEnum):
    """Where a campaign stands."""

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
    """How the newest create, delete or resubmit goes; independent of the campaign's status."""

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
    """The terms one operator gave to a campaign.

    Attributes:
        mno: Operator name.
        status: Operator-level state; the vendor publishes no values.
        msg_class: AT&T message class; unordered.
        tpm: Messages per minute.
        tpm_scope: What `tpm` counts.
        brand_tier: T-Mobile volume tier.
        brand_daily_cap: Messages per day and brand; None with tier UNCAPPED.
        extra: What this release does not know, under the vendor's names.
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
class SinchCampaign:
    """A 10DLC campaign as read back. Any member but `id` may be missing, above all before TCR has answered.

    Attributes:
        id: Sinch's ULID (`campaignRegistrationId`), the one used in paths.
        tcr_id: The Campaign Registry's id (`campaignId`); None until it has accepted the campaign.
        campaign_name: Label inside Sinch, unknown to the registry; at most 128 characters.
        created_at: When it was created (`createDate`), UTC.
        updated_at: When it last changed (`modifiedDate`), UTC.
        created_by: Its author, as Sinch names them.
        modified_by: Its last editor, as Sinch names them.
        auto_renewal: Whether it renews automatically; otherwise it lapses after three months.
        billed_at: When it was last billed (`billedDate`), UTC.
        brand_id: The brand's id at the registry, which starts with B.
        vertical: Industry; no longer captured when a campaign is created.
        use_case: Main purpose.
        sub_use_cases: Further purposes of a MIXED campaign.
        description: Who writes to whom, what and why.
        embedded_link: Whether messages hold links.
        embedded_phone: Whether messages hold phone numbers.
        affiliate_marketing: Whether an affiliate steers the content.
        number_pool: Whether it uses a pool of more than 50 numbers.
        age_gated: Whether the content is restricted by age.
        direct_lending: Whether it is about direct lending.
        subscriber_opt_in: Whether opt-in is collected.
        subscriber_opt_out: Whether opt-out is honoured.
        subscriber_help: Whether HELP is answered.
        sample1: First sample message.
        sample2: Second sample message.
        sample3: Third sample message.
        sample4: Fourth sample message.
        stop_message: Answer to STOP.
        opt_in_message: First confirmation after an opt-in.
        help_message: Answer to HELP.
        monthly_fee: Fee per month, in US dollars.
        setup_fee: Fee on approval, in US dollars.
        status: State of the campaign at Sinch and the registry.
        mno_metadata: Terms by operator network id.
        mock: Whether it is a test campaign.
        last_action_status: State of the newest action, such as a resubmission; independent of `status`.
        optin_keywords: Words that opt in, upper case, joined by commas without blanks.
        optout_keywords: Words that opt out, in the same form; STOP by default.
        help_keywords: Words that ask for help, in the same form; HELP by default.
        message_flow: How people opt in.
        next_renewal_or_expiration_date: When it renews or ends, UTC.
        extra: Members that this release does not know, under the vendor's names.

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
    """A campaign to be registered. Fees may follow; see `SinchBackend.qualify`.

    Lengths are in characters, as the vendor states them.

    Attributes:
        brand_id: TCR brand id (starts with B), not the registration id.
        use_case: Main purpose.
        campaign_name: Label inside Sinch, at most 128; required, although the vendor's prose calls it optional.
        description: Who writes to whom, what and why; 40 to 4096.
        sample1: Sample with brand name and opt-out words; 20 to 1024.
        sample2: Second sample; at most 1024.
        sample3: Third sample; at most 1024.
        stop_message: Answer to STOP; 20 to 255.
        opt_in_message: First confirmation; 20 to 255.
        help_message: Answer to HELP; 20 to 255.
        optin_keywords: Words that opt in, upper case, joined by commas without blanks; at most 255.
        optout_keywords: Words that opt out, in the same form.
        help_keywords: Words that ask for help, in the same form.
        message_flow: How people opt in; 40 to 2048.
        affiliate_marketing: Whether an affiliate steers the content; the vendor has no default for it.
        auto_renewal: Whether it renews automatically; otherwise it lapses after three months.
        embedded_link: Whether messages hold links; public link shorteners are forbidden.
        embedded_phone: Whether messages hold phone numbers.
        number_pool: Whether it uses more than 50 numbers.
        age_gated: Whether the content is restricted by age.
        direct_lending: Whether it is about direct lending.
        subscriber_opt_in: Whether opt-in is collected.
        subscriber_opt_out: Whether opt-out is honoured.
        subscriber_help: Whether HELP is answered.
        sample4: Fourth sample; at most 1024.
        sub_use_cases: Two to five when the use case is MIXED.
        terms_and_conditions_link: Address of the terms; at most 255.
        privacy_policy_link: Address of the privacy policy; at most 255.
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
            for all.

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
    """One reason given by the Campaign Registry."""

    code: str | None = None
    field: str | None = None
    description: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class SinchReason:
    """One reason given by the Sinch review."""

    code: str | None = None
    description: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class CampaignFeedback:
    """Why a campaign was refused."""

    id: str | None = None
    tcr_id: str | None = None
    status: str | None = None
    tcr_error_response: tuple[TcrReason, ...] = ()
    internal_error_response: tuple[SinchReason, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


class FileCategory(enum.IntEnum):
    """What an uploaded file shows."""

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
