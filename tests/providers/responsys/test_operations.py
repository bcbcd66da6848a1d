"""The table of calls, held against the contract."""

from __future__ import annotations

import re

import pytest

from campaign_reg.providers.responsys import operations as ops
from campaign_reg.providers.responsys.auth import LOGIN, PROVE
from campaign_reg.providers.responsys.errors import ERRORS_SENT_ONCE
from campaign_reg.wire.operation import Operation
from tests.support.vendors.responsys_contract import operations

TABLE = [value for value in vars(ops).values() if isinstance(value, Operation)]
SAME = {"campaignName": "name", "scheduleId": "schedule_id"}
CONTRACT = {
    (method.upper(), re.sub(r"\{(\w+)\}", lambda m: "{" + SAME[m[1]] + "}", path)): operation
    for path, method, operation in operations()
}


def test_every_call_of_the_contract_is_there_and_no_other() -> None:
    assert {(op.method, op.path) for op in (*TABLE, LOGIN)} == set(CONTRACT)
    assert len(TABLE) == len(CONTRACT) - 1


@pytest.mark.parametrize("operation", TABLE, ids=lambda op: f"{op.method} {op.path}")
def test_reads_and_writes_are_the_contracts(operation: Operation) -> None:
    told = CONTRACT[operation.method, operation.path]
    assert operation.safe == (told["x-retry"]["class"] == "safe")
    assert operation.source in (told["x-source"], *told.get("x-sources-more", ()))
    assert operation.success == {int(status) for status in told["responses"] if status.startswith("2")}
    assert operation.result is not None


def test_only_logins_are_unpaced() -> None:
    assert not any(operation.unpaced for operation in TABLE)
    assert LOGIN.unpaced
    assert PROVE.unpaced


def test_writes_beside_the_verbs_are_sent_once() -> None:
    verbs = {"responsys.campaigns.create", "responsys.campaigns.update", "responsys.approvals.set"}
    for operation in TABLE:
        if not operation.safe:
            assert (operation.errors is ERRORS_SENT_ONCE) == (operation.name not in verbs)
