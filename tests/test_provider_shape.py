"""Every provider has the same files, and nothing is missing from its tables."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import attrs
import pytest

from campaign_reg import registry
from campaign_reg.providers.registry import _BUILT_IN
from campaign_reg.wire.operation import Operation

PROVIDERS = Path(__file__).parent.parent / "campaign_reg" / "providers"
FOLDERS = {
    "sinch": "sinch/ten_dlc",
    "rcs": "rcs",
    "sinch-senderid": "sinch/sender_id",
    "responsys": "responsys",
}
IN_EVERY_FOLDER = {"__init__.py", "operations.py", "models.py", "codec.py", "backend.py"}
ALLOWED = IN_EVERY_FOLDER | {"config.py", "errors.py", "auth.py", "callbacks.py", "rules.py"}
ALLOWED |= {
    "brands.py",
    "brand_models.py",
    "brand_operations.py",
    "toll_free.py",
    "toll_free_models.py",
    "qualification_models.py",
    "calls.py",
}
ALLOWED |= {"lint.py", "advice.py", "text_patterns.py"}
ALLOWED |= {
    "account.py",
    "envelopes.py",
    "drafts.py",
    "events.py",
    "date_windows.py",
    "messages.py",
    "spellings.py",
    "local_time.py",
}
ALLOWED |= {"filters.py", "attachments.py", "policies.py"}

ALLOWED |= {"attributes.py", "certificate.py", "details.py", "endpoint.py", "links.py", "schedules.py"}
READS_IN_SPITE_OF_THEIR_METHOD = {"responsys.campaigns.search"}


def test_every_built_in_has_a_folder_here() -> None:
    assert set(FOLDERS) == set(_BUILT_IN)


@pytest.mark.parametrize("folder", FOLDERS.values())
def test_files_have_the_map_s_names(folder: str) -> None:
    names = {path.name for path in (PROVIDERS / folder).glob("*.py")}
    assert names >= IN_EVERY_FOLDER
    assert names <= ALLOWED


@pytest.mark.parametrize("name", FOLDERS)
def test_provider_is_whole(name: str) -> None:
    provider = registry.load(name)
    assert provider.name == name
    assert attrs.has(provider.config)
    rules = getattr(provider.backend, "rules")  # noqa: B009  (a class attribute that Callable does not show)
    assert all(verb is rule.verb and attrs.has(rule.params) for verb, rule in rules.items())


@pytest.mark.parametrize("folder", FOLDERS.values())
def test_every_operation_names_its_source(folder: str) -> None:
    module = __import__("campaign_reg.providers." + folder.replace("/", ".") + ".operations", fromlist=["x"])
    operations = [value for value in vars(module).values() if isinstance(value, Operation)]
    assert operations
    for operation in operations:
        assert operation.source.startswith("https://")
        reads = operation.method == "GET" or operation.name in READS_IN_SPITE_OF_THEIR_METHOD
        assert operation.safe == reads


ONLY_IN_THE_BASE = {
    "_call",
    "_encoded",
    "_exchange",
    "_follow",
    "_json",
    "_page",
    "_prepared",
    "_read",
    "_reading",
    "reading_of",
    "send",
}


@pytest.mark.parametrize("folder", FOLDERS.values())
def test_calls_over_http_are_written_once(folder: str) -> None:
    """No vendor sends, decodes, encodes or reduces in a way of its own; what it needs more goes into the hooks."""
    for path in (PROVIDERS / folder).glob("*.py"):
        nodes = [*ast.walk(ast.parse(path.read_text()))]
        defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert not defined & ONLY_IN_THE_BASE, path
        imported = {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
        assert "parse_response" not in imported, path


def test_settings_hide_their_secrets() -> None:
    config = registry.load("sinch").config(project_id="p", key_id="k", key_secret="canary-secret")
    assert "canary-secret" not in repr(config)
    assert "canary-secret" not in str(config)


def documents(folder: str) -> set[type]:
    """The attrs classes that a provider's modules define."""
    names = (path.stem for path in (PROVIDERS / folder).glob("*.py"))
    dotted = "campaign_reg.providers." + folder.replace("/", ".")
    modules = [importlib.import_module(f"{dotted}.{name}") for name in names if name != "__init__"]
    return {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and attrs.has(kind) and kind.__module__ == module.__name__
    }


@pytest.mark.fault(80)
@pytest.mark.parametrize("folder", FOLDERS.values())
def test_what_nobody_knows_yet_is_not_shown(folder: str) -> None:
    """A member of tomorrow may be a secret."""
    kept = {kind: attrs.fields_dict(kind).get("extra") for kind in documents(folder)}
    assert sum(field is not None for field in kept.values()) >= 5
    assert [kind for kind, field in kept.items() if field is not None and field.repr] == []
