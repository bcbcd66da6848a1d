"""A server that answers once too often: what it sends unasked on a connection, and when."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.wire_server import Connection, Received

MOMENTS = [0.0, 0.005, 0.02, 0.06, None]
"""Seconds after the right answer; None for just after the next request on that connection was written."""


@attrs.define(eq=False)
class Surplus:
    """A step that answers each request rightly, and the chosen ones once too often.

    Attributes:
        answer: The right answer to a request.
        extra: What comes unasked after a request's answer; None for nothing.
        moment: When it comes: see `MOMENTS`.
        sent: Set when something was sent unasked.
    """

    answer: Callable[[Received], bytes]
    extra: Callable[[Received], bytes | None]
    moment: float | None
    sent: asyncio.Event = attrs.field(factory=asyncio.Event)
    _held: dict[int, bytes] = attrs.field(factory=dict, init=False)

    async def __call__(self, connection: Connection, request: Received) -> None:
        if held := self._held.pop(connection.number, b""):
            await connection.write(held)
            self.sent.set()
        extra = self.extra(request)
        if extra is None:
            await connection.write(self.answer(request))
        elif self.moment is None:
            self._held[connection.number] = extra
            await connection.write(self.answer(request))
        elif self.moment == 0.0:
            await connection.write(self.answer(request) + extra)
            self.sent.set()
        else:
            await connection.write(self.answer(request))
            await asyncio.sleep(self.moment)
            await connection.write(extra)
            self.sent.set()
