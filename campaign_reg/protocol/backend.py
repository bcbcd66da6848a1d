"""The base class of providers' backends.

`Backend` keeps the order of a write (reservation, pre-image, checks, intent, send) in one place, so that no provider
can get it wrong.
"""

from __future__ import annotations

import asyncio
import json
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, ClassVar, Generic, Protocol, Self

import attrs

from campaign_reg.clock import Clock
from campaign_reg.enums import Verb
from campaign_reg.errors import (
    CampaignRegError,
    HeldBackError,
    InvalidInputError,
    OutcomeUnknownError,
    UnsupportedVerbError,
)
from campaign_reg.models.finding import Finding
from campaign_reg.models.outcome import Feedback, Outcome
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.action import Action, about, not_sent
from campaign_reg.protocol.pager import Pager
from campaign_reg.protocol.params import make_params, plain_params
from campaign_reg.protocol.ports import C
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.protocol.schedule import Schedule
from campaign_reg.protocol.several import check_members
from campaign_reg.protocol.track import Track, parse_token
from campaign_reg.protocol.verbs import VerbMethods
from campaign_reg.protocol.write import Answer, BeforeSend, Found, Intent, NotApplied, PreparedWrite, Timeouts
from campaign_reg.rate import Departure, RateLimiter, Reservation

_MOST_READS_BEFORE_WRITE = 5
_KEY_CHARACTERS = 24


class WriteRequest(Protocol):
    """What `Backend.perform` has to know of the request of a write."""

    reservation: Reservation | None
    leave_before: float | None
    departure: Departure | None

    @property
    def digest(self) -> str:
        """SHA-256 of all that is sent, hexadecimal."""
        ...


class Backend(VerbMethods, ABC, Generic[C]):
    """What a provider's backend starts from.

    A provider gives the class attributes, `get`, `list`, `read`, `prepare`, `send` (`HttpBackend` has it) and, where
    the vendor has it, `feedback`; with
    creates that can be recognised, `find`; with rules of the vendor's that can be checked beforehand, `lint`; with a
    listing that says of a campaign what reading it does, `overview`.

    Args:
        account: What distinguishes this account from others; no secret.
        pace: The account's pace.
        clock: The clock to go by.
        rng: The source of jitter.
        timeouts: How long to wait for what.
        schedule: When to look for a settled action.
        close: Closes the transport stack.
        in_flight: Requests that the transport lets out at once.
    """

    provider: str
    reading_verbs: ClassVar[frozenset[Verb]] = frozenset({Verb.GET, Verb.LIST})
    rules: ClassVar[Mapping[Verb, VerbRule]] = {}

    def __init__(
        self,
        *,
        account: str,
        pace: RateLimiter,
        clock: Clock,
        rng: random.Random,
        timeouts: Timeouts,
        schedule: Schedule,
        close: Callable[[], Awaitable[None]],
        in_flight: int = 64,
    ) -> None:
        self.account, self.pace, self.clock, self.rng = account, pace, clock, rng
        self.timeouts, self.schedule, self.in_flight = timeouts, schedule, in_flight
        self._close = close

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.provider} account {self.account}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def identify(self) -> None:
        """Set `account` from an answer of the vendor's, where the settings do not show it; `connect` awaits this.

        A provider overrides it whose key or token alone names the account; else this does nothing.
        """

    async def aclose(self) -> None:
        """Close connections and end owned tasks; may be called twice."""
        await self._close()

    @property
    def verbs(self) -> frozenset[Verb]:
        """What this provider can be asked."""
        return self.reading_verbs | frozenset(self.rules)

    def rule(self, verb: Verb | str) -> VerbRule:
        """What a writing verb means here.

        Raises:
            UnsupportedVerbError: The provider lacks it.
        """
        try:
            return self.rules[Verb(verb)]
        except (KeyError, ValueError):  # a verb is text
            raise self._lacks(str(verb), self.rules) from None

    def _lacks(self, what: str, supported: Iterable[Verb]) -> UnsupportedVerbError:
        return UnsupportedVerbError(self.provider, what, tuple(sorted(verb.value for verb in supported)))

    @abstractmethod
    async def get(self, id: str) -> C:
        """Read one campaign."""

    @abstractmethod
    def list(self, *_: Any, **filters: Any) -> Pager[C]:
        """List campaigns lazily."""

    def everything(self) -> Pager[C]:
        """List every campaign of the account lazily; a provider whose `list` shows fewer of itself overrides it."""
        return self.list()

    @abstractmethod
    async def read(
        self, id: str, *, verb: Verb | None = None, reservation: Reservation | None = None
    ) -> Reading:
        """Read one campaign and reduce it to what decides.

        Args:
            id: The campaign.
            verb: About which verb, where the vendor has more than one document of a campaign.
            reservation: Slots reserved by the caller.

        Raises:
            NotFoundError: The vendor does not know it.
        """

    @abstractmethod
    def reading_of(self, campaign: C) -> Reading:
        """Reduce a campaign that came with a listing."""

    @abstractmethod
    def prepare(self, verb: Verb, target: str | None, params: Any, *, key: str = "") -> PreparedWrite:
        """Build the write without sending it.

        Args:
            verb: What to do.
            target: To which campaign; None for a create.
            params: An instance of the verb's parameter class.
            key: Letters and digits that stand for this create alone, for vendors that let it carry a reference.

        Raises:
            InvalidInputError: It can never be sent like this.
        """

    @abstractmethod
    async def send(self, write: PreparedWrite, request: Any) -> Answer | NotApplied:
        """Send a prepared write once.

        Only a returned `NotApplied` says that it was not applied. Any exception, from whichever code, means that it
        may have been.

        Args:
            write: What `prepare` made.
            request: What its `request_for` made, with reservation, `leave_before` and departure.
        """

    async def find(self, mark: Mapping[str, str], *, reservation: Reservation | None = None) -> Found:
        """The campaigns that answer to a create's mark; a provider whose creates have marks overrides it."""
        raise self._lacks("find", self.verbs)

    def overview(self, verb: Verb) -> Pager[Reading] | None:
        """Every campaign as a listing shows it, for those who wait for many.

        A listing decides nothing: it shows which campaigns are worth reading. So its readings must have the very
        version and words that `read` gives them for this verb. None where no listing has them.

        Args:
            verb: About which verb.
        """
        return None

    def lint(self, verb: Verb | str, params: object = None) -> tuple[Finding, ...]:
        """What the vendor would refuse, or is known to refuse later, found without I/O.

        Args:
            verb: What is to be done.
            params: As for `perform`.

        Raises:
            UnsupportedVerbError: The provider lacks the verb.
            InvalidInputError: The parameters are not of the verb's form.
        """
        self.params(verb, params)
        return ()

    def mark(self, params: object, key: str = "") -> Mapping[str, str]:
        """What distinguishes the campaign that a create makes from all others; empty where nothing does.

        Raises:
            UnsupportedVerbError: The provider cannot create.
            InvalidInputError: It can never be sent like this.
        """
        return self.prepare(Verb.CREATE, None, self.params(Verb.CREATE, params), key=key).mark

    async def feedback(self, id: str) -> tuple[Feedback, ...]:
        """The vendor's reasons for refusing a campaign."""
        raise self._lacks("feedback", self.verbs)

    def check(self, verb: Verb | str, target: str | None, params: object = None) -> Mapping[str, Any]:
        """Refuse what can be refused without I/O.

        Returns:
            The parameters in plain, JSON-ready form, without those left to their defaults.

        Raises:
            UnsupportedVerbError: The provider lacks the verb.
            InvalidInputError: Target or parameters can never be sent.
        """
        rule = self.rule(verb)
        made = self.params(verb, params)
        self.prepare(rule.verb, None if rule.creates else target, made)
        plain = plain_params(made)
        try:
            json.dumps(plain)
        except (TypeError, ValueError) as error:
            raise InvalidInputError(f"the parameters cannot be written down: {error}") from error
        return plain

    def action(self, token: str) -> Action[C]:
        """Take up an action again, in this process or another.

        Raises:
            InvalidInputError: The token is damaged, or of another account.
            UnsupportedVerbError: The provider lacks the token's verb, perhaps in this release of it only.
        """
        track = parse_token(token, self.provider, self.account)
        rule = self.rule(track.verb)
        refusal = rule.refuses(track.preimage) if track.skipped and track.preimage is not None else None
        if refusal is not None and track.preimage is not None:
            return Action(self, track, not_sent(track.verb, track.preimage, refusal))
        return Action(self, track)

    async def perform(
        self,
        verb: Verb | str,
        target: str | None = None,
        params: object = None,
        *,
        key: str | None = None,
        preimage: Reading | None = None,
        before_send: BeforeSend | None = None,
    ) -> Action[C]:
        """Do something at the vendor: the one way to write, in one order.

        Permit from the pace, one GET of the campaign (before a create: a look for one like it), the checks, the
        write's turn, `before_send`, and only then the write, at once and once.

        Args:
            verb: A writing verb of this provider.
            target: The campaign's id; None for a create.
            params: An instance of the verb's parameter class, a mapping of its members, or None.
            key: For a create, 24 letters and digits that stand for this one alone; made up where it is left out.
            preimage: A reading just taken, instead of the GET.
            before_send: Awaited after all checks and before the write leaves: where a batch makes its intent durable,
                and a service keeps `intent.token`. What it raises stops the write.

        Returns:
            The action. Where the pre-image forbids sending, it is done, with verdict `skipped` (or `action_required`)
            and the reason.

        Raises:
            UnsupportedVerbError: The provider lacks the verb.
            InvalidInputError: Target or parameters can never be sent.
            OutcomeUnknownError: The write may have been applied; `token` takes the action up. Whatever fails after it
                has left is this error, be it a provider's or a hook's own fault.
            CancelledError: Cancelled; where the write had left by then, a note says so and has the token.
            ConnectError: Nothing was sent; a `HeldBackError` says to try again later.
            ApiError: The vendor refused; nothing was applied.
        """
        rule, made = self.rule(verb), self.params(verb, params)
        write = self.prepare(rule.verb, target, made, key=key or self._new_key())
        track = Track(
            verb=rule.verb,
            target=target or "",
            acknowledged=False,
            sent_at=self.clock.now(),
            mark=write.mark,
            params=plain_params(made) if rule.wanted is not None else {},
        )
        reads_first = not rule.creates or bool(write.mark)
        reservation = await self.pace.reserve(2 if reads_first and preimage is None else 1)
        leave_before, read_at = None, self.clock.monotonic()
        if reads_first:
            preimage, reservation = await self._preimage(rule, track, made, preimage, reservation)
            track.preimage = attrs.evolve(preimage, campaign=None)
            refusal = rule.refuses(preimage)
            if refusal is not None:
                track.skipped, track.target = True, preimage.target
                return Action(self, track, not_sent(rule.verb, preimage, refusal))
            if rule.wait_before_write(preimage) > 0:
                raise HeldBackError(
                    f"{self.provider}.{rule.verb}", "held back: the campaign keeps changing at the vendor"
                )
            read_at = self.clock.monotonic()
            leave_before = self._oldest_allowed(preimage)
        request: WriteRequest = write.request_for(preimage)
        request.reservation = await self._await_turn(rule.verb, reservation, leave_before)
        request.leave_before, request.departure = leave_before, Departure()
        if track.preimage is not None:
            track.preimage = _as_of_the_send(track.preimage, self.clock.monotonic() - read_at)
        if before_send is not None:
            await before_send(self._intent(track, request))
        return await self._send(write, request, track)

    def _intent(self, track: Track, request: WriteRequest) -> Intent:
        return Intent(
            target=track.target,
            preimage=track.preimage,
            digest=request.digest,
            at=self.clock.now(),
            departure=request.departure or Departure(),
            make_token=lambda: self._token_of(track),
        )

    async def _preimage(
        self, rule: VerbRule, track: Track, params: object, given: Reading | None, reservation: Reservation
    ) -> tuple[Reading, Reservation]:
        """A reading behind which the write cannot hide, and the reservation for the write."""
        if rule.creates:
            return await self._none_like_it(rule, track.mark, reservation), reservation
        target = track.target

        async def look(reservation: Reservation) -> Reading:
            reading = about(target, await self.read(target, verb=rule.verb, reservation=reservation))
            return rule.compare(reading, params)

        reading = await look(reservation) if given is None else rule.compare(about(target, given), params)
        for _ in range(_MOST_READS_BEFORE_WRITE):
            wait = rule.wait_before_write(reading)
            if wait <= 0 or rule.refuses(reading) is not None:
                break
            await self.clock.sleep(wait)
            reservation = await self.pace.reserve(2)
            reading = await look(reservation)
        return reading, reservation

    async def _none_like_it(
        self, rule: VerbRule, mark: Mapping[str, str], reservation: Reservation
    ) -> Reading:
        """The campaign that blocks a create, or a reading that says that there is none."""
        found = await self.find(mark, reservation=reservation)
        for match in found.readings:
            if rule.refuses(match) is not None:
                return match
        similar_ids = tuple(match.target for match in found.readings)
        none = Reading.gone("", self.clock.now())
        return attrs.evolve(none, vendor_time=found.vendor_time, similar_ids=similar_ids)

    def _new_key(self) -> str:
        """Letters and digits for a create outside of any batch."""
        return f"{self.rng.getrandbits(120):024x}"[:_KEY_CHARACTERS]

    def _oldest_allowed(self, preimage: Reading) -> float:
        """Monotonic time in seconds at which the pre-image gets too old for the write to leave."""
        age = max((self.clock.now() - preimage.taken_at).total_seconds(), 0.0)
        return self.clock.monotonic() + self.timeouts.preimage_seconds - age

    async def _await_turn(
        self, verb: Verb, reservation: Reservation, leave_before: float | None
    ) -> Reservation:
        """Wait for the write's slot before anything is made durable, so that an intent is followed by its write.

        Raises:
            HeldBackError: The pre-image would be too old by then.
        """
        while True:
            if (
                not len(reservation) or reservation.epoch != self.pace.epoch
            ):  # the account was paused in the meantime
                reservation = await self.pace.reserve()
            wait = reservation.next_slot - self.clock.monotonic()
            if wait <= 0:
                return reservation
            if leave_before is not None and reservation.next_slot > leave_before:
                raise HeldBackError(
                    f"{self.provider}.{verb}",
                    "held back: its turn comes after the reading it rests on is too old",
                )
            await self.clock.sleep(wait)

    async def _send(self, write: PreparedWrite, request: WriteRequest, track: Track) -> Action[C]:
        """Send; whatever goes wrong from here on leaves the outcome unknown, unless it is known not to be applied."""
        track.sent_at = self.clock.now()
        try:
            answer = await self.send(write, request)
            if not isinstance(answer, NotApplied):
                track.acknowledged, track.target = True, answer.target
                now = self.clock.now()
                done = Outcome.acknowledged(track.target, track.verb, now) if answer.settled else None
                return Action(self, track, done)
        except asyncio.CancelledError as error:
            if request.departure is not None and request.departure.left:
                error.add_note(_cancelled_note(self._token_of(track)))
            raise
        except OutcomeUnknownError as error:
            error.token = self._token_of(track)
            raise
        except Exception as error:
            what = f": {error}" if isinstance(error, CampaignRegError) else ""
            reason = f"its answer could not be made out ({type(error).__name__}{what})"
            unknown = OutcomeUnknownError.from_answer(error, f"{self.provider}.{track.verb}", reason)
            unknown.token = self._token_of(track)
            raise unknown from error
        raise answer.error

    def _token_of(self, track: Track) -> str | None:
        """A write's token; None where neither an id nor a mark could ever find its campaign."""
        return Action(self, track).token if track.target or track.mark else None

    def params(self, verb: Verb | str, params: object) -> Any:
        """Structure parameters into the verb's class.

        Raises:
            UnsupportedVerbError: The provider lacks the verb.
            InvalidInputError: An unknown or missing member, or one of the wrong form.
        """
        rule = self.rule(verb)
        if isinstance(params, rule.params):
            check_members(params)
            return params
        if params is None:
            params = {}
        if not isinstance(params, Mapping):
            raise InvalidInputError(
                f"{rule.verb} at {self.provider} takes {rule.params.__name__} or a mapping, "
                f"not {type(params).__name__}"
            )
        return make_params(rule.params, params)


def _as_of_the_send(preimage: Reading, seconds_since: float) -> Reading:
    """The pre-image with the vendor's clock moved on to the send, in whole seconds: what changed before is no news."""
    seconds = int(max(seconds_since, 0.0))
    if preimage.vendor_time is None or seconds == 0:
        return preimage
    return attrs.evolve(preimage, vendor_time=preimage.vendor_time + timedelta(seconds=seconds))


def _cancelled_note(token: str | None) -> str:
    """What a caller whose write was cut off has to go on with."""
    way = (
        "look at the vendor" if token is None else f"backend.action(token) finds out, with the token {token}"
    )
    return f"this write may have been applied: do not send it again, {way}"
