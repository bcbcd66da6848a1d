"""Kinds of options that several commands have; `--no-...` forms are offered by none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import attrs
from cyclopts import Parameter, Token
from cyclopts.validators import Number

from campaign_reg.errors import InvalidInputError


def _is_money(_: object, value: Decimal | None) -> None:
    if value is not None and not (value.is_finite() and value >= 0):
        raise ValueError("must be an amount of 0 or more")


def _seconds(_: object, tokens: Sequence[Token]) -> float:
    found = _DURATION.fullmatch(tokens[0].value)
    if found is None:
        raise ValueError("is no time: give seconds, or a number with s, m, h or d, such as 90, 30m or 2d")
    return float(found["number"]) * _UNITS[found["unit"]]


_DURATION = re.compile(r"(?P<number>\d+(\.\d+)?)(?P<unit>[smhd]?)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}

Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
Count = Annotated[int, Parameter(validator=Number(gte=1))]
Seconds = Annotated[float, Parameter(converter=_seconds)]
"""Seconds, or a number with a unit: `90`, `30m`, `2d`."""
Whole = Annotated[int, Parameter(validator=Number(gte=0))]
Rate = Annotated[float, Parameter(validator=Number(gt=0))]
Money = Annotated[Decimal, Parameter(validator=_is_money)]
Members = Annotated[list[str], Parameter(name="--set", negative=())]
Draft = Annotated[str, Parameter(name="--input", allow_leading_hyphen=True)]
"""A file, or `-` for standard input."""


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Waiting:
    """What every command has that writes.

    Attributes:
        wait: How long to wait for the outcome, in seconds or like 30m; the action goes on at the vendor in any case.
        no_wait: Do not wait; print the token that takes the action up.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object for programs.
    """

    wait: Seconds = 60.0
    no_wait: Flag = False
    profile: str | None = None
    json: Flag = False

    @property
    def seconds(self) -> float:
        """For how long to wait."""
        return 0.0 if self.no_wait else self.wait


WAITING = Waiting()


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class GuardrailOptions:
    """What a batch may cost, and when it waits for a person.

    Attributes:
        fee: Price of one attempt.
        max_items: Most campaigns to send.
        max_fee: Most to pay, every attempt counted; needs --fee.
        canary: Send this many campaigns first, and stop when they have settled.
        stop_on_downgrades: Send no more once a campaign has come back with worse terms.
        max_unknown: Send no more once more rows than this are unknown.
    """

    fee: Money | None = None
    max_items: Whole | None = None
    max_fee: Money | None = None
    canary: Count | None = None
    stop_on_downgrades: Flag = False
    max_unknown: Whole | None = None


NO_GUARDRAILS = GuardrailOptions()


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Driving:
    """How hard a batch drives the account, and for how long.

    Attributes:
        in_flight: Requests at once.
        per_second: Requests a second at most.
        wait: Stop so long after the last row was sent, in seconds or like 30m; by default when all have settled.
        no_wait: Stop as soon as everything has been sent.
        no_resend: Never send a lost write again, even if it is proven that it was not applied.
        profile: Section of campaign-reg.toml to take settings from.
        json: Print one object for programs.
    """

    in_flight: Count = 64
    per_second: Rate | None = None
    wait: Seconds | None = None
    no_wait: Flag = False
    no_resend: Flag = False
    profile: str | None = None
    json: Flag = False

    @property
    def wait_seconds(self) -> float | None:
        """For how long to wait once everything has been sent; None for as long as it takes."""
        return 0.0 if self.no_wait else self.wait


DRIVING = Driving()


def pairs(given: Sequence[str] | None, option: str) -> dict[str, str]:
    """Names and values of a repeated option; dashes in names become underscores.

    Raises:
        InvalidInputError: One is not of the form name=value, or is given twice.
    """
    found: dict[str, str] = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name:
            raise InvalidInputError(f"{option} takes name=value, not {text!r}")
        if name in found:
            raise InvalidInputError(f"{option} {name} is given twice")
        found[name] = value
    return found
