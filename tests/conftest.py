from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def state_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Claims of test batches stay away from the user's own; child processes inherit it."""
    before = os.environ.get("CAMPAIGN_REG_STATE_DIR")
    os.environ["CAMPAIGN_REG_STATE_DIR"] = str(tmp_path_factory.mktemp("state"))
    yield
    if before is None:
        del os.environ["CAMPAIGN_REG_STATE_DIR"]
    else:
        os.environ["CAMPAIGN_REG_STATE_DIR"] = before
