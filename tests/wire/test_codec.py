from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import attrs
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaign_reg.enums import OpenEnum
from campaign_reg.errors import DecodeError
from campaign_reg.wire.codec import (
    dumps,
    format_datetime,
    loads,
    make_converter,
    parse_datetime,
    register_model,
    text_number,
)


class Kind(OpenEnum):
    ONE = "ONE"
    TWO = "TWO"


@attrs.frozen(slots=False, kw_only=True)
class Child:
    name: str
    kinds: tuple[Kind, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(slots=False, kw_only=True)
class Thing:
    id: str
    count: int | None = None
    ratio: float | None = None
    is_on: bool | None = None
    price: Decimal | None = None
    created_at: datetime | None = None
    daily_cap: int | None = text_number()
    kind: Kind | None = None
    tags: tuple[str, ...] = ()
    child: Child | None = None
    by_name: Mapping[str, Child] = attrs.field(factory=dict)
    odd_name: str | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict)


CONVERTER = make_converter()
register_model(CONVERTER, Child)
register_model(CONVERTER, Thing, {"odd_name": "Odd-NAME"})

INTS = st.integers(-(2**63), 2**64 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | INTS | FLOATS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=15,
)
FIRST, LAST = datetime(1900, 1, 2), datetime(2900, 1, 1)  # noqa: DTZ001  (hypothesis adds the zone)
ZONES = st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
DATES = st.one_of(
    st.datetimes(FIRST, LAST).map(datetime.isoformat),
    st.datetimes(timezones=ZONES, min_value=FIRST).map(lambda when: when.isoformat()),
    st.datetimes(timezones=st.just(UTC)).map(lambda when: when.isoformat().replace("+00:00", "Z")),
    st.datetimes(timezones=st.just(UTC)).map(lambda when: when.isoformat(" ", "milliseconds")),
    st.sampled_from(
        [
            "2026-03-02T14:05:31Z",
            "2026-W10-1T14:05:31Z",
            "2026-03-02T140531.0Z",
            "2026-03-02t14:05:31z",
            "2026-03-02T14:05:31.123456789Z",
            "20260302T140531Z",
            "2026-03-02",
            "2026-03-02T14:05Z",
        ]
    ),
)
DIGITS = st.sampled_from(
    ["", "0", "007", "+5", "1,000", " 12 ", "n/a", "9" * 30, "٣", "-3", "1e3"]
) | st.integers(0, 10**19).map(str)


def optional(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects in which each member is missing, null or valid, and others may be."""
    known = st.fixed_dictionaries({}, optional={name: st.none() | good for name, good in members.items()})
    return st.tuples(st.dictionaries(TEXT, JSON, max_size=3), known).map(
        lambda both: {name: value for name, value in both[0].items() if name not in members} | both[1]
    )


def with_member(name: str, values: st.SearchStrategy[Any], others: st.SearchStrategy[dict[str, Any]]) -> Any:
    return st.tuples(values, others).map(lambda both: {**both[1], name: both[0]})


CHILDREN = with_member(
    "name", TEXT, optional(kinds=st.lists(TEXT | st.sampled_from(["ONE", "TWO"]), max_size=3))
)
THINGS = with_member(
    "id",
    TEXT,
    optional(
        count=INTS,
        ratio=FLOATS | INTS,
        isOn=st.booleans(),
        price=FLOATS | INTS,
        createdAt=DATES,
        dailyCap=DIGITS | INTS,
        kind=TEXT | st.sampled_from(["ONE", "TWO"]),
        tags=st.lists(TEXT, max_size=3),
        child=CHILDREN,
        byName=st.dictionaries(TEXT, CHILDREN, max_size=2),
    ),
)


def canonical(value: Any) -> bytes:
    """JSON in which 5 and 5.0 differ, and the order of members does not matter."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


@given(THINGS)
@example({"id": "", "price": 1e22})
@example({"id": "", "price": -0.0})
@example({"id": "", "price": 2**64 - 1})
@example({"id": "", "createdAt": "2026-W10-1T14:05:31Z"})
@example({"id": "", "createdAt": "2026-03-02T140531.0Z"})
def test_structuring_and_unstructuring_loses_nothing(document: dict[str, Any]) -> None:
    thing = CONVERTER.structure(document, Thing)
    expected = {"tags": [], "byName": {}, **document}
    if document.get("child") is not None:
        expected["child"] = {"kinds": [], **document["child"]}
    if document.get("byName") is not None:
        expected["byName"] = {name: {"kinds": [], **child} for name, child in document["byName"].items()}
    assert canonical(CONVERTER.unstructure(thing)) == canonical(expected)
    again = CONVERTER.structure(CONVERTER.unstructure(thing), Thing)
    assert again == thing


@given(JSON)
def test_any_json_is_read_as_it_is(value: Any) -> None:
    assert canonical(loads(json.dumps(value).encode())) == canonical(value)
    assert canonical(loads(dumps(value))) == canonical(value)


@pytest.mark.fault(46)
@given(st.binary(max_size=60))
def test_no_bytes_do_more_than_raise_a_decode_error(body: bytes) -> None:
    with contextlib.suppress(DecodeError):
        loads(body)


@pytest.mark.fault(44)
@given(st.dictionaries(TEXT, JSON, min_size=1, max_size=4), st.data())
def test_the_same_key_twice_is_refused_wherever_it_is(members: dict[str, Any], data: st.DataObject) -> None:
    twice = data.draw(st.sampled_from(sorted(members)))
    pairs = [*members.items(), (twice, data.draw(JSON))]
    ascii_only = data.draw(st.booleans())
    inside = ",".join(
        f"{json.dumps(key, ensure_ascii=ascii_only)}:{json.dumps(value)}"
        for key, value in data.draw(st.permutations(pairs))
    )
    for body in (f"{{{inside}}}", f'[{{"a":{{{inside}}}}}]'):
        with pytest.raises(DecodeError, match="twice"):
            loads(body.encode())


@pytest.mark.fault(44)
@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"\\u0061":2}',
        b'{"a:":1,"a\\u003a":2}',
        b'{"/":1,"\\/":2}',
        '{"Ā":1,"\\u0100":2}'.encode(),
        b'{"x":{"a":":","a":"\\u003a\\u003a"}}',
    ],
)
def test_however_it_is_spelled(body: bytes) -> None:
    with pytest.raises(DecodeError, match="twice"):
        loads(body)


@pytest.mark.fault(44)
@pytest.mark.parametrize(
    "body",
    [b'{"a:b":"c:d"}', b'{"a":"\\u003a","b":"::"}', b'{"a":{"a":{"a":1}},"b":{"a":1}}', b'":"', b"[]"],
)
def test_what_only_looks_like_it_is_not_refused(body: bytes) -> None:
    assert loads(body) == json.loads(body)


@pytest.mark.fault(42, 43, 45, 46)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"a": ',
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e999",
        b'{"a": -1e999}',
        b"9" * 5000,
        b'{"a":1,"b":' + b"9" * 5000 + b"}",
        b"[" * 300 + b"]" * 300,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'{"\\udc00": 1}',
        b"\xef\xbb\xbf{}",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"01",
        b'"\x00"',
    ],
    ids=lambda body: repr(body[:16]),
)
def test_what_is_no_strict_json_is_a_typed_error(body: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        loads(body)
    assert len(str(caught.value)) < 200


def test_errors_quote_no_value() -> None:
    with pytest.raises(DecodeError) as caught:
        loads(b'{"token": "canary", "token": "canary"}')
    assert "canary" not in str(caught.value)
    for document in ({"id": "x", "count": "canary"}, {"id": "x", "createdAt": "canary"}):
        with pytest.raises(DecodeError) as wrong:
            CONVERTER.structure(document, Thing)
        assert "canary" not in str(wrong.value)


@pytest.mark.fault(41)
@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "expected an object, got an array"),
        (None, "expected an object, got null"),
        ({}, "id: missing"),
        ({"id": None}, "id: missing"),
        ({"id": 7}, "id: expected a string, got an integer"),
        ({"id": True}, "id: expected a string, got a boolean"),
        ({"id": "x", "count": True}, "count: expected an integer, got a boolean"),
        ({"id": "x", "count": 1.0}, "count: expected an integer, got a number"),
        ({"id": "x", "ratio": "1"}, "ratio: expected a number, got a string"),
        ({"id": "x", "isOn": 1}, "isOn: expected a boolean, got an integer"),
        ({"id": "x", "price": "15"}, "price: expected a number, got a string"),
        ({"id": "x", "price": True}, "price: expected a number, got a boolean"),
        ({"id": "x", "createdAt": "yesterday"}, "createdAt: expected a date and time"),
        ({"id": "x", "createdAt": "0001-01-01T00:00:00+14:00"}, "createdAt: expected a date and time"),
        ({"id": "x", "createdAt": 1}, "createdAt: expected a string, got an integer"),
        ({"id": "x", "kind": 1}, "kind: expected a string, got an integer"),
        ({"id": "x", "tags": ["a", None]}, "tags[1]: expected a string, got null"),
        ({"id": "x", "tags": "a"}, "tags: expected an array, got a string"),
        ({"id": "x", "child": []}, "child: expected an object, got an array"),
        (
            {"id": "x", "child": {"name": "y", "kinds": ["ONE", 2]}},
            "child.kinds[1]: expected a string, got an integer",
        ),
        ({"id": "x", "byName": {"TMO": {}}}, "byName['TMO'].name: missing"),
    ],
    ids=str,
)
def test_errors_name_the_path(document: Any, message: str) -> None:
    with pytest.raises(DecodeError) as caught:
        CONVERTER.structure(document, Thing)
    assert str(caught.value) == message


@pytest.mark.fault(41)
@given(JSON)
def test_whatever_comes_is_a_thing_or_a_decode_error(document: Any) -> None:
    with contextlib.suppress(DecodeError):
        CONVERTER.structure(document, Thing)


@pytest.mark.fault(40)
def test_unknown_enum_values_stay() -> None:
    thing = CONVERTER.structure({"id": "x", "kind": "THREE"}, Thing)
    assert thing.kind == "THREE"
    assert thing.kind is not None
    assert not thing.kind.is_recognized


def test_defaults_are_made_afresh() -> None:
    first, second = (CONVERTER.structure({"id": "x"}, Thing) for _ in range(2))
    assert first.by_name == {}
    assert first.by_name is not second.by_name
    assert first.tags == ()


def test_values() -> None:
    thing = CONVERTER.structure(
        {
            "id": "x",
            "price": 15.1,
            "createdAt": "2026-03-02T16:05:31.5+02:00",
            "dailyCap": "1,000",
            "Odd-NAME": "odd",
        },
        Thing,
    )
    assert thing.price == Decimal("15.1")
    assert thing.created_at == datetime(2026, 3, 2, 14, 5, 31, 500_000, tzinfo=UTC)
    assert thing.created_at.tzinfo is UTC
    assert (thing.daily_cap, thing.odd_name) == (1000, "odd")


def test_an_odd_spelling_gives_way_to_a_new_value() -> None:
    thing = CONVERTER.structure({"id": "x", "dailyCap": "007", "count": None}, Thing)
    changed = attrs.evolve(thing, daily_cap=8, count=1)
    assert CONVERTER.unstructure(changed)["dailyCap"] == "8"
    assert CONVERTER.unstructure(changed)["count"] == 1
    assert CONVERTER.unstructure(thing)["dailyCap"] == "007"


@given(st.datetimes(timezones=st.just(UTC)))
def test_datetimes_round_trip(when: datetime) -> None:
    assert parse_datetime(format_datetime(when)) == when


def test_the_converter_is_extended_as_any_other() -> None:
    converter = make_converter()
    converter.register_structure_hook(str, lambda value, _: f"<{value}>")
    register_model(converter, Child)
    assert converter.structure(["a"], list[str]) == ["<a>"]
