"""The contract's own example bodies, for whoever wants to try each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.vendors.sinch_client import contract_document

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACT = contract_document("sinch-10dlc.yaml")
CAMPAIGNS = "10DLC Campaign Registration"
BRANDS = "10DLC Brand Registration"
TOLL_FREE = "TFN Verification"


def operations(part: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of each call of a part of the API."""
    for path, methods in CONTRACT["paths"].items():
        for method, operation in methods.items():
            if part in operation["tags"]:
                yield path, method, operation


def campaign_operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of each call of the campaign part."""
    yield from operations(CAMPAIGNS)


def answers(operation_id: str | None = None, part: str = CAMPAIGNS) -> Iterator[tuple[str, str, str, Any]]:
    """operationId, status, name and body of each example answer."""
    for _, _, operation in operations(part):
        if operation_id not in (None, operation["operationId"]):
            continue
        for status, answer in operation["responses"].items():
            if "$ref" in answer:
                answer = CONTRACT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
            for name, example in _examples(answer):
                yield operation["operationId"], status, name, example["value"]


def requests(operation_id: str, part: str = CAMPAIGNS) -> Iterator[tuple[str, Any]]:
    """Name and body of each example request."""
    for _, _, operation in operations(part):
        if operation["operationId"] == operation_id:
            for name, example in _examples(operation["requestBody"]):
                yield name, example["value"]


def _examples(message: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    content = message.get("content", {"application/json": {"examples": {}}})  # one answer has no body
    yield from content["application/json"]["examples"].items()


def enum(schema: str) -> list[str]:
    """Values of one of the contract's enums."""
    return list(CONTRACT["components"]["schemas"][schema]["enum"])
