"""Settings of a Sinch project."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from campaign_reg.errors import ConfigurationError
from campaign_reg.providers.sinch.config import SinchConfig

GOOD: dict[str, Any] = {"project_id": "p", "key_id": "k", "key_secret": "canary-secret"}


def test_defaults_lead_to_sinch() -> None:
    config = SinchConfig(**GOOD)
    assert config.base_url == "https://us10dlc.numbers.api.sinch.com"
    assert config.auth_url == "https://auth.sinch.com"
    assert config.auth == "oauth2"
    assert config.upload_path_segment == "uploadCampaignFile:submit"


def test_the_secret_is_not_shown() -> None:
    config = SinchConfig(**GOOD)
    assert "canary-secret" not in f"{config!r} {config}"


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", ["", " ", None, 5])
def test_nothing_may_be_empty(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} is missing") as caught:
        SinchConfig(**{**GOOD, name: value})
    assert "canary-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("auth", "digest", "auth must be oauth2 or basic"),
        ("base_url", "http://us10dlc.numbers.api.sinch.com", "base_url must begin with https://"),
        (
            "auth_url",
            "https://u:canary-password@auth.sinch.com",
            "auth_url must not hold a user name or password",
        ),
        ("upload_path_segment", "../x", "upload_path_segment must be uploadCampaignFile:submit or"),
        ("settle_seconds", 0, "settle_seconds must be a number of seconds above 0"),
    ],
)
def test_wrong_settings(name: str, value: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        SinchConfig(**{**GOOD, name: value})
    assert "canary" not in str(caught.value)


def test_it_cannot_be_changed() -> None:
    config = SinchConfig(**GOOD)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        config.base_url = "https://elsewhere.example"  # type: ignore[misc]
