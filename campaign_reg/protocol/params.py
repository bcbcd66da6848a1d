"""A verb's parameters: from plain values or a file's text to its class, and back.

Plain values are what JSON has: a journal, a token and an input file hold parameters in this form. Nothing is coerced:
`None`, `7` and `True` are not text.
"""

from __future__ import annotations

import enum
import functools
import json
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast, get_args, get_origin

import attrs
import cattrs
from cattrs.errors import BaseValidationError, ClassValidationError, ForbiddenExtraKeysError

from campaign_reg.errors import CampaignRegError, InvalidInputError
from campaign_reg.hints import without_none

_YES, _NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})

_WORDS: Mapping[tuple[type[Any], ...], str] = {
    (str,): "text",
    (bool,): "true or false",
    (int,): "a whole number",
    (float, int): "a number",
}


class _WrongFormError(ValueError):
    """A value of the wrong type."""


def make_params(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """Make a verb's parameters from plain values.

    Raises:
        InvalidInputError: An unknown or missing member, or one of the wrong form.
    """
    try:
        return _converter().structure(values, kind)
    except BaseValidationError as error:
        raise InvalidInputError("; ".join(dict.fromkeys(_problems(error, kind, "")))) from None


def plain_params(params: Any) -> dict[str, Any]:
    """A verb's parameters as plain values, without those left to their defaults."""
    plain: dict[str, Any] = _converter().unstructure(params)
    return plain


def params_from_text(kind: type[Any], cells: Mapping[str, str]) -> dict[str, Any]:
    """Plain values from the cells of a table, each read as its member's type asks.

    True and false are `true` and `false` (or yes, no, 1, 0); several values stand between `|`, or are a JSON list;
    what has members of its own is a JSON object. A name that is no member stays as it is, for `make_params` to refuse.

    Raises:
        InvalidInputError: A cell that cannot be read as its member's type.
    """
    fields = fields_of(cast("Hashable", kind))
    return {name: _read(name, fields.get(name), text) for name, text in cells.items()}


def params_to_text(kind: type[Any] | None, values: Mapping[str, Any]) -> dict[str, str]:
    """Cells of a table from plain values: what `params_from_text` reads back as the same.

    A cell has no blanks at its ends and no NUL character, and is not empty. Text that is no value of its member's
    type stays as it is: it came from a cell that could not be read.

    Args:
        kind: attrs class of the parameters; None where it is not known, which writes what is not text as JSON.
        values: Plain values, by member.

    Raises:
        InvalidInputError: A value that no cell can hold, such as an empty text, or a name that is no member.
    """
    fields = {} if kind is None else fields_of(cast("Hashable", kind))
    if kind is not None and (strange := values.keys() - fields):
        raise InvalidInputError(f"{min(strange)} cannot be a column: there is no such parameter")
    return {name: _written(name, fields.get(name), value) for name, value in values.items()}


def _written(name: str, field: attrs.Attribute[Any] | None, value: Any) -> str:
    for text in _spellings(value):
        if _is_cell(text) and (isinstance(value, str) or _means(name, field, text, value)):
            return text
    raise InvalidInputError(
        f"{name} cannot be a cell of a table: it is null, empty, has blanks or line breaks at its ends, has a "
        "NUL character, or is of another type than its parameter"
    )


def _spellings(value: Any) -> Iterator[str]:
    """Ways to write a value into a cell, the plainest first."""
    if isinstance(value, str):
        yield value
        return
    if isinstance(value, list) and value and all(type(item) in {str, int} for item in value):
        yield "|".join(map(str, value))
        yield ",".join(map(str, value))
    if value is not None:
        yield json.dumps(value, ensure_ascii=False)


def _is_cell(text: str) -> bool:
    return text != "" and text == text.strip() and "\0" not in text


def _means(name: str, field: attrs.Attribute[Any] | None, text: str, value: Any) -> bool:
    """Whether a cell is read back as the value."""
    if field is None:
        return text.startswith(("[", "{")) or not isinstance(value, list)
    convert: Any = field.converter
    try:
        read = _read(name, field, text)
        return bool(read == value or (callable(convert) and convert(read) == convert(value)))
    except (ValueError, CampaignRegError):
        return False


def _read(name: str, field: attrs.Attribute[Any] | None, text: str) -> Any:
    """A cell's plain value; a member that converts for itself is given the text, or the list that it is."""
    if field is None or (field.converter is not None and not _is_list(field.type, text)):
        return text
    return _from_text(name, field.type, text)


def _is_list(kind: Any, text: str) -> bool:
    return text.startswith("[") and is_tuple(without_none(kind))


def _from_text(name: str, kind: Any, text: str) -> Any:
    kind = without_none(kind)
    if _is_nested(kind) or (text.startswith(("[", "{")) and get_origin(kind) is not None):
        try:
            return json.loads(text)
        except ValueError:
            raise InvalidInputError(f"{name} must be JSON") from None
    if get_origin(kind) is tuple:
        return [_from_text(name, get_args(kind)[0], part.strip()) for part in text.split("|") if part.strip()]
    if kind is bool and text.lower() in _YES | _NO:
        return text.lower() in _YES
    try:
        return kind(text) if kind in {int, float} else text
    except ValueError:
        return text  # the refusal names the member and what it must be


def _is_nested(kind: Any) -> bool:
    inner = get_args(kind)[0] if get_origin(kind) is tuple else kind
    return attrs.has(inner) or (
        isinstance(get_origin(inner), type) and issubclass(get_origin(inner), Mapping)
    )


@functools.cache
def fields_of(kind: Hashable) -> dict[str, attrs.Attribute[Any]]:
    """Fields of one of the few parameter classes there are, with their types resolved."""
    resolved: type[Any] = attrs.resolve_types(cast("type[Any]", kind))
    return attrs.fields_dict(resolved)


@functools.cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True, prefer_attrib_converters=True, omit_if_default=True)
    for kinds, words in _WORDS.items():
        converter.register_structure_hook(kinds[0], functools.partial(_exactly, kinds, words))
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_structure_hook(
        datetime, functools.partial(_instant, datetime, "a time such as 2026-04-10T08:00:00")
    )
    converter.register_structure_hook(date, functools.partial(_instant, date, "a day such as 2026-04-10"))
    converter.register_structure_hook_factory(is_tuple, functools.partial(_tuple_hook, converter))
    converter.register_unstructure_hook(Decimal, str)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook(enum.Enum, _value_of)
    converter.register_unstructure_hook(enum.StrEnum, _value_of)  # cattrs leaves what is text as it is
    converter.register_unstructure_hook_func(
        is_tuple, lambda values: [converter.unstructure(value) for value in values]
    )
    return converter


def _exactly(kinds: tuple[type[Any], ...], words: str, value: Any, kind: type[Any]) -> Any:
    """The value, if it is of that very type; a member of an enum whose values are."""
    if type(value) not in kinds and type(value) is not kind:
        raise _WrongFormError(f"must be {words}")
    if not issubclass(kind, enum.Enum):
        return value
    try:
        return kind(value)
    except ValueError:
        raise _WrongFormError(f"must be one of {', '.join(str(member.value) for member in kind)}") from None


def _decimal(value: Any, _: Any) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str | Decimal) or type(value) is int else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise _WrongFormError('must be a decimal number as text, such as "15.00"')
    return number


def _instant(kind: type[Any], words: str, value: Any, _: Any) -> Any:
    if isinstance(value, kind) and (kind is datetime or not isinstance(value, datetime)):
        return value
    try:
        return kind.fromisoformat(value)
    except (TypeError, ValueError):
        raise _WrongFormError(f"must be {words}") from None


def _tuple_hook(converter: cattrs.Converter, kind: Any) -> Callable[[Any, Any], Any]:
    item_kind = get_args(kind)[0]

    def structure(values: Any, _: Any) -> Any:
        if not isinstance(values, list | tuple):
            raise _WrongFormError("must be a list")
        return tuple(converter.structure(value, item_kind) for value in values)

    return structure


def _value_of(member: enum.Enum) -> Any:
    return member.value


def is_tuple(kind: Any) -> bool:
    """Whether a type is that of several values."""
    return kind is tuple or get_origin(kind) is tuple


def _problems(error: BaseException, kind: Any, where: str) -> Iterator[str]:
    """What is wrong, each with the place where it is; values are not repeated, they may be long."""
    if isinstance(error, ClassValidationError):
        at_members, others = error.group_exceptions()
        missing = [note.name for inner, note in at_members if isinstance(inner, KeyError)]
        if missing:
            yield f"{where or error.cl.__name__} needs {', '.join(missing)}"
        for inner, note in at_members:
            if not isinstance(inner, KeyError):
                yield from _problems(inner, note.type, f"{where}.{note.name}" if where else note.name)
        for inner in others:
            yield from _problems(inner, error.cl, where)
    elif isinstance(error, BaseValidationError):
        for inner in error.exceptions:
            yield from _problems(inner, kind, where)
    elif isinstance(error, ForbiddenExtraKeysError):
        known = ", ".join(fields_of(cast("Hashable", error.cl))) or "none"
        names = ", ".join(sorted(map(str, error.extra_fields)))
        yield f"{where or error.cl.__name__} has no {names}; it takes: {known}"
    elif isinstance(error, InvalidInputError | _WrongFormError):
        yield f"{where} {error}" if isinstance(error, _WrongFormError) and where else str(error)
    else:  # a validator's own words
        yield f"{where or getattr(kind, '__name__', 'it')}: {error}"
