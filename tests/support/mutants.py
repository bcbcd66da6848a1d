"""Mutants of the package: small changes of its syntax trees, found by qualified name.

A change names a module, a function, method or module-level constant in it, and an edit. An edit that applies more or
fewer times than once is an error, so that a refactoring which ends a mutant is noticed.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
Edit = Callable[[ast.AST], int]
"""Changes a tree in place; returns how many times it applied."""
Matches = Callable[[ast.expr], bool]


@attrs.frozen
class Change:
    """One edit of one definition.

    Attributes:
        module: Below the package, dotted, for example `batch.worker`.
        name: Of the definition, dotted, for example `RowWorker.take_up`.
        edit: What is done to it.
    """

    module: str
    name: str
    edit: Edit

    def apply(self, package: Path) -> None:
        """Rewrite the module's file.

        Raises:
            LookupError: The module has no such definition, or the edit does not apply exactly once.
        """
        file = package.joinpath(*self.module.split(".")).with_suffix(".py")
        tree = ast.parse(file.read_text(encoding="utf-8"))
        applied = self.edit(_definition(tree, self.name))
        if applied != 1:
            raise LookupError(f"{self.module}:{self.name}: the edit applies {applied} times, not once")
        file.write_text(ast.unparse(ast.fix_missing_locations(tree)), encoding="utf-8")


def copy_to(folder: Path, names: Iterable[str]) -> Path:
    """Copy files and folders of the project; returns the folder."""
    for name in names:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return folder


def replace(what: str | Matches, by: str) -> Edit:
    """Replace an expression: a name, an attribute or a call with this last name, or what a predicate matches."""
    matches = _last_name_is(what) if isinstance(what, str) else what

    def edit(tree: ast.AST) -> int:
        replacer = _Replacer(matches, by)
        for node in getattr(tree, "body", [tree]):  # not the annotations of a function
            replacer.visit(node)
        return replacer.applied

    return edit


def constant(value: object) -> Matches:
    """Match a literal."""
    return lambda node: isinstance(node, ast.Constant) and node.value == value


def comparison(left: str, right: str | int | None) -> Matches:
    """Match a comparison whose left side mentions a name, and whose right side a name or a literal."""

    def matches(node: ast.expr) -> bool:
        if not isinstance(node, ast.Compare) or len(node.ops) != 1:
            return False
        return _mentions(node.left, left) and _mentions(node.comparators[0], right)

    return matches


def returns(value: str) -> Edit:
    """Replace a function's body."""

    def edit(tree: ast.AST) -> int:
        assert isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef)
        tree.body = [ast.Return(_expression(value))]
        return 1

    return edit


def raises(name: str, instead: str) -> Edit:
    """Raise another exception where the one of this name (a class or a variable) is raised."""

    def edit(tree: ast.AST) -> int:
        found = [node for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None]
        found = [node for node in found if node.exc is not None and _last_name_is(name)(node.exc)]
        for node in found:
            node.exc, node.cause = _expression(instead), None
        return len(found)

    return edit


def in_except(error: str, edit: Edit) -> Edit:
    """Apply an edit within the handler of one exception."""

    def edit_handler(tree: ast.AST) -> int:
        handlers = (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler))
        return sum(edit(node) for node in handlers if node.type is not None and _mentions(node.type, error))

    return edit_handler


def same_entry(key: object, other: object) -> Edit:
    """Add an entry to a dict display, with the value of another key."""

    def edit(tree: ast.AST) -> int:
        found = [
            (node, value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Dict)
            for its, value in zip(node.keys, node.values, strict=True)
            if isinstance(its, ast.Constant) and its.value == key
        ]
        for node, value in found:
            node.keys.append(ast.Constant(other))  # type: ignore[arg-type]
            node.values.append(value)
        return len(found)

    return edit


def if_last(name: str) -> Edit:
    """Run the `if` statement that tests a name after the expression that the function returns."""

    def edit(tree: ast.AST) -> int:
        assert isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef)
        last = tree.body[-1]
        found = [node for node in tree.body if isinstance(node, ast.If) and _mentions(node.test, name)]
        if not isinstance(last, ast.Return) or last.value is None:
            return 0
        for node in found:
            tree.body.remove(node)
        first = ast.Assign([ast.Name("returned", ast.Store())], last.value)
        tree.body[-1:] = [first, *found, ast.Return(_expression("returned"))]
        return len(found)

    return edit


class _Replacer(ast.NodeTransformer):
    def __init__(self, matches: Matches, by: str) -> None:
        self._matches, self._by = matches, by
        self.applied = 0

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and self._matches(node):
            self.applied += 1
            return _expression(self._by)
        self.generic_visit(node)
        return node


def _definition(tree: ast.Module, name: str) -> ast.AST:
    """The definition of a dotted name."""
    found: list[ast.AST] = [tree]
    for part in name.split("."):
        found = [
            node for parent in found for node in ast.iter_child_nodes(parent) if part in _defined_by(node)
        ]
    if len(found) != 1:
        raise LookupError(f"{name} is defined {len(found)} times, not once")
    return found[0]


def _defined_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _last_name_is(name: str) -> Matches:
    def matches(node: ast.expr) -> bool:
        match node:
            case ast.Name(id=own, ctx=ast.Load()) | ast.Attribute(attr=own, ctx=ast.Load()):
                return own == name
            case ast.Call(func=func):
                return matches(func)
        return False

    return matches


def _mentions(tree: ast.AST, what: str | int | None) -> bool:
    if isinstance(what, str):
        return any(_last_name_is(what)(node) for node in ast.walk(tree) if isinstance(node, ast.expr))
    return isinstance(tree, ast.Constant) and tree.value == what


def _expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body
