"""Policies, markets, files up and down, and the callbacks' secret, over real sockets."""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
import tracemalloc
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any

import aiohttp
import attrs
import pytest
import trustme

from campaign_reg import connect
from campaign_reg.errors import (
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    TransportError,
)
from campaign_reg.providers.sinch.config import SenderIdConfig
from campaign_reg.sandbox.sender_id.policies import FORM_ID, LONG_NUMBER, MULTI, NEEDS_FORM
from tests.support.vendors.sender_id_backend import NOBODY, basic, by_the_contract, calls, draft, last
from tests.support.wire_server import Connection, Received, WireServer, reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from campaign_reg.providers.sinch.sender_id.backend import SenderIdBackend
    from campaign_reg.sandbox import Sandbox
    from tests.support.shared_clock import SharedClock

__all__ = ["by_the_contract"]

pytestmark = pytest.mark.anyio

PIECE = bytes(range(256)) * 256


@attrs.define
class Pieces:
    """A body that is made while it is sent."""

    count: int
    size: int | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        for _ in range(self.count):
            yield PIECE


@pytest.fixture
async def waiting(senders: SenderIdBackend) -> str:
    """A registration whose form is missing."""
    return (await senders.create(draft(policy_id=NEEDS_FORM))).target


class TestRules:
    async def test_a_policy_as_the_vendor_holds_it(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        policy = await senders.policy(NEEDS_FORM)
        raw = json.loads(last(sandbox, "getPolicy").response_body)
        out = senders.converter.unstructure(policy)
        assert {name: out[name] for name in raw if name not in {"jsonPolicy", "attachments"}} == {
            name: raw[name] for name in raw if name not in {"jsonPolicy", "attachments"}
        }
        [form] = [item for item in policy.attachments if item.mandatory]
        assert (form.id, form.template) == (FORM_ID, True)
        with pytest.raises(NotFoundError, match="Policy not found"):
            await senders.policy("none")

    async def test_markets(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        assert {market.market_code for market in await senders.markets()} >= {"AU", "GB"}
        [market] = await senders.markets(market_code="GB", language="es")
        assert market.market_name == "Reino Unido"
        assert await senders.markets(market_code="ZZ") == ()
        assert last(sandbox, "listAvailableMarkets").target.partition("?")[2] == (
            "marketCode=ZZ&registrationType=ALPHANUMERIC_SENDER_ID"
        )

    async def test_the_questions_lead_to_policies(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        versions = [version async for version in senders.market_versions(page_size=1)]
        assert len(versions) == len({version.id for version in versions}) > 1
        assert calls(sandbox).count("listMarketVersions") == len(versions)
        known = {policy for version in versions for _, policy in version.policy_ids()}
        assert MULTI in known
        for policy in known:
            assert (await senders.policy(policy)).id == policy
        active = [version async for version in senders.market_versions(active_policies=True)]
        assert {policy for version in active for _, policy in version.policy_ids()} < known
        numbers = [
            v async for v in senders.market_versions(registration_type="LONG_NUMBER", market_code="AU")
        ]
        assert "activePolicies" not in last(sandbox, "listMarketVersions").target
        assert {p for v in numbers for _, p in v.policy_ids()} <= {LONG_NUMBER}

    @pytest.mark.parametrize("arguments", [{"market_code": "au"}, {"page_size": 0}])
    async def test_filters_are_checked(self, senders: SenderIdBackend, arguments: dict[str, Any]) -> None:
        with pytest.raises(InvalidInputError):
            senders.market_versions(**arguments)


class TestUpload:
    @pytest.mark.parametrize("body", ["multipart", "raw"])
    @pytest.mark.parametrize("size", [0, 1, 200_000])
    async def test_a_file_arrives_as_it_is(
        self, sandbox: Sandbox, clock: SharedClock, tmp_path: Path, body: str, size: int
    ) -> None:
        content = (PIECE * 4)[:size]
        path = tmp_path / "authority form.pdf"
        path.write_bytes(content)
        settings: dict[str, Any] = {**sandbox.settings("sinch-senderid"), "upload_body": body}
        async with connect(SenderIdConfig(**settings), clock=clock) as senders:
            id = (await senders.create(draft(policy_id=NEEDS_FORM))).target
            await senders.upload_attachment(id, FORM_ID, path)
        [entry] = [
            item for item in sandbox.ledger.entries if item.operation == "uploadRegistrationAttachment"
        ]
        assert entry.params["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry.params["size_bytes"] == size
        assert entry.params["fileName"] == ("authority form.pdf" if body == "multipart" else None)
        media_type = sandbox.senderid.registrations[id]["attachments"][0]["mimeType"]
        assert media_type == ("application/pdf" if body == "multipart" else "application/octet-stream")

    async def test_what_is_missing_then_gets_under_way(
        self, senders: SenderIdBackend, sandbox: Sandbox, waiting: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "form"
        path.write_bytes(b"%PDF-1.7")
        await senders.upload_attachment(waiting, FORM_ID, path, file_name="form.pdf")
        assert (await senders.get(waiting)).attachments[0].upload_status == "WAITING"
        sandbox.clock.advance(100)
        made = await senders.get(waiting)
        assert (made.attachments[0].upload_status, made.status) == ("COMPLETED", "APPROVED")
        assert made.attachments[0].file_name == "form.pdf"

    async def test_a_body_made_while_it_is_sent(
        self, senders: SenderIdBackend, sandbox: Sandbox, waiting: str
    ) -> None:
        source = Pieces(5, size=5 * len(PIECE))
        await senders.upload_attachment(
            waiting, FORM_ID, source, file_name="form.bin", media_type="application/pdf"
        )
        assert sandbox.ledger.entries[-1].params["sha256"] == hashlib.sha256(PIECE * 5).hexdigest()
        with pytest.raises(InvalidInputError, match="file_name is needed"):
            await senders.upload_attachment(waiting, FORM_ID, source)

    async def test_the_form_has_one_part_called_file(self, clock: SharedClock, tmp_path: Path) -> None:
        path = tmp_path / "authority_form.pdf"
        path.write_bytes(b"%PDF-1.7\r\n--half")
        async with WireServer(reply(200, b"")) as server, basic(server, clock) as senders:
            await senders.upload_attachment(NOBODY, FORM_ID, path)
        [request] = server.requests
        assert (request.method, request.target) == (
            "POST",
            f"/v1/projects/p/registrations/{NOBODY}/attachments/{FORM_ID}",
        )
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        form = BytesParser(policy=HTTP).parsebytes(head + request.body)
        [part] = form.iter_parts()
        assert part.get_param("name", header="Content-Disposition") == "file"
        assert (part.get_filename(), part.get_content_type()) == ("authority_form.pdf", "application/pdf")
        assert part.get_payload(decode=True) == path.read_bytes()

    @pytest.mark.fault(49)
    async def test_a_large_one_does_not_grow_memory(
        self, senders: SenderIdBackend, sandbox: Sandbox, waiting: str
    ) -> None:
        count = 24 * 1024 * 1024 // len(PIECE)
        tracemalloc.start()
        try:
            await senders.upload_attachment(waiting, FORM_ID, Pieces(count), file_name="form.pdf")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert sandbox.ledger.entries[-1].params["size_bytes"] == count * len(PIECE)
        assert peak < 8 * 1024 * 1024

    @pytest.mark.fault(78)
    async def test_names_that_cannot_be_sent(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        for name in ('a"b.pdf', "a\r\nX-Injected: 1", "a\nb", "../x.pdf", "a\\b", "\ud800", "a\x00b"):
            with pytest.raises(InvalidInputError):
                await senders.upload_attachment(NOBODY, FORM_ID, Pieces(1), file_name=name)
        assert sandbox.exchanges == []

    async def test_what_is_no_file(self, senders: SenderIdBackend, sandbox: Sandbox, tmp_path: Path) -> None:
        for source in (tmp_path, tmp_path / "missing"):
            with pytest.raises(InvalidInputError):
                await senders.upload_attachment(NOBODY, FORM_ID, source)
        for id, attachment_id in (("..", FORM_ID), (NOBODY, ".."), (NOBODY, "")):
            with pytest.raises(InvalidInputError):
                await senders.upload_attachment(id, attachment_id, Pieces(1), file_name="a")
        assert sandbox.exchanges == []

    async def test_refusals(self, senders: SenderIdBackend, sandbox: Sandbox, waiting: str) -> None:
        [approved] = sandbox.senderid.seed(1, status="APPROVED", policy_id=NEEDS_FORM)
        with pytest.raises(InvalidRequestError, match="status is not valid for including attachments"):
            await senders.upload_attachment(approved, FORM_ID, Pieces(1), file_name="a")
        with pytest.raises(NotFoundError):
            await senders.upload_attachment(waiting, "none", Pieces(1), file_name="a")
        sandbox.senderid.calls.largest_file_bytes = 10
        with pytest.raises(InvalidRequestError, match="answered 413"):
            await senders.upload_attachment(waiting, FORM_ID, Pieces(1), file_name="a")

    @pytest.mark.parametrize("fault", ["drop_before", "drop_after", "status_500"])
    async def test_a_lost_answer_is_never_tried_again(
        self, senders: SenderIdBackend, sandbox: Sandbox, waiting: str, fault: str
    ) -> None:
        sandbox.faults.add(fault, "uploadRegistrationAttachment")
        with pytest.raises(OutcomeUnknownError):
            await senders.upload_attachment(waiting, FORM_ID, Pieces(1), file_name="a")
        assert calls(sandbox).count("uploadRegistrationAttachment") == 1


class TestDownload:
    async def test_a_file_as_the_vendor_holds_it(
        self, senders: SenderIdBackend, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        [id] = sandbox.senderid.seed(1, policy_id=NEEDS_FORM, file_size_bytes=300_000)
        path = await senders.download_attachment(id, FORM_ID, tmp_path)
        assert path == tmp_path / f"{id}-{FORM_ID}"
        file = sandbox.senderid.register.by_id[id].files[FORM_ID]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
        named = await senders.download_attachment(id, FORM_ID, tmp_path, name="form.pdf")
        assert named == tmp_path / "form.pdf"
        assert sorted(item.name for item in tmp_path.iterdir()) == sorted([path.name, "form.pdf"])

    async def test_a_template(self, senders: SenderIdBackend, sandbox: Sandbox, tmp_path: Path) -> None:
        path = await senders.download_template(NEEDS_FORM, FORM_ID, tmp_path)
        assert path.read_bytes().startswith(b"%PDF")
        target = last(sandbox, "downloadPolicyTemplate").target
        assert target.endswith(f"/policies/{NEEDS_FORM}/attachments/{FORM_ID}/template")
        with pytest.raises(NotFoundError, match="template not found"):
            await senders.download_template("none", FORM_ID, tmp_path)

    async def test_a_template_somewhere_else(self, clock: SharedClock, tmp_path: Path) -> None:
        setting = "forms/{policy_id}/{attachment_id}/template"
        async with WireServer(reply(200, b"x", Content_Type="application/pdf")) as server:
            async with basic(server, clock, template_path=setting) as senders:
                await senders.download_template("p/1", "a 1", tmp_path, name="form")
        assert server.requests[0].target == "/v1/projects/p/forms/p%2F1/a%201/template"

    @pytest.mark.fault(49)
    async def test_a_large_one_does_not_grow_memory(
        self, senders: SenderIdBackend, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        size = 24 * 1024 * 1024
        [id] = sandbox.senderid.seed(1, policy_id=NEEDS_FORM, file_size_bytes=size)
        tracemalloc.start()
        try:
            path = await senders.download_attachment(id, FORM_ID, tmp_path)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert path.stat().st_size == size
        assert peak < 8 * 1024 * 1024

    @pytest.mark.fault(77)
    async def test_what_the_vendor_calls_it_decides_nothing(self, clock: SharedClock, tmp_path: Path) -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        answer = reply(
            200,
            b"content",
            Content_Type="application/octet-stream",
            Content_Disposition="attachment; filename=\"../../escaped\"; filename*=UTF-8''%2Fetc%2Fescaped",
        )
        async with WireServer(answer) as server, basic(server, clock) as senders:
            path = await senders.download_attachment(NOBODY, FORM_ID, folder)
        assert path.parent == folder
        assert [item.name for item in tmp_path.rglob("*")] == ["in", path.name]

    @pytest.mark.fault(77)
    async def test_names_that_leave_the_folder(
        self, senders: SenderIdBackend, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        for name in ("../x", "/etc/x", "a/b", "..", ".", " ", "a\\b", "C:x", "a\x00b", "NUL"):
            for download in (senders.download_attachment, senders.download_template):
                with pytest.raises(InvalidInputError):
                    await download(NOBODY, FORM_ID, tmp_path, name=name)
        with pytest.raises(InvalidInputError):
            await senders.download_attachment("../x", FORM_ID, tmp_path)
        assert sandbox.exchanges == []
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.fault(77)
    async def test_a_link_or_file_that_waits_there_is_not_written_through(
        self, senders: SenderIdBackend, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        [id] = sandbox.senderid.seed(1, policy_id=NEEDS_FORM)
        outside = tmp_path / "outside"
        outside.write_bytes(b"mine")
        folder = tmp_path / "in"
        folder.mkdir()
        (folder / "link").symlink_to(outside)
        with pytest.raises(InvalidInputError, match="is there already"):
            await senders.download_attachment(id, FORM_ID, folder, name="link")
        assert calls(sandbox) == []
        await senders.download_attachment(id, FORM_ID, folder, name="link", overwrite=True)
        assert outside.read_bytes() == b"mine"
        assert not (folder / "link").is_symlink()

    async def test_a_refusal_leaves_nothing(
        self, senders: SenderIdBackend, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        with pytest.raises(NotFoundError, match="registration/document not found"):
            await senders.download_attachment(NOBODY, FORM_ID, tmp_path)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.fault(12)
    @pytest.mark.parametrize("framing", ["Content-Length: 1000", "Transfer-Encoding: chunked", "X-None: 1"])
    async def test_a_tls_cut_is_an_error_and_leaves_nothing(
        self, clock: SharedClock, framing: str, tmp_path: Path
    ) -> None:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        async with WireServer(cut_after(framing), tls=context) as server:
            async with trusting(authority, server, clock) as senders:
                with pytest.raises(TransportError):
                    await senders.download_attachment(NOBODY, FORM_ID, tmp_path)
        assert server.requests
        assert list(tmp_path.iterdir()) == []


def cut_after(framing: str) -> Callable[[Connection, Received], Any]:
    async def cut(connection: Connection, _: Received) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n{framing}\r\n\r\n"
        size = "3e8\r\n" if "chunked" in framing else ""
        await connection.write((head + size + "%PDF-1.7 half of it").encode())
        await asyncio.sleep(0.02)
        connection.writer.transport.abort()

    return cut


def trusting(authority: trustme.CA, server: WireServer, clock: SharedClock) -> Any:
    """A connection that knows the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    connector = aiohttp.TCPConnector(ssl=context)
    config = SenderIdConfig(
        project_id="p",
        key_id="k",
        key_secret="s",
        auth="basic",
        base_url=server.origin,
    )
    return connect(config, connector=connector, clock=clock)


class TestCallbackConfiguration:
    async def test_the_secret_is_read_and_changed(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        configuration = await senders.callback_configuration()
        assert (configuration.project_id, configuration.hmac_secret) == (
            senders.account,
            sandbox.senderid.secret,
        )
        changed = await senders.update_callback_configuration("canary-new-secret")
        assert sandbox.senderid.secret == changed.hmac_secret == "canary-new-secret"
        assert "canary" not in repr(changed)

    async def test_what_is_no_secret(self, senders: SenderIdBackend, sandbox: Sandbox) -> None:
        for secret in ("", " ", "a b", "a\n", "é", "\x00"):
            with pytest.raises(InvalidInputError):
                await senders.update_callback_configuration(secret)
        assert sandbox.exchanges == []

    @pytest.mark.fault(80)
    @pytest.mark.parametrize("spelling", [b'canary"secret', b'canary\\"secret'])
    async def test_a_refusal_that_repeats_the_secret(self, clock: SharedClock, spelling: bytes) -> None:
        words = b"bad " + spelling if b"\\" in spelling else b"bad " + spelling.replace(b'"', b'\\"')
        body = b'{"error": {"code": 400, "message": "%b", "status": "INVALID_ARGUMENT"}}' % words
        for answer in (body, b"<p>%b</p>" % spelling):
            async with WireServer(reply(400, answer)) as server, basic(server, clock) as senders:
                with pytest.raises(InvalidRequestError) as caught:
                    await senders.update_callback_configuration('canary"secret')
            assert "canary" not in str(caught.value)
            assert "canary" not in repr(caught.value.__dict__)

    async def test_a_lost_answer_is_never_tried_again(
        self, senders: SenderIdBackend, sandbox: Sandbox
    ) -> None:
        sandbox.faults.add("drop_after", "updateCallbackConfiguration")
        with pytest.raises(OutcomeUnknownError) as caught:
            await senders.update_callback_configuration("canary-new-secret")
        assert "canary" not in str(caught.value)
        assert calls(sandbox) == ["updateCallbackConfiguration"]
