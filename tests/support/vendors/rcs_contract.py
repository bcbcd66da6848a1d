"""The contract's own example bodies, for whoever wants to try each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.vendors.sinch_client import contract_document

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "rcs-platform.yaml"
CONTRACT = contract_document(NAME)
EXAMPLES: dict[str, Any] = {
    name: example["value"] for name, example in CONTRACT["components"]["examples"].items()
}


def operations() -> Iterator[dict[str, Any]]:
    """Each call of the platform."""
    for methods in CONTRACT["paths"].values():
        yield from (operation for method, operation in methods.items() if method != "parameters")


def answers() -> Iterator[tuple[str, str, str, Any]]:
    """operationId, status, name and body of each example answer."""
    for operation in operations():
        for status, answer in operation["responses"].items():
            for name, body in _examples(answer):
                yield operation["operationId"], status, name, body


def requests(operation_id: str) -> dict[str, Any]:
    """Name to body of each example request."""
    [operation] = [found for found in operations() if found["operationId"] == operation_id]
    return dict(_examples(operation["requestBody"]))


def enum(schema: str) -> set[str]:
    """Values of one of the contract's enums."""
    return set(CONTRACT["components"]["schemas"][schema]["enum"])


def _examples(holder: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if "$ref" in holder:
        holder = CONTRACT["components"]["responses"][holder["$ref"].rpartition("/")[2]]
    for name, example in holder["content"]["application/json"]["examples"].items():
        yield name, EXAMPLES[example["$ref"].rpartition("/")[2]] if "$ref" in example else example["value"]
