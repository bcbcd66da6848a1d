"""What the refusals mean: every code of the contract, under every status it may come with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from campaign_reg.enums import Applied
from campaign_reg.errors import (
    ApiError,
    AuthenticationError,
    ConflictError,
    ErrorDetail,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)
from campaign_reg.providers.responsys import operations as ops
from campaign_reg.providers.responsys.errors import ERRORS, ERRORS_SENT_ONCE, parse_envelope
from campaign_reg.wire.message import Response
from campaign_reg.wire.response import error_of
from tests.support.vendors.responsys_contract import CONTRACT, answers

CODES = {entry["code"]: entry for entry in CONTRACT["x-error-codes"]}
BAD = {(int(status), json.dumps(body, sort_keys=True)) for _, status, _, body in answers() if status != "200"}


def answer(status: int, body: Any, **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=status, headers={n.replace("_", "-"): v for n, v in headers.items()}, body=content)


def envelope(code: str, detail: str = "") -> dict[str, Any]:
    return {"type": "", "title": "Title ", "errorCode": code, "detail": detail, "errorDetails": []}


@pytest.mark.parametrize(("status", "text"), sorted(BAD))
def test_every_example_refusal_is_read(status: int, text: str) -> None:
    body = json.loads(text)
    told = parse_envelope(answer(status, body))
    words = ": ".join(part.strip() for part in (body["title"], body["detail"]) if part.strip())
    dead = body["detail"] == "Not a valid authentication token"
    assert told.code == ("INVALID_TOKEN" if dead else body["errorCode"])
    assert (told.message, told.details) == (words, ())


def test_every_code_of_the_contract_is_known() -> None:
    assert set(CODES) == set(ERRORS.by_code)


@pytest.mark.parametrize("code", sorted(CODES))
def test_codes_decide_and_not_the_status(code: str) -> None:
    entry, refusal = CODES[code], ERRORS.by_code[code]
    for status in (*entry["status"], 400, 401, 429, 500):
        assert ERRORS.refusal(status, code) is refusal
    unclear = entry["retry"] in {"conditional", "verify-first"}
    assert refusal.applied is (Applied.MAYBE if unclear else Applied.NO)
    waits = {"after-60s": 60.0, "after-10min": 600.0}.get(entry["retry"])
    assert refusal.retry_after_seconds == waits
    assert refusal.transient == (waits is not None or unclear or entry["retry"] == "later")
    if entry["retry"] is False and entry["status"] == [404]:
        assert refusal.error is NotFoundError


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("UNAUTHORIZED", PermissionDeniedError),
        ("INSUFFICIENT_ACCESS", PermissionDeniedError),
        ("API_DISABLED_FOR_USER", PermissionDeniedError),
        ("API_BLOCKED", PermissionDeniedError),
        ("INVALID_TOKEN", AuthenticationError),
        ("PASSWORD_LOCKOUT", AuthenticationError),
        ("INVALID_USER_NAME_PASSWORD", AuthenticationError),
        ("CAMPAIGN_ALREADY_EXISTS", ConflictError),
        ("DUPLICATE_API_REQUEST", ConflictError),
        ("INVALID_CAMPAIGN_APPROVAL_WORKFLOW_STATE", ConflictError),
        ("CAMPAIGN_SCHEDULE_NOT_FOUND", NotFoundError),
        ("RESOURCE_NOT_FOUND", NotFoundError),
        ("INVALID_CAMPAIGN_TYPE", InvalidRequestError),
        ("API_LIMIT_EXCEEDED", RateLimitError),
        ("UNEXPECTED_EXCEPTION", ServerError),
    ],
)
def test_classes(code: str, error: type[ApiError]) -> None:
    made = error_of(ops.GET_V15, answer(400, envelope(code)))
    assert type(made) is error


@pytest.mark.parametrize("status", [400, 401, 429, 500])
@pytest.mark.parametrize(
    ("code", "seconds"), [("API_LIMIT_EXCEEDED", 60.0), ("INTERNAL_CAPACITY_LIMIT_EXCEEDED", 600.0)]
)
def test_throttling_says_how_long_although_no_header_does(status: int, code: str, seconds: float) -> None:
    for operation in (ops.GET_V15, ops.SET_APPROVAL, ops.CREATE_SCHEDULE):
        error = error_of(operation, answer(status, envelope(code)))
        assert isinstance(error, RateLimitError)
        assert error.retry_after_seconds == seconds
        told = error_of(operation, answer(status, envelope(code), Retry_After="7"))
        assert isinstance(told, RateLimitError)
        assert told.retry_after_seconds == 7


def test_a_429_without_the_code_proves_nothing_to_a_write() -> None:
    assert isinstance(error_of(ops.SET_APPROVAL, answer(429, b"<html>")), OutcomeUnknownError)
    assert isinstance(error_of(ops.GET_V15, answer(429, b"<html>")), RateLimitError)


@pytest.mark.parametrize("code", ["UNEXPECTED_EXCEPTION", "UNABLE_TO_CREATE_CAMPAIGN"])
def test_failures_prove_nothing_to_a_write(code: str) -> None:
    assert isinstance(error_of(ops.CREATE_V15, answer(500, envelope(code))), OutcomeUnknownError)


@pytest.mark.parametrize("detail", ["Not a valid authentication token", "not a VALID authentication token. "])
def test_the_third_disguise_of_a_dead_token(detail: str) -> None:
    assert parse_envelope(answer(500, envelope("UNEXPECTED_EXCEPTION", detail))).code == "INVALID_TOKEN"
    other = parse_envelope(answer(500, envelope("UNEXPECTED_EXCEPTION", "Error on the backend")))
    assert other.code == "UNEXPECTED_EXCEPTION"


def test_what_is_sent_once_is_not_repeated_even_when_it_was_not_applied() -> None:
    assert not any(refusal.transient for refusal in ERRORS_SENT_ONCE.by_code.values())
    for code, refusal in ERRORS.by_code.items():
        once = ERRORS_SENT_ONCE.by_code[code]
        assert (once.error, once.applied, once.retry_after_seconds) == (
            refusal.error,
            refusal.applied,
            refusal.retry_after_seconds,
        )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"7",
        b"null",
        b'{"errorCode":7,"title":null,"detail":[],"errorDetails":5}',
        b"{",
        b"\xff",
    ],
)
def test_refusals_that_are_no_envelopes(body: bytes) -> None:
    for status, error in ((400, InvalidRequestError), (401, AuthenticationError), (404, NotFoundError)):
        assert type(error_of(ops.GET_V15, answer(status, body))) is error


def test_unlisted_codes_fall_back_on_the_status() -> None:
    error = error_of(ops.GET_V15, answer(404, envelope("SOMETHING_NEW", "words\x1b[2J")))
    assert isinstance(error, NotFoundError)
    assert (error.code, error.message) == ("SOMETHING_NEW", "Title: words [2J")


@pytest.mark.parametrize(
    ("details", "violations"),
    [("[]", ()), ([], ()), (None, ()), ("odd", ("odd",)), ([{"a": 1}, "b", ""], ('{"a":1}', "b"))],
)
def test_reserved_details(details: Any, violations: tuple[str, ...]) -> None:
    told = parse_envelope(answer(400, {"errorCode": "X", "errorDetails": details}))
    assert told.details == tuple(ErrorDetail(description=line) for line in violations)
    error = error_of(ops.GET_V15, answer(400, {"errorCode": "X", "errorDetails": details}))
    assert isinstance(error, ApiError)
    assert error.violations == violations


def test_a_state_that_the_vendor_did_not_see_is_pointed_out() -> None:
    detail = "Campaign Approval State [null] is not valid "
    error = error_of(ops.SET_APPROVAL, answer(400, envelope("INVALID_CAMPAIGN_APPROVAL_STATE", detail)))
    assert "approval_member" in str(error)
    seen = error_of(ops.SET_APPROVAL, answer(400, envelope("INVALID_CAMPAIGN_APPROVAL_STATE", "[MAYBE]")))
    assert "approval_member" not in str(seen)
