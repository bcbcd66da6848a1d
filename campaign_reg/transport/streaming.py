"""Bodies that pass piece by piece, up and down, and the time that each piece may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import current_time, fail_after, move_on_after

from campaign_reg.errors import CampaignRegError, ConnectError, InvalidInputError
from campaign_reg.transport.error_mapping import BrokenAnswerError, LocalError, StalledError
from campaign_reg.transport.response_body import pour, read_whole
from campaign_reg.wire.operation import MAX_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from types import TracebackType

    from aiohttp import ClientResponse
    from anyio import CancelScope

    from campaign_reg.wire.message import BodySource
    from campaign_reg.wire.request import Request

_STEP_BYTES = 64 * 1024


class Deadline:
    """Cuts what does not get on: each next 64 KiB must pass within the time.

    Less than that would let a vendor that drips hold a connection for ever.

    Args:
        seconds: How long each step may take.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._moved = 0
        self._scope: CancelScope | None = None

    async def __aenter__(self) -> Deadline:
        self._scope = move_on_after(self._seconds)
        self._scope.__enter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        scope, self._scope = self._scope, None
        if scope is None:
            return
        scope.__exit__(kind, error, trace)
        if scope.cancelled_caught:
            raise StalledError from None

    def moved(self, count: int) -> None:
        """This many bytes passed."""
        self._moved += count
        if self._moved >= _STEP_BYTES:
            self.renew()

    def renew(self) -> None:
        """A step is done: the time starts again."""
        self._moved = 0
        if self._scope is not None and not self._scope.cancel_called:
            self._scope.deadline = current_time() + self._seconds


class Upload:
    """The pieces of a source, read one ahead.

    So the last piece leaves only when the source has ended as it should: a body that turns out too long, too short or
    unreadable stays unfinished on the wire, and no vendor can take it for the whole.

    Attributes:
        size: What the source says, in bytes.
        finished: Whether the last piece was handed out.
        failure: What went wrong with the source.
    """

    def __init__(self, source: BodySource, deadline: Deadline) -> None:
        self.size = source.size
        self.finished = False
        self.failure: LocalError | None = None
        self._chunks = source.chunks()
        self._deadline = deadline
        self._read_bytes = 0
        self._ahead = b""
        self._busy = self._closed = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """The next piece.

        Raises:
            LocalError: The source failed.
        """
        if self._closed:
            raise LocalError("the body was given up", InvalidInputError("closed"))
        chunk = self._ahead
        if not chunk:
            raise StopAsyncIteration
        await self.advance()
        self._deadline.moved(len(chunk))
        return chunk

    async def advance(self) -> None:
        """Read the piece after the one that is due.

        Raises:
            LocalError: The source failed.
        """
        self._busy = True
        try:
            self._ahead = await self._read()
        except Exception as error:  # noqa: BLE001  (whatever a source raises is its own fault)
            self.failure = LocalError("the body could not be read to its end", error)
            raise self.failure from None
        finally:
            self._busy = False
        if not self._ahead:
            self.finished = True
            self._deadline.renew()

    async def aclose(self) -> None:
        """Give the source up. One that is being read just now ends by the cancelling of who reads it."""
        self._closed = True
        close = getattr(self._chunks, "aclose", None)
        if close is not None and not self._busy:
            await close()

    async def _read(self) -> bytes:
        async for chunk in self._chunks:
            self._read_bytes += len(chunk)
            if self.size is not None and self._read_bytes > self.size:
                raise InvalidInputError(f"it has more than the {self.size} bytes that it said")
            if chunk:
                return chunk
        if self.size is not None and self._read_bytes < self.size:
            raise InvalidInputError(f"it ended after {self._read_bytes} bytes of {self.size}")
        return b""


class Stream:
    """One exchange with a streamed body.

    Attributes:
        data: What goes out.
        headers: The request's, with the size of a streamed body if that is known; without, it goes out chunked.
        deadline: To be entered around the exchange.
    """

    def __init__(self, request: Request) -> None:
        source = request.body
        self._request = request
        self.deadline = Deadline(request.operation.timeout_seconds)
        self.data: bytes | Upload | None
        if source is None or isinstance(source, bytes):
            self.data = source
        else:
            self.data = Upload(source, self.deadline)
        self.headers = _headers_of(request, self.data)

    @classmethod
    async def open(cls, request: Request) -> Stream:
        """Read the beginning of the body, so that one that has none costs no request.

        Args:
            request: Has a source as its body, or a sink, or both.

        Raises:
            InvalidInputError: The source cannot be read.
            ConnectError: Its beginning did not come in time.
        """
        stream = cls(request)
        if isinstance(stream.data, Upload):
            await stream._begin(stream.data)
        return stream

    async def aclose(self) -> None:
        """Give the source up."""
        if isinstance(self.data, Upload):
            await self.data.aclose()

    async def take(self, answer: ClientResponse) -> bytes:
        """Read the answer to its end: a success into the sink, if there is one, and all else into memory."""
        self.deadline.renew()
        operation, sink = self._request.operation, self._request.sink
        is_success, content = answer.status in operation.success, b""
        if sink is None:
            content = await read_whole(answer, operation, operation.max_body_bytes)
        elif is_success:
            await pour(answer, sink, operation.max_body_bytes, self.deadline.moved)
        else:
            content = await read_whole(answer, operation, min(operation.max_body_bytes, MAX_BODY_BYTES))
        if is_success and isinstance(self.data, Upload) and not self.data.finished:
            raise BrokenAnswerError(f"answered {answer.status} before it had the whole body")
        return content  # after an early refusal, aiohttp drops the rest and the connection with it

    def blame(self, error: Exception) -> Exception:
        """The source's failure where that is what broke the exchange; aiohttp says only that it could not send."""
        failure = self.data.failure if isinstance(self.data, Upload) else None
        return error if failure is None else failure

    async def _begin(self, upload: Upload) -> None:
        name, seconds = self._request.operation.name, self._request.operation.timeout_seconds
        try:
            with fail_after(seconds):
                await upload.advance()
        except LocalError as error:
            if isinstance(error.cause, CampaignRegError):
                raise error.cause from None
            raise InvalidInputError(f"{name}: not sent, {error}") from None
        except TimeoutError:
            reason = f"not sent: its body did not begin within {seconds:g} s"
            raise ConnectError(name, reason, retryable=False) from None


def _headers_of(request: Request, data: bytes | Upload | None) -> Mapping[str, str]:
    if not isinstance(data, Upload) or data.size is None:
        return request.headers
    return {**request.headers, "Content-Length": str(data.size)}
