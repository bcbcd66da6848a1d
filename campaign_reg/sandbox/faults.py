"""Faults on demand: which call goes wrong, how often, and by what action."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import random
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.sabotage import ACTIONS, MODIFIERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from campaign_reg.sandbox.exchange import Call

READS = ("getCampaign", "getCampaignByTcrId", "getCampaignFeedback", "listCampaigns", "qualifyBrand")
LAGGING = ("getCampaign", "getCampaignByTcrId", "listCampaigns")


@dataclasses.dataclass(slots=True, kw_only=True)
class FaultRule:
    """One fault and the calls it befalls.

    Attributes:
        operations: The operationIds it matches; None matches all but `createToken`.
        target: The campaign id it matches; None matches any.
        times: How often it strikes; None is without end.
        probability: Chance to strike a call that matches.
        after: How many matching calls it lets pass first.
        matched: Calls that matched so far.
        fired: Calls that were struck so far.
    """

    id: int
    action: str
    operations: Sequence[str] | None
    target: str | None
    times: int | None
    probability: float
    after: int
    options: dict[str, Any]
    matched: int = 0
    fired: int = 0

    def strikes(self, call: Call, rng: random.Random) -> bool:
        """Decide about one call, and count it."""
        if self.operations is None:
            if call.operation == "createToken":
                return False
        elif call.operation not in self.operations:
            return False
        if self.target not in (None, call.target):
            return False
        if self.times is not None and self.fired >= self.times:
            return False
        self.matched += 1
        if self.matched <= self.after or (self.probability < 1 and rng.random() >= self.probability):
            return False
        self.fired += 1
        return True


class Faults:
    """The rules in force; `sandbox.faults`.

    Args:
        seed: Makes chance repeatable.
        operations: The operationIds that a rule may name.
    """

    def __init__(self, seed: int, operations: frozenset[str]) -> None:
        self._seed = seed
        self._operations = operations
        self._rng = random.Random(f"faults {seed}")  # noqa: S311
        self._ids = itertools.count(1)
        self._used_tokens: set[str] = set()
        self._called_expired: dict[tuple[str, str, str], str] = {}
        self.rules: list[FaultRule] = []

    def add(
        self,
        action: str,
        operation: str | Iterable[str] | None = None,
        target: str | None = None,
        *,
        times: int | None = 1,
        probability: float = 1.0,
        after: int = 0,
        **options: Any,
    ) -> FaultRule:
        """Add a rule; of several that strike one call the oldest acts.

        `slow` and `lagging_reads` act together with whatever else strikes.

        Args:
            action: A name in `sabotage.ACTIONS` or `sabotage.MODIFIERS`.
            operation: One operationId or several; None means every API call.
            target: Only calls about this campaign.
            times: How often it strikes; None is without end.
            probability: Chance to strike a matching call, from a seeded generator.
            after: Matching calls that pass first.
            options: The action's own parameters.

        Raises:
            ValueError: No such action or operation, or the action takes no such option.
        """
        named = (operation,) if isinstance(operation, str) else operation
        operations = None if named is None else tuple(named)
        self._check(action, operations or (), options)
        rule = FaultRule(
            id=next(self._ids),
            action=action,
            operations=operations,
            target=target,
            times=times,
            probability=probability,
            after=after,
            options=options,
        )
        self.rules.append(rule)
        return rule

    def _check(self, action: str, operations: Sequence[str], options: dict[str, Any]) -> None:
        """Refuse what would never strike, or fail when it does."""
        function = ACTIONS.get(action) or MODIFIERS.get(action)
        if function is None:
            raise ValueError(f"no such fault: {action}; there are {', '.join([*ACTIONS, *MODIFIERS])}")
        unknown = set(operations) - self._operations
        if unknown:
            raise ValueError(f"no such operation: {', '.join(sorted(unknown))}")
        try:
            inspect.signature(function).bind(None, **options)
        except TypeError as error:
            raise ValueError(f"{action}: {error}") from None

    def remove(self, rule: FaultRule) -> None:
        """Take one rule out of force."""
        self.rules.remove(rule)

    def clear(self) -> None:
        """Take all rules out of force, and start the dice anew."""
        self.rules.clear()
        self._rng = random.Random(f"faults {self._seed}")  # noqa: S311
        self._called_expired.clear()

    def profile(
        self, name: str, *, retry_after: float = 1, late_seconds: float = 5.0, lag_seconds: float = 2.0
    ) -> list[FaultRule]:
        """Add a mix of faults that strike at random and without end.

        Args:
            name: "demo", or "rough" with three times the probabilities.
            retry_after: Seconds in the Retry-After of a 429.
            late_seconds: Virtual seconds until a late resubmit is applied.
            lag_seconds: Virtual seconds by which lagging reads lag.
        """
        if name not in PROFILES:
            raise ValueError(f"no such profile: {name}; there are {', '.join(PROFILES)}")
        factor = PROFILES[name]
        options: dict[str, dict[str, Any]] = {
            "status_429": {"retry_after": retry_after},
            "late_apply": {"delay_seconds": late_seconds},
            "lagging_reads": {"lag_seconds": lag_seconds},
            "slow": {"delay_seconds": 0.3},
        }
        return [
            self.add(
                action, operation, times=None, probability=factor * probability, **options.get(action, {})
            )
            for action, operation, probability in MIX
        ]

    def strike(self, call: Call) -> tuple[list[FaultRule], FaultRule | None]:
        """Choose what befalls a call: modifiers, and at most one action.

        Chance calls no token expired that was not used before, nor the one that answers such a refusal.
        """
        modifiers: list[FaultRule] = []
        fresh = self._brings_fresh_token(call)
        for rule in self.rules:
            by_chance = rule.action == "expired_token" and rule.probability < 1
            if (by_chance and fresh) or not rule.strikes(call, self._rng):
                continue
            if by_chance:
                self._called_expired[call.method, call.path, call.query] = _token(call)
            if rule.action in ACTIONS:
                return modifiers, rule
            modifiers.append(rule)
        return modifiers, None

    def _brings_fresh_token(self, call: Call) -> bool:
        """Whether no vendor would call the token of this call expired: it was issued a moment ago."""
        token, key = _token(call), (call.method, call.path, call.query)
        unused = token not in self._used_tokens
        if call.operation != "createToken":
            self._used_tokens.add(token)
        refused = self._called_expired.get(key)
        if refused is None or refused == token:
            return unused or not token.startswith("Bearer ")
        del self._called_expired[key]  # the client came back with a new one, as it was asked to
        return True


def _token(call: Call) -> str:
    return call.headers.get("Authorization", "")


PROFILES = {"demo": 1.0, "rough": 3.0}
# Modifiers come first: a rule after the one that acts is not asked.
MIX: tuple[tuple[str, str | tuple[str, ...] | None, float], ...] = (
    ("lagging_reads", LAGGING, 0.05),
    ("slow", READS, 0.02),
    ("status_429", None, 0.002),  # each pauses the whole account
    ("expired_token", None, 0.005),
    ("drop_before", "resubmitCampaign", 0.02),
    ("drop_after", "resubmitCampaign", 0.02),
    ("late_apply", "resubmitCampaign", 0.01),
    ("status_503_applied", "resubmitCampaign", 0.015),
    ("status_503_unapplied", "resubmitCampaign", 0.015),
    ("status_500", READS, 0.02),
)
