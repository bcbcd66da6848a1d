"""One call to a simulated vendor and its reply, as plain values without a socket."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from aiohttp import web

    from campaign_reg.sandbox.uploads import Intake


@dataclasses.dataclass(slots=True, kw_only=True)
class Call:
    """A request that was read and matched to an operation.

    Attributes:
        operation: The contract's operationId.
        provider: Name of the provider that is called.
        method: HTTP method, upper case.
        path: Raw path as it came over the wire, without the query.
        query: Raw query string, without the question mark.
        segments: Decoded path segments that the route captured, in order.
        target: What the call is about (the campaign's id), when the path or the body names it.
        at: Virtual seconds since the epoch at which the call is applied.
        lag_seconds: How old the state is that a read shows, in virtual seconds.
        intake: The body of an operation that takes it as a stream; `body` is empty then.
    """

    operation: str
    provider: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    segments: tuple[str, ...] = ()
    target: str | None = None
    lag_seconds: float = 0.0
    intake: Intake | None = None


@dataclasses.dataclass(slots=True)
class Reply:
    """What the vendor answers; the server adds Date and Content-Length.

    Attributes:
        chunks: Sent instead of `body` by one who does not hold it in memory; Content-Length
            is among the headers then.
    """

    status: int
    body: bytes = b"{}"
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    content_type: str = "application/json"
    chunks: Iterator[bytes] | None = None

    @property
    def document(self) -> Any:
        """The body as parsed JSON; an object without members where there is no body."""
        return json.loads(self.body) if self.body else {}


if TYPE_CHECKING:
    Outcome = Reply | web.StreamResponse | None
    Action = Callable[..., Awaitable[Outcome]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its response as they were seen, kept when the sandbox records.

    Attributes:
        target: Path and query as they came over the wire.
        request_body: Empty where an operation takes its body as a stream.
        status: None when the connection was cut instead of answered.
        response_body: Empty where it was sent as a stream.
    """

    operation: str | None
    method: str
    target: str
    request_headers: Mapping[str, str]
    request_body: bytes
    status: int | None
    response_headers: Mapping[str, str]
    response_body: bytes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What faults have to know of a simulated provider.

    Attributes:
        name: The provider's registered name.
        operations: The operationIds it answers.
        logins: Those that hand out tokens: they are outside the rate limit, and no fault befalls them unasked.
        reads: Those that a profile makes slow or fail.
        lagging: Those that a profile answers from a replica that lags.
        writes: Those that a profile loses before and after they are applied.
        items: Members under which a listing holds its items.
        status: The member with the state of an item.
        streams: Operations whose body is taken as a stream and not kept.
        faults: Fault actions that only this provider has, by name: functions of a `Scene`.
    """

    name: str
    operations: frozenset[str]
    logins: frozenset[str]
    reads: tuple[str, ...]
    lagging: tuple[str, ...]
    writes: tuple[str, ...]
    items: tuple[str, ...]
    status: str
    streams: frozenset[str] = frozenset()
    faults: Mapping[str, Action] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Route:
    """An operation and the decoded path segments it captured."""

    operation: str
    segments: tuple[str, ...] = ()


def render(status: int, document: object, **headers: str) -> Reply:
    """Make a JSON reply; header names are given with underscores for dashes."""
    body = json.dumps(document, separators=(",", ":")).encode()
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def split_path(path: str) -> list[str]:
    """Split a raw path at its slashes, leaving percent-encoding alone."""
    return path.split("/")[1:]


def decode_segment(segment: str) -> str:
    """Undo percent-encoding of one segment; bytes that are no UTF-8 become marks."""
    return unquote(segment, errors="replace")
