"""How the objects of one class are read and written: worked out once per shape, and then left to C.

A shape is an object's keys in their order and the classes of its values. A vendor sends few, so that what to do with
each key is decided for the first object of a shape and only followed for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any

import attrs

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
ODD = object()
"""What a member's `plain` gives for a value whose spelling is not ours."""
_FACTORY: Any = attrs.Factory  # a function to the type checker
_MOST_SHAPES = 256


@attrs.frozen
class Member:
    """How one member travels.

    Attributes:
        name: Ours.
        wire: The vendor's.
        accepts: Class of the decoded JSON value that needs no second look.
        load: From JSON to our value; None where they are the same.
        plain: The same for what `dump` would give back just so, and `ODD` for any other spelling; None where
            there is not another.
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
    loads: tuple[tuple[str, Callable[[Any], Any], Member], ...]
    made: tuple[tuple[str, Callable[[], Any]], ...]
    missing: Member | None


def structurer(model: type, members: list[Member]) -> Callable[[Any, Any], Any]:
    """A hook that works out once per shape what to do, and then leaves the bulk to C."""
    plan_for, has_extra = _planner(model, members), "extra" in attrs.fields_dict(model)
    latest: dict[tuple[str, ...], _Plan] = {}
    find, new, set_dict = latest.get, object.__new__, object.__setattr__

    def structure(data: Any, _: Any) -> Any:
        if data.__class__ is not dict:
            raise wrong_kind(dict, data)
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
                if loaded is ODD:
                    extra[member.wire] = value
                    loaded = _load_oddity(member, value, plan.template[name])
            except DecodeError as error:
                raise at(member.wire, error) from None
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


def _planner(model: type, members: list[Member]) -> Callable[[dict[str, Any], list[type]], _Plan]:
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
    return ODD


def _load_oddity(member: Member, value: Any, default: Any) -> Any:
    """Load a value that `extra` must keep as well: a null, or one whose spelling is not ours."""
    if value is None:
        return default
    if value.__class__ is not member.accepts and value.__class__ not in member.also:
        raise wrong_kind(member.accepts, value)
    return value if member.load is None else member.load(value)


def at(key: str, error: DecodeError) -> DecodeError:
    """The error, one step further up the document."""
    joint = "" if not error.path or error.path.startswith("[") else "."
    return DecodeError(f"{key}{joint}{error.path}", error.reason)


def unstructurer(model: type, members: list[Member]) -> Callable[[Any], dict[str, Any]]:
    """A hook that writes an object as it came, odd spellings and unknown members included."""
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


def _still_says(member: Member, raw: Any, value: Any, unsaid: Mapping[str, Any]) -> bool:
    """Whether the odd spelling kept in `extra` still means the member's value (it may have been evolved)."""
    if value is None:
        return True
    if raw is None:
        return bool(value == unsaid[member.name])
    return bool((raw if member.load is None else member.load(raw)) == value)


def wrong_kind(expected: type, value: Any) -> DecodeError:
    """The error for a value of another JSON kind; quotes no value."""
    return DecodeError("", f"expected {_KINDS[expected]}, got {_KINDS.get(type(value), 'something else')}")
