from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

import hypothesis
import pytest

pytest.register_assert_rewrite("tests.support")

# How long drawing an example takes says more about a busy machine than about the strategy.
hypothesis.settings.register_profile(
    "suite", suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None
)
hypothesis.settings.load_profile("suite")

from tests.support.idleness import count_work_in_threads  # noqa: E402  (after the rewrite is registered)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Take two workers a core: about half of what the tests do is waiting for processes, disks and sockets."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def threads_of_loops() -> Iterator[None]:
    """Virtual clocks know when the journal and other threads are idle."""
    with pytest.MonkeyPatch.context() as patch:
        count_work_in_threads(patch)
        yield


@pytest.fixture(scope="session")
def state_directories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Places for the claims of one test each; none exists before a test makes it."""
    folder = tmp_path_factory.mktemp("state")
    return (folder / str(number) for number in itertools.count(1))


@pytest.fixture(autouse=True)
def state_directory(state_directories: Iterator[Path]) -> Iterator[None]:
    """Claims of a test's batches stay away from the user's own and other tests'; child processes inherit it."""
    # A context of its own: hypothesis frowns on the fixture, which lives as long as the test.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAMPAIGN_REG_STATE_DIR", str(next(state_directories)))
        yield
