"""The failed rows as an input again: what is written is what is read, for every verb of every provider."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any, get_args, get_origin

import attrs
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from campaign_reg.cli.batch.failed_rows import NOTES
from campaign_reg.cli.batch.input_formats import (
    CsvTable,
    JsonLines,
    Record,
    csv_record,
    csv_records,
    neutral,
    original,
)
from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.backend import Backend
from campaign_reg.protocol.params import make_params, params_to_text, plain_params
from campaign_reg.providers.registry import load

PROVIDERS = ("sinch", "sinch-senderid", "rcs", "responsys")

# Values that a rule of the vendor's narrows down, by the name of their member.
NARROW: Mapping[str, st.SearchStrategy[Any]] = {
    "mnos": st.lists(st.sampled_from(["ATT", "TMO", "USC", "VZW"]), min_size=1),
    "number": st.from_regex(r"\+?[0-9]{9,15}", fullmatch=True),
    "phone": st.from_regex(r"\+?[0-9]{9,15}", fullmatch=True),
    "phones": st.lists(
        st.fixed_dictionaries(
            {"number": st.from_regex(r"\+[0-9]{9,15}", fullmatch=True)},
            optional={"reference_id": st.text(string.ascii_letters, min_size=1, max_size=9)},
        ),
        min_size=1,
        max_size=3,
    ),
    "status": st.sampled_from(["APPROVED", "REJECTED", "NEEDS_APPROVAL", "APPROVAL_NOT_REQUIRED"]),
    "reference_id": st.text(string.ascii_letters, min_size=1, max_size=32),
}
# Where both are there, a vendor refuses them.
EITHER = (("phones", "groups"), ("text", "cards"), ("url", "phone"), ("validity_hours", "validity_seconds"))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "=1+1",
        "+12025550123",
        "-5",
        "@x",
        "'=x",
        "''",
        "a|b",
        "a,b",
        '["a"]',
        "{}",
        "true",
        " x ",
        "a\nb",
        '"',
        "#a",
    ]
)


def kinds() -> Iterator[Any]:
    """Every class of parameters that a row may have."""
    for name in PROVIDERS:
        backend = load(name).backend
        assert isinstance(backend, type)
        assert issubclass(backend, Backend)
        for verb, rule in backend.rules.items():
            yield pytest.param(rule.params, id=f"{name} {verb}")


KINDS = list(kinds())


def kind_of(name: str) -> type[Any]:
    found: type[Any] = next(param.values[0] for param in KINDS if param.id == name)
    return found


def plain(kind: Any, name: str = "") -> st.SearchStrategy[Any]:
    """Plain values of a type, as JSON has them."""
    if name in NARROW:
        return NARROW[name]
    origin, args = get_origin(kind), get_args(kind)
    if args and NoneType in args:
        [inner] = [arg for arg in args if arg is not NoneType]
        return plain(inner, name)
    if origin is tuple:
        return st.lists(plain(args[0]), max_size=3)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return st.dictionaries(texts, plain(args[1]) if args[1] is not Any else texts, max_size=2)
    if attrs.has(kind):
        return members(kind)
    return SIMPLE[next(base for base in SIMPLE if issubclass(kind, base))]


SIMPLE: Mapping[type, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False).map(str),
    datetime: st.datetimes().map(datetime.isoformat),
    date: st.dates().map(date.isoformat),
    str: texts,
}


def members(kind: Any) -> st.SearchStrategy[dict[str, Any]]:
    fields = attrs.fields(attrs.resolve_types(kind))
    made = {field.name: plain(field.type, field.name) for field in fields}
    needed = {field.name for field in fields if field.default is attrs.NOTHING}
    return st.fixed_dictionaries(
        {name: made[name] for name in needed},
        optional={name: value for name, value in made.items() if name not in needed},
    ).map(only_one_of_two)


def only_one_of_two(values: dict[str, Any]) -> dict[str, Any]:
    beside = {second for first, second in EITHER if values.get(first)}
    return {name: value for name, value in values.items() if name not in beside}


def written(kind: type[Any], params: Any) -> tuple[list[str], str]:
    """A header, and the record of one row as the command writes it."""
    cells = params_to_text(kind, plain_params(params))
    names = ["id", *cells, *NOTES]
    return names, csv_record(["+row", *cells.values(), *("" for _ in NOTES)])


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
def test_what_a_cell_holds_is_read_back_as_the_same(
    tmp_path_factory: pytest.TempPathFactory, kind: type[Any], data: st.DataObject
) -> None:
    try:
        params = make_params(kind, data.draw(members(kind)))
    except (InvalidInputError, ValueError):
        assume(False)
    try:
        names, text = written(kind, params)
    except InvalidInputError as error:
        assert "cannot be a cell" in str(error)  # noqa: PT017
        assert any(map(has_no_cell, plain_params(params).values()))
        return
    path = tmp_path_factory.getbasetemp() / "corrected.csv"
    path.write_bytes(text.encode())
    [record] = csv_records(path)
    form = CsvTable(tuple(names), kind)
    row, cells = form.read(record)
    assert row == "+row"
    assert make_params(kind, form.params(cells)) == params


def has_no_cell(value: Any) -> bool:
    """Whether it is one of the values for which there is no cell."""
    return value is None or (
        isinstance(value, str) and (value != value.strip() or not value or "\0" in value)
    )


@pytest.mark.fault(75)
@given(texts)
@example("'=1")
@example("''+x")
@example("\t")
def test_a_neutral_cell_begins_no_formula_and_loses_nothing(cell: str) -> None:
    """Row 75."""
    assert not neutral(cell).startswith(tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20"))
    assert original(neutral(cell)) == cell


def test_several_values_are_written_the_way_people_write_them() -> None:
    assert params_to_text(kind_of("sinch resubmit"), {"mnos": ["ATT", "TMO"]}) == {"mnos": "ATT|TMO"}
    assert params_to_text(kind_of("rcs create"), {"groups": [7, 8]}) == {"groups": "7|8"}
    assert params_to_text(None, {"groups": [7, 8], "text": "a"}) == {"groups": "[7, 8]", "text": "a"}


def test_an_apostrophe_of_ones_own_stays_in_a_file_of_ones_own() -> None:
    kind = kind_of("sinch resubmit")
    record = Record(2, "'+x,failed", ("'+x", "failed"))
    assert CsvTable(("id", "#mine"), kind).read(record)[0] == "'+x"
    assert CsvTable(("id", "#verdict"), kind).read(record)[0] == "+x"


def test_notes_are_left_out() -> None:
    kind = kind_of("sinch resubmit")
    form = CsvTable(("#a", "id", "mnos", "#verdict"), kind)
    assert form.columns == ("id", "mnos")
    cells = ("x", "ID", "TMO", "failed")
    assert form.read(Record(2, ",".join(cells), cells)) == ("ID", {"mnos": "TMO"})
    line = Record(1, '{"id": "ID", "mnos": ["TMO"], "#reasons": []}')
    assert JsonLines().read(line) == ("ID", {"mnos": ["TMO"]})
