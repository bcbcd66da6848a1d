"""The public names: sorted, few, lazily imported, and the ones that design and docs promise."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import campaign_reg

PROMISED = {"Batch", "BatchRow", "Limits", "Poller", "Schedule", "Verdict", "connect", "registry"}


def test_all_is_sorted_and_small() -> None:
    assert campaign_reg.__all__ == sorted(campaign_reg.__all__)
    assert len(campaign_reg.__all__) <= 40
    assert set(campaign_reg.__all__) >= PROMISED


@pytest.mark.parametrize("name", campaign_reg.__all__)
def test_each_name_is_there(name: str) -> None:
    assert getattr(campaign_reg, name) is not None
    assert name in dir(campaign_reg)


def test_type_checkers_see_the_same_names() -> None:
    source = ast.parse(Path(campaign_reg.__file__).read_text())
    guarded = next(node for node in source.body if isinstance(node, ast.If))
    names = {
        alias.asname or alias.name
        for node in ast.walk(guarded)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert names == set(campaign_reg.__all__)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'resubmit_all'"):
        campaign_reg.resubmit_all  # noqa: B018


def test_importing_the_package_imports_no_client() -> None:
    code = "import sys, campaign_reg; print([name for name in ('aiohttp', 'attrs', 'orjson') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_public_function_is_hidden_by_a_module_of_its_name() -> None:
    """Importing a submodule sets the package's attribute of that name to the module."""
    folder = Path(campaign_reg.__file__).parent
    modules = {path.stem for path in folder.iterdir() if not path.name.startswith("_")}
    assert modules & set(campaign_reg.__all__) == {"registry"}
