"""A vendor in virtual time: what was asked of it, what it did, and what each replica shows of it."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from campaign_reg.enums import CampaignState, Verdict
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.rules import VerbRule

START = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)
LONG_AGO = -30 * 86400.0


def at(seconds: float) -> datetime:
    """An instant, so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def whole(seconds: float) -> datetime:
    """An instant as this vendor prints it, in whole seconds."""
    return at(seconds).replace(microsecond=0)


@attrs.frozen(kw_only=True)
class Shown:
    """What a campaign shows.

    Attributes:
        changed: When it last changed, in seconds after the start.
        sent: Messages that have left; RCS alone shows it.
        wanted: Whether it is exactly as our write asks.
        gone: Whether the vendor knows it no more.
    """

    status: str = ""
    action: str = ""
    sent: int = 0
    wanted: bool = False
    gone: bool = False
    changed: float = LONG_AGO


@attrs.frozen(kw_only=True)
class Course:
    """What comes of a write or of a stranger's act: seconds after it is applied, and what changes then.

    Attributes:
        steps: The changes; of a member that is a function, the new value comes from the old one.
        verdicts: How it may truly be said to have ended, by the number of the step that shows it.
    """

    steps: Sequence[tuple[float, Mapping[str, Any]]]
    verdicts: Mapping[int, Verdict] = attrs.field(factory=dict)


@attrs.frozen
class Applied:
    """A line of the ledger: what was applied, for whom, when, and when it came to which end."""

    when: float
    ours: bool
    target: str
    ends: tuple[tuple[float, Verdict], ...]


@attrs.frozen(kw_only=True)
class Made:
    """A campaign as a search shows it: all that is asked of it is when it was made."""

    id: str
    created_at: datetime | None
    version: str | None = None
    vendor_status: str = ""
    provider: str = "model"
    name: str = "ours"
    state: CampaignState = CampaignState.UNKNOWN
    updated_at: datetime | None = None


@attrs.frozen(kw_only=True, repr=False)
class Kind:
    """A verb of a provider: its real rule, and how the vendor behaves.

    Attributes:
        rule: The provider's own.
        firsts: What the campaign may show before.
        courses: What may come of our write.
        strangers: What somebody else may do, by name.
        unseen: The member that may show a word which this release does not know.
        version: The version text of what is shown.
        settles: Whether an acknowledgement may say that all is done.
        mark: Whether a create can be searched for.
        dated: Whether a campaign says when it was made.
        past: What changed a moment before the history begins, where a replica that lags may still show it as it was.
        from_status: The only status from which the vendor takes it, where an echo is refused for the state.
    """

    rule: VerbRule
    firsts: Sequence[Shown]
    courses: Sequence[Course]
    strangers: Mapping[str, Course]
    unseen: str
    version: Callable[[Shown], str | None]
    settles: bool = False
    mark: bool = False
    dated: bool = True
    from_status: str = ""
    past: Mapping[str, Any] | None = None

    @property
    def tells_time(self) -> bool:
        """Whether its versions are instants."""
        return self.rule.version_time("2026-03-06T18:00:00Z") is not None


@attrs.define
class Record:
    """One campaign: what it showed first, and each change with its time, those to come too."""

    id: str
    first: Shown
    born: float = LONG_AGO
    changes: list[tuple[float, int, Mapping[str, Any]]] = attrs.field(factory=list)

    def change(self, when: float, changes: Mapping[str, Any]) -> None:
        bisect.insort(self.changes, (when, len(self.changes), changes))

    def shows(self, when: float) -> Shown:
        shown = self.first
        for changed, _, changes in self.changes:
            if changed > when:
                break
            new = {
                name: value(getattr(shown, name)) if callable(value) else value
                for name, value in changes.items()
            }
            shown = attrs.evolve(shown, changed=changed, **new)
        return shown


@attrs.define
class Vendor:
    """All campaigns of one account, and the ledger of what was applied."""

    kind: Kind
    records: dict[str, Record] = attrs.field(factory=dict)
    ledger: list[Applied] = attrs.field(factory=list)

    def apply(self, course: Course, target: str, when: float, *, ours: bool) -> str:
        """Apply a write, now or late; returns the campaign's id."""
        if not target:
            target = f"new{len(self.records)}"
            self.records[target] = Record(target, Shown(**course.steps[0][1], changed=when), born=when)
        for after, changes in course.steps:
            self.records[target].change(when + after, changes)
        ends = tuple((when + course.steps[step][0], verdict) for step, verdict in course.verdicts.items())
        self.ledger.append(Applied(when, ours, target, ends))
        return target

    def applied(self, target: str) -> int:
        """How often a write of ours was applied, or will be."""
        return sum(line.ours for line in self.ledger if line.target == target or self.kind.rule.creates)

    def shows(self, target: str, when: float) -> Shown | None:
        """What a replica that is up to date with that instant shows; None where it knows no such campaign."""
        record = self.records.get(target)
        shown = None if record is None or record.born > when else record.shows(when)
        return None if shown is None or shown.gone else shown

    def reading(self, target: str, shown: Shown, asked: float, *, local: float = 0.0) -> Reading:
        """The answer to a GET."""
        version = self.kind.version(shown)
        made = Made(id=target, created_at=whole(self.records[target].born) if self.kind.dated else None)
        return Reading(
            target=target,
            version=version,
            status=shown.status,
            action_status=shown.action,
            as_wanted=shown.wanted,
            taken_at=at(asked + local),
            vendor_time=whole(asked),
            campaign=made if self.kind.rule.creates else None,
        )
