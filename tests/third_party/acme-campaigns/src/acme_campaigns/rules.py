"""What create, renew, approve and appeal mean at Acme to those who wait for them.

Source:
    https://docs.acme.example/api/campaigns
"""

from __future__ import annotations

from collections.abc import Mapping

from acme_campaigns.models import AcmeCampaign, Appeal, Approval, CampaignDraft, Renewal
from campaign_reg.enums import Verb
from campaign_reg.protocol.rules import VerbRule

APPEAL = Verb("appeal")  # a verb of Acme's own
_OVER = frozenset({"closed", "declined"})


def is_later(version: str, other: str) -> bool:
    """Revisions count upwards; they are no instants."""
    return version.isdecimal() and other.isdecimal() and int(version) > int(other)


def is_as_wanted(campaign: AcmeCampaign, approval: Approval) -> bool:
    """Whether the advertiser's word on record is the one to be sent."""
    return campaign.sign_off == approval.decision


RULES: Mapping[Verb, VerbRule] = {
    # Never sent again: a lost one is found by the reference that it carried, or stays unknown.
    Verb.CREATE: VerbRule(
        verb=Verb.CREATE,
        params=CampaignDraft,
        creates=True,
        in_progress=frozenset({"in-review"}),
        succeeded=frozenset({"running"}),
        failed=_OVER,
        is_later=is_later,
    ),
    # Every renewal moves the revision at once: where that stands still, the renewal was not applied.
    Verb.RENEW: VerbRule(
        verb=Verb.RENEW,
        params=Renewal,
        allowed=frozenset({"paused"}),
        in_progress=frozenset({"resuming"}),
        succeeded=frozenset({"running"}),
        failed=_OVER,
        ended=_OVER,
        is_later=is_later,
        resendable=True,
        resend_within_seconds=600.0,  # later it may have run dry once more: that would be a second renewal
    ),
    # The campaign itself shows the answer, so that no word of its status matters.
    Verb.APPROVE: VerbRule(
        verb=Verb.APPROVE,
        params=Approval,
        wanted=is_as_wanted,
        ended=_OVER,
        is_later=is_later,
    ),
    # Acme hears each appeal once: a campaign whose appeal fails is closed.
    APPEAL: VerbRule(
        verb=APPEAL,
        params=Appeal,
        allowed=frozenset({"declined"}),
        in_progress=frozenset({"appealed"}),
        succeeded=frozenset({"running"}),
        failed=frozenset({"closed"}),
        ended=frozenset({"closed"}),
        is_later=is_later,
    ),
}
