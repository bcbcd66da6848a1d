from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campaign_reg.cli import main
from campaign_reg.sandbox import Sandbox
from tests.cli.command import Ended, environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    Main = Callable[..., Ended]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def env(sandbox: Sandbox) -> dict[str, str]:
    return environment(sandbox)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "batch.db"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "campaigns.csv"


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Main:
    """The command in this process, with settings that lead nowhere."""
    monkeypatch.chdir(tmp_path)
    settings = {"PROJECT_ID": "p", "KEY_ID": "k", "KEY_SECRET": "s"}
    urls = {"BASE_URL": "http://127.0.0.1:9", "AUTH_URL": "http://127.0.0.1:9"}
    for name, value in (settings | urls).items():
        monkeypatch.setenv(f"CAMPAIGN_REG_SINCH_{name}", value)

    def run(*words: object) -> Ended:
        code = main([str(word) for word in words])
        return Ended(code, *capfd.readouterr())

    return run
