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
_MOST_SHAPES = 256
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


@attrs.frozen
class _Member:
    """How one member travels.

    Attributes:
        name: Ours.
        wire: The vendor's.
        accepts: Class of the decoded JSON value that needs no second look.
        load: From JSON to our value; None where they are the same.
        plain: The same for what `dump` would give back just so, and `_MISSING` for any other spelling; None where
            there is no other.
        dump: From our value to JSON; None where they are the same.
        also: Further classes of JSON value that `load` understands.
    """

    name: str
    wire: str
    accepts: type
    load: Callable[[Any], Any] | None = None
    plain: Callable[[Any], Any] | None = None
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
    converter: cattrs.Converter,
    model: type,
    wire_names: Mapping[str, str] | None = None,
    *,
    shared: bool = False,
) -> None:
    """Teach the converter a model, nested models first.

    Args:
        converter: From `make_converter`.
        model: An attrs class, `slots=False`.
        wire_names: Our name to the vendor's, where it is not plain camelCase.
        shared: Equal documents become one object, for small models whose values repeat from document to document.
    """
    names = wire_names or {}
    hints = get_type_hints(model)
    fields = [field for field in attrs.fields(model) if field.name != "extra"]
    members = [
        _member(converter, field, hints[field.name], names.get(field.name, camel(field.name)))
        for field in fields
    ]
    structure = _structurer(model, members)
    converter.register_structure_hook(model, _sharing(structure) if shared else structure)
    converter.register_unstructure_hook(model, _unstructurer(model, members))


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
            raise _wrong_kind(expected, value)
        return value

    return structure


def _wrong_kind(expected: type, value: Any) -> DecodeError:
    return DecodeError("", f"expected {_KINDS[expected]}, got {_KINDS.get(type(value), 'something else')}")


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


@attrs.frozen
class _Plan:
    """What to do with objects of one shape: the same keys in the same order, with values of the same classes.

    Attributes:
        classes: Of the values.
        template: Every member's default, which is None where it is missing or made by a factory.
        names: Our name for each key in turn; unknown ones go where `extra` will be.
        unknown: Keys that are kept in `extra`.
        loads: Our name of each member that does not stay as it is, what loads it, and the member.
        made: Members that are missing and have a factory.
        missing: A member that must be there and is not.
    """

    classes: list[type]
    template: dict[str, Any]
    names: tuple[str, ...]
    unknown: tuple[str, ...]
    loads: tuple[tuple[str, Callable[[Any], Any], _Member], ...]
    made: tuple[tuple[str, Callable[[], Any]], ...]
    missing: _Member | None


def _structurer(model: type, members: list[_Member]) -> Callable[[Any, Any], Any]:
    """A hook that works out once per shape what to do, and then leaves the bulk to C."""
    plan_for, has_extra = _planner(model, members), "extra" in attrs.fields_dict(model)
    latest: dict[tuple[str, ...], _Plan] = {}
    find, new, set_dict = latest.get, object.__new__, object.__setattr__

    def structure(data: Any, _: Any) -> Any:
        if data.__class__ is not dict:
            raise _wrong_kind(dict, data)
        keys, classes = (*data,), [*map(type, data.values())]
        plan = find(keys)
        if plan is None or plan.classes != classes:
            if len(latest) >= _MOST_SHAPES:
                latest.clear()
            plan = latest[keys] = plan_for(data, classes)
        values = plan.template.copy()
        values.update(zip(plan.names, data.values()))  # noqa: B905  (as many by construction)
        extra = {key: data[key] for key in plan.unknown} if plan.unknown else {}
        for name, load, member in plan.loads:
            try:
                loaded = load(value := values[name])
                if loaded is _MISSING:
                    extra[member.wire] = value
                    loaded = _load_oddity(member, value, plan.template[name])
            except DecodeError as error:
                raise _at(member.wire, error) from None
            values[name] = loaded
        if plan.missing is not None:
            raise DecodeError(plan.missing.wire, "missing")
        for name, factory in plan.made:
            values[name] = factory()
        if has_extra:
            values["extra"] = extra
        else:
            values.pop("extra", None)
        made: Any = new(model)
        set_dict(made, "__dict__", values)
        return made

    return structure


def _planner(model: type, members: list[_Member]) -> Callable[[dict[str, Any], list[type]], _Plan]:
    """A function that makes the plan for an object and its values' classes, or finds the one it made before."""
    fields, by_wire = attrs.fields_dict(model), {m.wire: m for m in members}
    factories = {
        name: field.default.factory  # pyright: ignore[reportOptionalMemberAccess]
        for name, field in fields.items()
        if isinstance(field.default, _FACTORY)
    }
    required = [m for m in members if fields[m.name].default is attrs.NOTHING]
    template = {
        m.name: None if m in required or m.name in factories else fields[m.name].default for m in members
    }

    plans: dict[tuple[tuple[str, ...], tuple[type, ...]], _Plan] = {}

    def plan_for(data: dict[str, Any], classes: list[type]) -> _Plan:
        shape = (tuple(data), tuple(classes))
        if shape not in plans:
            if len(plans) >= _MOST_SHAPES:
                plans.clear()
            plans[shape] = make_plan(data, classes)
        return plans[shape]

    def make_plan(data: dict[str, Any], classes: list[type]) -> _Plan:
        known = [(by_wire[key], value) for key, value in data.items() if key in by_wire]
        odd = [m for m, value in known if value.__class__ is not m.accepts]
        given = {m.name for m, value in known if value is not None}
        return _Plan(
            classes=classes,
            template=template,
            names=tuple(by_wire[key].name if key in by_wire else "extra" for key in data),
            unknown=tuple(key for key in data if key not in by_wire),
            loads=tuple(
                (m.name, load, m)
                for m, _ in known
                if (load := _as_oddity if m in odd else m.plain) is not None
            ),
            made=tuple(
                (m.name, factories[m.name]) for m in members if m.name in factories and m.name not in given
            ),
            missing=next((m for m in required if m.name not in given), None),
        )

    return plan_for


def _as_oddity(_: Any) -> Any:
    return _MISSING


def _load_oddity(member: _Member, value: Any, default: Any) -> Any:
    """Load a value that `extra` must keep as well: a null, or one whose spelling is not ours."""
    if value is None:
        return default
    if value.__class__ is not member.accepts and value.__class__ not in member.also:
        raise _wrong_kind(member.accepts, value)
    return value if member.load is None else member.load(value)


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
    if isinstance(field.default, _FACTORY):
        return field.default.factory()  # pyright: ignore[reportOptionalMemberAccess]
    return field.default


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
        return _Member(name, wire, str, _load_text_number, _load_plain_number, str, (int,))
    if kind is float:
        return _Member(name, wire, float, also=(int,))
    if kind in (str, bool, int):
        return _Member(name, wire, kind)
    if kind is Decimal:
        return _Member(name, wire, float, _load_decimal, _Amounts().__getitem__, _dump_decimal, (int,))
    if kind is datetime:
        return _Member(name, wire, str, parse_datetime, _load_plain_instant, format_datetime)
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        load = _Members(kind).__getitem__
        return _Member(name, wire, str, load, load, str)
    accepts, load, dump = _container(converter, kind)
    return _Member(name, wire, accepts, load, load, dump)


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


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return next(arg for arg in get_args(hint) if arg is not NoneType)
    return hint


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
            return _at(f"[{key!r}]" if isinstance(key, str) else f"[{key}]", error)
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
        return _MISSING
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
    return int(value) if is_plain else _MISSING


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
            return _MISSING
        amount = _load_decimal(value)
        if value and len(self) < _MOST_AMOUNTS:  # not zero: -0.0 would find it, too
            self[value] = amount
        return amount


def _load_decimal(value: float) -> Decimal:
    return Decimal(repr(value))


def _dump_decimal(value: Decimal) -> float | int:
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)
