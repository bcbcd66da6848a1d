"""Shapes: what is worked out for one object must never leak into another."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import attrs
import pytest

from campaign_reg.errors import DecodeError
from campaign_reg.wire.structuring import ODD, Member, structurer, unstructurer


@attrs.frozen(slots=False, kw_only=True)
class Thing:
    id: str
    count: int = 7
    tags: tuple[str, ...] = attrs.field(factory=lambda: ("made",))
    extra: Mapping[str, Any] = attrs.field(factory=dict)


def load_tags(value: list[str]) -> tuple[str, ...]:
    return tuple(value)


MEMBERS = [
    Member("id", "ID", str),
    Member("count", "Count", str, int, lambda value: int(value) if value.isdigit() else ODD, str, (int,)),
    Member("tags", "Tags", list, load_tags, load_tags, list),
]


def test_the_order_of_the_keys_changes_nothing() -> None:
    structure, unstructure = structurer(Thing, MEMBERS), unstructurer(Thing, MEMBERS)
    document = {"ID": "a", "Count": "1", "Tags": ["x"], "new": None}
    things = [structure({key: document[key] for key in keys}, Thing) for keys in permutations(document)]
    assert all(thing == Thing(id="a", count=1, tags=("x",), extra={"new": None}) for thing in things)
    assert all(unstructure(thing) == document for thing in things)


def test_the_same_keys_with_other_kinds_are_another_shape() -> None:
    structure = structurer(Thing, MEMBERS)
    for _ in range(2):
        assert structure({"ID": "a", "Count": "2"}, Thing).count == 2
        odd = structure({"ID": "a", "Count": 3}, Thing)
        assert (odd.count, odd.extra) == (3, {"Count": 3})
        null = structure({"ID": "a", "Count": None}, Thing)
        assert (null.count, null.extra) == (7, {"Count": None})
        with pytest.raises(DecodeError, match="Count: expected a string, got a boolean"):
            structure({"ID": "a", "Count": True}, Thing)


def test_more_shapes_than_are_remembered_are_read_as_well() -> None:
    structure = structurer(Thing, MEMBERS)
    for _ in range(2):
        for number in range(1000):
            thing = structure({"ID": "a", f"new{number}": number}, Thing)
            assert thing == Thing(id="a", extra={f"new{number}": number})


def test_defaults_are_made_afresh_for_each() -> None:
    structure = structurer(Thing, MEMBERS)
    first, second = (structure({"ID": "a"}, Thing) for _ in range(2))
    assert first.tags == ("made",)
    assert first.extra is not second.extra


def test_what_must_be_there_is_named() -> None:
    with pytest.raises(DecodeError, match="ID: missing"):
        structurer(Thing, MEMBERS)({"Count": "1"}, Thing)
    with pytest.raises(DecodeError, match="expected an object, got an array"):
        structurer(Thing, MEMBERS)([], Thing)
