"""How a backend reaches any of Sinch's APIs: below its project, at its origin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from campaign_reg.providers.sinch.config import SinchAccess
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.request import QueryValue, build_request
from campaign_reg.wire.response import parse_response

if TYPE_CHECKING:
    import cattrs

    from campaign_reg.rate import Reservation
    from campaign_reg.wire.message import BodySource, Sink
    from campaign_reg.wire.ports import Transport
    from campaign_reg.wire.request import Request

A = TypeVar("A", bound=SinchAccess)


class SinchCalls(Generic[A]):
    """The part of a backend that builds requests, sends them and reads the answers."""

    _config: A
    _transport: Transport
    converter: cattrs.Converter

    async def _call(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, QueryValue] | None = None,
        *,
        body: bytes | None = None,
    ) -> Any:
        response = await self._transport.send(self._request(operation, path, query=query, body=body))
        return parse_response(operation, response, self.converter.structure)

    def _request(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, QueryValue] | None = None,
        body: bytes | BodySource | None = None,
        content_type: str = "application/json",
        sink: Sink | None = None,
        reservation: Reservation | None = None,
    ) -> Request:
        return build_request(
            operation,
            self._config.base_url,
            path={"project_id": self._config.project_id, **(path or {})},
            query=query,
            body=body,
            content_type=content_type,
            sink=sink,
            reservation=reservation,
        )
