"""Where a token may be sent."""

from __future__ import annotations

from typing import Any

import pytest

from campaign_reg.errors import ConfigurationError
from campaign_reg.providers.responsys.config import ResponsysConfig
from campaign_reg.providers.responsys.endpoint import VENDOR_HOSTS, checked_endpoint, is_loopback

LOGIN = "https://login5.responsys.net"


@pytest.mark.parametrize(
    ("told", "origin"),
    [
        ("https://api5-009.responsys.net", "https://api5-009.responsys.net"),
        ("https://api5-009.responsys.net/", "https://api5-009.responsys.net"),
        ("https://api5-009.responsys.net:443", "https://api5-009.responsys.net"),
        ("api5-009.responsys.net", "https://api5-009.responsys.net"),
        ("HTTPS://API5-009.Responsys.NET", "https://api5-009.responsys.net"),
        ("https://api.rsys8.net", "https://api.rsys8.net"),
        ("https://api.rsys9.net", "https://api.rsys9.net"),
        (
            "https://abc123-api.responsys.ocs.oraclecloud.com",
            "https://abc123-api.responsys.ocs.oraclecloud.com",
        ),
    ],
)
def test_the_vendors_hosts_are_taken_however_they_are_spelled(told: str, origin: str) -> None:
    assert checked_endpoint(told, LOGIN, VENDOR_HOSTS) == origin


@pytest.mark.fault(37)
@pytest.mark.parametrize(
    "told",
    [
        "https://evil.test",
        "http://api5-009.responsys.net",
        "ftp://api5-009.responsys.net",
        "https://user@api5-009.responsys.net",
        "https://user:secret@api5-009.responsys.net",
        "https://api5-009.responsys.net@evil.test",
        "https://127.0.0.1",
        "https://[::1]",
        "http://localhost:8080",
        "https://10.0.0.1",
        "https://3232235777",
        "https://0x7f.1",
        "https://[2001:db8::1]",
        "https://api5-009.responsys.net:8443",
        "https://api5-009.responsys.net:80",
        "https://api5-009.responsys.net:",
        "https://api5-009.responsys.net.evil.test",
        "https://evilresponsys.net",
        "https://responsys.net",
        "https://-.responsys.net",
        "https://a..responsys.net",
        "https://.responsys.net",
        "https://api5-009.responsys.net.",
        "https://api5-009.responsys.net/rest",
        "https://api5-009.responsys.net?x=1",
        "https://api5-009.responsys.net#x",
        "https://api5-009.responsys.net\\@evil.test",
        "https:\\\\api5-009.responsys.net",
        "//api5-009.responsys.net",
        "https:///api5-009.responsys.net",
        "https://api5-009.responsys.net\n",
        " https://api5-009.responsys.net",
        "https://evil.test\t.responsys.net",
        "https://evil.test%2f.responsys.net",
        "https://\u0430pi5-009.responsys.net",
        "https://api5\u3002responsys.net",
        "https://evil.test/.responsys.net",
        "https://" + "a" * 64 + ".responsys.net",
        "",
        "https://",
    ],
)
def test_every_other_address_is_refused(told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked_endpoint(told, LOGIN, VENDOR_HOSTS)
    assert "secret" not in str(caught.value)


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match=r"https://api\.example\.test.*add it to allowed_hosts"):
        checked_endpoint("https://api.example.test", LOGIN, VENDOR_HOSTS)


@pytest.mark.parametrize(
    "told", ["http://127.0.0.1:8801", "http://localhost:1", "https://[::1]:9", "http://[::1]"]
)
def test_loopback_is_for_a_login_on_loopback_only(told: str) -> None:
    for login_url in ("http://127.0.0.1:8800", "http://localhost:8800", "http://[::1]:8800"):
        assert checked_endpoint(told, login_url, ("api.example.test",)) == told
    with pytest.raises(ConfigurationError):
        checked_endpoint(told, LOGIN, VENDOR_HOSTS)


def test_a_login_on_loopback_opens_no_other_door() -> None:
    for told in ("http://api5-009.responsys.net", "https://evil.test", "http://10.0.0.1", "http://127.0.0.2"):
        with pytest.raises(ConfigurationError):
            checked_endpoint(told, "http://127.0.0.1:8800", VENDOR_HOSTS)


def test_the_address_of_the_login_itself_is_no_stranger() -> None:
    gateway = "https://gateway.example.test:8443"
    assert checked_endpoint(gateway, gateway, VENDOR_HOSTS) == gateway
    with pytest.raises(ConfigurationError):
        checked_endpoint("https://gateway.example.test:8444", gateway, VENDOR_HOSTS)


def test_exact_hosts_and_patterns() -> None:
    hosts = ("api.example.test", "*.pod.example.test")
    for good in ("https://api.example.test", "https://a.pod.example.test", "https://a.b.pod.example.test"):
        assert checked_endpoint(good, LOGIN, hosts) == good
    for bad in ("https://x.api.example.test", "https://pod.example.test", "https://api5.responsys.net"):
        with pytest.raises(ConfigurationError):
            checked_endpoint(bad, LOGIN, hosts)


def test_what_is_loopback() -> None:
    assert is_loopback("http://[::1]:80")
    assert not is_loopback("https://localhost.example.test")


def config(**changes: Any) -> ResponsysConfig:
    return ResponsysConfig(**{"user_name": "u", "password": "p", "login_url": LOGIN, **changes})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["A.example.test"], ("a.example.test",)),
        ("a.example.test, *.b.example.test", ("a.example.test", "*.b.example.test")),
        ("127.0.0.1", ("127.0.0.1",)),
    ],
)
def test_patterns_from_lists_and_text(given: Any, kept: tuple[str, ...]) -> None:
    assert config(allowed_hosts=given).allowed_hosts == kept


@pytest.mark.parametrize(
    "hosts",
    [
        "",
        [],
        ["*"],
        ["*.net"],
        ["*.*.net"],
        ["10.0.0.1"],
        ["https://a.test"],
        ["a.test:443"],
        [5],
        5,
        ["a_b.test"],
    ],
)
def test_patterns_that_would_let_in_too_much_are_refused(hosts: Any) -> None:
    with pytest.raises(ConfigurationError, match="allowed_hosts"):
        config(allowed_hosts=hosts)
