"""How a Sinch project proves itself: pure functions, held against the contract's examples."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from campaign_reg.errors import (
    ApiError,
    AuthenticationError,
    ConfigurationError,
    DecodeError,
    InvalidRequestError,
    RateLimitError,
    ServerError,
)
from campaign_reg.providers.credentials import BasicAuth
from campaign_reg.providers.sinch.auth import CREATE_TOKEN, SinchOAuth2, scheme_for
from campaign_reg.providers.sinch.config import SinchConfig
from campaign_reg.wire.message import Response
from campaign_reg.wire.ports import AuthScheme
from campaign_reg.wire.request import Request
from tests.support.vendors.sinch_client import contract_document

CONTRACT = contract_document("sinch-auth.yaml")
SECRET = "canary:sécret"


def config(**changes: Any) -> SinchConfig:
    return SinchConfig(**{"project_id": "p", "key_id": "key", "key_secret": SECRET, **changes})


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=status, headers={n.replace("_", "-"): v for n, v in headers.items()}, body=content)


def examples(status: str) -> list[Any]:
    """Bodies of the token endpoint's example answers."""
    told = CONTRACT["paths"]["/oauth2/token"]["post"]["responses"][status]
    if "$ref" in told:
        told = CONTRACT["components"]["responses"][told["$ref"].rpartition("/")[2]]
    return [example["value"] for example in told["content"]["application/json"]["examples"].values()]


def decoded(headers: Any) -> str:
    scheme, _, pair = headers["Authorization"].partition(" ")
    assert scheme == "Basic"
    return base64.b64decode(pair).decode()


@pytest.mark.anyio
class TestOAuth2:
    async def test_the_key_goes_to_the_token_endpoint(self) -> None:
        request = await SinchOAuth2(config()).token_request()
        assert (request.method, request.url) == ("POST", "https://auth.sinch.com/oauth2/token")
        assert request.body == b"grant_type=client_credentials"
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert decoded(request.headers) == f"key:{SECRET}"
        assert request.operation is CREATE_TOKEN
        assert SECRET not in repr(request)
        assert "canary" not in repr(request)

    @pytest.mark.parametrize("body", examples("200"))
    async def test_the_token_goes_with_every_call(self, body: Any) -> None:
        scheme = SinchOAuth2(config())
        token = scheme.parse_token(answer(body))
        assert token.lifetime_seconds == 3600
        assert await scheme.authorize(token) == {"Authorization": f"Bearer {body['access_token']}"}
        assert body["access_token"] not in repr(token)

    @pytest.mark.parametrize(
        ("status", "error"),
        [
            ("400", InvalidRequestError),
            ("401", AuthenticationError),
            ("429", RateLimitError),
            ("500", ServerError),
        ],
    )
    async def test_refusals(self, status: str, error: type[ApiError]) -> None:
        for body in examples(status):
            with pytest.raises(error) as caught:
                SinchOAuth2(config()).parse_token(answer(body, int(status)))
            assert caught.value.code == body.get("error", "")

    @pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"7", b'{"error":7,"error_description":null}'])
    async def test_refusals_that_are_no_oauth_errors(self, body: bytes) -> None:
        with pytest.raises(AuthenticationError):
            SinchOAuth2(config()).parse_token(answer(body, 401))

    @pytest.mark.parametrize(
        ("body", "place"),
        [
            ({"expires_in": 3600}, "access_token"),
            ({"access_token": "", "expires_in": 3600}, "access_token"),
            ({"access_token": "a\r\nX: y", "expires_in": 3600}, "access_token"),
            ({"access_token": "tökén", "expires_in": 3600}, "access_token"),
            ({"access_token": 5, "expires_in": 3600}, "access_token"),
            ({"access_token": "t"}, "expires_in"),
            ({"access_token": "t", "expires_in": "3600"}, "expires_in"),
            ({"access_token": "t", "expires_in": 0}, "expires_in"),
            ({"access_token": "t", "expires_in": -5}, "expires_in"),
            ({"access_token": "t", "expires_in": True}, "expires_in"),
            ([], "access_token"),
            (b"not json", ""),
        ],
    )
    async def test_what_is_no_token(self, body: Any, place: str) -> None:
        with pytest.raises(DecodeError) as caught:
            SinchOAuth2(config()).parse_token(answer(body))
        assert caught.value.path == place

    @pytest.mark.parametrize(
        ("challenge", "expired"),
        [
            ('Bearer error="invalid_token", error_description="The token expired"', True),
            ('Bearer error_description="Jwt EXPIRED at ..."', True),
            ('Bearer error="invalid_token"', False),
            ("", False),
        ],
    )
    async def test_only_an_expired_token_is_renewed(self, challenge: str, expired: bool) -> None:
        response = answer({}, 401, WWW_Authenticate=challenge) if challenge else answer({}, 401)
        assert SinchOAuth2(config()).says_expired(response) is expired

    async def test_origins(self) -> None:
        scheme = SinchOAuth2(config(base_url="https://a.example/", auth_url="https://b.example"))
        assert scheme.origins == {"https://a.example", "https://b.example"}


@pytest.mark.anyio
class TestBasic:
    async def test_the_key_goes_with_every_call(self) -> None:
        scheme = scheme_for(config(auth="basic"))
        any_scheme: AuthScheme = scheme
        assert await any_scheme.obtain(nobody, None) is None
        assert decoded(await scheme.authorize(None)) == f"key:{SECRET}"
        assert scheme.origins == {"https://us10dlc.numbers.api.sinch.com"}

    async def test_a_401_is_final(self) -> None:
        assert not scheme_for(config(auth="basic")).says_expired(
            answer({}, 401, WWW_Authenticate="Bearer expired")
        )


async def nobody(request: Request) -> Response:
    raise AssertionError("Basic asks nobody")


def test_the_setting_chooses() -> None:
    assert isinstance(scheme_for(config()), SinchOAuth2)
    assert isinstance(scheme_for(config(auth="basic")), BasicAuth)


@pytest.mark.anyio
class TestSecret:
    async def test_fetched_by_a_callable_each_time(self) -> None:
        secrets = iter(["first", "second"])
        scheme = scheme_for(config(key_secret=lambda: next(secrets), auth="basic"))
        assert decoded(await scheme.authorize(None)) == "key:first"
        assert decoded(await scheme.authorize(None)) == "key:second"

    async def test_fetched_by_an_async_callable(self) -> None:
        async def fetch() -> str:
            return "later"

        request = await SinchOAuth2(config(key_secret=fetch)).token_request()
        assert decoded(request.headers) == "key:later"

    @pytest.mark.parametrize("value", [None, "", 5, b"x"])
    async def test_that_is_no_text(self, value: Any) -> None:
        with pytest.raises(ConfigurationError, match="key_secret: the callable returned no text"):
            await scheme_for(config(key_secret=lambda: value, auth="basic")).authorize(None)
