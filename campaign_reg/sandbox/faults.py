"""Faults on demand: which call goes wrong, how often, and by what action."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import random
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.fault_actions import ACTIONS, MODIFIERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from campaign_reg.sandbox.exchange import Action, Call, Traits


@dataclasses.dataclass(slots=True, kw_only=True)
class FaultRule:
    """One fault and the calls it befalls.

    Attributes:
        operations: The operationIds it matches; None matches all but logins.
        provider: The provider it matches; None matches any.
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
    provider: str | None
    target: str | None
    times: int | None
    probability: float
    after: int
    options: dict[str, Any]
    matched: int = 0
    fired: int = 0

    def strikes(self, call: Call, rng: random.Random, *, login: bool) -> bool:
        """Decide about one call, and count it."""
        if self.provider not in (None, call.provider):
            return False
        if login if self.operations is None else call.operation not in self.operations:
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
        vendors: The providers that a rule may name, and with them their operationIds.
    """

    def __init__(self, seed: int, vendors: Iterable[Traits]) -> None:
        self._seed = seed
        self._vendors = {vendor.name: vendor for vendor in vendors}
        self._owners = {name: vendor.name for vendor in self._vendors.values() for name in vendor.faults}
        self.actions = _all_actions(self._vendors.values())
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
        provider: str | None = None,
        times: int | None = 1,
        probability: float = 1.0,
        after: int = 0,
        **options: Any,
    ) -> FaultRule:
        """Add a rule; of several that strike one call the oldest acts.

        `slow` and `lagging_reads` act together with whatever else strikes.

        Args:
            action: A name in `actions` or `fault_actions.MODIFIERS`; one that only one
                provider has strikes calls to that provider alone.
            operation: One operationId or several; None means every API call.
            target: Only calls about this campaign.
            provider: Only calls to this provider.
            times: How often it strikes; None is without end.
            probability: Chance to strike a matching call, from a seeded generator.
            after: Matching calls that pass first.
            options: The action's own parameters.

        Raises:
            ValueError: No such action or operation, or the action takes no such option.
        """
        named = (operation,) if isinstance(operation, str) else operation
        operations = None if named is None else tuple(named)
        self._check(action, operations or (), provider, options)
        rule = FaultRule(
            id=next(self._ids),
            action=action,
            operations=operations,
            provider=provider or self._owners.get(action),
            target=target,
            times=times,
            probability=probability,
            after=after,
            options=options,
        )
        self.rules.append(rule)
        return rule

    def _check(
        self, action: str, operations: Sequence[str], provider: str | None, options: dict[str, Any]
    ) -> None:
        """Refuse what would never strike, or fail when it does."""
        function = self.actions.get(action) or MODIFIERS.get(action)
        if function is None:
            raise ValueError(f"no such fault: {action}; there are {', '.join([*self.actions, *MODIFIERS])}")
        if provider not in (None, *self._vendors):
            raise ValueError(f"no such provider: {provider}; there are {', '.join(self._vendors)}")
        if provider is not None and provider != self._owners.get(action, provider):
            raise ValueError(f"{action} is a fault of {self._owners[action]}, not of {provider}")
        vendors = self._vendors.values() if provider is None else (self._vendors[provider],)
        unknown = set(operations).difference(*(vendor.operations for vendor in vendors))
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
        """Take all rules out of force, and start the dice again."""
        self.rules.clear()
        self._rng = random.Random(f"faults {self._seed}")  # noqa: S311
        self._called_expired.clear()

    def profile(
        self,
        name: str,
        *,
        provider: str = "sinch",
        retry_after: float = 1,
        late_seconds: float = 5.0,
        lag_seconds: float = 2.0,
    ) -> list[FaultRule]:
        """Add a mix of faults that strike at random and without end.

        Args:
            name: "demo", or "rough" with three times the probabilities.
            provider: Whom they befall.
            retry_after: Seconds in the Retry-After of a 429.
            late_seconds: Virtual seconds until a late write is applied.
            lag_seconds: Virtual seconds by which lagging reads lag.
        """
        if name not in PROFILES:
            raise ValueError(f"no such profile: {name}; there are {', '.join(PROFILES)}")
        factor, vendor = PROFILES[name], self._vendors[provider]
        named = {"reads": vendor.reads, "lagging": vendor.lagging, "writes": vendor.writes, "all": None}
        options: dict[str, dict[str, Any]] = {
            "status_429": {"retry_after": retry_after},
            "late_apply": {"delay_seconds": late_seconds},
            "lagging_reads": {"lag_seconds": lag_seconds},
            "slow": {"delay_seconds": 0.3},
        }
        return [
            self.add(
                action,
                named[operations],
                provider=provider,
                times=None,
                probability=factor * probability,
                **options.get(action, {}),
            )
            for action, operations, probability in MIX
        ]

    def strike(self, call: Call) -> tuple[list[FaultRule], FaultRule | None]:
        """Choose what befalls a call: modifiers, and at most one action.

        Chance calls no token expired that was not used before, nor the one that answers such a refusal.
        """
        modifiers: list[FaultRule] = []
        fresh = self._brings_fresh_token(call)
        for rule in self.rules:
            by_chance = rule.action == "expired_token" and rule.probability < 1
            if (by_chance and fresh) or not rule.strikes(call, self._rng, login=self._is_login(call)):
                continue
            if by_chance:
                self._called_expired[call.method, call.path, call.query] = _token(call)
            if rule.action in self.actions:
                return modifiers, rule
            modifiers.append(rule)
        return modifiers, None

    def _is_login(self, call: Call) -> bool:
        return call.operation in self._vendors[call.provider].logins

    def _brings_fresh_token(self, call: Call) -> bool:
        """Whether no vendor would call the token of this call expired: it was issued a moment ago."""
        token, key = _token(call), (call.method, call.path, call.query)
        unused = token not in self._used_tokens
        if not self._is_login(call):
            self._used_tokens.add(token)
        refused = self._called_expired.get(key)
        if refused is None or refused == token:
            return unused or not token or token.startswith("Basic ")
        del self._called_expired[key]  # the client came back with a new one, as it was asked to
        return True


def _all_actions(vendors: Iterable[Traits]) -> dict[str, Action]:
    """Join the actions of every vendor with the vendors' own.

    Raises:
        ValueError: Two actions have one name.
    """
    actions = dict(ACTIONS)
    for vendor in vendors:
        taken = vendor.faults.keys() & (actions.keys() | MODIFIERS.keys())
        if taken:
            raise ValueError(
                f"{vendor.name}: there is a fault of that name already: {', '.join(sorted(taken))}"
            )
        actions |= vendor.faults
    return actions


def _token(call: Call) -> str:
    return call.headers.get("Authorization", "")


PROFILES = {"demo": 1.0, "rough": 3.0}
# Modifiers come first: a rule after the one that acts is not asked.
MIX: tuple[tuple[str, str, float], ...] = (
    ("lagging_reads", "lagging", 0.05),
    ("slow", "reads", 0.02),
    ("status_429", "all", 0.002),  # each pauses the whole account
    ("expired_token", "all", 0.005),
    ("drop_before", "writes", 0.02),
    ("drop_after", "writes", 0.02),
    ("late_apply", "writes", 0.01),
    ("status_503_applied", "writes", 0.015),
    ("status_503_unapplied", "writes", 0.015),
    ("status_500", "reads", 0.02),
)
