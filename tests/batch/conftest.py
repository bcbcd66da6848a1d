from __future__ import annotations

from tests.support.connections import connect as connect
from tests.support.connections import sandbox as sandbox
