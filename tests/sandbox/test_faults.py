from __future__ import annotations

import pytest

from campaign_reg.sandbox.clock import VirtualClock
from campaign_reg.sandbox.exchange import Call
from campaign_reg.sandbox.faults import MIX, Faults
from campaign_reg.sandbox.ledger import Ledger
from campaign_reg.sandbox.sinch.vendor import Sinch

CLOCK = VirtualClock(0)
VENDORS = [Sinch(CLOCK, Ledger(CLOCK), 1).traits]


def call(operation: str = "resubmitCampaign", target: str | None = "one") -> Call:
    return Call(
        operation=operation,
        provider="sinch",
        method="PUT",
        path="/",
        query="",
        headers={},
        body=b"",
        at=0.0,
        target=target,
    )


def struck(faults: Faults, calls: int, *arguments: str) -> list[bool]:
    return [faults.strike(call(*arguments))[1] is not None for _ in range(calls)]


def test_a_rule_strikes_once_unless_told_otherwise() -> None:
    faults = Faults(1, VENDORS)
    rule = faults.add("drop_after", "resubmitCampaign")
    assert struck(faults, 3) == [True, False, False]
    assert (rule.matched, rule.fired) == (1, 1)


def test_a_rule_without_times_never_ends() -> None:
    faults = Faults(1, VENDORS)
    faults.add("drop_after", times=None)
    assert all(struck(faults, 50))


def test_a_rule_waits() -> None:
    faults = Faults(1, VENDORS)
    faults.add("drop_after", after=2, times=2)
    assert struck(faults, 5) == [False, False, True, True, False]


def test_a_rule_picks_operation_and_target() -> None:
    faults = Faults(1, VENDORS)
    faults.add("drop_after", ["getCampaign", "listCampaigns"], "two", times=None)
    assert struck(faults, 1, "getCampaign", "two") == [True]
    assert struck(faults, 1, "getCampaign", "one") == [False]
    assert struck(faults, 1, "resubmitCampaign", "two") == [False]


def test_tokens_are_spared_unless_named() -> None:
    faults = Faults(1, VENDORS)
    faults.add("drop_after", times=None)
    assert struck(faults, 1, "createToken") == [False]
    faults.add("drop_after", "createToken")
    assert struck(faults, 1, "createToken") == [True]


def test_chance_repeats_with_the_seed() -> None:
    first, second = Faults(1, VENDORS), Faults(1, VENDORS)
    for faults in (first, second):
        faults.add("drop_after", probability=0.3, times=None)
    hits = struck(first, 500)
    assert hits == struck(second, 500)
    assert 100 < sum(hits) < 200
    first.clear()
    assert struck(first, 5) == [False] * 5
    first.add("drop_after", probability=0.3, times=None)
    assert struck(first, 500) == hits


def test_modifiers_join_the_action() -> None:
    faults = Faults(1, VENDORS)
    faults.add("slow", times=None)
    faults.add("lagging_reads", times=None, lag_seconds=9)
    faults.add("status_500")
    modifiers, action = faults.strike(call())
    assert [rule.action for rule in modifiers] == ["slow", "lagging_reads"]
    assert action is not None
    assert action.action == "status_500"


def test_a_removed_rule_rests() -> None:
    faults = Faults(1, VENDORS)
    faults.remove(faults.add("drop_after"))
    assert struck(faults, 1) == [False]


def test_typing_errors_are_told_at_once() -> None:
    faults = Faults(1, VENDORS)
    with pytest.raises(ValueError, match="no such fault: drop_afer; there are drop_before"):
        faults.add("drop_afer")
    with pytest.raises(ValueError, match=r"status_429: .*retry_afterr"):
        faults.add("status_429", retry_afterr=3)
    with pytest.raises(ValueError, match="no such operation: resubmit"):
        faults.add("drop_after", ["getCampaign", "resubmit"])
    with pytest.raises(ValueError, match="no such profile"):
        faults.profile("gentle")


def test_profiles_differ_in_how_often() -> None:
    demo, rough = Faults(1, VENDORS), Faults(1, VENDORS)
    for gentle, harsh in zip(demo.profile("demo", late_seconds=9), rough.profile("rough"), strict=True):
        assert harsh.probability == pytest.approx(3 * gentle.probability)
    assert len(demo.rules) == len(MIX)
    assert {"delay_seconds": 9} in [rule.options for rule in demo.rules]


def bearing(token: str, path: str = "/one") -> Call:
    headers = {"Authorization": f"Bearer {token}"}
    return Call(
        operation="getCampaign",
        provider="sinch",
        method="GET",
        path=path,
        query="",
        headers=headers,
        body=b"",
        at=0.0,
    )


def test_chance_calls_no_new_token_expired() -> None:
    faults = Faults(1, VENDORS)
    faults.add("expired_token", times=None, probability=0.999999)
    for number in range(20):
        assert faults.strike(bearing(f"T{number}"))[1] is None
        assert faults.strike(bearing(f"T{number}", f"/{number}"))[1] is not None


def test_chance_spares_the_replay_even_when_others_used_the_new_token_first() -> None:
    faults = Faults(1, VENDORS)
    faults.add("expired_token", times=None, probability=0.999999)
    faults.strike(bearing("T1", "/other"))
    assert faults.strike(bearing("T1"))[1] is not None
    assert faults.strike(bearing("T1"))[1] is not None, "the same token again is no replay"
    faults.strike(bearing("T2", "/other"))
    assert faults.strike(bearing("T2"))[1] is None
    assert faults.strike(bearing("T2"))[1] is not None


def test_an_expired_token_on_demand_strikes_any_token() -> None:
    faults = Faults(1, VENDORS)
    faults.add("expired_token", times=2)
    assert faults.strike(bearing("T1"))[1] is not None
    assert faults.strike(bearing("T2"))[1] is not None
