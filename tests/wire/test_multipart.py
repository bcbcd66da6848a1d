"""Forms with a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import attrs
import pytest

from campaign_reg.errors import InvalidInputError
from campaign_reg.wire.multipart import MultipartSource

BOUNDARY = "0123456789abcdef0123456789abcdef"


@attrs.define
class Content:
    pieces: list[bytes]
    size: int | None = None
    closed: int = 0

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            for piece in self.pieces:
                yield piece
        finally:
            self.closed += 1


def whole(source: MultipartSource) -> bytes:
    async def read() -> bytes:
        return b"".join([chunk async for chunk in source.chunks()])

    return asyncio.run(read())


def form(file: Content | None = None, **changes: Any) -> MultipartSource:
    content = Content([b"%PDF", b"-1.7"], size=8) if file is None else file
    return MultipartSource(content, **{"file_name": "contract.pdf", "boundary": BOUNDARY, **changes})


def parts(source: MultipartSource) -> list[Message[str, str]]:
    head = f"Content-Type: {source.content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + whole(source))
    assert message.is_multipart()
    return list(message.iter_parts())


def test_the_bytes_are_these() -> None:
    source = form(texts={"documentType": "Passport"}, media_type="application/pdf")
    assert whole(source) == (
        b"--0123456789abcdef0123456789abcdef\r\n"
        b'Content-Disposition: form-data; name="documentType"\r\n\r\n'
        b"Passport\r\n"
        b"--0123456789abcdef0123456789abcdef\r\n"
        b'Content-Disposition: form-data; name="file"; filename="contract.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n"
        b"%PDF-1.7"
        b"\r\n--0123456789abcdef0123456789abcdef--\r\n"
    )
    assert source.size == len(whole(source))


def test_a_parser_reads_it() -> None:
    content = bytes(range(256)) + b"\r\n--\r\n--0123"
    text, file = parts(
        form(Content([content], len(content)), texts={"note": "Grüße\r\nzwei"}, field="upload")
    )
    assert text.get_payload(decode=True) == "Grüße\r\nzwei".encode()
    assert file.get_payload(decode=True) == content
    assert file.get_param("name", header="content-disposition") == "upload"
    assert file.get_content_type() == "application/octet-stream"


def test_names_go_out_as_utf_8() -> None:
    assert 'filename="договор 1.pdf"\r\n'.encode() in whole(form(file_name="договор 1.pdf"))


def test_a_file_of_unknown_size_makes_a_form_of_unknown_size() -> None:
    source = form(Content([b"a"]))
    assert source.size is None
    assert whole(source) == whole(source), "it can be sent again"


@pytest.mark.fault(78)
@pytest.mark.parametrize(
    "name",
    [
        "",
        "a\r\nX-Y: z",
        "a\nb",
        "a\rb",
        "a\0b",
        'a"; name="b',
        "a\\",
        "../x",
        "a/b",
        "a\x85b",
        "a\u2028b",
        "\ud800",
    ],
)
@pytest.mark.parametrize("where", ["file_name", "field", "texts"])
def test_a_name_that_could_end_its_line_is_refused(where: str, name: str) -> None:
    changes: dict[str, Any] = {where: {name: "x"} if where == "texts" else name}
    with pytest.raises(InvalidInputError):
        form(**changes)


@pytest.mark.fault(78)
@pytest.mark.parametrize(
    "changes",
    [
        {"media_type": "application/pdf\r\nX: y"},
        {"media_type": "pdf"},
        {"media_type": ""},
        {"boundary": "short"},
        {"boundary": "x" * 71},
        {"boundary": BOUNDARY + "\r\n"},
        {"boundary": BOUNDARY + '"'},
        {"texts": {"note": f"x\r\n--{BOUNDARY}--"}},
        {"texts": {"note": "\ud800"}},
    ],
)
def test_what_would_break_the_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        form(**changes)


@pytest.mark.parametrize("media_type", ["text/plain; charset=utf-8", "application/vnd.api+json", "image/png"])
def test_media_types_as_vendors_use_them(media_type: str) -> None:
    assert f"Content-Type: {media_type}\r\n".encode() in whole(form(media_type=media_type))


def test_given_up_it_closes_the_file() -> None:
    content = Content([b"a", b"b"], 2)

    async def give_up() -> None:
        chunks = form(content).chunks()
        for _ in range(2):
            await anext(chunks)
        await chunks.aclose()  # type: ignore[attr-defined]
        assert content.closed == 1

    asyncio.run(give_up())
