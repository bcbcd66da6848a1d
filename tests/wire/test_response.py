from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.enums import Applied
from campaign_reg.errors import (
    AuthenticationError,
    ConflictError,
    DecodeError,
    ErrorDetail,
    FieldViolation,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitError,
    ServerError,
)
from campaign_reg.wire.message import Response, Token
from campaign_reg.wire.operation import ErrorBody, ErrorTable, Operation, Refusal
from campaign_reg.wire.request import Request
from campaign_reg.wire.response import error_of, excerpt, parse_response, retry_after, vendor_date

READ = Operation(name="t.read", method="GET", path="/", safe=True, source="tests", result=dict)
WRITE = attrs.evolve(READ, name="t.write", method="PUT", safe=False)
DATE = "Mon, 02 Mar 2026 14:00:00 GMT"


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Response:
    return Response(status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}, body=body)


def as_is(value: Any, _: type) -> Any:
    return value


def test_a_good_answer_is_structured() -> None:
    assert parse_response(READ, answer(body=b'{"a": 1}'), lambda value, kind: (value, kind)) == (
        {"a": 1},
        dict,
    )


@pytest.mark.fault(24)
def test_an_empty_body_is_fine_only_where_none_is_due() -> None:
    no_result = attrs.evolve(WRITE, result=None, success=frozenset({204}))
    assert parse_response(no_result, answer(204, b""), as_is) is None
    assert parse_response(no_result, answer(204, b"{}"), as_is) == {}
    with pytest.raises(DecodeError):
        parse_response(READ, answer(body=b""), as_is)
    with pytest.raises(OutcomeUnknownError) as caught:
        parse_response(WRITE, answer(body=b""), as_is)
    assert caught.value.status == 200


@pytest.mark.fault(41)
@pytest.mark.parametrize(
    "error",
    [DecodeError("a.b", "missing"), KeyError("x"), RecursionError(), OverflowError(), TypeError()],
    ids=repr,
)
def test_a_hook_that_raises_hides_no_write(error: Exception) -> None:
    def structure(_: Any, __: type) -> Any:
        raise error

    with pytest.raises(DecodeError):
        parse_response(READ, answer(), structure)
    with pytest.raises(OutcomeUnknownError, match="does not parse"):
        parse_response(WRITE, answer(), structure)


@pytest.mark.fault(21, 25, 28)
@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (400, InvalidRequestError, InvalidRequestError),
        (401, AuthenticationError, AuthenticationError),
        (404, NotFoundError, NotFoundError),
        (409, ConflictError, OutcomeUnknownError),
        (429, RateLimitError, OutcomeUnknownError),
        (503, ServerError, OutcomeUnknownError),
        (307, ServerError, OutcomeUnknownError),
        (202, ServerError, OutcomeUnknownError),
    ],
)
def test_what_a_refusal_raises(status: int, read: type, write: type) -> None:
    assert type(error_of(READ, answer(status))) is read
    error = error_of(WRITE, answer(status))
    assert type(error) is write
    assert error.status == status  # type: ignore[union-attr]


@pytest.mark.fault(18)
def test_a_rate_limit_carries_its_time() -> None:
    known = attrs.evolve(WRITE, errors=ErrorTable(by_status={429: Refusal(RateLimitError, Applied.NO)}))
    error = error_of(known, answer(429, Retry_After="7"))
    assert isinstance(error, RateLimitError)
    assert error.retry_after_seconds == 7


@pytest.mark.fault(23)
def test_the_envelope_is_read() -> None:
    table = ErrorTable(
        by_code={"E1": Refusal(NotFoundError)},
        parse=lambda _: ErrorBody(
            code="E1",
            message="gone",
            details=(ErrorDetail(field_violations=(FieldViolation(field="id", description="odd"),)),),
        ),
    )
    error = error_of(attrs.evolve(WRITE, errors=table), answer(500))
    assert isinstance(error, NotFoundError)
    assert str(error) == "t.write answered 500 E1: gone (id: odd)"
    assert error.violations == ("id: odd",)


@pytest.mark.fault(23)
def test_an_answer_that_proves_nothing_is_kept() -> None:
    details = (ErrorDetail(type="ResourceInfo", resource_type="Campaign", resource_name="01k4"),)
    table = ErrorTable(parse=lambda _: ErrorBody(code="INTERNAL", message="down", details=details))
    error = error_of(attrs.evolve(WRITE, errors=table), answer(503))
    assert isinstance(error, OutcomeUnknownError)
    assert (error.status, error.code, error.message) == (503, "INTERNAL", "down")
    assert error.details == details
    with pytest.raises(OutcomeUnknownError) as caught:
        parse_response(attrs.evolve(WRITE, result=None, errors=table), answer(body=b'{"error": 1}'), as_is)
    assert (caught.value.status, caught.value.code, caught.value.details) == (200, "INTERNAL", details)


SINCH_LIKE = ErrorTable(
    by_code={"NOT_FOUND": Refusal(NotFoundError)},
    parse=lambda response: (
        ErrorBody(code="NOT_FOUND", message="gone") if b"error" in response.body else ErrorBody()
    ),
)


@pytest.mark.fault(23)
def test_a_success_that_carries_an_error_is_no_acknowledgement() -> None:
    write = attrs.evolve(WRITE, result=None, errors=SINCH_LIKE)
    with pytest.raises(
        OutcomeUnknownError, match="answered 200, and yet with an error: NOT_FOUND gone"
    ) as caught:
        parse_response(write, answer(body=b'{"error": {"status": "NOT_FOUND"}}'), as_is)
    assert caught.value.status == 200
    with pytest.raises(NotFoundError, match="gone"):
        parse_response(attrs.evolve(write, safe=True), answer(body=b'{"error": {}}'), as_is)
    assert parse_response(write, answer(body=b'{"note": 1}'), as_is) == {"note": 1}


@pytest.mark.fault(23)
def test_a_body_without_content_is_not_searched_for_errors() -> None:
    def parse(_: Response) -> ErrorBody:
        raise AssertionError

    write = attrs.evolve(WRITE, result=None, errors=ErrorTable(parse=parse))
    assert parse_response(write, answer(body=b"{}"), as_is) == {}
    assert parse_response(write, answer(body=b""), as_is) is None
    with pytest.raises(OutcomeUnknownError):  # a table that breaks its promise hides no write either
        parse_response(write, answer(body=b"[1]"), as_is)


@pytest.mark.fault(22)
@given(st.binary(max_size=2000) | st.text(max_size=900).map(lambda text: text.encode("utf-8", "replace")))
def test_an_excerpt_is_short_and_printable(body: bytes) -> None:
    text = excerpt(body)
    assert len(text) <= 201
    assert text.isprintable()


@pytest.mark.fault(18, 19, 20)
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        (" 3 ", 3),
        ("0.25", 0.25),
        ("604800", 604800),
        ("604801", None),
        ("-1", None),
        ("+5", None),
        ("1_000", None),
        ("0x10", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("٣", None),
        ("", None),
        ("Mon, 02 Mar 2026 14:00:30 GMT", 30),
        ("Mon, 02 Mar 2026 14:00:00 GMT", None),
        ("Mon, 02 Mar 2026 13:00:00 GMT", None),
        ("Mon, 02 Mar 2126 14:00:30 GMT", None),
        ("Mon, 02 Mar 2026 15:00:30 +0100", 30),
        ("Mon, 01 Jan 0001 00:00:00 +1400", None),
        ("Mon, 99 Foo 2026", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": value, "Date": DATE}) == seconds


@pytest.mark.fault(19)
def test_a_date_needs_the_vendor_s_own_clock() -> None:
    later = "Mon, 02 Mar 2026 14:00:30 GMT"
    assert retry_after({"Retry-After": later}) is None
    assert retry_after({"Retry-After": later, "Date": "noon"}) is None
    assert retry_after({}) is None


@pytest.mark.fault(20)
@given(st.text(max_size=40), st.text(max_size=40))
def test_no_header_does_harm(value: str, date: str) -> None:
    seconds = retry_after({"Retry-After": value, "Date": date})
    assert seconds is None or 0 <= seconds <= 604800


def test_vendor_date() -> None:
    assert vendor_date({"Date": DATE}) == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert vendor_date({"Date": "?"}) is None
    assert vendor_date({}) is None


@pytest.mark.fault(80)
def test_reprs_hide_what_is_secret() -> None:
    request = Request(
        operation=READ, method="GET", url="https://x", headers={"Authorization": "canary"}, body=b"canary"
    )
    response = Response(status=200, headers={"Set-Cookie": "canary"}, body=b"canary")
    assert "canary" not in f"{request!r}{response!r}{Token(value='canary', lifetime_seconds=1)!r}"
