from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from campaign_reg.sandbox import Call, Reply, Route, Sandbox, Traits, Vendor, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_reg.sandbox.clock import VirtualClock
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.scene import Scene


async def puzzled(scene: Scene, *, status: int = 418) -> Reply:
    return scene.refuse(status)


class Shop(Vendor):
    name = "shop"

    def __init__(self, clock: VirtualClock, ledger: Ledger, seed: int) -> None:
        super().__init__(clock, ledger, seed)
        self.handlers = {"getShop": self.get}
        self.traits = Traits(
            name=self.name,
            operations=frozenset(self.handlers),
            logins=frozenset(),
            reads=("getShop",),
            lagging=(),
            writes=(),
            items=(),
            status="status",
            faults={"puzzled": puzzled},
        )

    def settings(self, url: str) -> dict[str, Any]:
        return {"base_url": url}

    def seed(self, count: int, *_: Any, **options: Any) -> list[str]:
        return [f"shop {number}" for number in range(count)]

    def route(self, method: str, path: str) -> Route | None:
        return Route("getShop") if path == "/shop" else None

    def refusal(self, call: Call, status: int, headers: Mapping[str, str]) -> Reply:
        return render(status, {"slug": "trouble"}, **headers)

    def get(self, call: Call) -> Reply:
        return render(200, {"at": call.at})


class SecondSinch(Shop):
    name = "sinch"


async def test_a_vendor_is_served_with_the_control_api_and_faults(anyio_backend: str) -> None:
    async with Sandbox(vendors=[Shop]) as sandbox, aiohttp.ClientSession(sandbox.url) as session:
        async with session.post("/_sandbox/seed", json={"provider": "shop", "count": 2}) as answer:
            assert await answer.json() == {"ids": ["shop 0", "shop 1"]}
        async with session.post("/_sandbox/faults", json={"action": "puzzled"}) as answer:
            assert (await answer.json())["rules"][0]["provider"] == "shop"
        statuses = []
        for _ in range(2):
            async with session.get("/shop") as answer:
                statuses.append(answer.status)
    assert statuses == [418, 200]
    assert sandbox.stats.as_dict()["requests"]["getShop"] == 2


def test_two_vendors_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="has a sinch already"):
        Sandbox(vendors=[SecondSinch])
