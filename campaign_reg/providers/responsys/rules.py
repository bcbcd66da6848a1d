"""What Responsys' writing verbs mean to those who wait for them.

Neither a campaign nor its approval has anything that moves with every change, so that a write whose answer was lost is
never sent again: it is seen as wanted, or it stays unknown.

Source:
    https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/AdvancedAPI/api-v1.3-approvals-campaigns-campaignName-put.htm
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from campaign_reg.enums import Verb
from campaign_reg.models.finding import Finding, Severity
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.providers.responsys.approval_models import Approval, CampaignApproval
from campaign_reg.providers.responsys.codec import shows
from campaign_reg.providers.responsys.models import (
    CampaignChanges,
    CampaignDraft,
    CampaignFields,
    UnsubscribeOption,
)

LONGEST_NAME = 150
_ALPHABET = re.compile(r"[A-Za-z0-9 !\-=@_\[\]{}]*")
_STORED = "stored"


def _stored(reading: Reading) -> str:
    """A campaign that can be read is stored; `campaignStatus` says nothing of creates and updates."""
    return _STORED


def _is_approved(campaign: object, approval: Approval) -> bool:
    return isinstance(campaign, CampaignApproval) and campaign.approval_status == approval.status


RULES: Mapping[Verb, VerbRule] = {
    Verb.CREATE: VerbRule(
        verb=Verb.CREATE,
        params=CampaignDraft,
        creates=True,
        word=_stored,
        succeeded=frozenset({_STORED}),
    ),
    Verb.UPDATE: VerbRule(verb=Verb.UPDATE, params=CampaignChanges, word=_stored, wanted=shows),
    Verb.APPROVE: VerbRule(verb=Verb.APPROVE, params=Approval, wanted=_is_approved),
}


def findings(params: object) -> Iterator[Finding]:
    """What the vendor would refuse, or may.

    Source:
        https://docs.oracle.com/en/cloud/saas/marketing/responsys-user/CampaignWizName.htm
    """
    if isinstance(params, CampaignDraft):
        yield from _of_name(params.name)
    if not isinstance(params, CampaignFields):
        return
    if params.track_conversions and params.enable_link_tracking is False:
        yield Finding(
            code="responsys.conversions_without_links",
            field="track_conversions",
            text="conversions are counted by links, which are not tracked",
            advice="set enable_link_tracking as well",
            severity=Severity.ADVICE,
        )
    if params.unsubscribe_option == UnsubscribeOption.OPTOUT_FORM and not params.unsubscribe_form_name:
        yield Finding(
            code="responsys.optout_without_form",
            field="unsubscribe_form_name",
            text="OPTOUT_FORM is for a form, and none is named",
            advice="name the form",
            severity=Severity.ADVICE,
        )


def _of_name(name: str) -> Iterator[Finding]:
    if len(name) > LONGEST_NAME:
        yield Finding(
            code="responsys.name_too_long",
            field="name",
            text=f"{len(name)} characters: Responsys takes at most {LONGEST_NAME}",
            advice="shorten it",
            severity=Severity.ERROR,
        )
    if _ALPHABET.fullmatch(name) is None:
        yield Finding(
            code="responsys.name_alphabet",
            field="name",
            text="a character that Responsys does not list for names",
            advice="keep to letters and digits of ASCII, blanks and ! - = @ _ [ ] { }",
            severity=Severity.ADVICE,
        )
