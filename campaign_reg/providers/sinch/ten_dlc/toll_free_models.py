"""Documents of the Sinch toll-free verification API, shaped as the vendor prints them.

Source:
    https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/tfn-verification/tfnverificationexternalservice_createtfnverificationrequest.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.enums import OpenEnum
from campaign_reg.errors import InvalidInputError

MESSAGE_VOLUMES = (
    "10",
    "100",
    "1000",
    "10000",
    "100000",
    "250000",
    "500000",
    "750000",
    "1000000",
    "5000000",
    "10000000+",
)
_MOST_CHARACTERS = 500
_LONGER_OR_SHORTER = {
    "production_message_content": 1000,
    "business_registration_number": 50,
    "business_registration_type": 50,
}
_MOST_IMAGES, _MOST_IMAGE_CHARACTERS = 10, 1000
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")


class TollFreeStatus(OpenEnum):
    """State of a verification."""

    STATUS_UNSPECIFIED = "STATUS_UNSPECIFIED"
    WAITING = "WAITING"
    IN_PROGRESS = "IN_PROGRESS"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"


class BusinessType(OpenEnum):
    """Kind of business."""

    SOLE_PROPRIETOR = "SOLE_PROPRIETOR"
    PRIVATE_PROFIT = "PRIVATE_PROFIT"
    PUBLIC_PROFIT = "PUBLIC_PROFIT"
    NON_PROFIT = "NON_PROFIT"
    GOVERNMENT = "GOVERNMENT"


@attrs.frozen(kw_only=True, slots=False)
class TollFreeDraft:
    """A toll-free number to be verified.

    Lengths are in characters, at most 500 where the entry has no limit of its own.

    Attributes:
        phone_number: Toll-free number in E.164 (`phoneNumber`), held by Sinch or being hosted there.
        business_name: Legal name of the business (`businessName`).
        business_address1: First line of the address (`businessAddress1`).
        business_city: City (`businessCity`).
        business_state: State (`businessState`).
        business_zip_code: Postal code (`businessZipCode`).
        business_contact_first_name: Given name of the contact (`businessContactFirstName`).
        business_contact_last_name: Family name of the contact (`businessContactLastName`).
        business_contact_email: Email address of the contact (`businessContactEmail`).
        business_contact_phone: Phone number of the contact in E.164 (`businessContactPhone`).
        corporate_website: Website of the business (`corporateWebsite`).
        message_volume: Estimated messages per month (`messageVolume`), as text: one of `MESSAGE_VOLUMES`.
        use_case: Use case (`useCase`): one of `sinch.toll_free.use_cases()`.
        use_case_summary: Description of the use case (`useCaseSummary`).
        production_message_content: Sample of a message (`productionMessageContent`), at most 1000.
        opt_in_workflow_description: How people opt in (`optInWorkflowDescription`).
        opt_in_workflow_image_urls: URLs of images of the opt-in (`optInWorkflowImageUrls`): at most 10, each at
            most 1000.
        business_registration_number: Registration number (`businessRegistrationNumber`), at most 50.
        business_type: Kind of business (`businessType`).
        business_registration_country: Country of the registration (`businessRegistrationCountry`).
        business_registration_type: Kind of the registration number (`businessRegistrationType`), such as EIN, CBN
            or VAT; at most 50.
        terms_and_conditions_url: URL of the terms (`termsAndConditionsUrl`); starts with https://.
        privacy_policy_url: URL of the privacy policy (`privacyPolicyUrl`); starts with https://.
        business_address2: Second line of the address (`businessAddress2`); None is not sent.
        business_country: Country (`businessCountry`); None is not sent.
        additional_information: Anything else for the reviewer (`additionalInformation`); None is not sent.
        business_dba: Name that the business trades under (`businessDba`); None is not sent.
        campaign_verify_authorization_token: Token of Campaign Verify (`campaignVerifyAuthorizationToken`), a
            secret: left out of the repr; None is not sent.

    Raises:
        InvalidInputError: It breaks a published limit; all that are broken are named.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/tfn-verification/tfnverificationexternalservice_createtfnverificationrequest.md
    """

    phone_number: str
    business_name: str
    business_address1: str
    business_city: str
    business_state: str
    business_zip_code: str
    business_contact_first_name: str
    business_contact_last_name: str
    business_contact_email: str
    business_contact_phone: str
    corporate_website: str
    message_volume: str
    use_case: str
    use_case_summary: str
    production_message_content: str
    opt_in_workflow_description: str
    opt_in_workflow_image_urls: tuple[str, ...]
    business_registration_number: str
    business_type: BusinessType
    business_registration_country: str
    business_registration_type: str
    terms_and_conditions_url: str
    privacy_policy_url: str
    business_address2: str | None = None
    business_country: str | None = None
    additional_information: str | None = None
    business_dba: str | None = None
    campaign_verify_authorization_token: str | None = attrs.field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        problems = [*_long_texts(self), *_malformed(self)]
        if problems:
            raise InvalidInputError("; ".join(problems))


def _long_texts(draft: TollFreeDraft) -> Iterator[str]:
    for name, value in attrs.asdict(draft, recurse=False).items():
        most = _LONGER_OR_SHORTER.get(name, _MOST_CHARACTERS)
        if isinstance(value, str) and len(value) > most:
            yield f"{name}: {len(value):,} characters, at most {most:,} are allowed"
    images: object = draft.opt_in_workflow_image_urls
    if not isinstance(images, tuple):
        yield "opt_in_workflow_image_urls: must be a tuple of addresses"
    elif len(images) > _MOST_IMAGES:
        yield f"opt_in_workflow_image_urls: {len(images):,} addresses, at most {_MOST_IMAGES} are allowed"
    elif any(isinstance(url, str) and len(url) > _MOST_IMAGE_CHARACTERS for url in images):
        yield f"opt_in_workflow_image_urls: an address of more than {_MOST_IMAGE_CHARACTERS:,} characters"


def _malformed(draft: TollFreeDraft) -> Iterator[str]:
    for name in ("phone_number", "business_contact_phone"):
        if not _E164.fullmatch(str(getattr(draft, name))):
            yield f"{name}: must be E.164, such as +18885550137"
    for name in ("terms_and_conditions_url", "privacy_policy_url"):
        if not str(getattr(draft, name)).startswith("https://"):
            yield f"{name}: must start with https://"
    if "@" not in str(draft.business_contact_email):
        yield "business_contact_email: must be a mail address"
    if draft.message_volume not in MESSAGE_VOLUMES:
        yield f"message_volume: must be one of {', '.join(MESSAGE_VOLUMES)}"
    if draft.business_type not in {kind.value for kind in BusinessType}:
        yield f"business_type: must be one of {', '.join(BusinessType)}"


@attrs.frozen(kw_only=True, slots=False)
class CreatedTollFree:
    """Answer to a request for verification."""

    id: str


@attrs.frozen(kw_only=True, slots=False)
class ReviewerNote:
    """A reviewer's remark, among them reasons for a refusal. None means that Sinch left the field out.

    Attributes:
        note: Text of the remark.
        create_time: Time of the remark (`createTime`), as Sinch wrote it; format not documented by the vendor.
        extra: Fields that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/tfn-verification/tfnverificationexternalservice_gettfnverificationrequest.md
    """

    note: str | None = None
    create_time: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class TollFreeVerification:
    """A verification as Sinch returns it.

    None, or an empty value, means that Sinch left the field out. Lengths are in characters, at most 500 where the entry
    has no limit of its own.

    Attributes:
        id: Sinch's id of the verification (`tfnVerificationId`).
        status: State of the verification.
        created_at: Instant of the request (`createTime`), aware UTC.
        project_id: Sinch project that owns the verification (`projectId`).
        phone_number: Toll-free number in E.164 (`phoneNumber`), held by Sinch or being hosted there.
        business_name: Legal name of the business (`businessName`).
        business_address1: First line of the address (`businessAddress1`).
        business_address2: Second line of the address (`businessAddress2`).
        business_city: City (`businessCity`).
        business_state: State (`businessState`).
        business_zip_code: Postal code (`businessZipCode`).
        business_country: Country (`businessCountry`).
        business_contact_first_name: Given name of the contact (`businessContactFirstName`).
        business_contact_last_name: Family name of the contact (`businessContactLastName`).
        business_contact_email: Email address of the contact (`businessContactEmail`).
        business_contact_phone: Phone number of the contact in E.164 (`businessContactPhone`).
        corporate_website: Website of the business (`corporateWebsite`).
        message_volume: Estimated messages per month (`messageVolume`), as text: one of `MESSAGE_VOLUMES`.
        use_case: Use case (`useCase`): one of `sinch.toll_free.use_cases()`.
        use_case_summary: Description of the use case (`useCaseSummary`).
        production_message_content: Sample of a message (`productionMessageContent`), at most 1000.
        opt_in_workflow_description: How people opt in (`optInWorkflowDescription`).
        opt_in_workflow_image_urls: URLs of images of the opt-in (`optInWorkflowImageUrls`): at most 10, each at
            most 1000.
        additional_information: Anything else for the reviewer (`additionalInformation`).
        business_registration_number: Registration number (`businessRegistrationNumber`), at most 50; left out of
            the repr.
        business_type: Kind of business (`businessType`).
        business_registration_country: Country of the registration (`businessRegistrationCountry`).
        business_registration_type: Kind of the registration number (`businessRegistrationType`), such as EIN, CBN
            or VAT; at most 50.
        business_dba: Name that the business trades under (`businessDba`).
        campaign_verify_authorization_token: Token of Campaign Verify (`campaignVerifyAuthorizationToken`), a
            secret, which Sinch should never return: left out of the repr.
        terms_and_conditions_url: URL of the terms (`termsAndConditionsUrl`); starts with https://.
        privacy_policy_url: URL of the privacy policy (`privacyPolicyUrl`); starts with https://.
        created_by: Author (`createdBy`), at most 50; deprecated by the vendor.
        notes: Reviewers' remarks, among them reasons for a refusal.
        extra: Fields that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/tfn-verification/tfnverificationexternalservice_gettfnverificationrequest.md
    """

    id: str
    status: TollFreeStatus | None = None
    created_at: datetime | None = None
    project_id: str | None = None
    phone_number: str | None = None
    business_name: str | None = None
    business_address1: str | None = None
    business_address2: str | None = None
    business_city: str | None = None
    business_state: str | None = None
    business_zip_code: str | None = None
    business_country: str | None = None
    business_contact_first_name: str | None = None
    business_contact_last_name: str | None = None
    business_contact_email: str | None = None
    business_contact_phone: str | None = None
    corporate_website: str | None = None
    message_volume: str | None = None
    use_case: str | None = None
    use_case_summary: str | None = None
    production_message_content: str | None = None
    opt_in_workflow_description: str | None = None
    opt_in_workflow_image_urls: tuple[str, ...] = ()
    additional_information: str | None = None
    business_registration_number: str | None = attrs.field(default=None, repr=False)
    business_type: BusinessType | None = None
    business_registration_country: str | None = None
    business_registration_type: str | None = None
    business_dba: str | None = None
    campaign_verify_authorization_token: str | None = attrs.field(default=None, repr=False)
    terms_and_conditions_url: str | None = None
    privacy_policy_url: str | None = None
    created_by: str | None = None
    notes: tuple[ReviewerNote, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class TollFreeList:
    """One page of a listing."""

    tfn_verifications: tuple[TollFreeVerification, ...] = ()
    total_size: int | None = None
    next_page_token: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class TollFreeUseCases:
    """The use cases that a request may name."""

    use_cases: tuple[str, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
