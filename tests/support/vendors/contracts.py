"""Exchanges of the sandbox in the shape that openapi-core asks for, to hold them against a contract."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from tests.support.vendors.sinch_client import contract_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from campaign_reg.sandbox.exchange import Exchange

HOST = "http://sandbox.test"
# The contract says of getBrand "no 404 is documented here; be ready for one"; so it is with the other
# readings of one thing. Nor does a page tell how a malformed project is refused where the mail is sent again.
UNDOCUMENTED_SINCH = (
    ("getBrand", "404", "BrandNotFound"),
    ("getBrandByTcrId", "404", "BrandNotFound"),
    ("getTfnVerification", "404", "BrandNotFound"),
    ("resendBrand2faEmail", "400", "BadRequest"),
)
# No page of the listings tells how a query that makes no sense is refused, nor who may not see the rules.
UNDOCUMENTED_SENDER_ID = (
    ("listAvailableMarkets", "400", "RegistrationInvalid"),
    ("listMarketVersions", "400", "RegistrationInvalid"),
    ("listMarketVersions", "403", "Forbidden"),
    ("listRegistrations", "400", "RegistrationInvalid"),
)


@dataclasses.dataclass
class AsRequest:
    """An exchange's request, in the shape that openapi-core asks for."""

    exchange: Exchange
    host_url: str = HOST
    parameters: RequestParameters = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        query = parse_qsl(self.exchange.target.partition("?")[2], keep_blank_values=True)
        headers = Headers(dict(self.exchange.request_headers))
        self.parameters = RequestParameters(query=ImmutableMultiDict(query), header=headers)

    @property
    def path(self) -> str:
        return self.exchange.target.partition("?")[0]

    @property
    def method(self) -> str:
        return self.exchange.method.lower()

    @property
    def body(self) -> bytes | None:
        return self.exchange.request_body or None

    @property
    def content_type(self) -> str:
        return self.exchange.request_headers.get("Content-Type", "application/json")


@dataclasses.dataclass
class AsResponse:
    exchange: Exchange

    @property
    def status_code(self) -> int:
        return self.exchange.status or 0

    @property
    def headers(self) -> Mapping[str, Any]:
        return self.exchange.response_headers

    @property
    def content_type(self) -> str:
        return self.exchange.response_headers["Content-Type"]

    @property
    def data(self) -> bytes:
        return self.exchange.response_body


def allow(document: dict[str, Any], undocumented: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """Add answers that no page documents: operationId, status, and which response they look like."""
    for operation_id, status, like in undocumented:
        [operation] = [
            operation
            for path in document["paths"].values()
            for operation in path.values()
            if operation["operationId"] == operation_id
        ]
        assert status not in operation["responses"]
        operation["responses"][status] = {"$ref": f"#/components/responses/{like}"}
    return document


@cache
def contract(name: str, undocumented: tuple[tuple[str, str, str], ...] = ()) -> OpenAPI:
    document = allow(contract_document(name), undocumented)
    document["servers"] = [{"url": HOST}]
    # openapi-core warns of schemes it cannot check; the vendors' own tests check them.
    document["security"] = []
    # OpenAPI calls a file a string; openapi-core would hold bytes against that.
    files = {"application/octet-stream": lambda body: body.decode("latin-1")}
    return OpenAPI.from_dict(document, config=Config(extra_media_type_deserializers=files))


def hold_against(exchange: Exchange, contract: OpenAPI) -> None:
    """Validate a response, and the request too where the sandbox took it."""
    request, response = AsRequest(exchange), AsResponse(exchange)
    contract.validate_response(request, response)
    if exchange.status == 200:
        contract.validate_request(request)


def check(exchange: Exchange) -> None:
    name = "sinch-auth.yaml" if exchange.operation == "createToken" else "sinch-10dlc.yaml"
    undocumented = UNDOCUMENTED_SINCH if name == "sinch-10dlc.yaml" else ()
    hold_against(exchange, contract(name, undocumented))
