from __future__ import annotations

import random
from collections import Counter

import pytest

from campaign_reg.sandbox.sinch.samples import (
    TIERS,
    Fate,
    downgrade,
    draw_fates,
    draw_reasons,
    draw_terms,
    draw_ulid,
    operator_terms,
)


@pytest.mark.parametrize(
    ("reject_share", "downgrade_share", "rejected", "downgraded"),
    [(1 / 3, 0.1, 33, 10), (0, 0, 0, 0), (1, 1, 100, 0), (0.9, 0.5, 90, 10)],
)
def test_fates_are_shared_out_exactly(
    reject_share: float, downgrade_share: float, rejected: int, downgraded: int
) -> None:
    fates = draw_fates(random.Random(1), 100, reject_share, downgrade_share, (2.0, 3.0))
    assert sum(fate.rejected for fate in fates) == rejected
    assert sum(fate.downgraded for fate in fates) == downgraded
    assert not any(fate.rejected and fate.downgraded for fate in fates)
    assert all(2.0 <= fate.settle_seconds <= 3.0 for fate in fates)
    assert fates == draw_fates(random.Random(1), 100, reject_share, downgrade_share, (2.0, 3.0))


def test_terms_get_worse_in_four_ways() -> None:
    terms = {
        "10017": operator_terms("10017", msg_class="C"),
        "10035": operator_terms("10035", tier="TOP"),
    }
    told = [downgrade(terms, ("10017", "10035"), dice) for dice in range(4)]
    assert [list(change) for change in told] == [["10017"], ["10017"], ["10035"], ["10035"]]
    assert [change["10017"]["tpm"] for change in told[:2]] == ["600", "240"]
    assert [change["10017"]["msgClass"] for change in told[:2]] == ["C", "E"]
    assert [change["10035"]["brandDailyCap"] for change in told[2:]] == ["40000", "100000"]
    assert [change["10035"]["brandTier"] for change in told[2:]] == ["UPPER_MID", "TOP"]


def test_only_allowed_operators_get_worse() -> None:
    terms = draw_terms(random.Random(1), 4)
    assert {key for dice in range(9) for key in downgrade(terms, ("10035",), dice)} == {"10035"}
    assert downgrade(terms, ("10037",), 0) == {}


def test_an_uncapped_tier_has_no_cap() -> None:
    caps = {tier: operator_terms("10035", tier=tier)["brandDailyCap"] for tier in TIERS}
    assert caps.pop("UNCAPPED") is None
    assert sorted(map(int, caps.values())) == [int(cap) for cap in caps.values()]


def test_reasons_vary_but_are_never_missing() -> None:
    rng = random.Random(1)
    reasons = [draw_reasons(Fate(True, False, 1.0, rng.getrandbits(32))) for _ in range(300)]
    assert all(told["tcrErrorResponse"] or told["internalErrorResponse"] for told in reasons)
    codes = Counter(item["code"] for told in reasons for items in told.values() for item in items)
    assert len(codes) == 8


def test_ids_look_like_ulids() -> None:
    rng = random.Random(1)
    ids = {draw_ulid(rng) for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(key) == 26 and not set("ilou") & set(key) and key.islower() for key in ids)
