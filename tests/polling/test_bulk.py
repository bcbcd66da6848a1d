"""Listing instead of reading one by one: fewer requests, nothing missed, nothing stale believed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import attrs
import pytest

from campaign_reg import Batch, Limits, Poller, Schedule, ServerError, Verdict
from campaign_reg.enums import Verb
from campaign_reg.models.reading import Reading
from campaign_reg.polling.bulk import SAMPLED_SHARE
from campaign_reg.protocol.pager import Page, Pager
from campaign_reg.protocol.write import Timeouts
from campaign_reg.rate import Reservation
from campaign_reg.sandbox import Sandbox
from tests.support.accounts import LOST, many
from tests.support.backends import MemoryBackend, MemoryCampaign
from tests.support.clocks import VirtualClock
from tests.support.connections import Connect

pytestmark = pytest.mark.anyio

HOURLY = Schedule(first_seconds=3600, factor=1, max_seconds=3600, deadline_seconds=14 * 86400, jitter=0.1)
HOUR = 3600.0


class Listed(MemoryBackend):
    """The vendor in memory, with a listing that says what reading says, unless it is told to lag.

    Attributes:
        pages: How many were asked for.
        lag_seconds: How old the listing is.
        hidden: Campaigns that it does not show.
        written_at: When each campaign was resubmitted.
        broken: Whether it answers with an error.
        says_total: Whether a page says how many campaigns there are.
        page_seconds: How long a page takes.
    """

    def __init__(self, ids: Iterable[str], schedule: Schedule = HOURLY, page_size: int = 20) -> None:
        timeouts = Timeouts(settle_seconds=60, quiet_seconds=86400)
        super().__init__(VirtualClock(), schedule=schedule, timeouts=timeouts)
        self.pages, self.lag_seconds, self.page_size = 0, 0.0, page_size
        self.hidden: set[str] = set()
        self.written_at: dict[str, datetime] = {}
        self.broken, self.says_total = False, True
        self.page_seconds = 0.0
        self._shown: list[tuple[float, dict[str, MemoryCampaign]]] = []
        for id in ids:
            self.vendor.put(id)

    def overview(self, verb: Verb) -> Pager[Reading]:
        async def fetch(cursor: str | None) -> Page[MemoryCampaign]:
            await self._slot()
            if self.page_seconds:
                await self.clock.sleep(self.page_seconds)
            self.pages += 1
            if self.broken:
                raise ServerError("memory.list", 503, "busy")
            start, shown = int(cursor or 0), self._as_shown()
            after = start + self.page_size
            return Page(
                items=tuple(shown[start:after]),
                next_cursor=str(after) if after < len(shown) else None,
                total=len(shown) if self.says_total else None,
                vendor_time=self.clock.now().replace(microsecond=0),
            )

        return Pager(fetch).map(self.reading_of)

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        if reservation is None:
            await self._slot()
        return await super().read(id, verb=verb, reservation=reservation)

    async def _slot(self) -> None:
        """A transport would keep to the account's pace."""
        slot = (await self.pace.reserve()).take()
        if slot > self.clock.monotonic():
            await self.clock.sleep(slot - self.clock.monotonic())

    def _as_shown(self) -> list[MemoryCampaign]:
        now = self.clock.monotonic()
        self.vendor._catch_up()
        self._shown.append((now, dict(self.vendor.campaigns)))
        old = [shown for at, shown in self._shown if at <= now - self.lag_seconds] or [self._shown[0][1]]
        return [campaign for id, campaign in old[-1].items() if id not in self.hidden]


def runs_for(backend: Listed, hours: float, ids: Iterable[str], *, among: set[str] | None = None) -> None:
    """Every resubmission runs for so many hours; those `among` others settle by then, the others never."""
    chosen = set(ids) if among is None else among

    def on_write(verb: Verb, id: str) -> None:
        backend.written_at[id] = backend.clock.now()
        backend.vendor.change(id, action="RESUBMIT_IN_PROGRESS")
        if id in chosen:
            backend.vendor.later(hours * HOUR, id, action="RESUBMIT_SUCCESSFUL")

    backend.vendor.on_write = on_write


async def run_a_batch(backend: Listed, path: Path, ids: list[str], **options: object) -> dict[str, Verdict]:
    limits = Limits(in_flight=8)
    async with Batch.open(path / "b.db", backend, "resubmit", limits=limits, **options) as batch:  # type: ignore[arg-type]
        await batch.add(ids)
        return {result.id: result.outcome.verdict async for result in batch.results()}


async def test_a_round_of_many_costs_pages_and_not_readings(tmp_path: Path) -> None:
    ids = many(100)
    backend = Listed(ids)
    runs_for(backend, 12.5, ids)
    verdicts = await run_a_batch(backend, tmp_path, ids)
    assert verdicts == dict.fromkeys(ids, Verdict.SUCCEEDED)
    before_and_first_and_last = 3 * len(ids)  # the pre-image, the first sight of it under way, and the end
    rounds = backend.pages / 5
    assert 10 <= rounds <= 17
    sampled = len(backend.vendor.reads) - before_and_first_and_last
    assert sampled <= 5 * max(SAMPLED_SHARE * len(ids), 1) * rounds
    assert len(backend.vendor.writes) == len(ids)


async def test_the_poller_sweeps_as_well() -> None:
    ids = many(100)
    backend = Listed(ids)
    runs_for(backend, 10.5, ids)
    actions = [await backend.perform("resubmit", id) for id in ids]
    async with Poller(backend) as poller:
        outcomes = [outcome async for outcome in poller.watch(actions)]
    assert {outcome.verdict for outcome in outcomes} == {Verdict.SUCCEEDED}
    assert len(backend.vendor.reads) < 3.5 * len(ids)
    assert 7 * 5 <= backend.pages <= 15 * 5


async def test_what_settles_is_seen_in_the_round_after(tmp_path: Path) -> None:
    """A few of many end; nobody waits for them longer than reading each would have made him wait."""
    ids = many(120)
    backend = Listed(ids)
    runs_for(backend, 5.2, ids, among={"c007", "c111"})
    async with Batch.open(tmp_path / "b.db", backend, "resubmit", limits=Limits(in_flight=8)) as batch:
        await batch.add(ids)
        ended = []
        async for result in batch.results():
            ended.append((result.id, result.outcome.settled_at))
            if len(ended) == 2:
                break
    assert {id for id, _ in ended} == {"c007", "c111"}
    for id, settled_at in ended:
        assert settled_at is not None
        assert 5.2 * HOUR <= (settled_at - backend.written_at[id]).total_seconds() <= 6.4 * HOUR


async def test_what_is_not_listed_is_read(tmp_path: Path) -> None:
    ids = many(60)
    backend = Listed(ids)
    runs_for(backend, 4.5, ids)
    backend.hidden = {"c003", "c059"}
    assert await run_a_batch(backend, tmp_path, ids) == dict.fromkeys(ids, Verdict.SUCCEEDED)


async def test_what_is_not_listed_is_not_put_off_again_and_again(tmp_path: Path) -> None:
    """Looks come so often, and listings last so long, that there is always one under way, or about to be."""
    ids = many(60)
    backend = Listed(
        ids, Schedule(first_seconds=3, factor=1, max_seconds=3, deadline_seconds=HOUR, jitter=0.1)
    )
    runs_for(backend, 30 / HOUR, ids)
    backend.hidden, backend.page_seconds = set(ids[:20]), 1.0
    began = backend.clock.monotonic()
    assert await run_a_batch(backend, tmp_path, ids) == dict.fromkeys(ids, Verdict.SUCCEEDED)
    assert backend.clock.monotonic() - began < 60
    assert len(backend.vendor.reads) + backend.pages < 12 * len(ids)


async def test_nothing_lists_any_more_once_it_is_closed(tmp_path: Path) -> None:
    ids = many(60)
    backend = Listed(
        ids, Schedule(first_seconds=3, factor=1, max_seconds=3, deadline_seconds=HOUR, jitter=0.1)
    )
    runs_for(backend, 1, ids)
    before = asyncio.all_tasks()
    async with Batch.open(tmp_path / "b.db", backend, "resubmit", limits=Limits(in_flight=8)) as batch:
        await batch.add(ids)
        running = asyncio.create_task(batch.run())
        while not backend.pages:
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
    assert asyncio.all_tasks() == before


async def test_a_listing_that_shifts_while_it_is_read(tmp_path: Path) -> None:
    """Items come in another order each time, some twice, some not at all: the same ends, for no more requests."""
    ids = many(100)
    backend = Listed(ids)
    runs_for(backend, 6.5, ids)
    shown, shuffle = backend._as_shown, random.Random(3)

    def shifted() -> list[MemoryCampaign]:
        campaigns = shown()
        shuffle.shuffle(campaigns)
        return campaigns[:70] + campaigns[:10]

    backend._as_shown = shifted  # type: ignore[method-assign]
    assert await run_a_batch(backend, tmp_path, ids) == dict.fromkeys(ids, Verdict.SUCCEEDED)
    assert len(backend.vendor.reads) + backend.pages < 9 * len(
        ids
    )  # as many as reading each would have taken


async def test_a_listing_in_other_words_is_not_asked_for_long(tmp_path: Path) -> None:
    """Its versions are written otherwise: every campaign looks changed, each time."""
    ids = many(100)
    backend = Listed(ids)
    runs_for(backend, 9.5, ids)
    plain = backend.overview

    def otherwise(reading: Reading) -> Reading:
        return attrs.evolve(reading, version=f"{reading.version}.000")

    backend.overview = lambda verb: plain(verb).map(otherwise)  # type: ignore[method-assign]
    assert await run_a_batch(backend, tmp_path, ids) == dict.fromkeys(ids, Verdict.SUCCEEDED)
    assert backend.pages <= 3 * 5
    assert len(backend.vendor.reads) < 13 * len(ids)


async def test_a_listing_that_lags_settles_nothing_and_is_found_out(tmp_path: Path) -> None:
    """It shows what was a day ago: everything ends all the same, each by a reading, and it is asked no more."""
    ids = many(300)
    backend = Listed(ids)
    runs_for(backend, 6.5, ids)
    backend.lag_seconds = 24 * HOUR
    began = backend.clock.now()
    verdicts = await run_a_batch(backend, tmp_path, ids)
    assert verdicts == dict.fromkeys(ids, Verdict.SUCCEEDED)
    # Found out by those that were read all the same: seven listings come before anything settles.
    assert (backend.clock.now() - began).total_seconds() < 12 * HOUR
    listings = backend.pages / 15
    assert 7 <= listings <= 10


@pytest.mark.parametrize("says_total", [True, False])
async def test_a_long_listing_is_left_alone(tmp_path: Path, says_total: bool) -> None:
    """Thirty of three thousand wait: their pages would be more than they are."""
    ids, others = many(30), [f"other{n}" for n in range(3000)]
    backend = Listed([*others, *ids], page_size=20)
    backend.says_total = says_total
    runs_for(backend, 8.5, ids)
    assert await run_a_batch(backend, tmp_path, ids) == dict.fromkeys(ids, Verdict.SUCCEEDED)
    assert backend.pages <= (2 if says_total else 31)


async def test_a_listing_that_fails_is_made_up_for_by_reading(tmp_path: Path) -> None:
    ids = many(40)
    backend = Listed(ids)
    backend.broken = True
    runs_for(backend, 3.5, ids)
    assert await run_a_batch(backend, tmp_path, ids) == dict.fromkeys(ids, Verdict.SUCCEEDED)
    assert backend.pages > 0


async def test_a_lost_write_is_read_and_never_listed(tmp_path: Path) -> None:
    ids = many(30)
    backend = Listed(ids)
    runs_for(backend, 5.5, ids)
    backend.vendor.lost = [(LOST, True), (LOST, False)]
    verdicts = await run_a_batch(backend, tmp_path, ids)
    assert verdicts == dict.fromkeys(ids, Verdict.SUCCEEDED)
    assert len(backend.vendor.writes) == len(ids)


async def test_what_never_shows_a_sign_is_not_kept_waiting_by_listings(tmp_path: Path) -> None:
    ids = many(30)
    backend = Listed(ids)
    backend.vendor.on_write = lambda verb, id: None  # taken, and nothing comes of it
    verdicts = await run_a_batch(backend, tmp_path, ids)
    assert verdicts == dict.fromkeys(ids, Verdict.UNKNOWN)
    assert len(backend.vendor.reads) < 10 * len(ids)


async def test_a_deadline_is_kept(tmp_path: Path) -> None:
    ids = many(30)
    schedule = Schedule(first_seconds=3600, factor=1, max_seconds=3600, deadline_seconds=10 * HOUR)
    backend = Listed(ids, schedule)
    runs_for(backend, 1000, ids)
    began = backend.clock.monotonic()
    async with Batch.open(tmp_path / "b.db", backend, "resubmit", limits=Limits(in_flight=8)) as batch:
        await batch.add(ids)
        summary = await batch.run()
    assert summary.open == 30
    assert 9 * HOUR < backend.clock.monotonic() - began < 13 * HOUR


@pytest.mark.fault(61)
async def test_thousands_of_looks_at_a_resume_are_spread_and_spared(tmp_path: Path) -> None:
    ids = many(240)
    backend = Listed(ids, page_size=50)
    runs_for(backend, 30.0, ids)
    path, limits = tmp_path / "b.db", Limits(in_flight=64, per_second=20)
    async with Batch.open(path, backend, "resubmit", limits=limits, wait_seconds=0) as batch:
        await batch.add(ids)
        await batch.run()
    began, times = backend.clock.monotonic(), [0.0]
    look = backend.vendor.look

    def noted(id: str) -> MemoryCampaign:
        times.append(backend.clock.monotonic())
        return look(id)

    backend.vendor.look = noted  # type: ignore[method-assign]
    async with Batch.open(path, backend, "resubmit", limits=limits) as batch:
        running = asyncio.create_task(batch.run())
        while backend.clock.monotonic() < began + 4.2 * HOUR:
            await asyncio.sleep(0.001)
        running.cancel()
        await asyncio.wait([running])
    assert len(times) < 1.3 * len(ids)  # each is seen under way once; then pages take the place of looks
    assert max(sum(at <= time < at + 1 for time in times) for at in times[::20]) <= 21


async def test_at_the_sandbox(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    """Over real sockets: listings take the place of most looks, and every row ends as the vendor says."""
    ids = sandbox.sinch.seed(160, settle_seconds=(4.0, 6.0), reject_share=0.1, downgrade_share=0.2)
    async with (
        connect(poll_first_seconds=1.0, poll_factor=1.0, poll_max_seconds=1.0) as sinch,
        Batch.open(tmp_path / "b.db", sinch, "resubmit") as batch,
    ):
        await batch.add(ids)
        summary = await batch.run()
    assert (summary.open, summary.verdicts[Verdict.FAILED]) == (0, 16)
    assert summary.verdicts[Verdict.SUCCEEDED] == 144
    listed, read = sandbox.stats.requests["listCampaigns"], sandbox.stats.requests["getCampaign"]
    assert listed > 0
    assert read + listed < 6 * len(ids)  # read one by one, it would be about eight times each
