"""Creations whose answer is lost: what was applied is found by listing, and nothing else is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.vendors.sinch_client import CREATE_BODY

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio
CREATE = "createCampaign"


async def create(api: Api, name: str) -> bytes:
    """Create a campaign over a bare socket; returns what came back."""
    await api.authorize()
    body = json.dumps(CREATE_BODY | {"campaignName": name}).encode()
    path = f"{api.campaigns}:submit"
    received, _ = await api.raw("POST", path, body, "Connection: close")
    return received.partition(b"\r\n")[0]


async def named(api: Api, name: str) -> list[str]:
    page = await api.list("pageSize=1000&brand=BHL7Q2X&useCase=DELIVERY_NOTIFICATION")
    found = page["campaignRegistrations"]
    return [item["campaignRegistrationId"] for item in found if item["campaignName"] == name]


@pytest.mark.parametrize(
    ("action", "answer", "applied"),
    [
        ("drop_before", b"", 0),
        ("drop_after", b"", 1),
        ("status_503_unapplied", b"HTTP/1.1 503 Service Unavailable", 0),
        ("status_503_applied", b"HTTP/1.1 503 Service Unavailable", 1),
    ],
)
async def test_a_listing_tells_whether_it_was_applied(
    sandbox: Sandbox, api: Api, action: str, answer: bytes, applied: int
) -> None:
    sandbox.sinch.seed(30)
    sandbox.faults.add(action, CREATE)
    assert await create(api, "Spring") == answer
    found = await named(api, "Spring")
    assert len(found) == applied
    assert sandbox.ledger.counts(CREATE) == dict.fromkeys(found, 1)
    sandbox.clock.advance(5)
    statuses = {(await api.get(campaign_id))["status"] for campaign_id in found}
    assert statuses == {"APPROVED"} if applied else not statuses


async def test_the_same_creation_twice_makes_two(sandbox: Sandbox, api: Api) -> None:
    sandbox.faults.add("drop_after", CREATE)
    await create(api, "Spring")
    assert await create(api, "Spring") == b"HTTP/1.1 200 OK"
    assert len(await named(api, "Spring")) == sandbox.ledger.counts(CREATE).total() == 2


async def test_a_late_creation_is_listed_when_it_is_due(sandbox: Sandbox, api: Api) -> None:
    sandbox.faults.add("late_apply", CREATE, delay_seconds=60)
    assert await create(api, "Spring") == b""
    sandbox.clock.advance(59)
    assert not await named(api, "Spring")
    sandbox.clock.advance(1.5)
    [campaign_id] = await named(api, "Spring")
    campaign = await api.get(campaign_id)
    assert (campaign["createDate"], campaign["status"]) == ("2026-04-10T08:01:00Z", "SINCH_REVIEW")


async def test_a_late_creation_that_is_refused_makes_nothing(sandbox: Sandbox, api: Api) -> None:
    sandbox.faults.add("late_apply", CREATE, delay_seconds=1)
    await create(api, "x" * 200)
    sandbox.clock.advance(2)
    assert (await api.list())["totalSize"] == 0
    assert not sandbox.ledger.entries


async def test_a_lagging_listing_shows_it_so_much_later(sandbox: Sandbox, api: Api) -> None:
    sandbox.faults.add("drop_after", CREATE)
    await create(api, "Spring")
    sandbox.faults.add("lagging_reads", ["listCampaigns", "getCampaign"], times=None, lag_seconds=30)
    sandbox.clock.advance(29)
    assert not await named(api, "Spring")
    sandbox.clock.advance(1)
    [campaign_id] = await named(api, "Spring")
    # The replica shows the state of its own age, all along.
    assert (await api.get(campaign_id))["status"] == "SINCH_REVIEW"
    sandbox.faults.clear()
    assert (await api.get(campaign_id))["status"] == "APPROVED"


async def test_a_created_campaign_is_found_page_by_page(sandbox: Sandbox, api: Api) -> None:
    ids = sandbox.sinch.seed(45)
    await create(api, "Spring")
    last = await api.list("pageSize=46&orderBy=createDate")
    [newest] = last["campaignRegistrations"][45:]
    assert (newest["campaignName"], newest["campaignRegistrationId"] in ids) == ("Spring", False)
