"""How an exchange breaks, and what that means: in whose words, and whether a write may have been applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from campaign_reg.errors import (
    CampaignRegError,
    ConfigurationError,
    ConnectError,
    InvalidInputError,
    OutcomeUnknownError,
    RequestTimeoutError,
    TransportError,
)

if TYPE_CHECKING:
    from campaign_reg.wire.operation import Operation

_NEVER_OPENED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerFingerprintMismatch,
)
_UNSENDABLE = (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)


class ConnectionLostError(aiohttp.ClientConnectionError):
    """The connection went away under a request; other than for its own errors, aiohttp does not replay."""


class SpoiledConnectionError(aiohttp.ClientConnectionError):
    """The connection had ended, or held bytes, before the request was written; nothing was sent."""


class BrokenAnswerError(Exception):
    """What came back is no usable answer; the message says why and quotes nothing."""


class StalledError(TimeoutError):
    """A streamed body did not get on."""


class LocalError(Exception):
    """A source or sink of the caller failed; no fault of the vendor's.

    Attributes:
        cause: What it raised.
    """

    def __init__(self, what: str, cause: Exception) -> None:
        super().__init__(f"{what}: {_words(cause)}")
        self.cause = cause


def _words(cause: Exception) -> str:
    if isinstance(cause, CampaignRegError):
        return str(cause)
    return (cause.strerror if isinstance(cause, OSError) else None) or type(cause).__name__


def meaning(operation: Operation, error: Exception) -> Exception:
    """What an error under an exchange means; quotes neither headers nor bodies."""
    name = operation.name
    if isinstance(error, CampaignRegError):
        return error  # nothing was sent yet
    if isinstance(error, _UNSENDABLE):
        return InvalidInputError(f"{name}: the URL cannot be sent")
    if isinstance(error, _NEVER_OPENED):
        return _connect_error(name, error)
    if isinstance(error, SpoiledConnectionError):
        return ConnectError(
            name, "not sent: the server answered, or closed the connection, before it was asked"
        )
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return _proxy_error(name, error.status)
    reason = _reason(error, operation)
    if not operation.safe:
        return OutcomeUnknownError(name, reason)
    if isinstance(error, LocalError):
        return error.cause
    return (RequestTimeoutError if isinstance(error, TimeoutError) else TransportError)(name, reason)


def _connect_error(name: str, error: Exception) -> ConnectError:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = f"the server's certificate was refused: {error.certificate_error}"
        return ConnectError(name, reason, retryable=False)
    if isinstance(error, aiohttp.ServerFingerprintMismatch):
        return ConnectError(name, "the server's certificate was refused: wrong fingerprint", retryable=False)
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        reason = f"no TLS connection, check certificate and TLS version: {error.os_error}"
        return ConnectError(name, reason, retryable=False)
    if not isinstance(error, aiohttp.ClientConnectorError):  # a timeout; its own words quote the whole URL
        return ConnectError(name, "the connection did not open in time")
    cause = error.os_error
    return ConnectError(
        name, f"no connection to {error.host}:{error.port}: {cause.strerror or type(cause).__name__}"
    )


def _proxy_error(name: str, status: int) -> CampaignRegError:
    """A proxy that opened no tunnel, so that nothing reached the vendor; its address may hold a password."""
    if status == 407:
        return ConfigurationError(
            f"{name}: the proxy wants credentials (407): give them to the connector; nothing was sent"
        )
    return ConnectError(name, f"the proxy opened no way to the vendor, and answered {status}")


def _reason(error: Exception, operation: Operation) -> str:
    if isinstance(error, StalledError):
        return f"the transfer did not get on for {operation.timeout_seconds:g} s"
    if isinstance(error, TimeoutError):
        return f"no whole answer within {operation.timeout_seconds:g} s"
    if isinstance(error, BrokenAnswerError | LocalError):
        return str(error)
    if isinstance(error, aiohttp.ClientResponseError):
        # aiohttp calls this "400", which the vendor never said.
        return "the answer is not HTTP, or its headers are too large"
    if isinstance(error, ConnectionLostError):
        return f"the connection was lost before the answer came ({error})"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer was cut short or damaged"
    return f"the connection failed ({type(error).__name__})"
