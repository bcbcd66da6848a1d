from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio


async def turn(api: Api, method: str, knob: str, **body: Any) -> Any:
    answer = await api.send(method, f"/_sandbox/{knob}", json=body)
    assert answer.status == 200, answer.document
    return answer.document


async def test_health_and_settings(sandbox: Sandbox, api: Api) -> None:
    assert await turn(api, "GET", "health") == {"status": "ok", "url": sandbox.url}
    told = {name: sandbox.settings(name) for name in sandbox.vendors}
    assert await turn(api, "GET", "settings") == told
    assert "sinch" in told


async def test_seed_and_ledger(sandbox: Sandbox, api: Api) -> None:
    ids = (await turn(api, "POST", "seed", count=3, reject_share=0, settle_seconds=[2, 3]))["ids"]
    assert ids == list(sandbox.sinch.campaigns)
    await api.resubmit(ids[0], json={"mnos": ["TMO"]})
    await api.resubmit(ids[0])
    told = await turn(api, "GET", "ledger")
    assert told["entries"][0] == {
        "seq": 1,
        "at": "2026-04-10T08:00:00Z",
        "provider": "sinch",
        "operation": "resubmitCampaign",
        "target": ids[0],
        "params": {"mnos": ["TMO"]},
    }
    assert told["counts"] == {"resubmitCampaign": {ids[0]: 2}}
    assert told["summary"]["resubmitCampaign"]["applied_more_than_once"] == {ids[0]: 2}


async def test_faults(sandbox: Sandbox, api: Api) -> None:
    flat = {"action": "status_429", "operation": "getCampaign", "retry_after": 9}
    nested = {"action": "slow", "options": {"delay_seconds": 0.01}, "times": None}
    for body in (flat, nested):
        await turn(api, "POST", "faults", **body)
    rules = (await turn(api, "GET", "faults"))["rules"]
    assert [(rule["action"], rule["options"], rule["times"]) for rule in rules] == [
        ("status_429", {"retry_after": 9}, 1),
        ("slow", {"delay_seconds": 0.01}, None),
    ]
    assert await turn(api, "DELETE", "faults") == {"rules": []}
    assert len((await turn(api, "POST", "faults", profile="demo", lag_seconds=3))["rules"]) == 10
    assert len(sandbox.faults.rules) == 10


async def test_stats_and_clock(sandbox: Sandbox, api: Api) -> None:
    await api.token()
    assert (await turn(api, "GET", "stats"))["requests"] == {"createToken": 1}
    assert (await turn(api, "POST", "clock/advance", seconds=90))["now"] == "2026-04-10T08:01:30+00:00"
    assert await turn(api, "GET", "clock") == {"now": "2026-04-10T08:01:30+00:00", "speed": 0}


@pytest.mark.parametrize(
    ("method", "knob", "body", "status"),
    [
        ("GET", "volume", b"", 404),
        ("PUT", "stats", b"", 405),
        ("POST", "seed", b"{", 400),
        ("POST", "seed", b'{"count": 1, "provider": "acme"}', 400),
        ("POST", "seed", b'{"count": 1, "colour": "red"}', 400),
        ("POST", "faults", b'{"action": "fire"}', 400),
        ("POST", "faults", b"[]", 400),
        ("POST", "clock/advance", b"{}", 400),
        ("POST", "clock/advance", b'{"seconds": -1}', 400),
    ],
)
async def test_mistakes_are_told(api: Api, method: str, knob: str, body: bytes, status: int) -> None:
    answer = await api.send(method, f"/_sandbox/{knob}", data=body)
    assert answer.status == status
    assert answer.document["error"]
