"""How the rooms beside the campaigns reach the API: through the backend's one way to call it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from campaign_reg.errors import DecodeError, InvalidInputError
from campaign_reg.protocol.several import check_members
from campaign_reg.wire.codec import dumps

if TYPE_CHECKING:
    import cattrs

    from campaign_reg.wire.operation import Operation
    from campaign_reg.wire.request import QueryValue


class Call(Protocol):
    """Sends an operation and decodes its answer."""

    async def __call__(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, QueryValue] | None = None,
        *,
        body: bytes | None = None,
    ) -> Any:
        """The answer as `operation.result`."""
        ...


def encode(converter: cattrs.Converter, document: object, kind: type) -> bytes:
    """The body for a document, whose members are checked for their types on the way.

    Raises:
        InvalidInputError: It is no `kind`, or a member is not of its type.
    """
    if not isinstance(document, kind):
        raise InvalidInputError(f"expected a {kind.__name__}, not {type(document).__name__}")
    check_members(document, f"{kind.__name__}.")
    try:
        plain = converter.unstructure(document)
        made: Any = converter.structure(plain, kind)
        body = dumps(plain)
    except DecodeError as error:
        raise InvalidInputError(f"{kind.__name__}.{error}") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidInputError(f"{kind.__name__} cannot be written as JSON: {error}") from None
    for name in attrs.fields_dict(kind):
        wanted = type(getattr(made, name))
        if attrs.has(wanted) and not isinstance(getattr(document, name), wanted):
            raise InvalidInputError(f"{kind.__name__}.{name} must be a {wanted.__name__}")
    return body
