"""What a vendor holds of one thing over time, so that a replica that lags can show an earlier state."""

from __future__ import annotations

import collections
import copy
import json
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaign_reg.sandbox.clock import VirtualClock

# A lagging replica is asked for the last few states only; this keeps memory flat.
KEPT_VERSIONS = 16


class Version:
    """State of a thing from one virtual instant on; never changed afterwards."""

    __slots__ = ("_body", "at", "members")

    def __init__(self, at: float, members: dict[str, Any]) -> None:
        self.at = at
        self.members = members
        self._body: bytes | None = None

    @property
    def body(self) -> bytes:
        """The thing as JSON, rendered once."""
        if self._body is None:
            self._body = json.dumps(self.members, separators=(",", ":")).encode()
        return self._body


class History:
    """The recent versions of one thing.

    Attributes:
        ended_at: Virtual instant from which on the thing is gone.
    """

    def __init__(self, first: Version) -> None:
        self.versions = collections.deque([first], maxlen=KEPT_VERSIONS)
        self._action = 0
        self.ended_at = math.inf

    @property
    def newest(self) -> Version:
        """The version that holds now."""
        return self.versions[-1]

    @property
    def members(self) -> dict[str, Any]:
        """Present state of the thing; not to be changed."""
        return self.newest.members

    @property
    def ended(self) -> bool:
        """Whether the thing is gone by now."""
        return self.ended_at < math.inf

    def version_at(self, at: float) -> Version | None:
        """Return the version that held at a virtual instant; None before the first and after the end."""
        if at >= self.ended_at:
            return None
        if self.newest.at <= at:
            return self.newest
        forgotten = self.versions[0] if len(self.versions) == KEPT_VERSIONS else None
        return next((version for version in reversed(self.versions) if version.at <= at), forgotten)

    def change(self, at: float, **members: object) -> None:
        """Replace members from a virtual instant on."""
        self.versions.append(Version(at, self.members | members))

    def begin(self, event: Callable[[float], None]) -> Callable[[float], None]:
        """Begin an action that `event` ends; the event does nothing once another action was begun."""
        self._action += 1
        action = self._action

        def unless_overtaken(due: float) -> None:
            if self._action == action:
                event(due)

        return unless_overtaken


class Records(Mapping[str, dict[str, Any]]):
    """The vendor's own records by id, as they stand now; each a copy."""

    def __init__(self, histories: Mapping[str, History], clock: VirtualClock) -> None:
        self._histories = histories
        self._clock = clock

    def __getitem__(self, id: str) -> dict[str, Any]:
        self._clock.run_due()
        history = self._histories[id]
        if history.ended:
            raise KeyError(id)
        return copy.deepcopy(history.members)

    def __iter__(self) -> Iterator[str]:
        self._clock.run_due()
        return iter([id for id, history in self._histories.items() if not history.ended])

    def __len__(self) -> int:
        return sum(1 for _ in self)
