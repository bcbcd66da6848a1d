"""Where a Responsys token may be sent: the login names the address, and it is not believed unseen.

Source:
    https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/GetStarted/Authentication/authenticating.htm
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import attrs

from campaign_reg.errors import ConfigurationError, InvalidInputError
from campaign_reg.protocol.several import items_of

VENDOR_HOSTS = ("*.responsys.net", "*.rsys8.net", "*.rsys9.net", "*.responsys.ocs.oraclecloud.com")
"""Where the vendor's published login hosts and API hosts are."""

_LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_PATTERN = re.compile(rf"\*(?:\.{_LABEL}){{2,}}|{_HOST.pattern}")
_ORIGIN = re.compile(r"(?:(https?)://)?([a-z0-9.-]+|\[::1\])(?::([0-9]{1,5}))?/?", re.IGNORECASE)
_LONGEST_SHOWN = 100


def host_patterns(value: Any) -> Any:
    """Patterns as a tuple, from a list or from text with commas.

    Raises:
        ConfigurationError: It is anything else.
    """
    if isinstance(value, str):
        value = [part for part in re.split(r"[\s,]+", value) if part]
    try:
        patterns = items_of(value, str, "allowed_hosts", 'allowed_hosts=["*.responsys.net"]')
    except InvalidInputError as error:
        raise ConfigurationError(str(error)) from None
    return tuple(pattern.lower() for pattern in patterns)


def valid_patterns(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Accept host names, and `*.` before a domain of at least two labels; of addresses only loopback.

    Raises:
        ConfigurationError: It is anything else.
    """
    if not isinstance(value, tuple) or not value:
        raise ConfigurationError(f"{attribute.name} must name at least one host, such as *.responsys.net")
    for pattern in value:
        if not isinstance(pattern, str) or not _is_pattern(pattern):
            raise ConfigurationError(
                f"{attribute.name}: {pattern!r} is neither a host such as api5.responsys.net nor a pattern "
                "such as *.responsys.net"
            )


def _is_pattern(text: str) -> bool:
    if text in _LOOPBACK:
        return True
    return _PATTERN.fullmatch(text) is not None and not text.rpartition(".")[2].isdigit()


def checked_endpoint(value: str, login_url: str, allowed_hosts: tuple[str, ...]) -> str:
    """The origin in a login's `endPoint`, if a token may be sent there.

    Args:
        value: As it came: with or without `https://`, with or without a slash at its end.
        login_url: Origin of the login; if that is on loopback, loopback is allowed here too, by http and on any port.
        allowed_hosts: Host names, and `*.` patterns for everything below a domain.

    Raises:
        ConfigurationError: It is not an https origin on the usual port of an allowed host.
    """
    match = _ORIGIN.fullmatch(value)
    if match is None:
        raise ConfigurationError(
            "the login answered with an endPoint that is no plain https://host: the token was not sent to it"
        )
    scheme, host, port = (match[1] or "https").lower(), match[2].lower(), match[3]
    made = f"{scheme}://{host}" + (f":{port}" if port else "")
    if made == login_url or (host in _LOOPBACK and is_loopback(login_url)):
        return made
    if scheme != "https" or port not in (None, "443") or not _is_allowed(host, allowed_hosts):
        raise ConfigurationError(
            f"the login answered with the endPoint {made[:_LONGEST_SHOWN]}, which is not among the allowed hosts "
            f"({', '.join(allowed_hosts)}) over https on its usual port: the token was not sent to it. "
            "If the host is the vendor's, add it to allowed_hosts"
        )
    return f"https://{host}"


def is_loopback(url: str) -> bool:
    """Whether an origin is this machine itself."""
    return urlsplit(url).hostname in {host.strip("[]") for host in _LOOPBACK}


def _is_allowed(host: str, patterns: tuple[str, ...]) -> bool:
    if _HOST.fullmatch(host) is None or host.rpartition(".")[2].isdigit():
        return False
    return any(
        host.endswith(pattern[1:]) if pattern.startswith("*") else host == pattern for pattern in patterns
    )
