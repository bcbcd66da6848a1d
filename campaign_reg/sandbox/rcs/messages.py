"""The RCS platform's messages: those of campaigns, those sent alone, and how to find one."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from campaign_reg.sandbox.rcs.campaigns import Campaign
from campaign_reg.sandbox.rcs.samples import ENDED_BADLY, ENDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from campaign_reg.sandbox.rcs.campaigns import Draft, Recipient

    Source: TypeAlias = "Campaign | SingleMessage"
    Span = tuple[Source, range]

ACCEPTED_SECONDS = 1.0
SENT_SECONDS = 6.0
NOT_SENT = ("scheduled", "moderation", "accepted", "unknown")


class Message(NamedTuple):
    """One message at an instant.

    Attributes:
        sent_at: Seconds since the epoch, or None.
        delivered_at: Likewise.
    """

    id: int
    campaign_id: int | None
    number: str
    reference: str | None
    status: str
    draft: Draft
    created_at: float
    sent_at: float | None
    delivered_at: float | None

    def told_as(self, status: str, at: float) -> Message:
        """Return the message as if it had come to another status by a virtual instant."""
        sent = None if status in NOT_SENT else self.sent_at or at
        arrived = sent is not None and status in ("delivered", "read")
        return self._replace(
            status=status, sent_at=sent, delivered_at=(self.delivered_at or at) if arrived else None
        )

    @property
    def error(self) -> int:
        """The numeric code of API 1.0 in a callback."""
        return ENDED_BADLY.get(self.status, 0)


class SingleMessage:
    """A message without a campaign; its status follows from its age."""

    def __init__(self, first_message_id: int, draft: Draft, created_at: float) -> None:
        self.first_message_id = first_message_id
        self.draft = draft
        self.created_at = created_at

    def status_at(self, at: float) -> str:
        """Return its state at a virtual instant."""
        age = at - self.created_at
        if age < ACCEPTED_SECONDS:
            return "accepted"
        return "sent" if age < SENT_SECONDS else ENDS[self.first_message_id % len(ENDS)]

    def message_at(self, at: float) -> Message:
        """Return it as of a virtual instant."""
        [recipient] = self.draft.recipients
        return _message(self, 0, None, recipient, self.status_at(at), self.created_at)


class MessageBook:
    """Every message of the account, by id and by reference."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._sources: list[Source] = []
        self._by_reference: dict[str, int] = {}

    def enter(self, source: Source) -> None:
        """Take in the messages of a campaign, or one sent alone; their ids only grow."""
        self._firsts.append(source.first_message_id)
        self._sources.append(source)
        for index, (_, reference) in enumerate(source.draft.recipients):
            if reference is not None:
                self._by_reference[reference] = source.first_message_id + index

    def knows_reference(self, reference: str | None) -> bool:
        """Whether a message with that reference was taken before."""
        return reference in self._by_reference

    def by_reference(self, reference: str) -> list[Span]:
        """Find at most one message by the caller's reference."""
        message_id = self._by_reference.get(reference)
        return [] if message_id is None else self.by_id(message_id)

    def by_id(self, message_id: int) -> list[Span]:
        """Find at most one message by its id."""
        place = bisect.bisect_right(self._firsts, message_id) - 1
        if place < 0:
            return []
        source = self._sources[place]
        index = message_id - source.first_message_id
        return [(source, range(index, index + 1))] if index < source.draft.total else []

    def everything(self) -> list[Span]:
        """Return all messages, by id."""
        return [(source, range(source.draft.total)) for source in self._sources]


def shown(spans: Iterable[Span], at: float) -> Iterator[Message]:
    """Yield messages as a replica of that age shows them; it does not know those that came later."""
    for source, indices in spans:
        if source.created_at > at:
            continue
        if isinstance(source, SingleMessage):
            yield source.message_at(at)
        elif version := source.version_at(at):
            start = version.members["real_start_at"]
            for index in indices:
                status = source.message_status(index, version.members)
                yield _message(source, index, source.id, source.recipient(index), status, start)


def _message(
    source: Source,
    index: int,
    campaign_id: int | None,
    recipient: Recipient,
    status: str,
    started: float | None,
) -> Message:
    sent = None if started is None or status in NOT_SENT else started + 1
    number, reference = recipient
    return Message(
        id=source.first_message_id + index,
        campaign_id=campaign_id,
        number=number,
        reference=reference,
        status=status,
        draft=source.draft,
        created_at=source.created_at,
        sent_at=sent,
        delivered_at=sent + 5 if sent is not None and status in ("delivered", "read") else None,
    )
