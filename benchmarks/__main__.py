"""`python -m benchmarks [rows...]`: measure, print, keep; README.md says how to read it."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import time
from contextlib import AsyncExitStack

from benchmarks.bench import Bench, NotMeasurableError
from benchmarks.report import RESULTS, Figure, Row, nginx_version, print_row, versions, write
from benchmarks.server import Nginx, cores

ROWS = {
    1: "row01_get",
    2: "row02_put",
    3: "row03_page",
    4: "row04_decode",
    5: "row05_policies",
    6: "row06_poller",
    7: "row07_lateness",
    8: "row08_journal",
    9: "row09_growth",
    10: "row10_import",
    11: "row11_sweep",
    12: "row12_batch",
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="What it costs beside the alternatives."
    )
    parser.add_argument("rows", nargs="*", type=_row, help="rows of performance.md; all if none")
    parser.add_argument("--rounds", type=int, default=7, help="rounds a comparison, 7 or more to be believed")
    parser.add_argument(
        "--batch-rows", type=int, default=2000, help="campaigns in the batch of row 12 (goal: 10000)"
    )
    return parser.parse_args()


def _row(text: str) -> int:
    number = int(text) if text.isdigit() else 0
    if number not in ROWS:
        raise argparse.ArgumentTypeError(f"there are {', '.join(map(str, ROWS))}")
    return number


async def _measure(arguments: argparse.Namespace) -> list[Row]:
    done: list[Row] = []
    async with AsyncExitStack() as stack:
        bench = Bench(rounds=arguments.rounds, batch_rows=arguments.batch_rows, stack=stack)
        for number in sorted(set(arguments.rows)) or ROWS:
            module = importlib.import_module(f"benchmarks.{ROWS[number]}")
            try:
                row: Row = await module.run(bench)
            except NotMeasurableError as missing:
                row = Row(number=number, title=module.TITLE, figures=[Figure("all", None, note=str(missing))])
            print_row(row)
            done.append(row)
    return done


def main() -> None:
    """Pin this process to the client's core, measure the rows, and keep the result."""
    arguments = _arguments()
    if hasattr(os, "sched_setaffinity"):
        cores_of_client, _ = cores()
        os.sched_setaffinity(0, cores_of_client)
    started = time.monotonic()
    program = Nginx.find()
    nginx = "not installed" if program is None else nginx_version(program)
    told = versions() | {"nginx": nginx}
    print(", ".join(f"{name} {version}" for name, version in told.items()))
    print(
        f"{arguments.rounds} rounds, medians of paired ratios; microseconds of client CPU per piece below each row"
    )
    rows = asyncio.run(_measure(arguments))
    write(rows, arguments.rounds, nginx)
    print(f"\n{time.monotonic() - started:.0f} s; written to {RESULTS}")


if __name__ == "__main__":
    main()
