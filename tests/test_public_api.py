"""The public names: sorted, lazily imported, the same for type checkers, and the ones that the docs promise."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import campaign_reg
from campaign_reg import errors, registry

PROMISED = {
    "Batch", "BatchRow", "Change", "Clock", "Feedback", "Guardrails", "Halt", "Intent", "Limits", "Page", "Pager",
    "Plan", "Poller", "RateLimiter", "Reading", "RowHandle", "Schedule", "Summary", "Verdict", "connect", "registry",
}  # fmt: skip
FACADES = [
    "campaign_reg",
    "campaign_reg.sinch",
    "campaign_reg.sender_id",
    "campaign_reg.rcs",
    "campaign_reg.responsys",
]


@pytest.fixture(params=FACADES)
def facade(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(request.param)


def test_all_is_sorted(facade: ModuleType) -> None:
    assert facade.__all__ == sorted(facade.__all__)


def test_all_has_what_is_promised() -> None:
    assert set(campaign_reg.__all__) >= PROMISED


def test_every_error_is_exported() -> None:
    there = {
        name for name, value in vars(errors).items() if isinstance(value, type) and name.endswith("Error")
    }
    assert there - set(campaign_reg.__all__) == set()


@pytest.mark.parametrize("name", FACADES[1:])
def test_a_facade_has_its_backend_and_config(name: str) -> None:
    facade = importlib.import_module(name)
    provider: Any = registry.load(name.removeprefix("campaign_reg.").replace("sender_id", "sinch-senderid"))
    exported = {getattr(facade, exported) for exported in facade.__all__ if exported[0].isupper()}
    assert {provider.backend, provider.config} <= exported
    assert {rule.params for rule in provider.backend.rules.values()} <= exported


def test_each_name_is_there(facade: ModuleType) -> None:
    for name in facade.__all__:
        assert getattr(facade, name) is not None
        assert name in dir(facade)


def test_type_checkers_see_the_same_names(facade: ModuleType) -> None:
    source = ast.parse(Path(str(facade.__file__)).read_text())
    guarded = next(node for node in source.body if isinstance(node, ast.If))
    names = {
        alias.asname or alias.name
        for node in ast.walk(guarded)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert names == set(facade.__all__)


def test_unknown_names_are_refused(facade: ModuleType) -> None:
    name = "resubmit_all"
    with pytest.raises(AttributeError, match=f"module '{facade.__name__}' has no attribute 'resubmit_all'"):
        getattr(facade, name)


def test_importing_the_package_imports_no_client() -> None:
    modules = ", ".join(FACADES)
    code = f"import sys, {modules}; print([name for name in ('aiohttp', 'attrs', 'orjson') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_public_function_is_hidden_by_a_module_of_its_name() -> None:
    """Importing a submodule sets the package's attribute of that name to the module."""
    folder = Path(campaign_reg.__file__).parent
    modules = {path.stem for path in folder.iterdir() if not path.name.startswith("_")}
    assert modules & set(campaign_reg.__all__) == {"registry", "sinch", "sender_id", "rcs", "responsys"}
