from __future__ import annotations

import base64
import ssl

import pytest

from campaign_reg.sandbox.responsys.keys import (
    CLIENT_CERTIFICATE,
    CLIENT_KEY_PKCS1,
    SERVER_CERTIFICATE,
    SERVER_KEY_PKCS1,
    RsaKey,
    pkcs8,
)

PAIRS = [(CLIENT_KEY_PKCS1, CLIENT_CERTIFICATE), (SERVER_KEY_PKCS1, SERVER_CERTIFICATE)]


@pytest.fixture
def key() -> RsaKey:
    return RsaKey.from_pkcs1(CLIENT_KEY_PKCS1)


@pytest.mark.parametrize("message", [b"", b"\x00\x01\x00", b"nonce", b"x" * 245])
def test_what_is_encrypted_is_recovered(key: RsaKey, message: bytes) -> None:
    encrypted = key.encrypt(message)
    assert len(encrypted) == key.size_bytes == 256
    assert key.recover(encrypted) == message


def test_a_message_has_to_leave_room_for_its_padding(key: RsaKey) -> None:
    with pytest.raises(ValueError, match="245 bytes"):
        key.encrypt(b"x" * 246)


def test_nothing_is_recovered_of_what_another_key_encrypted(key: RsaKey) -> None:
    assert key.recover(RsaKey.from_pkcs1(SERVER_KEY_PKCS1).encrypt(b"nonce")) is None
    assert key.recover(b"short") is None
    assert key.recover(b"\xff" * 256) is None
    assert key.recover(bytes(256)) is None


@pytest.mark.parametrize(
    "block",
    [
        b"\x00\x02" + b"\xff" * 248 + b"\x00nonce",
        b"\x00\x01" + b"\xff" * 247 + b"\xfe\x00nonce",
        b"\x00\x01" + b"\xff" * 7 + b"\x00" + b"n" * 246,
        b"\x00\x01" + b"\xff" * 254,
    ],
)
def test_padding_of_another_kind_is_refused(key: RsaKey, block: bytes) -> None:
    assert len(block) == 256
    encrypted = pow(int.from_bytes(block), key.private_exponent, key.modulus).to_bytes(256)
    assert key.recover(encrypted) is None


@pytest.mark.parametrize(("key_pem", "certificate_pem"), PAIRS)
def test_the_certificate_holds_the_public_key(key_pem: str, certificate_pem: str) -> None:
    modulus = RsaKey.from_pkcs1(key_pem).modulus.to_bytes(256)
    assert modulus in ssl.PEM_cert_to_DER_cert(certificate_pem)


def test_a_key_tool_can_load_both_forms_of_the_key(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("keys")
    (folder / "client.crt").write_text(CLIENT_CERTIFICATE)
    for form in (CLIENT_KEY_PKCS1, pkcs8(CLIENT_KEY_PKCS1)):
        (folder / "client.key").write_text(form)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(folder / "client.crt", folder / "client.key")


def test_pkcs8_wraps_the_key_unchanged() -> None:
    wrapped = pkcs8(CLIENT_KEY_PKCS1)
    assert wrapped.startswith("-----BEGIN PRIVATE KEY-----\n")
    assert wrapped.endswith("-----END PRIVATE KEY-----\n")
    inner = base64.b64decode("".join(CLIENT_KEY_PKCS1.splitlines()[1:-1]))
    assert base64.b64decode("".join(wrapped.splitlines()[1:-1])).endswith(inner)


def test_what_is_no_key_is_told() -> None:
    with pytest.raises(ValueError, match="not the element"):
        RsaKey.from_pkcs1(pkcs8(CLIENT_KEY_PKCS1))


def test_no_private_number_is_shown(key: RsaKey) -> None:
    assert str(key.private_exponent) not in repr(key)


def test_a_number_beyond_the_modulus_is_refused(key: RsaKey) -> None:
    numbers = (int.from_bytes(key.encrypt(bytes([place]))) + key.modulus for place in range(50))
    beyond = next(number for number in numbers if number < 1 << 2048)
    assert key.recover(beyond.to_bytes(256)) is None
