"""Documents other than campaigns: search hits, previews, attributes and rate limits.

Source:
    https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/swagger.json
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import attrs

from campaign_reg.enums import OpenEnum
from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.several import one_or_several
from campaign_reg.providers.responsys.models import DataSource, Link
from campaign_reg.wire.codec import camel, text_number

_MOST_FILTERS = 2


def _words(value: Iterable[str] | str | None) -> tuple[str, ...] | None:
    return one_or_several(value, "a filter", 'campaign_type=["email"]')


@attrs.frozen(kw_only=True, slots=False)
class SearchFilters:
    """Filters of a search: at most two at once. None means that a filter is not applied.

    Attributes:
        campaign_type: Channels (`campaignType`): email, sms, mms, inapp, push, webpush.
        campaign_status: States (`campaignStatus`): active, closed, draft, scheduled.
        campaign_purpose: Purposes (`campaignPurpose`): Transactional, Promotional.
        created_by: User who created it (`createdBy`); one name.
        created_on: Day of creation (`createdOn`), at most 90 days back.
        modified_by: User who changed it last (`modifiedBy`); one name.
        modified_on: Day of the last change (`modifiedOn`), at most 90 days back.
        folder_name: One folder (`folderName`).
        profile_list: One profile list (`profileList`).
        filter: One filter; needs `profile_list`.
        mobile_campaign_template: Template (`mobileCampaignTemplate`), such as Broadcast, SmsOptIn or LMS; only with the
            types sms or mms.
        marketing_strategy: One category that the account defines (`marketingStrategy`).
        marketing_program: One category that the account defines (`marketingProgram`).
        short_code_and_long_code: Short code or long code (`shortCodeAndLongCode`); only with the types sms or mms.

    Raises:
        InvalidInputError: More than two, an empty one, or a filter without its profile list.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-actions-search-post.html
    """

    campaign_type: tuple[str, ...] | None = attrs.field(default=None, converter=_words)
    campaign_status: tuple[str, ...] | None = attrs.field(default=None, converter=_words)
    campaign_purpose: tuple[str, ...] | None = attrs.field(default=None, converter=_words)
    created_by: str | None = None
    created_on: date | None = None
    modified_by: str | None = None
    modified_on: date | None = None
    folder_name: str | None = None
    profile_list: str | None = None
    filter: str | None = None
    mobile_campaign_template: str | None = None
    marketing_strategy: str | None = None
    marketing_program: str | None = None
    short_code_and_long_code: str | None = None

    def __attrs_post_init__(self) -> None:
        given = [value for value in attrs.astuple(self, recurse=False) if value is not None]
        if len(given) > _MOST_FILTERS:
            raise InvalidInputError(f"{len(given)} filters: Responsys takes at most {_MOST_FILTERS} at once")
        if any(value in ((), "") for value in given):
            raise InvalidInputError("a filter is empty: leave it out")
        if self.filter is not None and self.profile_list is None:
            raise InvalidInputError("filter needs profile_list beside it")


def criteria(filters: SearchFilters) -> dict[str, Any]:
    """The filters as the vendor spells them; days are `MM-dd-yyyy`."""
    given = attrs.asdict(filters, recurse=False)
    return {
        camel(name): value.strftime("%m-%d-%Y") if isinstance(value, date) else value
        for name, value in given.items()
        if value is not None
    }


class SortField(OpenEnum):
    """What a search is sorted by."""

    CAMPAIGN_NAME = "campaignName"
    CAMPAIGN_TYPE = "campaignType"
    CAMPAIGN_STATUS = "campaignStatus"
    CHANNEL_TYPE = "channelType"
    MODIFIED_BY = "modifiedBy"
    MODIFIED_ON = "modifiedOn"
    CREATED_BY = "createdBy"
    CREATED_ON = "createdOn"


@attrs.frozen(kw_only=True, slots=False)
class SearchHit:
    """A campaign that a search found. The fields are not documented by the vendor; any may be missing and is None then.

    Attributes:
        number: The vendor's own number (`id`), which no call takes.
        name: Name of the campaign.
        campaign_name: Name of the campaign, where it came as `campaignName`.
        folder_name: Folder that holds the campaign (`folderName`).
        type: Channel of the campaign.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-actions-search-post.html
    """

    number: int | None = text_number()
    name: str | None = None
    campaign_name: str | None = None
    folder_name: str | None = None
    type: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def id(self) -> str:
        """The campaign's name, under whichever of its two names it came; empty without one."""
        return self.name or self.campaign_name or ""


@attrs.frozen(kw_only=True, slots=False)
class SearchResult:
    """One page of a search. Its shape is not documented by the vendor.

    Attributes:
        campaigns: Hits of the page, at most 20; None where they came as `items`.
        items: Hits of the page; None where they came as `campaigns`.
        links: The next and previous page; None where the vendor left them out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-actions-search-post.html
    """

    campaigns: tuple[SearchHit, ...] | None = None
    items: tuple[SearchHit, ...] | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class CloseResult:
    """Answer to a close.

    Attributes:
        status: Whether the campaign is closed; may be false under HTTP 200.
        message: Reason of a failure, empty on success; None where the vendor left it out.
        links: Related operations; None where the vendor left them out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-campaigns-campaignName-actions-close-put.htm
    """

    status: bool
    message: str | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class RenderedBody:
    """One rendered body of a message.

    Attributes:
        type: Kind of body: `html` or `text`.
        data: The rendered body; left out of the repr.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-preview-get.htm
    """

    type: str
    data: str = attrs.field(repr=False)
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Preview:
    """A campaign as one recipient would get it.

    Attributes:
        campaign_name: Name of the campaign (`campaignName`).
        preview: One entry for each kind of body.
        list_type: Kind of list that the recipient came from (`listType`): ProofList or ProfileList; None where the
            vendor left it out.
        list_name: Name of that list (`listName`); None where the vendor left it out.
        riid: Number of the recipient, which may come as text; None where the vendor left it out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-preview-get.htm
    """

    campaign_name: str
    preview: tuple[RenderedBody, ...]
    list_type: str | None = None
    list_name: str | None = None
    riid: int | None = text_number()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ProofList:
    """The proof list of a campaign. None means that the vendor left a field out.

    Attributes:
        name: Name of the proof list.
        description: Free text.
        list_name: Profile list that it belongs to (`listName`); not described further by the vendor.
        folder_name: Folder that holds it (`folderName`).
        created_by: User who created it (`createdBy`).
        created_date: Date of creation, as the vendor prints it (`createdDate`).
        modified_by: User who changed it last (`modifiedBy`).
        modified_date: Date of the last change, as the vendor prints it (`modifiedDate`).
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-campaignname-attributes-prooflist-get.html
    """

    name: str
    description: str | None = None
    list_name: str | None = None
    folder_name: str | None = None
    created_by: str | None = None
    created_date: str | None = None
    modified_by: str | None = None
    modified_date: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ProofListAttribute:
    """Envelope of a proof list.

    Attributes:
        attribute_name: Always `proofList` (`attributeName`).
        attribute_data: The proof list (`attributeData`).
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-campaignname-attributes-prooflist-get.html
    """

    attribute_name: str
    attribute_data: ProofList
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class DataSources:
    """Data sources of a campaign.

    Attributes:
        data_sources: The sources (`dataSources`); None where the vendor left them out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-campaignname-attributes-datasources-get.html
    """

    data_sources: tuple[DataSource, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class DataSourcesAttribute:
    """Envelope of data sources.

    Attributes:
        attribute_name: Always `dataSources` (`attributeName`).
        attribute_data: The data sources (`attributeData`).
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-campaignname-attributes-datasources-get.html
    """

    attribute_name: str
    attribute_data: DataSources
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Organization:
    """An organization that has access to a campaign. None means that the vendor left a field out.

    Attributes:
        number: The vendor's number of it (`id`), which may come as text.
        name: Name of the organization, which `set_organizations` takes.
        lineage: Numbers from the top of the hierarchy down, joined by colons.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-attributes-campaigns-campaignname-get.html
    """

    number: int | None = text_number()
    name: str | None = None
    lineage: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class OrganizationValues:
    """Inner envelope of organizations.

    Attributes:
        attribute_values: The organizations (`attributeValues`); None where the vendor left them out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-attributes-campaigns-campaignname-get.html
    """

    attribute_values: tuple[Organization, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class OrganizationAttributes:
    """Middle envelope of organizations.

    Attributes:
        organizations: The inner envelope; None where the vendor left it out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-attributes-campaigns-campaignname-get.html
    """

    organizations: OrganizationValues | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class OrganizationAccess:
    """The organizations that have access to a campaign: the outer envelope.

    Attributes:
        attributes: The middle envelope.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-attributes-campaigns-campaignname-get.html
    """

    attributes: OrganizationAttributes
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class RateLimit:
    """The rate limit of one function of the API.

    Attributes:
        api: Name of the function.
        limit: Calls per minute, by all users of the account together.
        resource_path: Path pattern without the version (`resource_path`); None where the vendor left it out.
        verb: HTTP verb; None where the vendor left it out.
        description: Label of the function; None where the vendor left it out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Throttling.html
    """

    api: str
    limit: int
    resource_path: str | None = None
    verb: str | None = None
    description: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class RateLimitList:
    """All rate limits of the account.

    Attributes:
        limits: One for each function, including those that the account may not use.
        wrapper: Name under which the list came; None where it came bare. Which of both is not documented by the vendor.
        extra: Other members of the object that held the list, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Throttling.html
    """

    limits: tuple[RateLimit, ...]
    wrapper: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
