"""Schemathesis against one operation of the sandbox."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import hypothesis
import hypothesis.strategies as st
import pytest
import requests
import schemathesis
from schemathesis import checks
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from campaign_reg.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
EXAMPLES = 20


# Documented: qualify answers 500 for a brand that does not exist.
BRAND_MISSING = (checks.not_a_server_error,)


# By prose only: MIXED needs two to five sub use cases.
MIXED_RULE = (checks.positive_data_acceptance,)


# By prose only: a brand is upgraded once.
UPGRADED = (checks.positive_data_acceptance,)


EXCLUDED: dict[str, tuple[Any, ...]] = {
    "qualifyBrand": BRAND_MISSING,
    "createCampaign": MIXED_RULE,
    "upgradeBrand": UPGRADED,
}


@pytest.fixture
def served() -> Iterator[Sandbox]:
    """A sandbox in a thread of its own: schemathesis calls without a loop."""
    ready, over = threading.Event(), threading.Event()
    box: list[Sandbox] = []

    async def serve() -> None:
        async with Sandbox(clock_speed=0) as sandbox:
            box.append(sandbox)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield box[0]
    finally:
        over.set()
        thread.join()


def attack(document: dict[str, Any], operation_id: str, url: str, headers: dict[str, str]) -> None:
    """Call one operation with data that the contract allows and forbids, and check the answers."""
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url)
    [found] = schema.include(operation_id=operation_id).get_all_operations()
    assert isinstance(found, Ok)
    operation = found.ok()
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES])

    with requests.Session() as session:

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=cases)
        def run(case: schemathesis.Case[Any]) -> None:
            excluded = list(EXCLUDED.get(operation_id, ()))
            case.call_and_validate(session=session, headers=headers, excluded_checks=excluded)

        run()
