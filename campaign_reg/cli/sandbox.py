"""`campaign-reg sandbox`: the vendors on loopback."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from campaign_reg.cli.options import Flag, Rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


async def sandbox(
    *,
    port: Annotated[int, Parameter(validator=Number(gte=0, lte=65535))] = 8800,
    campaigns: Annotated[int, Parameter(validator=Number(gte=0))] = 100,
    faults: Literal["demo", "rough"] | None = None,
    clock_speed: Rate = 1.0,
    rate_limit: Rate | None = None,
    seed: int = 7,
    json: Flag = False,
) -> int:
    """Serve the vendors on loopback, offline, until Ctrl-C.

    Args:
        port: Where to listen; 0 takes a free one.
        campaigns: How many each vendor has from the start.
        faults: What is to go wrong, at random; nothing without it.
        clock_speed: The vendor's seconds in one of ours.
        rate_limit: Requests a second before the vendor answers 429.
        seed: Decides campaigns, fates and faults.
        json: Print one object for programs instead.
    """
    from campaign_reg.cli.output import say_json
    from campaign_reg.errors import InvalidInputError
    from campaign_reg.sandbox import Sandbox

    vendors = Sandbox(port, seed=seed, clock_speed=clock_speed, rate_limit=rate_limit)
    ids = {name: vendor.seed(campaigns) for name, vendor in vendors.vendors.items()}
    if faults is not None:
        vendors.faults.profile(faults)
    try:
        async with vendors:
            settings = {name: vendors.settings(name) for name in vendors.vendors}
            if json:
                say_json({"url": vendors.url, **settings, "campaigns": ids})
            else:
                _say_how_to_use(vendors.url, settings, ids)
            await vendors.serve_forever()
    except OSError as error:
        raise InvalidInputError(f"port {port} cannot be used ({error.strerror}): try --port 0") from error
    except asyncio.CancelledError:  # Ctrl-C is how it is meant to end
        pass
    return 0


def _say_how_to_use(
    url: str, settings: Mapping[str, Mapping[str, Any]], ids: Mapping[str, Sequence[str]]
) -> None:
    import sys
    from shlex import quote

    from campaign_reg.cli.output import note, say
    from campaign_reg.settings import environment_prefix

    say(f"# simulated vendors at {url}; nothing here is real, the secrets neither")
    for provider, values in settings.items():
        example = (
            f"; for example: campaign-reg get {provider} {quote(ids[provider][0])}" if ids[provider] else ""
        )
        say(f"# {provider}: {len(ids[provider])} campaigns{example}")
        for name, value in values.items():
            say(f"export {environment_prefix(provider)}{name.upper()}={quote(_text(value))}")
    sys.stdout.flush()
    note("Ctrl-C ends it")


def _text(value: object) -> str:
    """A setting as the environment holds it."""
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
