"""An action lives at the vendor: waiting, watching, and taking it up again from its token."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import zlib

import attrs
import pytest

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.errors import (
    AuthenticationError,
    ConnectError,
    DecodeError,
    InvalidInputError,
    OutcomeUnknownError,
    PollTimeoutError,
    RateLimitError,
    ServerError,
    TransportError,
    UnsupportedVerbError,
)
from campaign_reg.models.terms import Change, Direction
from campaign_reg.protocol.action import Action
from campaign_reg.protocol.schedule import Schedule
from campaign_reg.protocol.write import Timeouts
from tests.support.backends import MemoryBackend
from tests.support.clocks import VirtualClock

pytestmark = pytest.mark.anyio


def lost() -> OutcomeUnknownError:
    return OutcomeUnknownError("memory.write", "the connection was lost")


OVERLOADED = ServerError("memory.get", 503, "")
DAY = 86400.0


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def backend(clock: VirtualClock) -> MemoryBackend:
    backend = MemoryBackend(clock)
    backend.vendor.put(action="RESUBMIT_SUCCESSFUL", terms={"T-Mobile": {"tier": "TOP"}})
    return backend


async def resubmit(backend: MemoryBackend) -> Action:
    return await backend.perform("resubmit", "c1")


async def lost_resubmit(backend: MemoryBackend, *, applied: bool) -> Action:
    backend.vendor.lost.append((lost(), applied))
    with pytest.raises(OutcomeUnknownError) as caught:
        await backend.perform("resubmit", "c1")
    assert caught.value.token is not None
    return backend.action(caught.value.token)


async def polls() -> list[str]:
    """The actions' tasks that still run, a turn of the loop after they were told to stop."""
    await asyncio.sleep(0)
    return [repr(task) for task in asyncio.all_tasks() if "Action" in repr(task.get_coro())]


class TestWait:
    async def test_until_the_vendor_has_decided(self, backend: MemoryBackend) -> None:
        action = await resubmit(backend)
        assert (action.done, action.outcome, action.status) == (False, None, "RESUBMIT_SUCCESSFUL")
        outcome = await action.wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.ACKNOWLEDGED)
        assert outcome.target == "c1"
        assert outcome.campaign == backend.vendor.campaigns["c1"]
        assert outcome.settled_at == backend.clock.now()
        assert action.done
        assert action.outcome is await action.wait()
        assert repr(action) == "<Action resubmit c1 at memory: succeeded>"

    async def test_last_years_success_is_not_taken_for_this_ones(self, backend: MemoryBackend) -> None:
        backend.vendor.on_write = lambda verb, target: backend.vendor.later(
            40, target, action="RESUBMIT_FAILED"
        )
        outcome = await (await resubmit(backend)).wait()
        assert outcome.verdict is Verdict.FAILED
        assert [reason.code for reason in outcome.feedback] == ["502"]

    async def test_terms_that_changed_are_told(self, backend: MemoryBackend) -> None:
        terms = {"T-Mobile": {"tier": "LOW"}, "AT&T": {"tpm": 240}}
        backend.vendor.on_write = lambda verb, target: backend.vendor.change(
            target, action="RESUBMIT_SUCCESSFUL", terms=terms
        )
        outcome = await (await resubmit(backend)).wait()
        worse = Change("T-Mobile", "tier", "TOP", "LOW", Direction.WORSE)
        assert outcome.changes == (Change("AT&T", "operator", None, "present", Direction.BETTER), worse)
        assert outcome.downgrades == (worse,)

    async def test_a_timeout_ends_nothing(self, backend: MemoryBackend, clock: VirtualClock) -> None:
        action = await resubmit(backend)
        with pytest.raises(PollTimeoutError) as caught:
            await action.wait(timeout=20)
        error = caught.value
        assert (error.waited_seconds, error.last_status) == (20, "RESUBMIT_IN_PROGRESS")
        assert not action.done
        assert await polls() == []
        for later in (action, backend.action(error.token)):
            assert (await later.wait()).verdict is Verdict.SUCCEEDED
        assert len(backend.vendor.writes) == 1

    async def test_the_schedules_deadline_ends_nothing_either(
        self, backend: MemoryBackend, clock: VirtualClock
    ) -> None:
        backend.vendor.on_write = lambda verb, target: backend.vendor.change(
            target, action="RESUBMIT_IN_PROGRESS"
        )
        action = await resubmit(backend)
        started = clock.monotonic()
        with pytest.raises(PollTimeoutError):
            await action.wait(schedule=Schedule(first_seconds=5, deadline_seconds=100, jitter=0))
        assert clock.monotonic() - started == 100
        assert (
            len(backend.vendor.reads) == 1 + 5
        )  # the pre-image; after 5, 15, 35, 75 s; and a last look at 100 s

    async def test_two_weeks_of_polling_pass_at_once(
        self, backend: MemoryBackend, clock: VirtualClock
    ) -> None:
        def slowly(verb: Verb, id: str) -> None:
            backend.vendor.change(id, action="RESUBMIT_IN_PROGRESS")
            backend.vendor.later(13.5 * DAY, id, action="RESUBMIT_SUCCESSFUL")

        backend.vendor.on_write = slowly
        started = clock.monotonic()
        outcome = await (await resubmit(backend)).wait(schedule=Schedule.hourly(days=14))
        assert outcome.verdict is Verdict.SUCCEEDED
        assert 13.5 * DAY <= clock.monotonic() - started < 13.6 * DAY
        assert 300 < len(backend.vendor.reads) < 350

    async def test_waiters_share_one_poll(self, backend: MemoryBackend) -> None:
        action = await resubmit(backend)
        alone = len(backend.vendor.reads)
        outcomes = await asyncio.gather(*(action.wait() for _ in range(10)))
        assert len({id(outcome) for outcome in outcomes}) == 1
        assert len(backend.vendor.reads) - alone == 4  # after 5, 15, 35 and 75 s

    async def test_a_waiter_that_leaves_does_not_stop_the_others(self, backend: MemoryBackend) -> None:
        action = await resubmit(backend)
        staying = asyncio.create_task(action.wait())
        leaving = asyncio.create_task(action.wait())
        for _ in range(4):
            await asyncio.sleep(0)
        leaving.cancel()
        assert (await staying).verdict is Verdict.SUCCEEDED
        assert leaving.cancelled()

    async def test_a_cancelled_wait_leaves_no_task_and_stops_nothing(self, backend: MemoryBackend) -> None:
        action = await resubmit(backend)
        waiters = [asyncio.create_task(action.wait()) for _ in range(5)]
        for _ in range(3):
            await asyncio.sleep(0)
        assert len(await polls()) == 6
        for waiter in waiters:
            waiter.cancel()
        await asyncio.gather(*waiters, return_exceptions=True)
        assert await polls() == []
        assert not action.done
        assert (await action.wait()).verdict is Verdict.SUCCEEDED

    @pytest.mark.parametrize(
        "passing",
        [
            OVERLOADED,
            RateLimitError("memory.get", 429, ""),
            TransportError("memory.get", "reset"),
            ConnectError("memory.get", "refused"),
            DecodeError("status", "wrong"),
        ],
        ids=lambda error: type(error).__name__,
    )
    async def test_what_may_pass_is_polled_again(self, backend: MemoryBackend, passing: Exception) -> None:
        action = await resubmit(backend)
        backend.vendor.answers += [passing] * 3
        assert (await action.wait()).verdict is Verdict.SUCCEEDED

    @pytest.mark.parametrize(
        "final",
        [
            AuthenticationError("memory.get", 401, "bad credentials"),
            ConnectError("memory.get", "certificate", retryable=False),
        ],
        ids=lambda error: type(error).__name__,
    )
    async def test_what_will_not_pass_comes_out_and_ends_nothing(
        self, backend: MemoryBackend, final: Exception
    ) -> None:
        action = await resubmit(backend)
        backend.vendor.answers.append(final)
        with pytest.raises(type(final)):
            await asyncio.gather(action.wait(), action.wait())
        assert (await action.wait()).verdict is Verdict.SUCCEEDED

    async def test_feedback_is_fetched_patiently(self, backend: MemoryBackend) -> None:
        backend.vendor.on_write = lambda verb, target: backend.vendor.change(target, action="RESUBMIT_FAILED")
        backend.vendor.feedback_answers += [OVERLOADED, OVERLOADED]
        outcome = await (await resubmit(backend)).wait()
        assert [reason.code for reason in outcome.feedback] == ["502"]

    @pytest.mark.parametrize(
        ("errors", "calls"), [([OVERLOADED] * 4, 4), ([AuthenticationError("f", 401, "")], 1)]
    )
    async def test_missing_feedback_does_not_hide_the_verdict(
        self, backend: MemoryBackend, errors: list[Exception], calls: int
    ) -> None:
        backend.vendor.on_write = lambda verb, target: backend.vendor.change(target, action="RESUBMIT_FAILED")
        backend.vendor.feedback_answers += errors
        outcome = await (await resubmit(backend)).wait()
        assert (outcome.verdict, outcome.feedback, backend.vendor.feedback_calls) == (
            Verdict.FAILED,
            (),
            calls,
        )
        assert f"feedback could not be fetched ({type(errors[0]).__name__})" in outcome.reason

    async def test_a_campaign_that_vanishes_is_confirmed_then_failed(self, backend: MemoryBackend) -> None:
        backend.vendor.on_write = lambda verb, target: backend.vendor.campaigns.clear()
        outcome = await (await resubmit(backend)).wait()
        assert (outcome.verdict, outcome.campaign, outcome.changes) == (Verdict.FAILED, None, ())
        # Not before the 404s have lasted as long as a replica may lag.
        assert backend.clock.monotonic() - 1000.0 >= backend.timeouts.settle_seconds
        assert backend.vendor.feedback_calls == 0


class TestBoundedWait:
    """A vendor that never shows any sign: unknown, after a while, with the reason."""

    async def test_of_an_acknowledged_write(self, backend: MemoryBackend, clock: VirtualClock) -> None:
        backend.vendor.on_write = lambda verb, target: None
        started = clock.monotonic()
        outcome = await (await resubmit(backend)).wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.UNKNOWN, Evidence.INFERRED)
        assert outcome.reason.startswith(
            "no sign of it at the vendor for 86400 s (last status RESUBMIT_SUCCESSFUL)"
        )
        assert clock.monotonic() - started >= backend.timeouts.quiet_seconds

    async def test_of_a_lost_write(self, backend: MemoryBackend, clock: VirtualClock) -> None:
        action = await lost_resubmit(backend, applied=False)
        started = clock.monotonic()
        assert (await action.wait()).verdict is Verdict.UNKNOWN
        assert 2 * backend.timeouts.settle_seconds <= clock.monotonic() - started < DAY
        assert backend.vendor.writes == []

    async def test_a_lost_write_that_was_applied_is_seen(self, backend: MemoryBackend) -> None:
        action = await lost_resubmit(backend, applied=True)
        outcome = await action.wait()
        assert (outcome.verdict, outcome.evidence) == (Verdict.SUCCEEDED, Evidence.OBSERVED)

    async def test_somebody_elses_change_proves_nothing(self, backend: MemoryBackend) -> None:
        action = await lost_resubmit(backend, applied=False)
        backend.vendor.change("c1", name="renamed by somebody")
        assert (await action.wait()).verdict is Verdict.UNKNOWN

    async def test_progress_that_was_seen_is_waited_for(self, backend: MemoryBackend) -> None:
        def slowly(verb: Verb, id: str) -> None:
            backend.vendor.change(id, action="RESUBMIT_IN_PROGRESS")
            backend.vendor.later(3 * DAY, id, action="RESUBMIT_SUCCESSFUL")

        backend.vendor.on_write = slowly
        assert (await (await resubmit(backend)).wait()).verdict is Verdict.SUCCEEDED

    async def test_a_word_nobody_knows_is_not_an_end(self, backend: MemoryBackend) -> None:
        def oddly(verb: Verb, id: str) -> None:
            backend.vendor.change(id, action="RESUBMIT_UNDER_AUDIT")
            backend.vendor.later(7200, id, action="RESUBMIT_SUCCESSFUL")

        backend.vendor.on_write = oddly
        assert (await (await resubmit(backend)).wait()).verdict is Verdict.SUCCEEDED


class TestChanges:
    async def test_each_change_once_ending_with_the_one_that_decides(self, backend: MemoryBackend) -> None:
        action = await resubmit(backend)
        words = [reading.action_status async for reading in action.changes()]
        assert words == ["RESUBMIT_IN_PROGRESS", "RESUBMIT_SUCCESSFUL"]
        assert action.outcome is not None

    async def test_a_stale_replica_is_no_change(self, backend: MemoryBackend) -> None:
        old = backend.vendor.campaigns["c1"]
        action = await resubmit(backend)
        running = backend.vendor.campaigns["c1"]
        backend.vendor.answers += [running, old, running, old]
        assert [r.action_status async for r in action.changes()] == [
            "RESUBMIT_IN_PROGRESS",
            "RESUBMIT_SUCCESSFUL",
        ]

    async def test_the_word_nobody_knows_is_shown(self, backend: MemoryBackend) -> None:
        def oddly(verb: Verb, id: str) -> None:
            backend.vendor.change(id, action="RESUBMIT_UNDER_AUDIT")
            backend.vendor.later(60, id, action="RESUBMIT_FAILED")

        backend.vendor.on_write = oddly
        action = await resubmit(backend)
        assert [r.action_status async for r in action.changes()] == [
            "RESUBMIT_UNDER_AUDIT",
            "RESUBMIT_FAILED",
        ]

    async def test_they_end_with_unknown_too(self, backend: MemoryBackend) -> None:
        action = await lost_resubmit(backend, applied=False)
        assert [reading async for reading in action.changes()] == []
        assert action.outcome is not None
        assert action.outcome.verdict is Verdict.UNKNOWN

    async def test_what_was_seen_before_the_restart_is_not_told_again(self, backend: MemoryBackend) -> None:
        action = await resubmit(backend)
        await action.refresh()
        again = backend.action(action.token)
        assert [reading.action_status async for reading in again.changes()] == ["RESUBMIT_SUCCESSFUL"]

    async def test_the_deadline(self, backend: MemoryBackend) -> None:
        action = await resubmit(backend)
        with pytest.raises(PollTimeoutError):
            [r async for r in action.changes(Schedule(first_seconds=1, deadline_seconds=10))]

    async def test_what_may_pass_is_passed_over_and_the_rest_comes_out(self, backend: MemoryBackend) -> None:
        action = await resubmit(backend)
        backend.vendor.answers += [OVERLOADED, AuthenticationError("memory.get", 401, "")]
        with pytest.raises(AuthenticationError):
            [reading async for reading in action.changes()]


class TestRefresh:
    async def test_reads_once_and_says_what_it_decides(
        self, backend: MemoryBackend, clock: VirtualClock
    ) -> None:
        action = await resubmit(backend)
        assert await action.refresh() is None
        assert action.status == "RESUBMIT_IN_PROGRESS"
        clock.advance(61)
        outcome = await action.refresh()
        assert outcome is not None
        assert outcome.verdict is Verdict.SUCCEEDED
        reads = len(backend.vendor.reads)
        assert await action.refresh() is outcome
        assert len(backend.vendor.reads) == reads

    async def test_a_stale_replica_changes_nothing(self, backend: MemoryBackend) -> None:
        old = backend.vendor.campaigns["c1"]
        action = await resubmit(backend)
        await action.refresh()
        before = action.token
        backend.vendor.answers.append(old)
        assert await action.refresh() is None
        assert (action.status, action.token) == ("RESUBMIT_IN_PROGRESS", before)

    async def test_errors_come_out(self, backend: MemoryBackend) -> None:
        action = await resubmit(backend)
        backend.vendor.answers.append(OVERLOADED)
        with pytest.raises(ServerError):
            await action.refresh()

    async def test_conclude_before_a_decision_is_refused(self, backend: MemoryBackend) -> None:
        action = await resubmit(backend)
        with pytest.raises(InvalidInputError, match="nothing has decided"):
            await action.conclude()


TAKES_IT_UP = """
import asyncio, sys
from tests.support.backends import MemoryBackend
from tests.support.clocks import VirtualClock

async def main():
    clock = VirtualClock()
    backend = MemoryBackend(clock)
    low = {"T-Mobile": {"tier": "LOW"}}
    backend.vendor.put(action="RESUBMIT_SUCCESSFUL", version="2026-03-02T14:01:00Z", terms=low)
    action = backend.action(sys.stdin.read())
    print(action.verb, action.target, action.status)
    outcome = await action.wait()
    print(outcome.verdict, outcome.evidence, [change.field for change in outcome.downgrades])

asyncio.run(main())
"""


def forged(plain: object, prefix: str = "cr1.") -> str:
    """A token with a right checksum, whatever is in it."""
    text = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
    return f"{prefix}{base64.urlsafe_b64encode(text).decode().rstrip('=')}.{zlib.crc32(text):08x}"


class TestToken:
    async def test_goes_on_in_another_process(self, backend: MemoryBackend) -> None:
        """With it go the pre-image's terms, and that progress was seen: both decide there."""
        action = await lost_resubmit(backend, applied=True)
        await action.refresh()
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", TAKES_IT_UP],
            input=action.token + "\n",
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        assert done.stdout.splitlines() == ["resubmit c1 RESUBMIT_IN_PROGRESS", "succeeded observed ['tier']"]

    async def test_is_plain_text_without_secrets_and_stays_the_same(self, backend: MemoryBackend) -> None:
        action = await resubmit(backend)
        token = action.token
        assert token.startswith("cr1.")
        assert token.isascii()
        assert " " not in token
        assert backend.action(token).token == token
        assert backend.action(f"  {token}\n").token == token

    async def test_what_was_taken_up_late_is_looked_at_at_once(
        self, backend: MemoryBackend, clock: VirtualClock
    ) -> None:
        token = (await resubmit(backend)).token
        clock.advance(3 * DAY)
        now = clock.monotonic()
        assert (await backend.action(token).wait(schedule=Schedule.hourly())).verdict is Verdict.SUCCEEDED
        assert clock.monotonic() == now

    async def test_a_skipped_one_stays_skipped(self, backend: MemoryBackend) -> None:
        """Somebody else's resubmission is under way; its end must not become ours."""
        backend.vendor.change("c1", action="RESUBMIT_IN_PROGRESS")
        backend.vendor.later(60, "c1", action="RESUBMIT_SUCCESSFUL")
        action = await resubmit(backend)
        again = backend.action(action.token)
        for each in (action, again):
            outcome = await each.wait()
            assert outcome.verdict is Verdict.SKIPPED
            assert "already under way" in outcome.reason

    async def test_of_another_account_or_provider_is_refused(self, backend: MemoryBackend) -> None:
        token = (await resubmit(backend)).token
        with pytest.raises(InvalidInputError, match="belongs to memory account a1, not to memory account a2"):
            MemoryBackend(account="a2").action(token)

    async def test_every_single_damaged_character_is_noticed(self, backend: MemoryBackend) -> None:
        token = (await resubmit(backend)).token
        for place in range(0, len(token), 7):
            other = "A" if token[place] != "A" else "B"
            with pytest.raises(InvalidInputError):
                backend.action(token[:place] + other + token[place + 1 :])

    async def test_a_token_that_was_cut_is_noticed(self, backend: MemoryBackend) -> None:
        token = (await resubmit(backend)).token
        for length in range(0, len(token), 5):
            with pytest.raises(InvalidInputError):
                backend.action(token[:length])

    @pytest.mark.parametrize(
        "token",
        [
            "",
            "cr1.",
            "cr2.e30.00000000",
            "nonsense",
            "cr1.ä.00000000",
            forged(b"\xff"),
            forged(b"{"),
            forged(b"[" * 100_000),
            forged([]),
            forged({}),
            forged({"p": "memory", "acct": "a1"}),
            forged({"p": "memory", "acct": "a1", "verb": "dance", "target": "c1"}),
        ],
        ids=range(12),
    )
    async def test_what_is_no_token_is_refused(self, backend: MemoryBackend, token: str) -> None:
        with pytest.raises(InvalidInputError):
            backend.action(token)

    async def test_of_a_verb_the_provider_lacks(self, backend: MemoryBackend) -> None:
        token = (await resubmit(backend)).token
        plain = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        with pytest.raises(UnsupportedVerbError, match="renew"):
            backend.action(forged({**plain, "verb": "renew"}))


async def test_readings_that_are_kept_stay_few(backend: MemoryBackend, clock: VirtualClock) -> None:
    """A campaign that flaps for weeks makes no token of a megabyte."""
    backend.vendor.on_write = lambda verb, target: None
    action = await resubmit(backend)
    for number in range(200):
        clock.advance(60)
        backend.vendor.change("c1", action=f"ODD_{number}")
        await action.refresh()
    assert len(action.track.readings) == 32
    assert len(action.token) < 8000


async def test_the_bounds_are_the_backends(clock: VirtualClock) -> None:
    backend = MemoryBackend(clock, timeouts=attrs.evolve(Timeouts(), quiet_seconds=100, settle_seconds=10))
    backend.vendor.put()
    backend.vendor.on_write = lambda verb, target: None
    started = clock.monotonic()
    await (await resubmit(backend)).wait()
    assert 100 <= clock.monotonic() - started < 200
