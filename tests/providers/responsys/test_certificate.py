"""Keys of the login by certificate, held against arithmetic done by hand."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from campaign_reg.errors import ConfigurationError, DecodeError
from campaign_reg.providers.responsys import certificate
from tests.support.vendors import responsys_keys

CHALLENGE = b"\x00\x01server-nonce\xff"


@pytest.mark.parametrize("pkcs1", [False, True])
def test_the_private_key_answers_with_its_bare_power(pkcs1: bool) -> None:
    key = certificate.private_key(responsys_keys.pem(responsys_keys.client(), pkcs1=pkcs1))
    answer = certificate.answered(key, CHALLENGE)
    assert answer == responsys_keys.raw_encrypted(responsys_keys.client(), CHALLENGE)
    assert responsys_keys.raw_recovered(responsys_keys.client(), answer) == CHALLENGE


def test_keys_and_certificates_from_files(tmp_path: Path) -> None:
    key = responsys_keys.client()
    der = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.der").write_bytes(der)
    (tmp_path / "key.pem").write_text(responsys_keys.pem(key))
    (tmp_path / "server.cer").write_bytes(
        responsys_keys.certificate(responsys_keys.server()).public_bytes(serialization.Encoding.DER)
    )
    (tmp_path / "server.pem").write_text(responsys_keys.certificate_pem(responsys_keys.server()))
    for name in ("key.der", "key.pem"):
        assert certificate.private_key(str(tmp_path / name)).private_numbers() == key.private_numbers()
    for name in ("server.cer", "server.pem"):
        found = certificate.server_key(str(tmp_path / name))
        assert found.public_numbers() == responsys_keys.server().public_key().public_numbers()


def test_what_is_no_key_is_refused_without_being_quoted(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    sources = [
        responsys_keys.pem(responsys_keys.client(), passphrase=b"canary"),
        responsys_keys.pem(ec.generate_private_key(ec.SECP256R1())),
        responsys_keys.certificate_pem(responsys_keys.server()),
        responsys_keys.pem(responsys_keys.client())[:300] + "canary",
        str(tmp_path / "canary.pem"),
        str(tmp_path),
        str(tmp_path / "empty"),
        "canary\x00",
        "canary" * 1000,
    ]
    for source in sources:
        with pytest.raises(ConfigurationError, match="client_key") as caught:
            certificate.private_key(source)
        assert "canary" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    elliptic = responsys_keys.certificate_pem(ec.generate_private_key(ec.SECP256R1()))
    for source in (elliptic, responsys_keys.pem(responsys_keys.client()), str(tmp_path / "none.pem")):
        with pytest.raises(ConfigurationError, match="server_certificate"):
            certificate.server_key(source)


def test_only_the_servers_own_answer_proves_it() -> None:
    key = certificate.server_key(responsys_keys.certificate_pem(responsys_keys.server()))
    good = responsys_keys.raw_encrypted(responsys_keys.server(), CHALLENGE)
    assert certificate.is_proven(key, CHALLENGE, good)
    stranger = responsys_keys.raw_encrypted(responsys_keys.client(), CHALLENGE)
    echo = responsys_keys.raw_encrypted(responsys_keys.server(), CHALLENGE + b"x")
    for answer in (
        stranger,
        echo,
        CHALLENGE,
        b"",
        good[:-1],
        good + b"\x00",
        b"\x00" * len(good),
        b"\xff" * len(good),
    ):
        assert not certificate.is_proven(key, CHALLENGE, answer)


def test_a_challenge_that_does_not_fit() -> None:
    key = certificate.private_key(responsys_keys.pem(responsys_keys.client()))
    with pytest.raises(DecodeError) as caught:
        certificate.answered(key, b"x" * 246)
    assert caught.value.path == "serverChallenge"
    assert len(certificate.answered(key, b"x" * 245)) == 256


def test_base64_of_either_alphabet_padded_or_not() -> None:
    content = bytes(range(240, 256)) + b"?>"
    padded, urlsafe = base64.b64encode(content).decode(), base64.urlsafe_b64encode(content).decode()
    assert {"+", "/"} & set(padded)
    for text in (padded, padded.rstrip("="), urlsafe, urlsafe.rstrip("="), f" {padded}\n"):
        assert certificate.from_base64(text, "x") == content
    assert certificate.to_base64(content) == urlsafe.rstrip("=")


@pytest.mark.parametrize("text", ["", "=", "A", "ä", "A*==", "AA=AA"])
def test_what_is_no_base64(text: str) -> None:
    with pytest.raises(DecodeError) as caught:
        certificate.from_base64(text, "clientChallenge")
    assert caught.value.path == "clientChallenge"


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    certificate.require_extra()
    monkeypatch.setitem(__import__("sys").modules, "cryptography.hazmat.primitives.asymmetric.utils", None)
    with pytest.raises(ConfigurationError, match=r"campaign_reg\[responsys-certificate\]"):
        certificate.require_extra()
