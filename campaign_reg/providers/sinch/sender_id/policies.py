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
    """How many senders fit into one registration."""

    SINGLE = "SINGLE"
    MULTI_SENDER = "MULTI_SENDER"
    """Up to 50."""


class PolicyStatus(OpenEnum):
    """Whether a policy can be used; `status_disclaimer` says why not."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


@attrs.frozen(kw_only=True, slots=False)
class Market:
    """A country.

    Attributes:
        market_code: ISO two letters.
        market_name: In the language asked for.
    """

    market_code: str | None = None
    market_name: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class MarketList:
    """The markets that can be registered; empty where the one asked for cannot."""

    markets: tuple[Market, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class SpecialConditionAnswer:
    """One answer to a question.

    Attributes:
        policy_id: The policy that follows from it.
        prompt: The next question, if any.
        chained_special_conditions: The answers to that.
    """

    answer: str | None = None
    policy_id: str | None = None
    prompt: str | None = None
    chained_special_conditions: tuple[SpecialConditionAnswer, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class SpecialConditions:
    """The first question of a market, and its answers."""

    prompt: str | None = None
    chained_special_conditions: tuple[SpecialConditionAnswer, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class MarketVersion:
    """One version of a market's rules.

    Attributes:
        status: `ACTIVE` in Sinch's samples.
        major_version: A change may force running registrations to be sent again.
        minor_version: A change does not.
        created_at: Sinch spells it in two ways; without an offset it is taken for UTC.
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
    """One page of a listing."""

    market_versions: tuple[MarketVersion, ...] = ()
    next_page_token: str | None = None
    total_size: int | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class AttachmentDefinition:
    """A file that a policy asks for.

    Attributes:
        id: What up- and downloads take as `attachment_id`.
        template: Whether there is a form to download and fill in.
        allowed_mime_types: Empty means no limit.
        allowed_document_types: Empty means no limit.
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
    """One member of a request: a rule close to JSON Schema.

    Attributes:
        name: Key to use in the request.
        type: `string`, `array` and so on.
        pattern: Regular expression.
        message: Texts to show when a rule fails.
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
    """The members of one part of a request."""

    properties: tuple[PolicyField, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class PolicyForm:
    """What a registration under a policy has to say.

    Attributes:
        company_details_template: For `additional_details`.
        contact_person_template: For `additional_details`.
        sender_id_template: For each of `sender_id_details`.
    """

    company_details_template: PolicySection | None = None
    contact_person_template: PolicySection | None = None
    sender_id_template: PolicySection | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Subscription:
    """Fees of a policy; in a registration they are members of the price itself.

    Attributes:
        currency: ISO 4217.
        frequency: Billing period count; Sinch does not state the unit.
        recurrent_fee_amount: Decimal number as text, as it came.
        setup_fee_amount: Likewise.
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
    """What a registration under a policy costs."""

    mode: PriceMode | None = None
    subscription: Subscription | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Policy:
    """What a registration needs; its id comes from the market's rules, for there is no list of policies.

    Attributes:
        attachments: Files to upload after the create.
        json_policy: Members to fill in.
        status_disclaimer: Why it is disabled.
        fees: Deprecated by Sinch: any fees.

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
