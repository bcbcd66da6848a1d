"""What keeps a batch from sending more: caps on number and price, and what a person wants to look at first.

Guardrails are kept in the journal. A later run can pull them tighter; only a new plan, which a person asks for, loosens
them. Rows that were sent are waited for all the same: a guardrail holds what has not left yet.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Self, TypedDict, TypeVar

import attrs

from campaign_reg.enums import Verdict
from campaign_reg.errors import Halt, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaign_reg.batch.results import Tally

N = TypeVar("N", int, Decimal)


class GuardrailSettings(TypedDict, total=False):
    """The guardrails as keyword arguments; `Guardrails` says what each does."""

    fee: Decimal | None
    max_items: int | None
    max_fee: Decimal | None
    canary: int | None
    stop_on_downgrades: bool
    max_unknown: int | None


def _is_money(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not (isinstance(value, Decimal) and value.is_finite() and value >= 0):
        raise InvalidInputError(f"{attribute.name} must be a Decimal of 0 or more, not {value!r}")


def _is_count(least: int) -> Callable[[object, attrs.Attribute[Any], object], None]:
    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is not None and not (type(value) is int and value >= least):
            raise InvalidInputError(f"{attribute.name} must be {least} or more, not {value!r}")

    return check


@attrs.frozen(kw_only=True)
class Accepted:
    """What a person has looked at and accepted, so that it holds a batch no longer.

    Attributes:
        canary: This many first campaigns.
        downgraded: This many rows with worse terms.
        unknown: This many rows that readings cannot decide.
    """

    canary: int = 0
    downgraded: int = 0
    unknown: int = 0

    @classmethod
    def from_text(cls, text: str | None) -> Self:
        """Back from the journal."""
        return cls() if text is None else cls(**json.loads(text))

    def to_text(self) -> str:
        """For the journal."""
        return json.dumps(attrs.asdict(self))


@attrs.frozen(kw_only=True)
class Guardrails:
    """What a batch may cost, and when it waits for a person.

    Attributes:
        fee: Price of one attempt, in the account's currency; None where it is not known. A lost write that is sent
            again is a second attempt.
        max_items: Largest number of campaigns to send; None for no limit.
        max_fee: Largest amount to pay, in the same currency; needs `fee`; None for no limit.
        canary: Number of campaigns to send first; the batch waits until they have settled, and then for a person. None
            sends all.
        stop_on_downgrades: Send no more once a campaign has come back with worse terms.
        max_unknown: Send no more once more rows than this have ended `unknown`; None for no limit.
    """

    fee: Decimal | None = attrs.field(default=None, validator=_is_money)
    max_items: int | None = attrs.field(default=None, validator=_is_count(0))
    max_fee: Decimal | None = attrs.field(default=None, validator=_is_money)
    canary: int | None = attrs.field(default=None, validator=_is_count(1))
    stop_on_downgrades: bool = False
    max_unknown: int | None = attrs.field(default=None, validator=_is_count(0))

    @classmethod
    def from_text(cls, text: str | None) -> Self:
        """Back from the journal."""
        plain: dict[str, Any] = {} if text is None else json.loads(text)
        try:
            plain |= {name: Decimal(plain[name]) for name in ("fee", "max_fee") if name in plain}
            return cls(**plain)
        except (TypeError, InvalidOperation) as error:
            raise InvalidInputError(
                f"the journal's guardrails cannot be read ({error}): plan it again"
            ) from error

    def to_text(self) -> str:
        """For the journal."""
        said = attrs.asdict(self, filter=lambda _, value: value is not None and value is not False)
        return json.dumps(said, default=str)

    @property
    def most_attempts(self) -> int | None:
        """How many attempts the money is enough for; None for any number.

        Raises:
            InvalidInputError: There is a cap and no price.
        """
        if self.max_fee is None:
            return None
        if self.fee is None:
            raise InvalidInputError("max_fee needs fee, the price of one attempt: nothing was sent")
        try:
            return int(self.max_fee // self.fee) if self.fee else None
        except InvalidOperation:  # more of them than a Decimal has digits for
            return None

    def check(self) -> None:
        """Refuse a cap without a price, before anybody rests on it.

        Raises:
            InvalidInputError: There is a cap and no price.
        """
        _ = self.most_attempts

    def tightened(self, other: Guardrails) -> Guardrails:
        """Both together; of two caps the stricter counts.

        Raises:
            InvalidInputError: They name different prices.
        """
        if None not in {self.fee, other.fee} and self.fee != other.fee:
            raise InvalidInputError(
                f"the batch was planned at {self.fee} an attempt, not at {other.fee}: plan it again to change that"
            )
        return Guardrails(
            fee=other.fee if self.fee is None else self.fee,
            max_items=_least(self.max_items, other.max_items),
            max_fee=_least(self.max_fee, other.max_fee),
            canary=_least(self.canary, other.canary),
            stop_on_downgrades=self.stop_on_downgrades or other.stop_on_downgrades,
            max_unknown=_least(self.max_unknown, other.max_unknown),
        )

    def refuse(self, items: int) -> None:
        """Refuse a batch that is too big before it begins.

        Raises:
            InvalidInputError: This many campaigns are above a cap.
        """
        if self.max_items is not None and items > self.max_items:
            raise InvalidInputError(
                f"{items:,} campaigns, but max_items is {self.max_items:,}: nothing was sent"
            )
        most = self.most_attempts
        if most is not None and items > most and self.fee is not None:
            cost = f"{items:,} x {self.fee} = {items * self.fee:,}"
            raise InvalidInputError(f"{cost}, but max_fee is {self.max_fee:,}: nothing was sent")

    def hold(self, tally: Tally, accepted: Accepted, *, first: bool = True) -> Halt | None:
        """Why nothing more may be sent by now; None while something may.

        Args:
            tally: What was sent, and how it ended.
            accepted: What no longer holds it.
            first: Whether it would be its row's first write. Sending a lost one again costs money, and is not another
                campaign: `max_items` and the canary have room for it.
        """
        most, unknown = self.most_attempts, tally.verdicts[Verdict.UNKNOWN]
        if most is not None and tally.attempts >= most:
            return Halt(
                f"{tally.attempts:,} x {self.fee} leave no room for another under {self.max_fee:,}", True
            )
        if first and self.max_items is not None and tally.sent >= self.max_items:
            return Halt(f"sent so far: {tally.sent:,}, and max_items is {self.max_items:,}", True)
        if first and self.canary is not None and accepted.canary < self.canary <= tally.sent:
            return Halt(f"the canary was sent, {self.canary:,} of the campaigns: look at how it ended", False)
        if self.stop_on_downgrades and tally.downgraded > accepted.downgraded:
            return Halt(f"came back with worse terms: {tally.downgraded:,} of the campaigns", False)
        if self.max_unknown is not None and unknown > accepted.unknown + self.max_unknown:
            return Halt(f"unknown rows: {unknown:,}, more than {self.max_unknown:,}", False)
        return None


class Gate:
    """Lets writes out, and counts them, as long as the guardrails allow.

    Args:
        guardrails: What a batch may cost.
        accepted: What no longer holds it.
        tally: What has been sent, and how it ended.

    Attributes:
        guardrails: Those in force.
        accepted: What a person has accepted so far.
    """

    def __init__(self, guardrails: Guardrails, accepted: Accepted, tally: Tally) -> None:
        self.guardrails, self.accepted, self._tally = guardrails, accepted, tally

    def hold(self, *, first: bool = True) -> Halt | None:
        """Why nothing more may be sent by now; of its row the first write, or a lost one again."""
        return self.guardrails.hold(self._tally, self.accepted, first=first)

    def has_room(self, undecided: int) -> bool:
        """Whether one more row may be begun, if all that were begun are sent.

        Args:
            undecided: Rows that were begun, of which it is not known yet whether they will be sent.
        """
        most_rows = _least(self.guardrails.max_items, self._canary)
        return _is_below(self._tally.sent + undecided, most_rows) and _is_below(
            self._tally.attempts + undecided, self.guardrails.most_attempts
        )

    def all_accepted(self) -> Accepted:
        """What a person accepts by accepting all that there is to be looked at by now."""
        tally, canary = self._tally, self._canary
        return Accepted(
            canary=self.accepted.canary if canary is None or tally.sent < canary else canary,
            downgraded=tally.downgraded,
            unknown=tally.verdicts[Verdict.UNKNOWN],
        )

    def admit(self, *, first: bool) -> bool:
        """Count one write that is about to leave, unless a guardrail holds it.

        Args:
            first: Whether it is its row's first.
        """
        if self.hold(first=first) is not None:
            return False
        self._tally.attempts += 1
        self._tally.sent += first
        return True

    def take_back(self, *, first: bool) -> None:
        """A write that was counted is known not to have been applied."""
        self._tally.attempts -= 1
        self._tally.sent -= first

    @property
    def _canary(self) -> int | None:
        """The canary that is not accepted yet."""
        canary = self.guardrails.canary
        return None if canary is None or canary <= self.accepted.canary else canary


def _least(one: N | None, other: N | None) -> N | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _is_below(count: int, most: int | None) -> bool:
    return most is None or count < most
