"""What a vendor says in an error answer comes out typed, whole and bounded, in every error made from it."""

from __future__ import annotations

import json
import logging
import pickle
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from campaign_reg.errors import ApiError, ErrorDetail, OutcomeUnknownError
from campaign_reg.providers.rcs.errors import parse_error as parse_rcs
from campaign_reg.providers.responsys.errors import parse_envelope as parse_responsys
from campaign_reg.providers.sinch.auth import CREATE_TOKEN
from campaign_reg.providers.sinch.errors import parse_envelope as parse_sinch
from campaign_reg.wire.message import Response
from campaign_reg.wire.operation import ErrorTable, Operation
from campaign_reg.wire.response import error_of
from tests.support.vendors.sinch_client import contract_document

PARSERS = {
    "sinch-10dlc.yaml": parse_sinch,
    "sinch-registration.yaml": parse_sinch,
    "sinch-auth.yaml": CREATE_TOKEN.errors.parse,
    "rcs-platform.yaml": parse_rcs,
    "responsys.yaml": parse_responsys,
}
HIDDEN = {"responsys.yaml-500-BadTokenAs500": ["UNEXPECTED_EXCEPTION"]}
"""A code that is replaced on purpose: only its text says that the token is dead."""
NO_WORDS_OF_THE_VENDOR = {"", "[]"}


def operation(contract: str, *, safe: bool = True) -> Operation:
    """A call whose error answers are read as the contract's provider reads them."""
    table = ErrorTable(parse=PARSERS[contract])
    return Operation(name="t.call", method="GET", path="/", safe=safe, source="tests", errors=table)


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def error_answers(contract: str) -> Iterator[tuple[int, str, Any]]:
    """Status, name and body of each example of an error answer."""
    document = contract_document(contract)
    for path in document["paths"].values():
        for call in path.values():
            responses = call.get("responses", {}) if isinstance(call, dict) else {}
            for status, answer in responses.items():
                if str(status).startswith("2"):
                    continue
                for content in resolved(document, answer).get("content", {}).values():
                    for name, example in content.get("examples", {}).items():
                        number = 500 if status == "default" else int(status)
                        yield number, name, resolved(document, example)["value"]


EXAMPLES = {
    f"{contract}-{status}-{name}": (contract, status, body)
    for contract in PARSERS
    for status, name, body in error_answers(contract)
}


def leaves(value: Any) -> Iterator[Any]:
    """Every value in a document that is no container."""
    if isinstance(value, dict):
        for member in value.values():
            yield from leaves(member)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def plain(detail: ErrorDetail) -> dict[str, Any]:
    """A detail in the vendor's form, without empty members."""
    names = {"resource_type": "resourceType", "resource_name": "resourceName"}
    members: dict[str, Any] = attrs.asdict(detail)
    violations = [dict(violation) for violation in members.pop("field_violations")]
    given = {names.get(name, name): value for name, value in members.items() if name != "extra" and value}
    return {**given, **({"fieldViolations": violations} if violations else {}), **members["extra"]}


def test_the_contracts_have_examples_of_every_kind() -> None:
    assert {contract for contract, _, _ in EXAMPLES.values()} == set(PARSERS)
    assert {400, 401, 403, 404, 429, 500} <= {status for _, status, _ in EXAMPLES.values()}


@pytest.mark.parametrize("key", EXAMPLES)
def test_no_word_of_an_example_is_dropped(key: str) -> None:
    contract, status, body = EXAMPLES[key]
    error = error_of(operation(contract), Response(status=status, headers={}, body=json.dumps(body).encode()))
    assert isinstance(error, ApiError)
    told = {error.code, error.message, *map(str, leaves([attrs.asdict(d) for d in error.details]))}
    said = {str(value).strip() for value in leaves(body)} - NO_WORDS_OF_THE_VENDOR
    dropped = {word for word in said if word not in told and word not in error.message}
    assert dropped <= {str(status), *HIDDEN.get(key, ())}
    paths = body.get("errors") if isinstance(body.get("errors"), dict) else {}
    assert {violation.field for detail in error.details for violation in detail.field_violations} >= set(
        paths
    )


@pytest.mark.parametrize("key", [key for key in EXAMPLES if key.startswith(("sinch-10dlc", "sinch-reg"))])
def test_every_member_of_a_detail_is_kept(key: str) -> None:
    contract, status, body = EXAMPLES[key]
    sent = [
        {name: value for name, value in detail.items() if value != ""}
        for detail in body["error"].get("details", [])
    ]
    answer = Response(status=status, headers={}, body=json.dumps(body).encode())
    refused = error_of(operation(contract), answer)
    assert isinstance(refused, ApiError)
    assert [plain(detail) for detail in refused.details] == sent
    unknown = error_of(operation(contract, safe=False), answer)
    if isinstance(unknown, OutcomeUnknownError):
        assert (unknown.status, unknown.code, unknown.message) == (status, refused.code, refused.message)
    assert unknown.details == refused.details  # type: ignore[union-attr]


def test_a_message_names_the_resource_that_the_vendor_s_words_leave_out() -> None:
    contract, status, body = EXAMPLES["sinch-10dlc.yaml-404-withDetails"]
    error = error_of(operation(contract), Response(status=status, headers={}, body=json.dumps(body).encode()))
    campaign = "01k4cxccbt519xa3ejty1r5jb4"
    assert str(error) == f"t.call answered 404 NOT_FOUND: Campaign not found (Campaign {campaign})"
    assert isinstance(error, ApiError)
    assert error.violations == ()
    body["error"]["message"] = f"Campaign {campaign} not found"
    error = error_of(operation(contract), Response(status=status, headers={}, body=json.dumps(body).encode()))
    assert str(error) == f"t.call answered 404 NOT_FOUND: Campaign {campaign} not found"


def nested(levels: int) -> Any:
    value: Any = "deep"
    for _ in range(levels):
        value = [value]
    return value


HOSTILE: dict[str, Any] = {
    "null": None,
    "object": {"type": "BadRequest", "x": {"y": 1}},
    "nested": [nested(200)],
    "nested in extra": [{"x": nested(200)}],
    "5 MB of text": ["x" * 5_000_000],
    "5 MB in a member": [{"description": "x" * 5_000_000, "extra": "y" * 5_000_000}],
    "5 MB of numbers": [{"numbers": [7] * 2_000_000}],
    "many members": [{f"member {n}": "x" * 100 for n in range(50_000)}],
    "many details": [{"type": "BadRequest", "description": "x" * 600}] * 20_000,
    "many violations": [{"fieldViolations": [{"field": "a" * 600, "description": "b" * 600}] * 20_000}],
    "many odd violations": [{"fieldViolations": [{"reason": "b" * 600}] * 20_000}],
    "long names": [{"n" * 1_000_000: 1}],
    "members that are no text": [{"type": 7, "resourceName": ["a"], "owner": True, "fieldViolations": "odd"}],
    "control characters": [{"type": "\x1b[2J", "\x1b[2J": {"\x1b": "\x1b[2J"}, "resourceName": "a\r\nb"}],
}


@pytest.mark.parametrize("details", HOSTILE.values(), ids=HOSTILE)
def test_hostile_details_are_bounded_printable_and_picklable(
    details: Any, caplog: pytest.LogCaptureFixture
) -> None:
    body = json.dumps({"error": {"status": "E", "message": "m", "details": details}}).encode()
    error = error_of(operation("sinch-10dlc.yaml"), Response(status=400, headers={}, body=body))
    assert isinstance(error, ApiError)
    assert (error.code, error.message) == ("E", "m")
    kept = pickle.dumps(error)
    assert len(kept) < 300_000
    again = pickle.loads(kept)
    assert (str(again), again.details) == (str(error), error.details)
    assert len(str(error)) < 60_000
    assert str(error).isprintable()
    assert all(
        leaf.isprintable()
        for detail in error.details
        for leaf in leaves(plain(detail))
        if isinstance(leaf, str)
    )
    assert all(text.isprintable() for detail in error.details for text in detail.extra)
    logging.getLogger("test").error("refused", exc_info=error)
    assert "ApiError" in caplog.text or "InvalidRequestError" in caplog.text


def test_an_answer_that_is_nested_too_deep_to_be_read_still_makes_an_error() -> None:
    body = b'{"error": {"details": ' + b"[" * 1000 + b"]" * 1000 + b"}}"
    error = error_of(operation("sinch-10dlc.yaml"), Response(status=400, headers={}, body=body))
    assert isinstance(error, ApiError)
    assert (error.details, error.status) == ((), 400)


def test_a_detail_of_values_that_are_not_from_json() -> None:
    detail = ErrorDetail(description=nested(100_000), extra={"x": object(), "y": nested(100_000)})
    assert detail.description == "a value of type list that cannot be shown"
    assert detail.extra["x"] == "a value of type object that cannot be shown"
    assert hash(detail) == hash(attrs.evolve(detail))
    assert attrs.evolve(detail) == detail


def test_a_shortened_detail_says_so_once() -> None:
    detail = ErrorDetail(extra={f"m{n}": "x" * 400 for n in range(20)})
    assert detail.extra["…"] == "and 11 more members"
    assert attrs.evolve(detail) == detail
