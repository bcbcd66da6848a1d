"""Settings of a Responsys account."""

from __future__ import annotations

from typing import Any

import attrs

from campaign_reg.errors import ConfigurationError
from campaign_reg.protocol.config import ProviderConfig, Secret, given, https_url, one_of, origin
from campaign_reg.providers.responsys.endpoint import VENDOR_HOSTS, host_patterns, valid_patterns


def _one_login(config: ResponsysConfig, attribute: attrs.Attribute[Any], value: object) -> None:
    """Accept a password or a pair of certificate settings, each alone."""
    if attribute.name == "password":
        if value is not None:
            given(config, attribute, value)
        return
    pair = (config.client_key, config.server_certificate)
    if config.password is not None and pair != (None, None):
        raise ConfigurationError("give a password, or client_key and server_certificate, but not both")
    if config.password is None and None in pair:
        raise ConfigurationError(
            "password is missing (or, for a login by certificate, client_key and server_certificate)"
        )
    if config.password is None:
        given(config, attribute, value)


@attrs.frozen(kw_only=True)
class ResponsysConfig(ProviderConfig):
    """Settings of a Responsys API user.

    It logs in with a password, or with certificates (extra `responsys-certificate`): an administrator uploads the
    user's certificate, whose private key stays here, and downloads the server's. The other settings are those of every
    provider.

    Attributes:
        user_name: Name of the API user, often `user@account`.
        login_url: Origin that the account logs in at, such as `https://login2.responsys.net`; it differs from pod to
            pod. https, except for loopback.
        password: Password of the API user, or a (perhaps async) callable that fetches it; None for a login by
            certificate.
        client_key: For a login by certificate: PEM text of the user's RSA private key, or the path of the file that
            holds it (PEM or DER, not encrypted), or a (perhaps async) callable that fetches one of these. None for a
            login by password.
        server_certificate: For a login by certificate: PEM text of the server's certificate, or the path of the file
            that holds it (PEM or DER). None for a login by password.
        allowed_hosts: Hosts that the login's `endPoint` may name: `api5-009.responsys.net`, or `*.responsys.net` for
            everything below a domain; in the environment, separated by commas. A token is sent to no other host.
        api_version: Version of create, get, update and copy: `v1.5`, the only one that the vendor's pages for create,
            update and copy describe, or `v1.3`, which its answers advertise. They differ in how a campaign names its
            audience: `data_source` in v1.5, `list_name` in v1.3.
        approval_member: Name of the wanted state in the body of an approval: `approvalStatus`, as in the vendor's only
            sample, or `status`, as in its prose. A wrong one is refused, and nothing is applied.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/GetStarted/Authentication/authenticating.htm
    """

    user_name: str = attrs.field(validator=given)
    login_url: str = attrs.field(converter=origin, validator=https_url)
    password: Secret | None = attrs.field(default=None, repr=False, validator=_one_login)
    client_key: Secret | None = attrs.field(default=None, repr=False, validator=_one_login)
    server_certificate: str | None = attrs.field(default=None, repr=False, validator=_one_login)
    allowed_hosts: tuple[str, ...] = attrs.field(
        default=VENDOR_HOSTS, converter=host_patterns, validator=valid_patterns
    )
    api_version: str = attrs.field(default="v1.5", validator=one_of("v1.5", "v1.3"))
    approval_member: str = attrs.field(default="approvalStatus", validator=one_of("approvalStatus", "status"))
