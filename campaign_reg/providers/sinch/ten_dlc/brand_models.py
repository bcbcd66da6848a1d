"""Documents of the Sinch 10DLC brand API, shaped as the vendor prints them.

Source:
    https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration.md
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.enums import OpenEnum
from campaign_reg.errors import InvalidInputError


class BrandStatus(OpenEnum):
    """Where a brand stands; `DRAFT` exists only in the dashboard."""

    DRAFT = "DRAFT"
    IN_PROGRESS = "IN_PROGRESS"
    REJECTED = "REJECTED"
    APPROVED = "APPROVED"
    UPGRADE = "UPGRADE"


class BrandRegistrationType(OpenEnum):
    """Depth of registration: `SIMPLIFIED` (10 US dollars) verifies, `FULL` (50 US dollars) vets as well."""

    SIMPLIFIED = "SIMPLIFIED"
    FULL = "FULL"
    UNSPECIFIED = "BRAND_REGISTRATION_TYPE_UNSPECIFIED"


class BrandEntityType(OpenEnum):
    """Legal form."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"
    CHARITY_NON_PROFIT = "CHARITY_NON_PROFIT"


class BrandVertical(OpenEnum):
    """Industry."""

    PROFESSIONAL = "PROFESSIONAL"
    REAL_ESTATE = "REAL_ESTATE"
    HEALTHCARE = "HEALTHCARE"
    HUMAN_RESOURCES = "HUMAN_RESOURCES"
    ENERGY = "ENERGY"
    ENTERTAINMENT = "ENTERTAINMENT"
    RETAIL = "RETAIL"
    TRANSPORTATION = "TRANSPORTATION"
    AGRICULTURE = "AGRICULTURE"
    INSURANCE = "INSURANCE"
    POSTAL = "POSTAL"
    EDUCATION = "EDUCATION"
    HOSPITALITY = "HOSPITALITY"
    FINANCIAL = "FINANCIAL"
    POLITICAL = "POLITICAL"
    GAMBLING = "GAMBLING"
    LEGAL = "LEGAL"
    CONSTRUCTION = "CONSTRUCTION"
    NGO = "NGO"
    MANUFACTURING = "MANUFACTURING"
    GOVERNMENT = "GOVERNMENT"
    TECHNOLOGY = "TECHNOLOGY"
    COMMUNICATION = "COMMUNICATION"


class IdentityStatus(OpenEnum):
    """Outcome of the identity check, in the registry's words; Sinch itself publishes none."""

    SELF_DECLARED = "SELF_DECLARED"
    UNVERIFIED = "UNVERIFIED"
    VERIFIED = "VERIFIED"
    VETTED_VERIFIED = "VETTED_VERIFIED"


class VettingStatus(OpenEnum):
    """State of one vetting record; `UNSCORE` is being vetted, `ACTIVE` is in force."""

    PENDING = "PENDING"
    UNSCORE = "UNSCORE"
    ACTIVE = "ACTIVE"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


@attrs.frozen(kw_only=True, slots=False)
class CompanyDetails:
    """The company behind a brand.

    Attributes:
        company_name: Legal name, exactly as the tax authority has it.
        company_email: Support mail.
        business_contact_email: Main business contact.
        brand_name: Name, or DBA, to register.
        country: Two letters (ISO 3166).
        street_address: Street and number.
        city: City.
        postal_code: Postal code.
        state: Two letters in the US.
        web_address: Web site.
        extra: Members that this release does not know, under the vendor's names.
    """

    company_name: str | None = None
    company_email: str | None = None
    business_contact_email: str | None = None
    brand_name: str | None = None
    country: str | None = None
    street_address: str | None = None
    city: str | None = None
    postal_code: str | None = None
    state: str | None = None
    web_address: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class FinancialDetails:
    """Legal form and tax id.

    Attributes:
        brand_entity_type: Legal form. Sinch takes `PUBLIC` where it is missing, which is wrong for most.
        brand_vertical_type: Industry.
        tax_id_country: Country of the tax id.
        tax_id_corporate: Digits, or `NN-NNNNNNN`.
        stock_symbol: Empty where not listed.
        exchange: Free text.
        extra: What this release does not know, under the vendor's names.
    """

    brand_entity_type: BrandEntityType | None = None
    brand_vertical_type: BrandVertical | None = None
    tax_id_country: str | None = None
    tax_id_corporate: str | None = attrs.field(default=None, repr=False)
    stock_symbol: str | None = None
    exchange: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ContactDetails:
    """The person to ask; the phone number is E.164.

    Attributes:
        first_name: First name.
        last_name: Last name.
        phone_number: E.164.
        email: Mail address.
        extra: Members that this release does not know, under the vendor's names.
    """

    first_name: str | None = None
    last_name: str | None = None
    phone_number: str | None = None
    email: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Brand:
    """A brand as read back. Any member but `id` may be missing, above all before TCR has answered.

    Attributes:
        id: Sinch's id of the registration (`brandRegistrationId`), the one used in paths.
        tcr_id: The Campaign Registry's id (`brandId`, starts with B), which campaigns name; None until it has answered.
        identity_status: Outcome of the registry's identity check.
        display_name: Your label.
        brand_registration_status: State of the registration.
        brand_registration_type: `SIMPLIFIED` or `FULL`.
        company_details: The company.
        financial_details: Legal form and tax id.
        contact_details: The person to ask.
        mock: Whether it is a test brand.
        extra: Members that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_getbrandregistrationrequest.md
    """

    id: str
    tcr_id: str | None = None
    identity_status: IdentityStatus | None = None
    display_name: str | None = None
    brand_registration_status: BrandStatus | None = None
    brand_registration_type: BrandRegistrationType | None = None
    company_details: CompanyDetails | None = None
    financial_details: FinancialDetails | None = None
    contact_details: ContactDetails | None = None
    mock: bool | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


def _with_entity_type(details: FinancialDetails | None) -> None:
    if not isinstance(details, FinancialDetails) or not details.brand_entity_type:
        raise InvalidInputError(
            "financial_details.brand_entity_type is missing, and Sinch would take PUBLIC: "
            "say PUBLIC, PRIVATE or CHARITY_NON_PROFIT"
        )


@attrs.frozen(kw_only=True, slots=False)
class BrandDraft:
    """A brand to be registered. It costs money, unless `mock` is True.

    Attributes:
        brand_registration_type: What is asked for, and so the price; Sinch takes `SIMPLIFIED` where it is missing.
        financial_details: With the legal form: Sinch takes `PUBLIC` where it is missing.
        company_details: The company; the vendor declares nothing required and decides at the server.
        contact_details: The person to ask.
        display_name: Your label.
        mock: True makes a test brand.

    Raises:
        InvalidInputError: No legal form, or no registration type.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_createbrandregistrationrequest.md
    """

    brand_registration_type: BrandRegistrationType
    financial_details: FinancialDetails
    company_details: CompanyDetails | None = None
    contact_details: ContactDetails | None = None
    display_name: str | None = None
    mock: bool = False

    def __attrs_post_init__(self) -> None:
        if self.brand_registration_type in ("", BrandRegistrationType.UNSPECIFIED):
            raise InvalidInputError("brand_registration_type: say SIMPLIFIED or FULL, it decides the price")
        _with_entity_type(self.financial_details)


@attrs.frozen(kw_only=True, slots=False)
class BrandChange:
    """What is to change of a brand: only the objects that are given travel.

    Attributes:
        company_details: The company, whole; None leaves it as it is.
        financial_details: Legal form and tax id, whole; None leaves them as they are.
        contact_details: The person to ask, whole; None leaves it as it is.

    Raises:
        InvalidInputError: Nothing is given, or finances without the legal form.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_update10dlcbrand.md
    """

    company_details: CompanyDetails | None = None
    financial_details: FinancialDetails | None = None
    contact_details: ContactDetails | None = None

    def __attrs_post_init__(self) -> None:
        if (self.company_details, self.financial_details, self.contact_details) == (None, None, None):
            raise InvalidInputError("nothing to change: give company, financial or contact details")
        if self.financial_details is not None:
            _with_entity_type(self.financial_details)


@attrs.frozen(kw_only=True, slots=False)
class CreatedBrand:
    """Answer to a registration."""

    id: str


@attrs.frozen(kw_only=True, slots=False)
class BrandList:
    """One page of a listing."""

    brand_registrations: tuple[Brand, ...] = ()
    next_page_token: str | None = None
    total_size: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Mismatch:
    """One kind of data that the registry could not match, such as `TAX_ID`."""

    id: str | None = None
    display_name: str | None = None
    description: str | None = None
    fields: tuple[str, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class BrandFeedback:
    """Why a brand was refused; the vendor's name for the mismatches is `category`, in the singular."""

    tcr_id: str | None = None
    category: tuple[Mismatch, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Vetting:
    """One vetting record of a brand.

    Attributes:
        vetting_id: Id of the record.
        provider: Who vets; `AEGIS` is the only value that the vendor lists.
        vetting_status: State of the record.
        vetting_class: `STANDARD` is the only value that the vendor lists.
        vetting_token: Secret.
        vetting_score: The score; None until there is one.
        reasons: Reasons for the score, in the vendor's words.
        vetting_details: Details as they came; the vendor publishes no members.
        vetted_at: When it was vetted (`vettedDate`), UTC.
        created_at: When it was asked for (`createDate`), UTC.
        extra: Members that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_vettinginfo.md
    """

    vetting_id: str | None = None
    provider: str | None = None
    vetting_status: VettingStatus | None = None
    vetting_class: str | None = None
    vetting_token: str | None = attrs.field(default=None, repr=False)
    vetting_score: int | None = None
    reasons: tuple[str, ...] = ()
    vetting_details: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    vetted_at: datetime | None = None
    created_at: datetime | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class VettingList:
    """Vetting records of a brand."""

    vetting_info: tuple[Vetting, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
