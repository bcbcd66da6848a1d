"""Operators' terms before and after, over all rows whose outcome was read at the vendor."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from campaign_reg.enums import Verdict

if TYPE_CHECKING:
    from campaign_reg.journal.reader import Entry
    from campaign_reg.models.reading import Terms, TermValue
    from campaign_reg.models.terms import Change

_READ = frozenset({Verdict.SUCCEEDED, Verdict.FAILED, Verdict.ACTION_REQUIRED})


@attrs.frozen
class Shift:
    """This many rows had something before, and this many after."""

    operator: str
    field: str
    value: TermValue
    before: int
    after: int


class TermsCount:
    """Counts what operators granted, before each write and after it.

    The state afterwards is the pre-image plus the changes of the outcome. What a new operator grants in detail is not
    among these: it counts as a new operator only.

    Attributes:
        rows: How many rows were counted.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._operators: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        self._values: Counter[tuple[int, str, str, TermValue]] = Counter()

    def count(self, entry: Entry) -> None:
        """Take in one row, if it had terms and its end was read."""
        if entry.result is None or not entry.attempts or entry.result.outcome.verdict not in _READ:
            return
        after = changed(entry.terms, entry.result.outcome.changes)
        if entry.terms or after:
            self.rows += 1
            self._add(0, entry.terms)
            self._add(1, after)

    def _add(self, moment: int, terms: Terms) -> None:
        for operator, fields in terms.items():
            self._operators[operator][moment] += 1
            for field, value in fields.items():
                self._values[moment, operator, field, value] += 1

    def operators(self) -> tuple[Shift, ...]:
        """How many rows had each operator, operators in order of name."""
        return tuple(
            Shift(operator, "operator", None, *counts) for operator, counts in sorted(self._operators.items())
        )

    def values(self, most: int) -> tuple[Shift, ...]:
        """How many rows had each value of each term.

        Args:
            most: Values of one term; the rest of them are counted together, without a value of their own.
        """
        terms: defaultdict[tuple[str, str], set[TermValue]] = defaultdict(set)
        for _, operator, field, value in self._values:
            terms[operator, field].add(value)
        return tuple(
            shift for term, values in sorted(terms.items()) for shift in self._shifts(*term, values, most)
        )

    def _shifts(self, operator: str, field: str, values: set[TermValue], most: int) -> Iterable[Shift]:
        shifts = [
            Shift(
                operator,
                field,
                value,
                self._values[0, operator, field, value],
                self._values[1, operator, field, value],
            )
            for value in values
        ]
        shifts.sort(key=lambda shift: (-max(shift.before, shift.after), str(shift.value)))
        yield from shifts[:most]
        if rest := shifts[most:]:
            words = f"{len(rest):,} other values"
            before, after = sum(shift.before for shift in rest), sum(shift.after for shift in rest)
            yield Shift(operator, field, words, before, after)


def changed(terms: Terms, changes: Iterable[Change]) -> Terms:
    """Terms with changes applied."""
    after = {operator: dict(fields) for operator, fields in terms.items()}
    for change in changes:
        if change.field != "operator":
            after.setdefault(change.operator, {})[change.field] = change.after
        elif change.after is None:
            after.pop(change.operator, None)
        else:
            after.setdefault(change.operator, {})
    return after
