"""What there is beside a campaign: search hits, previews, schedules, attributes and the account's limits.

Source:
    https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/swagger.json
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import attrs

from campaign_reg.enums import OpenEnum
from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.several import one_or_several
from campaign_reg.providers.responsys.models import DataSource, Link
from campaign_reg.wire.codec import camel, text_number

_MOST_FILTERS = 2


def _number() -> Any:
    """A member that must be there, and is a number or a text of digits."""
    return attrs.field(metadata={"text_number": True})


def _words(value: Iterable[str] | str | None) -> tuple[str, ...] | None:
    return one_or_several(value, "a filter", 'campaign_type=["email"]')


@attrs.frozen(kw_only=True, slots=False)
class SearchFilters:
    """What a search is narrowed to: at most two of these at once.

    Attributes:
        campaign_type: Of email, sms, mms, inapp, push, webpush.
        campaign_status: Of active, closed, draft, scheduled.
        campaign_purpose: Of Transactional, Promotional.
        created_on: At most 90 days back, as is `modified_on`.
        filter: Needs `profile_list`.
        mobile_campaign_template: Only with the types sms or mms, as is `short_code_and_long_code`.

    Raises:
        InvalidInputError: More than two, or a filter without its profile list.

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
    """A campaign that a search found; the vendor publishes no shape, so that any member may be missing.

    Attributes:
        number: The vendor's own number, which no call takes.
        extra: What this release does not know, under the vendor's names.
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
    """One page of a search."""

    campaigns: tuple[SearchHit, ...] | None = None
    items: tuple[SearchHit, ...] | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class CloseResult:
    """Answer to a close; `status` may be false under HTTP 200."""

    status: bool
    message: str | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class RenderedBody:
    """One rendered body; `type` is html or text."""

    type: str
    data: str = attrs.field(repr=False)
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Preview:
    """A campaign as one recipient would get it.

    Attributes:
        list_type: Where the recipient came from: ProofList or ProfileList.
        riid: The recipient's number.
    """

    campaign_name: str
    preview: tuple[RenderedBody, ...]
    list_type: str | None = None
    list_name: str | None = None
    riid: int | None = text_number()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


class ScheduleType(OpenEnum):
    """Kind of launch."""

    NOW = "NOW"
    ONCE = "ONCE"
    RECURRING = "RECURRING"


@attrs.frozen(kw_only=True, slots=False)
class LaunchOptions:
    """How a launch runs.

    Attributes:
        progress_email_addresses: Who hears of its progress; at least one for a normal launch.
        progress_chunk: CHUNK_10K, CHUNK_50K, CHUNK_100K, CHUNK_500K or CHUNK_1M.
        proof_launch: Whether it is a proof; email only.
        proof_launch_type: LAUNCH_TO_ADDRESS, LAUNCH_TO_PROOFLIST or LAUNCH_TO_ADDRESS_USING_PROOFLIST.
        recipient_limit: Most recipients.
    """

    progress_email_addresses: tuple[str, ...] | None = None
    progress_chunk: str | None = None
    proof_launch: bool | None = None
    proof_launch_email: str | None = None
    proof_launch_type: str | None = None
    recipient_limit: int | None = None
    sampling_nth_selection: int | None = None
    sampling_nth_offset: int | None = None
    sampling_nth_interval: int | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class LaunchSchedule:
    """A launch that is planned.

    Attributes:
        number: The schedule's number; None where the vendor sent a text that is none, see `id`.
        scheduled_time: `YYYY-MM-DD hh:mm AM|PM`; the vendor does not say in which time zone.
        recurring_interval: Such as DAILY.
    """

    number: int | None = _number()
    schedule_type: ScheduleType
    scheduled_time: str | None = None
    recurring_end_time: str | None = None
    recurring_interval: str | None = None
    launch_options: LaunchOptions | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def id(self) -> str:
        """What the other calls take."""
        return str(self.extra.get("id", "")) if self.number is None else str(self.number)


@attrs.frozen(kw_only=True, slots=False)
class ScheduleList:
    """One page of the planned launches; the vendor's schema calls the array `items`."""

    schedules: tuple[LaunchSchedule, ...] | None = None
    items: tuple[LaunchSchedule, ...] | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ScheduleDraft:
    """Body of a new or moved launch."""

    schedule_type: ScheduleType
    scheduled_time: str | None = None
    launch_options: LaunchOptions | None = None


@attrs.frozen(kw_only=True, slots=False)
class ProofList:
    """A campaign's proof list; dates are as the vendor prints them."""

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
    """Envelope of a proof list."""

    attribute_name: str
    attribute_data: ProofList
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class DataSources:
    """A campaign's data sources."""

    data_sources: tuple[DataSource, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class DataSourcesAttribute:
    """Envelope of data sources."""

    attribute_name: str
    attribute_data: DataSources
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class Organization:
    """An organization that has access to a campaign.

    Attributes:
        lineage: Numbers from the top down, joined by colons.
    """

    number: int | None = text_number()
    name: str | None = None
    lineage: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class OrganizationValues:
    """Envelope of organizations."""

    attribute_values: tuple[Organization, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class OrganizationAttributes:
    """Envelope of that envelope."""

    organizations: OrganizationValues | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class OrganizationAccess:
    """The organizations that have access to a campaign."""

    attributes: OrganizationAttributes
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class RateLimit:
    """How often a function may be called.

    Attributes:
        api: The function's name.
        limit: Calls a minute, by all users of the account together.
        resource_path: Path pattern, without the version.
    """

    api: str
    limit: int
    resource_path: str | None = None
    verb: str | None = None
    description: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class RateLimitList:
    """All limits of the account.

    Attributes:
        limits: One for each function, those that the account may not use included.
        wrapper: Name under which the list came; None where it came bare.
        extra: What came beside it.
    """

    limits: tuple[RateLimit, ...]
    wrapper: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


def wall_time(moment: datetime) -> str:
    """`YYYY-MM-DD hh:mm AM|PM`, as schedules want it.

    Raises:
        InvalidInputError: It has a time zone (nobody knows which one the vendor means) or seconds.
    """
    if moment.tzinfo is not None:
        raise InvalidInputError(
            "scheduled_time must have no time zone: Responsys takes the account's own wall time"
        )
    if moment.second or moment.microsecond:
        raise InvalidInputError("scheduled_time must be a whole minute")
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02} {moment.hour % 12 or 12:02}:{moment.minute:02} {half}"
