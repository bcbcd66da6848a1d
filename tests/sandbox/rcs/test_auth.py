from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from tests.support.vendors.rcs_client import RcsApi

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio
BALANCE = "/api/accounts/balance"


@pytest.fixture
def rcs(sandbox: Sandbox, api: Api) -> RcsApi:
    return RcsApi(api.session, sandbox)


def claims_of(token: str) -> dict[str, int]:
    part = token.split(".")[1]
    claims: dict[str, int] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


async def test_a_login_gives_a_jwt_of_thirty_days(sandbox: Sandbox, rcs: RcsApi) -> None:
    answer = await rcs.login()
    assert list(answer.document) == ["bearer"]
    claims = claims_of(answer.document["bearer"])
    assert claims["iat"] == int(sandbox.clock.timestamp())
    assert claims["exp"] - claims["iat"] == 30 * 86_400
    assert (await rcs.login()).document != answer.document


async def test_a_wrong_key_is_refused(rcs: RcsApi) -> None:
    answer = await rcs.login(api_key="live_NOT0OURS")
    assert (answer.status, answer.document) == (401, {"code": 401, "message": "Invalid credentials."})
    assert (await rcs.login(key="live_NOT0OURS")).status == 422
    assert (await rcs.send("POST", "/api/auth/login", data=b"{")).status == 422


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (None, "JWT Token not found"),
        ("Bearer: {token}", "JWT Token not found"),
        ("{token}", "JWT Token not found"),
        ("Bearer {token}x", "Invalid JWT Token"),
        ("Bearer {key}", "Invalid JWT Token"),
    ],
)
async def test_only_a_living_jwt_opens(
    sandbox: Sandbox, rcs: RcsApi, header: str | None, message: str
) -> None:
    token = (await rcs.login()).document["bearer"]
    assert (await rcs.send("GET", BALANCE, headers={"Authorization": f"bearer {token}"})).status == 200
    headers = {"Authorization": header.format(token=token, key=sandbox.rcs.api_key)} if header else {}
    answer = await rcs.send("GET", BALANCE, headers=headers)
    assert (answer.status, answer.document) == (401, {"code": 401, "message": message})


async def test_a_jwt_expires_when_its_claim_says_so(sandbox: Sandbox, rcs: RcsApi) -> None:
    sandbox.rcs.tokens.lifetime_seconds = 60
    await rcs.call("GET", "/accounts/balance")
    sandbox.clock.advance(59)
    assert (await rcs.call("GET", "/accounts/balance")).status == 200
    sandbox.clock.advance(2)
    answer = await rcs.call("GET", "/accounts/balance")
    assert (answer.status, answer.document["message"]) == (401, "Expired JWT Token")
    assert (await rcs.call("POST", "/auth/refresh")).status == 401


@pytest.mark.parametrize("revokes", [False, True])
async def test_a_refresh_gives_another_jwt(sandbox: Sandbox, rcs: RcsApi, revokes: bool) -> None:
    sandbox.rcs.tokens.refresh_revokes = revokes
    answer = await rcs.call("POST", "/auth/refresh")
    assert answer.status == 200
    assert answer.document["bearer"] not in rcs.headers["Authorization"]
    assert (await rcs.call("GET", "/accounts/balance")).status == (401 if revokes else 200)
    rcs.headers = {"Authorization": f"Bearer {answer.document['bearer']}"}
    assert (await rcs.call("GET", "/accounts/balance")).status == 200


async def test_all_jwts_can_be_expired_at_once(sandbox: Sandbox, rcs: RcsApi) -> None:
    await rcs.call("GET", "/accounts/balance")
    sandbox.rcs.tokens.expire()
    assert (await rcs.call("GET", "/accounts/balance")).document["message"] == "Expired JWT Token"


async def test_faults_word_a_401_as_the_platform_does(sandbox: Sandbox, rcs: RcsApi) -> None:
    for action, message in (("expired_token", "Expired JWT Token"), ("unauthorized", "Invalid JWT Token")):
        sandbox.faults.add(action, "getBalance", provider="rcs")
        answer = await rcs.call("GET", "/accounts/balance")
        assert (answer.status, answer.document) == (401, {"code": 401, "message": message})
