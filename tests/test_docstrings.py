"""The docstrings of the public attrs classes: an `Attributes:` entry for each field, and for nothing else."""

from __future__ import annotations

import importlib
import inspect
import re
import typing
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import pytest

FACADES = [
    "campaign_reg",
    "campaign_reg.sinch",
    "campaign_reg.sender_id",
    "campaign_reg.rcs",
    "campaign_reg.responsys",
]
UNDOCUMENTED = {
    "campaign_reg.providers.rcs.drafts.MessageDraft",
    "campaign_reg.providers.rcs.envelopes.Balance",
    "campaign_reg.providers.rcs.envelopes.ContactList",
    "campaign_reg.providers.rcs.envelopes.ExportJob",
    "campaign_reg.providers.rcs.envelopes.ExportRow",
    "campaign_reg.providers.rcs.envelopes.Tariff",
    "campaign_reg.providers.rcs.events.ClickEvent",
    "campaign_reg.providers.rcs.events.StatusEvent",
    "campaign_reg.providers.rcs.models.Amount",
    "campaign_reg.providers.rcs.models.CampaignRecord",
    "campaign_reg.providers.rcs.models.FallbackCounts",
    "campaign_reg.providers.rcs.models.FallbackTotals",
    "campaign_reg.providers.rcs.models.MessageCounts",
    "campaign_reg.providers.rcs.models.MessageFallback",
    "campaign_reg.providers.rcs.models.RcsCampaign",
    "campaign_reg.providers.rcs.models.RcsCampaignDetail",
    "campaign_reg.providers.rcs.models.RcsMessage",
    "campaign_reg.providers.rcs.models.SmsCounts",
    "campaign_reg.providers.rcs.models.SmsParts",
    "campaign_reg.providers.rcs.models.SmsTotals",
    "campaign_reg.providers.rcs.models.Totals",
    "campaign_reg.providers.responsys.details.CloseResult",
    "campaign_reg.providers.responsys.details.LaunchOptions",
    "campaign_reg.providers.responsys.details.LaunchSchedule",
    "campaign_reg.providers.responsys.details.Organization",
    "campaign_reg.providers.responsys.details.Preview",
    "campaign_reg.providers.responsys.details.ProofList",
    "campaign_reg.providers.responsys.details.RateLimit",
    "campaign_reg.providers.responsys.details.RenderedBody",
    "campaign_reg.providers.responsys.details.SearchFilters",
    "campaign_reg.providers.responsys.details.SearchHit",
    "campaign_reg.providers.responsys.models.CampaignApproval",
    "campaign_reg.providers.responsys.models.CampaignChanges",
    "campaign_reg.providers.responsys.models.CampaignDraft",
    "campaign_reg.providers.responsys.models.CampaignFields",
    "campaign_reg.providers.responsys.models.DataSource",
    "campaign_reg.providers.responsys.models.DataSourceField",
    "campaign_reg.providers.responsys.models.Link",
    "campaign_reg.providers.responsys.models.ResponsysCampaign",
    "campaign_reg.providers.sinch.sender_id.callbacks.CallbackConfiguration",
    "campaign_reg.providers.sinch.sender_id.callbacks.RegistrationEvent",
    "campaign_reg.providers.sinch.sender_id.models.Attachment",
    "campaign_reg.providers.sinch.sender_id.models.LogEntry",
    "campaign_reg.providers.sinch.sender_id.models.RegistrationPrice",
    "campaign_reg.providers.sinch.sender_id.models.RequestDetails",
    "campaign_reg.providers.sinch.sender_id.models.SenderIdRegistration",
    "campaign_reg.providers.sinch.sender_id.policies.AttachmentDefinition",
    "campaign_reg.providers.sinch.sender_id.policies.Market",
    "campaign_reg.providers.sinch.sender_id.policies.MarketVersion",
    "campaign_reg.providers.sinch.sender_id.policies.Policy",
    "campaign_reg.providers.sinch.sender_id.policies.PolicyField",
    "campaign_reg.providers.sinch.sender_id.policies.PolicyForm",
    "campaign_reg.providers.sinch.sender_id.policies.PolicyPrice",
    "campaign_reg.providers.sinch.sender_id.policies.PolicySection",
    "campaign_reg.providers.sinch.sender_id.policies.SpecialConditionAnswer",
    "campaign_reg.providers.sinch.sender_id.policies.SpecialConditions",
    "campaign_reg.providers.sinch.sender_id.policies.Subscription",
}
"""Classes whose fields are still to be documented."""
_ENTRY = re.compile(r"(\w+(?:, \w+)*):\s*(.*)")


def _classes_in(hint: Any) -> Iterator[type]:
    """Yield the classes of the library that a type hint names."""
    if isinstance(hint, type) and hint.__module__.startswith("campaign_reg"):
        yield hint
    for part in typing.get_args(hint):
        yield from _classes_in(part)


def _fields(cls: type) -> Iterable[Any]:
    return (field for field in attrs.fields(cls) if not field.name.startswith("_"))


def _collect(cls: type, found: dict[str, type]) -> None:
    """Add an attrs class, its bases, and the attrs classes that its public fields hold."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    if not attrs.has(cls) or name in found:
        return
    found[name] = cls
    hints = typing.get_type_hints(cls)
    inner = [part for field in _fields(cls) for part in _classes_in(hints[field.name])]
    for other in [*cls.__mro__[1:], *inner]:
        if other.__module__.startswith("campaign_reg"):
            _collect(other, found)


def _public_attrs_classes() -> dict[str, type]:
    found: dict[str, type] = {}
    for facade in map(importlib.import_module, FACADES):
        for value in (getattr(facade, name) for name in facade.__all__):
            if isinstance(value, type):
                _collect(value, found)
    return found


def _entries(cls: type) -> dict[str, str]:
    """Return the text of each entry of the class's own `Attributes:` section."""
    lines = inspect.cleandoc(cls.__doc__ or "").splitlines()
    if "Attributes:" not in lines:
        return {}
    entries: dict[str, str] = {}
    for line in lines[lines.index("Attributes:") + 1 :]:
        if line and not line.startswith(" "):
            break
        if line.startswith("     "):
            entries = {name: f"{text} {line.strip()}".strip() for name, text in entries.items()}
        elif entry := _ENTRY.fullmatch(line.strip()):
            entries |= dict.fromkeys(entry[1].split(", "), entry[2])
    return entries


CLASSES = _public_attrs_classes()


@pytest.mark.parametrize("name", sorted(set(CLASSES) - UNDOCUMENTED))
def test_each_field_has_an_entry(name: str) -> None:
    cls = CLASSES[name]
    documented = {name for base in cls.__mro__ for name, text in _entries(base).items() if text}
    assert {field.name for field in _fields(cls)} - documented == set()


@pytest.mark.parametrize("cls", CLASSES.values(), ids=CLASSES)
def test_each_entry_has_a_text_and_an_attribute(cls: type) -> None:
    entries = _entries(cls)
    assert [name for name, text in entries.items() if not text] == []
    assert {
        name for name in entries if name not in attrs.fields_dict(cls) and not hasattr(cls, name)
    } == set()
