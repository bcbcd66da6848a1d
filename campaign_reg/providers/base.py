"""The base of backends over HTTP: how a prepared write is sent, and what its answer means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from campaign_reg.errors import (
    ApiError,
    ConfigurationError,
    ConnectError,
    InvalidInputError,
    OutcomeUnknownError,
)
from campaign_reg.models.campaign import Campaign
from campaign_reg.protocol.backend import Backend
from campaign_reg.protocol.write import Answer, NotApplied, PreparedWrite
from campaign_reg.wire.response import error_of

if TYPE_CHECKING:
    from campaign_reg.wire.ports import Transport
    from campaign_reg.wire.request import Request

C = TypeVar("C", bound=Campaign)

_NEVER_SENT = (ConnectError, ApiError, ConfigurationError, InvalidInputError)
"""What a transport raises where nothing was sent: no connection, no token, or a request that cannot be sent."""


class HttpBackend(Backend[C]):
    """A backend whose vendor speaks HTTP.

    Args:
        transport: The account's transport stack.
        shared: What `Backend` takes.
    """

    def __init__(self, transport: Transport, **shared: Any) -> None:
        super().__init__(**shared)
        self._transport = transport

    async def send(self, write: PreparedWrite, request: Request) -> Answer | NotApplied:
        """Send a prepared write once, and classify its answer by the operation's error table.

        Raises:
            OutcomeUnknownError: No answer, or one that proves nothing.
            Exception: What `interpret` or `refused` raised: the write may have been applied.
        """
        try:
            response = await self._transport.send(request)
        except _NEVER_SENT as error:
            return NotApplied(error)
        if response.status in request.operation.success:
            try:
                return write.interpret(response)
            except OutcomeUnknownError as error:
                error.status = error.status or response.status
                raise
        refusal = error_of(request.operation, response)
        if not isinstance(refusal, ApiError):
            raise refusal
        return NotApplied(refusal) if write.refused is None else await write.refused(refusal)
