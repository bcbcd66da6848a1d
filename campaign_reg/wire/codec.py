"""JSON, strictly, and models that lose nothing.

A model is an `attrs.frozen(slots=False)` class with snake_case names, whose last member may be `extra`. What
a typed member cannot say exactly as it came (an unknown member, a null, an odd spelling of a date or number)
stays in `extra` under its wire name, so that unstructuring gives back what was structured. The converter is
an ordinary cattrs converter: users and plug-ins extend it with hooks as they would any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args, get_origin, get_type_hints

import attrs
import cattrs
import orjson

from campaign_reg.enums import OpenEnum
from campaign_reg.errors import DecodeError
from campaign_reg.hints import without_none
from campaign_reg.wire.spelling import Spellings, spelled_hooks
from campaign_reg.wire.structuring import ODD, Member, at, structurer, unstructurer, wrong_kind

_MAX_TEXT_DIGITS = 18
_MOST_UNKNOWN_MEMBERS = 256
_MOST_AMOUNTS = 256
_MOST_SHARED = 1024


def loads(body: bytes) -> Any:
    """Decode JSON, refusing what is ambiguous.

    Raises:
        DecodeError: Not JSON; NaN, Infinity or a number too large for a double; an invalid or lone surrogate;
            nesting beyond 254, which could not be written again; or the same key twice in one object.
    """
    try:
        value = orjson.loads(body)
        again = orjson.dumps(value)
        # Compact JSON comes back byte for byte. In any other, each key costs one colon outside strings, so that a
        # key that was folded away shows as a missing colon.
        if again != body and (body.count(b":") != again.count(b":") or (b"\\" in body and b"\\u00" in body)):
            json.loads(body, object_pairs_hook=_refuse_duplicates)
    except (ValueError, TypeError, RecursionError) as error:
        raise DecodeError("", f"not valid JSON: {_without_excerpt(error)}") from None
    return value


def dumps(value: Any) -> bytes:
    """Encode plain values as compact JSON."""
    return orjson.dumps(value)


def _without_excerpt(error: Exception) -> str:
    return str(error).partition(": line")[0] or type(error).__name__


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("the same key twice in one object")


def camel(name: str) -> str:
    """`created_at` to `createdAt`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def text_number(default: int | None = None, **kwargs: Any) -> Any:
    """A member that is an integer to us and a string of digits on the wire."""
    return attrs.field(default=default, metadata={"text_number": True}, **kwargs)


def make_converter() -> cattrs.Converter:
    """A converter with the hooks that all vendors share."""
    converter = cattrs.Converter(detailed_validation=False)
    converter.register_structure_hook(str, _strict(str))
    converter.register_structure_hook(bool, _strict(bool))
    converter.register_structure_hook(int, _strict(int))
    converter.register_structure_hook(datetime, lambda value, _: parse_datetime(value))
    converter.register_unstructure_hook(datetime, format_datetime)
    return converter


def register_model(
    converter: cattrs.Converter,
    model: type,
    wire_names: Mapping[str, str] | None = None,
    *,
    shared: bool = False,
    spellings: Spellings | None = None,
    given: Mapping[str, Any] | None = None,
) -> None:
    """Teach the converter a model, nested models first.

    Args:
        converter: From `make_converter`.
        model: An attrs class, `slots=False`.
        wire_names: Our name to the vendor's, where it is not plain camelCase.
        shared: Equal documents become one object, for small models whose values repeat from document to document.
        spellings: For a vendor that spells a value in several ways; names then come from `spelling.written`.
        given: With `spellings`: values of the members that do not come from the vendor.
    """
    if spellings is not None:
        structure, unstructure = spelled_hooks(converter, model, spellings, given or {})
        converter.register_structure_hook(model, structure)
        converter.register_unstructure_hook(model, unstructure)
        return
    names = wire_names or {}
    hints = get_type_hints(model)
    fields = [field for field in attrs.fields(model) if field.name != "extra"]
    members = [
        _member(converter, field, hints[field.name], names.get(field.name, camel(field.name)))
        for field in fields
    ]
    structure = structurer(model, members)
    converter.register_structure_hook(model, _sharing(structure) if shared else structure)
    converter.register_unstructure_hook(model, unstructurer(model, members))


def parse_datetime(value: Any) -> datetime:
    """An aware UTC instant from RFC 3339 text; text without a zone is UTC.

    Raises:
        DecodeError: It is no date.
    """
    try:
        # RFC 3339 allows a small z; Python does not.
        parsed = datetime.fromisoformat(value.upper() if isinstance(value, str) else value)
        if parsed.tzinfo is UTC:
            return parsed
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise _no_instant() from None


def _no_instant() -> DecodeError:
    return DecodeError("", "expected a date and time")


def format_datetime(value: datetime) -> str:
    """RFC 3339 text in UTC, ending in `Z`."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _strict(expected: type) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not expected:
            raise wrong_kind(expected, value)
        return value

    return structure


def _sharing(structure: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Make each distinct document once, as long as there are not too many."""
    made: dict[bytes, Any] = {}
    find, key_of = made.get, orjson.dumps

    def structure_once(data: Any, kind: Any) -> Any:
        try:
            key = key_of(data)
        except TypeError:  # it did not come from JSON
            return structure(data, kind)
        thing = find(key)
        if thing is None:
            thing = structure(data, kind)
            if len(made) >= _MOST_SHARED:
                made.clear()
            made[key] = thing
        return thing

    return structure_once


def _member(converter: cattrs.Converter, field: attrs.Attribute[Any], hint: Any, wire: str) -> Member:
    kind = without_none(hint)
    name = field.name
    if field.metadata.get("text_number"):
        return Member(name, wire, str, _load_text_number, _load_plain_number, str, (int,))
    if kind is float:
        return Member(name, wire, float, also=(int,))
    if kind in (str, bool, int):
        return Member(name, wire, kind)
    if kind is Decimal:
        return Member(name, wire, float, _load_decimal, _Amounts().__getitem__, _dump_decimal, (int,))
    if kind is datetime:
        return Member(name, wire, str, parse_datetime, _load_plain_instant, format_datetime)
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        load = _Members(kind).__getitem__
        return Member(name, wire, str, load, load, str)
    accepts, load, dump = _container(converter, kind)
    return Member(name, wire, accepts, load, load, dump)


def _container(
    converter: cattrs.Converter, kind: Any
) -> tuple[type, Callable[[Any], Any], Callable[[Any], Any]]:
    """Class of the JSON value, and functions to load and to dump it."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is tuple:
        load, dump = _element(converter, args[0])
        return list, _tuple_loader(load), lambda items: [dump(i) for i in items]
    if origin is Mapping:
        load, dump = _element(converter, args[1])
        return dict, _mapping_loader(load), lambda items: {k: dump(v) for k, v in items.items()}
    return dict, lambda value: converter.structure(value, kind), converter.unstructure


def _element(converter: cattrs.Converter, kind: Any) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    structure = converter.get_structure_hook(kind)
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        check, enum_members = _strict(str), _Members(kind)
        return (lambda value: enum_members[check(value, kind)]), str
    return (lambda value: structure(value, kind)), converter.get_unstructure_hook(kind)


def _tuple_loader(load: Callable[[Any], Any]) -> Callable[[list[Any]], tuple[Any, ...]]:
    def load_all(items: list[Any]) -> tuple[Any, ...]:
        try:
            return tuple([load(item) for item in items])
        except DecodeError:
            raise _blame(enumerate(items), load) from None

    return load_all


def _mapping_loader(load: Callable[[Any], Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def load_all(items: dict[str, Any]) -> dict[str, Any]:
        try:
            return {key: load(value) for key, value in items.items()}
        except DecodeError:
            raise _blame(items.items(), load) from None

    return load_all


def _blame(items: Iterable[tuple[Any, Any]], load: Callable[[Any], Any]) -> DecodeError:
    """Find the element that does not load, so that the error can name it."""
    for key, value in items:
        try:
            load(value)
        except DecodeError as error:
            return at(f"[{key!r}]" if isinstance(key, str) else f"[{key}]", error)
    raise AssertionError("an element failed once and then did not")


class _Members(dict[str, OpenEnum]):
    """An enum's members by value, those it does not know included: as many as a vendor may come to add."""

    def __init__(self, kind: type[OpenEnum]) -> None:
        super().__init__((member.value, member) for member in kind)
        self._kind, self._most = kind, len(self) + _MOST_UNKNOWN_MEMBERS

    def __missing__(self, value: str) -> OpenEnum:
        member = self._kind(value)
        if len(self) < self._most:
            self[value] = member
        return member


def _load_plain_instant(value: str) -> Any:
    """From `2026-03-02T14:05:31Z`, the one spelling that formatting gives back."""
    # Neither ISO weeks (`2026-W10-1`) nor compact times with a fraction (`140531.0`) have these where they belong.
    if len(value) != 20 or value[4::3] != "--T::Z":
        return ODD
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise _no_instant() from None


def _load_plain_number(value: str) -> Any:
    is_plain = (
        value.isascii()
        and value.isdigit()
        and len(value) <= _MAX_TEXT_DIGITS
        and (value[0] != "0" or value == "0")
    )
    return int(value) if is_plain else ODD


def _load_text_number(value: str | int) -> int | None:
    """The number, or None where the text is none; the text itself is then in `extra`."""
    if isinstance(value, int):
        return value
    text = value.strip().removeprefix("+").replace(",", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_TEXT_DIGITS else None


class _Amounts(dict[float, Any]):
    """Decimals by the number on the wire; the same few fees come again and again."""

    def __missing__(self, value: float) -> Any:
        if abs(value) >= 1e16:  # `repr` has an exponent, and `_dump_decimal` would not write it as it came
            return ODD
        amount = _load_decimal(value)
        if value and len(self) < _MOST_AMOUNTS:  # not zero: -0.0 would find it, too
            self[value] = amount
        return amount


def _load_decimal(value: float) -> Decimal:
    return Decimal(repr(value))


def _dump_decimal(value: Decimal) -> float | int:
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)
