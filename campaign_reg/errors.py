"""Every error this library raises.

A caller tells "never arrived", "refused" and "unknown" apart by class alone::

    CampaignRegError
    ├── ConfigurationError          settings, credentials or an extra are missing or wrong
    ├── InvalidInputError           a value was refused before any I/O (also a ValueError)
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

from typing import Any


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


class UnsupportedVerbError(CampaignRegError):
    """The provider's API lacks this verb; nothing was sent."""

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
    """The request was held back before sending; the caller must look again before asking anew.

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
    """

    def __init__(
        self, operation: str, reason: str, *, status: int | None = None, token: str | None = None
    ) -> None:
        super().__init__(operation, reason)
        self.status, self.token = status, token

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
        violations: `field: text` lines, where the vendor named fields.
    """

    def __init__(
        self,
        operation: str,
        status: int,
        message: str,
        *,
        code: str = "",
        violations: tuple[str, ...] = (),
    ) -> None:
        super().__init__(operation, status, message)
        self.operation, self.status, self.message = operation, status, message
        self.code, self.violations = code, violations

    def __str__(self) -> str:
        code = f" {self.code}" if self.code else ""
        details = f" ({'; '.join(self.violations)})" if self.violations else ""
        return f"{self.operation} answered {self.status}{code}: {self.message or 'no message'}{details}"


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

    retry_after_seconds: float | None = None


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
        last_status: The vendor's last known status.
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
