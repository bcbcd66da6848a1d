"""Name to provider: built-ins from a literal table, others from the entry-point group `campaign_reg.providers`."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import attrs

from campaign_reg.enums import Verb
from campaign_reg.errors import ConfigurationError
from campaign_reg.protocol.backend import Backend
from campaign_reg.wire.ports import AuthScheme

GROUP = "campaign_reg.providers"


@attrs.frozen(kw_only=True)
class Provider:
    """A vendor API that `connect` can open.

    Attributes:
        name: Registered name, as given to `connect`.
        title: For people.
        config: attrs class of its settings.
        scheme: From settings to how the account proves itself.
        backend: From settings, `transport` and the shared keyword arguments of `Backend` to a backend.
    """

    name: str
    title: str
    config: type[Any]
    scheme: Callable[[Any], AuthScheme]
    backend: Callable[..., Backend[Any]]


_BUILT_IN: Mapping[str, str] = {
    "sinch": "campaign_reg.providers.sinch.ten_dlc.backend:PROVIDER",
    "sinch-senderid": "campaign_reg.providers.sinch.sender_id.backend:PROVIDER",
    "rcs": "campaign_reg.providers.rcs.backend:PROVIDER",
    "responsys": "campaign_reg.providers.responsys.backend:PROVIDER",
}


def names() -> tuple[str, ...]:
    """Every registered name, built-ins first; imports none of them."""
    others = sorted(point.name for point in entry_points(group=GROUP) if point.name not in _BUILT_IN)
    return (*_BUILT_IN, *dict.fromkeys(others))


def load(name: str) -> Provider:
    """The provider of that name, imported now.

    A plug-in cannot replace a built-in: built-ins are looked up first.

    Raises:
        ConfigurationError: The name is not registered, two plug-ins have it, or the plug-in cannot be loaded.
    """
    target = _BUILT_IN.get(name)
    if target is not None:
        module, _, attribute = target.partition(":")
        provider: Provider = getattr(importlib.import_module(module), attribute)
        return provider
    return _load_plug_in(name)


def load_for(config: object) -> Provider:
    """The provider whose settings these are.

    Raises:
        ConfigurationError: No registered provider has such settings.
    """
    broken = []
    for name in names():
        try:
            provider = load(name)
        except ConfigurationError as error:  # another user's plug-in, perhaps
            broken.append(str(error))
            continue
        if type(config) is provider.config:
            return provider
    raise ConfigurationError(
        "; ".join([f"{type(config).__name__} is no settings class of a registered provider", *broken])
    )


def verbs_of(provider: Provider) -> frozenset[Verb] | None:
    """What a provider can be asked, told by its backend's class without making one.

    Returns:
        The verbs; None where only an open backend can tell, such as one that a function makes.
    """
    kind = provider.backend
    if not (isinstance(kind, type) and issubclass(kind, Backend)):
        return None
    if inspect.getattr_static(kind, "verbs") is not vars(Backend)["verbs"]:
        return None  # it has a way of its own, which may depend on the account
    return kind.reading_verbs | frozenset(kind.rules)


def _load_plug_in(name: str) -> Provider:
    points = {point.value: point for point in entry_points(group=GROUP, name=name)}
    if not points:
        raise ConfigurationError(
            f"no provider is called {name!r}; there are: {', '.join(names())}. "
            f"A third party's is installed as a package with an entry point in {GROUP!r}"
        )
    if len(points) > 1:
        raise ConfigurationError(
            f"{len(points)} packages provide {name!r} ({', '.join(points)}): uninstall all but one"
        )
    return _checked(next(iter(points.values())))


def _checked(point: EntryPoint) -> Provider:
    try:
        provider = point.load()
    except Exception as error:
        raise ConfigurationError(
            f"the provider {point.name!r} ({point.value}) cannot be imported: {type(error).__name__}: {error}. "
            "Install what it needs, or uninstall it"
        ) from error
    if not isinstance(provider, Provider):
        raise ConfigurationError(f"{point.value} is no campaign_reg.registry.Provider")
    if provider.name != point.name:
        raise ConfigurationError(
            f"{point.value} calls itself {provider.name!r}, but is registered as {point.name!r}"
        )
    return provider
