"""Unpacking, however the pieces fall."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.transport.error_mapping import BrokenAnswerError
from campaign_reg.transport.response_body import Unpacker

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": lambda data: gzip.compress(data[:10]) + gzip.compress(data[10:]),
    "deflate": zlib.compress,
    " Deflate ": lambda data: zlib.compress(data, wbits=-15),
    "identity": bytes,
}
PIECE = 64 * 1024


def unpack(encoding: str, parts: list[bytes]) -> list[bytes]:
    unpacker = Unpacker(encoding)
    pieces = [piece for part in parts for piece in unpacker.feed(part)]
    unpacker.finish()
    return pieces


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(places)]


@given(
    encoding=st.sampled_from(sorted(PACKERS)),
    repeated=st.binary(min_size=1, max_size=200),
    times=st.integers(0, 2000),
    cuts=st.lists(st.integers(0, 1_000_000), max_size=6),
)
def test_unpacking_gives_back_what_was_packed(
    encoding: str, repeated: bytes, times: int, cuts: list[int]
) -> None:
    data = repeated * times
    assert b"".join(unpack(encoding, split(PACKERS[encoding](data), cuts))) == data


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 50 * PIECE])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", " Deflate "])
def test_no_piece_is_large(encoding: str, size: int) -> None:
    pieces = unpack(encoding, [PACKERS[encoding](bytes(size))])
    assert sum(map(len, pieces)) == size
    assert max(map(len, pieces)) <= PIECE


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", " Deflate "])
def test_what_is_cut_anywhere_is_refused(encoding: str) -> None:
    packed = PACKERS[encoding](b"campaign" * 10)
    part_ends = {0}
    if encoding == "x-gzip":
        part_ends.add(
            len(gzip.compress(b"campaignca", mtime=0))
        )  # cut exactly between two parts, it is whole as HTTP goes
    for end in set(range(len(packed))) - part_ends:
        with pytest.raises(BrokenAnswerError, match="cut short"):
            unpack(encoding, [packed[:end]])


@pytest.mark.parametrize("data", [b"\x1f\x8bnot really", gzip.compress(b"x", mtime=0) + b"more"])
def test_what_is_damaged_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenAnswerError, match="damaged"):
        unpack("gzip", [data])


def test_an_encoding_nobody_asked_for_is_refused() -> None:
    with pytest.raises(BrokenAnswerError, match="not asked for"):
        unpack("br", [b"\x0b\x02\x80{}\x03"])
    assert unpack("br", []) == []
