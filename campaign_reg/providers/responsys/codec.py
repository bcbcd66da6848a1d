"""Responsys' JSON to our models and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import cattrs

from campaign_reg.errors import DecodeError
from campaign_reg.providers.responsys import approval_models, details, models, schedule_models
from campaign_reg.wire.codec import make_converter as base_converter
from campaign_reg.wire.codec import register_model

_CAMPAIGN_NAMES = {
    "number": "id",
    "use_utf8": "useUTF8",
    "send_text_if_html_unknown": "sendTextIfHTMLUnknown",
    "track_html_opens": "trackHTMLOpens",
    "closed_campaign_url": "closedCampaignURL",
}
_READ_ONLY = frozenset({"id", "campaignStatus", "appName", "destinationMessageCenter", "links"})
_MAY_BE_NULL = frozenset({"description"})


# Nested ones first.
_DOCUMENTS: Mapping[type, Mapping[str, str]] = {
    models.Link: {},
    models.DataSourceField: {},
    models.DataSource: {},
    models.ResponsysCampaign: _CAMPAIGN_NAMES,
    models.CampaignDraft: _CAMPAIGN_NAMES,
    models.CampaignChanges: _CAMPAIGN_NAMES,
    models.CampaignList: {},
    approval_models.CampaignApproval: {},
    approval_models.ApprovalList: {},
    details.SearchHit: {"number": "id"},
    details.SearchResult: {},
    details.CloseResult: {},
    details.RenderedBody: {},
    details.Preview: {},
    schedule_models.LaunchOptions: {},
    schedule_models.LaunchSchedule: {"number": "id"},
    schedule_models.ScheduleList: {},
    schedule_models.ScheduleDraft: {},
    details.ProofList: {},
    details.ProofListAttribute: {},
    details.DataSources: {},
    details.DataSourcesAttribute: {},
    details.Organization: {"number": "id"},
    details.OrganizationValues: {},
    details.OrganizationAttributes: {},
    details.OrganizationAccess: {},
    details.RateLimit: {"resource_path": "resource_path"},
}


def make_converter() -> cattrs.Converter:
    """A converter that knows every document of the API; extend it with hooks of your own."""
    converter = base_converter()
    for model, wire_names in _DOCUMENTS.items():
        register_model(converter, model, wire_names)
    _register_rate_limits(converter)
    return converter


def _register_rate_limits(converter: cattrs.Converter) -> None:
    """The list of limits: bare, as is assumed, or the one list in an object."""

    def structure(value: Any, _: Any) -> details.RateLimitList:
        wrapper, rest = None, {}
        if isinstance(value, dict):
            lists = [name for name, member in value.items() if isinstance(member, list) and name != "links"]
            if len(lists) != 1 or "errorCode" in value:
                raise DecodeError("", "expected a list of limits")
            wrapper = lists[0]
            value, rest = value[wrapper], {k: v for k, v in value.items() if k != wrapper}
        if not isinstance(value, list):
            raise DecodeError("", "expected a list of limits")
        limits = tuple(converter.structure(item, details.RateLimit) for item in value)
        return details.RateLimitList(limits=limits, wrapper=wrapper, extra=rest)

    def unstructure(made: details.RateLimitList) -> Any:
        limits = [converter.unstructure(limit) for limit in made.limits]
        return limits if made.wrapper is None else {**made.extra, made.wrapper: limits}

    converter.register_structure_hook(details.RateLimitList, structure)
    converter.register_unstructure_hook(details.RateLimitList, unstructure)


def changed(
    converter: cattrs.Converter, campaign: models.ResponsysCampaign, changes: models.CampaignChanges
) -> dict[str, Any]:
    """The body that replaces a campaign: the whole of what was read, with the changes.

    What this release does not know goes back as it came; what can only be read is left out, and so is what came as
    null where the vendor takes no null.
    """
    whole = {**converter.unstructure(campaign), **converter.unstructure(changes)}
    return {
        name: value
        for name, value in whole.items()
        if name not in _READ_ONLY and (value is not None or name in _MAY_BE_NULL)
    }


def shows(campaign: object, changes: models.CampaignChanges) -> bool:
    """Whether a campaign, as read, has all that was to be changed."""
    return isinstance(campaign, models.ResponsysCampaign) and all(
        _has(getattr(campaign, name), value) for name, value in changes.given.items()
    )


def _has(have: Any, want: Any) -> bool:
    """Whether a member is as wanted: what is unset is left out by the vendor, what it adds by itself counts not."""
    if have is None or want is None:
        return want in (None, "", (), {})
    if isinstance(want, tuple):
        return len(have) == len(want) and all(map(_has, have, want))
    if attrs.has(type(want)):
        wanted = {field.name: getattr(want, field.name) for field in attrs.fields(type(want))}
        return all(
            _has(getattr(have, name), value)
            for name, value in wanted.items()
            if name != "extra" and value is not None
        )
    return bool(have == want)
