"""How the RCS platform refuses, and how it reads bodies and queries."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from campaign_reg.sandbox.bodies import BodyProblem, RefusedError, parse_object
from campaign_reg.sandbox.exchange import Reply, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.rcs.rules import Problem

INVALID_DATA = "The given data was invalid."
# Python reads no longer ones.
INTEGER = re.compile(r"[0-9]{1,4000}")


def failure(status: int, message: str) -> Reply:
    """Build an error body that has a message and nothing else."""
    return render(status, {"message": message})


def refused(call: Call, message: str, path: str = "", status: int = 422) -> RefusedError:
    """Refuse for one reason, which the message names."""
    return RefusedError(_varied(call, status, message, [(path or "id", message)], message))


def refused_fields(call: Call, problems: Sequence[Problem]) -> RefusedError:
    """Refuse a body or query for what is wrong with its members."""
    named = [(path or "body", problem) for path, problem in problems]
    return RefusedError(_varied(call, 422, INVALID_DATA, named, named[0][1]))


def _varied(call: Call, status: int, message: str, problems: Sequence[Problem], alone: str) -> Reply:
    """Word `errors` as an empty list, a list, an object, or not at all; the same call gets the same.

    Source:
        https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
    """
    shape = dice(call) % 4
    if shape == 0:
        return render(status, {"message": alone, "errors": []})
    if shape == 1:
        return render(status, {"message": message, "errors": [problem for _, problem in problems]})
    if shape == 2:
        by_path: dict[str, list[str]] = {}
        for path, problem in problems:
            by_path.setdefault(path, []).append(problem)
        return render(status, {"message": message, "errors": by_path})
    return render(status, {"message": alone})


def dice(call: Call) -> int:
    """Return a number that is the same whenever the same call is made."""
    return zlib.crc32(call.path.encode() + call.query.encode() + call.body)


def read_object(call: Call) -> dict[str, Any]:
    """Parse the body of a call, which has to be a JSON object.

    Raises:
        RefusedError: It is not, or it is announced as something else.
    """

    def refusal(problem: BodyProblem) -> RefusedError:
        if problem is BodyProblem.NOT_AN_OBJECT:
            return refused_fields(call, [("body", "This value should be of type object.")])
        syntax = problem is BodyProblem.SYNTAX
        return refused(call, "Syntax error" if syntax else "Content-Type must be application/json", "body")

    return parse_object(call, refusal)


def read_query(call: Call) -> dict[str, str]:
    """Parse the query; the last of repeated keys counts."""
    return dict(parse_qsl(call.query, keep_blank_values=True, errors="replace"))


def read_integer(
    call: Call, query: dict[str, str], name: str, bounds: tuple[int, int | None], default: int
) -> int:
    """Read a number from a query, within its bounds."""
    value = query.get(name)
    if value is None:
        return default
    least, most = bounds
    if not INTEGER.fullmatch(value) or int(value) < least or (most is not None and int(value) > most):
        raise refused_fields(call, [(name, f"This value should be between {least} and {most or 'any'}.")])
    return int(value)


def read_choice(call: Call, query: dict[str, str], name: str, values: Sequence[str], default: str) -> str:
    """Read one of a closed list of words from a query."""
    value = query.get(name, default)
    if value not in values:
        raise refused_fields(call, [(name, "The value you selected is not a valid choice.")])
    return value
