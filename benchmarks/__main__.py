"""`python -m benchmarks [names...]`: measure, print, keep; README.md says how to read it."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import time
from contextlib import AsyncExitStack

from benchmarks.bench import Bench, NotMeasurableError
from benchmarks.report import RESULTS, Figure, Result, nginx_version, print_result, versions, write
from benchmarks.server import Nginx, cores

BENCHMARKS = (
    "get", "put", "page", "decode", "policies", "poller", "lateness", "journal", "growth", "startup", "sweep", "batch",
)  # fmt: skip


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="What it costs compared with the alternatives."
    )
    parser.add_argument("benchmarks", nargs="*", type=_benchmark, help="their names; all if none")
    parser.add_argument("--rounds", type=int, default=7, help="rounds a comparison, 7 or more to be believed")
    parser.add_argument(
        "--batch-rows", type=int, default=2000, help="campaigns in the benchmark `batch` (goal: 10000)"
    )
    return parser.parse_args()


def _benchmark(text: str) -> str:
    if text not in BENCHMARKS:
        raise argparse.ArgumentTypeError(f"there are {', '.join(BENCHMARKS)}")
    return text


async def _measure(arguments: argparse.Namespace) -> list[Result]:
    done: list[Result] = []
    async with AsyncExitStack() as stack:
        bench = Bench(rounds=arguments.rounds, batch_rows=arguments.batch_rows, stack=stack)
        for name in arguments.benchmarks or BENCHMARKS:
            module = importlib.import_module(f"benchmarks.{name}")
            try:
                result: Result = await module.run(bench)
            except NotMeasurableError as missing:
                result = Result(
                    name=name, title=module.TITLE, figures=[Figure("all", None, note=str(missing))]
                )
            print_result(result)
            done.append(result)
    return done


def main() -> None:
    """Pin this process to the client's core, measure, and keep the results."""
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
        f"{arguments.rounds} rounds, medians of paired ratios; microseconds of client CPU per piece below each"
    )
    results = asyncio.run(_measure(arguments))
    write(results, arguments.rounds, nginx)
    print(f"\n{time.monotonic() - started:.0f} s; written to {RESULTS}")


if __name__ == "__main__":
    main()
