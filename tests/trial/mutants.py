"""The engine's mutants that trials must catch, and the trials."""

from __future__ import annotations

import attrs

from tests.support.mutants import Change, comparison, constant, if_last, raises, replace, returns, same_entry

RANDOM = "tests/trial/test_killed.py::test_killed_again_and_again"
STEP = "tests/trial/test_killed.py::test_killed_at_a_named_step[after the bytes have left]"
ORDER = "tests/trial/test_order.py::test_every_intent_is_synced_before_its_bytes_leave"
STOP = "tests/batch/test_stopping.py::test_rows_that_wait_for_their_turn_are_not_sent"


@attrs.frozen
class Mutant:
    """One way to break the engine.

    Attributes:
        changes: Of the package.
        caught_by: Trials that must fail.
        reasons: One of these is in their output.
    """

    changes: tuple[Change, ...]
    caught_by: tuple[str, ...] = (RANDOM,)
    reasons: tuple[str, ...] = ("applied 2 times",)


MUTANTS = {
    "no settle window": Mutant((Change("batch.state_machine", "Facts.window_seconds", returns("0.0")),)),
    "aiohttp repeats writes": Mutant(
        (Change("transport.pool", "ConnectionChoice.__call__", raises("ConnectionLostError", "error")),)
    ),
    "503 taken for not applied": Mutant(
        (Change("providers.sinch.errors", "ERRORS", same_entry(429, 503)),)
    ),
    "a reset taken for not applied": Mutant(
        (
            Change(
                "transport.error_mapping", "meaning",
                replace("OutcomeUnknownError", "ConnectError(name, reason)"),
            ),
        )
    ),
    "the intent journalled after the write": Mutant(
        (Change("protocol.backend", "Backend.perform", if_last("before_send")),),
        (STEP, ORDER),
        ("applied 2 times", "but the journal knows of", "before its intent was synced"),
    ),
    "an intent is written after the batch was stopped": Mutant(
        (
            Change("batch.worker", "RowWorker._intend", replace("stopping", "False")),
            Change("batch.runner", "BatchRunner._stop", replace("is_on_wire", "True")),
        ),
        (STOP,),
        ("stats.requests[CALL] == before",),
    ),
    "nothing is synced": Mutant(
        (
            Change(
                "journal.schema", "prepare",
                replace(constant("PRAGMA synchronous = FULL"), '"PRAGMA synchronous = OFF"'),
            ),
        ),
        (ORDER,),
        ("before its intent was synced",),
    ),
    "status compared instead of version": Mutant(
        (
            Change(
                "protocol.verdicts", "is_untouched",
                replace(comparison("version", "version"), "reading.status == preimage.status"),
            ),
            Change(
                "batch.state_machine", "_has_moved",
                replace(comparison("version", "version"), "reading.status != preimage.status"),
            ),
        )
    ),
}  # fmt: skip
