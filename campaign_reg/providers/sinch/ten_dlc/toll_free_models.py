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
    """Where a verification stands."""

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
    """A toll-free number to be verified. Lengths are in characters, at most 500 where nothing else is said.

    Attributes:
        phone_number: The toll-free number, E.164; held by Sinch, or being hosted there.
        business_name: Legal name of the business.
        business_address1: Street and number.
        business_city: City.
        business_state: State or region.
        business_zip_code: Postal code.
        business_contact_first_name: First name of the contact.
        business_contact_last_name: Last name of the contact.
        business_contact_email: Mail address of the contact.
        business_contact_phone: Phone number of the contact, E.164.
        corporate_website: Web site of the business.
        message_volume: Monthly estimate, one of `MESSAGE_VOLUMES`.
        use_case: One of `sinch.toll_free.use_cases()`.
        use_case_summary: What the messages are for.
        production_message_content: A message as it will be sent; at most 1000.
        opt_in_workflow_description: How people opt in.
        opt_in_workflow_image_urls: Addresses of pictures of the opt-in; at most 10, each at most 1000.
        business_registration_number: Number in the register that `business_registration_type` names; at most 50.
        business_type: Kind of business.
        business_registration_country: Country of the register.
        business_registration_type: Kind of register number, such as EIN, CBN or VAT; at most 50.
        terms_and_conditions_url: Address of the terms, https.
        privacy_policy_url: Address of the privacy policy, https.
        business_address2: Second line of the address.
        business_country: Country of the business.
        additional_information: Further information for the reviewers.
        business_dba: Name under which the business trades (DBA).
        campaign_verify_authorization_token: Secret.

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
    """A reviewer's remark, among them reasons for a refusal; the vendor publishes no form for its time.

    Attributes:
        note: The remark.
        create_time: When it was written, as it came: the vendor publishes no form for it.
        extra: Members that this release does not know, under the vendor's names.
    """

    note: str | None = None
    create_time: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class TollFreeVerification:
    """A verification as read back. Any member but `id` may be missing.

    Attributes:
        id: Sinch's id (`tfnVerificationId`).
        status: State of the verification.
        created_at: When it was asked for (`createTime`), UTC.
        project_id: The Sinch project.
        phone_number: The toll-free number, E.164; held by Sinch, or being hosted there.
        business_name: Legal name of the business.
        business_address1: Street and number.
        business_city: City.
        business_state: State or region.
        business_zip_code: Postal code.
        business_contact_first_name: First name of the contact.
        business_contact_last_name: Last name of the contact.
        business_contact_email: Mail address of the contact.
        business_contact_phone: Phone number of the contact, E.164.
        corporate_website: Web site of the business.
        message_volume: Monthly estimate, one of `MESSAGE_VOLUMES`.
        use_case: One of `sinch.toll_free.use_cases()`.
        use_case_summary: What the messages are for.
        production_message_content: A message as it will be sent.
        opt_in_workflow_description: How people opt in.
        opt_in_workflow_image_urls: Addresses of pictures of the opt-in.
        business_registration_number: Number in the register that `business_registration_type` names.
        business_type: Kind of business.
        business_registration_country: Country of the register.
        business_registration_type: Kind of register number, such as EIN, CBN or VAT.
        terms_and_conditions_url: Address of the terms, https.
        privacy_policy_url: Address of the privacy policy, https.
        business_address2: Second line of the address.
        business_country: Country of the business.
        additional_information: Further information for the reviewers.
        business_dba: Name under which the business trades (DBA).
        campaign_verify_authorization_token: Secret; the vendor should never show it.
        created_by: Its author, as Sinch names them.
        notes: Reviewers' remarks, among them reasons for a refusal.
        extra: Members that this release does not know, under the vendor's names.

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
