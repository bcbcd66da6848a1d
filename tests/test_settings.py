"""Settings from arguments, environment, file and profile; nothing secret in what is said about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

import attrs
import pytest

from campaign_reg.errors import ConfigurationError
from campaign_reg.protocol.config import ProviderConfig
from campaign_reg.providers.sinch.config import SinchConfig
from campaign_reg.settings import FILE_NAME, environment_prefix, load_settings

if TYPE_CHECKING:
    from pathlib import Path

FILE = """
[sinch]
project_id = "file-project"
key_id = "file-key"
key_secret = "file-secret"
poll_first_seconds = 9
settle_seconds = 60.5

[profiles.eu.sinch]
project_id = "eu-project"
key_id = "eu-key"
key_secret = "eu-secret"

# [profiles.ghost.sinch]
[profiles]
us = { sinch = { project_id = "us-project", key_id = "us-key", key_secret = "us-secret" } }
"""


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import os

    for name in os.environ:
        if name.startswith("CAMPAIGN_REG_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / FILE_NAME
    path.write_text(FILE)
    return path


def load(profile: str | None = None, **arguments: Any) -> SinchConfig:
    config: SinchConfig = load_settings("sinch", SinchConfig, arguments, profile)
    return config


def test_arguments_before_environment_before_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_REG_SINCH_KEY_ID", "env-key")
    monkeypatch.setenv("CAMPAIGN_REG_SINCH_PROJECT_ID", "env-project")
    config = load(project_id="argument-project")
    assert (config.project_id, config.key_id, config.key_secret) == (
        "argument-project",
        "env-key",
        "file-secret",
    )


def test_numbers_from_file_and_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_REG_SINCH_POLL_FACTOR", "1.5")
    config = load()
    assert (config.poll_first_seconds, config.settle_seconds, config.poll_factor) == (9, 60.5, 1.5)
    assert config.poll_max_seconds == 3600


def test_none_is_not_given(file: Path) -> None:
    assert load(project_id=None, base_url=None).project_id == "file-project"


@pytest.mark.parametrize("profile", ["eu", "us"])
def test_a_profile_however_it_is_written(file: Path, profile: str) -> None:
    config = load(profile)
    assert (config.project_id, config.key_secret) == (f"{profile}-project", f"{profile}-secret")
    assert config.settle_seconds == 900  # nothing of [sinch] mixes in


def test_the_environment_wins_over_a_profile_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_REG_SINCH_PROJECT_ID", "env-project")
    assert load("eu").project_id == "env-project"


@pytest.mark.parametrize("profile", ["ghost", "sinch", "e", ""])
def test_a_profile_that_is_not_there(file: Path, profile: str) -> None:
    with pytest.raises(ConfigurationError, match=f"has no profile '{profile}'"):
        load(profile)


def test_a_profile_without_a_file() -> None:
    with pytest.raises(
        ConfigurationError, match=r"profile 'eu' was asked for, but there is no campaign-reg\.toml"
    ):
        load("eu")


def test_a_profile_without_this_provider_lacks_its_settings(file: Path) -> None:
    file.write_text("[profiles.eu.rcs]\nbrand = 'bsg'\n")
    with pytest.raises(ConfigurationError, match=r"\[profiles\.eu\.sinch\] of campaign-reg\.toml"):
        load("eu")


def test_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text(FILE.replace("file-project", "elsewhere"))
    monkeypatch.setenv("CAMPAIGN_REG_CONFIG", str(elsewhere))
    assert load().project_id == "elsewhere"


def test_another_file_that_is_not_there_is_not_passed_over(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPAIGN_REG_CONFIG", "typo.toml")
    with pytest.raises(
        ConfigurationError, match=r"CAMPAIGN_REG_CONFIG names typo\.toml, but there is no such file"
    ):
        load()


def test_what_is_missing_is_named_with_its_variables() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(key_id="k")
    assert str(caught.value) == (
        "sinch needs project_id, key_secret: set CAMPAIGN_REG_SINCH_PROJECT_ID, CAMPAIGN_REG_SINCH_KEY_SECRET, "
        "write them into [sinch] of campaign-reg.toml, or pass them to connect()"
    )


def test_an_unknown_argument_is_told_what_there_is() -> None:
    with pytest.raises(
        ConfigurationError, match=r"sinch has no setting key_secrt, projectid; it has: auth, "
    ) as caught:
        load(key_secrt="canary-secret", projectid="p")
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "content", ["[sinch]\nkey_secrt = 'canary-secret'\n", "[sinch\nkey_secret = 'canary-secret'"]
)
@pytest.mark.parametrize("profile", [None, "eu"])
def test_a_file_that_is_wrong_is_named_without_its_values(
    file: Path, content: str, profile: str | None
) -> None:
    file.write_text(content.replace("[sinch", "[profiles.eu.sinch") if profile else content)
    with pytest.raises(ConfigurationError, match=r"campaign-reg\.toml") as caught:
        load(profile)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("text", ["soon", "", "1e"])
def test_a_number_that_is_none(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("CAMPAIGN_REG_SINCH_SETTLE_SECONDS", text)
    with pytest.raises(ConfigurationError, match=r"settle_seconds must be a number$"):
        load(project_id="p", key_id="k", key_secret="s")


@attrs.frozen(kw_only=True)
class TypedConfig(ProviderConfig):
    """Settings of a third party's provider, of every type that text has to be turned into."""

    page_size: int = 100
    most: int | None = None
    dry_run: bool = False
    archived: Optional[bool] = None  # noqa: UP045  (the older spelling of the same)
    ratio: float | None = None
    code: str = ""
    either: int | str = 0


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("page_size", "25", 25),
        ("page_size", " -1 ", -1),
        ("most", "7", 7),
        ("dry_run", "true", True),
        ("dry_run", "YES", True),
        ("dry_run", "1", True),
        ("dry_run", "False", False),
        ("dry_run", "no", False),
        ("dry_run", "0", False),
        ("archived", "no", False),
        ("ratio", "0.5", 0.5),
        ("settle_seconds", "3", 3.0),
        ("code", "007", "007"),
        ("code", "true", "true"),
        ("either", "7", "7"),
    ],
)
def test_text_becomes_what_its_setting_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: object
) -> None:
    monkeypatch.setenv(f"CAMPAIGN_REG_ACME_{name.upper()}", text)
    read = getattr(load_settings("acme", TypedConfig, {}), name)
    assert (read, type(read)) == (value, type(value))
    monkeypatch.delenv(f"CAMPAIGN_REG_ACME_{name.upper()}")
    (tmp_path / FILE_NAME).write_text(f"[acme]\n{name} = '{text}'\n")
    assert getattr(load_settings("acme", TypedConfig, {}), name) == value


def test_a_files_own_types_stay(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("[acme]\npage_size = 25\ndry_run = true\nratio = 2\n")
    config = load_settings("acme", TypedConfig, {})
    assert (config.page_size, config.dry_run, config.ratio) == (25, True, 2)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("page_size", "canary", "page_size must be a whole number"),
        ("page_size", "2.5", "page_size must be a whole number"),
        ("page_size", "", "page_size must be a whole number"),
        ("most", "true", "most must be a whole number"),
        ("dry_run", "canary", r"dry_run must be true or false \(or yes, no, 1, 0\)"),
        ("dry_run", "", "dry_run must be true or false"),
        ("dry_run", "2", "dry_run must be true or false"),
        ("archived", "off", "archived must be true or false"),
        ("ratio", "half", "ratio must be a number"),
    ],
)
def test_text_that_is_not_what_its_setting_is(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, words: str
) -> None:
    monkeypatch.setenv(f"CAMPAIGN_REG_ACME_{name.upper()}", text)
    with pytest.raises(ConfigurationError, match=words) as caught:
        load_settings("acme", TypedConfig, {})
    assert "canary" not in str(caught.value)


def test_an_empty_variable_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_REG_SINCH_KEY_SECRET", "")
    with pytest.raises(ConfigurationError, match="key_secret is missing"):
        load(project_id="p", key_id="k")


def test_prefix_of_a_name_with_a_dash() -> None:
    assert environment_prefix("sinch-senderid") == "CAMPAIGN_REG_SINCH_SENDERID_"
