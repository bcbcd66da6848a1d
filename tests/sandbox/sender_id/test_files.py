from __future__ import annotations

import asyncio
import hashlib
import tracemalloc
from typing import TYPE_CHECKING

import aiohttp
import pytest

from campaign_reg.sandbox.sender_id import policies
from campaign_reg.sandbox.sender_id.files import BLOCK_BYTES, StoredFile
from campaign_reg.sandbox.uploads import KEPT_BYTES
from tests.support.vendors.sender_id_client import created, read, upload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio
FORM, FORM_ID = policies.NEEDS_FORM, policies.FORM_ID
BIG_BYTES = 48 * 1024 * 1024
MOST_GROWTH_BYTES = 8 * 1024 * 1024


def path_of(registration_id: str) -> str:
    return f"/registrations/{registration_id}/attachments/{FORM_ID}"


async def pieces(size_bytes: int) -> AsyncIterator[bytes]:
    piece = bytes(range(256)) * 1024
    for start in range(0, size_bytes, len(piece)):
        yield piece[: size_bytes - start]


async def download(api: Api, path: str) -> tuple[int, str]:
    """Read a file piece by piece; returns its length and digest."""
    await api.authorize()
    size_bytes, digest = 0, hashlib.sha256()
    async with api.session.get(api.url + api.project + path, headers=api.headers) as response:
        assert response.content_type == "application/octet-stream"
        announced = response.content_length
        async for piece in response.content.iter_any():
            size_bytes += len(piece)
            digest.update(piece)
    assert announced == size_bytes
    return size_bytes, digest.hexdigest()


@pytest.mark.parametrize("form", [True, False])
@pytest.mark.parametrize("size_bytes", [1, 5000, KEPT_BYTES])
async def test_a_small_file_comes_back_as_it_went(
    sandbox: Sandbox, api: Api, form: bool, size_bytes: int
) -> None:
    content = b"".join([piece async for piece in pieces(size_bytes)])
    registration_id = await created(api, policyId=FORM)
    assert (await upload(api, registration_id, FORM_ID, content, form=form)).status == 200
    assert (await api.call("GET", path_of(registration_id))).status == 404
    sandbox.clock.advance(5)
    assert (await api.call("GET", path_of(registration_id))).body == content
    [file] = (await read(api, registration_id))["attachments"]
    told = (file["fileName"], file["mimeType"])
    raw = ("Third Party Authority Form.bin", "application/octet-stream")
    assert told == (("form.pdf", "application/pdf") if form else raw)


@pytest.mark.parametrize("form", [True, False])
async def test_a_big_upload_is_counted_and_hashed_and_not_held(
    sandbox: Sandbox, api: Api, form: bool
) -> None:
    registration_id = await created(api, policyId=FORM)
    tracemalloc.start()
    try:
        answer = await upload(api, registration_id, FORM_ID, pieces(BIG_BYTES), form=form)
        assert tracemalloc.get_traced_memory()[1] < MOST_GROWTH_BYTES
    finally:
        tracemalloc.stop()
    assert answer.status == 200
    digest = hashlib.sha256(b"".join([piece async for piece in pieces(BIG_BYTES)])).hexdigest()
    noted = sandbox.ledger.entries[-1].params
    assert (noted["size_bytes"], noted["sha256"]) == (BIG_BYTES, digest)
    sandbox.clock.advance(5)
    file = sandbox.senderid.register.by_id[registration_id].files[FORM_ID]
    assert (file.size_bytes, file.uploaded_sha256, file.content) == (BIG_BYTES, digest, None)
    assert await download(api, path_of(registration_id)) == (BIG_BYTES, file.sha256)


async def test_a_big_download_is_made_up_while_it_is_sent(sandbox: Sandbox, api: Api) -> None:
    [registration_id] = sandbox.senderid.seed(1, policy_id=FORM, file_size_bytes=BIG_BYTES)
    await api.authorize()
    tracemalloc.start()
    try:
        told = await download(api, path_of(registration_id))
        assert tracemalloc.get_traced_memory()[1] < MOST_GROWTH_BYTES
    finally:
        tracemalloc.stop()
    assert told == (BIG_BYTES, sandbox.senderid.register.by_id[registration_id].files[FORM_ID].sha256)


async def test_templates_have_the_asked_size(sandbox: Sandbox, api: Api) -> None:
    path = f"/policies/{FORM}/attachments/{FORM_ID}/template"
    for size_bytes in (0, 1, BLOCK_BYTES, BLOCK_BYTES + 1):
        sandbox.senderid.catalogue.template_size_bytes = size_bytes
        assert (await download(api, path))[0] == size_bytes
    assert (await api.call("GET", path)).body.startswith(b"%PDF-1.7")


def test_files_differ_and_repeat() -> None:
    one, two = (StoredFile(name="x", size_bytes=100_000, dice=dice) for dice in (1, 2))
    assert one.sha256 != two.sha256
    assert one.sha256 == hashlib.sha256(b"".join(one.chunks())).hexdigest()
    assert len(b"".join(one.chunks())) == 100_000


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b"no form"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nunnamed\r\n--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nhalf',
        ),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense\r\n\r\n--x--"),
        ("application/json", b"{}"),
        ("application/pdf", b"%PDF"),
    ],
)
async def test_what_is_no_file_is_refused(sandbox: Sandbox, api: Api, content_type: str, body: bytes) -> None:
    registration_id = await created(api, policyId=FORM)
    headers = {"Content-Type": content_type}
    answer = await api.call("POST", path_of(registration_id), data=body, headers=headers)
    assert (answer.status, answer.message) == (400, "Registration validation error")
    assert sandbox.ledger.counts("uploadRegistrationAttachment").total() == 0
    assert (await api.call("GET", f"/registrations/{registration_id}")).status == 200


async def test_how_a_file_comes_can_be_decided(sandbox: Sandbox, api: Api) -> None:
    registration_id = await created(api, policyId=FORM)
    for takes in ("application/octet-stream", "multipart/form-data"):
        sandbox.senderid.calls.takes = (takes,)
        for form in (True, False):
            answer = await upload(api, registration_id, FORM_ID, b"x", form=form)
            assert answer.status == (200 if form == takes.startswith("multipart") else 400)


async def test_a_file_may_be_too_large(sandbox: Sandbox, api: Api) -> None:
    sandbox.senderid.calls.largest_file_bytes = 10
    registration_id = await created(api, policyId=FORM)
    assert (await upload(api, registration_id, FORM_ID, b"x" * 10)).status == 200
    answer = await upload(api, registration_id, FORM_ID, b"x" * 11)
    assert (answer.status, answer.message) == (413, "Document is too large to upload")


async def test_other_parts_of_a_form_are_passed_over(sandbox: Sandbox, api: Api) -> None:
    registration_id = await created(api, policyId=FORM)
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("documentType", "Passport")
    data.add_field("file", b"form", filename="../evil é.pdf", content_type="application/pdf")
    data.add_field("last", "x" * 300_000)
    assert (await api.call("POST", path_of(registration_id), data=data)).status == 200
    [file] = (await read(api, registration_id))["attachments"]
    assert file["fileName"] == "../evil é.pdf"
    assert sandbox.ledger.entries[-1].params["size_bytes"] == 4


@pytest.mark.parametrize("size_bytes", [5000, 5_000_000])
async def test_a_download_may_break_off(sandbox: Sandbox, api: Api, size_bytes: int) -> None:
    [registration_id] = sandbox.senderid.seed(1, policy_id=FORM, file_size_bytes=size_bytes)
    sandbox.faults.add("truncated_body", "downloadRegistrationAttachment")
    with pytest.raises(aiohttp.ClientPayloadError):
        await download(api, path_of(registration_id))
    assert (await download(api, path_of(registration_id)))[0] == size_bytes


async def test_an_upload_that_breaks_off_is_not_applied(sandbox: Sandbox, api: Api) -> None:
    registration_id = await created(api, policyId=FORM)
    await api.authorize()
    _, writer = await asyncio.open_connection("127.0.0.1", int(api.url.rpartition(":")[2]))
    head = [f"POST {api.project}{path_of(registration_id)} HTTP/1.1", "Host: x", "Content-Length: 100"]
    head += ["Content-Type: application/octet-stream", f"Authorization: {api.headers['Authorization']}"]
    writer.write("\r\n".join([*head, "", "half"]).encode())
    await writer.drain()
    writer.transport.abort()
    await asyncio.sleep(0.05)
    assert not (await read(api, registration_id))["attachments"]
    assert sandbox.ledger.counts("uploadRegistrationAttachment").total() == 0
