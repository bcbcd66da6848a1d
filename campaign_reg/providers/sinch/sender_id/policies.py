"""What each market asks for: markets, their questions, and the policies that the answers lead to.

Source:
    https://developers.sinch.com/docs/registration-api/api-reference/registrations.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs

from campaign_reg.enums import OpenEnum
from campaign_reg.providers.sinch.sender_id.models import PriceMode, RegistrationType, amount


class PolicyMultiType(OpenEnum):
    """Number of senders that fit into one registration."""

    SINGLE = "SINGLE"
    MULTI_SENDER = "MULTI_SENDER"
    """Up to 50."""


class PolicyStatus(OpenEnum):
    """Whether a policy can be used; `status_disclaimer` says why not."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


@attrs.frozen(kw_only=True, slots=False)
class Market:
    """A country. None means that Sinch left a field out.

    Attributes:
        market_code: Country (`marketCode`), two letters of ISO 3166-1.
        market_name: Name in the language asked for (`marketName`).
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/markets/listavailablemarkets.md
    """

    market_code: str | None = None
    market_name: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class MarketList:
    """The markets that can be registered.

    Attributes:
        markets: The markets; empty where the one asked for cannot be registered.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/markets/listavailablemarkets.md
    """

    markets: tuple[Market, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class SpecialConditionAnswer:
    """One answer to a question of a market.

    Attributes:
        answer: Text of the answer; None where Sinch left it out.
        policy_id: Id of the policy that follows from it (`policyId`); None where a further question follows.
        prompt: The next question; None where there is none. Deeper levels are not documented by Sinch.
        chained_special_conditions: Answers to the next question (`chainedSpecialConditions`).
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/markets/listmarketversions.md
    """

    answer: str | None = None
    policy_id: str | None = None
    prompt: str | None = None
    chained_special_conditions: tuple[SpecialConditionAnswer, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class SpecialConditions:
    """The first question of a market, and its answers.

    Attributes:
        prompt: The question; None where Sinch left it out.
        chained_special_conditions: The answers (`chainedSpecialConditions`).
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/markets/listmarketversions.md
    """

    prompt: str | None = None
    chained_special_conditions: tuple[SpecialConditionAnswer, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class MarketVersion:
    """One version of a market's rules. None means that Sinch left a field out.

    Attributes:
        id: Id of the version.
        market_code: Country (`marketCode`), two letters of ISO 3166-1.
        registration_type: Kind of sender that the rules are for (`registrationType`).
        special_conditions: First question (`specialConditions`), whose answers lead to a policy.
        status: State of the version, `ACTIVE` in Sinch's samples.
        major_version: Counter of changes that may force running registrations to be sent again (`majorVersion`).
        minor_version: Counter of changes that do not (`minorVersion`).
        created_at: Time of creation (`createTime`), aware UTC; Sinch spells it in two ways, and without an offset it is
            taken for UTC.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/markets/listmarketversions.md
    """

    id: str | None = None
    market_code: str | None = None
    registration_type: RegistrationType | None = None
    special_conditions: SpecialConditions | None = None
    status: str | None = None
    major_version: int | None = None
    minor_version: int | None = None
    created_at: datetime | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    def policy_ids(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Each way through the questions: the answers given, and the policy that they lead to."""
        conditions = self.special_conditions
        if conditions is not None:
            yield from _leading_to(conditions.chained_special_conditions, ())


def _leading_to(
    answers: tuple[SpecialConditionAnswer, ...], given: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    for item in answers:
        path = (*given, item.answer or "")
        if item.policy_id:
            yield path, item.policy_id
        yield from _leading_to(item.chained_special_conditions, path)


@attrs.frozen(kw_only=True, slots=False)
class MarketVersionList:
    """One page of a listing.

    Attributes:
        market_versions: Versions of the page (`marketVersions`).
        next_page_token: Token of the next page (`nextPageToken`); None or empty on the last one.
        total_size: Versions in all (`totalSize`); None where Sinch left it out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/markets/listmarketversions.md
    """

    market_versions: tuple[MarketVersion, ...] = ()
    next_page_token: str | None = None
    total_size: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class AttachmentDefinition:
    """A file that a policy asks for. None means that Sinch left a field out.

    Attributes:
        id: Id, which uploads and downloads take as `attachment_id`.
        title: Title for people.
        description: Description for people.
        mandatory: Whether a registration needs the file.
        template: Whether there is a form to download and fill in, see `download_template`.
        allowed_mime_types: Media types that are allowed (`allowedMimeTypes`); empty means no limit. Newer versions
            only.
        allowed_document_types: Kinds of document that are allowed (`allowedDocumentTypes`); empty means no limit. Newer
            versions only.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/policies/getpolicy.md
    """

    id: str | None = None
    title: str | None = None
    description: str | None = None
    mandatory: bool | None = None
    template: bool | None = None
    allowed_mime_types: tuple[str, ...] = ()
    allowed_document_types: tuple[str, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class PolicyField:
    """Rule for one member of a request, close to JSON Schema. None or empty means no such rule.

    Attributes:
        name: Key of the member in the request.
        title: Title for people.
        description: Description for people.
        type: Kind of value: `string`, `array` and so on.
        required: Whether the member must be given.
        min_length: Fewest characters (`minLength`).
        max_length: Most characters (`maxLength`).
        min_items: Fewest items of an array (`minItems`).
        pattern: Regular expression that the value matches.
        enum: Values that are allowed.
        examples: Values as examples.
        items: Rule for the items of an array, in the vendor's form.
        message: Texts to show when a rule fails, in the vendor's form.
        placeholder: Text to show in an empty input (`x-placeholder`).
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/policies/getpolicy.md
    """

    name: str | None = None
    title: str | None = None
    description: str | None = None
    type: str | None = None
    required: bool | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    pattern: str | None = None
    enum: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    items: Mapping[str, Any] | None = None
    message: Mapping[str, Any] | None = None
    placeholder: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class PolicySection:
    """Rules for the members of one part of a request.

    Attributes:
        properties: One rule for each member.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/policies/getpolicy.md
    """

    properties: tuple[PolicyField, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class PolicyForm:
    """Members that a registration under a policy has to give. None means that Sinch left a part out.

    Attributes:
        company_details_template: Rules for the company's data in `additional_details` (`companyDetailsTemplate`).
        contact_person_template: Rules for the contact's data in `additional_details` (`contactPersonTemplate`).
        sender_id_template: Rules for each of `sender_id_details` (`senderIdTemplate`).
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/policies/getpolicy.md
    """

    company_details_template: PolicySection | None = None
    contact_person_template: PolicySection | None = None
    sender_id_template: PolicySection | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Subscription:
    """Fees of a policy; in a registration they are members of the price itself. None means that Sinch left a field out.

    Attributes:
        currency: Currency of both fees, ISO 4217.
        frequency: Count of billing periods; the unit is not documented by Sinch.
        recurrent_fee_amount: Fee per period (`recurrentFeeAmount`), a decimal number as text, as it came;
            `recurrent_fee` reads it.
        setup_fee_amount: Fee at the beginning (`setupFeeAmount`), a decimal number as text, as it came; `setup_fee`
            reads it.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/policies/getpolicy.md
    """

    currency: str | None = None
    frequency: int | None = None
    recurrent_fee_amount: str | None = None
    setup_fee_amount: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def recurrent_fee(self) -> Decimal | None:
        """Fee a period, in `currency`."""
        return amount(self.recurrent_fee_amount)

    @property
    def setup_fee(self) -> Decimal | None:
        """Fee at the beginning, in `currency`."""
        return amount(self.setup_fee_amount)


@attrs.frozen(kw_only=True, slots=False)
class PolicyPrice:
    """Price of a registration under a policy.

    Attributes:
        mode: Way in which the price is set; None where Sinch left it out.
        subscription: The fees; None where Sinch left them out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/policies/getpolicy.md
    """

    mode: PriceMode | None = None
    subscription: Subscription | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Policy:
    """Requirements of a registration. None means that Sinch left a field out.

    The id comes from the market's rules, for there is not a list of policies.

    Attributes:
        id: Id of the policy.
        attachments: Files to upload after the create.
        json_policy: Members to fill in (`jsonPolicy`).
        policy_multi_type: Number of senders that fit into one registration (`policyMultiType`).
        policy_status: Whether the policy can be used (`policyStatus`).
        price: Price of a registration.
        status_disclaimer: Reason why the policy is disabled (`statusDisclaimer`).
        fees: Whether there are any fees; deprecated by Sinch, see `price`.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations/policies/getpolicy.md
    """

    id: str | None = None
    attachments: tuple[AttachmentDefinition, ...] = ()
    json_policy: PolicyForm | None = None
    policy_multi_type: PolicyMultiType | None = None
    policy_status: PolicyStatus | None = None
    price: PolicyPrice | None = None
    status_disclaimer: str | None = None
    fees: bool | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
