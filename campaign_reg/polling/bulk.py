"""Looking at many waiting campaigns at once, by listing them, where that takes fewer requests than reading each.

A listing decides nothing. A campaign that it shows as it was waits for the next round; one that it shows otherwise is
read at once, and one that it does not show is read when it is due. Some of the unchanged are read all the same: a
listing that turns out to lag behind single readings is not asked again.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Generic

from campaign_reg.enums import Verb
from campaign_reg.errors import CampaignRegError
from campaign_reg.models.reading import Reading
from campaign_reg.polling.scheduler import E, PollScheduler
from campaign_reg.protocol.pager import Pager
from campaign_reg.protocol.ports import CampaignBackend

SAMPLED_SHARE = 0.005
"""Of the campaigns that a listing shows unchanged, those that are read all the same; one of each listing at least."""

_FEWEST_WAITING = 8
_BACK_SECONDS = 2.0
_CONSIDER_SECONDS = 1.0
_CLOCKS_APART = timedelta(seconds=2)
_STRIKES = 2


class BulkPoller(Generic[E]):
    """Replace the readings of entries that are due by a listing, where that is cheaper.

    Args:
        backend: Whose campaigns.
        verb: About which verb.
        overview: Lists them.
        rounds: Where entries wait.
        known: An entry's campaign, and the last reading of it; None where only reading will do.
        again: Counts a look that showed an entry as it was; returns the seconds until the next, or None when it must
            be read.
    """

    def __init__(
        self,
        backend: CampaignBackend[Any],
        verb: Verb,
        overview: Pager[Reading],
        rounds: PollScheduler[E],
        known: Callable[[E], tuple[str, Reading | None] | None],
        again: Callable[[E], float | None],
    ) -> None:
        self._clock, self._rng, self._rule = backend.clock, backend.rng, backend.rule(verb)
        self._overview, self._rounds, self._known, self._again = overview, rounds, known, again
        self._task: asyncio.Task[None] | None = None
        self._waiting: dict[str, E] = {}
        self._put_off: set[E] = set()
        self._to_be_read: set[E] = set()
        self._sampled: dict[E, tuple[Reading, datetime | None]] = {}
        self._pages, self._strikes, self._share = 1, 0, SAMPLED_SHARE
        self._considered, self._last = -math.inf, -math.inf

    @classmethod
    def of(
        cls,
        backend: CampaignBackend[Any],
        verb: Verb,
        rounds: PollScheduler[E],
        known: Callable[[E], tuple[str, Reading | None] | None],
        again: Callable[[E], float | None],
    ) -> BulkPoller[E] | None:
        """A sweep, where the provider has a listing for it."""
        overview = backend.overview(verb)
        return None if overview is None else cls(backend, verb, overview, rounds, known, again)

    def instead(self, entry: E, wait_seconds: float) -> float | None:
        """How many seconds to wait for a listing, instead of reading an entry that is due; None to read it now.

        Args:
            entry: Is due.
            wait_seconds: Until its next look, were it read now.
        """
        if entry in self._to_be_read:
            self._to_be_read.discard(entry)
            return None
        known = self._known(entry)
        if known is None:
            return None
        if self._task is None or self._task.done():
            most = self._most_pages(wait_seconds)
            if most <= self._pages:
                return None
            self._begin(most)
        self._waiting[known[0]] = entry
        self._put_off.add(entry)
        return _BACK_SECONDS * (1 + self._rng.random())

    def check(self, entry: E, seen: Reading | None) -> None:
        """An entry was read: if the listing had shown something else, see whether it lags, or has other words.

        Args:
            entry: Was read, and may have settled by that.
            seen: The last reading of it.
        """
        listed, began = self._sampled.pop(entry, (None, None))
        if listed is None or seen is None or _is_same(seen, listed):
            return
        changed = self._rule.time_of(seen)
        if changed is None or began is None:
            self._strikes += 1
        elif changed < began - _CLOCKS_APART:  # it had changed long before it was listed
            self._strikes = _STRIKES

    async def aclose(self) -> None:
        """Stop listing."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _most_pages(self, wait_seconds: float) -> int:
        """How many pages are fewer than the readings that they would spare; 0 where a listing is out of the question.

        Counting takes a while with many waiting, so that it is not done at every look.
        """
        now = self._clock.monotonic()
        if (
            self._strikes >= _STRIKES
            or now < self._considered + _CONSIDER_SECONDS
            or now < self._last + wait_seconds / 2
        ):
            return 0
        self._considered = now
        waiting = self._rounds.due_within(wait_seconds)
        return waiting if waiting >= _FEWEST_WAITING else 0

    def _begin(self, most_pages: int) -> None:
        self._last = self._clock.monotonic()
        for entry in self._rounds.waiting():
            known = self._known(entry)
            if known is not None:
                self._waiting[known[0]] = entry
        self._share = max(SAMPLED_SHARE, 1 / max(len(self._waiting), 1))
        self._task = asyncio.create_task(self._list(most_pages))

    async def _list(self, most_pages: int) -> None:
        """Read the listing to its end, unless it turns out to be longer than what it would spare."""
        pages, needed, began = 0, 0, None
        try:
            # What lists badly is read one by one, and that shows what is wrong.
            with contextlib.suppress(CampaignRegError):
                async with contextlib.aclosing(self._overview.pages()) as listing:
                    async for page in listing:
                        pages += 1
                        began = began or page.vendor_time
                        for reading in page.items:
                            self._compare(reading, began)
                        if page.total is not None and page.items:
                            needed = max(needed, math.ceil(page.total / len(page.items)))
                        if not self._waiting:
                            break
                        if max(needed, pages + 1) > most_pages:
                            # Its length is not known: it is asked for again for many more.
                            needed = max(needed, 2 * pages)
                            break
        finally:
            # What was due and is not shown must not wait for another listing.
            self._to_be_read |= self._put_off
            self._put_off.clear()
            self._waiting.clear()
        self._pages = max(needed, pages)

    def _compare(self, listed: Reading, began: datetime | None) -> None:
        entry = self._waiting.pop(listed.target, None)
        known = None if entry is None or entry.slot is None else self._known(entry)
        if entry is None or known is None:
            return
        self._put_off.discard(entry)
        is_old = known[1] is not None and _is_same(known[1], listed)
        if is_old and self._rng.random() >= self._share and (wait := self._again(entry)) is not None:
            self._rounds.add(entry, wait)
            return
        self._sampled[entry] = listed, began
        self._to_be_read.add(entry)
        self._rounds.hasten(entry)


def _is_same(known: Reading, listed: Reading) -> bool:
    """Whether a listing shows nothing new; what was asked for, it cannot tell."""
    return (known.version, known.status, known.action_status) == (
        listed.version,
        listed.status,
        listed.action_status,
    )
