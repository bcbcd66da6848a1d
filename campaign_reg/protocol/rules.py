"""What a verb of a provider means, as data: `VerbRule`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.models.campaign import Campaign
from campaign_reg.models.reading import Reading
from campaign_reg.models.terms import TermsOrder

AS_WANTED = "as wanted"
"""Stands for the vendor's word in a reading that shows exactly what the write asked for."""

QUIET_BEFORE_WRITE_SECONDS = 2.0
"""Versions may have one-second resolution: a write so soon after a change could hide behind it."""


_WORD = re.compile(r"[a-z][a-z0-9_-]*")


@attrs.frozen
class Judgement:
    """A verdict with what it rests on."""

    verdict: Verdict
    evidence: Evidence
    reason: str


def _not_sent(verdict: Verdict, reason: str) -> Judgement:
    return Judgement(verdict, Evidence.OBSERVED, reason)


def _status(reading: Reading) -> str:
    return reading.status


def _either(words: frozenset[str]) -> str:
    return " or ".join(sorted(words))


def _no_time(version: str) -> datetime | None:
    return None


def _no_operators(params: object) -> tuple[str, ...]:
    return ()


def _cannot_tell(version: str, other: str) -> bool:
    return False


def _is_word(_: object, attribute: attrs.Attribute[Any], verb: object) -> None:
    """Refuse what could not stand in a command line, and verbs that only read."""
    if not isinstance(verb, Verb) or not verb.writes or not _WORD.fullmatch(verb.value):
        raise ValueError(
            f"{verb!r} cannot have a rule: a verb that writes is needed, such as Verb.RENEW or Verb('appeal'), "
            "of small letters, digits, - and _"
        )


def _only_for_create(rule: VerbRule, attribute: attrs.Attribute[Any], creates: bool) -> None:
    if creates and rule.verb is not Verb.CREATE:
        raise ValueError(f"creates=True is for Verb.CREATE: {rule.verb} must change a campaign that there is")


@attrs.frozen(kw_only=True)
class VerbRule:
    """What one verb of one provider means to those who wait for it.

    Attributes:
        verb: The verb; one of the provider's own is `Verb("its name")`.
        params: attrs class of its parameters.
        creates: Whether the verb makes a new campaign, which has no id before the vendor answers; True for
            `Verb.CREATE` only.
        allowed: Words of `status` from which the verb may be sent; None allows every one.
        wanted: Whether a campaign, as read, shows exactly what parameters ask for; None where reading cannot tell.
        word: The part of a reading that the sets below speak of.
        busy: Words of `action_status` under which nothing may be sent: something is already under way.
        idle: Words of `action_status` under which nothing is under way; any further word, which a later vendor may
            have added, forbids sending. None where the vendor's words do not tell.
        in_progress: Words that say this verb is under way.
        succeeded: Words that say it ended well.
        failed: Words that say it ended badly.
        action_required: Words that say a person must act at the vendor.
        overtaken: Words that say another action took this one's place, so that its end will never be seen.
        gone: What it means that the vendor no longer knows the campaign.
        ended: Words of `status` under which nothing can be sent any more, with the reason.
        version_time: The instant that a version stands for; None where versions are no instants.
        is_later: Whether the first of two versions is provably later, where they are no instants.
        resendable: Whether a lost write may be sent again at all, given the proof of the batch's rules.
        resend_within_seconds: A lost write is not sent again later than this after it left; None has no limit.
        order: What counts as better in the operators' terms.
        operators: To which operators a write with these parameters goes; none where the vendor has none.
    """

    verb: Verb = attrs.field(validator=_is_word)
    params: type[Any]
    creates: bool = attrs.field(default=False, validator=_only_for_create)
    allowed: frozenset[str] | None = None
    wanted: Callable[[Any, Any], bool] | None = None
    word: Callable[[Reading], str] = _status
    busy: frozenset[str] = frozenset()
    idle: frozenset[str] | None = None
    in_progress: frozenset[str] = frozenset()
    succeeded: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    action_required: frozenset[str] = frozenset()
    overtaken: frozenset[str] = frozenset()
    gone: Verdict = Verdict.FAILED
    ended: frozenset[str] = frozenset()
    version_time: Callable[[str], datetime | None] = _no_time
    is_later: Callable[[str, str], bool] = _cannot_tell
    resendable: bool = False
    resend_within_seconds: float | None = None
    order: TermsOrder = TermsOrder()
    operators: Callable[[Any], tuple[str, ...]] = _no_operators

    def refuses(self, preimage: Reading) -> Judgement | None:
        """Why nothing is to be sent for a campaign that reads like this; None when it may be sent."""
        if self.creates:
            return None if preimage.missing else self._refuses_another(preimage)
        if preimage.as_wanted:
            return _not_sent(Verdict.SKIPPED, "already as wanted")
        word = preimage.action_status
        if word in self.busy:
            return _not_sent(Verdict.SKIPPED, f"already under way: the vendor says {word}")
        if self.idle is not None and word and word not in self.idle:
            reason = (
                f"perhaps under way: this release does not know the vendor's word {word}; look at the vendor"
            )
            return _not_sent(Verdict.ACTION_REQUIRED, reason)
        if preimage.status in self.ended:
            reason = f"the campaign is {preimage.status}; nothing can be done with it any more"
            return _not_sent(Verdict.SKIPPED, reason)
        if self.allowed is not None and preimage.status not in self.allowed:
            reason = (
                f"the campaign is {preimage.status}: {self.verb} is for one that is {_either(self.allowed)}"
            )
            return _not_sent(Verdict.SKIPPED, reason)
        return None

    def _refuses_another(self, existing: Reading) -> Judgement | None:
        """Why a campaign is not created next to one like it; one that failed blocks nothing."""
        if self.word(existing) in self.failed:
            return None
        status = f" ({existing.status})" if existing.status else ""
        return _not_sent(Verdict.SKIPPED, f"exists already as {existing.target}{status}")

    def compare(self, reading: Reading, params: object) -> Reading:
        """The reading, which says from now on whether it shows what the parameters ask for."""
        campaign: Campaign | None = reading.campaign
        if self.wanted is None or campaign is None or not self.wanted(campaign, params):
            return reading
        return attrs.evolve(reading, as_wanted=True)

    def word_of(self, reading: Reading) -> str:
        """What a reading says of this verb."""
        return AS_WANTED if reading.as_wanted else self.word(reading)

    def ends_well(self, word: str) -> bool:
        """Whether a word says that the verb ended well."""
        return word == AS_WANTED or word in self.succeeded

    def wait_before_write(self, preimage: Reading) -> float:
        """Seconds until a write can no longer hide behind the pre-image's last change; 0 when it may leave."""
        changed = self.time_of(preimage)
        if changed is None or preimage.vendor_time is None:
            return 0.0
        age = (preimage.vendor_time - changed).total_seconds()
        return min(max(QUIET_BEFORE_WRITE_SECONDS - age, 0.0), QUIET_BEFORE_WRITE_SECONDS)

    def time_of(self, reading: Reading) -> datetime | None:
        """The instant its version stands for, where it has one."""
        return None if reading.version is None else self.version_time(reading.version)

    def is_older(self, reading: Reading, than: Reading) -> bool:
        """Whether a reading is provably older than another: it came from a replica that lags."""
        mine, other = self.time_of(reading), self.time_of(than)
        if mine is not None and other is not None:
            return mine < other
        return (
            reading.version is not None
            and than.version is not None
            and self.is_later(than.version, reading.version)
        )
