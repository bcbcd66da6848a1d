"""Error bodies in all their shapes, and what each status means for a write."""

from __future__ import annotations

import json
from typing import Any

import pytest

from campaign_reg.errors import (
    ApiError,
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)
from campaign_reg.providers.rcs import operations as ops
from campaign_reg.providers.rcs.envelopes import LegacyOutcome
from campaign_reg.providers.rcs.errors import LEGACY_CODES, legacy_error, parse_error
from campaign_reg.wire.message import Response
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.response import error_of
from tests.support.vendors.rcs_contract import CONTRACT, answers

BAD = [
    pytest.param(status, body, id=f"{operation}-{status}-{name}")
    for operation, status, name, body in answers()
    if status != "200"
]


def told(body: Any, status: int = 422) -> tuple[str, str, tuple[str, ...]]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    parsed = parse_error(Response(status=status, headers={}, body=content))
    return parsed.code, parsed.message, tuple(line for detail in parsed.details for line in detail.violations)


@pytest.mark.parametrize(("status", "body"), BAD)
def test_every_example_refusal_is_read(status: str, body: Any) -> None:
    code, message, violations = told(body, 500 if status == "default" else int(status))
    assert message == body.get("message", body.get("errorDescription"))
    assert code == body.get("error", "")
    assert len(violations) == len(body.get("errors", []))


@pytest.mark.parametrize(
    ("errors", "lines"),
    [
        ([], ()),
        ({}, ()),
        (None, ()),
        (["a", "b"], ("a", "b")),
        (
            {"messages0phone": ["too long", "no number"]},
            ("messages0phone: too long", "messages0phone: no number"),
        ),
        ({"sender": "unknown"}, ("sender: unknown",)),
        ({"a": {"b": ["c"]}}, ("a: b: c",)),
        ([{"a": ["b"]}], ("a: b",)),
        ("plain", ("plain",)),
        ([17, True, None], ("17", "true")),
        (["a\x1b[31m\nb"], ("a [31m b",)),
    ],
)
def test_errors_in_every_shape(errors: Any, lines: tuple[str, ...]) -> None:
    assert told({"message": "m", "errors": errors}) == ("", "m", lines)


def test_errors_do_not_flood() -> None:
    _, _, lines = told({"message": "m", "errors": {f"phones{n}number": ["bad"] for n in range(5000)}})
    assert len(lines) == 51
    assert lines[-1] == "and 4950 more"


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"error": "8", "errorDescription": "Not enough money"}, "8", "Not enough money"),
        ({"error": 8}, "8", "balance too low"),
        ({"error": 0, "message": "m"}, "", "m"),
        ({"error": True, "message": 7}, "", ""),
        ({"code": 401, "message": "Expired JWT Token"}, "401", "Expired JWT Token"),
        ({"code": 422, "message": "m"}, "", "m"),
        ({"message": "short-link.exceptions.x"}, "", "short-link.exceptions.x"),
        ([], "", ""),
        ("text", "", ""),
        (b"", "", ""),
        (b"<html>502</html>", "", ""),
        (b'{"message":"a","message":"b"}', "", ""),
    ],
)
def test_bodies(body: Any, code: str, message: str) -> None:
    assert told(body)[:2] == (code, message)


@pytest.mark.parametrize(
    ("operation", "status", "error"),
    [
        (ops.CREATE, 422, InvalidRequestError),
        (ops.CREATE, 401, AuthenticationError),
        (ops.CREATE, 403, PermissionDeniedError),
        (ops.CREATE, 429, OutcomeUnknownError),
        (ops.CREATE, 500, OutcomeUnknownError),
        (ops.CREATE_BY_GROUPS, 429, OutcomeUnknownError),
        (ops.SEND_MESSAGE, 429, OutcomeUnknownError),
        (ops.RENEW, 422, ConflictError),
        (ops.RENEW, 404, NotFoundError),
        (ops.RENEW, 429, OutcomeUnknownError),
        (ops.RENEW, 503, OutcomeUnknownError),
        (ops.STOP_PUT, 422, ConflictError),
        (ops.STOP_PATCH, 405, InvalidRequestError),
        (ops.GET, 404, NotFoundError),
        (ops.GET, 422, NotFoundError),
        (ops.DETAIL, 422, NotFoundError),
        (ops.LIST, 422, InvalidRequestError),
        (ops.LIST, 429, RateLimitError),
        (ops.BALANCE, 500, ServerError),
    ],
)
def test_what_a_status_means(operation: Operation, status: int, error: type[Exception]) -> None:
    assert type(error_of(operation, Response(status=status, headers={}, body=b'{"message":"m"}'))) is error


def test_a_duplicate_is_no_quota() -> None:
    """A pause of the whole account would be wrong, and a repetition worse."""
    for operation in (ops.CREATE, ops.CREATE_BY_GROUPS, ops.SEND_MESSAGE):
        refusal = operation.errors.refusal(429, "")
        assert not issubclass(refusal.error, RateLimitError)
        assert not refusal.transient


def test_the_codes_are_the_contracts() -> None:
    codes = CONTRACT["x-legacy-error-codes"]
    assert {str(code) for code in LEGACY_CODES} == {*codes["common"], *codes["statistic"]}


@pytest.mark.parametrize(
    ("code", "description", "error", "message"),
    [
        (90, "File not found", NotFoundError, "File not found"),
        (91, None, ConflictError, "file not ready"),
        (1, None, AuthenticationError, "API key not valid"),
        (86, "", InvalidRequestError, "time frame not valid"),
        (8, None, ApiError, "balance too low"),
        (77, None, ApiError, "the job was not made"),
        (0, "Maximum count of exports reached", ApiError, "Maximum count of exports reached"),
        (None, None, ApiError, "the job was not made"),
    ],
)
def test_failures_inside_a_200(
    code: int | None, description: str | None, error: type[ApiError], message: str
) -> None:
    made = legacy_error("rcs.exports.get", LegacyOutcome(error=code, error_description=description))
    assert type(made) is error
    assert (made.status, made.code, made.message) == (200, str(code) if code else "", message)
