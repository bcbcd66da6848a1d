"""The engine's mutants that the row histories must catch."""

from __future__ import annotations

import attrs

from tests.support.mutants import Change, comparison, constant, if_last, in_except, raises, replace, returns

_STATES, _VERDICTS, _WORKER, _BACKEND = (
    "batch.state_machine", "protocol.verdicts", "batch.worker", "protocol.backend",
)  # fmt: skip
_AT_ONCE = (
    "yet it was applied",
    "two writes of a row at a time",
    "paid twice",
    "lost count",
    "not journalled",
)


@attrs.frozen
class Mutant:
    """One way to break the engine.

    Attributes:
        changes: Of the package.
        reasons: Why the histories fail then; any of these.
        verb: Whose histories.
    """

    changes: tuple[Change, ...]
    reasons: tuple[str, ...]
    verb: str = "sinch resubmit"


MUTANTS = {
    "no settle window": Mutant(
        (Change(_STATES, "Facts.window_seconds", returns("0.0")),), ("paid twice", "within the settle window")
    ),
    "sent again without a second reading": Mutant(
        (
            Change(_STATES, "_seen_nothing_of_lost", replace(comparison("quiet_since", None), "False")),
            Change(_STATES, "_seen_nothing_of_lost", replace(comparison("quiet_since", "window"), "False")),
        ),
        ("paid twice", "without two readings", "within the settle window"),
    ),
    "sent again without a witness": Mutant(
        (Change(_STATES, "_may_not_resend", replace("version_moves", "True")),), ("without a witness",)
    ),
    "sent a third time": Mutant(
        (Change(_STATES, "_may_not_resend", replace(constant(2), "3")),), ("a third write",)
    ),
    "sent again though that is switched off": Mutant(
        (Change(_STATES, "_may_not_resend", replace("resend", "True")),), ("switched off",)
    ),
    "what is never sent again is": Mutant(
        (Change(_STATES, "_may_not_resend", replace("resendable", "True")),),
        ("and it never may be",), "sinch delete",
    ),
    "a renewal is sent again at any time": Mutant(
        (Change(_STATES, "contradicts", replace("resend_within_seconds", "None")),),
        ("sent again too late",), "rcs renew",
    ),
    "the second pre-image is not compared": Mutant(
        (Change(_STATES, "contradicts", replace("is_untouched", "True")),),
        ("the last reading shows a change", "paid twice"),
    ),
    "status compared instead of version": Mutant(
        (
            Change(
                _VERDICTS, "is_untouched",
                replace(comparison("version", "version"), "reading.status == preimage.status"),
            ),
            Change(_STATES, "_seen_nothing_of_lost", replace("_has_moved", "False")),
        ),
        ("the last reading shows a change", "paid twice", "without two readings", "within the settle window"),
    ),
    "a lagging reading is believed": Mutant(
        (Change(_VERDICTS, "lags_behind", replace("is_older", "False")),),
        ("an older reading", "paid twice", "the ledger has no such thing"),
    ),
    "an unknown word is taken as terminal": Mutant(
        (Change(_VERDICTS, "_verdict_of", replace(constant(None), "Verdict.FAILED")),),
        ("the ledger has no such thing",),
    ),
    "a 404 is believed at once": Mutant(
        (
            Change(_VERDICTS, "_judge_missing", replace(comparison("len", 2), "False")),
            Change(_VERDICTS, "_judge_missing", replace(comparison("gone", "settle_seconds"), "False")),
        ),
        ("the ledger has no such thing", "though nothing was unclear"),
    ),
    "last year's word is news": Mutant(
        (Change(_VERDICTS, "_shows_effect", replace(comparison("word", "before"), "True")),),
        ("the ledger has no such thing",),
    ),
    "an undated reading is believed at once": Mutant(
        (Change(_VERDICTS, "_is_older_news", replace(comparison("_seconds_between", "settle_seconds"), "False")),),
        ("the ledger has no such thing",), "responsys approve",
    ),
    "a crash forgets the intent": Mutant(
        (
            Change(_WORKER, "RowWorker.take_up", replace("LOST", "Phase.READY")),
            Change(_WORKER, "RowWorker.take_up", replace("attempts", "0")),
            Change(_WORKER, "RowWorker.take_up", replace("_advance", "(State(), None)")),
        ),
        ("paid twice", "lost count", "not journalled"),
    ),
    "a lost write is taken for a refused one": Mutant(
        (
            Change(
                _WORKER, "RowWorker._send", in_except("OutcomeUnknownError", replace("Lost", "NotApplied()"))
            ),
        ),
        (*_AT_ONCE, "history.verdict is Verdict.UNKNOWN"),
    ),
    "any error after the intent is taken for a refusal": Mutant(
        (Change(_BACKEND, "Backend._send", raises("unknown", 'InvalidInputError("it does not parse")')),),
        _AT_ONCE,
    ),
    "the intent is journalled after the write": Mutant(
        (Change(_BACKEND, "Backend.perform", if_last("before_send")),), ("before its intent was durable",)
    ),
}  # fmt: skip
