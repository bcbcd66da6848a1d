"""Settings of an Acme workspace."""

from __future__ import annotations

from typing import Any

import attrs

from campaign_reg.errors import ConfigurationError
from campaign_reg.protocol.config import ProviderConfig, Secret, given, https_url, origin

MOST_A_PAGE = 200


def _page_size(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_A_PAGE:
        raise ConfigurationError(f"{attribute.name} must be a whole number from 1 to {MOST_A_PAGE}")


@attrs.frozen(kw_only=True)
class AcmeConfig(ProviderConfig):
    """An Acme workspace and a key for it.

    Attributes:
        workspace: Whose campaigns; no secret.
        api_key: Secret, or a (perhaps async) callable that fetches it.
        base_url: Origin of the API.
        page_size: Campaigns a page of a listing.
        archived: Whether listings show archived campaigns, too.
    """

    workspace: str = attrs.field(validator=given)
    api_key: Secret = attrs.field(repr=False, validator=given)
    base_url: str = attrs.field(default="https://api.acme.example", converter=origin, validator=https_url)
    page_size: int = attrs.field(default=50, validator=_page_size)
    archived: bool = False
