"""What create and renew mean to those who wait for them.

Source:
    https://telcowwt.com/documentations/rest-api/rcs-api/restore-rcs-campaigns/
    https://telcowwt.com/documentations/rest-api/rcs-api/canceling-an-rcs-campaign/
"""

from __future__ import annotations

from collections.abc import Mapping

from campaign_reg.enums import Verb
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.providers.rcs.codec import sent_of
from campaign_reg.providers.rcs.drafts import CampaignDraft, Renewal

RESUMED = frozenset({"sending", "done"})
STOPPABLE = frozenset({"moderation", "scheduled", "sending", "paused"})

_BEFORE_SENDING = frozenset({"creation", "moderation"})
_OVER = frozenset({"stopped", "spam"})
# After that it may have run dry once more, and sending it again would be a second renew.
_RESEND_RENEW_WITHIN_SECONDS = 600.0


def is_later(version: str, other: str) -> bool:
    """Whether more messages have left than in the other version; readings for a renew count what only grows."""
    mine, its = sent_of(version), sent_of(other)
    return mine is not None and its is not None and mine > its


RULES: Mapping[Verb, VerbRule] = {
    # The first answer may say "done" of a campaign that has not begun: only a reading counts. Paused is a campaign that
    # was made and ran out of funds.
    Verb.CREATE: VerbRule(
        verb=Verb.CREATE,
        params=CampaignDraft,
        creates=True,
        in_progress=_BEFORE_SENDING,
        succeeded=frozenset({"scheduled", "sending", "done"}),
        failed=_OVER,
        action_required=frozenset({"paused"}),
    ),
    # The status after a renew is not documented; one of those before sending shows that it was taken: wait.
    # Paused counts only with more messages sent than before: it ran dry again.
    Verb.RENEW: VerbRule(
        verb=Verb.RENEW,
        params=Renewal,
        allowed=frozenset({"paused"}),
        in_progress=_BEFORE_SENDING | {"scheduled"},
        succeeded=RESUMED,
        failed=_OVER,
        action_required=frozenset({"paused"}),
        is_later=is_later,
        resendable=True,
        resend_within_seconds=_RESEND_RENEW_WITHIN_SECONDS,
    ),
}
