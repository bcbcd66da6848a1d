"""The body of an answer: read to an end that is certain, within its cap, and unpacked."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from multidict import istr

from campaign_reg.transport.error_mapping import BrokenAnswerError, LocalError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from aiohttp import ClientResponse

    from campaign_reg.wire.message import Sink
    from campaign_reg.wire.operation import Operation

_LENGTH, _ENCODING = istr("Content-Length"), istr("Content-Encoding")  # found faster than plain text
_PIECE_BYTES = 64 * 1024
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_BODILESS = frozenset({204, 304})


async def read_whole(answer: ClientResponse, operation: Operation, cap: int) -> bytes:
    """Read the body into memory, at most `cap` bytes; leaves closing after an error to the caller."""
    _refuse_interim(answer)
    content, headers = answer.content, answer.headers
    body = await content.readany()
    if not content.at_eof():
        blocks, size = [body], len(body)
        while size <= cap and (block := await content.readany()):
            blocks.append(block)
            size += len(block)
        body = b"".join(blocks)
    if len(body) > cap:
        raise _too_large(cap)
    if _LENGTH not in headers and not _is_chunked(headers):
        _refuse_unframed(answer, operation)
    if _ENCODING in headers:
        return _unpack(body, headers[_ENCODING], cap)
    return body


async def pour(answer: ClientResponse, sink: Sink, cap: int, moved: Callable[[int], None]) -> None:
    """Read the body into a sink, at most `cap` bytes; leaves closing after an error to the caller.

    Args:
        answer: Its headers are there.
        sink: Is begun first.
        cap: Of the body as it comes and of what it unpacks to.
        moved: Told of each piece that came, in bytes.
    """
    _refuse_interim(answer)
    length = answer.headers.get(_LENGTH)
    if length is None and not _is_chunked(answer.headers) and answer.status not in _BODILESS:
        raise _may_be_cut()
    if length is not None and int(length) > cap:
        raise _too_large(cap)
    unpacker = Unpacker(answer.headers.get(_ENCODING, ""))
    await _kept(sink.begin())
    came = made = 0
    while block := await answer.content.readany():
        came += len(block)
        moved(len(block))
        if came > cap:  # asked here as well: what is packed may unpack to nothing for ever
            raise _too_large(cap)
        for piece in unpacker.feed(block):
            made += len(piece)
            if made > cap:
                raise _too_large(cap)
            await _kept(sink.write(piece))
    unpacker.finish()


async def _kept(step: Awaitable[None]) -> None:
    try:
        await step
    except Exception as error:  # noqa: BLE001  (a full disk must not look like a fault of the vendor's)
        raise LocalError("the answer came, but could not be kept", error) from None


class Unpacker:
    """Undoes gzip or deflate, a piece of at most 64 KiB at a time.

    Args:
        encoding: Value of `Content-Encoding`.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding.strip().lower()
        self._bits = 0
        self._inflate: zlib._Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes unpack to.

        Raises:
            BrokenAnswerError: They are damaged, or packed in a way that was not asked for.
        """
        if self._encoding in {"", "identity"}:
            yield data
            return
        if self._encoding not in _PACKED:
            raise BrokenAnswerError("the answer has a Content-Encoding that was not asked for")
        try:
            yield from self._inflated(data)
        except zlib.error:
            raise BrokenAnswerError("the compressed answer is damaged") from None

    def finish(self) -> None:
        """Check that nothing is missing.

        Raises:
            BrokenAnswerError: More should have come.
        """
        if self._inflate is not None:
            raise BrokenAnswerError("the compressed answer was cut short")

    def _inflated(self, data: bytes) -> Iterator[bytes]:
        while data or self._inflate is not None:
            if self._inflate is None:  # a body may hold several packed parts in a row
                self._bits = self._bits or _window_bits(self._encoding, data)
                self._inflate = zlib.decompressobj(self._bits)
            piece = self._inflate.decompress(data, _PIECE_BYTES)
            if piece:
                yield piece
            if self._inflate.eof:
                data, self._inflate = self._inflate.unused_data, None
            elif len(piece) < _PIECE_BYTES:
                return  # a full piece may have a rest, even if all input is taken
            else:
                data = self._inflate.unconsumed_tail


def _window_bits(encoding: str, data: bytes) -> int:
    # 47 reads gzip and zlib by their headers; some servers send bare deflate, which has neither.
    return -15 if encoding == "deflate" and data[0] & 0xF != 8 else 47


def _unpack(body: bytes, encoding: str, cap: int) -> bytes:
    unpacker, pieces, size = Unpacker(encoding), [], 0
    for piece in unpacker.feed(body) if body else ():
        pieces.append(piece)
        size += len(piece)
        if size > cap:
            raise _too_large(cap)
    unpacker.finish()
    return b"".join(pieces)


def _too_large(cap: int) -> BrokenAnswerError:
    return BrokenAnswerError(f"the answer is larger than {cap} bytes")


def _may_be_cut() -> BrokenAnswerError:
    return BrokenAnswerError("the answer has no length, so it may have been cut short")


def _refuse_interim(answer: ClientResponse) -> None:
    if answer.status < 200:
        raise BrokenAnswerError(f"answered {answer.status}, which is no answer")


def _is_chunked(headers: Mapping[str, str]) -> bool:
    """Whether the end is marked by itself; `Transfer-Encoding: identity` or `gzip` alone marks none."""
    return headers.get("Transfer-Encoding", "").lower().rpartition(",")[2].strip() == "chunked"


def _refuse_unframed(answer: ClientResponse, operation: Operation) -> None:
    """Refuse a download that says nowhere how long it is: cut short, it would look whole.

    JSON shows by itself whether it is whole; of a refusal or a write, the status is what counts.
    """
    if not operation.safe or answer.status >= 300 or answer.status == 204:
        return
    if "json" not in answer.headers.get("Content-Type", "").lower():
        raise _may_be_cut()
