"""The command `campaign-reg`; needs the extra `cli`. Nothing heavy is imported early."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEEDS = ("cyclopts", "rich")


def main(tokens: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; `tokens` default to the process's arguments."""
    if any(find_spec(name) is None for name in _NEEDS):
        print("campaign-reg needs two more packages: pip install 'campaign_reg[cli]'", file=sys.stderr)
        return 2
    from campaign_reg.cli.main import execute

    return execute(sys.argv[1:] if tokens is None else tokens)
