"""The map, enforced: who may import whom, and which room may touch which library."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "campaign_reg"
GROUND = {"errors", "enums", "hints", "clock", "rate", "files"}
BELOW_CLI = {
    "connection",
    "settings",
    "text",
    "registry",
    "batch",
    "journal",
    "polling",
    "protocol",
    "models",
    "providers.registry",
    *GROUND,
}

MAY_IMPORT = {
    **{name: set[str]() for name in GROUND},
    "files": {"errors"},
    "models": GROUND,
    "wire": GROUND - {"files"},  # no I/O
    "transport": GROUND | {"wire"},
    "protocol": GROUND | {"models"},
    "providers": GROUND
    | {"models", "wire", "protocol"}
    | {"providers.registry", "providers.base", "providers.credentials", "providers.callback_url"},
    "journal": GROUND | {"models", "protocol"},
    "polling": GROUND | {"models", "protocol"},
    "batch": GROUND | {"models", "protocol", "journal", "polling"},
    "settings": GROUND,
    "text": set[str](),
    "registry": {"providers.registry"},
    "lazy": set[str](),
    **{name: {"lazy"} for name in ("sinch", "sender_id", "rcs", "responsys")},
    "connection": GROUND
    | {
        "models",
        "wire",
        "transport",
        "protocol",
        "batch",
        "journal",
        "polling",
        "providers.registry",
        "settings",
    },
    "report": GROUND | {"text", "models", "protocol", "batch", "journal", "connection"},
    "cli": BELOW_CLI | {"report", "sandbox"},
    "sandbox": set[str](),
}
ONLY_HERE = {
    "aiohttp": {"transport/aiohttp.py", "transport/error_mapping.py", "transport/pool.py", "sandbox"},
    "backoff": {"transport/retry.py"},
    "sqlite3": {"journal/sqlite.py", "journal/schema.py", "journal/writer.py", "journal/claims.py"},
    "cyclopts": {"cli"},
    "rich": {"cli"},
    "pygal": {"report/charts.py"},
    "orjson": {"wire/codec.py"},
    "typed_settings": {"settings.py"},
}
NEVER_IN_WIRE = {"asyncio", "anyio", "time", "aiohttp"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def imports(path: Path) -> Iterator[str]:
    """Absolute names imported at run time; what only type checkers see is exempt."""
    pending: list[ast.AST] = [ast.parse(path.read_text())]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending.extend(node.orelse)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            pending.extend(ast.iter_child_nodes(node))


def package(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def vendor(path: Path) -> str | None:
    parts = path.relative_to(PACKAGE).parts
    return parts[1] if parts[0] == "providers" and len(parts) > 2 else None


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_upwards(path: Path) -> None:
    own = package(path)
    for name in imports(path):
        if not name.startswith("campaign_reg."):
            continue
        target = name.removeprefix("campaign_reg.")
        other = target.split(".")[0]
        if other == own and other != "providers":
            continue
        if other == "providers" and vendor(path) is not None and target.split(".")[1] == vendor(path):
            continue
        allowed = MAY_IMPORT[own] | ({"connection"} if path.name == "pytest_plugin.py" else set())
        assert any(is_in(target, room) or is_in(room, target) for room in allowed), f"{path} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_libraries_have_one_home(path: Path) -> None:
    here = path.relative_to(PACKAGE)
    roots = {name.split(".")[0] for name in imports(path)}
    for library, homes in ONLY_HERE.items():
        if library in roots:
            assert str(here) in homes or here.parts[0] in homes, f"{here} imports {library}"
    if here.parts[0] == "wire":
        assert not roots & NEVER_IN_WIRE


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path in modules() if ast.get_docstring(ast.parse(path.read_text())) is None]
    assert not silent


def test_no_module_is_longer_than_500_lines() -> None:
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_text().splitlines()) for path in modules()}
    assert not {name: length for name, length in lengths.items() if length > 500}


def test_no_folder_has_more_than_15_modules() -> None:
    """A vendor's folder may have more: its documents need them."""
    folders = Counter(
        path.parent.relative_to(PACKAGE).as_posix() for path in modules() if path.stem != "__init__"
    )
    assert not {
        name: count for name, count in folders.items() if count > 15 and not name.startswith("providers/")
    }


def imported_modules(path: Path) -> Iterator[str]:
    """The modules that a file imports: also in functions, and also what only type checkers see."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module  # a package's own module runs before any of its members
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def import_graph() -> dict[str, set[str]]:
    """Who imports whom, without the package's own `__init__`, which imports public names when they are used."""
    root = PACKAGE.parent
    files = [*modules(), *(root / "benchmarks").rglob("*.py")]
    names = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in files
    }
    return {name: set(imported_modules(path)) & names.keys() - {name} for name, path in names.items()}


def reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    pending = [start]
    while pending:
        new = graph[pending.pop()] - found
        found |= new
        pending.extend(new)
    return found


def circles(graph: dict[str, set[str]]) -> set[frozenset[str]]:
    """The strongly connected components of more than one module."""
    reached = {name: reachable(graph, name) for name in graph}
    return {
        frozenset(other for other in reached[name] if name in reached[other])
        for name in graph
        if name in reached[name]
    }


def test_a_circle_is_found_wherever_it_begins() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set[str]()}
    assert circles(graph) == {frozenset({"b", "c"})}


def test_imports_make_no_circles() -> None:
    """`TYPE_CHECKING` included."""
    assert circles(import_graph()) == set()


SQL = re.compile(
    r"\s*(SELECT\b.+\bFROM\b|INSERT\s+(OR\s+\w+\s+)?INTO\b|REPLACE\s+INTO\b|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM\b|PRAGMA\s+\w"
    r"|(CREATE|ALTER|DROP)\s+(TABLE|INDEX)\b|BEGIN(\s+IMMEDIATE)?\s*$|COMMIT\s*$|ROLLBACK\s*$)",
    re.DOTALL,
)


def sql_texts(path: Path) -> list[str]:
    """Literal texts, also the beginnings of f-strings, that look like SQL."""
    texts = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [text for text in texts if SQL.match(text)]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_sql_is_in_the_journal_only(path: Path) -> None:
    """The sandbox stores nothing of ours, and is not looked at."""
    if package(path) not in {"journal", "sandbox"}:
        assert not sql_texts(path)


def test_sql_is_found_where_it_is() -> None:
    files = {"claims.py", "reader.py", "schema.py", "sqlite.py", "writer.py"}
    assert {path.name for path in (PACKAGE / "journal").glob("*.py") if sql_texts(path)} == files
