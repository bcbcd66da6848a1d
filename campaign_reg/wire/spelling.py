"""Values that a vendor spells in several ways, read as one typed value and written back as they came.

Some vendors write the same thing as a number or a string, an object or a list, under two or three names. A member says
how it is spelled (`Spelling`) and under which names; what our own writing would not give back as it came stays in
`extra` under the vendor's name, so that nothing is lost. `codec.register_model(..., spellings=)` takes such models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, get_args, get_origin, get_type_hints

import attrs
import cattrs

from campaign_reg.enums import OpenEnum
from campaign_reg.errors import DecodeError
from campaign_reg.hints import without_none
from campaign_reg.wire.structuring import at, wrong_kind

_DIGITS = re.compile(r"[0-9]{1,18}")
_AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")


@attrs.frozen
class Spelling:
    """How one kind of value is read and written.

    Attributes:
        load: From JSON to our value; raises DecodeError.
        dump: From our value to JSON.
        exact: Classes of JSON value that `dump` gives back as they came.
    """

    load: Callable[[Any], Any]
    dump: Callable[[Any], Any]
    exact: tuple[type, ...] = ()


def _as_it_is(value: Any) -> Any:
    return value


def load_text(raw: Any) -> str:
    """Load a string and nothing else."""
    if raw.__class__ is not str:
        raise wrong_kind(str, raw)
    text: str = raw
    return text


def _load_whole(raw: Any) -> int:
    if raw.__class__ is int:
        number: int = raw
        return number
    if raw.__class__ is str and _DIGITS.fullmatch(raw):
        return int(raw)
    raise wrong_kind(int, raw)


def _load_code(raw: Any) -> int | None:
    if raw.__class__ is str and not _DIGITS.fullmatch(raw):
        return None
    return _load_whole(raw)


def _load_flag(raw: Any) -> bool:
    if raw.__class__ is not bool and not (raw.__class__ is int and raw in (0, 1)):
        raise wrong_kind(bool, raw)
    return bool(raw)


def _load_id(raw: Any) -> str:
    return str(_load_whole(raw))


def _load_phone(raw: Any) -> str:
    if raw.__class__ is int and raw >= 0:
        return f"+{raw}"
    text = load_text(raw)
    return f"+{text}" if _DIGITS.fullmatch(text) else text


def _dump_phone(value: str) -> int | str:
    digits = value.removeprefix("+")
    return int(digits) if _DIGITS.fullmatch(digits) and str(int(digits)) == digits else value


def _load_money(raw: Any) -> Decimal:
    if raw.__class__ in (int, float):
        return Decimal(repr(raw))
    if raw.__class__ is str and _AMOUNT.fullmatch(raw):
        return Decimal(raw)
    raise wrong_kind(float, raw)


def _dump_money_number(value: Decimal) -> float | int:
    return int(value) if value == value.to_integral_value() and "." not in str(value) else float(value)


def _dump_money_text(value: Decimal) -> str:
    return format(value, "f")


TEXT = Spelling(load_text, _as_it_is, (str,))
WHOLE = Spelling(_load_whole, _as_it_is, (int,))
"""An integer, or digits as text."""
CODE = Spelling(_load_code, _as_it_is, (int,))
"""An integer, or digits as text; any other text is kept in `extra` alone."""
FLAG = Spelling(_load_flag, _as_it_is, (bool,))
"""True, false, 1 or 0."""
ID = Spelling(_load_id, int, (int,))
"""Text to us, as every vendor's ids are; an integer on the wire, beyond 32 bits."""
ID_TEXT = Spelling(_load_id, _as_it_is)
"""The same, where the vendor writes a string."""
PHONE = Spelling(_load_phone, _dump_phone)
"""E.164 to us; an integer on the wire."""
PHONE_TEXT = Spelling(_load_phone, lambda value: value.removeprefix("+"))
"""The same, where the vendor writes a string."""
MONEY = Spelling(_load_money, _dump_money_number)
"""A decimal to us; a number on the wire, and sometimes a string."""
MONEY_TEXT = Spelling(_load_money, _dump_money_text)
"""A decimal to us; a string on the wire, and sometimes a number."""


def _load_json_object(raw: Any) -> dict[str, Any] | None:
    if raw == [] or raw.__class__ is dict:
        return raw or None
    raise wrong_kind(dict, raw)


OBJECT = Spelling(_load_json_object, _as_it_is, (dict,))
"""An object kept as it is; an empty list stands for none."""


def word(kind: type[OpenEnum], *, fold: bool = False) -> Spelling:
    """A word of a list that may grow; with `fold`, compared without regard to case."""

    def load(raw: Any) -> OpenEnum:
        text = load_text(raw)
        known = kind(text.lower() if fold else text)
        return known if known.is_recognized else kind(text)

    return Spelling(load, str)


def several(item: Spelling) -> Spelling:
    """A list of simple values."""
    return Spelling(
        lambda raw: _load_items(item.load, raw), lambda values: [item.dump(value) for value in values]
    )


def _load_items(load: Callable[[Any], Any], raw: Any) -> tuple[Any, ...]:
    if raw.__class__ is not list:
        raise wrong_kind(list, raw)
    loaded = []
    for index, item in enumerate(raw):
        try:
            loaded.append(load(item))
        except DecodeError as error:
            raise at(f"[{index}]", error) from None
    return tuple(loaded)


def _documents(converter: cattrs.Converter, kind: type) -> Spelling:
    return Spelling(
        lambda raw: _load_items(lambda item: converter.structure(item, kind), raw),
        lambda values: [converter.unstructure(value) for value in values],
        (list,),
    )


def _document(converter: cattrs.Converter, kind: type) -> Spelling:
    """An object; an empty list stands for none, and a list of counters for their sum."""

    def load(raw: Any) -> Any:
        if raw.__class__ is not list:
            return converter.structure(raw, kind)
        if raw and not issubclass(kind, Counters):
            raise wrong_kind(dict, raw)
        parts = _load_items(lambda item: converter.structure(item, kind), raw)
        return added_up(kind, parts) if parts else None

    return Spelling(load, converter.unstructure, (dict,))


class Counters:
    """Base of models whose members all count messages, so that several add up to one."""


def added_up(kind: type, parts: tuple[Any, ...]) -> Any:
    """The sum, counter by counter; one that no part has stays None."""
    names = [field.name for field in attrs.fields(kind) if field.name != "extra"]
    columns = {name: [n for part in parts if (n := getattr(part, name)) is not None] for name in names}
    return kind(**{name: sum(numbers) if numbers else None for name, numbers in columns.items()})


def written(spelling: Spelling | None, *names: str) -> dict[str, Any]:
    """Metadata of a member with a spelling of its own (None: what its type has) or other names than ours.

    Args:
        spelling: How it is read and written.
        *names: The vendor's, the usual one first.
    """
    return {"spelling": spelling, "names": names}


UNWRITTEN: Mapping[str, Any] = {"unwritten": True}
"""Metadata of a member that does not come from the vendor."""


@attrs.frozen
class _Member:
    name: str
    names: tuple[str, ...]
    spelling: Spelling
    default: Any

    def take(self, data: dict[str, Any], extra: dict[str, Any]) -> Any:
        """The value; what our writing would not give back as it came goes to `extra`."""
        given = [name for name in self.names if name in data]
        source = next((name for name in given if data[name] is not None), None)
        if source is None and self.default is attrs.NOTHING:
            raise DecodeError(self.names[0], "missing")
        value = self.default if source is None else self._load(source, data[source])
        if value is None and self.default is attrs.NOTHING:  # an empty list, where an object has to be
            raise DecodeError(source or self.names[0], "missing")
        if given and not (given == [self.names[0]] and self._writes(value, data[self.names[0]])):
            extra.update((name, data[name]) for name in given)
        return value

    def _load(self, name: str, raw: Any) -> Any:
        try:
            return self.spelling.load(raw)
        except DecodeError as error:
            raise at(name, error) from None

    def _writes(self, value: Any, raw: Any) -> bool:
        if value is None or value == self.default:
            return False
        return raw.__class__ in self.spelling.exact or same_json(self.spelling.dump(value), raw)

    def give(self, value: Any, extra: Mapping[str, Any], plain: dict[str, Any]) -> None:
        """Write the value: as it came, while that still means the same."""
        kept = {name: extra[name] for name in self.names if name in extra}
        if kept and self._says(kept, value):
            plain.update(kept)
        elif value is not None and value != self.default:
            plain[self.names[0]] = self.spelling.dump(value)

    def _says(self, kept: Mapping[str, Any], value: Any) -> bool:
        raw = next((raw for raw in kept.values() if raw is not None), None)
        try:
            meant = self.default if raw is None else self.spelling.load(raw)
        except DecodeError:
            return False
        return bool(meant == value)


@attrs.frozen
class Spellings:
    """How a vendor spells the types of members that have no spelling of their own.

    Attributes:
        usual: By type.
    """

    usual: Mapping[type, Spelling]

    def of(self, converter: cattrs.Converter, kind: Any) -> Spelling:
        """Choose the spelling of a type."""
        if kind in self.usual:
            return self.usual[kind]
        if get_origin(kind) is tuple:
            item = get_args(kind)[0]
            return _documents(converter, item) if attrs.has(item) else several(self.of(converter, item))
        if get_origin(kind) is Mapping:
            return OBJECT
        return word(kind) if issubclass(kind, OpenEnum) else _document(converter, kind)


def spelled_hooks(
    converter: cattrs.Converter, model: type, spellings: Spellings, given: Mapping[str, Any]
) -> tuple[Callable[[Any, Any], Any], Callable[[Any], dict[str, Any]]]:
    """Make the functions that read and write a model.

    Args:
        converter: The converter, which knows the nested models.
        model: An attrs class with `extra`.
        spellings: How the vendor spells what its members do not say.
        given: Values of the members that do not come from the vendor.
    """
    fields, hints = attrs.fields_dict(model), get_type_hints(model)
    members = [
        _member(converter, field, hints[name], spellings)
        for name, field in fields.items()
        if name != "extra" and not field.metadata.get("unwritten")
    ]
    known = frozenset(name for member in members for name in member.names)
    constants = {name: value for name, value in given.items() if name in fields}

    def structure(data: Any, _: Any) -> Any:
        if data.__class__ is not dict:
            raise wrong_kind(dict, data)
        extra = {name: raw for name, raw in data.items() if name not in known}
        values = {member.name: member.take(data, extra) for member in members}
        return model(**values, **constants, extra=extra)

    def unstructure(thing: Any) -> dict[str, Any]:
        plain = {name: raw for name, raw in thing.extra.items() if name not in known}
        for member in members:
            member.give(getattr(thing, member.name), thing.extra, plain)
        return plain

    return structure, unstructure


def _member(
    converter: cattrs.Converter, field: attrs.Attribute[Any], hint: Any, spellings: Spellings
) -> _Member:
    spelling = field.metadata.get("spelling") or spellings.of(converter, without_none(hint))
    names = field.metadata.get("names") or (field.name,)
    return _Member(field.name, names, spelling, field.default)


def same_json(one: Any, other: Any) -> bool:
    """Whether two JSON values are written the same, key order aside: 1, 1.0 and true are not."""
    if one.__class__ is not other.__class__:
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same_json(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return repr(one) == repr(other) if isinstance(one, float) else bool(one == other)
