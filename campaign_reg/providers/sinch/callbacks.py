"""Sinch's callbacks: whether one is Sinch's. Pure: no I/O, no framework.

Other Sinch products sign in another way (SHA-256 with a nonce).

Source:
    https://developers.sinch.com/docs/registration-api/api-reference/registrations/callback-configuration.md
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

from campaign_reg.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidInputError,
    InvalidRequestError,
)

MAX_CALLBACK_BYTES = 1024 * 1024
SIGNATURE_HEADER = "X-Sinch-Signature"
_SIGNATURE = re.compile(r"[0-9a-fA-F]{40}")


def verified_body(operation: str, headers: Mapping[str, str], body: object, secret: object) -> bytes:
    """The body of a callback that carries the signature of the project's secret.

    The signature has no time in it: anyone who saw a callback can send it again.

    Args:
        operation: Name for errors.
        headers: Of the request; names compare without case.
        body: The raw bytes as they came.
        secret: The project's secret for callbacks.

    Raises:
        ConfigurationError: The secret is missing: nothing is ever taken for signed by an empty one.
        InvalidInputError: The body is not bytes.
        InvalidRequestError: The body is over 1 MiB; it is not looked at.
        AuthenticationError: The signature is missing or wrong.
    """
    if not isinstance(secret, str) or not secret.strip():
        raise ConfigurationError("the callback secret is missing: callbacks cannot be checked without it")
    if not isinstance(body, bytes | bytearray | memoryview):
        raise InvalidInputError(f"the body must be the raw bytes as they came, not {type(body).__name__}")
    if memoryview(body).nbytes > MAX_CALLBACK_BYTES:
        raise InvalidRequestError(operation, 413, f"the callback is over {MAX_CALLBACK_BYTES:,} bytes")
    raw = bytes(body)
    right = hmac.new(secret.encode("utf-8", "surrogatepass"), raw, hashlib.sha1).hexdigest()
    if not hmac.compare_digest(right, _signature_in(headers)):
        raise AuthenticationError(operation, 401, f"the callback's {SIGNATURE_HEADER} is missing or wrong")
    return raw


def _signature_in(headers: Mapping[str, str]) -> str:
    """The one signature in lower case, or what equals none: the header is missing, double or no SHA-1."""
    found = {value for name, value in headers.items() if str(name).lower() == SIGNATURE_HEADER.lower()}
    text = str(found.pop()).strip() if len(found) == 1 else ""
    return text.lower() if _SIGNATURE.fullmatch(text) else ""
