"""Whether a callback is Sinch's, and where callbacks may go."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidInputError,
    InvalidRequestError,
)
from campaign_reg.providers.sinch.callbacks import MAX_CALLBACK_BYTES, verified_body

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET = "canary-secret-of-the-project"
BODY = b'{\n "resourceId": "r1"}'


def signed(body: bytes = BODY, secret: str = SECRET, name: str = "X-Sinch-Signature") -> dict[str, str]:
    return {name: hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}


def verify(headers: Mapping[str, str], body: Any = BODY, secret: Any = SECRET) -> bytes:
    return verified_body("t.callback", headers, body, secret)


class TestSignature:
    @pytest.mark.parametrize("name", ["X-Sinch-Signature", "x-sinch-signature", "X-SINCH-SIGNATURE"])
    def test_a_right_one(self, name: str) -> None:
        assert verify(signed(name=name)) == BODY
        assert verify({"Content-Type": "application/json", **signed(name=name)}) == BODY

    def test_it_is_hmac_sha1_in_lower_case_hex(self) -> None:
        headers = {"X-Sinch-Signature": "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9"}
        assert verify(headers, b"The quick brown fox jumps over the lazy dog", "key")

    def test_upper_case_and_blanks_around_it_are_the_same(self) -> None:
        [text] = signed().values()
        assert verify({"X-Sinch-Signature": f" {text.upper()} "}) == BODY

    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    def test_any_raw_bytes(self, kind: Any) -> None:
        assert verify(signed(), kind(BODY)) == BODY

    @pytest.mark.fault(83)
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"X-Sinch-Signature": ""},
            {"X-Sinch-Signature": "0" * 40},
            {"X-Sinch-Signature": "é" * 40},
            {"X-Sinch-Signature": "\ud800"},
            {"X-Sinch-Signature": signed()["X-Sinch-Signature"][:-1]},
            {"X-Sinch-Signature": signed()["X-Sinch-Signature"] + "0"},
            {"X-Sinch-Signature": "sha1=" + signed()["X-Sinch-Signature"]},
            {"X-Sinch-Signature": hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()},
            {"X-Sinch-Signature": hashlib.sha1(BODY).hexdigest()},
            {"X-Sinch-Signature": None},
            {"X-Sinch-Webhook-Signature": signed()["X-Sinch-Signature"]},
            {b"X-Sinch-Signature": signed()["X-Sinch-Signature"]},
            signed(secret="another"),
            signed(body=BODY + b" "),
        ],
        ids=repr,
    )
    def test_missing_or_wrong(self, headers: Any) -> None:
        with pytest.raises(AuthenticationError) as caught:
            verify(headers)
        assert (caught.value.status, caught.value.operation) == (401, "t.callback")
        assert SECRET not in str(caught.value)

    @pytest.mark.fault(83)
    def test_two_that_differ_are_none(self) -> None:
        for number in range(20):  # whichever of the two would be picked
            with pytest.raises(AuthenticationError):
                verify({**signed(), "x-sinch-signature": f"{number:040x}"})

    @pytest.mark.fault(83)
    @pytest.mark.parametrize("secret", ["", " ", None, b"key", 5])
    def test_nothing_is_signed_by_an_empty_secret(self, secret: Any) -> None:
        headers = signed(secret="" if not isinstance(secret, str) else secret)
        with pytest.raises(ConfigurationError, match="secret is missing"):
            verify(headers, secret=secret)

    @pytest.mark.fault(85)
    def test_a_body_that_was_written_again(self) -> None:
        with pytest.raises(AuthenticationError):
            verify(signed(), json.dumps(json.loads(BODY)).encode())

    @pytest.mark.fault(85)
    @pytest.mark.parametrize("body", [BODY.decode(), json.loads(BODY), None])
    def test_a_body_that_is_not_raw(self, body: Any) -> None:
        with pytest.raises(InvalidInputError, match="must be the raw bytes as they came"):
            verify(signed(), body)

    @pytest.mark.fault(86)
    def test_it_is_compared_in_constant_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        compared: list[tuple[str, str]] = []

        def compare(right: str, given: str) -> bool:
            compared.append((right, given))
            return True

        monkeypatch.setattr(hmac, "compare_digest", compare)
        wrong = {"X-Sinch-Signature": "0" * 40}
        assert verify(wrong) == BODY  # nothing else decides
        assert verify({}) == BODY
        assert [given for _, given in compared] == ["0" * 40, ""]

    @pytest.mark.fault(87)
    def test_over_a_mebibyte_is_not_even_looked_at(self) -> None:
        body = b"x" * (MAX_CALLBACK_BYTES + 1)
        with pytest.raises(InvalidRequestError, match="over 1,048,576 bytes") as caught:
            verify(signed(body), body)
        assert caught.value.status == 413
        assert verify(signed(body[1:]), body[1:]) == body[1:]
        wide = memoryview(body + b"x" * 3).cast("I")
        with pytest.raises(InvalidRequestError):
            verify({}, wide)
