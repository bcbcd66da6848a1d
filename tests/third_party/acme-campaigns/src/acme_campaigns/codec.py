"""Acme's JSON to our models and back."""

from __future__ import annotations

import cattrs

from acme_campaigns import models
from campaign_reg.wire.codec import make_converter as base_converter
from campaign_reg.wire.codec import register_model


def make_converter() -> cattrs.Converter:
    """A converter that knows every document of the API, inner ones first; extend it with hooks of your own."""
    converter = base_converter()
    register_model(converter, models.AcmeCampaign, {"id": "ref"})
    register_model(converter, models.CampaignPage)
    register_model(converter, models.Remark)
    register_model(converter, models.Remarks)
    register_model(converter, models.CampaignDraft)
    register_model(converter, models.Approval)
    register_model(converter, models.Appeal)
    return converter
