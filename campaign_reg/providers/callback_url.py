"""Where a vendor may be told to post callbacks: to the public internet over https, and nowhere else.

Looked at as it is written: no name is resolved.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PRIVATE_NAMES = frozenset(
    {"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa", "onion"}
)
_CARRIES_IPV4 = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96")


def callback_url_problem(url: str) -> str:
    """What is wrong with a callback URL, without the URL, which may hold a secret; empty where nothing is."""
    if any(char == "\\" or char.isspace() or unicodedata.category(char)[0] == "C" for char in url):
        return "must not hold blanks, backslashes or control characters"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme != "https":
        return "must begin with https://"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user name or password"
    if not host or port == 0:
        return "needs a host, as in https://hooks.example.com/sinch"
    return _host_problem(host, in_brackets="[" in parts.netloc)


def _host_problem(host: str, *, in_brackets: bool) -> str:
    address = _address(host)
    if address is not None:
        return "" if _is_public(address) else "leads to an address that is not on the public internet"
    if in_brackets:
        return "is not a URL"
    labels = host.removesuffix(".").split(".")
    if not host.isascii() or not all(_LABEL.fullmatch(label) for label in labels):
        return "needs a host of ASCII letters, digits and dashes (an international one as xn--...)"
    if _NUMBER.fullmatch(labels[-1]):
        return "leads to an address in an odd spelling: write four plain numbers, or a name"
    if len(labels) == 1 or labels[-1] in _PRIVATE_NAMES:
        return f"leads to {labels[-1]!r}, a name that means nothing on the public internet"
    return ""


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.removesuffix("."))
    except ValueError:
        return None


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address, and the IPv4 address that it may carry, is one of the public internet's."""
    if isinstance(address, ipaddress.IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if carried is None and any(address in network for network in _CARRIES_IPV4):
            carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None and not _is_public(carried):
            return False
        if address.scope_id is not None or address.is_site_local:
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
