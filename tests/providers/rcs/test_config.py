"""Settings: what the brand decides, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

import campaign_reg
from campaign_reg.enums import Verb
from campaign_reg.errors import ConfigurationError
from campaign_reg.providers.rcs.config import RcsConfig
from campaign_reg.providers.rcs.rules import RULES

KEY = "live_canary0000000000SECRET"


def config(**changes: Any) -> RcsConfig:
    return RcsConfig(**{"api_key": KEY, "brand": "bsg", **changes})


@pytest.mark.parametrize(
    ("brand", "base_url", "list_path", "stop_method"),
    [
        ("bsg", "https://one-api.bsg.world", "/api/campaigns", "PATCH"),
        ("wwt", "https://one-api.wwt.world", "/api/campaign", "PUT"),
    ],
)
def test_the_brand_decides(brand: str, base_url: str, list_path: str, stop_method: str) -> None:
    made = config(brand=brand)
    assert (made.base_url, made.list_path, made.stop_method) == (base_url, list_path, stop_method)
    assert made.zone is None


def test_what_was_deduced_can_be_set() -> None:
    made = config(base_url="https://api.example/", list_path="/api/campaign", stop_method="PUT")
    assert (made.base_url, made.list_path, made.stop_method) == (
        "https://api.example",
        "/api/campaign",
        "PUT",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"brand": "BSG"},
        {"brand": ""},
        {"brand": None},
        {"api_key": ""},
        {"api_key": " "},
        {"api_key": None},
        {"base_url": "http://one-api.bsg.world"},
        {"base_url": "https://user:pass@one-api.bsg.world"},
        {"time_zone": "Kyiv"},
        {"time_zone": ""},
        {"time_zone": "../etc/passwd"},
        {"time_zone": 3},
        {"list_path": "/api/campaigns/"},
        {"stop_method": "DELETE"},
        {"account": ""},
        {"settle_seconds": 0},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))) as caught:
        config(**wrong)
    assert KEY not in str(caught.value)
    assert "user:pass" not in str(caught.value)


def test_the_brand_has_no_default() -> None:
    """A key must not go to the other brand's host by mistake."""
    with pytest.raises(ConfigurationError, match="brand"):
        campaign_reg.connect("rcs", api_key=KEY)


def test_a_zone_by_its_name() -> None:
    zone = config(time_zone="Europe/Kyiv").zone
    assert zone is not None
    assert zone.key == "Europe/Kyiv"


def test_the_key_is_not_shown() -> None:
    made = config()
    assert KEY not in repr(made)
    assert KEY not in made.account
    assert KEY[:12] not in made.account


def test_accounts_differ_by_key_and_host() -> None:
    accounts = {config().account, config(brand="wwt").account, config(api_key=KEY + "2").account}
    assert len(accounts) == 3
    assert config().account == config(time_zone="Europe/Kyiv").account
    assert config(account="shop").account == config(account="shop", api_key="another-key").account == "shop"
    assert config(api_key=lambda: KEY).account == "https://one-api.bsg.world"


def test_a_lost_renewal_can_be_proven_idle_before_it_is_too_late_to_send_it_again() -> None:
    limit = RULES[Verb.RENEW].resend_within_seconds
    assert limit is not None
    assert 2 * RcsConfig(api_key="live_x", brand="bsg").settle_seconds < limit
