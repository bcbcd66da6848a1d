"""`perform`: one way to write, in one order, for every provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.errors import (
    HeldBackError,
    InvalidInputError,
    NotFoundError,
    OutcomeUnknownError,
    ServerError,
    UnsupportedVerbError,
)
from campaign_reg.protocol.params import make_params, plain_params
from campaign_reg.protocol.write import Intent, PreparedWrite, Timeouts
from campaign_reg.rate import Limits, Reservation
from tests.support.backends import Again, MemoryBackend, MemoryRequest
from tests.support.clocks import VirtualClock

if TYPE_CHECKING:
    from campaign_reg.models.reading import Reading

pytestmark = pytest.mark.anyio


def lost() -> OutcomeUnknownError:
    return OutcomeUnknownError("memory.write", "the connection was lost")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def backend(clock: VirtualClock) -> MemoryBackend:
    backend = MemoryBackend(clock)
    backend.vendor.put()
    return backend


class TestOrder:
    async def test_read_then_intent_then_write(self, backend: MemoryBackend) -> None:
        seen: list[tuple[list[str], int, Intent]] = []

        async def note(intent: Intent) -> None:
            seen.append(([*backend.vendor.reads], len(backend.vendor.writes), intent))

        action = await backend.perform("resubmit", "c1", {"note": "x"}, before_send=note)
        [(reads, writes, intent)] = seen
        assert (reads, writes) == (["c1"], 0)
        assert backend.vendor.writes == [(Verb.RESUBMIT, "c1")]
        assert (intent.target, intent.at) == ("c1", backend.clock.now())
        assert intent.preimage == action.track.preimage
        assert intent.preimage is not None
        assert intent.preimage.action_status == "CREATE_SUCCESSFUL"
        assert len(intent.digest) == 64

    async def test_what_the_intent_raises_stops_the_write(self, backend: MemoryBackend) -> None:
        async def disk_full(intent: Intent) -> None:
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            await backend.perform("resubmit", "c1", before_send=disk_full)
        assert backend.vendor.writes == []

    async def test_the_digest_tells_writes_apart(self, backend: MemoryBackend) -> None:
        digests: set[str] = set()

        async def note(intent: Intent) -> None:
            digests.add(intent.digest)
            raise OSError

        for note_text in ("x", "y", "x"):
            with pytest.raises(OSError):
                await backend.perform("resubmit", "c1", Again(note_text), before_send=note)
        assert len(digests) == 2

    async def test_a_given_pre_image_saves_the_read(self, backend: MemoryBackend) -> None:
        reading = await backend.read("c1")
        action = await backend.perform("resubmit", "c1", preimage=reading)
        assert backend.vendor.reads == ["c1"]
        assert action.track.preimage == reading

    async def test_a_create_reads_nothing_and_learns_its_id(self, backend: MemoryBackend) -> None:
        action = await backend.perform("create")
        assert backend.vendor.reads == []
        assert (action.target, action.track.preimage, action.track.acknowledged) == ("new1", None, True)

    async def test_one_permit_for_both_where_a_rate_is_kept(self, clock: VirtualClock) -> None:
        backend = MemoryBackend(clock, limits=Limits(per_second=10))
        backend.vendor.put()
        first = (await backend.pace.reserve()).take()
        await backend.perform("resubmit", "c1")
        assert (await backend.pace.reserve()).take() - first == pytest.approx(0.3)


class TestRefusals:
    @pytest.mark.parametrize("action", ["CREATE_IN_PROGRESS", "RESUBMIT_IN_PROGRESS", "DELETE_IN_PROGRESS"])
    async def test_under_way_already(self, backend: MemoryBackend, action: str) -> None:
        backend.vendor.put(action=action)
        made = await backend.perform("resubmit", "c1")
        assert made.done
        assert made.outcome is not None
        assert (made.outcome.verdict, made.outcome.evidence) == (Verdict.SKIPPED, Evidence.OBSERVED)
        assert action in made.outcome.reason
        assert backend.vendor.writes == []

    async def test_a_missing_campaign_is_an_error(self, backend: MemoryBackend) -> None:
        with pytest.raises(NotFoundError):
            await backend.perform("resubmit", "c2")
        assert backend.vendor.writes == []

    async def test_an_unreadable_campaign_is_not_written(self, backend: MemoryBackend) -> None:
        backend.vendor.answers.append(ServerError("memory.get", 500, ""))
        with pytest.raises(ServerError):
            await backend.perform("resubmit", "c1")
        assert backend.vendor.writes == []

    @pytest.mark.parametrize(
        "verb", ["renew", Verb.APPROVE, Verb.UPDATE, "dance", Verb("dance"), "get", "", "Resubmit"]
    )
    async def test_verbs_it_lacks(self, backend: MemoryBackend, verb: str) -> None:
        with pytest.raises(UnsupportedVerbError, match="it has create, delete, resubmit"):
            await backend.perform(verb, "c1")
        with pytest.raises(UnsupportedVerbError):
            backend.check(verb, "c1")
        assert backend.vendor.reads == []

    @pytest.mark.parametrize(
        ("params", "words"),
        [
            ({"nots": "x"}, "Again has no nots; it takes: note"),
            (["x"], "takes Again or a mapping, not list"),
        ],
    )
    async def test_parameters_of_the_wrong_form(
        self, backend: MemoryBackend, params: Any, words: str
    ) -> None:
        with pytest.raises(InvalidInputError, match=words):
            await backend.perform("resubmit", "c1", params)
        assert backend.vendor.reads == []


class TestTwoSeconds:
    """Versions may have one-second resolution: no write may hide behind the change before it."""

    async def test_waits_and_reads_again(self, backend: MemoryBackend, clock: VirtualClock) -> None:
        backend.vendor.change("c1", name="renamed")
        started = clock.monotonic()
        action = await backend.perform("resubmit", "c1")
        assert clock.monotonic() - started == 2
        assert backend.vendor.reads == ["c1", "c1"]
        assert len(backend.vendor.writes) == 1
        assert action.track.preimage is not None
        assert action.track.preimage.taken_at == clock.now()

    async def test_what_starts_in_the_meantime_is_noticed(self, backend: MemoryBackend) -> None:
        backend.vendor.change("c1", name="renamed")
        backend.vendor.later(1, "c1", action="RESUBMIT_IN_PROGRESS")
        action = await backend.perform("resubmit", "c1")
        assert action.done
        assert backend.vendor.writes == []

    async def test_a_campaign_that_never_rests_is_not_written(self, backend: MemoryBackend) -> None:
        backend.vendor.change("c1", name="0")
        for second in range(1, 60):
            backend.vendor.later(second, "c1", name=str(second))
        with pytest.raises(HeldBackError, match="keeps changing"):
            await backend.perform("resubmit", "c1")
        assert backend.vendor.writes == []
        assert len(backend.vendor.reads) == 6


class TestAge:
    """A write rests on its pre-image, which must not be old when it leaves."""

    @staticmethod
    async def leave_before(backend: MemoryBackend, **options: Any) -> float | None:
        """When the write had to have left, in monotonic seconds."""
        noted: list[float | None] = []
        send = backend.send

        async def spying(write: PreparedWrite, request: MemoryRequest) -> Any:
            noted.append(request.leave_before)
            return await send(write, request)

        backend.send = spying  # type: ignore[method-assign]
        await backend.perform("resubmit", "c1", **options)
        return noted[0]

    async def test_is_bounded(self, backend: MemoryBackend, clock: VirtualClock) -> None:
        assert await self.leave_before(backend) == clock.monotonic() + Timeouts().preimage_seconds

    async def test_counts_from_the_reading(self, backend: MemoryBackend, clock: VirtualClock) -> None:
        reading = await backend.read("c1")
        read_at = clock.monotonic()
        clock.advance(20)
        assert await self.leave_before(backend, preimage=reading) == read_at + Timeouts().preimage_seconds

    async def test_a_pause_while_it_was_read_is_waited_out(self, clock: VirtualClock) -> None:
        """The reservation lapsed with it; a fresh one is needed, or the write would be held back for good."""

        class Paused(MemoryBackend):
            async def read(
                self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
            ) -> Reading:
                self.pace.pause(3)
                return await super().read(id, reservation=reservation)

        backend = Paused(clock)
        backend.vendor.put()
        before = backend.pace.epoch
        used: list[int] = []
        send = backend.send

        async def spying(write: PreparedWrite, request: MemoryRequest) -> Any:
            assert request.reservation is not None
            used.append(request.reservation.epoch)
            return await send(write, request)

        backend.send = spying  # type: ignore[method-assign]
        await backend.perform("resubmit", "c1")
        assert used == [before + 1]


class TestLost:
    async def test_carries_the_token_of_the_action(self, backend: MemoryBackend) -> None:
        backend.vendor.lost.append((lost(), True))
        with pytest.raises(OutcomeUnknownError) as caught:
            await backend.perform("resubmit", "c1")
        assert caught.value.token is not None
        action = backend.action(caught.value.token)
        assert (action.verb, action.target, action.track.acknowledged) == (Verb.RESUBMIT, "c1", False)
        assert action.track.preimage is not None
        assert action.track.preimage.version == "2026-02-01T08:00:00Z"

    async def test_a_create_has_no_action_to_take_up(self, backend: MemoryBackend) -> None:
        backend.vendor.lost.append((lost(), True))
        with pytest.raises(OutcomeUnknownError) as caught:
            await backend.perform("create")
        assert caught.value.token is None


class TestVerbsAsMethods:
    """Where a provider has no typed method of its own, the verb's method takes what `perform` takes."""

    async def test_what_it_has(self, backend: MemoryBackend) -> None:
        action = await backend.resubmit("c1", {"note": "again"})
        assert (action.verb, action.target) == (Verb.RESUBMIT, "c1")
        created = await backend.create({"name": "Spring"})
        assert created.verb is Verb.CREATE
        with pytest.raises(InvalidInputError):
            await backend.resubmit("c1", {"colour": "red"})
        assert [verb for verb, _ in backend.vendor.writes] == [Verb.RESUBMIT, Verb.CREATE]

    @pytest.mark.parametrize("verb", ["update", "renew", "approve"])
    async def test_what_it_lacks(self, backend: MemoryBackend, verb: str) -> None:
        for arguments in ((), ("c1",), ("c1", {"x": 1}, "one too many")):
            with pytest.raises(UnsupportedVerbError, match=f"memory has no verb '{verb}'"):
                await getattr(backend, verb)(*arguments)
        assert backend.vendor.reads == []


async def test_check_returns_what_differs_from_the_defaults(backend: MemoryBackend) -> None:
    assert backend.check("resubmit", "c1", {"note": "x"}) == {"note": "x"}
    assert backend.check("resubmit", "c1") == {}
    assert backend.vendor.reads == []


async def test_verbs_are_what_it_has_rules_for_and_can_read(backend: MemoryBackend) -> None:
    assert backend.verbs == {Verb.GET, Verb.LIST, Verb.FEEDBACK, Verb.RESUBMIT, Verb.DELETE, Verb.CREATE}


async def test_async_with_closes_it() -> None:
    backend = MemoryBackend()
    seen = []
    async with backend as same:
        seen.append((same is backend, backend.closed))
    seen.append((True, backend.closed))
    assert seen == [(True, False), (True, True)]
    await backend.aclose()


def test_repr_names_the_account(backend: MemoryBackend) -> None:
    assert repr(backend) == "<MemoryBackend memory account a1>"


@attrs.frozen
class Draft:
    name: str
    sizes: tuple[int, ...] = ()
    size: int = attrs.field(default=1, validator=attrs.validators.gt(0))


def test_parameters_from_plain_values_and_back() -> None:
    made = make_params(Draft, {"name": "x", "sizes": (1, 2)})
    assert made == Draft("x", (1, 2))
    assert plain_params(made) == {"name": "x", "sizes": [1, 2]}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Draft needs name"),
        ({"name": "x", "colour": 1, "age": 2}, "Draft has no age, colour; it takes: name, sizes, size"),
        ({"name": "x", "size": 0}, "Draft: 'size' must be > 0"),
    ],
)
def test_parameters_that_do_not_fit(values: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        make_params(Draft, values)
