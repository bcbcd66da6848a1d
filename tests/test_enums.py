"""Words that keep values a vendor adds after our release."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_reg.enums import Evidence, OpenEnum, Verb, Verdict


class Colour(OpenEnum):
    RED = "RED"
    DARK_BLUE = "DARK_BLUE"


@given(st.text().filter(lambda text: text not in {"RED", "DARK_BLUE"}))
def test_an_unknown_value_is_the_raw_string(value: str) -> None:
    colour = Colour(value)
    assert colour == value
    assert value == colour
    assert hash(colour) == hash(value)
    assert (str(colour), colour.value, f"{colour}") == (value, value, value)
    assert {value: 1}[colour] == 1
    assert {value, colour} == {value}
    assert isinstance(colour, Colour)
    assert not colour.is_recognized
    assert colour.name == "UNRECOGNIZED"
    assert colour == Colour(value)
    assert json.loads(json.dumps(colour)) == value


def test_a_known_value_is_its_member() -> None:
    assert Colour("RED") is Colour.RED
    assert Colour.RED.is_recognized
    assert Colour.RED == "RED"


def test_unknown_values_do_not_join_the_class() -> None:
    Colour("GREEN")
    assert [*Colour] == [Colour.RED, Colour.DARK_BLUE]
    assert Colour("GREEN") != Colour("BLUE")


@pytest.mark.parametrize("value", [None, 7, True, b"RED", ["RED"]])
def test_what_is_no_text_is_no_colour(value: Any) -> None:
    with pytest.raises(ValueError):
        Colour(value)


@pytest.mark.parametrize("value", ["RED", "GREEN"])
def test_it_is_copied_and_pickled(value: str) -> None:
    for again in (pickle.loads(pickle.dumps(Colour(value))), copy.deepcopy(Colour(value))):
        assert again == value
        assert isinstance(again, Colour)


def test_a_verb_of_a_provider_s_own() -> None:
    appeal = Verb("appeal")
    assert appeal.writes
    assert not appeal.is_recognized
    assert {appeal: 1}[Verb("appeal")] == 1
    assert {appeal} | {Verb("appeal"), pickle.loads(pickle.dumps(appeal))} == {"appeal"}
    assert sorted([Verb.RENEW, appeal, Verb.CREATE]) == ["appeal", "create", "renew"]
    assert Verb("create") is Verb.CREATE
    assert appeal not in list(Verb)


def test_verbs_that_write() -> None:
    assert {verb for verb in Verb if not verb.writes} == {Verb.GET, Verb.LIST, Verb.FEEDBACK}


def test_the_promised_words() -> None:
    assert {*Verdict} == {"succeeded", "failed", "action_required", "unknown", "cancelled", "skipped"}
    assert {*Evidence} == {"acknowledged", "observed", "inferred"}
