"""Parameters: strict from JSON, read by type from text, and unchanged through plain form and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.enums import OpenEnum
from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.params import make_params, params_from_text, plain_params


class Colour(OpenEnum):
    RED = "RED"


@attrs.frozen(kw_only=True)
class Sample:
    text: str
    weight: float = 1.0


def _shout(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


@attrs.frozen(kw_only=True)
class Order:
    name: str
    count: int = 0
    paid: bool = False
    fee: Decimal | None = None
    starts_at: datetime | None = None
    day: date | None = None
    colours: tuple[Colour, ...] = ()
    samples: tuple[Sample, ...] = ()
    first: Sample | None = None
    labels: Mapping[str, str] = attrs.field(factory=dict)
    code: str = attrs.field(default="", converter=_shout, validator=attrs.validators.max_len(4))


FULL = {
    "name": "n",
    "count": 3,
    "paid": True,
    "fee": "15.00",
    "starts_at": "2026-04-10T08:00:00+00:00",
    "day": "2026-04-10",
    "colours": ["RED", "MAUVE"],
    "samples": [{"text": "a"}, {"text": "b", "weight": 2.5}],
    "first": {"text": "c"},
    "labels": {"a": "b"},
    "code": "x",
}


def test_every_kind_of_member_goes_there_and_back() -> None:
    order = make_params(Order, FULL)
    assert (order.fee, order.day, order.starts_at) == (
        Decimal("15.00"),
        date(2026, 4, 10),
        datetime(2026, 4, 10, 8, tzinfo=UTC),
    )
    assert not order.colours[1].is_recognized
    assert order.code == "X"
    assert plain_params(order) == {**FULL, "code": "X"}
    assert plain_params(make_params(Order, {"name": "n"})) == {"name": "n"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": None}, "name must be text"),
        ({"name": 7}, "name must be text"),
        ({"count": True}, "count must be a whole number"),
        ({"count": 1.0}, "count must be a whole number"),
        ({"paid": "yes"}, "paid must be true or false"),
        ({"fee": 1.5}, "fee must be a decimal number as text"),
        ({"fee": "NaN"}, "fee must be a decimal number"),
        ({"starts_at": "soon"}, "starts_at must be a time"),
        ({"day": "2026-13-01"}, "day must be a day"),
        ({"colours": "RED"}, "colours must be a list"),
        ({"colours": [7]}, "colours must be text"),
        ({"samples": [{"txt": "a"}]}, "samples needs text; samples has no txt; it takes: text, weight"),
        ({"first": {"text": "a", "weight": "1"}}, "first.weight must be a number"),
        ({"labels": {"a": 1}}, "labels"),
        ({"code": "too long"}, "Order: Length of 'code' must be <= 4"),
        ({"colour": "RED"}, "Order has no colour; it takes: name, count"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        make_params(Order, {**FULL, **change})
    assert words in str(caught.value)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidInputError, match=r"Order needs name; count must be a whole number"):
        make_params(Order, {"count": "3"})


def test_cells_are_read_by_their_members_types() -> None:
    cells = {
        "name": "true",
        "count": "3",
        "paid": "Yes",
        "fee": "15.00",
        "colours": "RED | MAUVE",
        "samples": '[{"text": "a"}]',
        "first": '{"text": "c"}',
        "labels": '{"a": "b"}',
        "code": "x",
    }
    order = make_params(Order, params_from_text(Order, cells))
    assert (order.name, order.count, order.paid, order.code) == ("true", 3, True, "X")
    assert (order.colours, order.samples, order.first) == (
        ("RED", "MAUVE"),
        (Sample(text="a"),),
        Sample(text="c"),
    )


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ({"count": "three"}, "count must be a whole number"),
        ({"paid": "perhaps"}, "paid must be true or false"),
        ({"first": "c"}, "first must be JSON"),
        ({"nonsense": "1"}, "Order has no nonsense"),
    ],
)
def test_cells_that_cannot_be_read(cell: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        make_params(Order, params_from_text(Order, {"name": "n", **cell}))


orders = st.builds(
    Order,
    name=st.text(),
    count=st.integers(),
    paid=st.booleans(),
    fee=st.none() | st.decimals(allow_nan=False, allow_infinity=False),
    colours=st.lists(st.sampled_from(Colour) | st.text().map(Colour)).map(tuple),
    samples=st.lists(st.builds(Sample, text=st.text(), weight=st.floats(allow_nan=False))).map(tuple),
)


@given(orders)
def test_json_loses_nothing(order: Order) -> None:
    assert make_params(Order, json.loads(json.dumps(plain_params(order)))) == order
