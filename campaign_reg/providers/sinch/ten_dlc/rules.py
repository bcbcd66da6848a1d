"""What the campaign API's writing verbs mean to those who wait for them.

`status` and `lastActionStatus` are independent: an action is followed by `lastActionStatus`, which describes only the
newest one, so that a settled word may be left over from last year's.

Source:
    https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationservice_resubmitcampaignregistration.md
"""

from __future__ import annotations

from collections.abc import Mapping

from campaign_reg.enums import Verb, Verdict
from campaign_reg.models.reading import Reading
from campaign_reg.models.terms import TermsOrder
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.providers.sinch.ten_dlc.codec import version_time
from campaign_reg.providers.sinch.ten_dlc.models import (
    BrandTier,
    CampaignDraft,
    Deletion,
    LastActionStatus,
    Mno,
    Resubmission,
)

_DELETE = frozenset({"DELETE_IN_PROGRESS", "DELETE_SUCCESSFUL", "DELETE_FAILED"})
_RESUBMIT = frozenset({"RESUBMIT_IN_PROGRESS", "RESUBMIT_SUCCESSFUL", "RESUBMIT_FAILED"})
_BUSY = frozenset({"CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "RESUBMIT_IN_PROGRESS"})
_IDLE = frozenset(word.value for word in LastActionStatus) - _BUSY

# brandDailyCap is null under tier UNCAPPED, and only there does null mean "best".
ORDER = TermsOrder(
    ladders={"brand_tier": tuple(tier.value for tier in BrandTier)},
    numeric=frozenset({"tpm", "brand_daily_cap"}),
    unlimited={"brand_daily_cap": ("brand_tier", "UNCAPPED")},
)


def _action_status(reading: Reading) -> str:
    return reading.action_status


def _operators(resubmission: Resubmission) -> tuple[str, ...]:
    return tuple(operator.value for operator in resubmission.mnos or Mno)


RULES: Mapping[Verb, VerbRule] = {
    Verb.RESUBMIT: VerbRule(
        verb=Verb.RESUBMIT,
        params=Resubmission,
        word=_action_status,
        busy=_BUSY,
        idle=_IDLE,
        in_progress=frozenset({"RESUBMIT_IN_PROGRESS"}),
        succeeded=frozenset({"RESUBMIT_SUCCESSFUL"}),
        failed=frozenset({"RESUBMIT_FAILED"}),
        overtaken=_DELETE,
        ended=frozenset({"EXPIRED"}),
        version_time=version_time,
        resendable=True,
        order=ORDER,
        operators=_operators,
    ),
    Verb.DELETE: VerbRule(
        verb=Verb.DELETE,
        params=Deletion,
        word=_action_status,
        busy=_BUSY,
        idle=_IDLE,
        in_progress=frozenset({"DELETE_IN_PROGRESS"}),
        succeeded=frozenset({"DELETE_SUCCESSFUL"}),
        failed=frozenset({"DELETE_FAILED"}),
        overtaken=_RESUBMIT,
        ended=frozenset({"EXPIRED"}),
        gone=Verdict.SUCCEEDED,
        version_time=version_time,
        order=ORDER,
    ),
    Verb.CREATE: VerbRule(
        verb=Verb.CREATE,
        params=CampaignDraft,
        creates=True,
        in_progress=frozenset({"SINCH_REVIEW", "SINCH_APPROVED", "SUBMITTED"}),
        succeeded=frozenset({"APPROVED", "ACTIVE"}),
        failed=frozenset({"SINCH_REJECTED", "REJECTED", "SUBMISSION_FAILED", "EXPIRED"}),
        version_time=version_time,
        order=ORDER,
    ),
}
