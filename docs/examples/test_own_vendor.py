"""A vendor of your own in the sandbox: `pytest test_own_vendor.py`."""

import json
from urllib.request import urlopen

import anyio
import pytest

from campaign_reg.sandbox import Call, RefusedError, Reply, Route, Sandbox, Traits, Vendor, render


class Acme(Vendor):
    """Acme has two calls: read a campaign, and renew it."""

    def __init__(self, clock, ledger, seed):
        super().__init__(clock, ledger, seed)
        self.campaigns = {}
        self.handlers = {"getCampaign": self.get, "renewCampaign": self.renew}
        self.traits = Traits(
            name="acme",
            operations=frozenset(self.handlers),
            logins=frozenset(),
            reads=("getCampaign",),
            lagging=(),
            writes=("renewCampaign",),
            items=("campaigns",),
            status="status",
        )

    def settings(self, url):
        return {"base_url": url}

    def seed(self, count, *, status="paused"):
        ids = [f"cmp_{number}" for number in range(count)]
        self.campaigns |= {id: {"id": id, "status": status} for id in ids}
        return ids

    def route(self, method, path):
        match path.split("/")[1:]:
            case ["acme", "campaigns", id]:
                return Route("getCampaign" if method == "GET" else "renewCampaign", (id,))
        return None

    def refusal(self, call, status, headers):
        return render(status, {"slug": "trouble"}, **headers)

    def get(self, call: Call) -> Reply:
        if call.target not in self.campaigns:
            raise RefusedError(render(404, {"slug": "no-such-campaign"}))
        return render(200, self.campaigns[call.target])

    def renew(self, call: Call) -> Reply:
        self.get(call)  # refuses a campaign that does not exist
        [id] = call.segments
        self.campaigns[id]["status"] = "running"
        self.ledger.write(call.at, "acme", call.operation, id, {"status": "running"})
        return self.get(call)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.anyio
async def test_renewal():
    async with Sandbox(vendors=[Acme]) as sandbox:
        [campaign_id] = sandbox.vendor("acme").seed(1)
        url = f"{sandbox.settings('acme')['base_url']}/acme/campaigns/{campaign_id}"
        sandbox.faults.add("drop_after", "renewCampaign", provider="acme")
        with pytest.raises(ConnectionResetError):  # applied, and the answer is lost
            await anyio.to_thread.run_sync(lambda: urlopen(url, b"{}"))
        answer = await anyio.to_thread.run_sync(lambda: urlopen(url).read())
    assert json.loads(answer)["status"] == "running"
    assert sandbox.ledger.counts("renewCampaign")[campaign_id] == 1
