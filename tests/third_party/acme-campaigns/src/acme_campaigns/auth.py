"""How a workspace proves itself: a key in a header of every call; nobody logs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from campaign_reg.protocol.config import reveal

if TYPE_CHECKING:
    from acme_campaigns.config import AcmeConfig
    from campaign_reg.wire.message import Response, Token
    from campaign_reg.wire.ports import Ask


@attrs.frozen
class AcmeKey:
    """The API key, as it is."""

    config: AcmeConfig

    @property
    def origins(self) -> frozenset[str]:
        """Where the key may go."""
        return frozenset({self.config.base_url})

    async def obtain(self, ask: Ask, current: Token | None) -> None:
        """A key needs no token."""
        return

    async def authorize(self, token: Token | None) -> Mapping[str, str]:
        """The header that carries the key."""
        return {"X-Acme-Key": await reveal(self.config.api_key, "api_key")}

    def says_expired(self, response: Response) -> bool:
        """A key does not expire by the hour."""
        return False
