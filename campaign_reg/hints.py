"""Type hints taken apart."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin


def without_none(hint: Any) -> Any:
    """Return the type in a hint of one type or None; any other hint as it is."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    rest = [item for item in get_args(hint) if item is not NoneType]
    return rest[0] if len(rest) == 1 else hint
