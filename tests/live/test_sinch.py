"""The real Sinch, read only: `nox -s live` with the credentials in the environment."""

from __future__ import annotations

import os

import pytest

import campaign_reg
from campaign_reg import Limits

NEEDED = [f"CAMPAIGN_REG_SINCH_{name}" for name in ("PROJECT_ID", "KEY_ID", "KEY_SECRET")]
MISSING = [name for name in NEEDED if not os.environ.get(name)]

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.live,
    pytest.mark.skipif(bool(MISSING), reason=f"talks to the real Sinch; set {', '.join(MISSING)}"),
]


async def test_what_is_listed_can_be_read() -> None:
    async with campaign_reg.connect("sinch", limits=Limits(in_flight=2, per_second=2)) as sinch:
        page = await anext(sinch.list().pages())
        assert isinstance(page.items, (list, tuple))
        if not page.items:
            pytest.skip("this project has no campaigns to read")
        listed = page.items[0]
        read = await sinch.get(listed.id)
        assert read.id == listed.id
        assert read.vendor_status
