"""Which connection a request goes over: one that is kept alive and checked, or one of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import aiohttp
import attrs

from campaign_reg.transport.error_mapping import ConnectionLostError, SpoiledConnectionError

if TYPE_CHECKING:
    from aiohttp import ClientHandlerType, ClientResponse
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.client_reqrep import ConnectionKey
    from aiohttp.connector import Connection

_OWN = hash("campaign_reg: a connection of its own")


class CheckedRequest(aiohttp.ClientRequest):
    """A request that has its connection checked before anything is written."""

    choice: ConnectionChoice | None = None

    @property
    def connection_key(self) -> ConnectionKey:
        """What aiohttp finds idle connections by; under the key of own connections, none is ever idle."""
        key = super().connection_key
        if self.choice is None or not self.choice.own:
            return key
        return key._replace(proxy_headers_hash=hash((key.proxy_headers_hash, _OWN)))

    async def send(self, conn: Connection) -> ClientResponse:
        """Write the request, unless its connection is spoiled."""
        if self.choice is not None:
            self.choice.check(conn)
        return await super().send(conn)


@attrs.define(eq=False)
class Pool:
    """A session, and what is known of its connections.

    Attributes:
        session: Makes its requests by `CheckedRequest`.
        most: Connections that may be open at once; None for a borrowed connector, whose connections are not ours to
            close.
        active: Requests under way.
        retired: Whether it is to be closed after the last of them.
    """

    session: aiohttp.ClientSession
    most: int | None
    active: int = 0
    retired: bool = False
    _idle: dict[ResponseHandler, None] = attrs.field(factory=dict, init=False)

    def take(self, protocol: ResponseHandler) -> bool:
        """Note that a connection is in use again; returns whether it may have carried an exchange before."""
        if self.most is None:
            return True  # the connector's owner may have used it
        if protocol not in self._idle:
            return False
        del self._idle[protocol]
        return True

    def give_back(self, protocol: ResponseHandler) -> None:
        """Note that a connection is idle."""
        if self.most is None:
            return
        self._idle[protocol] = None
        if len(self._idle) > self.most:
            self._forget_closed()

    def make_place(self) -> None:
        """Close idle connections where another one would be one too many: aiohttp counts only those in use."""
        if self.most is None or len(self._idle) + self.active <= self.most:
            return
        self._forget_closed()
        surplus = len(self._idle) + self.active - self.most
        for protocol in list(self._idle)[: max(surplus, 0)]:
            del self._idle[protocol]
            protocol.close()

    def _forget_closed(self) -> None:
        self._idle = {protocol: None for protocol in self._idle if protocol.is_connected()}


@attrs.define(eq=False)
class ConnectionChoice:
    """A middleware that chooses the connection of one request.

    HTTP/1.1 pairs answers with requests by their order alone. After one answer too many, on a connection that is used
    again, each answer is taken for the next request's. Where the surplus came before the request was written, the
    connection shows it, and is closed. Where it came just after, it looks like the right answer. So all that
    must not be mistaken gets a connection of its own, on which nothing was answered before and nothing is asked later.

    Attributes:
        pool: Where connections are counted.
        own: Whether to use a connection of its own.
        reused: Whether the connection may have carried an exchange before; known after the exchange.
    """

    pool: Pool
    own: bool
    reused: bool = False

    async def __call__(self, request: aiohttp.ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Send once; a request that finds its kept connection spoiled goes over one of its own.

        After a dropped connection, aiohttp sends PUT, DELETE and GET again. Its `_request` does so for exactly two
        errors, and only while they are what they are.
        """
        if not isinstance(request, CheckedRequest):
            raise TypeError("the session must make its requests by CheckedRequest")
        request.choice = self
        try:
            if not self.own:
                try:
                    return await handler(request)
                except SpoiledConnectionError:
                    self.own = True
            request.headers[aiohttp.hdrs.CONNECTION] = "close"
            self.pool.make_place()
            return await handler(request)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            raise ConnectionLostError(type(error).__name__) from None

    def check(self, connection: Connection) -> None:
        """Refuse a spoiled connection, and see to it that one of its own is not used again.

        Raises:
            SpoiledConnectionError: It had ended, or held bytes, before anything was written.
        """
        protocol = connection.protocol
        assert protocol is not None  # noqa: S101  (it was taken from the connector just now)
        self.reused = self.pool.take(protocol)
        if protocol.should_close:
            raise SpoiledConnectionError("the connection was spoiled before the request was sent")
        if self.own:
            protocol.force_close()
        else:
            connection.add_callback(partial(self.pool.give_back, protocol))
