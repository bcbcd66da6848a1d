from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from campaign_reg.sandbox.responsys.keys import CLIENT_KEY_PKCS1, SERVER_KEY_PKCS1, RsaKey
from tests.support.vendors.responsys_client import CAMPAIGNS, LIMITS, LOGIN, ResponsysApi, code, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Answer

pytestmark = pytest.mark.anyio
NONCE = b"client nonce \xfb\xff 4242"


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[ResponsysApi]:
    async with opened(sandbox) as client:
        yield client


def encode(raw: bytes, *, url_safe: bool = True) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=") if url_safe else base64.b64encode(raw).decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def step_1(client: ResponsysApi, challenge: str = "", user_name: str | None = None) -> Answer:
    return await client.form(
        user_name=client.account.user_name if user_name is None else user_name,
        auth_type="server",
        client_challenge=challenge or encode(NONCE),
    )


async def step_2(client: ResponsysApi, token: str, response: str) -> Answer:
    name = client.account.user_name
    return await client.form(token, user_name=name, auth_type="client", server_challenge=response)


async def test_a_password_brings_the_triple(sandbox: Sandbox, client: ResponsysApi) -> None:
    answer = await client.log_in()
    assert answer.status == 200
    assert set(answer.document) == {"authToken", "issuedAt", "endPoint"}
    assert answer.document["issuedAt"] == 1_775_808_000_000
    assert answer.document["endPoint"] == sandbox.url


async def test_the_end_point_can_be_elsewhere(sandbox: Sandbox, client: ResponsysApi) -> None:
    sandbox.responsys.tokens.end_point = "api5-009.vendor.example"
    assert (await client.log_in()).document["endPoint"] == "api5-009.vendor.example"


async def test_the_token_goes_bare_into_the_header(client: ResponsysApi) -> None:
    token = (await client.log_in()).document["authToken"]
    for header, wanted in ((token, 200), (f"Bearer {token}", 401), ("", 401)):
        answer = await client.send("GET", CAMPAIGNS, headers={"Authorization": header})
        assert answer.status == wanted


async def test_wrong_passwords_are_refused_and_lock_out(sandbox: Sandbox, client: ResponsysApi) -> None:
    sandbox.responsys.tokens.lockout_after = 3
    await client.log_in("wrong")
    await client.log_in()
    for _ in range(3):
        assert code(await client.log_in("wrong")) == (400, "INVALID_USER_NAME_PASSWORD")
    assert code(await client.log_in()) == (401, "PASSWORD_LOCKOUT")
    sandbox.responsys.tokens.lockout_after = None
    assert (await client.log_in()).status == 200


async def test_a_stranger_locks_nobody_out(sandbox: Sandbox, client: ResponsysApi) -> None:
    sandbox.responsys.tokens.lockout_after = 1
    for _ in range(3):
        await client.form(user_name="stranger", password="x", auth_type="password")
    assert (await client.log_in()).status == 200


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"auth_type": "magic"},
        {"auth_type": "password", "user_name": "x"},
        {"auth_type": "token", "user_name": "x"},
    ],
)
async def test_a_malformed_form_is_refused(client: ResponsysApi, members: dict[str, str]) -> None:
    assert code(await client.form(**members)) == (400, "INVALID_PARAMETER")


async def test_credentials_travel_in_the_form_only(client: ResponsysApi) -> None:
    members = {
        "user_name": client.account.user_name,
        "password": client.account.password,
        "auth_type": "password",
    }
    query = "&".join(f"{name}={value}" for name, value in members.items())
    assert code(await client.send("POST", f"{LOGIN}?{query}")) == (400, "INVALID_PARAMETER")
    assert code(await client.send("POST", LOGIN, json=members)) == (400, "INVALID_PARAMETER")
    doubled = f"{query}&auth_type=password"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert code(await client.send("POST", LOGIN, data=doubled, headers=form)) == (400, "INVALID_PARAMETER")
    assert (await client.send("POST", LOGIN, data=query, headers=form)).status == 200


async def test_a_refresh_brings_another_token_and_spares_the_old(client: ResponsysApi) -> None:
    old = (await client.log_in()).document["authToken"]
    new = (await client.form(old, auth_type="token")).document["authToken"]
    assert new != old
    for token in (old, new):
        client.token = token
        assert (await client.call("GET", CAMPAIGNS)).status == 200


async def test_a_token_dies_on_time_and_cannot_be_refreshed(sandbox: Sandbox, client: ResponsysApi) -> None:
    await client.call("GET", CAMPAIGNS)
    sandbox.clock.advance(7199)
    assert (await client.call("GET", CAMPAIGNS)).status == 200
    sandbox.clock.advance(1)
    assert code(await client.call("GET", CAMPAIGNS)) == (401, "TOKEN_EXPIRED")
    assert code(await client.form(client.token, auth_type="token")) == (401, "TOKEN_EXPIRED")
    assert code(await client.form(auth_type="token")) == (401, "INVALID_TOKEN")


@pytest.mark.parametrize(
    ("disguise", "status", "detail"),
    [
        ("INVALID_TOKEN", 401, "Not a valid authentication token"),
        ("TOKEN_EXPIRED", 401, "Token expired"),
        ("UNEXPECTED_EXCEPTION", 500, "Not a valid authentication token"),
    ],
)
async def test_a_dead_token_has_three_disguises(
    sandbox: Sandbox, client: ResponsysApi, disguise: str, status: int, detail: str
) -> None:
    await client.call("GET", CAMPAIGNS)
    sandbox.faults.add("dead_token", "listCampaigns", disguise=disguise)
    by_fault = await client.call("GET", CAMPAIGNS)
    assert (await client.call("GET", CAMPAIGNS)).status == 200
    sandbox.responsys.tokens.disguise = disguise
    sandbox.faults.add("expired_token", "listCampaigns")
    by_other_fault = await client.call("GET", CAMPAIGNS)
    sandbox.responsys.tokens.expire()
    by_option = await client.call("GET", CAMPAIGNS)
    for answer in (by_fault, by_other_fault, by_option):
        assert code(answer) == (status, disguise)
        assert answer.document["detail"] == detail
        assert "WWW-Authenticate" not in answer.headers


async def test_an_unknown_token_is_not_an_expired_one(sandbox: Sandbox, client: ResponsysApi) -> None:
    await client.call("GET", CAMPAIGNS)
    sandbox.responsys.tokens.forget()
    assert code(await client.call("GET", CAMPAIGNS)) == (401, "INVALID_TOKEN")
    assert code(await client.call("GET", LIMITS)) == (500, "UNEXPECTED_EXCEPTION")


@pytest.mark.parametrize("url_safe", [True, False])
async def test_the_certificate_handshake(client: ResponsysApi, url_safe: bool) -> None:
    answer = await step_1(client, encode(NONCE, url_safe=url_safe))
    assert set(answer.document) == {"authToken", "serverChallenge", "clientChallenge"}
    server = RsaKey.from_pkcs1(SERVER_KEY_PKCS1)
    assert server.recover(decode(answer.document["clientChallenge"])) == NONCE
    challenge = decode(answer.document["serverChallenge"])
    response = encode(RsaKey.from_pkcs1(CLIENT_KEY_PKCS1).encrypt(challenge), url_safe=url_safe)
    triple = (await step_2(client, answer.document["authToken"], response)).document
    client.token = triple["authToken"]
    assert set(triple) == {"authToken", "issuedAt", "endPoint"}
    assert (await client.call("GET", CAMPAIGNS)).status == 200
    again = await step_2(client, answer.document["authToken"], response)
    assert code(again) == (401, "INVALID_TOKEN")


async def test_a_temporary_token_opens_nothing(client: ResponsysApi) -> None:
    client.token = (await step_1(client)).document["authToken"]
    assert code(await client.call("GET", CAMPAIGNS)) == (401, "INVALID_TOKEN")
    assert code(await client.form(client.token, auth_type="token")) == (401, "INVALID_TOKEN")


@pytest.mark.parametrize("kind", ["another key", "plain", "another message", "no Base64"])
async def test_a_wrong_proof_is_refused(client: ResponsysApi, kind: str) -> None:
    first = (await step_1(client)).document
    challenge = decode(first["serverChallenge"])
    key = RsaKey.from_pkcs1(CLIENT_KEY_PKCS1)
    response = {
        "another key": encode(RsaKey.from_pkcs1(SERVER_KEY_PKCS1).encrypt(challenge)),
        "plain": encode(challenge),
        "another message": encode(key.encrypt(challenge + b"x")),
        "no Base64": "***",
    }[kind]
    assert code(await step_2(client, first["authToken"], response)) == (400, "INVALID_USER_NAME_PASSWORD")


async def test_a_handshake_has_its_time(sandbox: Sandbox, client: ResponsysApi) -> None:
    first = (await step_1(client)).document
    response = encode(RsaKey.from_pkcs1(CLIENT_KEY_PKCS1).encrypt(decode(first["serverChallenge"])))
    sandbox.clock.advance(300)
    assert code(await step_2(client, first["authToken"], response)) == (401, "TOKEN_EXPIRED")


@pytest.mark.parametrize("challenge", ["***", "=", encode(b"x" * 246)])
async def test_a_challenge_is_some_bytes_that_fit(client: ResponsysApi, challenge: str) -> None:
    assert code(await step_1(client, challenge)) == (400, "INVALID_PARAMETER")


async def test_a_certificate_belongs_to_a_user(client: ResponsysApi) -> None:
    assert code(await step_1(client, user_name="stranger")) == (400, "INVALID_USER_NAME_PASSWORD")


async def test_settings_offer_both_ways_in(sandbox: Sandbox) -> None:
    account = sandbox.responsys.account
    shared = {
        "user_name": account.user_name,
        "login_url": sandbox.url,
        "allowed_hosts": ["127.0.0.1"],
    }
    assert sandbox.settings("responsys") == {**shared, "password": account.password}
    assert sandbox.responsys.certificate_settings(sandbox.url) == {
        **shared,
        "client_key": account.client_key,
        "server_certificate": account.server_certificate,
    }
    assert account.password not in repr(account)
    assert "BEGIN" not in repr(account)
