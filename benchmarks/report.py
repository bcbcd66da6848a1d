"""What a benchmark says: its figures against their goals, the pair of equals, and the raw medians."""

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

from benchmarks.goals import Goal, catalogue

RESULTS = Path(__file__).parent / "results" / "latest.json"
MOST_APART = 0.05
_PACKAGES = (
    "campaign_reg", "aiohttp", "anyio", "attrs", "azure-core", "backoff", "cattrs", "cyclopts", "httpx",
    "httpx-aiohttp", "orjson", "pydantic", "rich", "telnyx", "yarl",
)  # fmt: skip


@attrs.frozen
class Figure:
    """One measured number; its goal is in the catalogue.

    Attributes:
        what: What was compared.
        measured: The number; None where it could not be measured, with the reason in `note`.
        unit: Of the number.
        note: What a reader should know.
    """

    what: str
    measured: float | None
    unit: str = attrs.field(default="x", kw_only=True)
    note: str = attrs.field(default="", kw_only=True)


@attrs.frozen(kw_only=True)
class Result:
    """What a benchmark measured.

    Attributes:
        name: Of the benchmark.
        title: What was done.
        figures: What came out.
        pair: The same program against itself, as a ratio; None where there is no such pair.
        medians: Median per piece of work and program, in microseconds unless the key says otherwise.
    """

    name: str
    title: str
    figures: Sequence[Figure]
    pair: float | None = None
    medians: dict[str, float] = attrs.field(factory=dict)

    @property
    def trustworthy(self) -> bool:
        """Whether equals came out equal."""
        return self.pair is None or abs(self.pair - 1) <= MOST_APART

    def goal(self, figure: Figure) -> Goal | None:
        """What a figure should be; None for one that is there to compare with."""
        return catalogue()[self.name, figure.what] if figure.measured is not None else None

    def verdict(self, figure: Figure) -> str:
        """`met`, `not met`, or nothing where there is no goal."""
        if figure.measured is None:
            return "not measured"
        goal = self.goal(figure)
        return "" if goal is None else "met" if goal.is_met(figure.measured) else "NOT MET"


def print_result(result: Result) -> None:
    """Print a result as soon as it is known."""
    pair = ""
    if result.pair is not None:
        doubt = "" if result.trustworthy else f"  (more than {MOST_APART:.0%} apart: measure again)"
        pair = f"   A/A {result.pair:.3f}{doubt}"
    print(f"\n{result.name}: {result.title}{pair}")
    for figure in result.figures:
        goal = str(result.goal(figure) or "")
        value = "-" if figure.measured is None else f"{figure.measured:.3g} {figure.unit}"
        note = f"   {figure.note}" if figure.note else ""
        print(f"      {figure.what:<58} {value:>11}  {goal:<8} {result.verdict(figure):<8}{note}".rstrip())
    if result.medians:
        print("      " + ", ".join(f"{name} {value:,.3g}" for name, value in result.medians.items()))
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


def write(results: Sequence[Result], rounds: int, nginx: str) -> None:
    """Keep the results for comparison; those not measured this time are not carried over."""
    plain = {
        "versions": versions() | {"nginx": nginx},
        "machine": machine(),
        "rounds": rounds,
        "results": [
            attrs.asdict(result)
            | {
                "trustworthy": result.trustworthy,
                "figures": [_plain(result, figure) for figure in result.figures],
            }
            for result in results
        ],
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


def _plain(result: Result, figure: Figure) -> dict[str, Any]:
    goal = result.goal(figure)
    return attrs.asdict(figure) | {"goal": str(goal or ""), "verdict": result.verdict(figure)}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
