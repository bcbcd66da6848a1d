"""RSA as Responsys' certificate login uses it, with the sandbox's own example keys.

The keys protect nothing: they are printed here for anyone to read.
"""

from __future__ import annotations

import base64
import dataclasses

PKCS8_KIND = "PRIVATE KEY"
SMALLEST_PADDING = 8
# AlgorithmIdentifier of rsaEncryption, with its NULL; see RFC 8017, appendix A.1.
RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")
SEQUENCE, INTEGER, OCTET_STRING = 0x30, 0x02, 0x04


@dataclasses.dataclass(frozen=True, slots=True)
class RsaKey:
    """An RSA key pair as three numbers."""

    modulus: int
    public_exponent: int
    private_exponent: int = dataclasses.field(repr=False)

    @property
    def size_bytes(self) -> int:
        """Length of the modulus, and so of everything encrypted."""
        return (self.modulus.bit_length() + 7) // 8

    @property
    def most_bytes(self) -> int:
        """Longest message that fits in next to its padding."""
        return self.size_bytes - SMALLEST_PADDING - 3

    def encrypt(self, message: bytes) -> bytes:
        """Encrypt with the private key: PKCS#1 v1.5, block type 1, no digest prefix.

        Raises:
            ValueError: The message is too long for the key.

        Source:
            https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/GetStarted/Authentication/authenticating.htm
        """
        if len(message) > self.most_bytes:
            raise ValueError(f"at most {self.most_bytes} bytes fit into this key")
        padding = b"\xff" * (self.size_bytes - len(message) - 3)
        block = b"\x00\x01" + padding + b"\x00" + message
        number = pow(int.from_bytes(block), self.private_exponent, self.modulus)
        return number.to_bytes(self.size_bytes)

    def recover(self, encrypted: bytes) -> bytes | None:
        """Undo `encrypt` with the public key; None when it was not made with the private one."""
        number = int.from_bytes(encrypted)
        if len(encrypted) != self.size_bytes or number >= self.modulus:
            return None
        block = pow(number, self.public_exponent, self.modulus).to_bytes(self.size_bytes)
        padding, found, message = block[2:].partition(b"\x00")
        whole = block[:2] == b"\x00\x01" and bool(found) and padding == b"\xff" * len(padding)
        return message if whole and len(padding) >= SMALLEST_PADDING else None

    @classmethod
    def from_pkcs1(cls, pem: str) -> RsaKey:
        """Read the key pair from a PEM text of kind RSA PRIVATE KEY."""
        content, _ = _read(_unarmour(pem), SEQUENCE)
        numbers = []
        while content:
            number, content = _read(content, INTEGER)
            numbers.append(int.from_bytes(number))
        return cls(*numbers[1:4])


def pkcs8(pkcs1_pem: str) -> str:
    """Wrap a PKCS#1 private key as PKCS#8, the form that key tools write today."""
    key = _unarmour(pkcs1_pem)
    version = _write(INTEGER, b"\x00")
    return _armour(PKCS8_KIND, _write(SEQUENCE, version + RSA_ENCRYPTION + _write(OCTET_STRING, key)))


def _unarmour(pem: str) -> bytes:
    return base64.b64decode("".join(pem.strip().splitlines()[1:-1]))


def _armour(kind: str, der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])


def _write(tag: int, content: bytes) -> bytes:
    """Write one DER element; all of ours are longer than 255 bytes, or shorter than 128."""
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2)
    return bytes([tag]) + length + content


def _read(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """Read one DER element of a known tag; return its content and what follows it."""
    size, start = der[1], 2
    if size >= 128:
        start += size - 128
        size = int.from_bytes(der[2:start])
    if der[0] != tag:
        raise ValueError("not the element that was expected")
    return der[start : start + size], der[start + size :]


# Example keys of the sandbox, public on purpose: never use them anywhere else.
CLIENT_KEY_PKCS1 = """\
-----BEGIN RSA PRIVATE KEY-----
MIIEogIBAAKCAQEApL3B/RfIbprz/nNj/jOGv3z0d2e9mmnyp4f69byq7V3JsetL
8/b9PqiJmFJAK53xmtHMFlUIFEzjoP0DZaLHanvDfU1IbPnt1lblF32oA8dUydqq
z8oyS8I3XnDyI0q5bJp12r3K5+a/RXp4NRyvaG4BZecACiCV+jCN3BUuz/Y2V9lr
GnwX5OR4ElN2aCK/0h5ALk0Uuw1MiB+eQnIYbOBFgHmBvcVEQhjvsJCwBuYpYr4K
FaYe4bE90mvV3wO7+SoxdrpR4SKwFCaAqj5j2NTJb8jDk/ZTczphyN2FwVK+F/0b
d7JsNGMt1+sCal2aX++49FeLP8+/MJI84bT/ywIDAQABAoIBAAXuKJxfU2/bfQfH
POH655dTzhxcdNkdV8yURna7aU8M4YeT0izyL6ayDY/Hhu7t7ifF9LcX/z8YMjWH
qQlfUkV/fLBUT2vE2xogynmB6mTjVlUJI3e2hYxwEF92xfCpS1QJyNqsVRkaXXNl
1MXD9Qn6hTy6Hz/JtzxofcW7xpG3ff2Wh/AjS/nIivherRbICTPAbZaPUa97tZn8
mft3mKp8Wh726/5KybZ+hbsvBbE4jNCZsETK0tK0GeeWCfPmWxEEYh5oeXLZDCyk
JtGvaHHxvwDzushQK5h+chEFfgu/JGtWl4bB9GDCaIjpWGtMKx5q4rtwLjM0R5BK
joh2q4kCgYEA3AtL81PeCkK9sFU5TNldV5KsqSvOFfWSPeNtPiVJ6gCZIEdUHM79
4Q6fQ/SdTJWdvng6RjaGofGb2c2OMcC6wxCb5t2uaBQROZa6mp9i8AzAvXLbZoXd
ZeBU2Ak2+SEhT7stHfO0N0BdHM4PcF6Ixv6rumSudijndhIoPr1hp90CgYEAv6kT
nuLTJxhxS7BqQPTgnbA/a521SzH/1lvGN4DOmFJro2iFlIHEfyCMhIOmWS+3GKC2
FGUG4zy7IZ+t6ooc2dflERHOOY/faB8FG3pLWo31gFiH0yu+/b02P/L5s6oJlEoo
MiA1TnR8YclEOCNiQDaZn7TC6v6McMCqiX+638cCgYAe63NzsLA9rt0qvv77Pnvw
R0r9xosB6Ozwx1ldZy34tLbPo1Y9ahSgoEZe7SuBTHDLB+fgX98ROHsW4tx9P0C/
EkFl8naEZ3V4KybzfTwQ0SnwNQiBYoQWwawKY1kXLsGYi4uubsU/EktDNe1Tc+Uy
WSzWVzlwnxTPMYP4NPJY/QKBgDpFGE8FHTdUqhVd9F/9U1D95bo9P4I2GFc+nbwA
ME+FN25996bX8TrJVY9wSyHwbNVS/yiiMn7h1u75EjItfWoJxn3zEOTVRhHs5Guf
Ocu1Pz+fKuRb93xDi3vTznD+MF1iUmgy/KH2rl44h8Idl+B3+SriFSTG8UHSgca+
C72/AoGAYdqDFmMt8nHCn3sfWwy5qXfzOySArddjWItz69T8NaDfLHmjk5iHEVrh
gy4u0WodhsPPrTPRkDnYUC6NqDZfomKAm1EbCFRBrlvip1qTNQIj8lEFixLAGrE6
6PDJzxP81y9gR3EBf3JcnxqHrOQutsXUuJOdagBEYcw8x0kn6kE=
-----END RSA PRIVATE KEY-----
"""
CLIENT_CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIDMzCCAhugAwIBAgIUJe/JbY9Nvg0fb3ne02ahJDpBQjAwDQYJKoZIhvcNAQEL
BQAwKDEmMCQGA1UEAwwdZXhhbXBsZSBjbGllbnQgb2YgdGhlIHNhbmRib3gwIBcN
MjYxMTIyMjMyMjM2WhgPMjEyNjEwMjkyMzIyMzZaMCgxJjAkBgNVBAMMHWV4YW1w
bGUgY2xpZW50IG9mIHRoZSBzYW5kYm94MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A
MIIBCgKCAQEApL3B/RfIbprz/nNj/jOGv3z0d2e9mmnyp4f69byq7V3JsetL8/b9
PqiJmFJAK53xmtHMFlUIFEzjoP0DZaLHanvDfU1IbPnt1lblF32oA8dUydqqz8oy
S8I3XnDyI0q5bJp12r3K5+a/RXp4NRyvaG4BZecACiCV+jCN3BUuz/Y2V9lrGnwX
5OR4ElN2aCK/0h5ALk0Uuw1MiB+eQnIYbOBFgHmBvcVEQhjvsJCwBuYpYr4KFaYe
4bE90mvV3wO7+SoxdrpR4SKwFCaAqj5j2NTJb8jDk/ZTczphyN2FwVK+F/0bd7Js
NGMt1+sCal2aX++49FeLP8+/MJI84bT/ywIDAQABo1MwUTAdBgNVHQ4EFgQUs8b9
um10pwSLaUCCZL0ek+jmyYwwHwYDVR0jBBgwFoAUs8b9um10pwSLaUCCZL0ek+jm
yYwwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAdnFrARARZ6dY
0P3e36ngiD4oqdj5T/Gml3k5Wvwhke3hqr63fuPhGhAaxjNbbFd/B9R1dKmwFNur
3CrStt+XnZg7I9GF7XYekP+SuTLO2hHestUasb/rwRD2oM08WwM9Kg78tYV5dUKk
cO1WPZnC7qJcF5JpeeHrbDj0IYzgnYZ0xaaKQFOy30C3V+DP91hga6I2SOJ8uXJl
ezYH50Uunq6b/bM3wT57q01RuUaQ89dyfE33qVeepFyEiblEqS0Bx+ow/ny3Pc7c
WLYPHkajQjKe3KWowLq9kP0pPX6eLmMvO+GmUfZB5bI01hl1yM583nu0jA3tTnw1
HWkKmfMqoQ==
-----END CERTIFICATE-----
"""
SERVER_KEY_PKCS1 = """\
-----BEGIN RSA PRIVATE KEY-----
MIIEowIBAAKCAQEAzy2ZYZ0fXEkCg9mC+WhgkjQzOW9Z5r1wN3PyovAfleHxv5Ap
0bCKXUE7gvJrsSTIhhF2nsl7kueDKApPGXfGCr/bdEkUs0mlPTu+7l1JnbPWh/fa
KMvi0u7qa02HACbJUKCwjQzihy293/sbcKiaF7orv7Chbtp4g9h4B45msAaTiI8m
QlEtCqAFZOurjPmgAJINDHO+x52oB3R+SuuIjmVq6jAnD8vMGBSiXKfkIIeT0GyK
RX4Y5FyjOwlb8zzaB73YGj2ZHXnphM9GOplN4eHiwupCx9Sd6fpx/y45XUFZO9Hv
LjAoRw2otIIxzt5kfOvSDDYf2TNsK9AfEjQhKQIDAQABAoIBAA/mQnakzcLR0ZEX
0L7ePUcLHYFDY+Va1XFUAyNxBSOGBvz6DdOLVlsIxg3rF8us9Hyhe3Z9JPAlt0GL
5P0h3X92sNtQPnfx5233F1SIsT0aj5S4tzPZTct9TV01wm4HC/0Vj+cLPZk9L+yw
Ay+WqNi4T2IzJnhw6L3Jj5CY45WPkEgKdjoEZKPjKCKlgieBLbTWHTrHAd0jZT0I
wQSalxM8X3tkRtohZ6WaPw9uQK/3ZAsRoxpIg+XI6r+AkWV+xnuTFaEWKittmDpd
NKRFY+aLWvBZJdGqTOre4cKLl8xnZAwEmbJtXmbIHG11tBXrqV9hw/lZSDVmPcXp
zcZkrBkCgYEA7BQlMVLBohpmE8DjcesR+wOWaGmXmSR24Ag6Tfp7ZP8wyGu3ZJ/N
1ShB3bRJjPCCRi+F2TgmEUDJ2dCoaHEmkNnxhEgFHi7Jtse68P6VCuNf8qSTlGiI
l8RAhnhP0sqBYHjIizLxTX65H6y6RNBEG10UfjRtUBBeACwSQBNad+0CgYEA4Kki
MzZutFS89WRS57Vu81j3xXjUh8O2zuXAnLZb8rRdcfkgditDrtzK0c5mbXhyboMD
iwI3XlTQx+sJfDi01uqu+S+BOnAP1K2VdxV75IcVeLkRup+Gu4uPsSyOAzeatzUr
90iime29qG6Q86f1dR/8nm47Gp+Oe//DYlUGrq0CgYAxLXEh+S9E6WLiMogurt0s
AO9QCM7/o8zvlkcu/0K9IzuyRF4LpA5onN47pNa9eUxp+nRTb5LefTSPHxw1xXxX
KE9bUvVd+Dkkzi5vDVlWz06paQclHzF1C/i1ClL2giC5S+/ar1382q0NoBmdRBUr
7hPaxmkPCJnMR2H13xI1cQKBgC+daTQ1ey0ZMJtJ0hBt8b/9wTXHMDQ+FMaxByuv
srkz5QI87NZewQ+UmB/zgN3+wzIM7nlN1PJXQ5C7jd0YH6vVPZRurxL1oUVQLPd6
RDHhN3nIr6tAGEwzfhbs/IROCqp9yH22lU/OhX3nQS2DEZDrYJ0re7dezdIWGREE
OFBZAoGBAIJywjjGR+jRYAEvxxG/Tms8tVI8kACg8e5nF1sGFvuXE6+h3fLdZuSd
v159a6YdhUmUQghsARsP9s+U9pRa0jfzLFGayiZP6h2zBpfkDK94L5y++9L4Sswi
CPwfGnEfrez5PjUTekt+A9YY9o43Ce7Tnx0jmDrq5VRuQAmikDd7
-----END RSA PRIVATE KEY-----
"""
SERVER_CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIDMzCCAhugAwIBAgIUI7mICZOXyfjdVDL5aIh3mRTm2rMwDQYJKoZIhvcNAQEL
BQAwKDEmMCQGA1UEAwwdZXhhbXBsZSBzZXJ2ZXIgb2YgdGhlIHNhbmRib3gwIBcN
MjYxMTIyMjMyMjM2WhgPMjEyNjEwMjkyMzIyMzZaMCgxJjAkBgNVBAMMHWV4YW1w
bGUgc2VydmVyIG9mIHRoZSBzYW5kYm94MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A
MIIBCgKCAQEAzy2ZYZ0fXEkCg9mC+WhgkjQzOW9Z5r1wN3PyovAfleHxv5Ap0bCK
XUE7gvJrsSTIhhF2nsl7kueDKApPGXfGCr/bdEkUs0mlPTu+7l1JnbPWh/faKMvi
0u7qa02HACbJUKCwjQzihy293/sbcKiaF7orv7Chbtp4g9h4B45msAaTiI8mQlEt
CqAFZOurjPmgAJINDHO+x52oB3R+SuuIjmVq6jAnD8vMGBSiXKfkIIeT0GyKRX4Y
5FyjOwlb8zzaB73YGj2ZHXnphM9GOplN4eHiwupCx9Sd6fpx/y45XUFZO9HvLjAo
Rw2otIIxzt5kfOvSDDYf2TNsK9AfEjQhKQIDAQABo1MwUTAdBgNVHQ4EFgQUpzD4
iL8AQB6SueFWl6IuEhxgSrEwHwYDVR0jBBgwFoAUpzD4iL8AQB6SueFWl6IuEhxg
SrEwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEATRrId7Rsop1O
cBc4O2jpyrowvs4XlJKhGmjSi9ZP6EW4tl3wVleyUeh4eSO9GYKWj6kDxZ5MZ/yA
dxOwedyySRUFeBi5cDwLHRz/q0pJzb7p5SOK/FlFwkFZb34YaOMfJA9DFi3wtz0g
/umjYs90R7RK6oVchqY0W7tycytXlBoTeX4cVHWoV2VuJ+SzlJEDZhAY8wS/3US9
UgQMMqDzqYXcJ90dUwRC5AFVkCJdKoy0w4g6dp5Vl45IoKe51vzA2Zc6qum3zhEh
rzH7crW1AnMuur9u5kfLHD5al3XNi6WxLbDLX3TWZ5et+NCFU4TZOF7A4ZQta8Bf
mtDjNTg0hQ==
-----END CERTIFICATE-----
"""
