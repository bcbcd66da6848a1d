"""Sinch's campaigns as a state machine over the virtual clock; no HTTP in here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.clock import rfc3339
from campaign_reg.sandbox.sinch.bodies import MNO_KEYS
from campaign_reg.sandbox.sinch.samples import (
    DAY_SECONDS,
    MOCK_BRAND_ID,
    TEXTS,
    UPPER_ALPHANUMERIC,
    Fate,
    downgrade,
    draw_reasons,
    draw_terms,
    draw_ulid,
    operator_terms,
    sample_campaign,
)
from campaign_reg.sandbox.versions import History, Version

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    from campaign_reg.sandbox.clock import VirtualClock

AFTER_REVIEW = (
    "campaignId",
    "billedDate",
    "monthlyFee",
    "setupFee",
    "mnoMetadata",
    "nextRenewalOrExpirationDate",
)
ECHOED = (*TEXTS, "campaignName", "brandId", "useCase", "subUseCases", "autoRenewal", "sample4")


class Campaign(History):
    """One campaign: its recent versions, its fate, and what the vendor keeps next to it.

    Attributes:
        held: True until the last attachment submits the campaign.
        files: Category of each stored file.
        reasons: Feedback of the last refusal.
    """

    def __init__(self, fate: Fate, first: Version, *, held: bool = False) -> None:
        super().__init__(first)
        self.fate = fate
        self.held = held
        self.files: list[int] = []
        self.reasons: dict[str, list[dict[str, str]]] = {}


class CampaignRegister:
    """All campaigns of the account, and the moves they make.

    Attributes:
        reject_share: Probability that a campaign created by a client is refused.
        settle_seconds: From and to, in virtual seconds: how long its creation takes.
    """

    def __init__(self, clock: VirtualClock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self.by_id: dict[str, Campaign] = {}
        self.by_tcr_id: dict[str, Campaign] = {}
        self.reject_share = 0.0
        self.settle_seconds = (1.0, 4.0)

    def seed(self, rng: random.Random, fate: Fate, status: str, last_action: str) -> str:
        """Put in one campaign that was there before; an action under way goes on."""
        campaign_id, tcr_id = self._draw_id(rng), self._draw_tcr_id(rng)
        now = self._clock.timestamp()
        members = sample_campaign(rng, len(self.by_id) + 1, campaign_id, tcr_id, now)
        members |= {"status": status, "lastActionStatus": last_action}
        campaign = Campaign(fate, Version(float("-inf"), members))
        self.by_id[campaign_id] = campaign
        if last_action == "CREATE_IN_PROGRESS":
            members |= {"status": "SINCH_REVIEW"}
            for unknown_before_review in AFTER_REVIEW:
                del members[unknown_before_review]
        else:
            self.by_tcr_id[tcr_id] = campaign
        if last_action.endswith("_FAILED"):
            campaign.reasons = draw_reasons(fate)
        elif last_action == "RESUBMIT_IN_PROGRESS":
            self._after(campaign, now, 1.0, lambda at: self._end_resubmit(campaign, at, ()))
        elif last_action == "DELETE_IN_PROGRESS":
            self._after(campaign, now, 1.0, lambda at: self._end_delete(campaign, at))
        elif last_action == "CREATE_IN_PROGRESS":
            self._begin_review(campaign, now)
        return campaign_id

    def create(self, at: float, body: Mapping[str, Any]) -> str:
        """Take in a new campaign; with attachments it waits for the last of them."""
        campaign_id = self._draw_id(self._rng)
        members = {name: body[name] for name in ECHOED if name in body}
        members |= {
            "campaignRegistrationId": campaign_id,
            "createDate": rfc3339(at),
            "modifiedDate": rfc3339(at),
            "createdBy": "API",
            "modifiedBy": "API",
            "status": "SINCH_REVIEW",
            "lastActionStatus": "CREATE_IN_PROGRESS",
            "mock": body["brandId"] == MOCK_BRAND_ID,
        }
        fate = Fate(
            rejected=self._rng.random() < self.reject_share,
            downgraded=False,
            settle_seconds=self._rng.uniform(*self.settle_seconds),
            dice=self._rng.getrandbits(32),
        )
        campaign = Campaign(fate, Version(at, members), held=body.get("attachments", False))
        self.by_id[campaign_id] = campaign
        if not campaign.held:
            self._begin_review(campaign, at)
        return campaign_id

    def release(self, campaign: Campaign, at: float) -> None:
        """Submit a campaign that waited for its attachments."""
        if campaign.held:
            campaign.held = False
            self._begin_review(campaign, at)

    def resubmit(self, campaign: Campaign, at: float, mnos: Sequence[str]) -> None:
        """Send a campaign to operators again; one already under way starts again.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationservice_resubmitcampaignregistration.md
        """
        self.change(campaign, at, lastActionStatus="RESUBMIT_IN_PROGRESS")
        self._after(campaign, at, 1.0, lambda due: self._end_resubmit(campaign, due, mnos))

    def delete(self, campaign: Campaign, at: float) -> None:
        """Take a campaign out of service for good.

        Source:
            https://developers.sinch.com/docs/10dlc-registration/api-reference/10dlc-registration/10dlc-campaign-registration/campaignregistrationexternalservice_deletecampaign.md
        """
        self.change(campaign, at, lastActionStatus="DELETE_IN_PROGRESS")
        self._after(campaign, at, 1.0, lambda due: self._end_delete(campaign, due))

    def change(self, campaign: Campaign, at: float, **members: object) -> None:
        """Replace members; modifiedDate moves, by whole seconds."""
        stamp: dict[str, object] = {"modifiedDate": rfc3339(at)}
        campaign.change(at, **stamp | members)

    def _after(self, campaign: Campaign, at: float, share: float, event: Callable[[float], None]) -> None:
        """Carry out `event` when a share of the settle time has passed, unless overtaken."""
        due = at + share * campaign.fate.settle_seconds
        self._clock.call_at(due, campaign.begin(event))

    def _end_resubmit(self, campaign: Campaign, at: float, mnos: Sequence[str]) -> None:
        if campaign.fate.rejected:
            campaign.reasons = draw_reasons(campaign.fate)
            self.change(campaign, at, lastActionStatus="RESUBMIT_FAILED")
            return
        keys = [MNO_KEYS[mno] for mno in (mnos or MNO_KEYS)]
        terms = dict(campaign.newest.members.get("mnoMetadata", {}))
        if campaign.fate.downgraded:
            worse = downgrade(terms, keys, campaign.fate.dice)
            # Once: a campaign does not sink further each time it is resubmitted.
            campaign.fate.downgraded = not worse
            terms |= worse
        terms |= {key: operator_terms(key) for key in keys if key not in terms}
        campaign.reasons = {}
        self.change(campaign, at, mnoMetadata=terms, lastActionStatus="RESUBMIT_SUCCESSFUL")

    def _end_delete(self, campaign: Campaign, at: float) -> None:
        self.change(campaign, at, status="EXPIRED", lastActionStatus="DELETE_SUCCESSFUL")

    def _begin_review(self, campaign: Campaign, at: float) -> None:
        self._after(campaign, at, 1 / 3, lambda due: self._end_review(campaign, due))

    def _end_review(self, campaign: Campaign, at: float) -> None:
        """Pass Sinch's own review, or fail it when the reasons are Sinch's alone."""
        reasons = draw_reasons(campaign.fate)
        if campaign.fate.rejected and not reasons["tcrErrorResponse"]:
            campaign.reasons = reasons
            self.change(campaign, at, status="SINCH_REJECTED", lastActionStatus="CREATE_FAILED")
            return
        renewal = rfc3339(at + 92 * DAY_SECONDS)
        self.change(
            campaign,
            at,
            status="SINCH_APPROVED",
            billedDate=rfc3339(at),
            monthlyFee=1.5,
            setupFee=15.0,
            nextRenewalOrExpirationDate=renewal,
        )
        self._after(campaign, at, 1 / 3, lambda due: self._submit(campaign, due))

    def _submit(self, campaign: Campaign, at: float) -> None:
        """Hand over to TCR, whose id exists from here on."""
        tcr_id = campaign.newest.members.get("campaignId") or self._draw_tcr_id(self._rng)
        self.by_tcr_id[tcr_id] = campaign
        self.change(campaign, at, status="SUBMITTED", campaignId=tcr_id)
        self._after(campaign, at, 1 / 3, lambda due: self._end_creation(campaign, due))

    def _end_creation(self, campaign: Campaign, at: float) -> None:
        if campaign.fate.rejected:
            campaign.reasons = draw_reasons(campaign.fate)
            self.change(campaign, at, status="REJECTED", lastActionStatus="CREATE_FAILED")
            return
        terms = draw_terms(self._rng, 2)
        self.change(campaign, at, status="APPROVED", mnoMetadata=terms, lastActionStatus="CREATE_SUCCESSFUL")

    def _draw_id(self, rng: random.Random) -> str:
        campaign_id = draw_ulid(rng)
        return campaign_id if campaign_id not in self.by_id else self._draw_id(rng)

    def _draw_tcr_id(self, rng: random.Random) -> str:
        tcr_id = "C" + "".join(rng.choices(UPPER_ALPHANUMERIC, k=6))
        return tcr_id if tcr_id not in self.by_tcr_id else self._draw_tcr_id(rng)
