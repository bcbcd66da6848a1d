"""Waiting for many actions at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import attrs
import pytest

from campaign_reg import (
    Action,
    InvalidInputError,
    Poller,
    PollTimeoutError,
    Schedule,
    ServerError,
    StateError,
    Verdict,
)
from campaign_reg.errors import PermissionDeniedError
from tests.support.backends import MemoryBackend
from tests.support.clocks import VirtualClock

pytestmark = pytest.mark.anyio

SCHEDULE = Schedule(first_seconds=10, factor=2, max_seconds=3600, deadline_seconds=14 * 86400)


async def started(backend: MemoryBackend, count: int) -> list[Action]:
    for n in range(count):
        backend.vendor.put(f"c{n}")
    return [await backend.perform("resubmit", f"c{n}") for n in range(count)]


@pytest.fixture
def backend() -> MemoryBackend:
    return MemoryBackend(VirtualClock(), schedule=SCHEDULE)


async def test_every_outcome_is_yielded_once(backend: MemoryBackend) -> None:
    actions = await started(backend, 50)
    async with Poller(backend, concurrency=5) as poller:
        outcomes = [outcome async for outcome in poller.watch(actions)]
    assert sorted(outcome.target for outcome in outcomes) == sorted(action.target for action in actions)
    assert {outcome.verdict for outcome in outcomes} == {Verdict.SUCCEEDED}
    assert all(action.done for action in actions)


async def test_actions_may_come_from_an_async_iterator_and_be_done_already(backend: MemoryBackend) -> None:
    actions = await started(backend, 3)
    await actions[0].wait()

    async def come() -> AsyncIterator[Action]:
        for action in actions:
            yield action

    async with Poller(backend) as poller:
        outcomes = [outcome async for outcome in poller.watch(come())]
    assert len(outcomes) == 3


async def test_two_watches_share_the_poller(backend: MemoryBackend) -> None:
    actions = await started(backend, 6)

    async def collect(some: list[Action]) -> set[str]:
        return {outcome.target async for outcome in poller.watch(some)}

    async with Poller(backend) as poller:
        first, second = await asyncio.gather(collect(actions[:2]), collect(actions[2:]))
    assert first == {"c0", "c1"}
    assert second == {"c2", "c3", "c4", "c5"}


async def test_passing_trouble_is_waited_out(backend: MemoryBackend) -> None:
    actions = await started(backend, 1)
    backend.vendor.answers = [ServerError("memory.get", 500, "try later")] * 3
    async with Poller(backend) as poller:
        (outcome,) = [outcome async for outcome in poller.watch(actions)]
    assert outcome.verdict is Verdict.SUCCEEDED


@pytest.mark.fault(57)
async def test_the_deadline_ends_nothing(backend: MemoryBackend) -> None:
    actions = await started(backend, 3)
    backend.vendor.campaigns["c1"] = attrs.evolve(
        backend.vendor.campaigns["c1"], action="RESUBMIT_IN_PROGRESS"
    )
    backend.vendor._agenda = [entry for entry in backend.vendor._agenda if entry[2] != "c1"]
    outcomes = []
    async with Poller(backend, schedule=attrs.evolve(SCHEDULE, deadline_seconds=600)) as poller:
        with pytest.raises(PollTimeoutError) as caught:
            async for outcome in poller.watch(actions):
                outcomes.append(outcome.target)  # noqa: PERF401
    assert sorted(outcomes) == ["c0", "c2"]
    assert backend.action(caught.value.token).target == "c1"
    assert not actions[1].done


async def test_a_refusal_for_good_comes_after_the_others(backend: MemoryBackend) -> None:
    actions = await started(backend, 3)
    backend.vendor.answers = [PermissionDeniedError("memory.get", 403, "no")] * 2
    outcomes = []
    async with Poller(backend) as poller:
        with pytest.raises(PermissionDeniedError) as caught:
            async for outcome in poller.watch(actions):
                outcomes.append(outcome)  # noqa: PERF401
    assert len(outcomes) == 1
    assert caught.value.__notes__ == ["1 more actions are undecided as well"]


async def test_leaving_the_loop_stops_nothing(backend: MemoryBackend) -> None:
    actions = await started(backend, 5)
    async with Poller(backend) as poller:
        async for _ in poller.watch(actions):
            break
        while not all(action.done for action in actions):
            await asyncio.sleep(0)


async def test_closing_ends_a_watch_with_an_error_and_leaves_no_task(backend: MemoryBackend) -> None:
    before = asyncio.all_tasks()
    backend.clock = VirtualClock(auto=False)
    actions = await started(backend, 5)
    poller = Poller(backend)
    await poller.__aenter__()

    async def watch() -> None:
        async for _ in poller.watch(actions):
            pass

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.01)
    await poller.aclose()
    with pytest.raises(StateError, match="closed"):
        await watching
    assert asyncio.all_tasks() == before


async def test_a_hint_makes_the_next_look_come_at_once_and_decides_nothing(backend: MemoryBackend) -> None:
    clock = VirtualClock(auto=False)
    backend.clock = backend.vendor.clock = clock
    actions = await started(backend, 2)
    async with Poller(backend) as poller:
        watching = asyncio.ensure_future(anext(poller.watch(actions)))
        await clock.pass_time(1.0)
        assert poller.notify("c1")
        assert not poller.notify("somebody else's")
        await clock.pass_time(0.1)
        assert backend.vendor.reads.count("c1") == 2  # the pre-image and the hint's look
        assert not watching.done()
        await clock.pass_time(200.0)
        assert (await watching).verdict is Verdict.SUCCEEDED


@pytest.mark.fault(92)
async def test_thirty_days_of_polling_pass_in_a_moment(backend: MemoryBackend) -> None:
    actions = await started(backend, 20)
    backend.vendor._agenda.clear()
    for n in range(20):
        backend.vendor.later(29 * 86400, f"c{n}", action="RESUBMIT_FAILED")
    schedule = attrs.evolve(Schedule.hourly(days=30), jitter=0.1)
    async with Poller(backend, schedule=schedule) as poller:
        outcomes = [outcome async for outcome in poller.watch(actions)]
    assert {outcome.verdict for outcome in outcomes} == {Verdict.FAILED}
    polls = len(backend.vendor.reads) / 20
    assert 29 * 24 * 0.9 < polls < 29 * 24 * 1.1 + 2


def test_concurrency_must_be_positive(backend: MemoryBackend) -> None:
    with pytest.raises(InvalidInputError, match="concurrency"):
        Poller(backend, concurrency=0)


async def test_watch_needs_an_open_poller(backend: MemoryBackend) -> None:
    with pytest.raises(StateError, match="async with"):
        await anext(Poller(backend).watch([]))
