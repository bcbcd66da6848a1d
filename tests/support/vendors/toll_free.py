"""A toll-free verification as Sinch takes it."""

from __future__ import annotations

from typing import Any

import attrs

from campaign_reg.providers.sinch.ten_dlc.codec import make_converter
from campaign_reg.providers.sinch.ten_dlc.toll_free_models import TollFreeDraft
from campaign_reg.sandbox.sinch import tollfree
from tests.support.vendors.sinch_contract import TOLL_FREE, requests

BODY: dict[str, Any] = {**tollfree.SHOP, "phoneNumber": "+18885550137", "useCase": "2FA"}


[(_, EXAMPLE)] = requests("createTfnVerification", TOLL_FREE)


def draft(**changes: Any) -> TollFreeDraft:
    made: TollFreeDraft = make_converter().structure(EXAMPLE, TollFreeDraft)
    return attrs.evolve(made, **changes)
