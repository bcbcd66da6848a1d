"""Every mutant of the trials still applies to the package, and compiles; the trials themselves run the mutants."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.property import mutants as histories
from tests.support.mutants import Change, constant, copy_to, replace
from tests.trial import mutants as trials

CHANGES = {f"trial, {name}": mutant.changes for name, mutant in trials.MUTANTS.items()} | {
    f"histories, {name}": mutant.changes for name, mutant in histories.MUTANTS.items()
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_to(tmp_path_factory.mktemp("package"), ["campaign_reg"]) / "campaign_reg"


@pytest.mark.parametrize("name", CHANGES)
def test_a_mutant_applies_and_compiles(package: Path, name: str) -> None:
    files = {package.joinpath(*change.module.split(".")).with_suffix(".py") for change in CHANGES[name]}
    before = {file: file.read_text(encoding="utf-8") for file in files}
    try:
        for change in CHANGES[name]:
            change.apply(package)
        for file, text in before.items():
            mutated = file.read_text(encoding="utf-8")
            compile(mutated, file, "exec")
            assert ast.dump(ast.parse(mutated)) != ast.dump(ast.parse(text))
    finally:
        for file, text in before.items():
            file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("f", 3, "0 times"),
        ("f", 1, "2 times"),
        ("g", 1, "g is defined 0 times"),
        ("A.f", 1, "defined 2 times"),
    ],
)
def test_an_edit_that_does_not_apply_exactly_once_is_refused(
    tmp_path: Path, name: str, value: int, words: str
) -> None:
    method = "    def f(self): return 1\n"
    text = "def f(): return 1 + 1\nclass A:\n" + 2 * method
    (tmp_path / "module.py").write_text(text, encoding="utf-8")
    with pytest.raises(LookupError, match=words):
        Change("module", name, replace(constant(value), "2")).apply(tmp_path)
    assert (tmp_path / "module.py").read_text(encoding="utf-8") == text
