"""What an action changed in an operator's terms, and whether for the worse."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence

import attrs

from campaign_reg.models.reading import Terms, TermValue


class Direction(enum.StrEnum):
    """Which way a term moved."""

    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    """Different, and nobody can say which is better."""


@attrs.frozen
class Change:
    """One term of one operator, before and after.

    Attributes:
        operator: The operator, as the vendor names it.
        field: The term; `operator` when the whole record came or went.
        before: None where there was none.
        after: None where there is none.
        direction: Which way it moved.
    """

    operator: str
    field: str
    before: TermValue
    after: TermValue
    direction: Direction


def downgrades_of(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Select the changes for the worse."""
    return tuple(change for change in changes if change.direction is Direction.WORSE)


@attrs.frozen(kw_only=True)
class TermsOrder:
    """What counts as better, field by field; everything unnamed is merely different.

    Attributes:
        ladders: Field to its values, worst first.
        numeric: Fields where more is better.
        unlimited: Numeric field to the (field, value) under which having no number is the best of all.
    """

    ladders: Mapping[str, Sequence[str]] = attrs.field(factory=dict)
    numeric: frozenset[str] = frozenset()
    unlimited: Mapping[str, tuple[str, str]] = attrs.field(factory=dict)

    def changes(self, before: Terms, after: Terms) -> tuple[Change, ...]:
        """Every term that differs, operators in order of name."""
        return tuple(
            change
            for operator in sorted({*before, *after})
            for change in self._of(operator, before.get(operator), after.get(operator))
        )

    def at_risk(self, terms: Terms) -> Iterator[tuple[str, str, TermValue]]:
        """The terms that can get worse: operator, field and value of each, operators in order of name."""
        for operator in sorted(terms):
            for field in sorted({*terms[operator], *self.unlimited}):
                rank = self._rank(field, terms[operator])
                if rank is not None and rank > 0:
                    yield operator, field, terms[operator].get(field)

    def _of(
        self, operator: str, old: Mapping[str, TermValue] | None, new: Mapping[str, TermValue] | None
    ) -> Iterator[Change]:
        if old is None:
            yield Change(operator, "operator", None, "present", Direction.BETTER)
        elif new is None:
            yield Change(operator, "operator", "present", None, Direction.WORSE)
        else:
            for field in sorted({*old, *new}):
                if old.get(field) != new.get(field):
                    direction = self._direction(field, old, new)
                    yield Change(operator, field, old.get(field), new.get(field), direction)

    def _direction(self, field: str, old: Mapping[str, TermValue], new: Mapping[str, TermValue]) -> Direction:
        ranks = self._rank(field, old), self._rank(field, new)
        if ranks[0] is None or ranks[1] is None or ranks[0] == ranks[1]:
            return Direction.CHANGED
        return Direction.BETTER if ranks[1] > ranks[0] else Direction.WORSE

    def _rank(self, field: str, terms: Mapping[str, TermValue]) -> float | None:
        value = terms.get(field)
        if field in self.numeric:
            if isinstance(value, int):
                return value
            condition = self.unlimited.get(field)
            free = value is None and condition is not None and terms.get(condition[0]) == condition[1]
            return float("inf") if free else None
        ladder = self.ladders.get(field, ())
        return ladder.index(str(value)) if value in ladder else None
