"""`python -m campaign_reg.cli`."""

from __future__ import annotations

import sys

from campaign_reg.cli import main

sys.exit(main())
