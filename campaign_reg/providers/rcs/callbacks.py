"""Callbacks: the platform reports the state of a message, and a button that was pressed.

It signs nothing, names no source addresses and promises no order. A callback is a hint: read the message, or the
campaign, before acting on it. What keeps strangers out is a part of the URL that cannot be guessed.

Source:
    https://bsg.world/developers/rest-api/introduction
    https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from campaign_reg.errors import DecodeError, InvalidInputError
from campaign_reg.providers.rcs.codec import make_converter
from campaign_reg.providers.rcs.events import ClickEvent, Event, StatusEvent
from campaign_reg.wire.codec import loads

if TYPE_CHECKING:
    import cattrs

MAX_CALLBACK_BYTES = 1024 * 1024
_SHORTEST_SECRET = 16

Headers = Mapping[str, str] | Iterable[tuple[str, str]]


def parse_callback(
    headers: Headers,
    body: bytes,
    *,
    secret: str | None,
    presented: str | None,
    converter: cattrs.Converter | None = None,
) -> Event:
    """Read a callback: without any web framework, and without I/O.

    The platform does not sign. Put a part that cannot be guessed into the callback URL (a segment of its path), and
    give it here as `secret`, besides that part of the URL that was called. They are compared in constant
    time. The event that comes out is a hint all the same: anyone who has seen the URL can forge one.

    Args:
        headers: Of the request, as a mapping or as pairs; names compare without case.
        body: As it came, at most 1 MB.
        secret: At least 16 characters.
        presented: What the caller of the URL presented; it may be anything.
        converter: A backend's, for its hooks and its `time_zone`.

    Raises:
        InvalidInputError: The secret does not match, or is too short to be one; the body is not bytes, too large, or
            said to be something other than JSON.
        DecodeError: The body does not parse, or has neither a status nor a click.
    """
    _check_secret(secret, presented)
    given: object = body
    if not isinstance(given, bytes | bytearray | memoryview):
        raise InvalidInputError(f"the body must be the raw bytes as they came, not {type(given).__name__}")
    if memoryview(given).nbytes > MAX_CALLBACK_BYTES:
        raise InvalidInputError(f"callback: {len(body):,} bytes, more than any callback has")
    _check_content_type(headers)
    document = loads(bytes(body))
    if not isinstance(document, dict):
        raise DecodeError("", "expected an object")
    event: Event = (converter or make_converter()).structure(document, _kind_of(document))
    return event


def _check_secret(secret: str | None, presented: str | None) -> None:
    if not isinstance(secret, str) or len(secret) < _SHORTEST_SECRET:
        raise InvalidInputError(
            f"secret must be at least {_SHORTEST_SECRET} characters that nobody can guess"
        )
    given = presented.encode("utf-8", "surrogatepass") if isinstance(presented, str) else b""
    if not hmac.compare_digest(secret.encode("utf-8", "surrogatepass"), given):
        raise InvalidInputError("callback: the secret part of the URL does not match")


def _kind_of(document: Mapping[str, Any]) -> type[StatusEvent] | type[ClickEvent]:
    """Which event it is: both come to the same address, and only a click has `time_click` and no status."""
    if document.get("status") is not None:
        return StatusEvent
    if document.get("time_click") is not None:
        return ClickEvent
    raise DecodeError("", "neither a status nor a click")


def _check_content_type(headers: Headers) -> None:
    pairs = cast("Iterable[tuple[str, str]]", headers.items() if isinstance(headers, Mapping) else headers)
    types = [value for name, value in pairs if name.lower() == "content-type"]
    if len(types) != 1 or types[0].partition(";")[0].strip().lower() != "application/json":
        raise InvalidInputError("callback: it must be application/json")
