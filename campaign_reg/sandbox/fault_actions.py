"""Fault actions that every vendor has; `faults.py` chooses from them and from the vendors' own.

An action gets the scene of one call and returns a reply of its own, a response
that was sent already, or None when nothing more can be sent. Its keyword-only
parameters are the options that a rule may carry.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import zlib
from typing import TYPE_CHECKING, Any

from aiohttp import web

from campaign_reg.sandbox.exchange import Reply
from campaign_reg.sandbox.scene import with_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from campaign_reg.sandbox.exchange import Action, Outcome
    from campaign_reg.sandbox.scene import Scene

MEGABYTE = 1024 * 1024
UNSEEN = {"status": "PENDING_CARRIER_AUDIT", "lastActionStatus": "RESUBMIT_UNDER_AUDIT"}


def slow(scene: Scene, *, delay_seconds: float = 1.0) -> None:
    """Answer late, by real time; the call itself is carried out at once."""
    scene.delay_seconds += delay_seconds


def lagging_reads(scene: Scene, *, lag_seconds: float = 5.0) -> None:
    """Read from a replica that shows the state some virtual seconds ago."""
    scene.call.lag_seconds = lag_seconds


async def drop_before(scene: Scene) -> Outcome:
    """Reset the connection; nothing is applied."""
    scene.cut()
    return None


async def drop_after(scene: Scene) -> Outcome:
    """Apply, then reset the connection without a byte of an answer."""
    scene.answer()
    scene.cut()
    return None


async def half_close(scene: Scene, *, applied: bool = True, hold_seconds: float = 5.0) -> Outcome:
    """Close our half of the connection instead of answering, and leave the other half open."""
    if applied:
        scene.answer()
    transport = scene.request.transport
    if transport is None:
        return None
    transport.write_eof()
    # There is not an event to wait for: a peer's close shows in the transport only.
    for _ in range(round(hold_seconds / 0.02)):
        if scene.request.transport is None or transport.is_closing():
            break
        await asyncio.sleep(0.02)
    scene.cut()
    return None


async def late_apply(scene: Scene, *, delay_seconds: float = 5.0) -> Outcome:
    """Reset the connection now and apply after some virtual seconds."""
    scene.answer_later(delay_seconds)
    scene.cut()
    return None


async def status_429(scene: Scene, *, retry_after: float | str | None = 1, applied: bool = False) -> Outcome:
    """Refuse as over the limit; `retry_after` goes into the header as it is given.

    At a vendor whose 429 means a duplicate, the call may have been `applied` all the same.
    """
    if applied:
        scene.answer()
    return scene.refuse(429) if retry_after is None else scene.refuse(429, Retry_After=str(retry_after))


async def status_500(scene: Scene, *, applied: bool = False) -> Outcome:
    """Fail inside, having applied the call or not."""
    if applied:
        scene.answer()
    return scene.refuse(500)


async def status_503_unapplied(scene: Scene, *, retry_after: float | str | None = None) -> Outcome:
    """Be unavailable; nothing is applied, and the answer does not say so."""
    return scene.refuse(503) if retry_after is None else scene.refuse(503, Retry_After=str(retry_after))


async def status_503_applied(scene: Scene, *, retry_after: float | str | None = None) -> Outcome:
    """Apply, and claim to be unavailable."""
    scene.answer()
    return await status_503_unapplied(scene, retry_after=retry_after)


async def html_502(scene: Scene, *, applied: bool = False) -> Outcome:
    """Answer as a proxy in front of the vendor would."""
    if applied:
        scene.answer()
    page = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    return Reply(502, page, content_type="text/html")


async def expired_token(scene: Scene) -> Outcome:
    """Refuse the token as expired, whatever it is; a rule with a chance spares tokens that are new."""
    challenge = 'Bearer error="invalid_token", error_description="The token expired"'
    return scene.refuse(401, WWW_Authenticate=challenge)


async def unauthorized(scene: Scene) -> Outcome:
    """Refuse the credentials for good."""
    challenge = 'Bearer error="invalid_token", error_description="The token is not valid"'
    return scene.refuse(401, WWW_Authenticate=challenge)


async def unseen_enum(scene: Scene, *, member: str | None = None, value: str | None = None) -> Outcome:
    """Answer with an enum value that no contract knows, in each campaign of the answer."""
    reply = scene.answer()
    member = member or scene.vendor.traits.status
    document = reply.document
    for campaign in _items(scene, document):
        if member in campaign:
            campaign[member] = value or UNSEEN.get(member, "NEVER_SEEN_BEFORE")
    return with_document(reply, document)


def _items(scene: Scene, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The campaigns of an answer, be it a listing or one of them."""
    found = next((document[name] for name in scene.vendor.traits.items if name in document), document)
    return found if isinstance(found, list) else [found]


async def repeat_page_token(scene: Scene) -> Outcome:
    """Hand the caller's page token back as the next one."""
    reply = scene.answer()
    document = reply.document
    token = scene.request.rel_url.query.get("pageToken")
    if token and "nextPageToken" in document:
        document["nextPageToken"] = token
    return with_document(reply, document)


async def empty_page(scene: Scene) -> Outcome:
    """Answer a page without campaigns, whose token leads on to the page that was asked for."""
    reply = scene.answer()
    document = reply.document
    if "nextPageToken" in document:
        for member in scene.vendor.traits.items:
            if member in document:
                document[member] = []
        document["nextPageToken"] = scene.vendor.page_token_again(scene.call)
    return with_document(reply, document)


async def malformed_json(scene: Scene) -> Outcome:
    """Answer with JSON that breaks off and goes on as something else."""
    reply = scene.answer()
    reply.body = reply.body[: len(reply.body) // 2] + b",]"
    return reply


async def truncated_body(scene: Scene) -> Outcome:
    """Announce the whole body, send half of it and close."""
    reply = scene.answer()
    transport = scene.request.transport
    if transport is not None:
        if reply.chunks is None:
            length, sent = len(reply.body) + 1, reply.body[: (len(reply.body) + 1) // 2]
        else:
            length, sent = int(reply.headers["Content-Length"]), next(reply.chunks)
        transport.write(_head(scene, reply, length) + sent)
        transport.close()
    return None


async def empty_body(scene: Scene) -> Outcome:
    """Apply, and answer with success and nothing else."""
    reply = scene.answer()
    reply.body = b""
    return reply


async def wrong_type(scene: Scene, *, member: str | None = None, value: Any = 17) -> Outcome:
    """Answer with a member of the wrong JSON type, or a list where no member is."""
    reply = scene.answer()
    member = member or scene.vendor.traits.status
    document = reply.document
    if not document:
        return with_document(reply, [])
    for campaign in _items(scene, document):
        campaign[member if member in campaign else next(iter(campaign))] = value
    return with_document(reply, document)


async def redirect(
    scene: Scene, *, location: str = "https://elsewhere.example/", status: int = 307
) -> Outcome:
    """Send the caller elsewhere; nothing is applied."""
    return Reply(status, b"", {"Location": location})


async def huge_body(scene: Scene, *, size_bytes: int = 64 * MEGABYTE) -> Outcome:
    """Apply, and answer with valid JSON of at least that size."""
    reply = scene.answer()
    return await _stream(scene, reply, _padded(reply.body, size_bytes), {})


async def gzip_bomb(scene: Scene, *, size_bytes: int = 256 * MEGABYTE) -> Outcome:
    """Apply, and answer with little that unpacks to much: valid JSON after a sea of blanks."""
    reply = scene.answer()
    packer = zlib.compressobj(wbits=31)
    tail = packer.compress(reply.body)
    blanks = _gzip_blanks(size_bytes)
    # A gzip file may have several members; the blanks are packed only once per size.
    chunks = iter((blanks, tail + packer.flush()))
    return await _stream(scene, reply, chunks, {"Content-Encoding": "gzip"})


async def acknowledge_unapplied(scene: Scene) -> Outcome:
    """Answer with success, and apply nothing: a vendor that loses what it took."""
    return scene.vendor.refuse(scene.call) or Reply(200)


async def not_json_200(scene: Scene) -> Outcome:
    """Apply, and answer 200 with a page for people."""
    scene.answer()
    return Reply(200, b"<html><body>Scheduled maintenance</body></html>", content_type="text/html")


def _head(scene: Scene, reply: Reply, length: int) -> bytes:
    lines = [
        f"HTTP/1.1 {reply.status} OK",
        f"Date: {scene.clock.http_date(scene.call.at)}",
        f"Content-Type: {reply.content_type}",
        f"Content-Length: {length}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _padded(body: bytes, size_bytes: int) -> Iterator[bytes]:
    blanks = b" " * min(MEGABYTE, size_bytes)
    for _ in range(-(-size_bytes // max(1, len(blanks)))):
        yield blanks
    yield body


@functools.lru_cache(maxsize=2)
def _gzip_blanks(size_bytes: int) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return b"".join(packer.compress(blanks) for blanks in _padded(b"", size_bytes)) + packer.flush()


async def _stream(
    scene: Scene, reply: Reply, chunks: Iterator[bytes], headers: dict[str, str]
) -> web.StreamResponse:
    dated = {"Date": scene.clock.http_date(scene.call.at), **headers}
    response = web.StreamResponse(status=reply.status, headers=dated)
    response.content_type = reply.content_type
    await response.prepare(scene.request)
    with contextlib.suppress(
        ConnectionError
    ):  # who caps what it takes hangs up, which is no fault of the server's
        for chunk in chunks:
            await response.write(chunk)
        await response.write_eof()
    return response


MODIFIERS: dict[str, Callable[..., None]] = {
    modifier.__name__: modifier for modifier in (slow, lagging_reads)
}
ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        drop_before,
        drop_after,
        half_close,
        late_apply,
        status_429,
        status_500,
        status_503_unapplied,
        status_503_applied,
        html_502,
        expired_token,
        unauthorized,
        unseen_enum,
        repeat_page_token,
        empty_page,
        malformed_json,
        truncated_body,
        empty_body,
        wrong_type,
        redirect,
        huge_body,
        gzip_bomb,
        not_json_200,
        acknowledge_unapplied,
    )
}
