"""What a row says: its figures against their goals, the pair of equals, and the raw medians."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

RESULTS = Path(__file__).parent / "results" / "latest.json"
MOST_APART = 0.05
_PACKAGES = (
    "campaign_reg", "aiohttp", "anyio", "attrs", "azure-core", "backoff", "cattrs", "cyclopts", "httpx",
    "httpx-aiohttp", "orjson", "pydantic", "rich", "telnyx", "yarl",
)  # fmt: skip


@attrs.frozen
class Figure:
    """One measured number, and what it should be.

    Attributes:
        what: What was compared.
        measured: The number; None where it could not be measured, with the reason in `note`.
        goal: What it must be; None for a number that is only told.
        at_least: Whether the goal is a lower bound.
        unit: Of the number.
        note: What a reader should know.
    """

    what: str
    measured: float | None
    goal: float | None = None
    at_least: bool = attrs.field(default=False, kw_only=True)
    unit: str = attrs.field(default="x", kw_only=True)
    note: str = attrs.field(default="", kw_only=True)

    @property
    def verdict(self) -> str:
        """`met`, `not met`, or nothing where there is no goal."""
        if self.measured is None:
            return "not measured"
        if self.goal is None:
            return ""
        met = self.measured >= self.goal if self.at_least else self.measured <= self.goal
        return "met" if met else "NOT MET"


@attrs.frozen(kw_only=True)
class Row:
    """One row of performance.md.

    Attributes:
        number: Its number there.
        title: What was done.
        figures: What came out.
        pair: The same program against itself, as a ratio; None where the row has no such pair.
        medians: Median per piece of work and program, in microseconds unless the key says otherwise.
    """

    number: int
    title: str
    figures: Sequence[Figure]
    pair: float | None = None
    medians: dict[str, float] = attrs.field(factory=dict)

    @property
    def trustworthy(self) -> bool:
        """Whether equals came out equal."""
        return self.pair is None or abs(self.pair - 1) <= MOST_APART


def print_row(row: Row) -> None:
    """Print a row as soon as it is known."""
    pair = ""
    if row.pair is not None:
        doubt = "" if row.trustworthy else f"  (more than {MOST_APART:.0%} apart: measure again)"
        pair = f"   A/A {row.pair:.3f}{doubt}"
    print(f"\n{row.number:>2}  {row.title}{pair}")
    for figure in row.figures:
        bound = ">=" if figure.at_least else "<="
        goal = "" if figure.goal is None else f"{bound} {figure.goal:g}"
        value = "-" if figure.measured is None else f"{figure.measured:.3g} {figure.unit}"
        note = f"   {figure.note}" if figure.note else ""
        print(f"      {figure.what:<58} {value:>11}  {goal:<8} {figure.verdict:<8}{note}".rstrip())
    if row.medians:
        print("      " + ", ".join(f"{name} {value:,.3g}" for name, value in row.medians.items()))
    sys.stdout.flush()


def versions() -> dict[str, str]:
    """Everything a figure depends on, as far as it has a version."""
    found = {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "openssl": ssl.OPENSSL_VERSION,
    }
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def machine() -> dict[str, Any]:
    """Where it was measured, and how busy that was."""
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_at_end": os.getloadavg(),
    }


def nginx_version(program: str) -> str:
    """What `nginx -v` says."""
    told = subprocess.run([program, "-v"], capture_output=True, text=True, check=False)
    return told.stderr.strip().rpartition("/")[2]


def write(rows: Sequence[Row], rounds: int, nginx: str) -> None:
    """Keep the rows for comparison; those not measured this time are not carried over."""
    plain = {
        "versions": versions() | {"nginx": nginx},
        "machine": machine(),
        "rounds": rounds,
        "rows": [
            attrs.asdict(row)
            | {
                "trustworthy": row.trustworthy,
                "figures": [attrs.asdict(figure) | {"verdict": figure.verdict} for figure in row.figures],
            }
            for row in rows
        ],
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
