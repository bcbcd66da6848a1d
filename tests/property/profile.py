"""How many examples Hypothesis tries of each property."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

EXAMPLES = int(os.environ.get("CAMPAIGN_REG_HISTORIES", "0"))
SHRINKS = "CAMPAIGN_REG_HISTORIES_UNSHRUNK" not in os.environ
ENOUGH = settings(
    max_examples=EXAMPLES or 150,
    derandomize=not EXAMPLES,
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if SHRINKS else [])],
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
