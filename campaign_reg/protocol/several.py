"""Several values where several are taken: one text is not a list of letters, and a mapping not a list of its keys."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_origin

import attrs

from campaign_reg.errors import InvalidInputError
from campaign_reg.hints import without_none
from campaign_reg.protocol.params import fields_of, is_tuple

T = TypeVar("T")
Kinds = type[Any] | tuple[type[Any], ...]

# What can be iterated and is one value all the same, or would give its keys or lines.
_ONE = (str, bytes, bytearray, memoryview, os.PathLike, Mapping, io.IOBase)


def items_of(given: Iterable[T], kinds: Kinds, name: str, example: str) -> tuple[T, ...]:
    """The items of an argument that takes several.

    Args:
        given: The argument.
        kinds: What an item may be.
        name: The argument's name.
        example: How it is written, such as `mnos=["TMO"]`.

    Raises:
        InvalidInputError: It is one value, a mapping or a file, or an item is of another type; names the item's place.
    """
    refuse_one(given, name, example)
    return tuple(checked_item(item, kinds, name, place) for place, item in enumerate(given))


def one_or_several(given: Iterable[str] | str | None, name: str, example: str) -> tuple[str, ...] | None:
    """Texts from an argument that takes one or several; None where it was left out.

    Args:
        given: The argument.
        name: Its name.
        example: How several are written.

    Raises:
        InvalidInputError: It is neither a text nor several.
    """
    if given is None or isinstance(given, str):
        return None if given is None else (given,)
    return items_of(given, str, name, example)


def refuse_one(given: object, name: str, example: str) -> None:
    """Refuse one value where several are taken.

    Raises:
        InvalidInputError: It is one value, a mapping or a file; says how a list is written.
    """
    if isinstance(given, _ONE) or not isinstance(given, Iterable):
        raise InvalidInputError(f"{name} must be a list, not {_name(type(given))}: write {example}")


def checked_item(item: T, kinds: Kinds, name: str, place: int) -> T:
    """One item of several.

    Args:
        item: The item.
        kinds: What it may be.
        name: What the argument or member is called.
        place: Where the item is, counted from 0.

    Raises:
        InvalidInputError: It is of another type.
    """
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    if not isinstance(item, kinds) or (isinstance(item, bool) and bool not in kinds):
        words = " or ".join(map(_name, kinds))
        raise InvalidInputError(f"{name}[{place}] must be {words}, not {_name(type(item))}")
    return item


def check_members(params: object, where: str = "") -> None:
    """Refuse an attrs object in which one value is where several belong; looks into what it holds, too.

    Args:
        params: The object, made by its class and so not checked yet.
        where: What leads to it, for the message.

    Raises:
        InvalidInputError: A member whose type is a tuple is neither tuple nor list, or an item is of another type.
    """
    for name, field in fields_of(cast("Any", type(params))).items():
        value, kind = getattr(params, name), without_none(field.type)
        place = f"{where}{name}"
        if is_tuple(kind):
            if value is not None or kind is field.type:
                _check_list(value, get_args(kind)[0], place)
        elif attrs.has(type(value)):
            check_members(value, f"{place}.")


def _check_list(value: object, kind: Any, place: str) -> None:
    if not isinstance(value, list | tuple):  # what can be read only once would be empty when it is sent
        raise InvalidInputError(f"{place} must be a list or a tuple, not {_name(type(value))}")
    base = get_origin(kind) or kind
    for number, item in enumerate(value):
        checked_item(item, str if issubclass(base, str) else base, place, number)
        if attrs.has(type(item)):
            check_members(item, f"{place}[{number}].")


def _name(kind: type[Any]) -> str:
    return {str: "text", NoneType: "None"}.get(kind, kind.__name__)
