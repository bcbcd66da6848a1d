from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from campaign_reg.sandbox import Sandbox
    from tests.support.vendors.sinch_client import Api

pytestmark = pytest.mark.anyio


async def test_a_seeded_campaign_looks_like_the_contracts_example(sandbox: Sandbox, api: Api) -> None:
    ids = sandbox.sinch.seed(200)
    campaigns = [sandbox.sinch.campaigns[key] for key in ids]
    assert campaigns[3] == await api.get(ids[3])
    assert len(set(ids)) == 200
    assert all(len(key) == 26 and key == key.lower() for key in ids)
    assert len({campaign["campaignName"] for campaign in campaigns}) == 200
    assert {len(campaign["mnoMetadata"]) for campaign in campaigns} == {2, 3, 4, 5}
    assert all(len(campaign) >= 30 for campaign in campaigns)
    caps = {
        (terms["brandTier"], terms["brandDailyCap"])
        for campaign in campaigns
        for terms in [campaign["mnoMetadata"]["10035"]]
    }
    assert ("UNCAPPED", None) in caps
    assert all(cap is None or cap.isdigit() for _, cap in caps)


async def test_the_same_seed_makes_the_same_campaigns(sandbox: Sandbox) -> None:
    first = sandbox.sinch.seed(5, seed=11)
    names = [sandbox.sinch.campaigns[key]["campaignId"] for key in first]
    sandbox.sinch.register.by_id.clear()
    sandbox.sinch.register.by_tcr_id.clear()
    assert sandbox.sinch.seed(5, seed=11) == first
    assert [sandbox.sinch.campaigns[key]["campaignId"] for key in first] == names
    assert sandbox.sinch.seed(5) != sandbox.sinch.seed(5)


async def test_a_seed_names_states_that_exist(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="no such state"):
        sandbox.sinch.seed(1, status="SLEEPING")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/campaignRegistration/x", 405),
        ("DELETE", "/campaignRegistrations/x", 405),
        ("POST", "/campaignRegistrations/x/resubmit", 405),
        ("POST", "/campaignRegistrations%3Asubmit", 404),
        ("GET", "/campaignRegistrations/", 404),
        ("GET", "/campaignRegistrations/x/y/z", 404),
        ("PATCH", "/campaignRegistrations", 405),
    ],
)
async def test_other_paths_and_methods(api: Api, method: str, path: str, status: int) -> None:
    answer = await api.call(method, path)
    assert answer.status == answer.document["error"]["code"] == status
    assert ("Allow" in answer.headers) == (status == 405)


async def test_records_are_copies_and_settle_when_read(sandbox: Sandbox) -> None:
    [campaign_id] = sandbox.sinch.seed(1, last_action="RESUBMIT_IN_PROGRESS")
    sandbox.sinch.campaigns[campaign_id]["mnoMetadata"].clear()
    assert sandbox.sinch.campaigns[campaign_id]["mnoMetadata"]
    sandbox.clock._pushed_seconds += 60
    assert sandbox.sinch.campaigns[campaign_id]["lastActionStatus"] != "RESUBMIT_IN_PROGRESS"
    assert list(sandbox.sinch.campaigns) == [campaign_id]
    assert len(sandbox.sinch.campaigns) == 1
    assert "nobody" not in sandbox.sinch.campaigns


async def test_somebody_else_changes_a_campaign(sandbox: Sandbox, api: Api) -> None:
    [campaign_id] = sandbox.sinch.seed(1)
    before = await api.get(campaign_id)
    sandbox.sinch.change(campaign_id, autoRenewal=False)
    after = await api.get(campaign_id)
    assert (after["autoRenewal"], after["modifiedDate"]) == (False, "2026-04-10T08:00:00Z")
    assert after["modifiedDate"] > before["modifiedDate"]
    assert not sandbox.ledger.entries
