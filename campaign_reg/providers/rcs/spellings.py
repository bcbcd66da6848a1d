"""How the platform spells the types of its documents' members, unless a member says otherwise."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from campaign_reg.providers.rcs.local_time import format_local, parse_local
from campaign_reg.wire.spelling import FLAG, MONEY_TEXT, TEXT, WHOLE, Spelling, Spellings, load_text


def _load_local(raw: Any) -> datetime:
    return parse_local(load_text(raw))


LOCAL = Spelling(_load_local, format_local)
"""A local time of the platform, without a zone."""

SPELLINGS = Spellings({str: TEXT, int: WHOLE, bool: FLAG, Decimal: MONEY_TEXT, datetime: LOCAL})
