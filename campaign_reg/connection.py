"""Opening a connection to one account: settings, transport stack, lifetime."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, TypedDict, TypeVar, Unpack, overload

from campaign_reg.clock import SystemClock
from campaign_reg.errors import ConfigurationError
from campaign_reg.protocol.backend import Backend
from campaign_reg.providers import registry
from campaign_reg.rate import Limits, RateLimiter
from campaign_reg.settings import (
    RcsSettings,
    ResponsysSettings,
    SenderIdSettings,
    SinchSettings,
    load_settings,
)
from campaign_reg.transport.aiohttp import AiohttpTransport
from campaign_reg.transport.auth import AuthTransport
from campaign_reg.transport.limiter import GcraLimiter, LimiterTransport
from campaign_reg.transport.retry import RetryTransport

if TYPE_CHECKING:
    import aiohttp

    from campaign_reg.clock import Clock
    from campaign_reg.protocol.config import ProviderConfig
    from campaign_reg.providers.rcs.backend import RcsBackend
    from campaign_reg.providers.rcs.config import RcsConfig
    from campaign_reg.providers.responsys.backend import ResponsysBackend
    from campaign_reg.providers.responsys.config import ResponsysConfig
    from campaign_reg.providers.sinch.config import SenderIdConfig, SinchConfig
    from campaign_reg.providers.sinch.sender_id.backend import SenderIdBackend
    from campaign_reg.providers.sinch.ten_dlc.backend import SinchBackend

B = TypeVar("B", bound=Backend[Any])


class Connection(Generic[B]):
    """What `connect` returns: `async with` it, or `await` it and call `aclose()` on the backend."""

    def __init__(self, build: Callable[[], B]) -> None:
        self._build = build
        self._backend: B | None = None

    def __await__(self) -> Generator[Any, None, B]:
        return self._open().__await__()

    async def __aenter__(self) -> B:
        return await self._open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._backend is not None:
            await self._backend.aclose()

    async def _open(self) -> B:
        if self._backend is not None:
            raise ConfigurationError("this connection was opened before: call connect() again for another")
        self._backend = self._build()
        try:
            await self._backend.identify()
        except BaseException:
            await self._backend.aclose()
            raise
        return self._backend


class ConnectOptions(TypedDict, total=False):
    """Options that every form of `connect` takes; None, or left out, takes the default.

    Attributes:
        connector: A borrowed aiohttp connector; it is never closed here. The default is one of our own.
        pace: The account's rate limiter, shared with other connections. The default is one of its own.
        limits: Concurrency and request rate. The default is `Limits()`.
        clock: Source of time, for tests. The default is the system's clock.
        rng: Source of jitter, for tests. The default is a new `random.Random`.
    """

    connector: aiohttp.BaseConnector | None
    pace: RateLimiter | None
    limits: Limits | None
    clock: Clock | None
    rng: random.Random | None


class NamedOptions(ConnectOptions, total=False):
    """What `connect` takes with a provider's name."""

    profile: str | None


class SinchOptions(NamedOptions, SinchSettings, total=False):
    """What `connect("sinch")` takes."""


class SenderIdOptions(NamedOptions, SenderIdSettings, total=False):
    """What `connect("sinch-senderid")` takes."""


class RcsOptions(NamedOptions, RcsSettings, total=False):
    """What `connect("rcs")` takes."""


class ResponsysOptions(NamedOptions, ResponsysSettings, total=False):
    """What `connect("responsys")` takes."""


@overload
def connect(provider: Literal["sinch"], **options: Unpack[SinchOptions]) -> Connection[SinchBackend]: ...
@overload
def connect(
    provider: Literal["sinch-senderid"], **options: Unpack[SenderIdOptions]
) -> Connection[SenderIdBackend]: ...
@overload
def connect(provider: Literal["rcs"], **options: Unpack[RcsOptions]) -> Connection[RcsBackend]: ...
@overload
def connect(
    provider: Literal["responsys"], **options: Unpack[ResponsysOptions]
) -> Connection[ResponsysBackend]: ...
@overload
def connect(provider: SinchConfig, **options: Unpack[ConnectOptions]) -> Connection[SinchBackend]: ...
@overload
def connect(provider: SenderIdConfig, **options: Unpack[ConnectOptions]) -> Connection[SenderIdBackend]: ...
@overload
def connect(provider: RcsConfig, **options: Unpack[ConnectOptions]) -> Connection[RcsBackend]: ...
@overload
def connect(provider: ResponsysConfig, **options: Unpack[ConnectOptions]) -> Connection[ResponsysBackend]: ...
@overload
def connect(provider: ProviderConfig, **options: Unpack[ConnectOptions]) -> Connection[Any]: ...
@overload
def connect(  # without settings, or a misspelt one of a built-in would match here
    provider: str, **options: Unpack[NamedOptions]
) -> Connection[Any]: ...
def connect(
    provider: object,
    *,
    profile: str | None = None,
    connector: aiohttp.BaseConnector | None = None,
    pace: RateLimiter | None = None,
    limits: Limits | None = None,
    clock: Clock | None = None,
    rng: random.Random | None = None,
    **settings: Any,
) -> Connection[Any]:
    """Open one account at a provider; no I/O before the first call, unless the provider has to ask for its name.

    Args:
        provider: A registered name, or a provider's config object.
        profile: Section of `campaign-reg.toml` to take settings from.
        connector: A borrowed aiohttp connector; it is never closed here, and nothing else of its session is used.
        pace: The account's rate limiter, when it is shared with other connections.
        limits: Requests at once and a second.
        clock: Time; for tests.
        rng: Source of jitter; for tests.
        **settings: The provider's settings; those left out come from the environment, then from the file. Type
            checkers know those of built-ins; for a plug-in, give its config object.

    Raises:
        ConfigurationError: The provider is unknown, or a setting is missing or wrong; says what to do.
    """
    if isinstance(provider, str):
        entry = registry.load(provider)
        config = load_settings(provider, entry.config, settings, profile)
    else:
        if settings or profile:
            raise ConfigurationError(
                "a config object holds all settings: give no settings and no profile with it"
            )
        entry, config = registry.load_for(provider), provider
    limits, clock, rng = limits or Limits(), clock or SystemClock(), rng or random.Random()  # noqa: S311

    def build() -> Backend[Any]:
        account_pace: RateLimiter = GcraLimiter(limits, clock) if pace is None else pace
        sockets = AiohttpTransport(clock=clock, limits=limits, connector=connector)
        limiter = LimiterTransport(sockets, account_pace, clock, limits.in_flight)
        transport = AuthTransport(
            RetryTransport(limiter, account_pace, clock, random=rng), entry.scheme(config), clock
        )

        async def close() -> None:
            await transport.aclose()
            await sockets.aclose()

        return entry.backend(
            config,
            transport,
            pace=account_pace,
            clock=clock,
            rng=rng,
            close=close,
            in_flight=limits.in_flight,
        )

    return Connection(build)
