from __future__ import annotations

import datetime

from campaign_reg.sandbox.clock import VirtualClock
from campaign_reg.sandbox.ledger import Ledger, Stats

START = datetime.datetime(2026, 4, 10, 8, 0, 0, tzinfo=datetime.UTC)


def test_it_counts_what_was_applied() -> None:
    clock = VirtualClock(0, START)
    ledger = Ledger(clock)
    for target in ("one", "two", "one"):
        ledger.write(clock.timestamp(), "sinch", "resubmitCampaign", target, {"mnos": []})
    ledger.write(clock.timestamp(), "sinch", "deleteCampaign", "two", {})
    assert [entry.seq for entry in ledger.entries] == [1, 2, 3, 4]
    assert ledger.counts("resubmitCampaign") == {"one": 2, "two": 1}
    assert ledger.counts() == {"one": 2, "two": 2}
    assert ledger.counts("createCampaign") == {}
    assert ledger.summary()["deleteCampaign"] == {"applied": 1, "targets": 1, "applied_more_than_once": {}}


def test_reading_it_brings_late_changes_in() -> None:
    clock = VirtualClock(0, START)
    ledger = Ledger(clock)
    due = clock.timestamp() + 5
    clock.call_at(due, lambda at: ledger.write(at, "sinch", "resubmitCampaign", "one", {}))
    assert not ledger.entries
    clock._pushed_seconds += 6
    assert [entry.at for entry in ledger.entries] == ["2026-04-10T08:00:05Z"]


def test_peaks_remember_the_highest() -> None:
    stats = Stats()
    for change in (1, 1, -1, 1, -1, -1):
        stats.connected(change)
        stats.started(change)
    for _ in range(3):
        stats.received("getCampaign", paced=True)
    stats.received("createToken", paced=False)
    told = stats.as_dict()
    assert told["requests"] == {"getCampaign": 3, "createToken": 1}
    assert (told["peak_connections"], told["peak_in_flight"], told["peak_per_second"]) == (2, 2, 3)
    assert told["open_connections"] == 0
