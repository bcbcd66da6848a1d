"""What the settings of every provider have in common."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import attrs

from campaign_reg.errors import ConfigurationError
from campaign_reg.protocol.schedule import Schedule
from campaign_reg.protocol.write import Timeouts

Secret = str | Callable[[], str] | Callable[[], Awaitable[str]]
"""A secret, or what fetches it when it is needed."""


async def reveal(secret: Secret, name: str) -> str:
    """The secret itself, fetched where it is a (perhaps async) callable.

    Args:
        secret: As the settings hold it.
        name: Of the setting, for the error.

    Raises:
        ConfigurationError: The callable returned no text.
    """
    value: Any = secret() if callable(secret) else secret
    if inspect.isawaitable(value):
        value = await value
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{name}: the callable returned no text")
    return value


_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def https_url(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Accept an origin over https, and http for loopback only.

    Raises:
        ConfigurationError: It is anything else; the message does not repeat user names or passwords.
    """
    if not isinstance(value, str):
        raise ConfigurationError(f"{attribute.name} is not a URL")
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError(f"{attribute.name} is not a URL") from None
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(f"{attribute.name} must not hold a user name or password")
    if parts.path.strip("/") or parts.query or parts.fragment or not host:
        raise ConfigurationError(f"{attribute.name} must be an origin such as https://host, without a path")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise ConfigurationError(f"{attribute.name} must begin with https:// (http:// is for loopback only)")


def given(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Refuse an empty setting.

    Raises:
        ConfigurationError: It is empty, or neither text nor something that fetches it.
    """
    if callable(value):
        return
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationError(f"{attribute.name} is missing")


def one_of(*choices: str) -> Callable[[object, attrs.Attribute[Any], object], None]:
    """Make a validator that refuses everything but these."""

    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value not in choices:
            raise ConfigurationError(f"{attribute.name} must be {' or '.join(choices)}, not {value!r}")

    return check


def origin(value: Any) -> Any:
    """A base URL without its trailing slash; what is not text is left to the validator."""
    return value.rstrip("/") if isinstance(value, str) else value


def positive(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Refuse what is not a number of seconds.

    Raises:
        ConfigurationError: It is not above zero.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise ConfigurationError(f"{attribute.name} must be a number of seconds above 0, not {value!r}")


@attrs.frozen(kw_only=True)
class ProviderConfig:
    """Settings that every provider takes.

    Attributes:
        settle_seconds: How long a write whose answer was lost may still be applied late, in seconds. The vendors
            publish no figure: the default is a guess on the safe side.
        poll_first_seconds: From a write to the first look, in seconds.
        poll_factor: Each further wait is this much longer.
        poll_max_seconds: The longest wait between looks, in seconds.
        poll_deadline_seconds: Looking stops this long after the write, in seconds.
    """

    settle_seconds: float = attrs.field(default=900.0, validator=positive)
    poll_first_seconds: float = attrs.field(default=5.0, validator=positive)
    poll_factor: float = attrs.field(default=2.0, validator=positive)
    poll_max_seconds: float = attrs.field(default=3600.0, validator=positive)
    poll_deadline_seconds: float = attrs.field(default=14 * 86400.0, validator=positive)

    @property
    def schedule(self) -> Schedule:
        """When to look for a settled action."""
        return Schedule(
            first_seconds=self.poll_first_seconds,
            factor=max(self.poll_factor, 1.0),
            max_seconds=self.poll_max_seconds,
            deadline_seconds=self.poll_deadline_seconds,
        )

    @property
    def timeouts(self) -> Timeouts:
        """How long to wait for what."""
        return Timeouts(settle_seconds=self.settle_seconds)
