"""The docstrings of the public attrs classes: an `Attributes:` entry for each field, and for nothing else."""

from __future__ import annotations

import importlib
import inspect
import re
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
_ENTRY = re.compile(r"(\w+(?:, \w+)*):\s*(.*)")


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


def _public_attrs_classes() -> dict[str, type]:
    found: dict[str, type] = {}
    for facade in map(importlib.import_module, FACADES):
        for value in (getattr(facade, name) for name in facade.__all__):
            if isinstance(value, type):
                _collect(value, found)
    return found


def _entries(cls: type) -> dict[str, str]:
    """Return the text of each entry of the class's own `Attributes:` section."""
    lines = inspect.cleandoc(cls.__doc__ or "").splitlines()
    if "Attributes:" not in lines:
        return {}
    entries: dict[str, str] = {}
    for line in lines[lines.index("Attributes:") + 1 :]:
        if line and not line.startswith(" "):
            break
        if line.startswith("     "):
            entries = {name: f"{text} {line.strip()}".strip() for name, text in entries.items()}
        elif entry := _ENTRY.fullmatch(line.strip()):
            entries |= dict.fromkeys(entry[1].split(", "), entry[2])
    return entries


CLASSES = _public_attrs_classes()


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
