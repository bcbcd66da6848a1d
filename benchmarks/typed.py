"""Our campaign as a pydantic model: same members, same types, unknown ones kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_type_hints

import attrs

from benchmarks.clients import installed
from campaign_reg.providers.sinch.ten_dlc.codec import _CAMPAIGN_NAMES
from campaign_reg.providers.sinch.ten_dlc.models import CampaignList, OperatorTerms, SinchCampaign
from campaign_reg.wire.codec import camel


def pydantic_loads(name: str) -> Callable[[bytes], Any] | None:
    """`model_validate_json` of `SinchCampaign` or `CampaignList`, as pydantic; None if not installed."""
    pydantic = installed("pydantic")
    if pydantic is None:
        return None
    terms: Any = _model(pydantic, OperatorTerms, {}, {})
    campaign: Any = _model(pydantic, SinchCampaign, _CAMPAIGN_NAMES, {"mno_metadata": dict[str, terms]})
    listing = _model(pydantic, CampaignList, {}, {"campaign_registrations": tuple[campaign, ...]})
    load: Callable[[bytes], Any] = {"SinchCampaign": campaign, "CampaignList": listing}[
        name
    ].model_validate_json
    return load


def _model(pydantic: Any, model: type[Any], names: dict[str, str], kinds: dict[str, Any]) -> Any:
    hints = get_type_hints(model)
    members = {
        field.name: (
            kinds.get(field.name, hints[field.name]),
            pydantic.Field(
                default=... if field.default is attrs.NOTHING else None,
                alias=names.get(field.name, camel(field.name)),
            ),
        )
        for field in attrs.fields(model)
        if field.name != "extra"
    }
    return pydantic.create_model(model.__name__, __config__=pydantic.ConfigDict(extra="allow"), **members)
