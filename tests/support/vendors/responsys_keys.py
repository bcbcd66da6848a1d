"""Two key pairs for the tests of the login by certificate: the user's and the server's."""

from __future__ import annotations

import base64
import datetime
import functools

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID


@functools.cache
def client() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def server() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


def pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, *, pkcs1: bool = False, passphrase: bytes = b""
) -> str:
    """A private key as text."""
    form = serialization.PrivateFormat.TraditionalOpenSSL if pkcs1 else serialization.PrivateFormat.PKCS8
    secret: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, form, secret).decode()


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A self-signed certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "login.example.test")])
    builder = x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
    builder = builder.serial_number(7).not_valid_before(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    builder = builder.not_valid_after(datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC))
    return builder.sign(key, hashes.SHA256())


def certificate_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return certificate(key).public_bytes(serialization.Encoding.PEM).decode()


def raw_encrypted(key: rsa.RSAPrivateKey, content: bytes) -> bytes:
    """Type-1 padding and one power, by hand: what the vendor's own side does."""
    numbers = key.private_numbers()
    n = numbers.public_numbers.n
    size = (n.bit_length() + 7) // 8
    block = b"\x00\x01" + b"\xff" * (size - len(content) - 3) + b"\x00" + content
    return pow(int.from_bytes(block), numbers.d, n).to_bytes(size)


def raw_recovered(key: rsa.RSAPrivateKey, content: bytes) -> bytes:
    """The inverse, with the public half."""
    numbers = key.private_numbers().public_numbers
    size = (numbers.n.bit_length() + 7) // 8
    block = pow(int.from_bytes(content), numbers.e, numbers.n).to_bytes(size)
    head, _, recovered = block[1:].partition(b"\x00")
    assert block[:1] == b"\x00"
    assert head == b"\x01" + b"\xff" * (len(head) - 1)
    return recovered


def unpadded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
