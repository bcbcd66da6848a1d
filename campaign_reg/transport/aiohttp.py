"""The socket: aiohttp, with everything switched off that would send a request twice."""

from __future__ import annotations

import asyncio
import io
import math
import warnings
from types import NoneType
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import hdrs
from yarl import URL

from campaign_reg.errors import ConnectError, HeldBackError, InvalidInputError, OutcomeUnknownError
from campaign_reg.transport.error_mapping import meaning
from campaign_reg.transport.pool import CheckedRequest, ConnectionChoice, Pool
from campaign_reg.transport.response_body import read_whole
from campaign_reg.transport.streaming import Stream
from campaign_reg.wire.message import Response

if TYPE_CHECKING:
    from ssl import SSLContext

    from campaign_reg.clock import Clock
    from campaign_reg.rate import Limits
    from campaign_reg.wire.operation import Operation
    from campaign_reg.wire.request import Request

_LONGEST_CONNECT_SECONDS = 30.0
_CLOCK_JUMP_SECONDS = 5.0
_NOTICE_SLACK_SECONDS = 0.001  # a reading sent by the very request that noticed the sleep is a fresh one
_KEEPALIVE_SECONDS = 15.0
_LARGE_BODY_BYTES = 1024 * 1024
_HEADERS = {hdrs.ACCEPT_ENCODING: "gzip, deflate", hdrs.USER_AGENT: "campaign-reg"}
_INVENTED = (hdrs.CONTENT_TYPE,)
_WHOLE = (bytes, NoneType)


class AiohttpTransport:
    """Sends each request at most once.

    A write gets a connection of its own, and so does every read whose answer does not name what was asked for: see
    `ConnectionChoice`. Other reads share connections that are kept alive.

    Cancelling a call closes its connection. Where the machine slept (wall and monotonic clock moved apart by
    over 5 s), the pool is emptied before the next write, because its connections are likely dead and reads would
    have to find that out one by one. A borrowed connector cannot be emptied through public API.

    Monotonic time stops while the machine sleeps, so `leave_before` does not show how old a reading has
    become meanwhile: a write that has one, and may rest on a reading from before the sleep, is held back.

    Args:
        clock: Time.
        limits: `in_flight` bounds the connections of our own pool, idle ones included.
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
        self._pool: Pool | None = None
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
            InvalidInputError: The URL, a header or a streamed body cannot be sent.
            Exception: What a sink raised, or the source of a read's body; of a write it is `OutcomeUnknownError`.
        """
        operation, stream = request.operation, None
        _refuse_control_characters(request)
        pool = self._pool or self._open(operation)
        slept = self._slept()
        if not operation.safe:
            if self._pool_slept:
                pool = await self._renew_pool(pool)
            self._refuse_from_before_sleep(request, slept)
        pool.active += 1
        try:
            if request.sink is not None or not isinstance(request.body, _WHOLE):
                stream = await Stream.open(request)
            sent_at = self._clock.monotonic()
            timeout = self._timeout(request, sent_at)
            _depart(request)
            if stream is None:
                response = await self._exchange(pool, request, timeout, None)
            else:
                async with stream.deadline:
                    response = await self._exchange(pool, request, _endless(timeout), stream)
        except Exception as error:  # noqa: BLE001  (whatever breaks under a write must not hide that it may be applied)
            failure = meaning(operation, error if stream is None else stream.blame(error))
            if request.departure is not None:
                request.departure.left = isinstance(failure, OutcomeUnknownError)
        except asyncio.CancelledError as error:
            if not operation.safe:
                error.add_note(f"{operation.name} was cancelled on its way: it may have been applied")
            raise
        else:
            response.sent_at, response.received_at = sent_at, self._clock.monotonic()
            return response
        finally:
            pool.active -= 1
            if pool.retired and not pool.active:
                await pool.session.close()
            if stream is not None:
                await stream.aclose()
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
        self,
        pool: Pool,
        request: Request,
        timeout: aiohttp.ClientTimeout,
        stream: Stream | None,
    ) -> Response:
        operation = request.operation
        body, headers = (request.body, request.headers) if stream is None else (stream.data, stream.headers)
        choice = ConnectionChoice(pool, own=request.needs_own_connection)
        answer = await pool.session.request(
            request.method,
            URL(request.url, encoded=True),
            data=io.BytesIO(body) if isinstance(body, bytes) and len(body) > _LARGE_BODY_BYTES else body,
            headers=headers,
            # aiohttp would make one up for a DELETE; skipping costs, so only where it is needed.
            skip_auto_headers=None if request.method == "GET" or "Content-Type" in headers else _INVENTED,
            timeout=timeout,
            ssl=self._ssl,
            allow_redirects=False,
            middlewares=(choice,),
        )
        try:
            if stream is None:
                content = await read_whole(answer, operation, operation.max_body_bytes)
            else:
                content = await stream.take(answer)
        except BaseException:
            answer.close()
            raise
        return Response(
            status=answer.status, headers=answer.headers, body=content, reused_connection=choice.reused
        )

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

    def _open(self, operation: Operation) -> Pool:
        if self._closed:
            raise ConnectError(operation.name, "this backend is closed", retryable=False)
        self._pool = self._new_pool()
        return self._pool

    def _new_pool(self) -> Pool:
        return Pool(self._new_session(), None if self._connector is not None else self._limits.in_flight)

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
            request_class=CheckedRequest,
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

    async def _renew_pool(self, pool: Pool) -> Pool:
        """Leave the old pool to the requests that still use it, and start again."""
        self._pool_slept = False
        if self._connector is not None:
            return pool
        fresh = self._pool = self._new_pool()
        pool.retired = True
        if not pool.active:
            await pool.session.close()
        return fresh


def _endless(timeout: aiohttp.ClientTimeout) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=timeout.connect, ceil_threshold=timeout.ceil_threshold)


def _depart(request: Request) -> None:
    """Let a write leave that its caller may stop."""
    departure = request.departure
    if departure is None:
        return
    if departure.forbidden:
        raise HeldBackError(request.operation.name, "held back: its caller has stopped")
    departure.left = True


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
