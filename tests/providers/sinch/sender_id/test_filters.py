"""What a listing can be narrowed by."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from campaign_reg.errors import InvalidInputError
from campaign_reg.providers.sinch.sender_id import filters


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, None),
        (date(2024, 11, 3), "2024-11-03"),
        ("2024-11-03", "2024-11-03"),
        ("20241103", "2024-11-03"),
    ],
)
def test_days(value: Any, wanted: str | None) -> None:
    assert filters.day("created_from", value) == wanted


@pytest.mark.parametrize("value", [datetime(2024, 11, 3, tzinfo=UTC), "2024-11-03T00:00:00", "soon", "", 5])
def test_what_is_no_day(value: Any) -> None:
    with pytest.raises(InvalidInputError, match="created_from"):
        filters.day("created_from", value)


@pytest.mark.parametrize("value", [None, "id", "senderId,asc", "createDate,desc", "updateDate", "status"])
def test_orders(value: str | None) -> None:
    assert filters.order(value) == value


@pytest.mark.parametrize(
    "value", ["", "createTime", "updateTime,asc", "id,", "id,up", "id asc", "id,asc,asc"]
)
def test_what_is_no_order(value: str) -> None:
    with pytest.raises(InvalidInputError, match="senderId, createDate, updateDate"):
        filters.order(value)


def test_one_state_at_a_time() -> None:
    assert filters.one_status(None) is None
    assert filters.one_status("PENDING") == filters.one_status(["PENDING"]) == "PENDING"
    for states in ([], ["PENDING", "APPROVED"]):
        with pytest.raises(InvalidInputError, match="one state at a time"):
            filters.one_status(states)


def test_tags() -> None:
    assert filters.some_tags(None) is None
    assert filters.some_tags("#a") == filters.some_tags(iter(["#a"])) == ("#a",)
    with pytest.raises(InvalidInputError, match="leave it out"):
        filters.some_tags([])


def test_markets() -> None:
    assert filters.market("MK") == "MK"
    assert filters.market(None) is None
    for code in ("mk", "MKD", "", "M1", "MK\n"):
        with pytest.raises(InvalidInputError):
            filters.market(code)
