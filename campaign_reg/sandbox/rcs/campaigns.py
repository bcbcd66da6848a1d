"""The RCS platform's campaigns as a state machine over the virtual clock; no HTTP in here."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.rcs.samples import AGENT, ENDS, SEEDED_OPTIONS, Fate
from campaign_reg.sandbox.rcs.times import DAY_SECONDS, HOUR_SECONDS
from campaign_reg.sandbox.versions import History, Version

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from campaign_reg.sandbox.clock import VirtualClock

    Recipient = tuple[str, str | None]

STOPPABLE = ("moderation", "scheduled", "sending", "paused")
FIRST_CAMPAIGN_ID = 53_708_808
FIRST_MESSAGE_ID = 3_272_625_618
MOVING_AT_ONCE = 5
# State of messages that have not left yet, by the campaign's status.
WAITING = {"moderation": "moderation", "spam": "failed", "stopped": "unknown"}


@dataclasses.dataclass(slots=True, kw_only=True)
class Draft:
    """What a campaign or a single message is made of, as the caller gave it.

    Attributes:
        recipients: Number and reference of each; empty when a contact list names them.
        total: How many recipients.
        start_at: When it is to start, in seconds since the epoch.
    """

    total: int
    start_at: float
    options: dict[str, Any]
    sender: str = AGENT
    message_type: str = "rcs"
    recipients: Sequence[Recipient] = ()
    fallback: bool = False
    validity: int = 72


class Campaign(History):
    """One campaign: its recent versions and its fate.

    The members of a version: `status`; `out`, messages whose end is known; `moving`,
    messages on their way; `real_start_at` and `finished_at`, seconds since the epoch or None.
    """

    def __init__(self, id: int, first_message_id: int, draft: Draft, fate: Fate, first: Version) -> None:
        super().__init__(first)
        self.id = id
        self.first_message_id = first_message_id
        self.draft = draft
        self.fate = fate
        self.created_at = first.at

    def recipient(self, index: int) -> Recipient:
        """Return number and reference of one recipient."""
        if self.draft.recipients:
            return self.draft.recipients[index]
        return f"1202555{(self.id * 7 + index) % 10_000:04d}", None

    def message_status(self, index: int, members: dict[str, Any]) -> str:
        """Return the state of one message, at a version of the campaign."""
        if index < members["out"]:
            return ENDS[(self.id + index) % len(ENDS)]
        if index < members["out"] + members["moving"]:
            return "sending"
        return WAITING.get(members["status"], "scheduled")

    def counts(self, members: dict[str, Any]) -> dict[str, int]:
        """Count messages per status, at a version of the campaign."""
        rounds, rest = divmod(members["out"], len(ENDS))
        counted = {status: rounds * ENDS.count(status) for status in set(ENDS)}
        for index in range(rest):
            counted[ENDS[(self.id + index) % len(ENDS)]] += 1
        waiting = WAITING.get(members["status"], "scheduled")
        left = self.draft.total - members["out"] - members["moving"]
        counted["sending"] = members["moving"]
        counted[waiting] = counted.get(waiting, 0) + left
        return counted


class CampaignRegister:
    """All campaigns of the account, and the moves they make.

    Attributes:
        balance: Funds of the account; a campaign that is sending pauses when `credit` does not cover them.
        credit: How far the balance may go below zero.
        settle_seconds: From and to, in virtual seconds: what review and sending of a new campaign take.
        moderation_share: Probability that a new campaign is reviewed.
        spam_share: Probability that the review refuses it.
        pause_share: Probability that a new campaign runs out of funds while it is sending.
        renew_delay_seconds: Virtual seconds a renewed campaign still shows paused; a second renew is taken meanwhile.
    """

    def __init__(self, clock: VirtualClock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._next_id = FIRST_CAMPAIGN_ID
        self._next_message_id = FIRST_MESSAGE_ID
        self.by_id: dict[int, Campaign] = {}
        self.balance = 250.75
        self.credit = 125.0
        self.settle_seconds = (1.0, 4.0)
        self.moderation_share = 0.5
        self.spam_share = 0.0
        self.pause_share = 0.0
        self.renew_delay_seconds = 0.0

    def new_id(self) -> int:
        """Draw a campaign's id; they grow, with gaps."""
        self._next_id += self._rng.randint(1, 7)
        return self._next_id

    def new_message_ids(self, count: int) -> int:
        """Reserve ids for messages and their fallbacks; returns the first."""
        first = self._next_message_id
        self._next_message_id += 2 * count + self._rng.randint(0, 9)
        return first

    def seed(
        self, rng: random.Random, fate: Fate, status: str, channel: str, age_days: tuple[float, float]
    ) -> Campaign:
        """Put in one campaign that was there before; one that is under way goes on."""
        now = self._clock.timestamp()
        created = now - rng.uniform(*age_days) * DAY_SECONDS
        begun = status in ("sending", "paused", "stopped", "done")
        start = now + rng.uniform(1, 24) * HOUR_SECONDS if status == "scheduled" else created
        total = rng.randint(40, 400)
        out = {"done": total}.get(status, round(total * rng.uniform(0.3, 0.7))) if begun else 0
        draft = Draft(
            total=total,
            start_at=start,
            message_type=channel,
            options=SEEDED_OPTIONS,
            fallback=rng.random() < 0.4,
        )
        members: dict[str, Any] = {"status": status, "out": out, "moving": 0}
        members["real_start_at"] = created + 9 if begun else None
        members["finished_at"] = created + 60 if status in ("stopped", "done") else None
        campaign = self._enter(draft, fate, Version(float("-inf"), members))
        campaign.created_at = created
        self._go_on(campaign, now)
        return campaign

    def create(self, at: float, draft: Draft) -> Campaign:
        """Take in a new campaign; without a later start it goes out at once."""
        campaign = self._enter(draft, self._draw_fate(), first_version(at))
        self._go_on(campaign, at)
        return campaign

    def renew(self, campaign: Campaign, at: float) -> None:
        """Resume a paused campaign; it may run out of funds again.

        Source:
            https://bsg.world/developers/rest-api/restore-rcs-campaigns
        """
        if not self.renew_delay_seconds:
            self._send(campaign, at)
            return
        resume = campaign.begin(lambda due: self._send(campaign, due))
        self._clock.call_at(at + self.renew_delay_seconds, resume)

    def stop(self, campaign: Campaign, at: float) -> None:
        """Cancel a campaign for good; one that never began has no end either.

        Source:
            https://telcowwt.com/documentations/rest-api/rcs-api/canceling-an-rcs-campaign/
        """
        campaign.begin(lambda _: None)
        finished = None if campaign.members["real_start_at"] is None else at
        out = campaign.members["out"] + campaign.members["moving"]
        campaign.change(at, status="stopped", out=out, moving=0, finished_at=finished)

    def _enter(self, draft: Draft, fate: Fate, first: Version) -> Campaign:
        campaign = Campaign(self.new_id(), self.new_message_ids(draft.total), draft, fate, first)
        self.by_id[campaign.id] = campaign
        return campaign

    def _draw_fate(self) -> Fate:
        # Always as many draws, so that one share does not shift what another decides.
        moderated, spam, pauses = (self._rng.random() for _ in range(3))
        return Fate(
            settle_seconds=self._rng.uniform(*self.settle_seconds),
            moderated=moderated < self.moderation_share,
            spam=spam < self.spam_share,
            pauses=int(pauses < self.pause_share),
        )

    def _go_on(self, campaign: Campaign, at: float) -> None:
        """Let a campaign take the next step from its state."""
        status, settle = campaign.members["status"], campaign.fate.settle_seconds
        if status == "creation" and campaign.fate.moderated:
            self._after(campaign, at, settle / 4, "moderation")
        elif status == "creation" and campaign.draft.start_at > at:
            self._schedule(campaign, at)
        elif status == "creation":
            self._after(campaign, at, settle / 4, "sending")
        elif status == "moderation":
            reviewed = campaign.begin(lambda due: self._end_review(campaign, due))
            self._clock.call_at(at + settle, reviewed)
        elif status == "scheduled":
            self._schedule(campaign, at)
        elif status == "sending":
            self._send(campaign, at)

    def _after(self, campaign: Campaign, at: float, delay_seconds: float, status: str) -> None:
        def change(due: float) -> None:
            if status == "sending":
                self._send(campaign, due)
            else:
                campaign.change(due, status=status)
                self._go_on(campaign, due)

        self._clock.call_at(at + delay_seconds, campaign.begin(change))

    def _end_review(self, campaign: Campaign, at: float) -> None:
        if campaign.fate.spam:
            campaign.change(at, status="spam")
        elif campaign.draft.start_at > at:
            self._schedule(campaign, at)
        else:
            self._send(campaign, at)

    def _schedule(self, campaign: Campaign, at: float) -> None:
        if campaign.members["status"] != "scheduled":
            campaign.change(at, status="scheduled")
        start = campaign.begin(lambda due: self._send(campaign, due))
        self._clock.call_at(campaign.draft.start_at, start)

    def _send(self, campaign: Campaign, at: float) -> None:
        """Send what has not gone out: some after half the time, and the rest at its end."""
        started = campaign.members["real_start_at"]
        campaign.change(at, status="sending", real_start_at=at if started is None else started)
        halfway = campaign.begin(lambda due: self._send_half(campaign, due))
        self._clock.call_at(at + campaign.fate.settle_seconds / 2, halfway)

    def _send_half(self, campaign: Campaign, at: float) -> None:
        out = _halfway(campaign)
        moving = min(MOVING_AT_ONCE, campaign.draft.total - out)
        campaign.change(at, out=out, moving=moving)
        over = campaign.begin(lambda due: self._end_sending(campaign, due))
        self._clock.call_at(at + campaign.fate.settle_seconds / 2, over)

    def _end_sending(self, campaign: Campaign, at: float) -> None:
        fate = campaign.fate
        if fate.pauses or self.balance + self.credit <= 0:
            fate.pauses = max(0, fate.pauses - 1)
            out = campaign.members["out"] + campaign.members["moving"]
            campaign.change(at, status="paused", out=min(out, campaign.draft.total - 1), moving=0)
        elif fate.stopped:
            self.stop(campaign, at)
        else:
            campaign.change(at, status="done", out=campaign.draft.total, moving=0, finished_at=at)


def first_version(at: float) -> Version:
    """Return the state of a campaign when it was created."""
    members = {"status": "creation", "out": 0, "moving": 0, "real_start_at": None, "finished_at": None}
    return Version(at, members)


def _halfway(campaign: Campaign) -> int:
    out = int(campaign.members["out"])
    return out + (campaign.draft.total - out) // 2
