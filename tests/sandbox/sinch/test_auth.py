from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from campaign_reg.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio


async def test_a_token_opens_the_account(sandbox: Sandbox, api: Api) -> None:
    token = await api.token()
    assert token.status == 200
    assert token.document["expires_in"] == 3600
    assert token.document["token_type"] == "bearer"
    sandbox.sinch.seed(1)
    assert (await api.list())["totalSize"] == 1
    assert sandbox.stats.requests["createToken"] == 2


async def test_two_tokens_differ_and_both_live(api: Api) -> None:
    first, second = await api.token(), await api.token()
    assert first.document["access_token"] != second.document["access_token"]
    for token in (first, second):
        headers = {"Authorization": f"Bearer {token.document['access_token']}"}
        assert (await api.send("GET", api.campaigns, headers=headers)).status == 200


async def test_the_key_itself_opens_the_api(api: Api) -> None:
    answer = await api.send("GET", api.campaigns, headers={"Authorization": api.basic})
    assert answer.status == 200


async def test_a_wrong_key_is_refused_as_oauth_errors_are(api: Api) -> None:
    wrong = aiohttp.encode_basic_auth(api.settings["key_id"], "guess")
    answer = await api.token(headers={"Authorization": wrong})
    assert (answer.status, answer.document["error"]) == (401, "invalid_client")
    assert (await api.token(headers={"Authorization": "Basic %%%"})).status == 401
    assert (await api.send("POST", "/oauth2/token")).status == 401


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"scope": "all"}, "invalid_request"),
        ({}, "invalid_request"),
    ],
)
async def test_a_wrong_form_is_refused(api: Api, form: dict[str, str], error: str) -> None:
    answer = await api.token(data=form)
    assert (answer.status, answer.document["error"]) == (400, error)


async def test_json_is_no_form(api: Api) -> None:
    answer = await api.token(data=None, json={"grant_type": "client_credentials"})
    assert (answer.status, answer.document["error"]) == (400, "invalid_request")


async def test_only_post_makes_tokens(api: Api) -> None:
    answer = await api.send("GET", "/oauth2/token")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_tokens_expire_by_the_virtual_clock(sandbox: Sandbox, api: Api) -> None:
    await api.authorize()
    sandbox.clock.advance(3599)
    assert (await api.call("GET", "/campaignRegistrations")).status == 200
    sandbox.clock.advance(1)
    answer = await api.call("GET", "/campaignRegistrations")
    assert (answer.status, answer.document["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer error="invalid_token", error_description="The token expired"'
    )


async def test_all_tokens_can_be_expired_at_once(sandbox: Sandbox, api: Api) -> None:
    await api.authorize()
    sandbox.sinch.tokens.expire()
    answer = await api.call("GET", "/campaignRegistrations")
    assert "expired" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("value", ["Bearer made-up", "Basic bm86bm8=", "Digest x", "Bearer", ""])
async def test_other_refusals_do_not_say_expired(api: Api, value: str) -> None:
    answer = await api.send("GET", api.campaigns, headers={"Authorization": value})
    assert answer.status == 401
    assert "expired" not in answer.headers["WWW-Authenticate"]


async def test_a_foreign_project_is_forbidden(api: Api) -> None:
    await api.authorize()
    path = "/v1/projects/0fc52975-636a-4700-8943-68759df5c9e1/campaignRegistrations"
    answer = await api.send("GET", path, headers=api.headers)
    assert (answer.status, answer.message) == (403, "Permission denied")
    answer = await api.send("GET", "/v1/projects/mine/campaignRegistrations", headers=api.headers)
    assert (answer.status, answer.message) == (400, "Invalid projectId")


async def test_accounts_come_from_the_seed() -> None:
    first, same, other = Sandbox(seed=1), Sandbox(seed=1), Sandbox(seed=2)
    assert first.sinch.account == same.sinch.account
    assert first.sinch.account.project_id != other.sinch.account.project_id
    assert first.sinch.account.key_secret not in repr(first.sinch.account)
