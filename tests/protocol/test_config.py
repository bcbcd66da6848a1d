"""Settings that every provider takes, and what they refuse."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from campaign_reg.errors import ConfigurationError
from campaign_reg.protocol.config import ProviderConfig, given, https_url, one_of, origin


@attrs.frozen(kw_only=True)
class Config(ProviderConfig):
    url: str = attrs.field(default="https://api.example.com", converter=origin, validator=https_url)
    key: Any = attrs.field(default="k", validator=given, repr=False)
    mode: str = attrs.field(default="a", validator=one_of("a", "b"))


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com",
        "https://api.example.com:8443",
        "http://127.0.0.1:8800",
        "http://localhost",
        "http://[::1]:8800",
    ],
)
def test_origins_are_taken_with_or_without_a_slash(url: str) -> None:
    assert Config(url=url).url == Config(url=url + "/").url == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://api.example.com", "must begin with https://"),
        ("http://127.0.0.1.evil.test", "must begin with https://"),
        ("http://localhost.evil.test", "must begin with https://"),
        ("ftp://api.example.com", "must begin with https://"),
        ("https://user:hunter2@api.example.com", "must not hold a user name or password"),
        ("https://hunter2@api.example.com", "must not hold a user name or password"),
        ("https://:hunter2@api.example.com", "must not hold a user name or password"),
        ("https://@api.example.com", "must not hold a user name or password"),
        ("https://api.example.com/v1", "without a path"),
        ("https://api.example.com?x=1", "without a path"),
        ("https://api.example.com#x", "without a path"),
        ("https://", "must be an origin"),
        ("api.example.com", "must be an origin"),
        ("", "must be an origin"),
        ("https://api.example.com:port", "is not a URL"),
        ("https://[::1", "is not a URL"),
        (7, "is not a URL"),
    ],
)
def test_everything_else_is_refused_without_repeating_it(url: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        Config(url=url)
    assert str(caught.value).startswith("url ")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("key", ["", "  ", None, 7, b"k"])
def test_an_empty_setting_is_missing(key: Any) -> None:
    with pytest.raises(ConfigurationError, match="key is missing"):
        Config(key=key)


def test_a_secret_may_be_fetched_later() -> None:
    assert callable(Config(key=lambda: "k").key)


def test_one_of_names_what_there_is() -> None:
    with pytest.raises(ConfigurationError, match="mode must be a or b, not 'c'"):
        Config(mode="c")


@pytest.mark.parametrize("field", ["settle_seconds", "poll_first_seconds", "poll_deadline_seconds"])
@pytest.mark.parametrize("value", [0, -1, "5", None, True, float("nan")])
def test_durations_are_numbers_above_zero(field: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{field} must be a number of seconds above 0"):
        Config(**{field: value})


def test_the_schedule_and_the_waits_follow_the_settings() -> None:
    config = Config(
        settle_seconds=60, poll_first_seconds=1, poll_factor=0.5, poll_max_seconds=9, poll_deadline_seconds=99
    )
    assert config.timeouts.settle_seconds == 60
    schedule = config.schedule
    assert (schedule.first_seconds, schedule.factor, schedule.max_seconds, schedule.deadline_seconds) == (
        1,
        1,
        9,
        99,
    )
