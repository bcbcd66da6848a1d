"""The catalogue of the benchmarks' goals: each row has one figure of a benchmark, and each figure one row."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from benchmarks.__main__ import BENCHMARKS
from benchmarks.goals import README, catalogue


def figures(benchmark: str) -> Iterator[tuple[str, str]]:
    tree = ast.parse((README.parent / f"{benchmark}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Figure", "cpu_figure"}:
            match node.args[0]:
                case ast.Constant(value=str(what)):
                    yield benchmark, what


def test_each_row_has_one_figure_and_each_figure_one_row() -> None:
    measured = Counter(figure for benchmark in BENCHMARKS for figure in figures(benchmark))
    assert measured == Counter(catalogue().keys())


def test_every_benchmark_has_a_goal() -> None:
    assert {benchmark for (benchmark, _), goal in catalogue().items() if goal is not None} == set(BENCHMARKS)
