"""When an action has ended, and what proves that a write was applied: pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from campaign_reg.enums import Evidence, Verdict
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.rules import AS_WANTED, QUIET_BEFORE_WRITE_SECONDS, Judgement, VerbRule


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
    whose answer was lost was applied: another user may have changed the campaign.

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
        preimage: The look before the write, which found none that blocked it.
        matches: What a look since then found.
    """
    return tuple(match for match in matches if _is_younger(rule, preimage, match))


def _is_younger(rule: VerbRule, preimage: Reading, match: Reading) -> bool:
    if match.target in preimage.similar_ids:
        return False
    created = None if match.campaign is None else match.campaign.created_at
    if created is None or created.tzinfo is None or preimage.vendor_time is None:
        return rule.word(match) not in rule.failed  # one that failed may have been there: it blocked nothing
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
    if kept and reading.same_state(kept[-1]) and not (reading.missing and _begins(kept)):
        kept.pop()
    return tuple([*kept, reading.without_details()][-most:])


def _begins(readings: Sequence[Reading]) -> bool:
    """Whether the last of these readings is the first 404 of a run."""
    return len(readings) < 2 or not readings[-2].missing
