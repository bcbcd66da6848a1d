"""A vendor that answers once too often: no write is taken for acknowledged, and no other campaign for the one asked."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import attrs
import pytest

from campaign_reg import ApiError, DecodeError, OutcomeUnknownError, connect
from campaign_reg.enums import Verb
from campaign_reg.providers.responsys.models import CampaignChanges
from tests.support.stage import _details, _sinch_draft, _update
from tests.support.vendors.rcs_contract import EXAMPLES
from tests.support.wire_server import Received, WireServer, reply
from tests.transport.surplus import MOMENTS, Surplus

pytestmark = pytest.mark.anyio

Documents = Callable[[str], Any]


def said(document: Any, status: int = 200) -> bytes:
    return reply(status, json.dumps(document).encode())


def _sinch(id: str) -> Any:
    return {"campaignRegistrationId": id, "campaignName": id}


def _registration(id: str) -> Any:
    return {"id": id, "status": "IN_QUEUE", "tags": ["#a"]}


def _rcs(id: str) -> Any:
    document = json.loads(json.dumps(EXAMPLES["CampaignDetailRcsPage"]).replace('"sending"', '"paused"', 1))
    document["data"]["id"] = id
    return document


def _renewed(id: str) -> Any:
    document = json.loads(json.dumps(EXAMPLES["CampaignPaused"]).replace('"paused"', '"sending"'))
    document["data"]["id"] = id
    return document


def _responsys(id: str) -> Any:
    return {"id": 1, "name": id, "folderName": "f", "subject": "old"}


def _approval(id: str) -> Any:
    return {"campaignName": id, "approvalStatus": "NEEDS_APPROVAL"}


SINCH = {"project_id": "p", "key_id": "k", "key_secret": "s", "auth": "basic"}
SOURCE = [{"path": "Lists/MEMBERS", "fields": [{"name": "EMAIL_ADDRESS_"}], "type": "PROFILE_LIST"}]


@attrs.frozen(kw_only=True)
class Write:
    """A write that the vendor refuses, and a stale answer that says it is done.

    Attributes:
        read: What is answered to the reading or search before it.
        stale: A success of this very call.
        refusal: The status of the true answer.
    """

    provider: str
    verb: Verb
    target: str | None = None
    params: Any = None
    read: bytes
    stale: bytes
    refusal: int = 400


WRITES = {
    "sinch create": Write(
        provider="sinch",
        verb=Verb.CREATE,
        params=_sinch_draft(1),
        read=said({"campaignRegistrations": []}),
        stale=said({"campaignRegistrationId": "other"}),
    ),
    "sinch resubmit": Write(
        provider="sinch", verb=Verb.RESUBMIT, target="one", read=said(_sinch("one")), stale=said({})
    ),
    "sinch delete": Write(
        provider="sinch", verb=Verb.DELETE, target="one", read=said(_sinch("one")), stale=said({})
    ),
    "sinch-senderid create": Write(
        provider="sinch-senderid",
        verb=Verb.CREATE,
        params={"policy_id": "p", "request_details": _details(1)},
        read=said({"registrations": []}),
        stale=said(_registration("other")),
    ),
    "sinch-senderid update": Write(
        provider="sinch-senderid",
        verb=Verb.UPDATE,
        target="one",
        params={**_update(1), "tags": ["#b"]},
        read=said(_registration("one")),
        stale=said({**_registration("one"), "tags": ["#b"]}),
    ),
    "sinch-senderid delete": Write(
        provider="sinch-senderid",
        verb=Verb.DELETE,
        target="one",
        read=said(_registration("one")),
        stale=said({}),
    ),
    "rcs create": Write(
        provider="rcs",
        verb=Verb.CREATE,
        params={"sender": "acme_agent", "phones": ["12025550123"], "text": "Hello"},
        read=said({"data": [], "meta": {"page": {"total": 0, "offset": 0, "limit": 15}}}),
        stale=said(_renewed("99")),
        refusal=422,
    ),
    "rcs renew": Write(
        provider="rcs",
        verb=Verb.RENEW,
        target="1",
        read=said(_rcs("1")),
        stale=said(_renewed("1")),
        refusal=422,
    ),
    "responsys create": Write(
        provider="responsys",
        verb=Verb.CREATE,
        params={"name": "one", "folder_name": "f", "data_source": SOURCE},
        read=said({"errorCode": "CAMPAIGN_NOT_FOUND", "detail": "none"}, 404),
        stale=said(_responsys("one")),
    ),
    "responsys update": Write(
        provider="responsys",
        verb=Verb.UPDATE,
        target="one",
        params={"subject": "new"},
        read=said(_responsys("one")),
        stale=said({**_responsys("one"), "subject": "new"}),
    ),
    "responsys approve": Write(
        provider="responsys",
        verb=Verb.APPROVE,
        target="one",
        params={"status": "APPROVED"},
        read=said(_approval("one")),
        stale=said({**_approval("one"), "approvalStatus": "APPROVED"}),
    ),
}


async def opened(stack: AsyncExitStack, provider: str, step: Surplus) -> Any:
    """A backend whose vendor answers by the step, with a login of its own where one is needed."""
    server = await stack.enter_async_context(WireServer(step))
    settings: dict[str, Any] = {"base_url": server.origin}
    if provider.startswith("sinch"):
        settings |= SINCH
    elif provider == "rcs":
        settings |= {"api_key": "live_x", "brand": "wwt"}
    else:
        token = {"authToken": "a-token", "issuedAt": 1, "endPoint": server.origin}
        login = await stack.enter_async_context(WireServer(said(token)))
        settings = {"user_name": "u", "password": "a-password", "login_url": login.origin}
        settings["allowed_hosts"] = ("127.0.0.1",)
    return server, await stack.enter_async_context(connect(provider, **settings))


def once(stale: bytes) -> Callable[[Received], bytes | None]:
    """Comes unasked after the first answer to a reading."""
    left = [stale]
    return lambda request: left.pop() if left and request.method == "GET" else None


@pytest.mark.fault(104)
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", WRITES)
async def test_a_refused_write_is_not_acknowledged(name: str, moment: float | None) -> None:
    write = WRITES[name]

    def answer(request: Received) -> bytes:
        if request.target == "/api/auth/login":
            return said({"bearer": "t"})
        if request.method == "GET":
            return write.read
        return said({"title": "no", "errors": [], "error": {"code": 3, "message": "no"}}, write.refusal)

    async with AsyncExitStack() as stack:
        server, backend = await opened(stack, write.provider, Surplus(answer, once(write.stale), moment))
        with pytest.raises(ApiError):
            await backend.perform(write.verb, write.target, write.params)
        written = [
            request
            for request in server.requests
            if request.method != "GET" and request.target != "/api/auth/login"
        ]
        assert len(written) == 1


READS: dict[str, tuple[str, str, Documents]] = {
    "sinch": ("sinch", "get", _sinch),
    "sinch brand": ("sinch", "brands.get", lambda id: {"brandRegistrationId": id}),
    "sinch toll-free": ("sinch", "toll_free.get", lambda id: {"tfnVerificationId": id}),
    "sinch tcr": ("sinch", "get_by_tcr_id", lambda id: {**_sinch("x"), "campaignId": id}),
    "sinch brand tcr": (
        "sinch",
        "brands.get_by_tcr_id",
        lambda id: {"brandRegistrationId": "x", "brandId": id},
    ),
    "sinch feedback": ("sinch", "feedback", lambda id: {"campaignRegistrationId": id}),
    "sinch-senderid": ("sinch-senderid", "get", _registration),
    "sinch-senderid feedback": ("sinch-senderid", "feedback", _registration),
    "sinch-senderid policy": ("sinch-senderid", "policy", lambda id: {"id": id}),
    "rcs": ("rcs", "get", _renewed),
    "rcs detail": ("rcs", "detail", _rcs),
    "responsys": ("responsys", "get", _responsys),
    "responsys approval": ("responsys", "approval", _approval),
    "responsys preview": ("responsys", "preview", lambda id: {"campaignName": id, "preview": []}),
    "responsys schedule": (
        "responsys",
        "get_schedule",
        lambda id: {"id": int(id), "scheduleType": "ONCE", "scheduledTime": "2026-11-22 09:00 AM"},
    ),
}


def _read(backend: Any, path: str, id: str) -> Any:
    for name in path.split("."):
        backend = getattr(backend, name)
    return backend("n", id) if path == "get_schedule" else backend(id)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", READS)
async def test_no_reading_shows_another_campaign(name: str, moment: float | None) -> None:
    provider, path, document = READS[name]
    first, second = "7001", "7002"

    def answer(request: Received) -> bytes:
        if request.target == "/api/auth/login":
            return said({"bearer": "t"})
        return said(document(second if second in request.target else first))

    async with AsyncExitStack() as stack:
        step = Surplus(answer, once(said(document(first))), moment)
        _, backend = await opened(stack, provider, step)
        shown = await _read(backend, path, first)
        others = []
        for _ in range(2):
            with contextlib.suppress(DecodeError):  # it was told apart, and may be asked for again
                others.append(await _read(backend, path, second))
        assert others
        assert path.endswith("feedback") or shown not in others


@pytest.mark.parametrize("name", READS)
async def test_an_answer_about_another_one_is_refused(name: str) -> None:
    provider, path, document = READS[name]

    def answer(request: Received) -> bytes:
        return said({"bearer": "t"} if request.target == "/api/auth/login" else document("7001"))

    async with AsyncExitStack() as stack:
        _, backend = await opened(stack, provider, Surplus(answer, lambda _: None, None))
        await _read(backend, path, "7001")
        with pytest.raises(DecodeError, match="about another"):
            await _read(backend, path, "7002")


@pytest.mark.parametrize(
    ("provider", "write", "document"),
    [
        ("sinch", lambda b: b.brands.upgrade("one"), {"brandRegistrationId": "other"}),
        ("sinch-senderid", lambda b: b.perform("update", "one", {**_update(1), "tags": ["#b"]}), None),
        ("rcs", lambda b: b.perform("renew", "1"), _renewed("2")),
        ("rcs", lambda b: b.stop("1"), _renewed("2")),
        ("responsys", lambda b: b.approve("one"), {**_approval("other"), "approvalStatus": "APPROVED"}),
        (
            "responsys",
            lambda b: b.update("one", CampaignChanges(subject="new")),
            {**_responsys("other"), "subject": "new"},
        ),
        ("responsys", lambda b: b.copy("one", "two"), _responsys("one")),
        ("responsys", lambda b: b.delete_schedule("n", "7"), {"id": 8, "scheduleType": "ONCE"}),
    ],
)
async def test_a_write_answered_about_another_one_is_unknown(
    provider: str, write: Callable[[Any], Any], document: Any
) -> None:
    def answer(request: Received) -> bytes:
        if request.target == "/api/auth/login":
            return said({"bearer": "t"})
        if request.method != "GET":
            return said(document or _registration("other"))
        if provider == "rcs":
            return said(_rcs("1"))
        if provider == "responsys":
            return said(_approval("one") if "approval" in request.target else _responsys("one"))
        return said(_registration("one"))

    async with AsyncExitStack() as stack:
        _, backend = await opened(stack, provider, Surplus(answer, lambda _: None, None))
        with pytest.raises(OutcomeUnknownError, match="about another"):
            await write(backend)
