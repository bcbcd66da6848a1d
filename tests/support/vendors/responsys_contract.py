"""The contract's own example bodies, for whoever wants to try each of them, and a check of what was sent."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from openapi_core import OpenAPI

from tests.support.vendors.contracts import HOST, AsRequest
from tests.support.vendors.sinch_client import contract_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaign_reg.sandbox.exchange import Exchange

CONTRACT = contract_document("responsys.yaml")
_METHODS = ("get", "post", "put", "delete")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of each call."""
    for path, methods in CONTRACT["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield path, method, methods[method]


def answers(operation_id: str | None = None) -> Iterator[tuple[str, str, str, Any]]:
    """operationId, status, name and body of each example answer."""
    for _, _, operation in operations():
        if operation_id not in (None, operation["operationId"]):
            continue
        for status, answer in operation["responses"].items():
            for name, example in _resolved(answer)["content"]["application/json"]["examples"].items():
                yield operation["operationId"], status, name, _resolved(example)["value"]


def requests(operation_id: str) -> Iterator[tuple[str, Any]]:
    """Name and body of each example request."""
    for _, _, operation in operations():
        if operation["operationId"] == operation_id:
            [content] = operation["requestBody"]["content"].values()
            for name, example in content["examples"].items():
                yield name, _resolved(example)["value"]


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    _, _, kind, name = node["$ref"].split("/")
    found: dict[str, Any] = CONTRACT["components"][kind][name]
    return found


class _Unquoted(AsRequest):
    """The contract's pattern of names is about their letters, not about how a path spells them."""

    @property
    def path(self) -> str:
        return unquote(super().path)


@cache
def _checked_contract() -> OpenAPI:
    document = contract_document("responsys.yaml")
    document["servers"] = [{"url": HOST}]
    document["security"] = []
    document["paths"]["/rest/api/v1.3/auth/token"].pop("servers")
    for methods in document["paths"].values():
        for operation in methods.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    return OpenAPI.from_dict(document)


def check_request(exchange: Exchange) -> None:
    """Hold a request that we sent against the contract."""
    _checked_contract().validate_request(_Unquoted(exchange))
