"""Installed packages, as pip leaves them: a module and a dist-info folder with entry points on `sys.path`."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Install = "Callable[..., None]"

WORKING = """
import attrs
from campaign_reg.protocol.pager import Page
from campaign_reg.protocol.config import ProviderConfig, Secret, given
from campaign_reg.registry import Provider
from tests.support.backends import MemoryBackend


@attrs.frozen(kw_only=True)
class AcmeConfig(ProviderConfig):
    tenant: str = attrs.field(validator=given)
    api_key: Secret = attrs.field(repr=False, validator=given)
    patience: float = 1.0


class NoScheme:
    origins = frozenset({"https://acme.example"})

    def __init__(self, config):
        self.config = config

    async def obtain(self, ask, current):
        return None

    async def authorize(self, token):
        return {}

    def says_expired(self, response):
        return False


class AcmeBackend(MemoryBackend):
    provider = "acme"

    def __init__(self, config, transport, *, pace, clock, rng, close, in_flight):
        super().__init__(clock, account=config.tenant)
        self.config, self.pace, self.rng, self._close = config, pace, rng, close


PROVIDER = Provider(name="acme", title="Acme", config=AcmeConfig, scheme=NoScheme, backend=AcmeBackend)
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install a package: `install("acme-campaigns", "acme", code)`; the module's name is the distribution's."""
    monkeypatch.syspath_prepend(str(tmp_path))
    modules: list[str] = []

    def install_one(distribution: str, name: str, code: str = WORKING, *, target: str | None = None) -> None:
        module = distribution.replace("-", "_")
        modules.append(module)
        (tmp_path / f"{module}.py").write_text(code)
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(
            f"[campaign_reg.providers]\n{name} = {target or module + ':PROVIDER'}\n"
        )
        importlib.invalidate_caches()

    yield install_one
    for module in modules:
        sys.modules.pop(module, None)
