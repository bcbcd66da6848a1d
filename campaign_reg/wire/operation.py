"""A vendor's HTTP call as data, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import attrs

from campaign_reg.enums import Applied
from campaign_reg.errors import (
    ApiError,
    AuthenticationError,
    ConflictError,
    ErrorDetail,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaign_reg.wire.message import Response

MAX_BODY_BYTES = 16 * 1024 * 1024
_MOST_DETAIL_LINES = 50


@attrs.frozen
class Refusal:
    """What one refusing answer means.

    Attributes:
        error: Class to raise.
        applied: Whether a write that got this answer may have been applied.
        transient: Whether the same request may succeed later.
        retry_after_seconds: How much later, in seconds, where the answer has no header that says so.
    """

    error: type[ApiError]
    applied: Applied = Applied.NO
    transient: bool = False
    retry_after_seconds: float | None = None


def _bounded(details: Iterable[ErrorDetail]) -> tuple[ErrorDetail, ...]:
    """Keep the first details, up to 50 field violations in all; a last one counts what is left out."""
    kept: list[ErrorDetail] = []
    lines = 0
    for detail in details:
        room = _MOST_DETAIL_LINES - lines
        if room > 0:
            kept.append(attrs.evolve(detail, field_violations=detail.field_violations[:room]))
        lines += max(len(detail.field_violations), 1)
    if lines > _MOST_DETAIL_LINES:
        kept.append(ErrorDetail(description=f"and {lines - _MOST_DETAIL_LINES} more"))
    return tuple(kept)


@attrs.frozen
class ErrorBody:
    """The parts of a vendor's error envelope that mean something.

    Attributes:
        code: The vendor's own code, empty where it gave none.
        message: The vendor's words.
        details: What else the vendor said; of very many only the first are kept, and the rest is counted.
    """

    code: str = ""
    message: str = ""
    details: tuple[ErrorDetail, ...] = attrs.field(default=(), converter=_bounded)


_BY_STATUS: Mapping[int, Refusal] = {
    400: Refusal(InvalidRequestError),
    401: Refusal(AuthenticationError),
    403: Refusal(PermissionDeniedError),
    404: Refusal(NotFoundError),
    405: Refusal(InvalidRequestError),
    406: Refusal(InvalidRequestError),
    407: Refusal(InvalidRequestError),
    408: Refusal(ServerError, Applied.MAYBE, transient=True),
    409: Refusal(ConflictError, Applied.MAYBE),
    410: Refusal(NotFoundError),
    411: Refusal(InvalidRequestError),
    412: Refusal(InvalidRequestError),
    413: Refusal(InvalidRequestError),
    414: Refusal(InvalidRequestError),
    415: Refusal(InvalidRequestError),
    417: Refusal(InvalidRequestError),
    421: Refusal(InvalidRequestError),
    422: Refusal(InvalidRequestError),
    426: Refusal(InvalidRequestError),
    428: Refusal(InvalidRequestError),
    429: Refusal(RateLimitError, Applied.MAYBE, transient=True),
    431: Refusal(InvalidRequestError),
    451: Refusal(PermissionDeniedError),
}
_SERVER_FAILURE = Refusal(ServerError, Applied.MAYBE, transient=True)
_UNEXPECTED = Refusal(ServerError, Applied.MAYBE)
# What the norm does not name may come from a proxy that stopped waiting (499, 460) while the vendor went on.
_OTHER_CLIENT_ERROR = Refusal(InvalidRequestError, Applied.MAYBE)


def _no_envelope(response: Response) -> ErrorBody:
    return ErrorBody()


@attrs.frozen(kw_only=True)
class ErrorTable:
    """A vendor's refusals: what each means, and how its error envelope reads.

    Attributes:
        by_code: By the vendor's own code; looked up first.
        by_status: By HTTP status; what is missing falls back to the norm, in which to a write 408, 409,
            429, 5xx and every status that it does not name prove nothing.
        parse: Reads the envelope. One that raises leaves the code unread: then no answer to a write proves that it
            was not applied.
    """

    by_code: Mapping[str, Refusal] = attrs.field(factory=dict)
    by_status: Mapping[int, Refusal] = attrs.field(factory=dict)
    parse: Callable[[Response], ErrorBody] = _no_envelope

    def refusal(self, status: int, code: str) -> Refusal:
        """What an answer with this status and code means."""
        known = self.by_code.get(code) or self.by_status.get(status) or _BY_STATUS.get(status)
        if known is not None:
            return known
        if status >= 500:
            return _SERVER_FAILURE
        return _OTHER_CLIENT_ERROR if status >= 400 else _UNEXPECTED

    def explain(self, response: Response) -> tuple[ErrorBody, Refusal]:
        """Read a refusing answer's envelope and look up what it means; never raises."""
        try:
            body = self.parse(response)
            return body, self.refusal(response.status, body.code)
        except Exception:  # noqa: BLE001  (a provider's own code, and a write must not count as refused by its fault)
            return ErrorBody(), attrs.evolve(self.refusal(response.status, ""), applied=Applied.MAYBE)


@attrs.frozen(kw_only=True)
class Operation:
    """One vendor call.

    Attributes:
        name: Ours, `provider.thing.call`.
        method: HTTP method.
        path: Template; each `{name}` becomes one percent-encoded segment.
        safe: Whether it only reads, and so may be sent again.
        source: Where the vendor documents it.
        success: Statuses that mean done.
        result: Class the body is decoded into; None where the body carries nothing.
        errors: The vendor's refusals.
        max_body_bytes: Larger answers are refused, unpacked or not. One that goes into a sink costs no memory, so
            its operation may set this high; refusals then still stay within `MAX_BODY_BYTES`.
        timeout_seconds: Whole exchange, in seconds. Where a body is streamed, up or down, it cannot be known how long
            the whole takes: there this is how long each next 64 KiB may take, and the answer after the last.
        unpaced: Whether it needs no slot of the account's rate, and goes before what waits for a place: for
            logins, which the token endpoint limits by itself. A pause of the account holds it, too.
        keep_alive: Whether it may go over a connection that carried other requests before. Only for a read whose
            answer names what was asked for, and where that is compared (`check_id`): on such a connection, a surplus
            answer to another request cannot be told from the right one in any other way.
    """

    name: str
    method: str
    path: str
    safe: bool
    source: str
    success: frozenset[int] = frozenset({200})
    result: type | None = None
    errors: ErrorTable = ErrorTable()
    max_body_bytes: int = MAX_BODY_BYTES
    timeout_seconds: float = 60.0
    unpaced: bool = False
    keep_alive: bool = False
