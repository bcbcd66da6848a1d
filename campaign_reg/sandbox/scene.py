"""The scene of one call: what a fault action knows of the request, the vendor and the clock."""

from __future__ import annotations

import dataclasses
import json
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

    from campaign_reg.sandbox.clock import VirtualClock
    from campaign_reg.sandbox.exchange import Call, Reply
    from campaign_reg.sandbox.vendor import Vendor


@dataclasses.dataclass(slots=True)
class Scene:
    """One call that something happens to."""

    request: web.BaseRequest
    call: Call
    vendor: Vendor
    clock: VirtualClock
    delay_seconds: float = 0.0

    def answer(self) -> Reply:
        """Carry the call out as if nothing were wrong."""
        return self.vendor.refuse(self.call) or self.vendor.apply(self.call)

    def answer_later(self, delay_seconds: float) -> None:
        """Carry the call out later by the virtual clock, if its credentials are good now."""
        if self.vendor.refuse(self.call) is None:
            self.clock.call_at(self.call.at + delay_seconds, self._apply_at)

    def _apply_at(self, due: float) -> None:
        self.call.at = due
        self.vendor.apply(self.call)

    def refuse(self, status: int, **headers: str) -> Reply:
        """Answer with the vendor's own error for a status; nothing is applied."""
        dashed = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.vendor.refusal(self.call, status, dashed)

    def cut(self) -> None:
        """Reset the connection: the peer sees RST, and not a byte of an answer."""
        transport = self.request.transport
        if transport is None:
            return
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()


def with_document(reply: Reply, document: object) -> Reply:
    """Put another JSON document into a reply."""
    reply.body = json.dumps(document, separators=(",", ":")).encode()
    return reply
