"""Settings of a Sinch project."""

from __future__ import annotations

import attrs

from campaign_reg.protocol.config import ProviderConfig, Secret, given, https_url, one_of, origin


@attrs.frozen(kw_only=True)
class SinchConfig(ProviderConfig):
    """A Sinch project and a key for it.

    Attributes:
        project_id: Project that owns the campaigns.
        key_id: Access key.
        key_secret: Secret of the access key, or a (perhaps async) callable that fetches it.
        auth: `oauth2`, or `basic` for trials: Sinch limits such calls hard.
        base_url: Origin of the 10DLC API.
        auth_url: Origin of the token endpoint.
        upload_path_segment: Last segment of the upload path; Sinch's texts disagree on `uploadCampaignFile:submit` and
            `uploadCampaignFiles:submit`.

    Source:
        https://developers.sinch.com/docs/identity-access-management/authenticate/oauth2.md
    """

    project_id: str = attrs.field(validator=given)
    key_id: str = attrs.field(validator=given)
    key_secret: Secret = attrs.field(repr=False, validator=given)
    auth: str = attrs.field(default="oauth2", validator=one_of("oauth2", "basic"))
    base_url: str = attrs.field(
        default="https://us10dlc.numbers.api.sinch.com", converter=origin, validator=https_url
    )
    auth_url: str = attrs.field(default="https://auth.sinch.com", converter=origin, validator=https_url)
    upload_path_segment: str = attrs.field(
        default="uploadCampaignFile:submit",
        validator=one_of("uploadCampaignFile:submit", "uploadCampaignFiles:submit"),
    )
