"""Kinds of options that several commands have; `--no-...` forms are offered by none."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

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
