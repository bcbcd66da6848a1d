"""A verb's parameters: from plain values to its class, and back."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Mapping
from typing import Any, cast

import attrs

from campaign_reg.errors import InvalidInputError


@functools.cache
def _fields_of(kind: Hashable) -> dict[str, attrs.Attribute[Any]]:
    """Fields of one of the few parameter classes there are."""
    return attrs.fields_dict(cast("type[Any]", kind))


def make_params(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """Make a verb's parameters from plain values.

    Raises:
        InvalidInputError: An unknown or missing member, or one of the wrong form.
    """
    fields = _fields_of(cast("Hashable", kind))
    if not values.keys() <= fields.keys():
        unknown = sorted(str(name) for name in values if name not in fields)
        known = ", ".join(fields) or "none"
        raise InvalidInputError(f"{kind.__name__} has no {', '.join(unknown)}; it takes: {known}")
    missing = [
        name for name, field in fields.items() if field.default is attrs.NOTHING and name not in values
    ]
    if missing:
        raise InvalidInputError(f"{kind.__name__} needs {', '.join(missing)}")
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{kind.__name__}: {error}") from error


def plain_params(params: Any) -> dict[str, Any]:
    """A verb's parameters as plain values, without those left to their defaults."""
    fields = attrs.fields(type(params))
    values = {field.name: getattr(params, field.name) for field in fields}
    return {
        field.name: list(value) if isinstance(value := values[field.name], tuple) else value
        for field in fields
        if values[field.name] != field.default
    }
