"""One HTTP call, and how an operation becomes one."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

import attrs

from campaign_reg.errors import InvalidInputError
from campaign_reg.wire.operation import Operation

if TYPE_CHECKING:
    from campaign_reg.rate import Departure, Reservation
    from campaign_reg.wire.message import BodySource, Sink

_UNRESERVED = re.compile(r"[A-Za-z0-9_~-]+")  # without the dot, which may stand for a folder
QueryValue = str | int | bool | Iterable[str] | None


@attrs.define(kw_only=True)
class Request:
    """One HTTP call, ready to leave.

    Attributes:
        operation: What is called; its table says what may be sent again.
        method: HTTP method.
        url: Already percent-encoded, sent byte for byte. Absolute; or a path, which goes to the origin that the
            token came with.
        headers: Without credentials; the auth transport adds those.
        body: Encoded body, or where it comes from piece by piece; None for none.
        sink: Where the body of a success goes piece by piece, instead of into `Response.body`. A refusal is read
            into memory as ever. The owner of the sink checks the answer's status before trusting what is in it.
        reservation: Slots reserved by the caller; None lets the limiter reserve.
        leave_before: Monotonic time in seconds after which the request must not leave any more; None for no
            limit.
        departure: Of a write that its caller may stop: says whether it has left, and whether it still may.
        own_connection: Whether it must not go over a connection that was used before; see `needs_own_connection`.
    """

    operation: Operation
    method: str
    url: str
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: bytes | BodySource | None = attrs.field(default=None, repr=False)
    sink: Sink | None = attrs.field(default=None, repr=False)
    reservation: Reservation | None = attrs.field(default=None, repr=False, eq=False)
    leave_before: float | None = None
    departure: Departure | None = attrs.field(default=None, repr=False, eq=False)
    own_connection: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of method, URL and body, hexadecimal; a streamed body is left out."""
        body = self.body if isinstance(self.body, bytes) else b""
        return hashlib.sha256(f"{self.method} {self.url}\n".encode() + body).hexdigest()

    @property
    def needs_own_connection(self) -> bool:
        """Whether it must go over a connection that nothing was asked on before."""
        operation = self.operation
        return self.own_connection or not (operation.safe and operation.keep_alive)


def build_request(
    operation: Operation,
    base_url: str,
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, QueryValue] | None = None,
    body: bytes | BodySource | None = None,
    content_type: str = "application/json",
    sink: Sink | None = None,
    reservation: Reservation | None = None,
    leave_before: float | None = None,
) -> Request:
    """Turn an operation and its arguments into a request.

    Args:
        operation: What to call.
        base_url: Origin, without a trailing slash.
        path: Values of the path's placeholders.
        query: Query members; None leaves one out, an iterable repeats the key.
        body: Encoded body, or where it comes from piece by piece.
        content_type: Of the body.
        sink: Where the body of a success goes piece by piece; any media type is then accepted.
        reservation: Slots reserved by the caller.
        leave_before: Monotonic time in seconds after which it must not leave.

    Raises:
        InvalidInputError: A path value is missing or cannot be one segment, or a query value holds half a
            surrogate pair.
    """
    segments = {name: segment(value, name) for name, value in path.items()} if path else {}
    try:
        url = base_url + operation.path.format_map(segments)
    except KeyError:
        raise InvalidInputError(f"{operation.name} needs more than {sorted(segments)} in its path") from None
    if query:
        pairs = "&".join(f"{quote(key, safe='')}={_query_value(key, text)}" for key, text in _pairs(query))
        url = f"{url}?{pairs}" if pairs else url
    headers = {"Accept": "application/json" if sink is None else "*/*"}
    if body is not None:
        headers["Content-Type"] = content_type
    return Request(
        operation=operation,
        method=operation.method,
        url=url,
        headers=headers,
        body=body,
        sink=sink,
        reservation=reservation,
        leave_before=leave_before,
    )


def segment(value: str, name: str = "id") -> str:
    """Percent-encode a value into exactly one path segment.

    Raises:
        InvalidInputError: It is empty, `.` or `..` (which every URL library folds away), or holds control
            characters or half a surrogate pair.
    """
    if value.__class__ is str and _UNRESERVED.fullmatch(value):
        return value
    if not isinstance(value, str):
        raise InvalidInputError(f"{name} must be text, not {type(value).__name__}")
    if value in {"", ".", ".."} or not value.strip():
        raise InvalidInputError(f"{name} {value!r} cannot stand in a path; give the vendor's identifier")
    plain = value.isascii() and value.isprintable()
    if not plain and any(unicodedata.category(char) in {"Cc", "Cs"} for char in value):
        raise InvalidInputError(f"{name} {value!r} holds control characters; remove them")
    return quote(value, safe="")


def _pairs(query: Mapping[str, QueryValue]) -> Iterable[tuple[str, str]]:
    for key, value in query.items():
        if value is None:
            continue
        if isinstance(value, bool):
            yield key, "true" if value else "false"
        elif isinstance(value, str | int):
            yield key, str(value)
        else:
            yield from ((key, str(item)) for item in value)


def _query_value(key: str, text: str) -> str:
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise InvalidInputError(f"{key} {text!r} holds half a surrogate pair; remove it") from None
