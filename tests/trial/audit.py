"""The vendor's truth beside the journal: nothing lost, nothing twice, every verdict true, every `unknown` honest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import attrs

from campaign_reg import RowResult, Verdict

_WORDS = {Verdict.SUCCEEDED: "RESUBMIT_SUCCESSFUL", Verdict.FAILED: "RESUBMIT_FAILED"}
_CLEAR = {200: "applied", 401: "not applied", 429: "not applied"}
_NEAR_A_KILL_SECONDS = 0.5
"""An answer that was given so close to a kill may not have been heard; slow answers are given 0.15 s late."""


@attrs.frozen(kw_only=True)
class Truth:
    """What the vendor says.

    Attributes:
        applied: Times that a resubmission was applied, by campaign.
        words: What became of the newest action, by campaign.
        writes: Each write that came, with its time and the status of its answer (None: cut), by campaign.
        faults: Action, operations and how often it struck.
        requests: How many came in all.
    """

    applied: Mapping[str, int]
    words: Mapping[str, str]
    writes: Mapping[str, Sequence[tuple[float, int | None]]]
    faults: Sequence[tuple[str, Sequence[str], int]]
    requests: int


def objections(
    ids: Sequence[str], results: Mapping[str, RowResult], truth: Truth, kills: Sequence[float]
) -> list[str]:
    """Everything that is not as promised, in words; empty when all is well."""
    found = [f"{id}: lost, it has no result" for id in ids if id not in results]
    found += [f"{id}: a result, but no row of the input" for id in results.keys() - set(ids)]
    found += [f"{id}: applied {times} times" for id, times in truth.applied.items() if times > 1]
    for id, result in results.items():
        writes = truth.writes.get(id, ())
        doubtful = sum(_CLEAR.get(status or 0) != "not applied" for _, status in writes)
        if doubtful > 2:
            found.append(f"{id}: written {doubtful} times, each of which may have been applied")
        if doubtful > result.attempts:
            found.append(f"{id}: {doubtful} writes, but the journal knows of {result.attempts}")
        objection = _objection(result, truth.applied.get(id, 0), truth.words[id], writes, kills)
        if objection:
            found.append(f"{id}: {result.outcome.verdict} ({result.outcome.reason}), but {objection}")
    return found


def _objection(
    result: RowResult,
    applied: int,
    word: str,
    writes: Sequence[tuple[float, int | None]],
    kills: Sequence[float],
) -> str:
    verdict = result.outcome.verdict
    if verdict is Verdict.UNKNOWN:
        return (
            ""
            if _is_in_doubt(writes, kills) or not writes
            else "every write was answered, and nobody was killed"
        )
    if verdict not in _WORDS:
        return "no campaign here gives a reason for that"
    if applied != 1:
        return f"the vendor applied it {applied} times"
    return "" if word == _WORDS[verdict] else f"the vendor says {word}"


def _is_in_doubt(writes: Sequence[tuple[float, int | None]], kills: Sequence[float]) -> bool:
    """Whether any write had no clear answer, or the process that would have heard it was killed."""
    return any(
        status not in _CLEAR
        or any(-_NEAR_A_KILL_SECONDS <= kill - at <= _NEAR_A_KILL_SECONDS for kill in kills)
        for at, status in writes
    )


def told(results: Mapping[str, RowResult], truth: Truth) -> str:
    """The figures, for people."""
    verdicts = Counter(result.outcome.verdict.value for result in results.values())
    resent = sum(result.attempts == 2 for result in results.values())
    evidence = Counter(result.outcome.evidence.value for result in results.values())
    struck: Counter[str] = Counter()
    for action, operations, fired in truth.faults:
        struck[f"{action} ({'writes' if operations == ['resubmitCampaign'] else 'reads'})"] += fired
    writes = sum(len(each) for each in truth.writes.values())
    reasons = Counter(
        result.outcome.reason.partition(";")[0].split(" within ")[0]
        for result in results.values()
        if result.outcome.verdict is Verdict.UNKNOWN
    )
    return "\n".join(
        [
            f"rows {len(results)}, verdicts {dict(verdicts)}, evidence {dict(evidence)}, sent twice on proof {resent}",
            (
                f"vendor: {truth.requests} requests, {writes} writes, {sum(truth.applied.values())} applied "
                f"to {len(truth.applied)} campaigns, {max(truth.applied.values(), default=0)} times at most"
            ),
            f"faults: {dict(struck)}",
            *(f"unknown: {rows} x {reason}" for reason, rows in reasons.items()),
        ]
    )
