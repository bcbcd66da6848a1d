"""Request bodies: parse a JSON object, and refuse a call from within a handler."""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaign_reg.sandbox.exchange import Call, Reply


class RefusedError(Exception):
    """Raised by a handler: carries the reply that refuses the call."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class BodyProblem(enum.Enum):
    """What is wrong with a body that is not JSON object."""

    CONTENT_TYPE = "content type"
    SYNTAX = "syntax"
    NOT_AN_OBJECT = "not an object"


def parse_object(call: Call, refused: Callable[[BodyProblem], RefusedError]) -> dict[str, Any]:
    """Parse the body of a call, which has to be a JSON object.

    Args:
        call: The call.
        refused: Makes the vendor's own error for a problem.

    Raises:
        RefusedError: The body is not an object, or is announced as another type.
    """
    content_type = call.headers.get("Content-Type", "application/json")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise refused(BodyProblem.CONTENT_TYPE)
    try:
        document = json.loads(call.body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise refused(BodyProblem.SYNTAX) from None
    if not isinstance(document, dict):
        raise refused(BodyProblem.NOT_AN_OBJECT)
    return document


def _refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(f"{name} is not JSON")
