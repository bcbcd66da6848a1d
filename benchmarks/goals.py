"""The catalogue of the benchmarks' figures and their goals: the table in README.md."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import attrs

README = Path(__file__).parent / "README.md"
_ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (?:-|([≤≥]) ([\d.]+)[^|]*?) \|$", re.MULTILINE)


@attrs.frozen
class Goal:
    """What a figure should be.

    Attributes:
        bound: In the figure's unit.
        at_least: Whether the bound is a lower one.
    """

    bound: float
    at_least: bool

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"

    def is_met(self, measured: float) -> bool:
        """Whether a measured number reaches the goal."""
        return measured >= self.bound if self.at_least else measured <= self.bound


@functools.cache
def catalogue() -> dict[tuple[str, str], Goal | None]:
    """Goals by benchmark and figure; None for a figure that is there to compare with.

    Raises:
        ValueError: A figure has two rows.
    """
    found = _ROW.findall(README.read_text(encoding="utf-8"))
    goals = {
        (benchmark, what): Goal(float(bound), sign == "≥") if bound else None
        for benchmark, what, sign, bound in found
    }
    if len(goals) != len(found):
        raise ValueError(f"{README.name}: a figure has two rows")
    return goals
