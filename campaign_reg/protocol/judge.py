"""When an action has ended, and what proves that a write was applied: pure, and data per provider and verb."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.enums import Evidence, Verb, Verdict
from campaign_reg.models.campaign import Campaign
from campaign_reg.models.change import TermsOrder
from campaign_reg.models.reading import Reading

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
        """Why a campaign is not created beside one like it; one that failed stands in nobody's way."""
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


def judge(
    rule: VerbRule,
    preimage: Reading | None,
    readings: Sequence[Reading],
    *,
    acknowledged: bool,
    settle_seconds: float = 0.0,
) -> Judgement | None:
    """Say how an action ended, or None while it has not shown that it did.

    A settled word counts only as news: the action was seen in progress since the write, or the word differs from the
    pre-image's, or the version moved to one not older than the write. The last alone does not prove that a write
    whose answer was lost was applied: somebody else may have changed the campaign.

    Args:
        rule: Of the verb.
        preimage: The reading taken just before the write; None where there was nothing to read.
        readings: Readings since, oldest first, without those from lagging replicas.
        acknowledged: Whether the vendor answered that it took the write.
        settle_seconds: For how long a 404 must last before it is believed, and a replica may lag.
    """
    if not readings:
        return None
    last, preimage = readings[-1], _something(preimage)
    if last.missing:
        return _judge_missing(rule, readings, acknowledged, settle_seconds)
    if lags_behind(rule, preimage, readings[:-1], last, settle_seconds):
        return None
    verdict = _verdict_of(rule, rule.word_of(last))
    if verdict is None:
        return _judge_overtaken(rule, preimage, last)
    reason = f"the vendor says {rule.word_of(last)}"
    shown = shows_effect(rule, preimage, readings, settle_seconds)
    if acknowledged:
        proven = shown or _moved_since(rule, preimage, last)
        return Judgement(verdict, Evidence.ACKNOWLEDGED, reason) if proven else None
    if shown:
        return Judgement(verdict, Evidence.OBSERVED, reason)
    return None


def shows_effect(
    rule: VerbRule, preimage: Reading | None, readings: Sequence[Reading], settle_seconds: float = 0.0
) -> bool:
    """Whether the readings show that the action took place: seen in progress, or its word is a new one.

    Args:
        rule: Of the verb.
        preimage: The reading just before the write.
        readings: Readings since.
        settle_seconds: How far a replica may lag, where versions do not tell old from new.
    """
    preimage = _something(preimage)
    return any(
        _shows_effect(rule, preimage, reading)
        for reading in readings
        if not reading.missing and not _is_older_news(rule, preimage, reading, settle_seconds)
    )


def _shows_effect(rule: VerbRule, preimage: Reading | None, reading: Reading) -> bool:
    word, before = rule.word_of(reading), "" if preimage is None else rule.word_of(preimage)
    if preimage is not None and not before:
        # It did not say what was newest then: a settled word may be an old one, whatever moved the version since.
        return word in rule.in_progress and reading.version != preimage.version
    ours = rule.succeeded | rule.failed | rule.action_required | {AS_WANTED}
    return word in rule.in_progress or (word in ours and (preimage is None or word != before))


def new_matches(rule: VerbRule, preimage: Reading, matches: Sequence[Reading]) -> tuple[Reading, ...]:
    """Those of the campaigns like the one to be created that were not there before the write.

    Args:
        rule: Of the create.
        preimage: The look before the write, which found none that stood in its way.
        matches: What a look since then found.
    """
    return tuple(match for match in matches if _is_younger(rule, preimage, match))


def _is_younger(rule: VerbRule, preimage: Reading, match: Reading) -> bool:
    if match.target in preimage.beside:
        return False
    created = None if match.campaign is None else match.campaign.created_at
    if created is None or created.tzinfo is None or preimage.vendor_time is None:
        return (
            rule.word(match) not in rule.failed
        )  # one that failed may have been there: it stood in nobody's way
    return (created - preimage.vendor_time).total_seconds() >= -QUIET_BEFORE_WRITE_SECONDS


def _something(preimage: Reading | None) -> Reading | None:
    """The pre-image, where there was something to read: before a create there is nothing."""
    return None if preimage is None or preimage.missing else preimage


def lags_behind(
    rule: VerbRule,
    preimage: Reading | None,
    readings: Sequence[Reading],
    reading: Reading,
    settle_seconds: float = math.inf,
) -> bool:
    """Whether a reading is older than what was read before, even before a 404: its replica lags.

    Where versions cannot be ordered, one that shows the pre-image's again after it had moved lags too, unless that was
    seen longer ago than a replica may lag.
    """
    preimage = _something(preimage)
    known = [other for other in (preimage, *readings) if other is not None and not other.missing]
    if reading.missing or not known:
        return False
    if any(rule.is_older(reading, other) for other in known):
        return True
    return (
        preimage is not None
        and rule.time_of(reading) is None
        and reading.version == preimage.version
        and any(
            other.version != preimage.version and _seconds_between(other, reading) <= settle_seconds
            for other in known
        )
    )


def is_untouched(rule: VerbRule, preimage: Reading, reading: Reading) -> bool:
    """Whether a reading shows the campaign exactly as before the write, with nothing under way."""
    return (
        not reading.missing
        and preimage.version is not None
        and reading.version == preimage.version
        and rule.word_of(reading) == rule.word_of(preimage)
        and reading.status == preimage.status
        and reading.action_status not in rule.busy
    )


def _judge_missing(
    rule: VerbRule, readings: Sequence[Reading], acknowledged: bool, settle_seconds: float
) -> Judgement | None:
    gone = list(itertools.takewhile(lambda reading: reading.missing, reversed(readings)))
    if len(gone) < 2 or (gone[0].taken_at - gone[-1].taken_at).total_seconds() < settle_seconds:
        return None  # a replica that lags may not know it for a while
    reason = "the vendor no longer knows the campaign"
    if rule.gone is Verdict.SUCCEEDED:  # that it is gone shows the effect of a deletion, and of nothing else
        return Judgement(rule.gone, Evidence.ACKNOWLEDGED if acknowledged else Evidence.OBSERVED, reason)
    if acknowledged:
        return Judgement(rule.gone, Evidence.INFERRED, reason)
    return Judgement(Verdict.UNKNOWN, Evidence.INFERRED, f"its answer was lost, and {reason}")


def _judge_overtaken(rule: VerbRule, preimage: Reading | None, last: Reading) -> Judgement | None:
    word = rule.word_of(last)
    is_old = preimage is not None and (
        word == rule.word_of(preimage) or _is_older_news(rule, preimage, last, 0.0)
    )
    if word not in rule.overtaken or is_old:
        return None
    reason = f"another action took its place (the vendor says {word}): look at the vendor for how it ended"
    return Judgement(Verdict.UNKNOWN, Evidence.INFERRED, reason)


def _verdict_of(rule: VerbRule, word: str) -> Verdict | None:
    if rule.ends_well(word):
        return Verdict.SUCCEEDED
    if word in rule.failed:
        return Verdict.FAILED
    return Verdict.ACTION_REQUIRED if word in rule.action_required else None


def _moved_since(rule: VerbRule, preimage: Reading | None, reading: Reading) -> bool:
    if preimage is None:
        return True
    if reading.version == preimage.version:
        return False
    changed = rule.time_of(reading)
    if changed is None:
        return rule.is_older(preimage, reading)
    return preimage.vendor_time is not None and changed >= preimage.vendor_time


def _is_older_news(rule: VerbRule, preimage: Reading | None, reading: Reading, settle_seconds: float) -> bool:
    """Whether what a reading shows may be from before our write, though it differs from the pre-image."""
    if preimage is None:
        return False
    changed = rule.time_of(reading)
    if changed is not None:
        return (
            reading.version != preimage.version
            and preimage.vendor_time is not None
            and changed < preimage.vendor_time
        )
    if rule.is_older(preimage, reading):
        return False
    # Nothing says which is older: a replica that lags may show what was there before the pre-image.
    return _seconds_between(preimage, reading) < settle_seconds


def _seconds_between(reading: Reading, later: Reading) -> float:
    return (later.taken_at - reading.taken_at).total_seconds()


def remember(readings: Sequence[Reading], reading: Reading, most: int) -> tuple[Reading, ...]:
    """Readings, oldest first: of a run that says the same the last, of a run of 404s the first and the last."""
    kept = list(readings)
    if kept and reading.says_the_same(kept[-1]) and not (reading.missing and _begins(kept)):
        kept.pop()
    return tuple([*kept, reading.glimpse()][-most:])


def _begins(readings: Sequence[Reading]) -> bool:
    """Whether the last of these readings is the first 404 of a run."""
    return len(readings) < 2 or not readings[-2].missing
