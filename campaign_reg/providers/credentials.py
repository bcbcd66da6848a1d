"""Credentials without a login: schemes that any provider may use."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from campaign_reg.errors import ConfigurationError
from campaign_reg.protocol.config import Secret, reveal

if TYPE_CHECKING:
    from campaign_reg.wire.message import Response, Token
    from campaign_reg.wire.ports import Ask


@attrs.frozen
class CredentialsWithoutLogin:
    """A scheme whose requests carry the credentials themselves: there is no token to obtain or to renew.

    Attributes:
        base_url: The only origin that gets the credentials.
    """

    base_url: str

    @property
    def origins(self) -> frozenset[str]:
        """The only origins that credentials may be sent to."""
        return frozenset({self.base_url})

    async def obtain(self, ask: Ask, current: Token | None) -> None:
        """Need no token."""
        return

    def says_expired(self, response: Response) -> bool:
        """Say that a new token does not help: there is none."""
        return False


@attrs.frozen
class HeaderAuth(CredentialsWithoutLogin):
    """A secret in a header of every request.

    Attributes:
        base_url: The only origin that gets the secret.
        header: Name of the header.
        secret: The secret, or what fetches it.
        setting: Name of the setting that holds it, for errors.
    """

    header: str
    secret: Secret = attrs.field(repr=False)
    setting: str = "api_key"

    async def authorize(self, token: Token | None) -> Mapping[str, str]:
        """Make the header that carries the secret."""
        return {self.header: await reveal(self.secret, self.setting)}


def _without_colon(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    if ":" in value:
        raise ConfigurationError(f"the {attribute.name} name of Basic authentication cannot hold a colon")


@attrs.frozen
class BasicAuth(CredentialsWithoutLogin):
    """User name and password in the header of every request (RFC 7617).

    Attributes:
        base_url: The only origin that gets them.
        user: The user name; it cannot hold a colon.
        password: The password, or what fetches it.
        setting: Name of the setting that holds the password, for errors.
    """

    user: str = attrs.field(validator=_without_colon)
    password: Secret = attrs.field(repr=False)
    setting: str = "password"

    async def authorize(self, token: Token | None) -> Mapping[str, str]:
        """Make the header that carries user name and password."""
        pair = f"{self.user}:{await reveal(self.password, self.setting)}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
