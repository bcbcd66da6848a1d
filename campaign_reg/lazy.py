"""Names that a module re-exports and imports on first use (PEP 562)."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Mapping
from typing import Any


class LazyExports:
    """The names that a module re-exports: importing the module imports none of them.

    Args:
        module: The re-exporting module's `__name__`.
        homes: Names by the module that defines them.
        submodules: Modules of the package that are public names as well.

    Attributes:
        names: All names, sorted: the module's `__all__`.
    """

    def __init__(
        self, module: str, homes: Mapping[str, Iterable[str]], submodules: Iterable[str] = ()
    ) -> None:
        self._module = module
        self._submodules = frozenset(submodules)
        self._homes = {name: home for home, names in homes.items() for name in names}
        self.names = sorted({*self._homes, *self._submodules})

    def load(self, name: str) -> Any:
        """Import a name and store it in the module: the module's `__getattr__`.

        Raises:
            AttributeError: The module does not export the name.
        """
        if name in self._submodules:
            value: Any = importlib.import_module(f"{self._module}.{name}")
        elif name in self._homes:
            value = getattr(importlib.import_module(self._homes[name]), name)
        else:
            raise AttributeError(f"module {self._module!r} has no attribute {name!r}")
        setattr(sys.modules[self._module], name, value)
        return value

    def dir(self) -> list[str]:
        """Return what the module holds and exports: the module's `__dir__`."""
        return sorted({*vars(sys.modules[self._module]), *self.names})
