"""Campaigns of Responsys, shaped as the vendor prints them.

The vendor leaves out what is not set; None means that it was left out.

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
    """State of a campaign in its life cycle."""

    NONE = "NONE"
    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"


class Purpose(OpenEnum):
    """Legal nature of a mailing."""

    PROMOTIONAL = "PROMOTIONAL"
    TRANSACTIONAL = "TRANSACTIONAL"


class UnsubscribeOption(OpenEnum):
    """Means by which recipients opt out."""

    NO_OPTOUT_BUTTON = "NO_OPTOUT_BUTTON"
    OPTOUT_SINGLE_CLICK = "OPTOUT_SINGLE_CLICK"
    OPTOUT_FORM = "OPTOUT_FORM"


class AutoCloseOption(OpenEnum):
    """Rule by which a campaign closes by itself."""

    NO_AUTO_CLOSE = "NO_AUTO_CLOSE"
    AUTO_CLOSE_X_DAYS_AFTER_LAUNCH = "AUTO_CLOSE_X_DAYS_AFTER_LAUNCH"
    AUTO_CLOSE_X_DAYS_AFTER_LAST_RESPONSE = "AUTO_CLOSE_X_DAYS_AFTER_LAST_RESPONSE"
    AUTO_CLOSE_ON_DATE = "AUTO_CLOSE_ON_DATE"


@attrs.frozen(kw_only=True, slots=False)
class Link:
    """A related operation that the vendor names with a document. It is a hint: `method` is sometimes wrong.

    Attributes:
        rel: Name of the relation, such as `self`, `next`, `update`; not unique in a list. None where the vendor left it
            out.
        href: Path without a host; may lack its first slash and hold raw blanks. None where the vendor left it out.
        method: HTTP verb: GET, POST, PUT, DELETE or PATCH. None where the vendor left it out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/swagger.json
    """

    rel: str | None = None
    href: str | None = None
    method: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class DataSourceField:
    """A column of a data source.

    Attributes:
        name: Name of the column.
        alias: Name of the column in the campaign; None where the vendor left it out.
        look_up_key: Whether the column is a lookup key (`lookUpKey`); None where the vendor left it out.
        default_value: Default (`defaultValue`), not described further by the vendor; None means no default.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-post.htm
    """

    name: str
    alias: str | None = None
    look_up_key: bool | None = None
    default_value: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class DataSource:
    """An object that supplies a campaign's recipients or their data.

    Attributes:
        path: Folder and object, such as `Lists/CONTACTS_LIST`.
        fields: Columns used.
        type: Kind of object, such as `PROFILE_LIST`, `PROFILE_EXTENSION`, `SUPPLEMENTAL_TABLE`.
        alias: Name of the object in the campaign; None means the object's name.
        default_value: Default (`defaultValue`), not described further by the vendor; None means no default.
        default: Name that the vendor gives `default_value` where `data_sources` reads them; None elsewhere.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-post.htm
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-campaigns-campaignname-attributes-datasources-get.html
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
    """Fields that a campaign, a draft and a change have in common.

    In a campaign, None means that the vendor left the field out, as it does with what is not set. In a draft or a
    change, None means that the field is not sent. A path is always folder and object, such as `Proofs/Internal`.

    Attributes:
        type: Channel of the campaign.
        description: Free text. The vendor may also send null, which counts as left out.
        purpose: Legal nature of the mailing.
        marketing_strategy: Category that the account defines (`marketingStrategy`).
        marketing_program: Category that the account defines (`marketingProgram`).
        list_name: Profile list that supplies the audience (`listName`); v1.3 only, see `data_source`.
        channel_list: App channel list (`channelList`); for push campaigns only.
        data_source: Data sources with the profile list (`dataSource`); v1.5 only, which requires them for a create. In
            a change, an empty one removes all but profile lists and segment groups.
        supplementary_lookup_data_source: Lookup data sources (`supplementaryLookupDataSource`); v1.5 only.
        proof_list_path: Path of the proof list (`proofListPath`).
        seed_list_path: Path of the seed list (`seedListPath`).
        filter_paths: Path of each audience filter or SQL view (`filterPaths`).
        segment_paths: Path of each segment group (`segmentPaths`).
        refining_data_source_path: Path of a refining data source (`refiningDataSourcePath`).
        suppression_list_paths: Path of each suppression list (`suppressionListPaths`).
        supplementary_campaign_data_source_paths: Path of each further source of the audience
            (`supplementaryCampaignDataSourcePaths`).
        supplementary_proof_data_source_paths: Path of each further source of proofs
            (`supplementaryProofDataSourcePaths`).
        supplementary_seed_data_source_paths: Path of each further source of seeds (`supplementarySeedDataSourcePaths`).
        supplementary_lookup_data_source_paths: Path of each further lookup source
            (`supplementaryLookupDataSourcePaths`); not documented by the vendor, seen in answers of v1.3.
        attachment_paths: Path of each attachment of the message (`attachmentPaths`).
        html_message_path: Content-library path of the HTML body (`htmlMessagePath`).
        text_message_path: Content-library path of the text body (`textMessagePath`).
        subject: Subject line; may hold template script.
        from_name: Display name of the sender (`fromName`).
        from_email: Email address of the sender (`fromEmail`).
        reply_to_email: Email address for replies (`replyToEmail`).
        bcc_email: Email address that gets a blind copy (`bccEmail`).
        use_utf8: Whether the message is sent in UTF-8 (`useUTF8`).
        locale: Default locale of recipients, such as `en`.
        enable_link_tracking: Whether links are rewritten so that clicks are counted (`enableLinkTracking`).
        link_table_path: Path of the link table (`linkTablePath`).
        enable_external_tracking: Whether tracking parameters of a third party are appended to links
            (`enableExternalTracking`).
        external_tracking_params: Name of each such parameter and its value (`externalTrackingParams`).
        external_campaign_code: Id of the campaign in another system (`externalCampaignCode`).
        sales_force_campaign_id: Campaign of Salesforce that belongs to this one (`salesForceCampaignId`).
        segment_tracking_column_name: Column used for segment tracking (`segmentTrackingColumnName`).
        send_text_if_html_unknown: Whether multipart is sent where HTML support is unknown (`sendTextIfHTMLUnknown`).
        track_html_opens: Whether opens are counted (`trackHTMLOpens`).
        track_conversions: Whether conversions are counted (`trackConversions`); needs `enable_link_tracking`.
        unsubscribe_option: How recipients opt out (`unsubscribeOption`).
        unsubscribe_form_name: Form for the option OPTOUT_FORM (`unsubscribeFormName`).
        auto_close_option: When the campaign closes by itself (`autoCloseOption`).
        auto_close_value: Number of days or a date (`autoCloseValue`), as text, as `auto_close_option` asks.
        closed_campaign_url: URL that clicks lead to once the campaign is closed (`closedCampaignURL`).
        campaign_variables: Name of each variable and its default (`campaignVariables`).

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-post.htm
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/swagger.json
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

    Its other fields are those of `CampaignFields`. None means that the vendor left the field out.

    Attributes:
        name: Name, unique among campaigns and forms in all folders.
        folder_name: Folder that holds the campaign (`folderName`).
        number: The vendor's own number (`id`), which no call takes. It may come as text.
        campaign_status: State of the campaign (`campaignStatus`); answers of v1.3 and v1.5 leave it out at times.
        app_name: App of a message-center campaign (`appName`).
        destination_message_center: Target of a message-center campaign (`destinationMessageCenter`).
        links: Related operations.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-campaignName-get.htm
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-get.htm
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
        """Name of the campaign, which every call takes."""
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
        """Always None, since no field of a campaign changes with every write."""
        return None

    @property
    def created_at(self) -> datetime | None:
        """Always None, since Responsys does not send it."""
        return None

    @property
    def updated_at(self) -> datetime | None:
        """Always None, since Responsys does not send it."""
        return None


_STATES: Mapping[str, CampaignState] = {
    "DRAFT": CampaignState.DRAFT,
    "ACTIVE": CampaignState.ACTIVE,
    "CLOSED": CampaignState.ENDED,
}


@attrs.frozen(kw_only=True, slots=False)
class CampaignDraft(CampaignFields):
    """An email campaign to be created. Its other fields are those of `CampaignFields`.

    Attributes:
        name: Name, unique among campaigns and forms in all folders; at most 150 characters.
        folder_name: Folder that will hold the campaign (`folderName`).

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.5-campaigns-post.htm
    """

    name: str
    folder_name: str


@attrs.frozen(kw_only=True, slots=False)
class CampaignChanges(CampaignFields):
    """Changes to a campaign. Its other fields are those of `CampaignFields`; a field that is left out keeps its value.

    Attributes:
        folder_name: Folder that is to hold the campaign (`folderName`); None keeps the folder.

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


@attrs.frozen(kw_only=True, slots=False)
class CampaignList:
    """One page of a listing; the vendor's schema calls the array `items`, its answers `campaigns`.

    Attributes:
        campaigns: Campaigns of the page; None where they came as `items`.
        items: Campaigns of the page; None where they came as `campaigns`.
        links: The page itself and the next and previous ones; None where the vendor left them out.
        extra: What this release does not know, under the vendor's names.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-get.htm
    """

    campaigns: tuple[ResponsysCampaign, ...] | None = None
    items: tuple[ResponsysCampaign, ...] | None = None
    links: tuple[Link, ...] | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
