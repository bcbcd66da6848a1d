"""What the verbs mean, as data, and what is pointed out before sending."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.models.finding import Severity
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.verdicts import judge
from campaign_reg.providers.responsys.approval_models import Approval, ApprovalStatus, CampaignApproval
from campaign_reg.providers.responsys.models import (
    CampaignChanges,
    CampaignDraft,
    ResponsysCampaign,
    UnsubscribeOption,
)
from campaign_reg.providers.responsys.rules import RULES, findings

AT = datetime(2026, 4, 10, 8, tzinfo=UTC)


def approval(status: str) -> Reading:
    campaign = CampaignApproval(campaign_name="Spring", approval_status=ApprovalStatus(status))
    return Reading(target="Spring", version=None, status=status, taken_at=AT, campaign=campaign)


def stored(**members: Any) -> Reading:
    campaign = ResponsysCampaign(name="Spring", **members)
    return Reading(target="Spring", version=None, status="", taken_at=AT, campaign=campaign)


def test_nothing_is_ever_sent_again() -> None:
    assert set(RULES) == {Verb.CREATE, Verb.UPDATE, Verb.APPROVE}
    assert not any(rule.resendable for rule in RULES.values())


@pytest.mark.parametrize("wanted", list(ApprovalStatus))
@pytest.mark.parametrize("before", [*ApprovalStatus, "SOMETHING_NEW"])
def test_an_approval_is_sent_from_every_state_but_the_wanted_one(wanted: str, before: str) -> None:
    rule, params = RULES[Verb.APPROVE], Approval(status=ApprovalStatus(wanted))
    refusal = rule.refuses(rule.compare(approval(before), params))
    assert (refusal is None) == (before != wanted)
    if refusal is not None:
        assert (refusal.verdict, refusal.reason) == (Verdict.SKIPPED, "already as wanted")


def test_a_lost_approval_is_judged_by_the_state_alone() -> None:
    rule, params = RULES[Verb.APPROVE], Approval()

    def verdict(after: str) -> Any:
        preimage, later = (rule.compare(approval(s), params) for s in ("NEEDS_APPROVAL", after))
        return judge(rule, preimage, [later], acknowledged=False)

    seen = verdict("APPROVED")
    assert (seen.verdict, seen.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)
    assert verdict("REJECTED") is None
    assert verdict("NEEDS_APPROVAL") is None
    assert verdict("SOMETHING_NEW") is None


def test_a_lost_update_is_judged_by_the_fields_alone() -> None:
    rule, params = RULES[Verb.UPDATE], CampaignChanges(subject="new")

    def verdict(**members: Any) -> Any:
        preimage, later = (rule.compare(r, params) for r in (stored(subject="old"), stored(**members)))
        return judge(rule, preimage, [later], acknowledged=False)

    seen = verdict(subject="new", locale="en")
    assert (seen.verdict, seen.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)
    assert verdict(subject="newer") is None
    assert verdict(subject="old") is None


def test_a_lost_create_is_proven_by_being_there() -> None:
    rule = RULES[Verb.CREATE]
    preimage = attrs.evolve(Reading.gone("", AT), vendor_time=AT)
    seen = judge(rule, preimage, [stored()], acknowledged=False)
    assert seen is not None
    assert (seen.verdict, seen.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)
    refusal = rule.refuses(stored())
    assert refusal is not None
    assert refusal.verdict is Verdict.SKIPPED


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Spring_Launch", []),
        ("[TEST] Spring {a}! -=@_ 9", []),
        ("Größe", ["responsys.name_alphabet"]),
        ("a/b", ["responsys.name_alphabet"]),
        ("a\n", ["responsys.name_alphabet"]),
        ("x" * 150, []),
        ("x" * 151, ["responsys.name_too_long"]),
    ],
)
def test_names(name: str, codes: list[str]) -> None:
    found = list(findings(CampaignDraft(name=name, folder_name="F")))
    assert [finding.code for finding in found] == codes
    assert all((f.severity is Severity.ERROR) == f.code.endswith("too_long") for f in found)


def test_members_that_need_each_other() -> None:
    changes = CampaignChanges(
        track_conversions=True, enable_link_tracking=False, unsubscribe_option=UnsubscribeOption.OPTOUT_FORM
    )
    found = list(findings(changes))
    assert [finding.field for finding in found] == ["track_conversions", "unsubscribe_form_name"]
    assert {finding.severity for finding in found} == {Severity.ADVICE}
    assert not list(findings(CampaignChanges(track_conversions=True)))
    assert not list(findings(Approval()))
