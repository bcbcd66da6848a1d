"""The vocabulary shared by all packages."""

from __future__ import annotations

import enum
from typing import Self


class OpenEnum(enum.StrEnum):
    """String enum that keeps values a vendor adds after our release.

    An unknown value becomes a member named `UNRECOGNIZED` that equals, hashes and prints as the raw string.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_, member._value_ = "UNRECOGNIZED", value
        return member

    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[str]]:
        """Pickle by value: Python 3.11.0 to 3.11.3 pickle by name, which an unknown value does not have."""
        return type(self), (self._value_,)

    @property
    def is_recognized(self) -> bool:
        """Whether this release knows the value."""
        return self._name_ != "UNRECOGNIZED"


class Verb(OpenEnum):
    """What a backend can be asked.

    A provider may have further verbs, such as `Verb("appeal")`, each of them with a `VerbRule`. Such a verb equals and
    hashes like its text, but each `Verb("appeal")` is an object of its own: compare it with `==`, not with `is`.
    """

    CREATE = "create"
    GET = "get"
    LIST = "list"
    UPDATE = "update"
    DELETE = "delete"
    RESUBMIT = "resubmit"
    RENEW = "renew"
    APPROVE = "approve"
    FEEDBACK = "feedback"

    @property
    def writes(self) -> bool:
        """Whether the verb changes something at the vendor."""
        return self not in _READING_VERBS


_READING_VERBS = frozenset({Verb.GET, Verb.LIST, Verb.FEEDBACK})


class CampaignState(enum.StrEnum):
    """State of a campaign, in words that fit every vendor."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    ACTIVE = "active"
    PAUSED = "paused"
    """Halted until the customer lets it go on, with a renew for example."""
    REJECTED = "rejected"
    ENDED = "ended"
    SUSPENDED = "suspended"
    """The vendor has stopped it, and does not say that the customer can let it go on."""
    ACTION_REQUIRED = "action_required"
    """The vendor waits for the customer."""
    UNKNOWN = "unknown"
    """The vendor used a word that this release does not know."""


class Verdict(enum.StrEnum):
    """How an action or a row of a batch ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ACTION_REQUIRED = "action_required"
    UNKNOWN = "unknown"
    """Readings do not show whether it was applied; a person must look."""
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    """Not sent, for the reason given."""


class Evidence(enum.StrEnum):
    """What a verdict rests on."""

    ACKNOWLEDGED = "acknowledged"
    """The vendor answered that it took the write, or refused it."""
    OBSERVED = "observed"
    """The write's answer was lost; its effect was seen by reading."""
    INFERRED = "inferred"
    """Neither; `Outcome.reason` says how the verdict was reached."""


class Applied(enum.StrEnum):
    """What an answer, or its absence, says about a write."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"
