"""From an answer to a value or an error; pure."""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from campaign_reg.enums import Applied
from campaign_reg.errors import DecodeError, OutcomeUnknownError, RateLimitError
from campaign_reg.wire.codec import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campaign_reg.errors import ApiError, TransportError
    from campaign_reg.wire.message import Response
    from campaign_reg.wire.operation import ErrorBody, Operation, Refusal

_LONGEST_RETRY_AFTER_SECONDS = 7 * 86400.0
_EXCERPT_CHARACTERS = 200
_NOTHING_TOLD = (b"{}", b"")
_SECONDS = re.compile(r" *[0-9]{1,9}(\.[0-9]{1,9})? *")


def parse_response(operation: Operation, response: Response, structure: Callable[[Any, type], Any]) -> Any:
    """Return the value in a good answer, or raise what a bad one means.

    Args:
        operation: What was called.
        response: The answer.
        structure: A converter's `structure`: takes decoded JSON and a class.

    Raises:
        ApiError: The vendor refused; a write that got this answer was not applied.
        OutcomeUnknownError: The answer to a write proves nothing; nor does a success that carries an error.
        DecodeError: The answer to a read does not parse.
    """
    if response.status not in operation.success:
        raise error_of(operation, response)
    if operation.result is None and response.body in _NOTHING_TOLD:
        return {} if response.body else None
    try:
        value = loads(response.body)
        if operation.result is not None:
            return structure(value, operation.result)
        told = operation.errors.parse(response)
    except DecodeError as error:
        failure = error
    except Exception as error:  # noqa: BLE001  (a foreign hook's error must not hide that a write was taken)
        failure = DecodeError("", f"the answer does not fit {operation.result} ({type(error).__name__})")
    else:
        if not told.code and not told.message:
            return value
        raise _error_in_success(operation, response, told)
    if operation.safe:
        raise failure
    raise OutcomeUnknownError(
        operation.name,
        f"answered {response.status} with a body that does not parse ({failure})",
        status=response.status,
    )


def check_id(operation: Operation, asked: str, told: str | None, kind: str = "campaign") -> None:
    """Refuse an answer about something else than what was asked for: a connection or a cache may mix answers up.

    Args:
        operation: What was called.
        asked: The id in the request.
        told: The id in the answer; None where it has none, which proves nothing.
        kind: What the id is of, in a word.

    Raises:
        OutcomeUnknownError: The answer to a write is about something else, so that nothing is known of this one.
        DecodeError: The answer to a read is.
    """
    if told is None or told == asked:
        return
    reason = f"the vendor answered about another {kind}: {told!r} instead of {asked!r}"
    if operation.safe:
        raise DecodeError("id", reason)
    raise OutcomeUnknownError(operation.name, reason)


def _error_in_success(operation: Operation, response: Response, told: ErrorBody) -> Exception:
    """What it means that the status says done and the body says refused."""
    if operation.safe:
        return error_of(operation, response)
    words = " ".join(word for word in (told.code, told.message) if word)
    return OutcomeUnknownError(
        operation.name,
        f"answered {response.status}, and yet with an error: {words}",
        status=response.status,
        code=told.code,
        message=told.message,
        details=told.details,
    )


def error_of(operation: Operation, response: Response) -> ApiError | TransportError:
    """The error that a refusing answer stands for."""
    body, refusal = operation.errors.explain(response)
    message = body.message or excerpt(response.body)
    told: dict[str, Any] = {"code": body.code, "details": body.details}
    if refusal.applied is not Applied.NO and not operation.safe:
        reason = f"answered {response.status}: {message or 'no message'}"
        return OutcomeUnknownError(operation.name, reason, status=response.status, message=message, **told)
    if issubclass(refusal.error, RateLimitError):
        told["retry_after_seconds"] = asked_wait(refusal, response.headers)
    return refusal.error(operation.name, response.status, message, **told)


def excerpt(body: bytes) -> str:
    """The beginning of a body that is no envelope, on one line, fit to be printed."""
    text = body[: 4 * _EXCERPT_CHARACTERS].decode("utf-8", "replace")
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _EXCERPT_CHARACTERS else line[:_EXCERPT_CHARACTERS] + "…"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How long the vendor asks to wait, in seconds; None where it does not say so sensibly.

    A date is measured against the same answer's `Date`, so the local clock does not matter. Negative, absurd
    (over a week) and past values count as not said. Fractions of a second are not standard, but do occur.
    """
    text = headers.get("Retry-After")
    if text is None:
        return None
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        until, now = _http_date(text), vendor_date(headers)
        if until is None or now is None or until <= now:
            return None
        seconds = (until - now).total_seconds()
    return seconds if seconds <= _LONGEST_RETRY_AFTER_SECONDS else None


def asked_wait(refusal: Refusal, headers: Mapping[str, str]) -> float | None:
    """How long to wait after a refusal, in seconds: what its header says, else what its meaning says."""
    told = retry_after(headers)
    return refusal.retry_after_seconds if told is None else told


def vendor_date(headers: Mapping[str, str]) -> datetime | None:
    """The vendor's clock when it answered: the `Date` header, whole seconds, aware UTC."""
    text = headers.get("Date")
    return None if text is None else _http_date(text)


@functools.lru_cache(maxsize=64)  # whole seconds: all answers of one second say the same
def _http_date(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
