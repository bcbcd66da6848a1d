"""Verbs other than a resubmission against a hostile vendor, an unlucky machine and a hurried user."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import attrs
import pytest

from campaign_reg import Batch, BatchRow, CampaignHeldError, InvalidInputError, RowResult, Schedule, Verdict
from campaign_reg.enums import Verb
from campaign_reg.errors import InvalidRequestError, OutcomeUnknownError, RateLimitError, ServerError
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.protocol.write import Answer, Found, NotApplied, PreparedWrite, Timeouts
from campaign_reg.wire.codec import parse_datetime
from tests.support.backends import EveryVerbBackend, MemoryRequest, Wish
from tests.support.clocks import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from campaign_reg.models.reading import Reading
    from campaign_reg.rate import Reservation

pytestmark = pytest.mark.anyio

SCHEDULE = Schedule(first_seconds=5, factor=2, max_seconds=60, deadline_seconds=14 * 86400, jitter=0.1)
WAITS = Timeouts(settle_seconds=60, quiet_seconds=600)
LOST = OutcomeUnknownError("memory.write", "the connection broke")
NOTHING_LIKE_IT = '{"s":"","at":"2026-03-02T14:00:00+00:00","x":true}'


class KilledError(BaseException):
    """The process dies here."""


class MortalBackend(EveryVerbBackend):
    """A vendor with all verbs, in a process that may die before and after every request.

    Attributes:
        steps_to_live: How many such moments are left; None lives on.
        refusal: What every create is refused with from now on.
        sent: What left, by name of the campaign.
    """

    rules: ClassVar[Mapping[Verb, VerbRule]] = {
        **EveryVerbBackend.rules,
        Verb.UPDATE: VerbRule(
            verb=Verb.UPDATE,
            params=Wish,
            wanted=lambda campaign, wish: bool(campaign.name == wish.state),
            version_time=parse_datetime,
        ),
    }

    def __init__(self) -> None:
        self.time = VirtualClock()
        super().__init__(self.time, timeouts=WAITS, schedule=SCHEDULE)
        self.steps_to_live: int | None = None
        self.refusal: InvalidInputError | None = None
        self.sent: Counter[str] = Counter()

    def _live_on(self) -> None:
        if self.steps_to_live is not None:
            self.steps_to_live -= 1
            if self.steps_to_live == 0:
                raise KilledError

    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        self._live_on()
        reading = await super().read(id, verb=verb, reservation=reservation)
        self._live_on()
        return reading

    async def find(self, mark: Mapping[str, str], *, reservation: Reservation | None = None) -> Found:
        self._live_on()
        found = await super().find(mark, reservation=reservation)
        self._live_on()
        return found

    def prepare(self, verb: Verb, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        if self.refusal is not None:
            raise self.refusal
        return super().prepare(verb, target, params, key=key)

    async def send(self, write: PreparedWrite, request: MemoryRequest) -> Answer | NotApplied:
        self._live_on()
        self.sent[request.target or request.params.name] += 1
        answer = await super().send(write, request)
        self._live_on()
        return answer


async def carried(backend: MortalBackend, path: Path, verb: str, rows: list[BatchRow]) -> list[RowResult]:
    async with Batch.open(path / "b.db", backend, verb) as batch:
        await batch.add(rows)
        return [result async for result in batch.results()]


def drafts(*names: str) -> list[BatchRow]:
    return [BatchRow(f"row {name}", {"name": name}) for name in names]


class TestCreatesThatAreRefusedByNow:
    """What a create is recognised by comes from preparing it, which may be refused later on: limits change."""

    async def test_a_lost_one_ends_as_unknown_and_says_why(self, tmp_path: Path) -> None:
        backend = MortalBackend()
        apply = backend.vendor.on_write

        def apply_and_refuse(verb: Verb, id: str) -> None:
            apply(verb, id)
            backend.refusal = InvalidInputError("start_at is over")

        backend.vendor.on_write = apply_and_refuse
        backend.vendor.lost.append((LOST, True))
        [result] = await carried(backend, tmp_path, "create", drafts("one"))
        assert (result.outcome.verdict, result.attempts) == (Verdict.UNKNOWN, 1)
        assert "looked for no more (start_at is over)" in result.outcome.reason

    async def test_one_that_can_be_prepared_again_in_time_is_found(self, tmp_path: Path) -> None:
        backend = MortalBackend()
        backend.vendor.lost.append((LOST, True))
        mark_of, refusals = backend.mark, [InvalidInputError("not now")] * 2

        def mark(params: object, key: str = "") -> Mapping[str, str]:
            if backend.vendor.writes and refusals:
                raise refusals.pop()
            return mark_of(params, key)

        backend.mark = mark  # type: ignore[method-assign]
        [result] = await carried(backend, tmp_path, "create", drafts("one"))
        assert (result.outcome.verdict, refusals) == (Verdict.SUCCEEDED, [])

    async def test_the_other_rows_of_a_resumed_batch_are_carried(self, tmp_path: Path) -> None:
        backend = MortalBackend()
        async with Batch.open(tmp_path / "b.db", backend, "create") as batch:
            await batch.add(drafts("one", "two"))
            await batch._context.journal.intent(
                1, 1, NOTHING_LIKE_IT, "00" * 32, backend.time.now().isoformat()
            )
        backend.refusal = InvalidInputError("start_at is over")
        async with Batch.open(tmp_path / "b.db", backend, "create") as batch:
            ended = {result.id: result.outcome.verdict async for result in batch.results()}
        assert ended == {"row one": Verdict.UNKNOWN, "row two": Verdict.FAILED}
        assert not backend.sent


class TestNamesakes:
    async def test_a_date_without_a_zone_is_no_date(self, tmp_path: Path) -> None:
        backend = MortalBackend()
        backend.vendor.put(
            "dead",
            name="one",
            vendor_status="REJECTED",
            created_at=datetime(2026, 1, 1),  # noqa: DTZ001
        )
        backend.vendor.lost.append((LOST, False))
        [result] = await carried(backend, tmp_path, "create", drafts("one"))
        assert result.outcome.verdict is Verdict.UNKNOWN

    async def test_changes_end_with_the_reason_why_none_was_taken(self) -> None:
        backend = MortalBackend()
        apply = backend.vendor.on_write

        def twins(verb: Verb, id: str) -> None:
            for each in (id, "twin"):
                backend.vendor.drafts[each] = "one"
                apply(verb, each)

        backend.vendor.on_write = twins
        backend.vendor.lost.append((LOST, True))
        with pytest.raises(OutcomeUnknownError) as caught:
            await backend.perform("create", None, {"name": "one"})
        action = backend.action(caught.value.token or "")
        backend.time.advance(3600)
        assert [reading async for reading in action.changes()] == []
        assert action.outcome is not None
        assert "2 new campaigns are like it" in action.outcome.reason


async def test_begun_deletions_of_an_older_journal_go_on(tmp_path: Path) -> None:
    backend, path = MortalBackend(), tmp_path / "b.db"
    for id in ("cut", "sent", "ready"):
        backend.vendor.put(id)
    async with Batch.open(path, backend, "delete") as batch:
        await batch.add(["cut", "sent", "ready"])
        preimage = json.dumps((await backend.read("cut")).to_plain())
        for n in (1, 2):
            await batch._context.journal.intent(n, 1, preimage, "00" * 32, backend.time.now().isoformat())
        await batch._context.journal.phase(2, "sent", 1)
    db = sqlite3.connect(path)
    db.executescript(
        "ALTER TABLE rows DROP COLUMN target; ALTER TABLE rows DROP COLUMN planned; PRAGMA user_version = 1"
    )
    db.close()
    backend.vendor.write(Verb.DELETE, "sent")
    async with Batch.open(path, backend, "delete") as batch:
        ended = {result.id: result.outcome.verdict async for result in batch.results()}
    assert ended == {"cut": Verdict.UNKNOWN, "sent": Verdict.SUCCEEDED, "ready": Verdict.SUCCEEDED}
    assert backend.sent == {"ready": 1}


def unlucky(backend: MortalBackend, verb: str, rng: random.Random) -> list[BatchRow]:
    """Four rows whose writes are lost, refused or taken at random."""
    vendor = backend.vendor
    becomes: dict[Verb, dict[str, Any]] = {
        Verb.RENEW: {"vendor_status": "sending", "version": "11"},
        Verb.APPROVE: {"vendor_status": "APPROVED", "version": None},
        Verb.UPDATE: {"name": "new"},
    }
    run_for_a_minute = vendor.on_write

    def apply(verb: Verb, id: str) -> None:
        if verb is Verb.DELETE and rng.random() < 0.5:
            del vendor.campaigns[id]
        elif verb in becomes:
            vendor.change(id, **becomes[verb])
        else:
            run_for_a_minute(verb, id)

    vendor.on_write = apply
    fates = (
        (LOST, True),
        (LOST, False),
        (RateLimitError("memory.write", 429, "slow down"), False),
        (ServerError("memory.write", 500, "down"), False),
        (InvalidRequestError("memory.write", 422, "no"), False),
    )
    vendor.lost += [rng.choice(fates) for _ in range(rng.randrange(5))]
    names = [f"n{number}" for number in range(4)]
    if verb == "create":
        return drafts(*names)
    before: dict[str, dict[str, Any]] = {
        "renew": {"vendor_status": "paused", "version": "10"},
        "approve": {"version": None},
    }
    wish = {"approve": {"state": "APPROVED"}, "update": {"state": "new"}}
    for name in names:
        vendor.put(name, **before.get(verb, {}))
    return [BatchRow(name, wish.get(verb, {})) for name in names]


@pytest.mark.parametrize("verb", ["approve", "create", "delete", "renew", "update"])
@pytest.mark.parametrize("seed", range(5))
async def test_killed_anywhere_every_row_ends_once_and_truly(tmp_path: Path, verb: str, seed: int) -> None:
    rng, backend = random.Random(f"{verb} {seed}"), MortalBackend()
    rows = unlucky(backend, verb, rng)
    seen: list[str] = []
    for lives_left in range(seed % 4, -1, -1):
        backend.steps_to_live = rng.randrange(1, 30) if lives_left else None
        with suppress(KilledError):
            seen += [result.id for result in await carried(backend, tmp_path, verb, rows)]
        backend.time.advance(rng.choice([0, 5, 100, 1000]))
    async with Batch.open(tmp_path / "b.db", backend, verb) as batch:
        results = [result async for result in batch.results(replay=True)]
    assert sorted(result.id for result in results) == sorted(row.id for row in rows)
    assert len(seen) == len(set(seen))
    vendor = backend.vendor
    applied = Counter(vendor.drafts.get(id, id) for _, id in vendor.writes)
    for result in results:
        times = applied[result.params.get("name", result.id)]
        assert times <= 1
        if result.outcome.verdict is Verdict.SUCCEEDED:
            assert times == 1
        elif result.outcome.verdict is not Verdict.UNKNOWN:
            assert times == 0


class KeyedBackend(MortalBackend):
    """Creates are told apart by the row's key alone, as those are that carry a reference we made up."""

    def prepare(self, verb: Verb, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        write = super().prepare(verb, target, params, key=key)
        return attrs.evolve(write, mark={"name": key} if key and verb is Verb.CREATE else {})


class TestAlike:
    """Two creates that say the same are one too many, also where a key of their own would tell them apart."""

    async def test_in_two_open_batches(self, tmp_path: Path) -> None:
        backend = KeyedBackend()
        async with Batch.open(tmp_path / "a.db", backend, "create") as one:
            await one.add(drafts("one"))
            await one._holdings.take_open()
            async with Batch.open(tmp_path / "b.db", backend, "create") as two:
                await two.add(drafts("one"))
                with pytest.raises(CampaignHeldError, match="in the open batch"):
                    await two.run()
        assert not backend.sent

    async def test_on_two_lines_of_one_file(self, tmp_path: Path) -> None:
        backend = KeyedBackend()
        rows = [BatchRow("line 2", {"name": "one"}), BatchRow("line 3", {"name": "one"})]
        results = await carried(backend, tmp_path, "create", rows)
        assert backend.sent == {"one": 1}
        [refused] = [result for result in results if result.outcome.verdict is Verdict.FAILED]
        assert "says word for word the same as row line 2" in refused.outcome.reason


class TestNamesakesFromBefore:
    """One that had failed stood in nobody's way; whatever becomes of it, it is not the one that was lost."""

    async def test_with_dates_that_are_off(self, tmp_path: Path) -> None:
        backend = MortalBackend()
        ahead = backend.time.now() + timedelta(hours=3)
        backend.vendor.put("dead", name="one", vendor_status="REJECTED", created_at=ahead)
        backend.vendor.lost.append((LOST, False))
        [result] = await carried(backend, tmp_path, "create", drafts("one"))
        assert result.outcome.verdict is Verdict.UNKNOWN

    async def test_that_somebody_revives(self, tmp_path: Path) -> None:
        backend = MortalBackend()
        backend.vendor.put("dead", name="one", vendor_status="REJECTED")
        backend.vendor.lost.append((LOST, False))
        backend.vendor.later(20, "dead", vendor_status="REVIEW")
        backend.vendor.later(40, "dead", vendor_status="ACTIVE")
        [result] = await carried(backend, tmp_path, "create", drafts("one"))
        assert result.outcome.verdict is Verdict.UNKNOWN
