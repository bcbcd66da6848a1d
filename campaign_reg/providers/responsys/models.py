"""Campaigns and approvals of Responsys, shaped as the vendor prints them.

The vendor leaves out what is not set; so do these models, where None means that it was not said.

Source:
    https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/swagger.json
    https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-post.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.enums import CampaignState, OpenEnum
from campaign_reg.errors import InvalidInputError
from campaign_reg.wire.codec import text_number


class CampaignType(OpenEnum):
    """Channel of a campaign."""

    EMAIL = "EMAIL"
    PUSH = "PUSH"
    SMS = "SMS"
    MMS = "MMS"
    PUSHIOCAMPAIGN = "PUSHIOCAMPAIGN"


class CampaignStatus(OpenEnum):
    """Where a campaign stands in its life."""

    NONE = "NONE"
    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"


class Purpose(OpenEnum):
    """Legal nature of a mailing."""

    PROMOTIONAL = "PROMOTIONAL"
    TRANSACTIONAL = "TRANSACTIONAL"


class UnsubscribeOption(OpenEnum):
    """How people opt out."""

    NO_OPTOUT_BUTTON = "NO_OPTOUT_BUTTON"
    OPTOUT_SINGLE_CLICK = "OPTOUT_SINGLE_CLICK"
    OPTOUT_FORM = "OPTOUT_FORM"


class AutoCloseOption(OpenEnum):
    """When a campaign closes by itself."""

    NO_AUTO_CLOSE = "NO_AUTO_CLOSE"
    AUTO_CLOSE_X_DAYS_AFTER_LAUNCH = "AUTO_CLOSE_X_DAYS_AFTER_LAUNCH"
    AUTO_CLOSE_X_DAYS_AFTER_LAST_RESPONSE = "AUTO_CLOSE_X_DAYS_AFTER_LAST_RESPONSE"
    AUTO_CLOSE_ON_DATE = "AUTO_CLOSE_ON_DATE"


class ApprovalStatus(OpenEnum):
    """Approval state of an email campaign."""

    NEEDS_APPROVAL = "NEEDS_APPROVAL"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    APPROVAL_NOT_REQUIRED = "APPROVAL_NOT_REQUIRED"


@attrs.frozen(kw_only=True, slots=False)
class Link:
    """A related operation, as the vendor hints at it; `method` is sometimes wrong, `rel` not unique.

    Attributes:
        href: Path without a host; may lack its first slash and hold raw blanks.
    """

    rel: str | None = None
    href: str | None = None
    method: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class DataSourceField:
    """A column of a data source.

    Attributes:
        look_up_key: Whether it is a lookup key.
    """

    name: str
    alias: str | None = None
    look_up_key: bool | None = None
    default_value: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class DataSource:
    """Where a campaign takes recipients or their data from.

    Attributes:
        path: Folder and object, such as `Lists/CONTACTS_LIST`.
        fields: Columns used.
        type: Such as `PROFILE_LIST`, `PROFILE_EXTENSION`, `SUPPLEMENTAL_TABLE`.
        alias: By default the object's name.
        default: What `default_value` is called where the data sources are read by themselves.
    """

    path: str
    fields: tuple[DataSourceField, ...]
    type: str
    alias: str | None = None
    default_value: str | None = None
    default: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class CampaignFields:
    """What a campaign, a draft and a change have in common.

    Attributes:
        list_name: Profile list that supplies the audience; v1.3 only.
        channel_list: App channel list, for push only.
        data_source: Data sources with the profile list; v1.5 only. In a change, an empty one removes all but profile
            lists and segment groups.
        proof_list_path: Folder and object, as in every other path, such as `Proofs/Internal`.
        html_message_path: Content-library path of the HTML body.
        subject: May hold template script.
        locale: Default locale of recipients, such as `en`.
        track_conversions: Needs `enable_link_tracking`.
        unsubscribe_form_name: For the option OPTOUT_FORM.
        auto_close_value: Number of days or a date, as text, as `auto_close_option` asks.
        campaign_variables: Name of each variable and its default.
    """

    type: CampaignType | None = None
    description: str | None = None
    purpose: Purpose | None = None
    marketing_strategy: str | None = None
    marketing_program: str | None = None
    list_name: str | None = None
    channel_list: str | None = None
    data_source: tuple[DataSource, ...] | None = None
    supplementary_lookup_data_source: tuple[DataSource, ...] | None = None
    proof_list_path: str | None = None
    seed_list_path: str | None = None
    filter_paths: tuple[str, ...] | None = None
    segment_paths: tuple[str, ...] | None = None
    refining_data_source_path: str | None = None
    suppression_list_paths: tuple[str, ...] | None = None
    supplementary_campaign_data_source_paths: tuple[str, ...] | None = None
    supplementary_proof_data_source_paths: tuple[str, ...] | None = None
    supplementary_seed_data_source_paths: tuple[str, ...] | None = None
    supplementary_lookup_data_source_paths: tuple[str, ...] | None = None
    attachment_paths: tuple[str, ...] | None = None
    html_message_path: str | None = None
    text_message_path: str | None = None
    subject: str | None = None
    from_name: str | None = None
    from_email: str | None = None
    reply_to_email: str | None = None
    bcc_email: str | None = None
    use_utf8: bool | None = None
    locale: str | None = None
    enable_link_tracking: bool | None = None
    link_table_path: str | None = None
    enable_external_tracking: bool | None = None
    external_tracking_params: Mapping[str, str] | None = None
    external_campaign_code: str | None = None
    sales_force_campaign_id: str | None = None
    segment_tracking_column_name: str | None = None
    send_text_if_html_unknown: bool | None = None
    track_html_opens: bool | None = None
    track_conversions: bool | None = None
    unsubscribe_option: UnsubscribeOption | None = None
    unsubscribe_form_name: str | None = None
    auto_close_option: AutoCloseOption | None = None
    auto_close_value: str | None = None
    closed_campaign_url: str | None = None
    campaign_variables: Mapping[str, str] | None = None


@attrs.frozen(kw_only=True, slots=False)
class ResponsysCampaign(CampaignFields):
    """A campaign as read back, in the shape of v1.3 or v1.5. Its name is its identity and its address.

    Attributes:
        name: Unique among campaigns and forms in all folders.
        folder_name: Folder that holds it.
        number: The vendor's own number, which no call takes.
        campaign_status: Where it stands; answers of v1.5 leave it out at times.
        app_name: App of a message-center campaign.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-campaignName-get.htm
    """

    name: str
    folder_name: str | None = None
    number: int | None = text_number()
    campaign_status: CampaignStatus | None = None
    app_name: str | None = None
    destination_message_center: str | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def id(self) -> str:
        """The name, which is what every call takes."""
        return self.name

    @property
    def provider(self) -> str:
        """Name of the provider."""
        return "responsys"

    @property
    def vendor_status(self) -> str:
        """`campaignStatus` as the vendor spells it; empty where it was left out."""
        return self.campaign_status or ""

    @property
    def state(self) -> CampaignState:
        """The status in words that fit every vendor."""
        return _STATES.get(self.vendor_status, CampaignState.UNKNOWN)

    @property
    def version(self) -> str | None:
        """None: nothing that Responsys shows moves with every change."""
        return None

    @property
    def created_at(self) -> datetime | None:
        """None: Responsys does not say."""
        return None

    @property
    def updated_at(self) -> datetime | None:
        """None: Responsys does not say."""
        return None


_STATES: Mapping[str, CampaignState] = {
    "DRAFT": CampaignState.DRAFT,
    "ACTIVE": CampaignState.ACTIVE,
    "CLOSED": CampaignState.ENDED,
}


@attrs.frozen(kw_only=True, slots=False)
class CampaignApproval:
    """How the approval of an email campaign stands.

    Attributes:
        campaign_name: The campaign.
        approval_status: One of the four states.
        campaign_type: `EMAIL` where one is read, `Email` in a listing.
        printable_link: Browser page of the printable view; no address of the API.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-campaignName-get.htm
    """

    campaign_name: str
    approval_status: ApprovalStatus
    campaign_type: str | None = None
    printable_link: str | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def id(self) -> str:
        """The campaign's name, which is what every call takes."""
        return self.campaign_name

    @property
    def provider(self) -> str:
        """Name of the provider."""
        return "responsys"

    @property
    def name(self) -> str:
        """The campaign's name."""
        return self.campaign_name

    @property
    def vendor_status(self) -> str:
        """`approvalStatus` as the vendor spells it."""
        return self.approval_status

    @property
    def state(self) -> CampaignState:
        """The approval in words that fit every vendor."""
        return _APPROVAL_STATES.get(self.approval_status, CampaignState.UNKNOWN)

    @property
    def version(self) -> str | None:
        """None: the approval has nothing that moves with every change."""
        return None

    @property
    def created_at(self) -> datetime | None:
        """None: Responsys does not say."""
        return None

    @property
    def updated_at(self) -> datetime | None:
        """None: Responsys does not say."""
        return None


_APPROVAL_STATES: Mapping[str, CampaignState] = {
    "NEEDS_APPROVAL": CampaignState.IN_REVIEW,
    "APPROVED": CampaignState.APPROVED,
    "REJECTED": CampaignState.REJECTED,
    "APPROVAL_NOT_REQUIRED": CampaignState.APPROVED,
}


@attrs.frozen(kw_only=True, slots=False)
class CampaignDraft(CampaignFields):
    """An email campaign to be created.

    Attributes:
        name: Unique among campaigns and forms in all folders; at most 150 characters.
        folder_name: Folder that will hold it.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-post.htm
    """

    name: str
    folder_name: str


@attrs.frozen(kw_only=True, slots=False)
class CampaignChanges(CampaignFields):
    """What to change in a campaign; what is left out stays as it is.

    Attributes:
        folder_name: Folder that is to hold the campaign.

    Raises:
        InvalidInputError: It changes nothing.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-campaignName-put.htm
    """

    folder_name: str | None = None

    def __attrs_post_init__(self) -> None:
        if not self.given:
            raise InvalidInputError(
                "an update needs at least one member to change, such as subject or description"
            )

    @property
    def given(self) -> Mapping[str, Any]:
        """The members to change, by our names."""
        values = {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}
        return {name: value for name, value in values.items() if value is not None}


def _approval_status(value: object) -> ApprovalStatus:
    status = ApprovalStatus(value.strip().upper()) if isinstance(value, str) else None
    if status is None or not status.is_recognized:
        raise InvalidInputError(f"status must be one of {', '.join(ApprovalStatus)}")
    return status


@attrs.frozen(kw_only=True, slots=False)
class Approval:
    """The approval state that a campaign is to have.

    Attributes:
        status: APPROVED grants, REJECTED refuses, NEEDS_APPROVAL asks for approval, APPROVAL_NOT_REQUIRED waives it.

    Raises:
        InvalidInputError: It is none of the four.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-campaignName-put.htm
    """

    status: ApprovalStatus = attrs.field(default=ApprovalStatus.APPROVED, converter=_approval_status)


@attrs.frozen(kw_only=True, slots=False)
class CampaignList:
    """One page of a listing; the vendor's schema calls the array `items`, its answers `campaigns`."""

    campaigns: tuple[ResponsysCampaign, ...] | None = None
    items: tuple[ResponsysCampaign, ...] | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ApprovalList:
    """All approvals asked for."""

    campaigns: tuple[CampaignApproval, ...] | None = None
    items: tuple[CampaignApproval, ...] | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
