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
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import cattrs
import orjson

from campaign_reg.enums import OpenEnum
from campaign_reg.errors import DecodeError

_KINDS = {
    dict: "an object",
    list: "an array",
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    NoneType: "null",
}
_MISSING = object()
_FACTORY: Any = attrs.Factory  # a function to the type checker
_MAX_TEXT_DIGITS = 18


def loads(body: bytes) -> Any:
    """Decode JSON, refusing what is ambiguous.

    Raises:
        DecodeError: Not JSON; NaN, Infinity or a number too large for a double; an invalid or lone surrogate;
            nesting beyond 254, which could not be written again; or the same key twice in one object.
    """
    try:
        value = orjson.loads(body)
        # Each key costs one colon outside strings, so a key that was folded away shows as a missing colon.
        if body.count(b":") != orjson.dumps(value).count(b":") or b"\\u00" in body:
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


@attrs.frozen
class _Member:
    """How one member travels.

    Attributes:
        name: Ours.
        wire: The vendor's.
        accepts: Class of the decoded JSON value that needs no second look.
        load: From JSON to our value; None where they are the same.
        exact: Whether `dump(load(value))` gives the value back; None where it always does.
        dump: From our value to JSON; None where they are the same.
        also: Further classes of JSON value that `load` understands.
    """

    name: str
    wire: str
    accepts: type
    load: Callable[[Any], Any] | None = None
    exact: Callable[[Any], bool] | None = None
    dump: Callable[[Any], Any] | None = None
    also: tuple[type, ...] = ()


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
    converter: cattrs.Converter, model: type, wire_names: Mapping[str, str] | None = None
) -> None:
    """Teach the converter a model, nested models first.

    Args:
        converter: From `make_converter`.
        model: An attrs class, `slots=False`.
        wire_names: Our name to the vendor's, where it is not plain camelCase.
    """
    names = wire_names or {}
    hints = get_type_hints(model)
    fields = [field for field in attrs.fields(model) if field.name != "extra"]
    members = [
        _member(converter, field, hints[field.name], names.get(field.name, camel(field.name)))
        for field in fields
    ]
    converter.register_structure_hook(model, _structurer(model, members))
    converter.register_unstructure_hook(model, _unstructurer(model, members))


def parse_datetime(value: Any) -> datetime:
    """An aware UTC instant from RFC 3339 text; text without a zone is UTC.

    Raises:
        DecodeError: It is no date.
    """
    try:
        parsed = datetime.fromisoformat(value)
        if parsed.tzinfo is UTC:
            return parsed
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise DecodeError("", "expected a date and time") from None


def format_datetime(value: datetime) -> str:
    """RFC 3339 text in UTC, ending in `Z`."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _strict(expected: type) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not expected:
            raise _wrong_kind(expected, value)
        return value

    return structure


def _wrong_kind(expected: type, value: Any) -> DecodeError:
    return DecodeError("", f"expected {_KINDS[expected]}, got {_KINDS.get(type(value), 'something else')}")


def _structurer(model: type, members: list[_Member]) -> Callable[[Any, Any], Any]:
    table = {m.wire: (m.name, m.accepts, m.load, m.exact, m) for m in members}
    fields = attrs.fields_dict(model)
    required = [m for m in members if fields[m.name].default is attrs.NOTHING]
    defaults = {m.name: _MISSING if m in required else _default(fields[m.name]) for m in members}
    factories = [(m.name, d.factory) for m in members if isinstance(d := fields[m.name].default, _FACTORY)]
    has_extra = "extra" in fields
    lookup = table.get

    def structure(data: Any, _: Any) -> Any:
        if data.__class__ is not dict:
            raise _wrong_kind(dict, data)
        values, extra = defaults.copy(), {}
        for key, value in data.items():
            member = lookup(key)
            if member is None:
                extra[key] = value
                continue
            name, accepts, load, exact, full = member
            if value.__class__ is accepts and (exact is None or exact(value)):
                try:
                    values[name] = value if load is None else load(value)
                except DecodeError as error:
                    raise _at(key, error) from None
            else:
                extra[key] = value
                _load_oddity(full, value, values)
        for needed in required:
            if values[needed.name] is _MISSING:
                raise DecodeError(needed.wire, "missing")
        for name, factory in factories:
            if values[name] is _MISSING:
                values[name] = factory()
        if has_extra:
            values["extra"] = extra
        made: Any = object.__new__(model)
        made.__dict__.update(values)
        return made

    return structure


def _default(field: attrs.Attribute[Any]) -> Any:
    return _MISSING if isinstance(field.default, _FACTORY) else field.default


def _load_oddity(member: _Member, value: Any, values: dict[str, Any]) -> None:
    """Load a value that `extra` must keep as well: a null, or one whose spelling is not ours."""
    if value is None:
        return
    if value.__class__ is not member.accepts and value.__class__ not in member.also:
        raise _at(member.wire, _wrong_kind(member.accepts, value))
    try:
        values[member.name] = value if member.load is None else member.load(value)
    except DecodeError as error:
        raise _at(member.wire, error) from None


def _at(key: str, error: DecodeError) -> DecodeError:
    joint = "" if not error.path or error.path.startswith("[") else "."
    return DecodeError(f"{key}{joint}{error.path}", error.reason)


def _unstructurer(model: type, members: list[_Member]) -> Callable[[Any], dict[str, Any]]:
    by_wire = {m.wire: m for m in members}
    fields = attrs.fields_dict(model)
    unsaid = {m.name: _made_default(fields[m.name]) for m in members}

    def unstructure(thing: Any) -> dict[str, Any]:
        plain = {
            m.wire: value if m.dump is None else m.dump(value)
            for m in members
            if (value := getattr(thing, m.name)) is not None
        }
        for wire, raw in getattr(thing, "extra", {}).items():
            known = by_wire.get(wire)
            if known is None or _still_says(known, raw, getattr(thing, known.name), unsaid):
                plain[wire] = raw
        return plain

    return unstructure


def _made_default(field: attrs.Attribute[Any]) -> Any:
    return field.default.factory() if isinstance(field.default, _FACTORY) else field.default


def _still_says(member: _Member, raw: Any, value: Any, unsaid: Mapping[str, Any]) -> bool:
    """Whether the odd spelling kept in `extra` still means the member's value (it may have been evolved)."""
    if value is None:
        return True
    if raw is None:
        return bool(value == unsaid[member.name])
    return bool((raw if member.load is None else member.load(raw)) == value)


def _member(converter: cattrs.Converter, field: attrs.Attribute[Any], hint: Any, wire: str) -> _Member:
    kind = _without_none(hint)
    name = field.name
    if field.metadata.get("text_number"):
        return _Member(name, wire, str, _load_text_number, _is_plain_number, str, (int,))
    if kind is float:
        return _Member(name, wire, float, also=(int,))
    if kind in (str, bool, int):
        return _Member(name, wire, kind)
    if kind is Decimal:
        return _Member(name, wire, float, _load_decimal, _is_plain_decimal, _dump_decimal, (int,))
    if kind is datetime:
        return _Member(name, wire, str, parse_datetime, _is_plain_instant, format_datetime)
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        return _Member(name, wire, str, _enum_loader(kind), None, str)
    origin, args = get_origin(kind), get_args(kind)
    if origin is tuple:
        load, dump = _element(converter, args[0])
        return _Member(name, wire, list, _tuple_loader(load), None, lambda items: [dump(i) for i in items])
    if origin is Mapping:
        load, dump = _element(converter, args[1])
        return _Member(
            name,
            wire,
            dict,
            _mapping_loader(load),
            None,
            lambda items: {k: dump(v) for k, v in items.items()},
        )
    return _Member(
        name, wire, dict, lambda value: converter.structure(value, kind), None, converter.unstructure
    )


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return next(arg for arg in get_args(hint) if arg is not NoneType)
    return hint


def _element(converter: cattrs.Converter, kind: Any) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    structure = converter.get_structure_hook(kind)
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        check, enum_load = _strict(str), _enum_loader(kind)
        return (lambda value: enum_load(check(value, kind))), str
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
            return _at(f"[{key!r}]" if isinstance(key, str) else f"[{key}]", error)
    raise AssertionError("an element failed once and then did not")


def _enum_loader(kind: type[OpenEnum]) -> Callable[[str], OpenEnum]:
    known = {member.value: member for member in kind}

    def load(value: str) -> OpenEnum:
        member = known.get(value)
        return kind(value) if member is None else member

    return load


def _is_plain_instant(value: str) -> bool:
    """`2026-03-02T14:05:31Z`: the one spelling that formatting gives back.

    ISO weeks (`2026-W10-1`) and compact times with a fraction (`140531.0`) can be just as long.
    """
    return (
        len(value) == 20
        and value[10] == "T"
        and value[13] == value[16] == ":"
        and value[19] == "Z"
        and value[5] != "W"
    )


def _is_plain_number(value: str) -> bool:
    return (
        value.isascii()
        and value.isdigit()
        and len(value) <= _MAX_TEXT_DIGITS
        and (value[0] != "0" or value == "0")
    )


def _load_text_number(value: str | int) -> int | None:
    """The number, or None where the text is none; the text itself is then in `extra`."""
    if isinstance(value, int):
        return value
    text = value.strip().removeprefix("+").replace(",", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_TEXT_DIGITS else None


def _is_plain_decimal(value: float) -> bool:
    """Whether `_dump_decimal` writes it again as it came; from 1e16 on, `repr` has an exponent."""
    return abs(value) < 1e16


def _load_decimal(value: float) -> Decimal:
    return Decimal(repr(value))


def _dump_decimal(value: Decimal) -> float | int:
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)
