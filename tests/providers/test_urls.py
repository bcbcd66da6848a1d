"""Secrets in URLs: an address of a vendor that holds one is refused, and repeated to nobody."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from campaign_reg import connect, registry
from campaign_reg.errors import ConfigurationError
from campaign_reg.protocol.config import https_url
from campaign_reg.settings import environment_prefix
from tests.support.stage import PLANS

REQUIRED: dict[str, dict[str, str]] = {
    "sinch": {"project_id": "p", "key_id": "k", "key_secret": "s"},
    "sinch-senderid": {"project_id": "p", "key_id": "k", "key_secret": "s"},
    "rcs": {"api_key": "live_key", "brand": "bsg"},
    "responsys": {"user_name": "u", "password": "p", "login_url": "https://login5.responsys.net"},
}
ADDRESSES = [
    (name, field.name)
    for name in PLANS
    for field in attrs.fields(registry.load(name).config)
    if field.validator is https_url
]


def opened(name: str, **settings: Any) -> Any:
    by_name: Any = connect
    return by_name(name, **settings)


def test_every_provider_has_addresses() -> None:
    assert {name for name, _ in ADDRESSES} == set(PLANS) == set(REQUIRED)


@pytest.mark.fault(81)
@pytest.mark.parametrize("from_environment", [False, True])
@pytest.mark.parametrize(
    "url",
    [
        "https://canary@vendor.example.test",
        "https://user:canary@vendor.example.test",
        "https://vendor.example.test/?token=canary",
        "https://vendor.example.test/canary",
        "https://vendor.example.test#canary",
        "https://vendor.example.test:canary",
        "http://canary.example.test",
        "canary",
    ],
)
@pytest.mark.parametrize(("name", "setting"), ADDRESSES)
def test_an_address_that_holds_a_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, setting: str, url: str, from_environment: bool
) -> None:
    settings = REQUIRED[name] | {setting: url}
    if from_environment:
        monkeypatch.setenv(environment_prefix(name) + setting.upper(), settings.pop(setting))
    with pytest.raises(ConfigurationError, match=setting) as caught:
        opened(name, **settings)
    error: BaseException | None = caught.value
    while error is not None:
        assert "canary" not in f"{error} {error!r}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
