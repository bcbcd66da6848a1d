"""What is refused, or pointed out, before anything is sent."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from campaign_reg.errors import InvalidInputError
from campaign_reg.models.finding import Severity
from campaign_reg.providers.sinch.sender_id.lint import findings_of
from campaign_reg.providers.sinch.sender_id.models import (
    Deletion,
    RegistrationDraft,
    RegistrationUpdate,
    RequestDetails,
)

DETAILS = (RequestDetails(sender_id_details=({"senderId": "HARBORLANE"},)),)
DRAFT = RegistrationDraft(
    policy_id="p1",
    request_details=DETAILS,
    callback_url="https://hooks.harborlane.example/sinch",
    tags=("#retail", "#e-mea2"),
)
WHOLE = RegistrationUpdate(
    callback_url="https://hooks.harborlane.example/sinch",
    notification_contacts=(),
    request_details=DETAILS,
    tags=("#retail",),
)
MANY = (RequestDetails(sender_id_details=tuple({"senderId": f"S{n}"} for n in range(51))),)


@pytest.mark.parametrize("params", [DRAFT, WHOLE, Deletion(), None])
def test_nothing_to_find(params: object) -> None:
    assert findings_of(params) == ()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"callback_url": "http://hooks.harborlane.example"}, "callback-url", "callback_url"),
        ({"callback_url": "https://10.0.0.1/x"}, "callback-url", "callback_url"),
        ({"callback_url": ""}, "callback-url", "callback_url"),
        ({"tags": ("#good", "bad")}, "tag-form", "tags"),
        ({"tags": ("#a_b",)}, "tag-form", "tags"),
        ({"tags": ("#",)}, "tag-form", "tags"),
        ({"tags": ("#a\n",)}, "tag-form", "tags"),
        ({"request_details": ()}, "details-missing", "request_details"),
        ({"request_details": MANY}, "too-many-senders", "request_details"),
    ],
)
@pytest.mark.parametrize("params", [DRAFT, WHOLE], ids=["draft", "update"])
def test_what_breaks_a_limit(params: Any, changes: dict[str, Any], code: str, field: str) -> None:
    [finding] = findings_of(attrs.evolve(params, **changes))
    assert (finding.code, finding.field, finding.severity) == (code, field, Severity.ERROR)
    assert finding.text
    assert finding.advice


def test_fifty_senders_are_not_too_many() -> None:
    fifty = (RequestDetails(sender_id_details=(MANY[0].sender_id_details or ())[1:]),)
    assert findings_of(attrs.evolve(DRAFT, request_details=fifty)) == ()


def test_a_draft_without_a_policy() -> None:
    [finding] = findings_of(attrs.evolve(DRAFT, policy_id=" "))
    assert finding.code == "policy-missing"


def test_all_of_it_at_once() -> None:
    draft = attrs.evolve(DRAFT, policy_id="", tags=("a", "b"), callback_url="x")
    codes = [finding.code for finding in findings_of(draft)]
    assert codes == ["policy-missing", "callback-url", "tag-form", "tag-form"]


@pytest.mark.parametrize("member", ["callback_url", "notification_contacts", "request_details", "tags"])
def test_what_an_update_leaves_out_is_pointed_out(member: str) -> None:
    [finding] = findings_of(attrs.evolve(WHOLE, **{member: None}))
    assert (finding.code, finding.field, finding.severity) == ("left-out", member, Severity.ADVICE)


def test_an_update_that_says_nothing() -> None:
    nothing = RegistrationUpdate(
        callback_url=None, notification_contacts=None, request_details=None, tags=None
    )
    [finding] = findings_of(nothing)
    assert (finding.code, finding.severity) == ("nothing-to-change", Severity.ERROR)


@pytest.mark.parametrize(
    "changes",
    [
        {"tags": "#retail"},
        {"tags": ["#retail"]},
        {"tags": ("#retail", 5)},
        {"notification_contacts": "a@harborlane.example"},
        {"request_details": ({"senderIdDetails": []},)},
        {"request_details": DETAILS[0]},
        {"callback_url": 5},
        {"callback_url": b"https://hooks.harborlane.example"},
    ],
)
@pytest.mark.parametrize("params", [DRAFT, WHOLE], ids=["draft", "update"])
def test_members_of_the_wrong_form(params: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(changes))):
        attrs.evolve(params, **changes)
