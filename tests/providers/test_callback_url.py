"""Where callbacks may go: what leads to the inside of somebody's network is refused before it is registered."""

from __future__ import annotations

import pytest

from campaign_reg.providers.callback_url import callback_url_problem


@pytest.mark.fault(79)
@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.harborlane.example/sinch",
        "HTTPS://Hooks.Harborlane.example:8443/sinch?a=b#c",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://[::ffff:8.8.8.8]/",
        "https://xn--bcher-kva.example.",
        "https://1.example.com/%2e%2e/x",
        "https://my_host.example.com",
        "https://localhost.example.com",
        "https://10.example",
    ],
)
def test_public_ones(url: str) -> None:
    assert callback_url_problem(url) == ""


@pytest.mark.fault(79)
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.harborlane.example/sinch", "must begin with https://"),
        ("hooks.harborlane.example/sinch", "must begin with https://"),
        ("ftp://hooks.harborlane.example", "must begin with https://"),
        ("//hooks.harborlane.example", "must begin with https://"),
        ("", "must begin with https://"),
        ("https://", "needs a host"),
        ("https:///x", "needs a host"),
        ("https://hooks.harborlane.example:0/", "needs a host"),
        ("https://hooks.harborlane.example:70000/", "is not a URL"),
        ("https://[::1", "is not a URL"),
        ("https://[v1.x]/", "is not a URL"),
        ("https://u:canary@hooks.harborlane.example/", "user name or password"),
        ("https://hooks.harborlane.example@10.0.0.1/", "user name or password"),
        ("https://hooks.harborlane.example/\n", "control characters"),
        ("https://hooks.harborlane.example/\u200b", "control characters"),
        ("https://hooks.harborlane.example/a b", "blanks"),
        ("https://hooks.harborlane.example\\@10.0.0.1/", "backslashes"),
        ("https://a%2eb.example.com/", "ASCII letters"),
        ("https://a..example.com/", "ASCII letters"),
        ("https://-a.example.com/", "ASCII letters"),
        ("https://bücher.example/", "ASCII letters"),
        ("https://\uff11\uff10.0.0.1/", "ASCII letters"),
        ("https://127\u30020\u30020\u30021/", "ASCII letters"),
    ],
)
def test_what_is_no_https_url(url: str, words: str) -> None:
    problem = callback_url_problem(url)
    assert words in problem
    assert "canary" not in problem


@pytest.mark.fault(79)
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "[2606:4700::1111%25eth0]",
        "[fc00::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::10.0.0.1]",
        "[2002:7f00:1::]",
        "[2002:0a00:0001::1]",
    ],
)
def test_addresses_that_are_not_public(host: str) -> None:
    assert "not on the public internet" in callback_url_problem(f"https://{host}/x")
    assert "not on the public internet" in callback_url_problem(f"https://{host}:8443/")


@pytest.mark.fault(79)
@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "0", "1.2.3.4.5"]
)
def test_addresses_in_disguise(host: str) -> None:
    assert "odd spelling" in callback_url_problem(f"https://{host}/x")


@pytest.mark.fault(79)
@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "printer.local",
        "Printer.LOCAL.",
        "db.internal",
        "nas.lan",
        "intra",
        "x.home.arpa",
        "router.home",
        "x.localdomain",
    ],
)
def test_names_that_are_not_public(host: str) -> None:
    assert "means nothing on the public internet" in callback_url_problem(f"https://{host}/x")
