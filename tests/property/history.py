"""One row's history: the engine's own loop at a vendor in virtual time, cut off wherever a schedule says.

The carrier, the order of a write and the pure functions are the real ones. What stands around them is a clock, a
journal in memory that keeps what was made durable and nothing else, and a vendor. No coroutine here ever suspends: each
is run by hand to its end, or to the point where it is cut off.
"""

from __future__ import annotations

import enum
import json
import random
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

import attrs

from campaign_reg.batch.context import BatchContext
from campaign_reg.batch.guardrails import Accepted, Gate, Guardrails
from campaign_reg.batch.results import Tally
from campaign_reg.batch.state_machine import Facts, Phase
from campaign_reg.batch.worker import Row, RowWorker
from campaign_reg.enums import Verdict
from campaign_reg.errors import (
    ApiError,
    AuthenticationError,
    CampaignRegError,
    ConflictError,
    ConnectError,
    DecodeError,
    HeldBackError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)
from campaign_reg.journal.records import RowRecord
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.backend import Backend
from campaign_reg.protocol.schedule import Schedule
from campaign_reg.protocol.write import Answer, Found, NotApplied, PreparedWrite, Timeouts
from campaign_reg.rate import Reservation
from tests.property.vendor import Kind, Made, Record, Shown, Vendor, at, whole
from tests.support.backends import MemoryRequest

if TYPE_CHECKING:
    import asyncio

    from campaign_reg.journal.store import JournalStore

T = TypeVar("T")

SETTLE_SECONDS, QUIET_SECONDS = 60.0, 3600.0
SCHEDULE = Schedule(first_seconds=5.0, factor=2.0, max_seconds=600.0, deadline_seconds=86400.0)
LATENCY_SECONDS = 0.13
ROUNDING_SECONDS = 2.5  # the pre-image's Date and its age at the send are whole seconds, both
_LATELY = 95.0
_SHORTEST_NAP_SECONDS = 1e-6  # no clock sleeps for a rounding error
ROW, WITNESS = "c1", "w"


class CutOffError(BaseException):
    """The process died, or the task was cancelled: the same to what it was doing."""


class Fate(enum.Enum):
    """What becomes of a write."""

    ACKNOWLEDGED = enum.auto()
    SETTLED = enum.auto()
    TAKEN = enum.auto()  # acknowledged, and applied late
    DROPPED_BEFORE = enum.auto()
    DROPPED_AFTER = enum.auto()
    LATE = enum.auto()
    TROUBLE_BEFORE = enum.auto()  # 503
    TROUBLE_AFTER = enum.auto()
    THROTTLED = enum.auto()
    EXPIRED = enum.auto()
    UNCONNECTED = enum.auto()
    HELD_BACK = enum.auto()
    REFUSED = enum.auto()
    UNKNOWN_THERE = enum.auto()  # 404 to the write
    FORBIDDEN = enum.auto()
    MUDDLED_BEFORE = enum.auto()  # an answer at which the provider's own code fails
    MUDDLED_AFTER = enum.auto()
    ECHO = enum.auto()  # refused for the campaign's state, in which the write itself may have put it


MUDDLED: Mapping[Fate, Exception] = {
    Fate.MUDDLED_BEFORE: DecodeError("error", "this page is HTML"),
    Fate.MUDDLED_AFTER: KeyError("campaignId"),
}
LOST = {
    *(Fate.DROPPED_BEFORE, Fate.DROPPED_AFTER, Fate.LATE, Fate.TROUBLE_BEFORE, Fate.TROUBLE_AFTER),
    *MUDDLED,
}
APPLIED = {
    *(Fate.ACKNOWLEDGED, Fate.SETTLED, Fate.TAKEN, Fate.DROPPED_AFTER, Fate.LATE, Fate.TROUBLE_AFTER),
    Fate.MUDDLED_AFTER,
}
REFUSALS: Mapping[Fate, CampaignRegError] = {
    Fate.THROTTLED: RateLimitError("model.write", 429, "slowly"),
    Fate.EXPIRED: AuthenticationError("model.write", 401, "who are you"),
    Fate.UNCONNECTED: ConnectError("model.write", "refused"),
    Fate.HELD_BACK: HeldBackError("model.write", "paused"),
    Fate.REFUSED: InvalidRequestError("model.write", 400, "no"),
    Fate.UNKNOWN_THERE: NotFoundError("model.write", 404, "what campaign"),
    Fate.FORBIDDEN: PermissionDeniedError("model.write", 403, "not you"),
}


class Look(enum.Enum):
    """What becomes of a read."""

    CURRENT = enum.auto()
    LAGGING = enum.auto()
    MISSING = enum.auto()
    UNSEEN = enum.auto()
    BARE = enum.auto()  # the newest action's word is left out
    TROUBLE = enum.auto()
    GARBLED = enum.auto()
    FORBIDDEN = enum.auto()


BROKEN_LOOKS: Mapping[Look, CampaignRegError] = {
    Look.TROUBLE: ServerError("model.read", 503, "not now"),
    Look.GARBLED: DecodeError("status", "missing"),
    Look.FORBIDDEN: PermissionDeniedError("model.read", 403, "not you"),
}


@attrs.frozen(kw_only=True, repr=False)
class Moment:
    """What happens around one step of the row; left alone, all goes well.

    Attributes:
        wait: Seconds by which the step comes later than it is due.
        hinted: Whether a callback makes a look come at once instead.
        stranger: What somebody else does just before.
        gap: Seconds that the write waits for its turn after the pre-image was read.
        meanwhile: What somebody else does in that gap.
        look: What becomes of the step's first read.
        lag: By how many seconds a replica lags.
        fate: What becomes of the write.
        late: How many seconds later than it should a write is applied.
        course: What comes of it.
        cut: After how many calls for I/O the process dies; 0 is never.
        down: For how many seconds nothing runs then.
        witness: After how many seconds another row of the batch shows that versions move; None where none does.
    """

    wait: float = 0.0
    hinted: bool = False
    stranger: str = ""
    gap: float = 0.0
    meanwhile: str = ""
    look: Look = Look.CURRENT
    lag: float = 1.0
    fate: Fate = Fate.ACKNOWLEDGED
    late: float = 0.0
    course: int = 0
    cut: int = 0
    down: float = 1.0
    witness: float | None = None

    def __repr__(self) -> str:
        """Only what is out of the ordinary: a history that failed is read by people."""
        values = [(field.name, getattr(self, field.name), field.default) for field in attrs.fields(Moment)]
        return f"Moment({', '.join(f'{name}={value}' for name, value, usual in values if value != usual)})"


CALM = Moment()


@attrs.define
class World:
    """Time, and where in a step the process is cut off.

    Attributes:
        broken: What must never happen and did, around a write: the engine takes every error there for a lost answer.
    """

    seconds: float = 100.25
    booted: float = 0.0
    skew: float = 0.0
    moment: Moment = CALM
    calls: int = 0
    meanwhile: Callable[[str], None] = lambda act: None
    broken: AssertionError | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Keep what is found broken in here."""
        try:
            yield
        except AssertionError as broken:
            self.broken = broken
            raise

    def now(self) -> datetime:
        return at(self.seconds + self.skew)

    def monotonic(self) -> float:
        return self.seconds - self.booted

    def call(self) -> None:
        """Every call for I/O passes here, before and after it does anything that lasts."""
        self.calls += 1
        if self.calls == self.moment.cut:
            raise CutOffError

    async def sleep(self, seconds: float) -> None:
        self.call()
        nap = max(seconds, _SHORTEST_NAP_SECONDS)
        self.seconds += nap / 2
        self.meanwhile(self.moment.meanwhile)
        self.seconds += nap / 2

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        raise AssertionError("a row never waits for an event")


@attrs.define
class MemoryJournal:
    """What was made durable, in the journal's own words; the rest of `JournalStore` is for batches."""

    world: World
    records: dict[int, RowRecord]
    facts: dict[str, str] = attrs.field(factory=dict)
    intents: dict[int, dict[int, float]] = attrs.field(factory=lambda: defaultdict(dict))
    verdicts: dict[int, Verdict] = attrs.field(factory=dict)
    reasons: dict[int, str] = attrs.field(factory=dict)

    def _write(self, n: int, **members: Any) -> None:
        """As a commit does: it happens or not, and the process may die before and after."""
        self.world.call()
        self.records[n] = attrs.evolve(self.records[n], **members)
        self.world.call()

    async def intent(self, n: int, attempts: int, preimage: str, digest: str, at: str) -> None:
        record = self.records[n]
        with self.world.watched():
            assert record.phase in {"ready", "lost"}, "two writes of a row at a time"
            assert record.attempts == attempts - 1, "the journal has lost count of the attempts"
        plain = json.loads(preimage)
        self.intents[n][attempts] = self.world.seconds  # one that was taken back is overwritten by the next
        self._write(n, phase="intent", attempts=attempts, preimage=plain, readings=(), sent_at=at)

    async def phase(self, n: int, phase: str, attempts: int, target: str | None = None) -> None:
        assert phase != Phase.ENDED, "a row ends with its result, or may be cut off from it"
        self._write(n, phase=str(phase), attempts=attempts, target=target or self.records[n].target)

    async def take_back(self, n: int, phase: str, attempts: int, preimage: str, sent_at: str | None) -> None:
        self._write(n, phase=str(phase), attempts=attempts, preimage=json.loads(preimage), sent_at=sent_at)

    async def observed(self, n: int, phase: str, readings: str) -> None:
        self._write(n, phase=str(phase), readings=json.loads(readings))

    async def end(self, n: int, verdict: str, attempts: int, document: str) -> None:
        assert n not in self.verdicts, "a row ended twice"
        self.world.call()
        self.records[n] = attrs.evolve(self.records[n], phase="ended", attempts=attempts, readings=())
        self.verdicts[n], self.reasons[n] = Verdict(verdict), json.loads(document)["reason"]
        self.world.call()

    async def learn(self, *, version_moves: bool, lag_seconds: float | None) -> None:
        self.world.call()
        if version_moves:
            self.facts["version_moves"] = "1"
        if lag_seconds is not None:
            known = float(self.facts.get("longest_lag_seconds", 0))
            self.facts["longest_lag_seconds"] = repr(max(known, lag_seconds))
        self.world.call()

    async def preimage(self, n: int) -> Mapping[str, Any] | None:
        return self.records[n].preimage


@attrs.define
class TurnPace:
    """A pace that makes a write wait for its turn as long as the moment says."""

    world: World
    epoch: int = 0

    async def reserve(self, count: int = 1) -> Reservation:
        self.world.call()
        now = self.world.monotonic()
        return Reservation([*[now] * (count - 1), now + self.world.moment.gap], self.epoch)

    def pause(self, seconds: float) -> None:
        raise AssertionError("no row of a history asks for this")

    def tighten(self, per_second: float) -> Any:
        raise AssertionError("no row of a history asks for this")

    def paused_seconds(self) -> float:
        raise AssertionError("no row of a history asks for this")


class ModelBackend(Backend[Made]):
    """An account at the vendor; `history` is told of everything that passes."""

    provider = "model"

    def __init__(self, history: History) -> None:
        self._history, self._kind, self._world = history, history.kind, history.world
        self.rules = {history.kind.rule.verb: history.kind.rule}  # type: ignore[misc]
        super().__init__(
            account="a1",
            pace=TurnPace(history.world),
            clock=history.world,
            rng=random.Random(7),
            timeouts=Timeouts(settle_seconds=SETTLE_SECONDS, quiet_seconds=QUIET_SECONDS),
            schedule=SCHEDULE,
            close=self._shut,
        )

    async def _shut(self) -> None:
        """Nothing is open."""

    async def get(self, id: str) -> Made:
        raise AssertionError("no row of a history asks for this")

    def list(self, *_: Any, **filters: Any) -> Any:
        raise AssertionError("no row of a history asks for this")

    def reading_of(self, campaign: Made) -> Reading:
        raise AssertionError("no row of a history asks for this")

    async def read(self, id: str, *, verb: Any = None, reservation: Reservation | None = None) -> Reading:
        if reservation is not None:
            reservation.take()
        return self._history.answer_read(id)

    async def find(self, mark: Mapping[str, str], *, reservation: Reservation | None = None) -> Found:
        if reservation is not None:
            reservation.take()
        return self._history.answer_search()

    def prepare(self, verb: Any, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        request = MemoryRequest(verb=verb, target=target, params=params)
        mark = {"name": "ours"} if self._kind.rule.creates and self._kind.mark else {}
        return PreparedWrite(request_for=lambda _: request, interpret=lambda answer: answer, mark=mark)

    async def send(self, write: PreparedWrite, request: MemoryRequest) -> Answer | NotApplied:
        request.leave()
        with self._history.world.watched():
            self._history.leave(request.target or "")
        try:
            return self._history.answer_write(request.target or "")
        except (ConnectError, ApiError) as error:
            return NotApplied(error)


def run(step: Coroutine[Any, Any, T]) -> T:
    """Run a step by hand; nothing in this world suspends."""
    try:
        step.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    raise AssertionError("a step suspended")


@attrs.define(kw_only=True)
class History:
    """A row from its beginning to its end, and what must never happen on the way.

    Attributes:
        kind: Verb and vendor.
        resend: Whether a lost write may be sent again on proof.
        writes: The fate of each write that left and may have been applied; None where it was cut off.
        clean_reads: When a reading showed the row untouched, since the last unclear write or start of a process.
    """

    kind: Kind
    first: Shown | None = None
    changed_lately: bool = False
    resend: bool = True
    skew: float = 0.0
    facts: Mapping[str, str] = attrs.field(factory=dict)
    vendor: Vendor = attrs.field(init=False)
    world: World = attrs.field(init=False)
    journal: MemoryJournal = attrs.field(init=False)
    row: Row = attrs.field(init=False)
    worker: RowWorker = attrs.field(init=False)
    due: float = 0.0
    writes: list[Fate | None] = attrs.field(factory=list)
    untouched: list[tuple[float, float]] = attrs.field(factory=list)
    strangers: int = 0
    crashes: int = 0
    odd_looks: int = 0
    idle: bool = False
    taken_until: float = 0.0
    blind_since: float | None = None
    looked: bool = False

    def __attrs_post_init__(self) -> None:
        self.world = World(skew=self.skew, meanwhile=self._stranger)
        self.vendor = Vendor(self.kind)
        if self.first is not None:
            for id in (ROW, WITNESS):
                self.vendor.records[id] = Record(id, self.first)
                if self.kind.past is not None and self.changed_lately:
                    self.vendor.records[id].change(_LATELY, self.kind.past)
        rows = {n: RowRecord(n=n, id=id) for n, id in enumerate((ROW, WITNESS), start=1)}
        self.journal = MemoryJournal(self.world, rows, dict(self.facts))
        self._start()

    @property
    def record(self) -> RowRecord:
        """The row, as the journal has it."""
        return self.journal.records[1]

    @property
    def verdict(self) -> Verdict | None:
        """How the row ended."""
        return self.journal.verdicts.get(1)

    @property
    def window_seconds(self) -> float:
        """The longest that a lost write may stay unseen, by what the journal knows."""
        return max(SETTLE_SECONDS, 3 * float(self.journal.facts.get("longest_lag_seconds", 0)))

    def _start(self) -> None:
        """A process takes up the journal, as a batch does."""
        self.untouched.clear()
        self.world.booted = self.world.seconds - 7.0
        facts = Facts(
            settle_seconds=SETTLE_SECONDS,
            quiet_seconds=QUIET_SECONDS,
            version_moves="version_moves" in self.journal.facts,
            longest_lag_seconds=float(self.journal.facts.get("longest_lag_seconds", 0)),
            resend=self.resend,
        )
        tally = Tally(rows=1)
        context = BatchContext(
            journal=cast("JournalStore", self.journal),
            journal_id="j1",
            backend=ModelBackend(self),
            verb=self.kind.rule.verb,
            schedule=SCHEDULE,
            facts=facts,
            tally=tally,
            gate=Gate(Guardrails(), Accepted(), tally),
        )
        self.worker = RowWorker(context, _nothing)
        if self.record.phase == Phase.READY:
            self.row = self.worker.begin(self.record)
        elif self.record.phase != Phase.ENDED:
            self.row = run(self.worker.take_up(self.record))
        self.due = self.world.seconds

    def pass_through(self, moment: Moment) -> None:
        """One step of the row, and what happens around it."""
        world = self.world
        if not (moment.hinted and self.row.state.phase is not Phase.READY):
            world.seconds = max(world.seconds, self.due) + moment.wait
        if moment.witness is not None:
            self._witness(moment.witness)
        self._stranger(moment.stranger)
        world.moment, world.calls, self.looked = moment, 0, False
        try:
            self._step()
        except (CutOffError, AuthenticationError, PermissionDeniedError) as end:
            self._restart(moment, end)
        finally:
            world.moment = CALM
        if world.broken is not None:
            raise world.broken
        self._check_journal()

    def _step(self) -> None:
        self.world.call()
        wait = run(self.worker.carry(self.row))
        self.world.call()
        if wait is None and self.verdict is None:
            wait = self._run_again()
        assert wait is None or wait >= 0
        self.due = self.world.seconds + (wait or 0.0)

    def _run_again(self) -> float:
        """The schedule's deadline has passed, and left the row open: the user runs the batch again."""
        self.world.seconds += 3600.0
        self._start()
        return 0.0

    def _restart(self, moment: Moment, end: BaseException) -> None:
        self.crashes += isinstance(end, CutOffError)
        if self.writes and self.record.phase == Phase.INTENT:
            self.writes[-1] = None
        self.world.moment = CALM
        self.world.seconds += moment.down
        if self.verdict is None:
            assert self.record.phase != Phase.ENDED, "a row ended without a result"
            self._start()

    def _stranger(self, act: str) -> None:
        if self.world.seconds < self.taken_until:
            return  # what the vendor has taken keeps others out until it is done
        if act and (self.kind.rule.creates or self.vendor.shows(ROW, self.world.seconds)):
            self.strangers += 1
            target = "" if self.kind.rule.creates else ROW
            self.vendor.apply(self.kind.strangers[act], target, self.world.seconds, ours=False)

    def _witness(self, lag: float) -> None:
        """Another row of the batch is acknowledged, and seen to move its version after so many seconds."""
        if self.journal.records[2].phase != Phase.READY or self.kind.rule.creates:
            return
        row = self.worker.begin(self.journal.records[2])
        if run(self.worker.carry(row)) is None:
            return
        if lag:
            self.world.moment = Moment(look=Look.LAGGING, lag=lag + 1)
            self.looked = False
            run(self.worker.carry(row))
            self.world.moment = CALM
            self.world.seconds += lag
        if self.journal.records[2].phase != Phase.ENDED:
            run(self.worker.carry(row))

    # What the vendor is asked.

    def answer_read(self, target: str) -> Reading:
        moment, world = self._next_look(), self.world
        world.call()
        world.seconds += LATENCY_SECONDS
        if moment.look in BROKEN_LOOKS:
            raise BROKEN_LOOKS[moment.look]
        lag = moment.lag if moment.look is Look.LAGGING else 0.0
        shown = self.vendor.shows(target, world.seconds - lag)
        if target == WITNESS and shown is not None:
            return self._seen(target, shown, moment)
        blind = self._may_be_blind() if shown is None or moment.look is Look.MISSING else False
        if shown is None or blind:
            raise NotFoundError("model.read", 404, "what campaign")
        self.blind_since = None
        reading = self._seen(target, shown, moment)
        self._note_untouched(reading)
        return reading

    def _next_look(self) -> Moment:
        """The moment's trouble strikes the first read of a step."""
        moment, self.looked = CALM if self.looked else self.world.moment, True
        return moment

    def _seen(self, target: str, shown: Shown, moment: Moment) -> Reading:
        self.odd_looks += moment.look in {Look.UNSEEN, Look.BARE}
        if moment.look is Look.UNSEEN:
            word: dict[str, Any] = {self.kind.unseen: "PONDERED"}
            shown = attrs.evolve(shown, **word)
        if moment.look is Look.BARE and self.kind.unseen == "action":
            shown = attrs.evolve(shown, action="")
        return self.vendor.reading(target, shown, self.world.seconds, local=self.skew)

    def _may_be_blind(self) -> bool:
        """Whether a replica may still not know the campaign: never as long as the settle window."""
        if self.blind_since is None:
            self.blind_since = self.world.seconds
        return self.world.seconds - self.blind_since < SETTLE_SECONDS - 1

    def answer_search(self) -> Found:
        moment, world = self._next_look(), self.world
        world.call()
        world.seconds += LATENCY_SECONDS
        if moment.look in BROKEN_LOOKS:
            raise BROKEN_LOOKS[moment.look]
        lag = moment.lag if moment.look is Look.LAGGING else 0.0
        shown = {id: self.vendor.shows(id, world.seconds - lag) for id in self.vendor.records}
        readings = tuple(self._seen(id, one, moment) for id, one in shown.items() if one is not None)
        return Found(readings=readings, vendor_time=whole(world.seconds))

    def _note_untouched(self, reading: Reading) -> None:
        plain = self.record.preimage
        if plain is not None:
            before = Reading.from_plain(ROW, plain)
            self.idle = (reading.version, reading.status) == (before.version, before.status)
            if self.idle:
                self.untouched.append((self.world.seconds, self.window_seconds))

    # What may leave.

    def leave(self, target: str) -> None:
        """A write is on its way: by now all that must be proven is proven."""
        self.world.call()
        if target == WITNESS:
            return
        record = self.record
        assert record.phase == "intent", "a write left before its intent was durable"
        assert record.attempts > len(self.writes), "the journal has lost count of the attempts"
        assert record.attempts <= 2, "a third write"
        assert not self.vendor.applied(ROW), "paid twice"
        if record.attempts == 2:
            self._check_proof()

    def _check_proof(self) -> None:
        assert self.resend, "sent again, though that is switched off"
        assert self.kind.rule.resendable, "sent again, and it never may be"
        assert "version_moves" in self.journal.facts, "sent again without a witness"
        assert len(self.untouched) >= 2, "sent again without two readings that show nothing"
        assert self.idle, "sent again, though the last reading shows a change"
        (first, _), (last, window) = (
            self.untouched[0],
            self.untouched[-2],
        )  # the very last is the new pre-image
        assert last - first >= window - 1, "sent again within the settle window"
        limit = self.kind.rule.resend_within_seconds
        intents = self.journal.intents[1]
        waited = intents[2] - intents[1]
        assert limit is None or waited <= limit + 40, "sent again too late"

    def answer_write(self, target: str) -> Answer:
        moment, world, witness = self.world.moment, self.world, target == WITNESS
        world.seconds += LATENCY_SECONDS
        fate = self._fate(moment, target)
        if not witness:
            self.writes.append(fate)
        if fate in APPLIED:
            late = moment.late if fate is Fate.LATE or (fate is Fate.TAKEN and self._alone()) else 0.0
            course = self.kind.courses[moment.course % len(self.kind.courses)]
            made = self.vendor.apply(course, target, world.seconds + late, ours=not witness)
            if fate is Fate.TAKEN:
                self.taken_until = world.seconds + late
        else:
            made = target
        if not witness and fate not in REFUSALS:
            self.untouched.clear()
        world.call()  # cut off in mid-flight
        world.seconds += LATENCY_SECONDS
        if fate in MUDDLED:
            raise MUDDLED[fate]
        if fate in LOST:
            raise OutcomeUnknownError("model.write", "the connection was reset")
        if fate in REFUSALS:
            self.writes.pop()
            raise REFUSALS[fate]
        if fate is Fate.ECHO:
            return self._echo(target)
        return Answer(target=made, settled=fate is Fate.SETTLED)

    def _alone(self) -> bool:
        """Whether nobody else did anything so shortly before that whole seconds could not tell it from our write."""
        return all(self.world.seconds - line.when > ROUNDING_SECONDS for line in self.vendor.ledger)

    def _fate(self, moment: Moment, target: str) -> Fate:
        """Fates that this vendor does not know stand for the nearest that it does."""
        if moment.fate is Fate.SETTLED and not self.kind.settles:
            return Fate.ACKNOWLEDGED
        if moment.fate is Fate.ECHO:
            shown = self.vendor.shows(target, self.world.seconds)
            if not self.kind.from_status or shown is None or shown.status == self.kind.from_status:
                return Fate.ACKNOWLEDGED
        return moment.fate

    def _echo(self, target: str) -> Answer:
        """As the RCS backend answers a refusal for the campaign's state: it looks, and takes its work for done."""
        shown = self.vendor.shows(target, self.world.seconds)
        if shown is not None and shown.status in {"sending", "done"}:
            return Answer(target=target, settled=True)
        self.writes.pop()
        raise ConflictError("model.write", 422, "invalid campaign status")

    # What must hold after every step.

    def _check_journal(self) -> None:
        assert self.record.attempts >= len(self.writes) or self.verdict is not None, (
            "a write that is not journalled"
        )
        assert self.vendor.applied(ROW) <= 1, "paid twice"


def _nothing(id: str) -> None:
    """Nobody waits for the row's end."""
