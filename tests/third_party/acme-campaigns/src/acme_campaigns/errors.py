"""What Acme's refusals mean.

Source:
    https://docs.acme.example/api/problems
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaign_reg.enums import Applied
from campaign_reg.errors import (
    ConflictError,
    DecodeError,
    ErrorDetail,
    FieldViolation,
    RateLimitError,
    ServerError,
    printable,
)
from campaign_reg.wire.codec import loads
from campaign_reg.wire.operation import ErrorBody, ErrorTable, Refusal

if TYPE_CHECKING:
    from campaign_reg.wire.message import Response


def parse_problem(response: Response) -> ErrorBody:
    """Read `{"slug", "detail", "invalid": {member: why}}`; every member may be missing, or the body no JSON."""
    try:
        problem = loads(response.body)
    except DecodeError:
        return ErrorBody()
    if not isinstance(problem, dict):
        return ErrorBody()
    return ErrorBody(
        code=_text(problem.get("slug")),
        message=_text(problem.get("detail")),
        details=_details(problem.get("invalid")),
    )


def _details(invalid: Any) -> tuple[ErrorDetail, ...]:
    if not isinstance(invalid, dict):
        return ()
    violations = (FieldViolation(field=member, description=why) for member, why in invalid.items())
    return (ErrorDetail(field_violations=tuple(violations)),)


def _text(value: Any) -> str:
    return printable(value) if isinstance(value, str) else ""


ERRORS = ErrorTable(
    by_code={
        "throttled": Refusal(RateLimitError, Applied.NO, transient=True),
        "maintenance": Refusal(ServerError, Applied.NO, transient=True),
        "not-paused": Refusal(ConflictError, Applied.NO),
        "not-declined": Refusal(ConflictError, Applied.NO),
        # The change was made, only its answer got lost inside Acme: reading shows it.
        "answer-delayed": Refusal(ServerError, Applied.YES),
    },
    parse=parse_problem,
)
