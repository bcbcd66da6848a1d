"""What Sinch's refusals mean; the envelope may be anything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.errors import ErrorDetail, FieldViolation, NotFoundError, ServerError
from campaign_reg.providers.sinch.errors import ERRORS, QUALIFY_ERRORS, parse_envelope
from campaign_reg.wire.message import Response
from campaign_reg.wire.operation import ErrorBody
from tests.support.vendors.sinch_contract import answers


def told(body: Any, status: int = 400) -> ErrorBody:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_envelope(Response(status=status, headers={}, body=content))


def test_the_whole_envelope() -> None:
    violations = [{"field": "a", "description": "b"}, {"field": "c"}, "odd", {"description": 7}]
    details: list[Any] = [
        {"type": "BadRequest", "fieldViolations": violations},
        "odd",
        {"fieldViolations": 7},
    ]
    body = told({"error": {"code": 400, "message": "Bad", "status": "INVALID_ARGUMENT", "details": details}})
    assert (body.code, body.message) == ("INVALID_ARGUMENT", "Bad")
    assert body.details == (
        ErrorDetail(
            type="BadRequest",
            field_violations=(
                FieldViolation(field="a", description="b"),
                FieldViolation(field="c"),
                FieldViolation(description="odd"),
                FieldViolation(description="7"),
            ),
        ),
        ErrorDetail(description="odd"),
        ErrorDetail(extra={"fieldViolations": 7}),
    )
    lines = [line for detail in body.details for line in detail.violations]
    assert lines == ["a: b", "c", "odd", "7", "odd"]


def test_what_the_contract_does_not_name_is_kept() -> None:
    violation = {"field": "a", "description": "b", "reason": "TOO_SHORT"}
    detail = {"type": "ErrorInfo", "domain": "sinch.com", "metadata": {"x": [1, None]}, "empty": None}
    [kept] = told({"error": {"details": [{**detail, "fieldViolations": [violation]}]}}).details
    assert kept.field_violations == (FieldViolation(field="a", description="b"),)
    assert kept.extra == {
        "domain": "sinch.com",
        "metadata": {"x": [1, None]},
        "empty": None,
        "fieldViolations": [violation],
    }


@pytest.mark.parametrize(
    ("details", "descriptions"),
    [
        (None, []),
        ([], []),
        ([None, {}, ""], []),
        ("odd", ["odd"]),
        (7, ["7"]),
        ({"description": "one object"}, ["one object"]),
        ([{"description": {"a": 1}}], ['{"a":1}']),
        ([["a"], True], ['["a"]', "true"]),
    ],
)
def test_details_of_any_shape(details: Any, descriptions: list[str]) -> None:
    body = told({"error": {"message": "m", "details": details}})
    assert body.message == "m"
    assert [detail.description for detail in body.details] == descriptions


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"null", b"[]", b"{}", b'{"error":null}', b'{"error":"x"}', b'{"error":{"message":5}}'],
)
def test_what_is_no_envelope_says_nothing(body: bytes) -> None:
    assert told(body) == ErrorBody()


def test_the_vendors_words_are_fit_to_be_printed() -> None:
    body = told({"error": {"message": "a\x1b[31m\r\nb" + "x" * 1000}})
    assert body.message.isprintable()
    assert len(body.message) == 500


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["error", "message", "status", "details"]), inner)
    ),
)


@given(json_values)
def test_it_never_raises(body: Any) -> None:
    told({"error": body})


def test_an_unknown_brand_is_not_found_where_qualify_says_so_and_nowhere_else() -> None:
    [body] = [body for op, status, name, body in answers("qualifyBrand") if name == "brandMissing"]
    response = Response(status=500, headers={}, body=json.dumps(body).encode())
    assert QUALIFY_ERRORS.refusal(500, QUALIFY_ERRORS.parse(response).code).error is NotFoundError
    assert ERRORS.refusal(500, ERRORS.parse(response).code).error is ServerError
    other = Response(status=400, headers={}, body=response.body)
    assert QUALIFY_ERRORS.parse(other).code == "INTERNAL"
