"""The rules' words, held against the contract's state machine."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from campaign_reg.enums import Verb, Verdict
from campaign_reg.providers.sinch.sender_id.models import (
    RegistrationDraft,
    RegistrationState,
    RegistrationType,
    RegistrationUpdate,
    RequestDetails,
    SenderIdRegistration,
)
from campaign_reg.providers.sinch.sender_id.rules import RULES, answers_to, mark_of, shows
from tests.support.vendors.sender_id_contract import CONTRACT

MACHINE: dict[str, Any] = CONTRACT["x-state-machines"]["registrationState"]
STATES: dict[str, Any] = MACHINE["states"]


def words(outcome: str) -> set[str]:
    return {name for name, state in STATES.items() if state.get("outcome") == outcome}


def details(*senders: str, **extra: Any) -> tuple[RequestDetails, ...]:
    company = ({"companyName": "Harbor Lane"},)
    named = tuple({"senderId": sender} for sender in senders)
    return (RequestDetails(additional_details=company, sender_id_details=named or None, extra=extra),)


REGISTRATION = SenderIdRegistration(
    id="r1",
    policy_id="p1",
    callback_url="https://hooks.harborlane.example/sinch",
    notification_contacts=("a@harborlane.example", "b@harborlane.example"),
    tags=("#a", "#b"),
    request_details=details("HARBORLANE"),
)


def test_a_creation_follows_the_status() -> None:
    rule = RULES[Verb.CREATE]
    assert rule.creates
    assert rule.in_progress == {name for name, state in STATES.items() if not state["settled"]}
    assert rule.succeeded == words("success")
    assert rule.failed == words("failure")
    assert rule.action_required == words("action-required") | words("needs-dashboard")
    assert rule.in_progress | rule.succeeded | rule.failed | rule.action_required == set(STATES)


def test_only_what_the_contract_names_may_be_deleted() -> None:
    assert RULES[Verb.DELETE].allowed == frozenset(MACHINE["deletable"])
    assert {verb for verb, rule in RULES.items() if rule.gone is Verdict.SUCCEEDED} == {Verb.DELETE}


def test_no_edge_is_refused_and_nothing_is_sent_twice() -> None:
    assert RULES[Verb.UPDATE].allowed is None
    assert not any(rule.resendable for rule in RULES.values())
    assert all(RegistrationState(word).is_recognized for word in RULES[Verb.DELETE].allowed or ())


class TestShows:
    def test_what_is_there_is_as_wanted(self) -> None:
        assert shows(REGISTRATION, REGISTRATION.as_update())

    @pytest.mark.parametrize(
        ("changes", "same"),
        [
            ({"callback_url": "https://other.example/"}, False),
            ({"callback_url": None}, True),
            ({"notification_contacts": ("b@harborlane.example", "a@harborlane.example")}, True),
            ({"notification_contacts": ()}, False),
            ({"notification_contacts": None}, True),
            ({"tags": ("#b", "#a")}, True),
            ({"tags": ("#a",)}, False),
            ({"tags": ("#a", "#b", "#c")}, False),
            ({"request_details": details("OTHER")}, False),
            ({"request_details": details()}, False),
            ({"request_details": None}, True),
            ({"request_details": details("HARBORLANE", new="x")}, False),
            ({"request_details": details("HARBORLANE", new=None)}, True),
        ],
    )
    def test_only_what_is_given_counts(self, changes: dict[str, Any], same: bool) -> None:
        assert shows(REGISTRATION, REGISTRATION.as_update(**changes)) is same

    def test_a_url_that_is_printed_without_its_scheme_is_the_same(self) -> None:
        printed = attrs.evolve(REGISTRATION, callback_url="hooks.harborlane.example/sinch")
        update = printed.as_update()
        assert update.callback_url == "https://hooks.harborlane.example/sinch"
        assert shows(printed, update)
        assert shows(REGISTRATION, update)
        bare = attrs.evolve(REGISTRATION, callback_url=None)
        assert not shows(bare, update)
        assert bare.as_update().callback_url is None

    def test_lists_that_are_missing_and_empty_say_the_same(self) -> None:
        one, other = RequestDetails(), RequestDetails(additional_details=(), sender_id_details=())
        registration = attrs.evolve(REGISTRATION, request_details=(one,))
        assert shows(registration, registration.as_update(request_details=(other,)))


class TestMark:
    def test_policy_and_senders_in_any_order(self) -> None:
        draft = RegistrationDraft(policy_id="p1", request_details=details("B", "A", "B"))
        mark = mark_of(draft)
        assert mark == {"policy": "p1", "senders": '["A", "B"]'}
        assert answers_to(attrs.evolve(REGISTRATION, request_details=details("A", "B")), mark)
        for senders in (("A",), ("A", "B", "C"), (), ("a", "b")):
            assert not answers_to(attrs.evolve(REGISTRATION, request_details=details(*senders)), mark)
        other = attrs.evolve(REGISTRATION, policy_id="p2", request_details=details("A", "B"))
        assert not answers_to(other, mark)

    def test_the_kind_where_it_is_said(self) -> None:
        draft = RegistrationDraft(
            policy_id="p1", request_details=details("A"), registration_type=RegistrationType.SHORT_CODE
        )
        assert mark_of(draft)["type"] == "SHORT_CODE"

    @pytest.mark.parametrize("items", [None, (), ({},), ({"senderId": 5},), ({"senderId": ""},)])
    def test_without_senders_nothing_tells_it_from_others(self, items: Any) -> None:
        draft = RegistrationDraft(policy_id="p1", request_details=(RequestDetails(sender_id_details=items),))
        assert mark_of(draft) == {}


def test_an_update_says_everything() -> None:
    with pytest.raises(TypeError):
        RegistrationUpdate(tags=())  # type: ignore[call-arg]
