"""The catalogue of failure modes and the tests that show them: each row of the page has its tests, and the reverse."""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
PAGE = TESTS.parent / "docs" / "explanation" / "failure-modes.md"
IN_PART = {
    80: "traces: the library writes none yet",
    91: "300 requests in place of 100,000",
}
"""Rows that the page says are shown in part only; take a row out when its test is complete."""

_ROW = re.compile(r"^\| (\d+) \| .+ \| .+ \| (.+) \|$", re.MULTILINE)


def _decorated(body: list[ast.stmt], inherited: frozenset[int]) -> Iterator[tuple[str, frozenset[int]]]:
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        own = inherited | {number for mark in node.decorator_list for number in _numbers(mark)}
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}::{name}", numbers) for name, numbers in _decorated(node.body, own))
        elif node.name.startswith("test_"):
            yield node.name, own


def _numbers(mark: ast.expr) -> Iterator[int]:
    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.fault":
        yield from (ast.literal_eval(argument) for argument in mark.args)


@functools.cache
def _tests() -> dict[str, frozenset[int]]:
    """Every test, as the page names it, with the rows that it is marked with."""
    return {
        f"{path.relative_to(TESTS)}::{name}": numbers
        for path in sorted(TESTS.rglob("*.py"))
        for name, numbers in _decorated(ast.parse(path.read_text(encoding="utf-8")).body, frozenset())
    }


@functools.cache
def _rows() -> dict[int, str]:
    """The rows of the page: their number and the cell with their tests."""
    found = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    rows = {int(number): cell for number, cell in found}
    assert len(rows) == len(found), "two rows have the same number"
    return rows


def test_each_row_has_a_marked_test_and_each_mark_a_row() -> None:
    marked = defaultdict(list)
    for name, numbers in _tests().items():
        for number in numbers:
            marked[number].append(name)
    assert marked.keys() == _rows().keys()


@pytest.mark.parametrize("number", _rows())
def test_a_row_names_tests_that_are_marked_with_it(number: int) -> None:
    tests = _tests()
    named = re.findall(r"`([^`]+::[^`]+)`", _rows()[number])
    assert named, "the row names no test"
    for name in named:
        assert name in tests, f"{name} does not exist"
        assert number in tests[name], f"{name} has no mark of row {number}"


def test_the_page_says_which_rows_are_shown_in_part() -> None:
    assert {number for number, cell in _rows().items() if cell.startswith("in part")} == IN_PART.keys()
