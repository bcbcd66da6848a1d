"""Answers about something else than was asked, over a raw socket: nothing is taken for done that was not shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from campaign_reg import DecodeError, OutcomeUnknownError, RcsConfig, ResponsysConfig, SinchConfig, connect
from campaign_reg.enums import Verb
from tests.support.wire_server import WireServer, reply

pytestmark = pytest.mark.anyio

RCS_LOGIN = reply(body=b'{"bearer":"t"}')
NOTHING = reply(body=b'{"data":[]}')
NOT_FOUND = {"type": "", "title": "none", "errorCode": "CAMPAIGN_NOT_FOUND", "detail": "none"}


def said(document: Any, status: int = 200, **headers: str) -> bytes:
    return reply(status, json.dumps(document).encode(), **headers)


def rcs(server: WireServer) -> Any:
    return connect(RcsConfig(api_key="live_x", brand="bsg", base_url=server.origin))


def responsys(login: WireServer) -> Any:
    settings: dict[str, Any] = {"login_url": login.origin, "allowed_hosts": ("127.0.0.1",)}
    return connect(ResponsysConfig(user_name="u", password="a-password", **settings))


def opened(api: WireServer) -> bytes:
    return said({"authToken": "a-token", "issuedAt": 1, "endPoint": api.origin})


async def test_an_empty_list_in_place_of_a_created_campaign_proves_nothing() -> None:
    none_yet = said({"data": [], "meta": {"page": {"total": 0, "offset": 0, "limit": 15}}})
    draft = {"sender": "acme_agent", "phones": ["12025550123"], "text": "Hello"}
    async with WireServer(RCS_LOGIN, none_yet, NOTHING) as server, rcs(server) as backend:
        with pytest.raises(OutcomeUnknownError) as caught:
            await backend.perform(Verb.CREATE, None, draft)
    assert caught.value.token is not None


async def test_an_empty_list_in_place_of_a_campaign_does_not_parse() -> None:
    async with WireServer(RCS_LOGIN, NOTHING) as server, rcs(server) as backend:
        with pytest.raises(DecodeError, match="data"):
            await backend.get("12")


async def test_an_update_whose_answer_shows_the_old_subject_is_not_done() -> None:
    stored = said({"id": 1, "name": "n", "subject": "old", "folderName": "f"})
    async with WireServer(stored) as api, WireServer(opened(api)) as login, responsys(login) as backend:
        assert not (await backend.perform(Verb.UPDATE, "n", {"subject": "new"})).done


async def test_a_create_answered_about_another_campaign_is_unknown() -> None:
    source = [{"path": "Lists/MEMBERS", "fields": [{"name": "EMAIL_ADDRESS_"}], "type": "PROFILE_LIST"}]
    draft = {"name": "n", "folder_name": "f", "data_source": source}
    other = said({"id": 1, "name": "other", "folderName": "f"})
    async with (
        WireServer(said(NOT_FOUND, 404), other) as api,
        WireServer(opened(api)) as login,
        responsys(login) as backend,
    ):
        with pytest.raises(OutcomeUnknownError, match="about another campaign"):
            await backend.perform(Verb.CREATE, None, draft)
        assert [request.method for request in api.requests] == ["GET", "POST"]


async def test_a_look_of_many_pages_is_dated_by_its_last() -> None:
    """What strangers create while it is read is not ours."""
    first = {"campaignRegistrations": [], "nextPageToken": "2"}
    pages = [
        said(first, Date="Mon, 02 Mar 2026 14:00:00 GMT"),
        said({"campaignRegistrations": []}, Date="Mon, 02 Mar 2026 14:01:00 GMT"),
    ]
    async with WireServer(*pages) as server:
        config = SinchConfig(project_id="p", key_id="k", key_secret="s", auth="basic", base_url=server.origin)
        async with connect(config) as sinch:
            found = await sinch.find({"name": "n", "brand": "b", "use_case": "MARKETING"})
    assert found.vendor_time is not None
    assert found.vendor_time.minute == 1
