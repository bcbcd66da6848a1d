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
    """Name that differs from key to key and reveals no key."""
    if not isinstance(config.api_key, str):
        return str(config.base_url)
    digest = hashlib.sha256(b"campaign_reg rcs account\0" + config.api_key.encode("utf-8", "replace"))
    return f"{config.base_url} {digest.hexdigest()[:12]}"


@attrs.frozen(kw_only=True)
class RcsConfig(ProviderConfig):
    """Settings of an account at one of the platform's two brands.

    Attributes:
        api_key: Key that begins with `live_` or `test_`, or a (perhaps async) callable that fetches it.
        brand: `bsg` or `wwt`: the same platform, but hosts, paths and methods differ.
        base_url: Origin of the API; by default that of the brand. https, except for loopback.
        time_zone: IANA name of the zone of the platform's times, which it does not document. None means that times stay
            without a zone and are never compared with a clock.
        list_path: Path of the listing: `/api/campaigns` or `/api/campaign`; the vendor's texts disagree, and the
            default is that of the brand. The other one is tried once where this one does not exist.
        stop_method: HTTP verb of a stop: `PATCH` or `PUT`; the vendor's texts disagree, and the default is that of the
            brand.
        account: Name of this account in journals and tokens. By default it is made from host and key: set it where the
            key is fetched by a callable, or is replaced now and then.
        settle_seconds: As for every provider, in seconds, but shorter: a lost renewal may be sent again within ten
            minutes only, on two readings this far apart. A second renewal of a campaign that sends is refused.

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
