"""Settings of an account at the RCS platform."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from campaign_reg.errors import ConfigurationError
from campaign_reg.protocol.config import ProviderConfig, Secret, given, https_url, one_of, origin, positive

_HOSTS = {"bsg": "https://one-api.bsg.world", "wwt": "https://one-api.wwt.world"}
_LIST_PATHS = {"bsg": "/api/campaigns", "wwt": "/api/campaign"}
_STOP_METHODS = {"bsg": "PATCH", "wwt": "PUT"}


def _zone(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is None:
        return
    try:
        ZoneInfo(value)  # type: ignore[arg-type]
    except (ValueError, TypeError, OSError, KeyError):  # an unknown zone is a KeyError
        pass
    else:
        return
    raise ConfigurationError(
        f"{attribute.name} must be an IANA name such as Europe/Kyiv, not {value!r} (where the machine has no zone "
        "data, install the package tzdata)"
    )


def _by_brand(choices: Mapping[str, str]) -> Any:
    """A default that the brand decides; a brand that does not exist is left to its own validator."""
    return attrs.Factory(lambda config: choices.get(config.brand, ""), takes_self=True)


def _name_of_key(config: Any) -> str:
    """What tells two keys apart, and nothing to find either by."""
    if not isinstance(config.api_key, str):
        return str(config.base_url)
    digest = hashlib.sha256(b"campaign_reg rcs account\0" + config.api_key.encode("utf-8", "replace"))
    return f"{config.base_url} {digest.hexdigest()[:12]}"


@attrs.frozen(kw_only=True)
class RcsConfig(ProviderConfig):
    """An account at one of the platform's two brands.

    Attributes:
        api_key: Key that begins with `live_` or `test_`, or a (perhaps async) callable that fetches it.
        brand: `bsg` or `wwt`: the same platform, but hosts, paths and methods differ.
        base_url: Origin of the API.
        time_zone: IANA name of the zone that the platform's times are in. It does not say which one; without this
            setting times stay without a zone, and nothing compares them with a clock.
        list_path: `/api/campaigns` or `/api/campaign`; the vendor's texts disagree. The other one is tried once where
            this one does not exist.
        stop_method: `PATCH` or `PUT`; likewise.
        settle_seconds: As everywhere, but shorter: a lost renewal may be sent again within ten minutes only, on two
            readings this far apart. A second renewal of a campaign that sends is refused.
        account: What tells this account from others in journals and tokens. By default it is made from host and key:
            set it where the key is fetched by a callable, or is replaced now and then.

    Source:
        https://bsg.world/documentations/rest-api/general-principles/authentication/
        https://telcowwt.com/documentations/rest-api/rcs-api/introduction/
    """

    api_key: Secret = attrs.field(repr=False, validator=given)
    brand: str = attrs.field(validator=one_of("bsg", "wwt"))
    base_url: str = attrs.field(default=_by_brand(_HOSTS), converter=origin, validator=https_url)
    time_zone: str | None = attrs.field(default=None, validator=_zone)
    list_path: str = attrs.field(
        default=_by_brand(_LIST_PATHS), validator=one_of("/api/campaigns", "/api/campaign")
    )
    stop_method: str = attrs.field(default=_by_brand(_STOP_METHODS), validator=one_of("PATCH", "PUT"))
    account: str = attrs.field(default=attrs.Factory(_name_of_key, takes_self=True), validator=given)

    settle_seconds: float = attrs.field(default=240.0, validator=positive)

    @property
    def zone(self) -> ZoneInfo | None:
        """`time_zone`, loaded."""
        return None if self.time_zone is None else ZoneInfo(self.time_zone)
