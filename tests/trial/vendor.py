"""The sandbox in a process of its own; it tells the truth about what was applied when it is asked.

Run as `python -m tests.trial.vendor '{"campaigns": 60, "seed": 1, "faults": 1.0}'`; `faults` makes those that befall
writes as often again, and 0 leaves all out. The first line printed says how to connect and which
campaigns there are; each line read from standard input is answered with the truth so far; the end of input ends it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from campaign_reg.sandbox import Sandbox

LATE_SECONDS = 0.7
LAG_SECONDS = 0.5
SETTLE_SECONDS = 1.6
"""The client's window: more than a write is late and a replica behind, together with the slowest answer."""

_WRITE = "resubmitCampaign"
_READS = ("getCampaign", "getCampaignFeedback")
_LONGER_THAN_ANY_FAULT_SECONDS = 3600.0
_SEEDS = (
    (0.6, "CREATE_SUCCESSFUL", 0.3),
    # These end with the word that they began with: only the version tells.
    (0.2, "RESUBMIT_SUCCESSFUL", 0.0),
    (0.2, "RESUBMIT_FAILED", 1.0),
)
_FAULTS: tuple[tuple[str, tuple[str, ...], float, dict[str, Any]], ...] = (
    ("slow", (_WRITE,), 0.3, {"delay_seconds": 0.15}),
    ("slow", _READS, 0.03, {"delay_seconds": 0.2}),
    ("lagging_reads", ("getCampaign",), 0.05, {"lag_seconds": LAG_SECONDS}),
    ("status_429", (_WRITE, *_READS), 0.002, {"retry_after": 1}),
    ("expired_token", (_WRITE, *_READS), 0.003, {}),
    ("drop_before", (_WRITE,), 0.04, {}),
    ("drop_after", (_WRITE,), 0.04, {}),
    ("late_apply", (_WRITE,), 0.03, {"delay_seconds": LATE_SECONDS}),
    ("status_503_applied", (_WRITE,), 0.03, {}),
    ("status_503_unapplied", (_WRITE,), 0.03, {}),
    ("status_500", _READS, 0.02, {}),
)


class Witness:
    """Every write that came, with when and how it was answered; None where the connection was cut."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.writes: dict[str, list[tuple[float, int | None]]] = {}

    async def watch(self) -> None:
        while True:
            self.note()
            await asyncio.sleep(0.05)

    def note(self) -> None:
        now, seen = time.time(), self._sandbox.exchanges[:]
        self._sandbox.exchanges.clear()
        for exchange in seen:
            if exchange.operation == _WRITE:
                id = exchange.target.rpartition("/campaignRegistrations/")[2].split("/")[0].split(":")[0]
                self.writes.setdefault(id, []).append((now, exchange.status))


def seeded(sandbox: Sandbox, campaigns: int) -> list[str]:
    ids: list[str] = []
    for number, (share, last_action, rejected) in enumerate(_SEEDS):
        last = number == len(_SEEDS) - 1
        ids += sandbox.sinch.seed(
            campaigns - len(ids) if last else round(campaigns * share),
            last_action=last_action,
            reject_share=rejected,
            settle_seconds=(0.1, 0.6),
        )
    # Mixed by their random ids, so that all kinds are under way at any time.
    return sorted(ids, key=lambda id: id[::-1])


def truth(sandbox: Sandbox, witness: Witness) -> dict[str, Any]:
    witness.note()
    sandbox.clock.advance(_LONGER_THAN_ANY_FAULT_SECONDS)  # nothing late is still on its way
    return {
        "applied": sandbox.ledger.counts(_WRITE),
        "words": {id: record["lastActionStatus"] for id, record in sandbox.sinch.campaigns.items()},
        "writes": witness.writes,
        "faults": [(rule.action, rule.operations, rule.fired) for rule in sandbox.faults.rules],
        "requests": sandbox.stats.requests.total(),
    }


async def main(campaigns: int, seed: int, faults: float) -> None:
    async with Sandbox(seed=seed, record=True) as sandbox:
        ids, witness = seeded(sandbox, campaigns), Witness(sandbox)
        for action, operations, probability, options in _FAULTS if faults else ():
            chance = min(1.0, faults * probability) if operations == (_WRITE,) else probability
            sandbox.faults.add(
                action, operations, provider="sinch", times=None, probability=chance, **options
            )
        watching = asyncio.create_task(witness.watch())
        print(json.dumps({"settings": sandbox.settings("sinch"), "ids": ids}), flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(truth(sandbox, witness)), flush=True)
        watching.cancel()


if __name__ == "__main__":
    asyncio.run(main(**json.loads(sys.argv[1])))
