"""Which test shows which row of the fault catalogue; a row that is not there yet says where it belongs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent

TRANSPORT = "transport/test_aiohttp.py"
STACK = "transport/test_stack.py"
RETRY = "transport/test_retry.py"
AUTH = "transport/test_auth.py"
CODEC = "wire/test_codec.py"
BATCH = "batch/test_batch.py"
HOSTILE = "batch/test_hostile.py"
ROW = "batch/test_state_machine.py"
STREAMS = "transport/test_streaming.py"
RESPONSYS = "providers/responsys/test_backend.py"
RESPONSYS_AUTH = "providers/responsys/test_auth.py"
SINCH_CALLBACKS = "providers/sinch/test_callbacks.py"
SENDER_CALLBACKS = "providers/sinch/sender_id/test_callbacks.py"
BREAKS = "support/breaks.py"  # the numbers that tests of the transport take from there
NUMBERED = {TRANSPORT, STACK, RETRY, AUTH}

SHOWN = {
    1: TRANSPORT, 2: TRANSPORT, 3: BATCH, 4: TRANSPORT, 5: TRANSPORT, 6: TRANSPORT, 7: TRANSPORT, 8: TRANSPORT,
    9: STACK, 10: STACK, 11: TRANSPORT, 12: TRANSPORT, 13: TRANSPORT, 14: TRANSPORT, 15: TRANSPORT, 16: RETRY,
    17: TRANSPORT, 18: RETRY, 19: RETRY, 20: RETRY, 21: STACK, 22: STACK, 23: STACK, 24: STACK,
    25: TRANSPORT, 26: TRANSPORT, 27: "providers/sinch/ten_dlc/test_backend.py", 28: BATCH, 29: TRANSPORT,
    30: TRANSPORT, 31: AUTH, 32: AUTH, 33: AUTH, 34: AUTH, 35: AUTH, 36: BATCH, 37: AUTH, 38: RESPONSYS_AUTH, 39: STACK,
    40: ROW, 41: CODEC, 42: CODEC, 43: CODEC, 44: CODEC, 45: CODEC, 46: CODEC, 47: TRANSPORT, 48: TRANSPORT,
    49: STREAMS, 50: "protocol/test_pager.py", 51: "protocol/test_pager.py", 52: "protocol/test_pager.py",
    53: TRANSPORT, 54: RESPONSYS, 55: RESPONSYS,
    56: "protocol/test_verdicts.py", 57: BATCH, 58: ROW, 59: ROW, 60: TRANSPORT,
    62: SENDER_CALLBACKS, 63: "batch/test_crash.py", 65: "journal/test_sqlite.py", 66: "journal/test_sqlite.py",
    67: "journal/test_sqlite.py", 68: BATCH, 69: BATCH, 70: BATCH, 71: "cli/batch/test_input.py", 72: BATCH,
    73: "providers/sinch/ten_dlc/test_backend.py", 74: "wire/test_operation.py", 77: "test_files.py",
    78: "wire/test_multipart.py", 79: "providers/test_callback_url.py", 80: STACK, 81: "providers/test_urls.py",
    82: BATCH,
    83: SINCH_CALLBACKS, 84: SENDER_CALLBACKS, 85: SINCH_CALLBACKS, 86: SINCH_CALLBACKS,
    87: SINCH_CALLBACKS, 88: SENDER_CALLBACKS, 89: TRANSPORT, 90: TRANSPORT,
    92: "polling/test_poller.py", 93: ROW, 94: "protocol/test_verdicts.py", 95: ROW, 96: "batch/test_claims.py",
    97: BATCH,
    61: "polling/test_bulk.py", 64: "trial/test_order.py", 98: "trial/test_limits.py", 99: "trial/test_limits.py",
    75: "cli/batch/test_failed_rows.py", 76: "report/test_page.py", 100: "batch/test_other_verbs.py",
}  # fmt: skip

NOT_YET = {
    91: "the long trial; a bounded form is in the transport's tests",
}


def test_every_row_is_accounted_for() -> None:
    assert SHOWN.keys() | NOT_YET.keys() == set(range(1, 101))
    assert not SHOWN.keys() & NOT_YET.keys()


@pytest.mark.parametrize("module", sorted(set(SHOWN.values())))
def test_the_module_is_there_and_has_tests(module: str) -> None:
    tree = ast.parse((TESTS / module).read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)]
    assert any(function.name.startswith("test_") for function in functions)


@pytest.mark.parametrize("row", [row for row, module in SHOWN.items() if module in NUMBERED])
def test_numbered_tests_name_the_row(row: int) -> None:
    source = "".join((TESTS / place).read_text() for place in (SHOWN[row], BREAKS))
    assert re.search(rf'[_"]0?{row}[_ ]', source), f"{SHOWN[row]} shows row {row} nowhere"
