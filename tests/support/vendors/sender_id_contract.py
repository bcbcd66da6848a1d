"""The contract's own example bodies, for whoever wants to try each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.vendors.sinch_client import contract_document

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "sinch-registration.yaml"
CONTRACT = contract_document(NAME)
JSON = "application/json"


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of each call."""
    for path, methods in CONTRACT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def answers(operation_id: str | None = None) -> Iterator[tuple[str, str, str, Any]]:
    """operationId, status, name and body of each example answer that is JSON."""
    for _, _, operation in operations():
        if operation_id not in (None, operation["operationId"]):
            continue
        for status, answer in operation["responses"].items():
            if "$ref" in answer:
                answer = CONTRACT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
            for name, example in answer.get("content", {}).get(JSON, {}).get("examples", {}).items():
                yield operation["operationId"], status, name, example["value"]


def requests(operation_id: str) -> Iterator[tuple[str, Any]]:
    """Name and body of each example request."""
    for _, _, operation in operations():
        if operation["operationId"] == operation_id:
            for name, example in operation["requestBody"]["content"][JSON]["examples"].items():
                yield name, example["value"]


def one_answer(operation_id: str, name: str) -> Any:
    """The body of one example of a good answer."""
    [body] = [body for _, status, known, body in answers(operation_id) if (status, known) == ("200", name)]
    return body


def enum(schema: str) -> list[str]:
    """Values of one of the contract's enums."""
    return list(CONTRACT["components"]["schemas"][schema]["enum"])
