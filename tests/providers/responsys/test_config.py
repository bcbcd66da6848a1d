"""Settings of a Responsys account."""

from __future__ import annotations

from typing import Any

import pytest

from campaign_reg.errors import ConfigurationError
from campaign_reg.providers.responsys.config import ResponsysConfig
from campaign_reg.providers.responsys.endpoint import VENDOR_HOSTS
from campaign_reg.settings import load_settings

CERTIFICATES = {"password": None, "client_key": "canary-key", "server_certificate": "s.pem"}


def config(**changes: Any) -> ResponsysConfig:
    given = {
        "user_name": "api_user@example",
        "password": "canary-secret",
        "login_url": "https://login5.responsys.net/",
    }
    return ResponsysConfig(**{**given, **changes})


def test_defaults() -> None:
    made = config()
    assert made.login_url == "https://login5.responsys.net"
    assert (made.allowed_hosts, made.api_version) == (VENDOR_HOSTS, "v1.5")


def test_secrets_do_not_show() -> None:
    for made in (config(), config(**CERTIFICATES), config(password=lambda: "canary-secret")):
        assert "canary" not in repr(made)


@pytest.mark.parametrize(
    "changes",
    [
        {"user_name": ""},
        {"password": ""},
        {"password": None},
        {"password": None, "client_key": "k"},
        {"password": None, "server_certificate": "c"},
        {**CERTIFICATES, "password": "p"},
        {"client_key": "k"},
        {"server_certificate": "c"},
        {**CERTIFICATES, "client_key": ""},
        {**CERTIFICATES, "server_certificate": " "},
        {"login_url": "http://login5.responsys.net"},
        {"login_url": "https://u:p@login5.responsys.net"},
        {"api_version": "v1.4"},
        {"api_version": ""},
        {"approval_member": "state"},
    ],
)
def test_wrong_settings_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        config(**changes)
    assert "canary" not in str(caught.value)


def test_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "USER_NAME": "u",
        "PASSWORD": "p",
        "LOGIN_URL": "https://login.rsys8.net",
        "ALLOWED_HOSTS": "api.example.test,*.b.example.test",
        "API_VERSION": "v1.3",
        "SETTLE_SECONDS": "30",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"CAMPAIGN_REG_RESPONSYS_{name}", value)
    made: ResponsysConfig = load_settings("responsys", ResponsysConfig, {})
    assert made.allowed_hosts == ("api.example.test", "*.b.example.test")
    assert (made.api_version, made.settle_seconds) == ("v1.3", 30.0)
