"""The socket: aiohttp, with everything switched off that would send a request twice."""

from __future__ import annotations

import io
import math
import warnings
import zlib
from typing import TYPE_CHECKING

import aiohttp
import attrs
from aiohttp import hdrs
from yarl import URL

from campaign_reg.errors import (
    CampaignRegError,
    ConnectError,
    HeldBackError,
    InvalidInputError,
    OutcomeUnknownError,
    RequestTimeoutError,
    TransportError,
)
from campaign_reg.wire.message import Response

if TYPE_CHECKING:
    from ssl import SSLContext

    from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

    from campaign_reg.clock import Clock
    from campaign_reg.pace import Limits
    from campaign_reg.wire.message import Request
    from campaign_reg.wire.operation import Operation

_LONGEST_CONNECT_SECONDS = 30.0
_CLOCK_JUMP_SECONDS = 5.0
_NOTICE_SLACK_SECONDS = 0.001  # a reading sent by the very request that noticed the sleep is a fresh one
_KEEPALIVE_SECONDS = 15.0
_LARGE_BODY_BYTES = 1024 * 1024
_HEADERS = {hdrs.ACCEPT_ENCODING: "gzip, deflate", hdrs.USER_AGENT: "campaign-reg"}
_INVENTED = (hdrs.CONTENT_TYPE,)
_NEVER_OPENED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerFingerprintMismatch,
)
_UNSENDABLE = (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)


class _ConnectionLostError(aiohttp.ClientConnectionError):
    """The connection went away under a request; other than for its own errors, aiohttp does not replay."""


class _BrokenAnswerError(Exception):
    """What came back is no usable answer; the message says why and quotes nothing."""


async def _without_replay(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Keep aiohttp from sending PUT, DELETE and GET again after a dropped connection.

    Its `_request` does so for exactly two errors, and only while they are what they are.
    """
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _ConnectionLostError(type(error).__name__) from None


@attrs.define(eq=False)
class _Pool:
    """A session with its connections, and how many requests use it."""

    session: aiohttp.ClientSession
    active: int = 0
    retired: bool = False


class AiohttpTransport:
    """Sends each request at most once over a pool of connections.

    Cancelling a call closes its connection. Where the machine slept (wall and monotonic clock moved apart by
    over 5 s), the pool is emptied before the next write, because its connections are likely dead. A borrowed
    connector cannot be emptied through public API: there a write on a dead connection ends as
    `OutcomeUnknownError`.

    Monotonic time stands still while the machine sleeps, so `leave_before` does not show how old a reading has
    become meanwhile: a write that has one, and may rest on a reading from before the sleep, is held back.

    Args:
        clock: Time.
        limits: `in_flight` bounds the connections of our own pool.
        connector: Borrowed; never closed here.
        ssl: Trust and client certificates; None for the system's.
        preimage_seconds: Greatest age of a reading when the write that rests on it leaves, in seconds: how far
            `leave_before` lies ahead at most. Where it is really shorter, writes are held back for longer after
            a sleep.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        limits: Limits,
        connector: aiohttp.BaseConnector | None = None,
        ssl: SSLContext | None = None,
        preimage_seconds: float = 30.0,
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._connector = connector
        self._ssl: SSLContext | bool = True if ssl is None else ssl
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}
        self._pool: _Pool | None = None
        self._preimage_seconds = preimage_seconds
        self._clock_offset = self._offset()
        self._woke_at = -math.inf
        self._pool_slept = False
        self._closed = False

    async def send(self, request: Request) -> Response:
        """Send the request once and return the whole answer, whatever its status.

        Raises:
            ConnectError: Nothing was sent; `retryable` is False for a certificate.
            HeldBackError: Nothing was sent: the reading that a write rests on is too old, or may be from before
                the machine slept.
            RequestTimeoutError: A read was not answered in time.
            OutcomeUnknownError: A write may have been applied.
            TransportError: A read broke off.
            InvalidInputError: The URL or a header cannot be sent.
        """
        operation = request.operation
        _refuse_control_characters(request)
        pool = self._pool or self._open(operation)
        slept = self._slept()
        if not operation.safe:
            if self._pool_slept:
                pool = await self._renew_pool(pool)
            self._refuse_from_before_sleep(request, slept)
        sent_at = self._clock.monotonic()
        timeout = self._timeout(request, sent_at)
        pool.active += 1
        try:
            response = await self._exchange(pool.session, request, timeout)
        except Exception as error:  # noqa: BLE001  (whatever breaks under a write must not hide that it may be applied)
            failure = _failure(operation, error)
        else:
            response.sent_at, response.received_at = sent_at, self._clock.monotonic()
            return response
        finally:
            pool.active -= 1
            if pool.retired and not pool.active:
                await pool.session.close()
        try:
            # Out here, so that no frame of aiohttp, whose locals hold credentials, hangs on to it.
            raise failure
        finally:
            del failure  # or it would live, in a circle with this frame, until the next collection

    async def aclose(self) -> None:
        """Close the pool and cut what is in flight; may be called twice. A borrowed connector stays open."""
        self._closed = True
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.session.close()

    def __del__(self) -> None:
        if getattr(self, "_pool", None) is not None:
            warnings.warn(f"unclosed {self!r}: call aclose()", ResourceWarning, stacklevel=2, source=self)

    async def _exchange(
        self, session: aiohttp.ClientSession, request: Request, timeout: aiohttp.ClientTimeout
    ) -> Response:
        body, headers = request.body, request.headers
        answer = await session.request(
            request.method,
            URL(request.url, encoded=True),
            data=io.BytesIO(body) if body is not None and len(body) > _LARGE_BODY_BYTES else body,
            headers=headers,
            # aiohttp would make one up for a DELETE; skipping costs, so only where it is needed.
            skip_auto_headers=None if request.method == "GET" or "Content-Type" in headers else _INVENTED,
            timeout=timeout,
            ssl=self._ssl,
            allow_redirects=False,
        )
        try:
            content = await _read(answer, request.operation)
        except BaseException:
            answer.close()
            raise
        return Response(status=answer.status, headers=answer.headers, body=content)

    def _timeout(self, request: Request, now: float) -> aiohttp.ClientTimeout:
        total = request.operation.timeout_seconds
        timeout = self._timeouts.get(total)
        if timeout is None:
            # Shorter than the whole, so that a connection that does not open shows as just that.
            connect = min(_LONGEST_CONNECT_SECONDS, total / 2)
            timeout = self._timeouts[total] = aiohttp.ClientTimeout(total=total, connect=connect)
        if request.leave_before is None:
            return timeout
        left = request.leave_before - now
        if left < 0:
            raise HeldBackError(request.operation.name, "held back: the reading it rests on is too old")
        if timeout.connect is not None and left >= timeout.connect:
            return timeout
        # Connecting may take until then, and not longer (0 would mean without limit).
        return aiohttp.ClientTimeout(total=total, connect=max(left, 0.001), ceil_threshold=total + 1)

    def _open(self, operation: Operation) -> _Pool:
        if self._closed:
            raise ConnectError(operation.name, "this backend is closed", retryable=False)
        self._pool = _Pool(self._new_session())
        return self._pool

    def _new_session(self) -> aiohttp.ClientSession:
        connector = self._connector or aiohttp.TCPConnector(
            limit=self._limits.in_flight, keepalive_timeout=_KEEPALIVE_SECONDS
        )
        return aiohttp.ClientSession(
            connector=connector,
            connector_owner=self._connector is None,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=_HEADERS,
            auto_decompress=False,
            trust_env=False,
            raise_for_status=False,
            middlewares=(_without_replay,),
        )

    def _offset(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    def _slept(self) -> bool:
        """Whether the machine slept since the last request; remembers it for the writes to come."""
        offset = self._offset()
        jumped = abs(offset - self._clock_offset) > _CLOCK_JUMP_SECONDS
        self._clock_offset = offset
        if jumped:
            self._woke_at, self._pool_slept = self._clock.monotonic(), True
        return jumped

    def _refuse_from_before_sleep(self, request: Request, slept: bool) -> None:
        """Hold back what may rest on a reading from before the sleep; not only the write that noticed it."""
        if request.leave_before is None:
            return
        read_at = request.leave_before - self._preimage_seconds
        if slept or read_at < self._woke_at - _NOTICE_SLACK_SECONDS:
            raise HeldBackError(
                request.operation.name, "held back: the machine slept since the reading it rests on"
            )

    async def _renew_pool(self, pool: _Pool) -> _Pool:
        """Leave the old pool to the requests that still use it, and start afresh."""
        self._pool_slept = False
        if self._connector is not None:
            return pool
        fresh = self._pool = _Pool(self._new_session())
        pool.retired = True
        if not pool.active:
            await pool.session.close()
        return fresh


async def _read(answer: ClientResponse, operation: Operation) -> bytes:
    """Read the body to its end, within the operation's cap; leaves closing after an error to the caller."""
    if answer.status < 200:
        raise _BrokenAnswerError(f"answered {answer.status}, which is no answer")
    content, cap, headers = answer.content, operation.max_body_bytes, answer.headers
    body = await content.readany()
    if not content.at_eof():
        blocks, size = [body], len(body)
        while size <= cap and (block := await content.readany()):
            blocks.append(block)
            size += len(block)
        body = b"".join(blocks)
    if len(body) > cap:
        raise _BrokenAnswerError(f"the answer is larger than {cap} bytes")
    if hdrs.CONTENT_LENGTH not in headers and hdrs.TRANSFER_ENCODING not in headers:
        _refuse_unframed(answer, operation)
    if hdrs.CONTENT_ENCODING in headers:
        return _decompress(body, headers[hdrs.CONTENT_ENCODING], cap)
    return body


def _refuse_unframed(answer: ClientResponse, operation: Operation) -> None:
    """Refuse a download that says nowhere how long it is: cut short, it would look whole.

    JSON shows by itself whether it is whole; of a refusal or a write, the status is what counts.
    """
    if not operation.safe or answer.status >= 300 or answer.status == 204:
        return
    if "json" not in answer.headers.get(hdrs.CONTENT_TYPE, "").lower():
        raise _BrokenAnswerError("the answer has no length, so it may have been cut short")


def _decompress(body: bytes, encoding: str, cap: int) -> bytes:
    """Undo gzip or deflate, at most up to `cap` bytes."""
    name = encoding.strip().lower()
    if name in {"", "identity"} or not body:
        return body
    if name not in {"gzip", "x-gzip", "deflate"}:
        raise _BrokenAnswerError("the answer has a Content-Encoding that was not asked for")
    # 47 reads gzip and zlib by their headers; some servers send bare deflate, which has neither.
    bits = -15 if name == "deflate" and body[0] & 0xF != 8 else 47
    blocks, left = [], cap
    try:
        while body:
            inflate = zlib.decompressobj(bits)
            blocks.append(inflate.decompress(body, left + 1))
            left -= len(blocks[-1])
            if left < 0:
                raise _BrokenAnswerError(f"the answer is larger than {cap} bytes")
            if not inflate.eof:
                raise _BrokenAnswerError("the compressed answer was cut short")
            body = inflate.unused_data
    except zlib.error:
        raise _BrokenAnswerError("the compressed answer is damaged") from None
    return b"".join(blocks)


def _refuse_control_characters(request: Request) -> None:
    """Keep line breaks out of the request line and the headers, where they would start a new one."""
    url = request.url
    if (
        url.isascii()
        and url.isprintable()
        and " " not in url
        and "".join(request.headers.values()).isprintable()
    ):
        return
    raise InvalidInputError(
        f"{request.operation.name}: the URL or a header holds characters that cannot be sent"
    )


def _failure(operation: Operation, error: Exception) -> CampaignRegError:
    """What an error of aiohttp means; quotes neither headers nor bodies."""
    name = operation.name
    if isinstance(error, _UNSENDABLE):
        return InvalidInputError(f"{name}: the URL cannot be sent")
    if isinstance(error, _NEVER_OPENED):
        return _connect_error(name, error)
    reason = _reason(error, operation)
    if not operation.safe:
        return OutcomeUnknownError(name, reason)
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


def _reason(error: Exception, operation: Operation) -> str:
    if isinstance(error, TimeoutError):
        return f"no whole answer within {operation.timeout_seconds:g} s"
    if isinstance(error, _BrokenAnswerError):
        return str(error)
    if isinstance(error, aiohttp.ClientResponseError):
        # aiohttp calls this "400", which the vendor never said.
        return "the answer is not HTTP, or its headers are too large"
    if isinstance(error, _ConnectionLostError):
        return f"the connection was lost before the answer came ({error})"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer was cut short or damaged"
    return f"the connection failed ({type(error).__name__})"
