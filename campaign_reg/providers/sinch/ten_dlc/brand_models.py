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
    """Registration state of a brand; `DRAFT` exists only in the dashboard."""

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
    """The company behind a brand. None means that the field is not sent, or that Sinch left it out.

    Attributes:
        company_name: Legal name (`companyName`), exactly as the tax authority has it.
        company_email: Support email address (`companyEmail`).
        business_contact_email: Email address of the main business contact (`businessContactEmail`).
        brand_name: Name, or DBA, to register (`brandName`).
        country: Two-letter code (ISO 3166).
        street_address: Street and number (`streetAddress`).
        city: City.
        postal_code: Postal code (`postalCode`).
        state: State; two letters in the US.
        web_address: Website of the company (`webAddress`).
        extra: Fields that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_createbrandregistrationrequest.md
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
    """Legal form and tax id of the company. None means that the field is not sent, or that Sinch left it out.

    Attributes:
        brand_entity_type: Legal form (`brandEntityType`). Sinch takes `PUBLIC` where it is missing, which is wrong
            for most.
        brand_vertical_type: Industry (`brandVerticalType`).
        tax_id_country: Country of the tax id (`taxIdCountry`).
        tax_id_corporate: Tax id (`taxIdCorporate`): digits, or `NN-NNNNNNN`; left out of the repr.
        stock_symbol: Symbol of the stock (`stockSymbol`); empty where the company is not listed.
        exchange: Stock exchange, as free text.
        extra: Fields that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_createbrandregistrationrequest.md
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
    """The person to contact about a brand. None means that the field is not sent, or that Sinch left it out.

    Attributes:
        first_name: Given name (`firstName`).
        last_name: Family name (`lastName`).
        phone_number: Phone number in E.164 (`phoneNumber`).
        email: Email address.
        extra: Fields that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_createbrandregistrationrequest.md
    """

    first_name: str | None = None
    last_name: str | None = None
    phone_number: str | None = None
    email: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Brand:
    """A brand as Sinch returns it.

    None means that Sinch left the field out, above all before The Campaign Registry (TCR) has answered.

    Attributes:
        id: Sinch's id of the registration (`brandRegistrationId`), the one that calls take.
        tcr_id: TCR's id (`brandId`), which starts with B and which campaigns name; None until TCR answered.
        identity_status: Outcome of the identity check (`identityStatus`).
        display_name: Your label (`displayName`).
        brand_registration_status: State of the registration (`brandRegistrationStatus`).
        brand_registration_type: Depth of the registration (`brandRegistrationType`).
        company_details: The company (`companyDetails`).
        financial_details: Legal form and tax id (`financialDetails`).
        contact_details: The person to contact (`contactDetails`).
        mock: True for a test brand.
        extra: Fields that this release does not know, under the vendor's names.

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
        brand_registration_type: Depth of the registration (`brandRegistrationType`), which decides the price;
            Sinch takes `SIMPLIFIED` where it is missing.
        financial_details: Legal form and tax id (`financialDetails`); the legal form is required, because Sinch
            takes `PUBLIC` where it is missing.
        company_details: The company (`companyDetails`); None is not sent.
        contact_details: The person to contact (`contactDetails`); None is not sent.
        display_name: Your label (`displayName`); None is not sent.
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
    """Changes to a brand: only the details that are given are sent.

    Attributes:
        company_details: The company (`companyDetails`); None leaves it unchanged.
        financial_details: Legal form and tax id (`financialDetails`), with the legal form; None leaves them
            unchanged.
        contact_details: The person to contact (`contactDetails`); None leaves it unchanged.

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
    """One kind of data that TCR could not match. None or empty means that Sinch left the field out.

    Attributes:
        id: Kind: `TAX_ID`, `STOCK_SYMBOL`, `GOVERNMENT_ENTITY`, `NONPROFIT` or `OTHERS`.
        display_name: Title of the kind (`displayName`).
        description: Text of the reason.
        fields: Names of the fields that do not match.
        extra: Fields that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_getbrandregistrationfeedback.md
    """

    id: str | None = None
    display_name: str | None = None
    description: str | None = None
    fields: tuple[str, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class BrandFeedback:
    """The reasons why a brand was refused.

    Attributes:
        tcr_id: TCR's id of the brand (`brandId`); None where Sinch left it out.
        category: Kinds of data that TCR could not match; the vendor's name for this list is in the singular.
        extra: Fields that this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-brand-registration/brandregistrationservice_getbrandregistrationfeedback.md
    """

    tcr_id: str | None = None
    category: tuple[Mismatch, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Vetting:
    """One vetting record of a brand. None or empty means that Sinch left the field out.

    Attributes:
        vetting_id: Id of the record (`vettingId`).
        provider: Company that vets; the vendor lists `AEGIS` only.
        vetting_status: State of the record (`vettingStatus`).
        vetting_class: Class of the vetting (`vettingClass`); the vendor lists `STANDARD` only.
        vetting_token: Token of the vetting (`vettingToken`), a secret: left out of the repr.
        vetting_score: Score (`vettingScore`); range not documented by the vendor.
        reasons: Reasons for the result, as text.
        vetting_details: Further details by name (`vettingDetails`); names not documented by the vendor; left out
            of the repr.
        vetted_at: Instant of the vetting (`vettedDate`), aware UTC.
        created_at: Instant of the request (`createDate`), aware UTC.
        extra: Fields that this release does not know, under the vendor's names.

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
