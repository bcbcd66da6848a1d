"""Docstrings and comments of the package are plain technical English."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "campaign_reg"
FILES = sorted(PACKAGE.rglob("*.py"))
_AVOIDED = re.compile(
    r"\b(nobody|somebody|whoever|everybody|anew|afresh|beside|so many|pretended|knobs|hands out|stood)\b"
    r"|\b(stands)\b(?! for\b)"
    r"|\b(tells)\b(?! apart)",
    re.IGNORECASE,
)


def prose(source: str) -> Iterator[tuple[int, str]]:
    """The comments, and the lines of docstrings and of texts under assignments, with their numbers."""
    standing = {
        (node.value.lineno, node.value.col_offset)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        is_text = token.type == tokenize.STRING and token.start in standing
        if is_text or token.type == tokenize.COMMENT:
            yield from enumerate(token.string.splitlines(), token.start[0])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_words_are_plain(path: Path) -> None:
    found = [(line, text.strip()) for line, text in prose(path.read_text()) if _AVOIDED.search(text)]
    assert found == []
