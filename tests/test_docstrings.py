"""The docstrings of the public classes: an `Attributes:` entry for each public attribute, and for nothing else."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import re
import textwrap
import typing
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import pytest

FACADES = [
    "campaign_reg",
    "campaign_reg.sinch",
    "campaign_reg.sender_id",
    "campaign_reg.rcs",
    "campaign_reg.responsys",
]
_ENTRY = re.compile(r" {4}(\w+):\s*(.*)")


def _classes_in(hint: Any) -> Iterator[type]:
    """Yield the classes of the library that a type hint names."""
    if isinstance(hint, type) and hint.__module__.startswith("campaign_reg"):
        yield hint
    for part in typing.get_args(hint):
        yield from _classes_in(part)


def _fields(cls: type) -> Iterable[Any]:
    return (field for field in attrs.fields(cls) if not field.name.startswith("_"))


def _collect(cls: type, found: dict[str, type]) -> None:
    """Add an attrs class, its bases, and the attrs classes that its public fields hold."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    if not attrs.has(cls) or name in found:
        return
    found[name] = cls
    hints = typing.get_type_hints(cls)
    inner = [part for field in _fields(cls) for part in _classes_in(hints[field.name])]
    for other in [*cls.__mro__[1:], *inner]:
        if other.__module__.startswith("campaign_reg"):
            _collect(other, found)


def _exported_classes() -> Iterator[type]:
    for facade in map(importlib.import_module, FACADES):
        yield from (value for name in facade.__all__ if isinstance(value := getattr(facade, name), type))


def _public_attrs_classes() -> dict[str, type]:
    found: dict[str, type] = {}
    for cls in _exported_classes():
        _collect(cls, found)
    return found


def _assigned(cls: type) -> set[str]:
    """Return the public attributes that a class's own `__init__` assigns to `self`."""
    init = vars(cls).get("__init__")
    if not inspect.isfunction(init):
        return set()
    return {
        node.attr
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(init))))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if isinstance(node.value, ast.Name) and node.value.id == "self" and not node.attr.startswith("_")
    }


def _entries(cls: type, section: str = "Attributes:") -> dict[str, str]:
    """Return the text of each entry of one section of the class's own docstring."""
    lines = inspect.cleandoc(cls.__doc__ or "").splitlines()
    if section not in lines:
        return {}
    rest = lines[lines.index(section) + 1 :]
    block = itertools.takewhile(lambda line: not line or line.startswith(" "), rest)
    entries: dict[str, str] = {}
    for line in block:
        if entry := _ENTRY.fullmatch(line):
            entries[entry[1]] = entry[2]
        elif entries and line.strip():
            entries[next(reversed(entries))] += line.strip()
    return entries


CLASSES = _public_attrs_classes()
OTHERS = {
    f"{cls.__module__}.{cls.__qualname__}": cls
    for cls in _exported_classes()
    if cls.__module__.startswith("campaign_reg") and not attrs.has(cls)
}


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_each_field_has_an_entry(name: str) -> None:
    cls = CLASSES[name]
    documented = {name for base in cls.__mro__ for name, text in _entries(base).items() if text}
    assert {field.name for field in _fields(cls)} - documented == set()


@pytest.mark.parametrize("cls", CLASSES.values(), ids=CLASSES)
def test_each_entry_has_a_text_and_an_attribute(cls: type) -> None:
    entries = _entries(cls)
    assert [name for name, text in entries.items() if not text] == []
    assert {
        name for name in entries if name not in attrs.fields_dict(cls) and not hasattr(cls, name)
    } == set()


@pytest.mark.parametrize("cls", OTHERS.values(), ids=OTHERS)
def test_each_attribute_of_other_classes_has_an_entry(cls: type) -> None:
    """An attribute that keeps an argument of the same name is documented by the argument."""
    sections = [_entries(base, section) for base in cls.__mro__ for section in ("Attributes:", "Args:")]
    assert _assigned(cls) - {name for entries in sections for name, text in entries.items() if text} == set()
