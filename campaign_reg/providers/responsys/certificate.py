"""The keys of a login by certificate: RSA with PKCS#1 v1.5 padding of type 1, without any digest.

Needs the extra `responsys-certificate`; nothing of it is imported before it is asked for.

Source:
    https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/GetStarted/Authentication/authenticating.htm
"""

from __future__ import annotations

import base64
import binascii
import hmac
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from campaign_reg.errors import ConfigurationError, DecodeError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

_PEM = b"-----BEGIN "
_EXTRA = "a login by certificate needs an extra: pip install 'campaign_reg[responsys-certificate]'"


def require_extra() -> None:
    """Refuse early what could not log in later.

    Raises:
        ConfigurationError: The extra is not installed, or too old.
    """
    try:
        importlib.import_module("cryptography.hazmat.primitives.asymmetric.utils").NoDigestInfo  # noqa: B018
    except (ImportError, AttributeError):
        raise ConfigurationError(_EXTRA) from None


def private_key(source: str) -> RSAPrivateKey:
    """The client's key.

    Args:
        source: PEM text, or the path of a file with PEM or DER (PKCS#1 or PKCS#8), not encrypted.

    Raises:
        ConfigurationError: There is no such file, or no such key in it.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

    content = _content(source, "client_key")
    load = load_pem_private_key if _PEM in content else load_der_private_key
    try:
        key = load(content, password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        key = None  # their words are not quoted: they may hold a part of the key
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigurationError("client_key holds no RSA private key that can be read without a passphrase")
    return key


def server_key(source: str) -> RSAPublicKey:
    """The public key in the server's certificate.

    Args:
        source: PEM text, or the path of a file with PEM or DER.

    Raises:
        ConfigurationError: There is no such file, or no such certificate in it.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import rsa

    content = _content(source, "server_certificate")
    load = x509.load_pem_x509_certificate if _PEM in content else x509.load_der_x509_certificate
    try:
        key = load(content).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigurationError("server_certificate holds no certificate") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ConfigurationError("server_certificate is for another algorithm than RSA")
    return key


def is_proven(key: RSAPublicKey, challenge: bytes, answer: bytes) -> bool:
    """Whether an answer is the challenge, encrypted with the private half of the key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    try:
        recovered = key.recover_data_from_signature(answer, PKCS1v15(), None)
    except (InvalidSignature, ValueError):
        return False
    return hmac.compare_digest(recovered, challenge)


def answered(key: RSAPrivateKey, challenge: bytes) -> bytes:
    """The challenge, encrypted with the private key.

    Raises:
        DecodeError: It is empty, or too long for the key.
    """
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo

    try:
        return key.sign(challenge, PKCS1v15(), NoDigestInfo())
    except ValueError:
        raise DecodeError("serverChallenge", "does not fit the private key") from None


def to_base64(content: bytes) -> str:
    """URL-safe and without padding, so that it survives form encoding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def from_base64(text: str, name: str) -> bytes:
    """Bytes from either alphabet, padded or not.

    Raises:
        DecodeError: It is no Base64, or of nothing.
    """
    plain = text.strip().rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        content = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise DecodeError(name, "expected Base64")
    return content


def _content(source: str, name: str) -> bytes:
    """The text itself where it is PEM, else what is in the file."""
    if _PEM.decode() in source:
        return source.encode()
    try:
        return Path(source).expanduser().read_bytes()
    except (OSError, ValueError):  # the text may be a key without its first line: not to be quoted
        raise ConfigurationError(
            f"{name} is neither PEM text nor the path of a file that can be read"
        ) from None
