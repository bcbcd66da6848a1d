"""What several tests of report use."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def table(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, as a spreadsheet reads them."""
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
        return list(csv.DictReader(lines))
