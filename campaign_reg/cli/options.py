"""Kinds of options that several commands have; `--no-...` forms are offered by none."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import attrs
from cyclopts import Parameter
from cyclopts.validators import Number


def _is_money(_: object, value: Decimal | None) -> None:
    if value is not None and not (value.is_finite() and value >= 0):
        raise ValueError("must be an amount of 0 or more")


Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
Count = Annotated[int, Parameter(validator=Number(gte=1))]
Seconds = Annotated[float, Parameter(validator=Number(gte=0))]
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
        wait: Seconds to wait for the outcome; the action goes on at the vendor in any case.
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
