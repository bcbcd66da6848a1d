"""An account at a vendor that lives in memory, written as a third party would write it: from the public base class."""

from __future__ import annotations

import hashlib
import heapq
import itertools
import random
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from campaign_reg.clock import SystemClock
from campaign_reg.enums import CampaignState, Verb, Verdict
from campaign_reg.errors import ApiError, ConnectError, NotFoundError
from campaign_reg.models.outcome import Feedback
from campaign_reg.models.reading import Reading, Terms
from campaign_reg.models.terms import TermsOrder
from campaign_reg.protocol.backend import Backend
from campaign_reg.protocol.pager import Page, Pager
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.protocol.schedule import Schedule
from campaign_reg.protocol.write import Answer, Found, NotApplied, PreparedWrite, Timeouts
from campaign_reg.rate import Limits
from campaign_reg.transport.limiter import GcraLimiter
from campaign_reg.wire.codec import parse_datetime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from campaign_reg.clock import Clock
    from campaign_reg.rate import Departure, Reservation


@attrs.frozen(kw_only=True)
class MemoryCampaign:
    """A campaign as this vendor shows it."""

    id: str
    version: str | None
    action: str = "CREATE_SUCCESSFUL"
    vendor_status: str = "ACTIVE"
    terms: Terms = attrs.field(factory=dict)
    name: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def provider(self) -> str:
        return "memory"

    @property
    def state(self) -> CampaignState:
        return CampaignState.ACTIVE if self.vendor_status == "ACTIVE" else CampaignState.UNKNOWN


@attrs.frozen
class Nothing:
    """A verb without parameters."""


@attrs.frozen
class Draft:
    """A campaign to be created; without a name nothing tells it from others."""

    name: str = ""


@attrs.frozen
class Wish:
    """The state that a campaign is to be put into."""

    state: str


@attrs.frozen
class Again:
    """Parameters of a resubmission."""

    note: str = ""


def _action(reading: Reading) -> str:
    return reading.action_status


BUSY = frozenset({"CREATE_IN_PROGRESS", "RESUBMIT_IN_PROGRESS", "DELETE_IN_PROGRESS"})
RESUBMIT = VerbRule(
    verb=Verb.RESUBMIT,
    params=Again,
    word=_action,
    busy=BUSY,
    in_progress=frozenset({"RESUBMIT_IN_PROGRESS"}),
    succeeded=frozenset({"RESUBMIT_SUCCESSFUL"}),
    failed=frozenset({"RESUBMIT_FAILED"}),
    action_required=frozenset({"RESUBMIT_NEEDS_YOU"}),
    ended=frozenset({"EXPIRED"}),
    version_time=parse_datetime,
    resendable=True,
    order=TermsOrder(ladders={"tier": ("LOW", "TOP")}, numeric=frozenset({"tpm"})),
)
DELETE = attrs.evolve(
    RESUBMIT,
    verb=Verb.DELETE,
    params=Nothing,
    in_progress=frozenset({"DELETE_IN_PROGRESS"}),
    succeeded=frozenset({"DELETE_SUCCESSFUL"}),
    failed=frozenset({"DELETE_FAILED"}),
    action_required=frozenset(),
    gone=Verdict.SUCCEEDED,
    resendable=False,
)
CREATE = VerbRule(
    verb=Verb.CREATE,
    params=Draft,
    creates=True,
    in_progress=frozenset({"REVIEW"}),
    succeeded=frozenset({"ACTIVE"}),
    failed=frozenset({"REJECTED"}),
    version_time=parse_datetime,
)
RENEW = VerbRule(
    verb=Verb.RENEW,
    params=Nothing,
    allowed=frozenset({"paused"}),
    succeeded=frozenset({"sending", "done"}),
    failed=frozenset({"stopped"}),
    action_required=frozenset({"paused"}),
    is_later=lambda version, other: int(version) > int(other),
    resendable=True,
    resend_within_seconds=600.0,
)
APPROVE = VerbRule(
    verb=Verb.APPROVE, params=Wish, wanted=lambda campaign, wish: bool(campaign.vendor_status == wish.state)
)


class MemoryVendor:
    """The vendor's side: campaigns, what will become of them by the clock, and what was asked.

    Attributes:
        reads: Ids, in the order they were read.
        writes: Verb and id, in the order they were applied.
        answers: What the next reads get instead of the truth: an error, or a campaign as a stale replica shows it.
        lost: Errors for the next writes, each with whether the write is applied all the same.
        drafts: Names of campaigns that were asked for, by the id they get.
        searches: How often campaigns were looked for by name.
        on_write: What a write does; by default a resubmission runs for a minute and ends well.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.campaigns: dict[str, MemoryCampaign] = {}
        self.reads: list[str] = []
        self.writes: list[tuple[Verb, str]] = []
        self.feedback_calls = 0
        self.answers: list[Exception | MemoryCampaign] = []
        self.feedback_answers: list[Exception] = []
        self.lost: list[tuple[Exception, bool]] = []
        self.drafts: dict[str, str] = {}
        self.searches = 0
        self.on_write: Callable[[Verb, str], None] = self.run_for_a_minute
        self._agenda: list[tuple[float, int, str, dict[str, Any]]] = []
        self._order = itertools.count()

    def put(self, id: str = "c1", **members: Any) -> MemoryCampaign:
        """A campaign that was last changed a month ago, unless `version` says otherwise."""
        self.campaigns[id] = MemoryCampaign(**{"id": id, "version": "2026-02-01T08:00:00Z", **members})
        return self.campaigns[id]

    def change(self, id: str, **members: Any) -> None:
        """Change a campaign now; its version moves, by whole seconds."""
        self.campaigns[id] = attrs.evolve(self.campaigns[id], **{"version": self.stamp(), **members})

    def later(self, seconds: float, id: str, **members: Any) -> None:
        """Change a campaign after so many seconds."""
        due = self.clock.monotonic() + seconds
        heapq.heappush(self._agenda, (due, next(self._order), id, members))

    def stamp(self) -> str:
        return self.clock.now().replace(microsecond=0).isoformat().replace("+00:00", "Z")

    def run_for_a_minute(self, verb: Verb, id: str) -> None:
        if verb is Verb.CREATE:
            now = self.clock.now()
            self.put(id, version=self.stamp(), vendor_status="REVIEW", name=self.drafts[id], created_at=now)
            self.later(60, id, vendor_status="ACTIVE")
            return
        self.change(id, action=f"{verb.upper()}_IN_PROGRESS")
        self.later(60, id, action=f"{verb.upper()}_SUCCESSFUL")

    def look(self, id: str) -> MemoryCampaign:
        self.reads.append(id)
        self._catch_up()
        answer = self.answers.pop(0) if self.answers else self.campaigns.get(id)
        if answer is None:
            raise NotFoundError("memory.get", 404, "no such campaign")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def named(self, name: str) -> tuple[MemoryCampaign, ...]:
        self.searches += 1
        self._catch_up()
        return tuple(campaign for campaign in self.campaigns.values() if campaign.name == name)

    def write(self, verb: Verb, id: str) -> None:
        self._catch_up()
        error, applied = self.lost.pop(0) if self.lost else (None, True)
        if applied:
            self.writes.append((verb, id))
            self.on_write(verb, id)
        if error is not None:
            raise error

    def _catch_up(self) -> None:
        while self._agenda and self._agenda[0][0] <= self.clock.monotonic():
            _, _, id, members = heapq.heappop(self._agenda)
            self.change(id, **members)


@attrs.define(kw_only=True)
class MemoryRequest:
    """What a write says to this vendor."""

    verb: Verb
    target: str | None
    params: Any
    reservation: Reservation | None = None
    leave_before: float | None = None
    departure: Departure | None = None

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.verb} {self.target} {self.params}".encode()).hexdigest()

    def leave(self) -> None:
        """Use up the slot, and be on the wire."""
        if self.reservation is not None:
            self.reservation.take()
        if self.departure is not None:
            self.departure.left = True


class MemoryBackend(Backend[MemoryCampaign]):
    """One account at the vendor in memory."""

    provider = "memory"
    reading_verbs: ClassVar[frozenset[Verb]] = frozenset({Verb.GET, Verb.LIST, Verb.FEEDBACK})
    rules: ClassVar[Mapping[Verb, VerbRule]] = {
        Verb.RESUBMIT: RESUBMIT,
        Verb.DELETE: DELETE,
        Verb.CREATE: CREATE,
    }

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        account: str = "a1",
        timeouts: Timeouts | None = None,
        schedule: Schedule | None = None,
        limits: Limits | None = None,
    ) -> None:
        clock = clock or SystemClock()
        self.vendor = MemoryVendor(clock)
        self.closed = False
        super().__init__(
            account=account,
            pace=GcraLimiter(limits or Limits(), clock),
            clock=clock,
            rng=random.Random(7),
            timeouts=timeouts or Timeouts(),
            schedule=schedule or Schedule(first_seconds=5, factor=2, max_seconds=3600, jitter=0),
            close=self._shut,
        )

    async def _shut(self) -> None:
        self.closed = True

    async def get(self, id: str) -> MemoryCampaign:
        return self.vendor.look(id)

    def list(self, *_: Any, page_size: int = 2, **filters: Any) -> Pager[MemoryCampaign]:
        async def fetch(cursor: str | None) -> Page[MemoryCampaign]:
            start, every = int(cursor or 0), [*self.vendor.campaigns.values()]
            after = start + page_size
            token = str(after) if after < len(every) else None
            return Page(items=tuple(every[start:after]), next_cursor=token, total=len(every))

        return Pager(fetch)

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        if reservation is not None:
            reservation.take()
        return self.reading_of(self.vendor.look(id))

    def reading_of(self, campaign: MemoryCampaign) -> Reading:
        return Reading(
            target=campaign.id,
            version=campaign.version,
            status=campaign.vendor_status,
            action_status=campaign.action,
            terms=campaign.terms,
            taken_at=self.clock.now(),
            vendor_time=self.clock.now().replace(microsecond=0),
            campaign=campaign,
        )

    def prepare(self, verb: Verb, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        request = MemoryRequest(verb=verb, target=target, params=params)

        def interpret(id: str) -> Answer:
            return Answer(target=id, settled=verb is Verb.APPROVE)

        mark = {"name": params.name} if verb is Verb.CREATE and params.name else {}
        return PreparedWrite(request_for=lambda _: request, interpret=interpret, mark=mark)

    async def send(self, write: PreparedWrite, request: MemoryRequest) -> Answer | NotApplied:
        request.leave()
        id = request.target or f"new{len(self.vendor.campaigns)}"
        if request.verb is Verb.CREATE:
            self.vendor.drafts[id] = request.params.name
        try:
            self.vendor.write(request.verb, id)
        except (ConnectError, ApiError) as error:
            return NotApplied(error)
        return write.interpret(id)

    async def find(self, mark: Mapping[str, str], *, reservation: Reservation | None = None) -> Found:
        if reservation is not None:
            reservation.take()
        return Found(
            readings=tuple(self.reading_of(campaign) for campaign in self.vendor.named(mark["name"])),
            vendor_time=self.clock.now().replace(microsecond=0),
        )

    async def feedback(self, id: str) -> tuple[Feedback, ...]:
        self.vendor.feedback_calls += 1
        if self.vendor.feedback_answers:
            raise self.vendor.feedback_answers.pop(0)
        return (Feedback(code="502", field="sample1", text="Sample lacks opt-out words."),)


class EveryVerbBackend(MemoryBackend):
    """The same vendor with the verbs that are judged otherwise."""

    rules: ClassVar[Mapping[Verb, VerbRule]] = {
        **MemoryBackend.rules,
        Verb.RENEW: RENEW,
        Verb.APPROVE: APPROVE,
    }
