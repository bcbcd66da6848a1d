from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.vendors.rcs_client import RcsApi

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio


@pytest.fixture
def rcs(sandbox: Sandbox, api: Api) -> RcsApi:
    return RcsApi(api.session, sandbox)


def ids_of(page: Any) -> list[str]:
    return [str(item["id"]) for item in page["data"]]


async def test_pages_go_by_offset(sandbox: Sandbox, rcs: RcsApi) -> None:
    ids = sandbox.rcs.seed(70)
    first = await rcs.list(**{"page[limit]": 30})
    second = await rcs.list(**{"page[limit]": 30, "page[offset]": 30})
    rest = await rcs.list(**{"page[limit]": 500, "page[offset]": 60})
    assert ids_of(first) + ids_of(second) + ids_of(rest) == ids
    assert rest["meta"] == {"page": {"total": 70, "offset": 60, "limit": 500}}
    assert (await rcs.list())["meta"]["page"]["limit"] == 50
    beyond = await rcs.list(**{"page[offset]": 100})
    assert (beyond["data"], beyond["meta"]["page"]["total"]) == ([], 70)
    backwards = await rcs.list(way="desc", **{"page[limit]": 30})
    assert ids_of(backwards) == ids[::-1][:30]


async def test_without_a_type_a_listing_shows_sms(sandbox: Sandbox, rcs: RcsApi) -> None:
    sandbox.rcs.seed(2)
    sms = sandbox.rcs.seed(3, channel="sms")
    page = (await rcs.call("GET", "/campaigns")).document
    assert ids_of(page) == sms
    assert {item["message_type"] for item in page["data"]} == {"sms"}


async def test_a_listing_covers_three_months(sandbox: Sandbox, rcs: RcsApi) -> None:
    recent = sandbox.rcs.seed(2, age_days=(1, 2))
    old = sandbox.rcs.seed(2, age_days=(100, 101))
    assert ids_of(await rcs.list()) == recent
    assert ids_of(await rcs.list(**{"filter[to]": "2026-02-01 00:00:00"})) == old
    window = {"filter[from]": "2026-01-10 11:00:00", "filter[to]": "2026-04-10 11:00:00"}
    assert ids_of(await rcs.list(**window)) == recent
    for name, value in (
        ("filter[from]", "2026-01-10 10:59:59"),
        ("filter[from]", "2026-04-10 11:00:01"),
        ("filter[to]", "2026-05-10 11:00:01"),
        ("filter[to]", "2026-04-10"),
        ("filter[type]", "viber"),
        ("page[offset]", "-1"),
        ("way", "up"),
    ):
        assert "data" not in await rcs.list(**{**window, name: value}), (name, value)


async def test_a_period_is_in_the_zone_of_the_creation_date(sandbox: Sandbox, rcs: RcsApi) -> None:
    created = (await rcs.create()).document["data"]
    assert created["created_at"] == "2026-04-10 11:00:00"
    assert created["start_at"] == "2026-04-10 08:00:00"
    assert created["name"] == "RCS api campaign / 2026-04-10 11:00:00"
    assert ids_of(await rcs.list(**{"filter[from]": "2026-04-10 11:00:00"})) == [str(created["id"])]
    sandbox.clock.advance(60)
    assert not ids_of(await rcs.list(**{"filter[from]": "2026-04-10 11:00:01"}))
    assert not ids_of(await rcs.list(**{"filter[to]": "2026-04-10 10:59:59"}))


async def test_the_two_lists_name_their_search_differently(sandbox: Sandbox, rcs: RcsApi) -> None:
    one, two = sandbox.rcs.seed(2)
    for brand, mine, other in (("bsg", "search", "filter"), ("wwt", "filter", "search")):
        sandbox.rcs.brand = brand
        found = await rcs.list(**{f"{mine}[field]": "taskname", f"{mine}[value]": one})
        assert ids_of(found) == [one]
        ignored = await rcs.list(**{f"{other}[field]": "taskname", f"{other}[value]": one})
        assert ids_of(ignored) == [one, two]
        nobody = await rcs.list(**{f"{mine}[field]": "sender", f"{mine}[value]": "nobody"})
        assert nobody["data"] == []
        assert "data" not in await rcs.list(**{f"{mine}[field]": "name"})


async def test_a_listing_sorts(sandbox: Sandbox, rcs: RcsApi) -> None:
    for status in ("paused", "done", "sending"):
        sandbox.rcs.seed(3, status=status)
    for sort, member in (("status", "status"), ("date", "created_at"), ("sender", "sender")):
        told = [item[member] for item in (await rcs.list(sort=sort))["data"]]
        assert told == sorted(told)


async def test_unknown_ids_are_refused_in_two_ways(rcs: RcsApi) -> None:
    for method, tail in (("GET", ""), ("GET", "/detail"), ("PUT", "/renew"), ("PATCH", "/stop")):
        assert (await rcs.call(method, f"/campaigns/2{tail}")).status == 404
        for unknown in ("1", "0", "x", "1.5", "9223372036854775808", "%2e"):
            answer = await rcs.call(method, f"/campaigns/{unknown}{tail}")
            assert (answer.status, answer.document["message"]) == (422, "Invalid campaign id")


async def test_messages_of_a_campaign_add_up_to_its_detail(sandbox: Sandbox, rcs: RcsApi) -> None:
    statuses = ("paused", "stopped", "done", "sending")
    ids = [key for status in statuses for key in sandbox.rcs.seed(4, status=status, settle_seconds=(10, 10))]
    sandbox.clock.advance(6)
    for campaign_id in ids:
        found = await rcs.messages(**{"filter[campaign_id]": campaign_id, "page[limit]": 500})
        assert {item["campaign_id"] for item in found["data"]} == {int(campaign_id)}
        assert [item["id"] for item in found["data"]] == list(sandbox.rcs.message_ids(campaign_id))
        told = [item["status"] for item in found["data"]]
        detail = await rcs.data("GET", f"/campaigns/{campaign_id}/detail")
        counts = detail["statistics"]
        counts = counts[0] if isinstance(counts, list) else counts
        assert sum(counts.values()) == len(told) == found["meta"]["page"]["total"]
        assert counts.get("not_rcs_user", 0) == told.count("not_service_user")
        assert [counts.get(status, 0) for status in ("read", "sending")] == [
            told.count("read"),
            told.count("sending"),
        ]
        assert ("sending" in told) == (campaign_id in ids[-4:])
        short = (await rcs.get(campaign_id))["statistics"]
        short = short[0] if isinstance(short, list) else short
        assert short["delivered"] == told.count("delivered") + told.count("read")
        left_out = ("read", "not_service_user", "scheduled")
        assert short["sent"] == sum(status not in left_out for status in told)


async def test_message_pages_and_filters(sandbox: Sandbox, rcs: RcsApi) -> None:
    one, two = sandbox.rcs.seed(2)
    every = [*sandbox.rcs.message_ids(one), *sandbox.rcs.message_ids(two)]
    assert (await rcs.messages())["meta"] == {"page": {"total": len(every), "offset": 0, "limit": 30}}
    told = []
    for offset in range(0, len(every) + 100, 100):
        page = await rcs.messages(**{"page[limit]": 100, "page[offset]": offset})
        told += [item["id"] for item in page["data"]]
    assert told == every
    backwards = await rcs.messages(way="desc", **{"page[limit]": 500, "page[offset]": 7})
    assert [item["id"] for item in backwards["data"]] == every[::-1][7:507]
    phones = [str(item["phone"]) for item in (await rcs.messages(sort="phone"))["data"]]
    assert phones == sorted(phones)
    message_id = every[-1]
    [found] = (await rcs.messages(**{"filter[id]": message_id, "filter[campaign_id]": two}))["data"]
    assert found["id"] == message_id
    assert not (await rcs.messages(**{"filter[id]": message_id, "filter[campaign_id]": one}))["data"]
    assert not (await rcs.messages(**{"filter[id]": 1}))["data"]
    assert not (await rcs.messages(**{"filter[id]": every[-1] + 1}))["data"]


async def test_a_message_listing_refuses_the_future(rcs: RcsApi) -> None:
    for query in (
        {"filter[to]": "2026-04-10 11:00:01"},
        {"filter[from]": "2026-04-10 11:00:01"},
        {"filter[reference_id]": "a-b"},
        {"filter[campaign_id]": "0"},
        {"page[limit]": "14"},
    ):
        assert "data" not in await rcs.messages(**query), query
    assert (await rcs.messages(**{"filter[to]": "2026-04-10 11:00:00"}))["data"] == []
