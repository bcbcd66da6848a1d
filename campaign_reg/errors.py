"""Every error this library raises.

The class alone says whether a request never arrived, was refused, or has an unknown outcome::

    CampaignRegError
    ├── ConfigurationError          settings, credentials or an extra are missing or wrong
    ├── InvalidInputError           a value was refused before any I/O (also a ValueError)
    ├── StateError                  the call does not fit the state of a batch, a row or a poller
    │   ├── BatchClosedError        the batch was closed or stopped, or its run is over: open it again
    │   ├── BatchHaltedError        a guardrail holds the batch; `hold` says which
    │   └── CampaignHeldError       another open batch holds the campaign; `journal` names it
    ├── UnsupportedVerbError        the provider lacks the verb; nothing was sent
    ├── TransportError              no usable answer
    │   ├── ConnectError            the connection never opened: nothing was sent
    │   │   └── HeldBackError       held back: the account is paused, or look again first
    │   ├── RequestTimeoutError     no answer to a read in time
    │   └── OutcomeUnknownError     a write may or may not have been applied
    ├── ApiError                    the vendor answered and refused: the write was not applied
    │   ├── AuthenticationError     401
    │   ├── PermissionDeniedError   403
    │   ├── NotFoundError           404
    │   ├── ConflictError           409
    │   ├── InvalidRequestError     400, 422
    │   ├── RateLimitError          429; `retry_after_seconds` when the vendor said it
    │   └── ServerError             5xx to a read
    ├── DecodeError                 an answer to a read that does not parse
    ├── PaginationError             a listing that cannot be followed
    ├── PollTimeoutError            waiting stopped; the action goes on at the vendor
    └── JournalError                the journal of a batch cannot be written or trusted
        ├── JournalInUseError       another process holds it
        └── JournalMismatchError    it belongs to another batch, account or version

Errors hold plain values only, so they pickle and can be logged; none holds a body, a header or a token of the
vendor's API.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs

_MOST_CHARACTERS = 500
_MOST_EXTRA_CHARACTERS = 4000
_MOST_LEVELS = 20
_MOST_LINES_SHOWN = 50
_LEFT_OUT = "…"


def printable(value: object) -> str:
    """Turn a vendor's value into text that is fit to be printed, of 500 characters at most.

    Args:
        value: Text; anything else is written as JSON, and None becomes the empty text.
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else _as_json(value)
    return "".join(char if char.isprintable() else " " for char in text[:_MOST_CHARACTERS])


def _as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return f"a value of type {type(value).__name__} that cannot be shown"


def _members(given: Mapping[str, Any]) -> dict[str, Any]:
    """Keep members while they fit; what does not fit is counted under `…`."""
    kept: dict[str, Any] = {}
    room = _MOST_EXTRA_CHARACTERS
    for name, value in given.items():
        key, bounded = printable(name), _bounded(value)
        room -= len(key) + len(_as_json(bounded))
        if room < 0 and name != _LEFT_OUT:
            kept[_LEFT_OUT] = f"and {len(given) - len(kept)} more members"
            break
        kept[key] = bounded
    return kept


def _bounded(value: object) -> Any:
    """Keep a short value, its texts made printable; a longer one becomes the beginning of its text."""
    if isinstance(value, str) or len(_as_json(value)) > _MOST_CHARACTERS:
        return printable(value)
    return _cleaned(value)


def _cleaned(value: object, levels: int = _MOST_LEVELS) -> Any:
    if levels and isinstance(value, dict):
        return {printable(name): _cleaned(member, levels - 1) for name, member in value.items()}
    if levels and isinstance(value, list):
        return [_cleaned(item, levels - 1) for item in value]
    is_plain = value is None or isinstance(value, bool | int | float)
    return value if is_plain else printable(value)


@attrs.frozen(kw_only=True)
class FieldViolation:
    """One field that the vendor objects to.

    Attributes:
        field: The field, in the vendor's spelling; empty where the vendor named none.
        description: What is wrong with it, in the vendor's words.
    """

    field: str = attrs.field(default="", converter=printable)
    description: str = attrs.field(default="", converter=printable)

    def __str__(self) -> str:
        return ": ".join(part for part in (self.field, self.description) if part)


@attrs.frozen(kw_only=True)
class ErrorDetail:
    """One detail of a vendor's error answer.

    Texts are printable and shortened to 500 characters. Other values become JSON text.

    Attributes:
        type: Kind of detail, in the vendor's words, such as `ResourceInfo`.
        resource_type: Kind of the resource that the error is about, such as `Campaign`.
        resource_name: Name or identifier of that resource.
        owner: Owner of that resource.
        description: What is wrong, in the vendor's words.
        field_violations: The fields that the vendor objects to.
        extra: Every other member of the vendor's object, shortened; left out of the repr.
    """

    type: str = attrs.field(default="", converter=printable)
    resource_type: str = attrs.field(default="", converter=printable)
    resource_name: str = attrs.field(default="", converter=printable)
    owner: str = attrs.field(default="", converter=printable)
    description: str = attrs.field(default="", converter=printable)
    field_violations: tuple[FieldViolation, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, converter=_members, repr=False, hash=False)

    @property
    def resource(self) -> str:
        """Type and name of the resource; empty where the vendor gave no name."""
        return f"{self.resource_type} {self.resource_name}".strip() if self.resource_name else ""

    @property
    def violations(self) -> tuple[str, ...]:
        """One line for each field violation; the description where it is all that the detail has."""
        if self.field_violations:
            return tuple(map(str, self.field_violations))
        about_a_resource = self.resource_type or self.resource_name
        return (self.description,) if self.description and not about_a_resource else ()


class CampaignRegError(Exception):
    """Root of every error of this library."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by value: rebuild without `__init__`, then restore the attributes."""
        return (_rebuild, (type(self), self.args, self.__dict__))


def _rebuild(cls: type[CampaignRegError], args: tuple[Any, ...], state: dict[str, Any]) -> CampaignRegError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigurationError(CampaignRegError):
    """Settings, credentials or an optional extra are missing or wrong; the message says what to do."""


class InvalidInputError(CampaignRegError, ValueError):
    """A value was refused before any I/O; nothing was sent."""


class StateError(CampaignRegError):
    """The call does not fit the state of a batch, a row or a poller; it sent nothing and changed nothing."""


class BatchClosedError(StateError):
    """The batch was closed or stopped, or its run is over; open it again, its journal goes on."""


@attrs.frozen
class Halt:
    """Why nothing more is sent.

    Attributes:
        reason: The reason, for people.
        by_cap: True where a cap holds the batch, which only a new plan lifts; False where it waits for a person to
            accept.
    """

    reason: str
    by_cap: bool


class BatchHaltedError(StateError):
    """A guardrail holds the batch.

    Attributes:
        hold: What holds it, and whether a person can accept that.
    """

    def __init__(self, message: str, hold: Halt) -> None:
        super().__init__(message, hold)
        self.hold = hold

    def __str__(self) -> str:
        return str(self.args[0])


class CampaignHeldError(StateError):
    """Another open batch of this machine holds the campaign.

    Attributes:
        journal: Path of the journal that holds it.
    """

    def __init__(self, message: str, journal: str) -> None:
        super().__init__(message, journal)
        self.journal = journal

    def __str__(self) -> str:
        return str(self.args[0])


class UnsupportedVerbError(CampaignRegError):
    """The provider's API lacks this verb; nothing was sent.

    Attributes:
        provider: Name of the provider.
        verb: The verb that it lacks.
        supported: Verbs that it has.
    """

    def __init__(self, provider: str, verb: str, supported: tuple[str, ...]) -> None:
        super().__init__(provider, verb, supported)
        self.provider, self.verb, self.supported = provider, verb, supported

    def __str__(self) -> str:
        return f"{self.provider} has no verb {self.verb!r}; it has {', '.join(self.supported)}"


class TransportError(CampaignRegError):
    """No usable answer came back.

    Attributes:
        operation: Name of the vendor operation, such as `sinch.campaigns.get`.
        reason: What went wrong, in words without secrets.
    """

    def __init__(self, operation: str, reason: str) -> None:
        super().__init__(operation, reason)
        self.operation, self.reason = operation, reason

    def __str__(self) -> str:
        return f"{self.operation}: {self.reason}"


class ConnectError(TransportError):
    """The request never left: no connection was opened.

    Attributes:
        retryable: Whether the same request may simply be tried again; False where that would not help, as with a
            certificate that was refused.
    """

    def __init__(self, operation: str, reason: str, *, retryable: bool = True) -> None:
        super().__init__(operation, reason)
        self.retryable = retryable


class HeldBackError(ConnectError):
    """The request was held back before sending; the caller must look again before asking again.

    The account was paused, its token could not be renewed, or the reading that a write rests on grew too old.
    """

    def __init__(self, operation: str, reason: str) -> None:
        super().__init__(operation, reason, retryable=False)


class RequestTimeoutError(TransportError):
    """A read was not answered in time."""


class OutcomeUnknownError(TransportError):
    """A write may or may not have been applied; only reading can tell.

    Attributes:
        token: Token of the action, for `backend.action(token)`; None where no action exists yet.
        status: HTTP status of the answer, if one came (a 503 to a write proves nothing).
        code: The vendor's own code, if the answer had one.
        message: The vendor's words, shortened.
        details: What else the vendor said in the answer.
    """

    def __init__(
        self,
        operation: str,
        reason: str,
        *,
        status: int | None = None,
        code: str = "",
        message: str = "",
        details: tuple[ErrorDetail, ...] = (),
        token: str | None = None,
    ) -> None:
        super().__init__(operation, reason)
        self.status, self.code, self.message, self.details = status, code, message, details
        self.token = token

    @classmethod
    def from_answer(cls, answer: Exception, operation: str, reason: str) -> Self:
        """Make the error of a write from another error, and keep what the vendor's answer said.

        Args:
            answer: The error that was seen; one that stands for no answer leaves nothing to keep.
            operation: Name of the vendor operation whose outcome is unknown.
            reason: What went wrong, in words without secrets.
        """
        if not isinstance(answer, ApiError | OutcomeUnknownError):
            return cls(operation, reason)
        return cls(
            operation,
            reason,
            status=answer.status,
            code=answer.code,
            message=answer.message,
            details=answer.details,
        )

    def __str__(self) -> str:
        return (
            f"{self.operation}: {self.reason}. It may have been applied: do not send it again, "
            "read the campaign first"
        )


class ApiError(CampaignRegError):
    """The vendor answered and refused.

    Attributes:
        operation: Name of the vendor operation.
        status: HTTP status.
        code: The vendor's own code, empty where it gave none.
        message: The vendor's words, shortened.
        details: What else the vendor said, typed.
    """

    def __init__(
        self,
        operation: str,
        status: int,
        message: str,
        *,
        code: str = "",
        details: tuple[ErrorDetail, ...] = (),
    ) -> None:
        super().__init__(operation, status, message)
        self.operation, self.status, self.message = operation, status, message
        self.code, self.details = code, details

    @property
    def violations(self) -> tuple[str, ...]:
        """A line for each field and its description, from `details`; a description alone where no field is named."""
        return tuple(line for detail in self.details for line in detail.violations)

    def __str__(self) -> str:
        code = f" {self.code}" if self.code else ""
        told = f"{self.operation} answered {self.status}{code}: {self.message or 'no message'}"
        more = "; ".join(_first([*self._resources(), *self.violations]))
        return f"{told} ({more})" if more else told

    def _resources(self) -> Iterable[str]:
        """The resources that the message does not name, each once."""
        named = (detail.resource for detail in self.details if detail.resource_name not in self.message)
        return dict.fromkeys(name for name in named if name)


def _first(lines: list[str]) -> list[str]:
    """The lines that a message has room for."""
    rest = len(lines) - _MOST_LINES_SHOWN
    return lines if rest <= 1 else [*lines[:_MOST_LINES_SHOWN], f"and {rest} more"]


class AuthenticationError(ApiError):
    """The credentials were refused."""


class PermissionDeniedError(ApiError):
    """The credentials may not do this."""


class NotFoundError(ApiError):
    """The vendor does not know the thing."""


class ConflictError(ApiError):
    """The vendor says it is in a state that forbids this."""


class InvalidRequestError(ApiError):
    """The vendor refused the input."""


class RateLimitError(ApiError):
    """Too many requests.

    Attributes:
        retry_after_seconds: How long the vendor asked to wait, in seconds; None where it did not say.
    """

    def __init__(
        self,
        operation: str,
        status: int,
        message: str,
        *,
        code: str = "",
        details: tuple[ErrorDetail, ...] = (),
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(operation, status, message, code=code, details=details)
        self.retry_after_seconds = retry_after_seconds


class ServerError(ApiError):
    """The vendor failed while answering a read."""


class DecodeError(CampaignRegError):
    """An answer does not parse; the message names the place, never the value.

    Attributes:
        path: Where, for example `campaignRegistrations[3].modifiedDate`; empty for the whole body.
        reason: What is wrong there.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


class PaginationError(CampaignRegError):
    """A listing cannot be followed to its end."""


class PollTimeoutError(CampaignRegError):
    """Waiting stopped; the action goes on at the vendor.

    Attributes:
        token: Token of the action: `backend.action(token)` goes on waiting.
        last_status: The vendor's last known status; empty where none was read.
        waited_seconds: Time waited, in seconds.
    """

    def __init__(self, token: str, last_status: str, waited_seconds: float) -> None:
        super().__init__(token, last_status, waited_seconds)
        self.token, self.last_status, self.waited_seconds = token, last_status, waited_seconds

    def __str__(self) -> str:
        return (
            f"not settled after {self.waited_seconds:g} s (last status {self.last_status or 'unknown'}); "
            "it goes on at the vendor: wait again with backend.action(error.token)"
        )


class JournalError(CampaignRegError):
    """The journal of a batch cannot be written or trusted; nothing unjournalled was sent."""


class JournalInUseError(JournalError):
    """Another process is running this batch."""


class JournalMismatchError(JournalError):
    """The journal belongs to another batch, account or input, or to a newer version."""
