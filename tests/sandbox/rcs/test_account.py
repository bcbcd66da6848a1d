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


async def job(rcs: RcsApi, **body: Any) -> Any:
    answer = await rcs.call("POST", "/stat/jobs", json=body)
    assert answer.status == 200
    return answer.document


async def test_the_balance_may_be_negative(sandbox: Sandbox, rcs: RcsApi) -> None:
    sandbox.rcs.register.balance = -50.25
    assert await rcs.data("GET", "/accounts/balance") == {
        "balance": -50.25,
        "currency": "USD",
        "credit": 125.0,
    }


async def test_tariffs_and_lists_have_a_bare_total(rcs: RcsApi) -> None:
    for path in ("/accounts/tariff", "/groups"):
        page = (await rcs.call("GET", path)).document
        assert page["total"] == len(page["data"]) == 3
        beyond = (await rcs.call("GET", f"{path}?page%5Boffset%5D=2&page%5Blimit%5D=15")).document
        assert beyond == {"data": page["data"][2:], "total": 3}
        assert (await rcs.call("GET", f"{path}?page%5Blimit%5D=14")).status == 422


async def test_contact_lists_vary(rcs: RcsApi) -> None:
    lists = await rcs.data("GET", "/groups")
    assert {type(item["items"]) for item in lists} == {int, str}
    assert {repr(item["default"]) for item in lists} == {"False", "0", "None"}


async def test_an_export_by_ids(sandbox: Sandbox, rcs: RcsApi) -> None:
    [campaign_id] = sandbox.rcs.seed(1, status="done")
    ids = list(sandbox.rcs.message_ids(campaign_id))
    key = (await job(rcs, type="message", message_id=[*ids, 1]))["key"]
    answer = await rcs.call("GET", f"/stat/jobs/{key}")
    assert (answer.status, int(answer.document["error"])) == (200, 91)
    sandbox.clock.advance(3)
    rows = (await rcs.call("GET", f"/stat/jobs/{key}")).document["result"]
    assert [row["message_id"] for row in rows] == [str(message_id) for message_id in ids]
    assert {row["status"] for row in rows} == {"Delivered", "Undelivered", "Failed", "Expired", "Rejected"}
    assert all(isinstance(row["price"], str) for row in rows)
    assert sandbox.ledger.counts("createStatJob") == {key: 1}


async def test_an_export_by_period(sandbox: Sandbox, rcs: RcsApi) -> None:
    sandbox.rcs.seed(1, status="done", age_days=(50, 51))
    [campaign_id] = sandbox.rcs.seed(1, status="done", age_days=(1, 2))
    period = {"time_in_from": "2026-04-01 00:00:00", "time_in_to": "2026-04-10 00:00:00"}
    wanted = {str(message_id) for message_id in sandbox.rcs.message_ids(campaign_id)}
    every = (await job(rcs, type="params", **period))["key"]
    failed = (await job(rcs, type="params", status="Failed", **period))["key"]
    nobody = (await job(rcs, type="params", phones=[12025559999999], **period))["key"]
    sandbox.clock.advance(3)
    rows = (await rcs.call("GET", f"/stat/jobs/{every}")).document["result"]
    assert {row["message_id"] for row in rows} == wanted
    rows = (await rcs.call("GET", f"/stat/jobs/{failed}")).document["result"]
    assert rows
    assert {row["status"] for row in rows} == {"Failed"}
    assert (await rcs.call("GET", f"/stat/jobs/{nobody}")).document["result"] == []


async def test_exports_fail_with_success(sandbox: Sandbox, rcs: RcsApi) -> None:
    codes = set()
    for number in range(20):
        told = await job(rcs, type="nothing", number=number)
        assert "key" not in told
        codes.add(told["error"])
    assert codes == {7, "7"}
    answer = await rcs.call("POST", "/stat/jobs", data=b"[")
    assert (answer.status, int(answer.document["error"])) == (200, 7)
    day = "2026-02-30 00:00:00"
    assert int((await job(rcs, type="params", time_in_from=day, time_in_to=day))["error"]) == 7
    sandbox.rcs.jobs.most_jobs = 1
    assert (await job(rcs, type="message", message_id=[1]))["error"] == 0
    refused = await job(rcs, type="message", message_id=[2])
    assert refused == {"error": 0, "errorDescription": "Maximum count of exports reached"}


async def test_an_export_is_listed_and_removed(sandbox: Sandbox, rcs: RcsApi) -> None:
    key = (await job(rcs, type="message", message_id=[5]))["key"]
    request = {"message_ids": [5], "user_id": "50529"}
    for status in ("In progress", "Done"):
        listed = (await rcs.call("GET", "/stat/jobs")).document
        assert listed == {"error": 0, "result": [{"key": key, "request": request, "status": status}]}
        sandbox.clock.advance(3)
    removed = await rcs.call("DELETE", f"/stat/jobs/{key}")
    assert removed.document == {"error": 0, "errorDescription": "No errors"}
    for method in ("GET", "DELETE"):
        answer = await rcs.call(method, f"/stat/jobs/{key}")
        assert (answer.status, int(answer.document["error"])) == (200, 90)
    assert sandbox.ledger.counts("deleteStatJob") == {key: 1}
