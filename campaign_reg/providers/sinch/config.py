"""Settings of a Sinch project, one class for each of its APIs."""

from __future__ import annotations

import string

import attrs

from campaign_reg.errors import ConfigurationError
from campaign_reg.protocol.config import ProviderConfig, Secret, given, https_url, one_of, origin


@attrs.frozen(kw_only=True)
class SinchAccess(ProviderConfig):
    """A Sinch project and a key for it: what the settings of all Sinch APIs begin with.

    Attributes:
        project_id: Project that owns the campaigns.
        key_id: Access key.
        key_secret: Secret of the access key, or a (perhaps async) callable that fetches it.
        auth: `oauth2`, or `basic` for trials: Sinch limits such calls hard.
        auth_url: Origin of the token endpoint.
        base_url: Origin of the API.

    Source:
        https://developers.sinch.com/docs/identity-access-management/authenticate/oauth2.md
    """

    project_id: str = attrs.field(validator=given)
    key_id: str = attrs.field(validator=given)
    key_secret: Secret = attrs.field(repr=False, validator=given)
    auth: str = attrs.field(default="oauth2", validator=one_of("oauth2", "basic"))
    auth_url: str = attrs.field(default="https://auth.sinch.com", converter=origin, validator=https_url)
    base_url: str = attrs.field(converter=origin, validator=https_url)


@attrs.frozen(kw_only=True)
class SinchConfig(SinchAccess):
    """A Sinch project and a key for it, for its 10DLC campaigns.

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

    base_url: str = attrs.field(
        default="https://us10dlc.numbers.api.sinch.com", converter=origin, validator=https_url
    )
    upload_path_segment: str = attrs.field(
        default="uploadCampaignFile:submit",
        validator=one_of("uploadCampaignFile:submit", "uploadCampaignFiles:submit"),
    )


def _template_path(_: object, attribute: attrs.Attribute[str], value: object) -> None:
    text = value if isinstance(value, str) and value.isascii() and value.isprintable() else ""
    try:
        fields = [(name, how) for _, name, *how in string.Formatter().parse(text) if name is not None]
    except ValueError:
        fields = []
    placeholders = sorted(fields) == [("attachment_id", ["", None]), ("policy_id", ["", None])]
    if not placeholders or set(text) & set(" ?#%\\") or {"", ".", ".."} & set(text.split("/")):
        raise ConfigurationError(
            f"{attribute.name} must be a path such as {attribute.default!r}, without a slash in front"
        )


@attrs.frozen(kw_only=True)
class SenderIdConfig(SinchAccess):
    """A Sinch project and a key for it, for its sender ID registrations. A Sinch account manager enables the API.

    Attributes:
        project_id: Id of the project that owns the registrations.
        key_id: Id of the access key.
        key_secret: Secret of the access key, or a (perhaps async) callable that fetches it.
        auth: `oauth2`, or `basic` for trials: Sinch limits such calls hard.
        auth_url: Origin of the token endpoint; https, except for loopback.
        base_url: Origin of the sender ID API; https, except for loopback.
        upload_body: Form of an upload: `multipart` (a form with a part named `file`) or `raw` (the file alone). Which
            one is not documented by Sinch; one that is refused with 400 or 415 calls for the other.
        template_path: Path of a policy's templates, below the project, with `{policy_id}` and `{attachment_id}`.
            Sinch's public text gives only its ending.

    Source:
        https://developers.sinch.com/docs/registration-api/api-reference/registrations.md
    """

    base_url: str = attrs.field(
        default="https://senderid.registrations.api.sinch.com", converter=origin, validator=https_url
    )
    upload_body: str = attrs.field(default="multipart", validator=one_of("multipart", "raw"))
    template_path: str = attrs.field(
        default="policies/{policy_id}/attachments/{attachment_id}/template", validator=_template_path
    )
