"""Settings of a provider: from arguments, then the environment, then `campaign-reg.toml`."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, get_type_hints

import attrs
import typed_settings
from typed_settings.exceptions import TsError

from campaign_reg.errors import ConfigurationError
from campaign_reg.hints import without_none

if TYPE_CHECKING:
    from campaign_reg.protocol.config import Secret

FILE_NAME = "campaign-reg.toml"
FILE_VARIABLE = "CAMPAIGN_REG_CONFIG"

_YES, _NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
_NUMBERS: Mapping[Any, str] = {int: "a whole number", float: "a number"}


class CommonSettings(TypedDict, total=False):
    """Settings that every provider takes; see `ProviderConfig`."""

    settle_seconds: float
    poll_first_seconds: float
    poll_factor: float
    poll_max_seconds: float
    poll_deadline_seconds: float


class SinchAccessSettings(CommonSettings, total=False):
    """What the settings of all Sinch APIs begin with."""

    project_id: str
    key_id: str
    key_secret: Secret
    auth: Literal["oauth2", "basic"]
    base_url: str
    auth_url: str


class SinchSettings(SinchAccessSettings, total=False):
    """Settings of `connect("sinch")`; see `SinchConfig`."""

    upload_path_segment: str


class SenderIdSettings(SinchAccessSettings, total=False):
    """Settings of `connect("sinch-senderid")`; see `SenderIdConfig`."""

    upload_body: Literal["multipart", "raw"]
    template_path: str


class RcsSettings(CommonSettings, total=False):
    """Settings of `connect("rcs")`; see `RcsConfig`."""

    api_key: Secret
    brand: Literal["bsg", "wwt"]
    base_url: str
    time_zone: str | None
    list_path: str
    stop_method: Literal["PATCH", "PUT"]
    account: str


class ResponsysSettings(CommonSettings, total=False):
    """Settings of `connect("responsys")`; see `ResponsysConfig`."""

    user_name: str
    password: Secret | None
    client_key: Secret | None
    server_certificate: str | None
    login_url: str
    allowed_hosts: Sequence[str]
    api_version: Literal["v1.5", "v1.3"]
    approval_member: Literal["approvalStatus", "status"]


def environment_prefix(provider: str) -> str:
    """`CAMPAIGN_REG_SINCH_`: the provider's settings follow it, in capitals."""
    return f"CAMPAIGN_REG_{provider.upper().replace('-', '_')}_"


def load_settings(
    provider: str, kind: type[Any], arguments: Mapping[str, Any], profile: str | None = None
) -> Any:
    """Gather a provider's settings and make its config object.

    Args:
        provider: Registered name.
        kind: attrs class of its settings.
        arguments: Given by the caller; they win over the environment, which wins over the file.
        profile: Section `[profiles.NAME.PROVIDER]` of the file; without it `[PROVIDER]`.

    Raises:
        ConfigurationError: A setting is missing, unknown or wrong, or there is no such profile. Values are not
            repeated, since they may be secret.
    """
    known = {field.name for field in attrs.fields(kind)}
    unknown = sorted(set(arguments) - known)
    if unknown:
        raise ConfigurationError(
            f"{provider} has no setting {', '.join(unknown)}; it has: {', '.join(sorted(known))}"
        )
    values = _from_outside(provider, kind, profile) | {
        name: value for name, value in arguments.items() if value is not None
    }
    missing = [
        field.name
        for field in attrs.fields(kind)
        if field.default is attrs.NOTHING and field.name not in values
    ]
    if missing:
        variables = ", ".join(environment_prefix(provider) + name.upper() for name in missing)
        raise ConfigurationError(
            f"{provider} needs {', '.join(missing)}: set {variables}, write them into "
            f"[{_section(provider, profile)}] of {FILE_NAME}, or pass them to connect()"
        )
    return kind(**values)


def _from_outside(provider: str, kind: type[Any], profile: str | None) -> dict[str, Any]:
    """What environment and file say, unset ones left out."""
    names = [field.name for field in attrs.fields(kind)]
    raw: type[Any] = attrs.make_class("Settings", {name: attrs.field(default=None) for name in names})
    file = _file()
    section = _section(provider, profile)
    _check_profile(file, profile)
    try:
        loaded: Any = typed_settings.load_settings(
            raw,
            loaders=[
                typed_settings.FileLoader({"*": typed_settings.TomlFormat(section)}, [file]),
                typed_settings.EnvLoader(environment_prefix(provider)),
            ],
        )
    except TsError as error:
        raise ConfigurationError(f"{file}: {error}") from None
    hints = get_type_hints(kind)
    return {
        name: _from_text(name, value, hints[name]) if isinstance(value, str) else value
        for name in names
        if (value := getattr(loaded, name)) is not None
    }


def _file() -> Path:
    """Where the file would be; one that was named has to be there."""
    named = os.environ.get(FILE_VARIABLE)
    if named and not Path(named).is_file():
        raise ConfigurationError(f"{FILE_VARIABLE} names {named}, but there is no such file")
    return Path(named or FILE_NAME)


def _section(provider: str, profile: str | None) -> str:
    return provider if profile is None else f"profiles.{profile}.{provider}"


def _check_profile(file: Path, profile: str | None) -> None:
    if profile is None:
        return
    if not file.is_file():
        raise ConfigurationError(f"profile {profile!r} was asked for, but there is no {file}")
    try:
        profiles = tomllib.loads(file.read_text(encoding="utf-8")).get("profiles")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file}: {error}") from None
    if not isinstance(profiles, dict) or profile not in profiles:
        raise ConfigurationError(f"{file} has no profile {profile!r}")


def _from_text(name: str, text: str, kind: Any) -> Any:
    """The value that text of the environment stands for; what is neither number nor yes or no stays text.

    Raises:
        ConfigurationError: It is not of its setting's type.
    """
    kind = without_none(kind)
    if kind is bool:
        word = text.strip().lower()
        if word not in _YES | _NO:
            raise ConfigurationError(f"{name} must be true or false (or yes, no, 1, 0)")
        return word in _YES
    try:
        return kind(text) if kind in _NUMBERS else text
    except ValueError:
        raise ConfigurationError(f"{name} must be {_NUMBERS[kind]}") from None
