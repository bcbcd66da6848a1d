from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

import pytest
from anyio.from_thread import start_blocking_portal

from campaign_reg.cli import main
from campaign_reg.sandbox import Sandbox
from tests.support.command import Ended, environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    Main = Callable[..., Ended]


class Typed(io.TextIOWrapper):
    """What the command finds on its standard input."""


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
        told = capfd.readouterr()
        return Ended(code, told.out, told.err)

    return run


@pytest.fixture
def vendors() -> Iterator[Sandbox]:
    """The vendors in a thread of their own, for commands that run in this process."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Sandbox()) as sandbox:
        yield sandbox


@pytest.fixture
def here(
    vendors: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Main:
    """The command in this process, with settings that lead to the vendors."""
    monkeypatch.chdir(tmp_path)
    settings = environment(vendors)
    for name in set(os.environ) - set(settings):
        if name.startswith("CAMPAIGN_REG_"):
            monkeypatch.delenv(name)
    for name, value in settings.items():
        if name.startswith("CAMPAIGN_REG_"):
            monkeypatch.setenv(name, value)

    def run(*words: object, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "stdin", Typed(io.BytesIO(stdin)))
        code = main([str(word) for word in words])
        told = capfd.readouterr()
        return Ended(code, told.out, told.err)

    return run
