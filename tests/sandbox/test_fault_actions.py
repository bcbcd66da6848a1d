from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp
import pytest

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio
RESUBMIT = "resubmitCampaign"


@pytest.fixture
async def campaign_id(sandbox: Sandbox) -> str:
    return sandbox.sinch.seed(1, reject_share=0)[0]


@pytest.mark.parametrize(("action", "applied"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_connection_is_reset_without_a_byte(
    sandbox: Sandbox, api: Api, campaign_id: str, action: str, applied: int
) -> None:
    sandbox.faults.add(action, RESUBMIT)
    assert await api.raw_resubmit(campaign_id) == (b"", True)
    assert sandbox.ledger.counts(RESUBMIT)[campaign_id] == applied
    assert sandbox.stats.requests[RESUBMIT] == 1
    assert sandbox.exchanges[-1].status is None
    assert (await api.resubmit(campaign_id)).status == 200


@pytest.mark.parametrize("applied", [True, False])
async def test_half_close_ends_without_a_reset(
    sandbox: Sandbox, api: Api, campaign_id: str, applied: bool
) -> None:
    sandbox.faults.add("half_close", RESUBMIT, applied=applied, hold_seconds=1)
    assert await api.raw_resubmit(campaign_id) == (b"", False)
    assert sandbox.ledger.counts(RESUBMIT).total() == applied


async def test_a_late_change_comes_when_it_is_due(sandbox: Sandbox, api: Api, campaign_id: str) -> None:
    sandbox.faults.add("late_apply", RESUBMIT, delay_seconds=90)
    assert await api.raw_resubmit(campaign_id) == (b"", True)
    sandbox.clock.advance(89)
    assert not sandbox.ledger.entries
    assert (await api.get(campaign_id))["lastActionStatus"] == "CREATE_SUCCESSFUL"
    sandbox.clock.advance(2)
    [entry] = sandbox.ledger.entries
    assert entry.at == "2026-04-10T08:01:30Z"
    assert (await api.get(campaign_id))["lastActionStatus"] == "RESUBMIT_IN_PROGRESS"


async def test_a_late_change_needs_credentials(sandbox: Sandbox, api: Api, campaign_id: str) -> None:
    api.headers = {"Authorization": "Bearer made-up"}
    sandbox.faults.add("late_apply", RESUBMIT, delay_seconds=1)
    await api.raw_resubmit(campaign_id)
    sandbox.clock.advance(9)
    assert not sandbox.ledger.entries


@pytest.mark.parametrize(
    ("action", "options", "status", "applied"),
    [
        ("status_429", {}, 429, 0),
        ("status_500", {}, 500, 0),
        ("status_500", {"applied": True}, 500, 1),
        ("status_503_unapplied", {}, 503, 0),
        ("status_503_applied", {}, 503, 1),
        ("html_502", {}, 502, 0),
        ("html_502", {"applied": True}, 502, 1),
        ("expired_token", {}, 401, 0),
        ("unauthorized", {}, 401, 0),
        ("redirect", {"location": "http://localhost:1/", "status": 302}, 302, 0),
        ("malformed_json", {}, 200, 1),
        ("empty_body", {}, 200, 1),
        ("wrong_type", {}, 200, 1),
        ("not_json_200", {}, 200, 1),
        ("acknowledge_unapplied", {}, 200, 0),
        ("huge_body", {"size_bytes": 2_000_000}, 200, 1),
        ("gzip_bomb", {"size_bytes": 2_000_000}, 200, 1),
        ("slow", {"delay_seconds": 0.01}, 200, 1),
    ],
)
async def test_what_is_answered_and_what_is_applied(
    sandbox: Sandbox,
    api: Api,
    campaign_id: str,
    action: str,
    options: dict[str, Any],
    status: int,
    applied: int,
) -> None:
    rule = sandbox.faults.add(action, RESUBMIT, campaign_id, **options)
    answer = await api.resubmit(campaign_id)
    assert answer.status == status
    assert rule.fired == 1
    assert sandbox.ledger.counts(RESUBMIT)[campaign_id] == applied
    assert answer.headers["Date"] == "Fri, 10 Apr 2026 08:00:00 GMT"
    assert (await api.resubmit(campaign_id)).document == {}


@pytest.mark.parametrize(
    ("retry_after", "header"),
    [(3, "3"), (None, None), ("soon", "soon"), ("Fri, 10 Apr 2026 08:01:00 GMT",) * 2, (-1, "-1")],
)
async def test_retry_after_is_passed_on(
    sandbox: Sandbox, api: Api, campaign_id: str, retry_after: float | str | None, header: str | None
) -> None:
    sandbox.faults.add("status_429", RESUBMIT, retry_after=retry_after)
    answer = await api.resubmit(campaign_id)
    assert answer.headers.get("Retry-After") == header
    assert answer.document == {"error": {"code": 429, "message": "Over limit"}}


async def test_a_client_that_hangs_up_is_no_error_of_the_sandbox(
    sandbox: Sandbox, api: Api, campaign_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.faults.add("huge_body", RESUBMIT, campaign_id, size_bytes=2_000_000_000)
    url = f"{api.url}{api.project}/campaignRegistrations/{campaign_id}/resubmit"
    await api.authorize()
    async with api.session.put(url, headers=api.headers) as answer:
        await answer.content.read(1)
        answer.close()
    async with asyncio.timeout(10):
        while sandbox.stats.open_connections:
            await asyncio.sleep(0.01)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_only_an_expired_token_is_called_expired(sandbox: Sandbox, api: Api, campaign_id: str) -> None:
    sandbox.faults.add("expired_token", "getCampaign")
    sandbox.faults.add("unauthorized", "getCampaign")
    path = f"/campaignRegistrations/{campaign_id}"
    assert "expired" in (await api.call("GET", path)).headers["WWW-Authenticate"]
    assert "expired" not in (await api.call("GET", path)).headers["WWW-Authenticate"]


async def test_the_token_endpoint_fails_in_its_own_words(sandbox: Sandbox, api: Api) -> None:
    for action in ("status_429", "status_500", "status_503_unapplied", "unauthorized"):
        sandbox.faults.add(action, "createToken")
        assert "error_description" in (await api.token()).document


async def test_unreadable_answers(sandbox: Sandbox, api: Api, campaign_id: str) -> None:
    path = f"/campaignRegistrations/{campaign_id}"
    for action in ("malformed_json", "empty_body", "not_json_200", "html_502"):
        sandbox.faults.add(action, "getCampaign")
        answer = await api.call("GET", path)
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.body)


async def test_a_truncated_body(sandbox: Sandbox, api: Api, campaign_id: str) -> None:
    sandbox.faults.add("truncated_body", "getCampaign", times=2)
    with pytest.raises(aiohttp.ClientPayloadError):
        await api.call("GET", f"/campaignRegistrations/{campaign_id}")
    received, reset = await api.raw("GET", f"{api.campaigns}/{campaign_id}", b"")
    head, _, body = received.partition(b"\r\n\r\n")
    assert not reset
    length = int(head.lower().rpartition(b"content-length: ")[2])
    assert 0 < len(body) < length


async def test_unseen_values_and_wrong_types(sandbox: Sandbox, api: Api, campaign_id: str) -> None:
    sandbox.faults.add("unseen_enum", "getCampaign")
    assert (await api.get(campaign_id))["lastActionStatus"] == "RESUBMIT_UNDER_AUDIT"
    sandbox.faults.add("unseen_enum", "listCampaigns", member="status", value="SLEEPING")
    assert [item["status"] for item in (await api.list())["campaignRegistrations"]] == ["SLEEPING"]
    sandbox.faults.add("wrong_type", "getCampaign", member="mnoMetadata", value=[])
    assert (await api.get(campaign_id))["mnoMetadata"] == []
    sandbox.faults.add("wrong_type", RESUBMIT)
    assert (await api.resubmit(campaign_id)).document == []
    # What was shown wrong is stored right.
    assert (await api.get(campaign_id))["lastActionStatus"] == "RESUBMIT_IN_PROGRESS"


async def test_pages_that_lead_nowhere(sandbox: Sandbox, api: Api) -> None:
    sandbox.sinch.seed(30)
    token = (await api.list())["nextPageToken"]
    sandbox.faults.add("repeat_page_token", "listCampaigns")
    page = await api.list(f"pageToken={quote(token, safe='')}")
    assert page["nextPageToken"] == token
    sandbox.faults.add("empty_page", "listCampaigns", times=2)
    tokens = [token]
    for _ in range(2):
        page = await api.list(f"pageToken={quote(tokens[-1], safe='')}")
        assert page["campaignRegistrations"] == []
        tokens.append(page["nextPageToken"])
    assert len(set(tokens)) == 3
    last = await api.list(f"pageToken={quote(tokens[-1], safe='')}")
    assert len(last["campaignRegistrations"]) == 10


async def test_lagging_reads_show_the_past(sandbox: Sandbox, api: Api, campaign_id: str) -> None:
    await api.resubmit(campaign_id)
    sandbox.clock.advance(6)
    sandbox.faults.add("lagging_reads", ("getCampaign", "listCampaigns"), times=2, lag_seconds=7)
    assert (await api.get(campaign_id))["lastActionStatus"] == "CREATE_SUCCESSFUL"
    [listed] = (await api.list())["campaignRegistrations"]
    assert listed["lastActionStatus"] == "CREATE_SUCCESSFUL"
    assert (await api.get(campaign_id))["lastActionStatus"] == "RESUBMIT_SUCCESSFUL"
    sandbox.faults.add("lagging_reads", "getCampaign", lag_seconds=5.5)
    assert (await api.get(campaign_id))["lastActionStatus"] == "RESUBMIT_IN_PROGRESS"


async def test_slow_answers_are_slow_after_the_change(sandbox: Sandbox, api: Api, campaign_id: str) -> None:
    await api.authorize()
    sandbox.faults.add("slow", RESUBMIT, delay_seconds=3600)  # ends with the client's patience
    with pytest.raises(TimeoutError):
        await api.resubmit(campaign_id, timeout=aiohttp.ClientTimeout(total=0.05))
    assert sandbox.ledger.counts(RESUBMIT) == {campaign_id: 1}


async def test_a_bomb_is_small_on_the_wire(sandbox: Sandbox, api: Api, campaign_id: str) -> None:
    await api.authorize()
    sandbox.faults.add("gzip_bomb", "getCampaign", times=2, size_bytes=20_000_000)
    received, _ = await asyncio.wait_for(api.raw_close("GET", f"{api.campaigns}/{campaign_id}"), 10)
    assert len(received) < 100_000
    answer = await api.call("GET", f"/campaignRegistrations/{campaign_id}")
    assert len(answer.body) > 20_000_000
    assert answer.document["campaignRegistrationId"] == campaign_id


async def test_a_rough_hour_is_the_sandboxs_own_doing(
    sandbox: Sandbox, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """Hundreds of calls under the roughest profile: no error of ours, nothing lost from the ledger."""
    await api.authorize()
    ids = sandbox.sinch.seed(100)
    sandbox.faults.profile("rough", late_seconds=30)
    answered = 0
    for campaign_id in ids:
        answer, _ = await api.raw(
            "PUT", f"{api.campaigns}/{campaign_id}/resubmit", b"{}", "Connection: close"
        )
        answered += b" 200 " in answer[:20]
    sandbox.clock.advance(60)
    fired = {rule.action: rule.fired for rule in sandbox.faults.rules}
    hidden = fired["drop_after"] + fired["late_apply"] + fired["status_503_applied"]
    assert sandbox.ledger.counts(RESUBMIT).total() == answered + hidden
    assert 0 < answered < 100
    assert not caplog.records
