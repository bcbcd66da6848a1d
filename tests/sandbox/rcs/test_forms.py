"""Shapes that the contract says vary: a client has to meet all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.vendors.rcs_client import RcsApi

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio
MANY = 120


@pytest.fixture
def rcs(sandbox: Sandbox, api: Api) -> RcsApi:
    return RcsApi(api.session, sandbox)


def shape_of(value: object) -> str:
    """Name what a client has to tell apart: the JSON type, and the spelling inside a fallback block."""
    if isinstance(value, dict) and "sms" in value:
        return str(next(iter(value["sms"])))
    return type(value).__name__ if value or isinstance(value, dict) else repr(value)


async def seeded(sandbox: Sandbox, rcs: RcsApi, tail: str = "") -> list[dict[str, Any]]:
    ids = sandbox.rcs.seed(MANY, pause_again_share=0)
    return [await rcs.data("GET", f"/campaigns/{campaign_id}{tail}") for campaign_id in ids]


async def test_short_forms_vary(sandbox: Sandbox, rcs: RcsApi) -> None:
    told = await seeded(sandbox, rcs)
    assert {shape_of(item["statistics"]) for item in told} == {"dict", "list"}
    blocks = {shape_of(item["alternative_channels"]) for item in told}
    assert blocks == {"None", "[]", "statistic", "statistics"}
    assert {repr(item["calculated_price"]) for item in told} == {"0", "None"}
    assert {item.get("currency", "absent") for item in told} == {None, "absent"}
    counts = [item["statistics"] for item in told if isinstance(item["statistics"], dict)]
    assert any(count["delivered"] > count["sent"] for count in counts)


async def test_a_form_stays_the_same(sandbox: Sandbox, rcs: RcsApi) -> None:
    told = await seeded(sandbox, rcs)
    listed = (await rcs.list(**{"page[limit]": 500}))["data"]
    assert listed == told


async def test_details_name_their_dates_in_three_ways(sandbox: Sandbox, rcs: RcsApi) -> None:
    told = await seeded(sandbox, rcs, "/detail")
    starts = {tuple(sorted(name for name in item if "start" in name)) for item in told}
    assert starts == {
        ("actual_start_at", "started_at"),
        ("real_start_at", "start_at"),
        ("actual_start_at", "start_date"),
    }
    assert all("message_type" not in item and item["type"] == "rcs" for item in told)
    assert {shape_of(item["statistics"]) for item in told} == {"dict", "list"}
    counters = [
        shape[0] if isinstance(shape, list) else shape for shape in (item["statistics"] for item in told)
    ]
    assert {"moderation" in counts for counts in counters} == {True, False}
    prices = {item.get("total_price") for item in told}
    assert {type(price) for price in prices} == {str, float, type(None)}
    assert {len(price.partition(".")[2]) for price in prices if isinstance(price, str)} == {2, 7}


async def test_a_renewal_answers_in_two_spellings(sandbox: Sandbox, rcs: RcsApi) -> None:
    told = [(await rcs.renew(key)).document["data"] for key in sandbox.rcs.seed(MANY)]
    assert {item.get("currency", "absent") for item in told} == {None, "absent"}
    # The form without a currency has a price, which means nothing.
    assert all(bool(item["calculated_price"]) == ("currency" not in item) for item in told)


async def test_messages_vary(sandbox: Sandbox, rcs: RcsApi) -> None:
    sandbox.rcs.seed(40, status="done")
    told = (await rcs.messages(**{"page[limit]": 500}))["data"]
    assert {type(item["phone"]) for item in told} == {int, str}
    assert {shape_of(item["alternative_channels"]) for item in told} == {"None", "[]", "parts"}
    assert all(item["id"] > 2**31 for item in told)
    assert {item["status"] for item in told} == {
        *("delivered", "read", "undelivered", "failed", "expired", "not_service_user")
    }
