"""An account at a vendor that lives in memory, written as a third party would: from the public base class."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import attrs

from campaign_reg.clock import SystemClock
from campaign_reg.enums import CampaignState, Verb
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.backend import Backend
from campaign_reg.protocol.pager import Pager
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.protocol.schedule import Schedule
from campaign_reg.protocol.write import Answer, NotApplied, PreparedWrite, Timeouts
from campaign_reg.rate import Limits, Reservation
from campaign_reg.transport.limiter import GcraLimiter


@attrs.frozen
class Again:
    """A resubmission has no parameters here."""


RESUBMIT = VerbRule(
    verb=Verb.RESUBMIT,
    params=Again,
    word=lambda reading: reading.action_status,
    busy=frozenset({"RESUBMIT_IN_PROGRESS"}),
    in_progress=frozenset({"RESUBMIT_IN_PROGRESS"}),
    succeeded=frozenset({"RESUBMIT_SUCCESSFUL"}),
    failed=frozenset({"RESUBMIT_FAILED"}),
)


@attrs.frozen(kw_only=True)
class MemoryCampaign:
    """A campaign whose resubmission never ends, so that it is polled for ever."""

    id: str
    version: str | None = None
    vendor_status: str = "ACTIVE"
    name: str = ""
    created_at: None = None
    updated_at: None = None

    provider: ClassVar[str] = "memory"

    @property
    def state(self) -> CampaignState:
        return CampaignState.ACTIVE


class MemoryBackend(Backend[MemoryCampaign]):
    """Answers every reading at once; `looked` is told each campaign's id."""

    provider = "memory"
    rules: ClassVar[Mapping[Verb, VerbRule]] = {Verb.RESUBMIT: RESUBMIT}

    def __init__(self, schedule: Schedule, looked: Callable[[str], None]) -> None:
        clock = SystemClock()
        self._looked = looked
        super().__init__(
            account="benchmark",
            pace=GcraLimiter(Limits(), clock),
            clock=clock,
            rng=random.Random(7),
            timeouts=Timeouts(),
            schedule=schedule,
            close=self._nothing,
        )

    async def _nothing(self) -> None:
        return

    async def get(self, id: str) -> MemoryCampaign:
        return MemoryCampaign(id=id)

    def list(self, *_: Any, **filters: Any) -> Pager[MemoryCampaign]:
        raise NotImplementedError

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        self._looked(id)
        return self.reading_of(MemoryCampaign(id=id))

    def reading_of(self, campaign: MemoryCampaign) -> Reading:
        return Reading(
            target=campaign.id,
            version=campaign.version,
            status=campaign.vendor_status,
            action_status="RESUBMIT_IN_PROGRESS",
            taken_at=self.clock.now(),
            campaign=campaign,
        )

    def prepare(self, verb: Verb, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        raise NotImplementedError

    async def send(self, write: PreparedWrite, request: Any) -> Answer | NotApplied:
        raise NotImplementedError
