from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import aiohttp
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from campaign_reg.sandbox import Sandbox

USERS_TEST = """
import pytest

@pytest.fixture
def anyio_backend():
    return "asyncio"

def test_before():
    import sys
    assert "aiohttp" not in sys.modules

@pytest.mark.anyio
async def test_it(campaign_reg_sandbox):
    [campaign_id] = campaign_reg_sandbox.sinch.seed(1)
    assert campaign_reg_sandbox.sinch.campaigns[campaign_id]["status"] == "ACTIVE"
"""


@pytest.mark.anyio
async def test_the_fixture_runs_a_sandbox(campaign_reg_sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{campaign_reg_sandbox.url}/_sandbox/health") as response:
            assert response.status == 200


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_a_user_gets_it_without_configuration_or_warning(tmp_path: Path) -> None:
    (tmp_path / "test_users.py").write_text(USERS_TEST)
    done = run("-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", str(tmp_path), folder=tmp_path)
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout + done.stderr


def test_loading_the_plug_in_loads_little(tmp_path: Path) -> None:
    code = (
        "import sys, campaign_reg.sandbox.pytest_plugin;"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('aiohttp', 'asyncio', 'attrs')))"
    )
    assert run("-c", code, folder=tmp_path).stdout.strip() == "[]"
